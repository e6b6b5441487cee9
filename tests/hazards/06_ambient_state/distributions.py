# plans: 1
# stages: 3
# %% [markdown]
# # Distributions that draw from NumPy's own generator
# %%
import numpy as np
from scipy import stats
# %% [markdown]
# ## Load data
# %%
np.random.seed(3)
values = np.genfromtxt("data/orders.csv", delimiter=",", skip_header=1, usecols=1)
spread = 0.5
# %%
noise = stats.norm(2.0, spread)
candidates = [stats.norm, stats.expon]
noise.rvs(3).round(4)
# %% [markdown]
# ## Clean
# %%
cleaned = values + noise.rvs(len(values))
cleaned[:3].round(4)
# %%
np.random.rand()
# %% [markdown]
# ## Features
# %%
more = noise.rvs(5).round(4)
more, noise.mean()
# %%
print([each.rvs(size=2).round(4) for each in candidates])
# %% [markdown]
# ## Evaluate
# %%
errors = stats.norm(cleaned.mean(), 1.0)
errors.rvs(2).round(4)
# %%
print(more.sum().round(4), noise.rvs(2).round(4), errors.rvs().round(4), np.random.randint(9))
