# %% [markdown]
# # What the prompt remembers
# %%
prices = [float(line.split(",")[0] or 0) for line in open("data/orders.csv").read().split()[1:]]
len(prices)
# %% [markdown]
# ## Load data
# %%
_ + 1
# %%
[price for price in prices if price > 20]
# %%
dear = _
print(len(dear), __)
len(dear);
# %% [markdown]
# ## Clean
# %%
def total(values):
    return round(sum(values), 2)


total(dear)
# %%
limit = _ / len(dear)
_
# %%
None
# %%
"limit", _
# %% [markdown]
# ## Results
# %%
for _ in range(3):
    last = _
_, last
# %%
del _
total(prices)
# %%
_, round(limit, 4)
