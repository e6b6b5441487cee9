# not_deterministic: [3, 6]
# %% [markdown]
# # Texts in a set
# %%
rows = [line.split(",") for line in open("data/orders.csv").read().split()[1:]]
# %% [markdown]
# ## Load data
# %%
prices = {row[0] for row in rows}
list(prices)[:12]
# %%
sorted(prices)[:3], len(prices)
# %% [markdown]
# ## Features
# %%
order = [price for price in prices if price][:20]
print(*order)
# %%
numbers = sorted(float(price) for price in order)
len(numbers)
# %% [markdown]
# ## Results
# %%
kinds = {row[3] for row in rows}
sorted(kinds), sum(numbers) > 0
# %%
len(prices & {"1.0"}), max(map(len, prices))
