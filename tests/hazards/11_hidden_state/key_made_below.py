# options: {order: recorded}
# findings: [recorded-order]
# otherwise: {code: hidden-state, cell: 3, line: 2, says: "--order recorded"}
# %% [markdown]
# # A column that is made further down
# %% count=1
import csv

table = {name: [] for name in ("price", "count")}
for row in csv.DictReader(open("data/orders.csv")):
    for name in table:
        table[name].append(float(row[name] or 0))
# %% [markdown]
# ## Explore
# %% count=12
columns = sorted(table)
top = max(table["total"])
top, columns
# %% count=3
len(table["price"]), min(table["count"])
# %% [markdown]
# ## Features
# %% count=7
table["total"] = [price * count for price, count in zip(table["price"], table["count"])]
sum(table["total"])
# %%
never_run = 1
# %% [markdown]
# ## Results
# %% count=13
share = [total / top for total in table["total"]]
round(sum(share), 6)
# %% count=14
print(max(share), never_run, columns)
