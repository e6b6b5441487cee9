# %% [markdown]
# # Everything at hand
# %%
%pylab inline
# %% [markdown]
# ## Load data
# %%
table = genfromtxt("data/orders.csv", delimiter=",", skip_header=1, usecols=(0, 1))
table = table[~isnan(table).any(axis=1)]
prices = table[:, 0]
any(prices > 9), sum(table, axis=0), max(prices)
# %%
plot(sort(prices))
title("Prices")
# %% [markdown]
# ## Features
# %%
seed(1)
shares = cumsum(prices) / sum(prices)
noise = rand(3)
all(diff(shares) >= 0), noise.round(4)
# %%
figure(figsize=(3, 2))
hist(shares, bins=5);
# %% [markdown]
# ## Evaluate results
# %%
print(round(float(mean(shares)), 6), rand(2).round(4), np.ndim(shares), abs(-pi).round(3))
