# error: {code: hidden-state, status: 2, cell: 4, line: 2, says: "no cell defines `rates`"}
# %% [markdown]
# # A cell that is gone
# %% count=1
rows = [line.split(",") for line in open("data/orders.csv").read().split()[1:]]
# %% count=2
prices = [float(row[0] or 0) for row in rows]
len(prices)
# %% [markdown]
# ## Convert
# %% count=5
total = sum(prices)
converted = [price * rates["USD"] for price in prices]
# %% count=6
print(total, max(converted))
