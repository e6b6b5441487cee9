# plans: 1
# %% [markdown]
# # Looks that functions set
# %%
import matplotlib.pyplot as plt
import numpy as np

PLACES = 2


def set_style(width=2):
    """How all figures look."""
    size = (2, 1.5)
    plt.rcParams.update({"figure.figsize": size, "figure.dpi": 40})
    plt.rc("lines", linewidth=width)


def few_places():
    np.set_printoptions(precision=PLACES)
# %%
set_style()
few_places()
# %% [markdown]
# ## Load data
# %%
table = np.genfromtxt("data/orders.csv", delimiter=",", skip_header=1, usecols=(0, 1))
prices = table[~np.isnan(table).any(axis=1), 0]
prices[:3]
# %%
print(prices.mean().round(4))
# %% [markdown]
# ## Explore
# %%
plt.plot(prices[:10])
plt.show()
# %%
set_style(width=6)
plt.plot(np.sort(prices)[:10])
plt.show()
# %% [markdown]
# ## Features
# %%
scaled = (prices - prices.mean()) / prices.std()
scaled[:4]
# %%
shares = np.exp(scaled) / np.exp(scaled).sum()
shares[:4]
# %% [markdown]
# ## Evaluate results
# %%
best = np.argsort(shares)[-5:]
print(shares[best])
# %%
plt.plot(shares[best])
plt.show()
