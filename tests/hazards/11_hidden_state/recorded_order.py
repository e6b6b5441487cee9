# engine: ploomber
# options: {order: recorded}
# findings: [recorded-order]
# otherwise: {code: hidden-state, cell: 4, line: 1, says: "--order recorded"}
# %% [markdown]
# # Written in one order, run in another
# %% count=1
LIMIT = 10
log = []
# %% [markdown]
# ## Load data
# %% count=2
rows = [line.split(",") for line in open("data/orders.csv").read().split()[1:]]
len(rows)
# %% count=6
prices = [price for price in numbers if price < LIMIT]
log.append("filter")
len(prices)
# %% [markdown]
# ## Clean
# %% count=4
def number(text):
    return float(text or 0)


log.append("define")
# %% count=5
numbers = [number(row[0]) for row in rows]
log.append("numbers")
sum(numbers)
# %% [markdown]
# ## Results
# %% count=9
print(log, best)
# %% count=8
best = max(prices)
log.append("best")
best
