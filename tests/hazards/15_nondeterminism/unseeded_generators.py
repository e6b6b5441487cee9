# not_deterministic: [3, 6, 7]
# %% [markdown]
# # Generators that nobody seeds
# %%
import random

import numpy as np

rng = np.random.default_rng()
# %% [markdown]
# ## Load data
# %%
values = np.genfromtxt("data/orders.csv", delimiter=",", skip_header=1, usecols=(0, 1))
noise = rng.normal(size=4)
noise
# %%
values.shape, noise.shape
# %% [markdown]
# ## Features
# %%
own = random.Random()
own.random()
# %%
mixed = values[:4, 1] + noise
mixed
# %% [markdown]
# ## Results
# %%
fixed = np.random.default_rng(0).random(2)
fixed
# %%
len(mixed), values[:, 1].sum()
