# engine: dvc
# %% [markdown]
# # Half-used iterators
# %%
import itertools
# %% [markdown]
# ## Load data
# %%
lines = open("data/orders.csv").read().split()
def parsed():
    for line in lines[1:]:
        yield line.split(",")


rows = parsed()
header = lines[0].split(",")
first = next(rows)
header, first
# %%
ids = itertools.count(100)
colours = itertools.cycle("rgb")
pairs = zip(lines, itertools.count())
next(ids), next(colours), next(pairs)
# %% [markdown]
# ## Clean
# %%
second = next(rows)
kept = [row for row in itertools.islice(rows, 10) if row[0]]
len(kept), second, next(ids)
# %%
tail = list(rows)
left, right = itertools.tee(iter([1, 2, 3]))
next(left)
len(tail), list(rows)
# %% [markdown]
# ## Features
# %%
totals = [float(row[0] or 0) * int(row[1]) for row in kept]
lazy = (round(total, 2) for total in totals)
numbered = enumerate(totals, start=5)
next(lazy), next(numbered)
# %%
average = sum(totals) / len(totals)
scaled = [total / average for total in totals]
average
# %% [markdown]
# ## Results
# %%
print(list(lazy)[:3], next(numbered), list(left), list(right), next(colours), next(ids))
# %%
max(scaled), len(tail), next(pairs)
