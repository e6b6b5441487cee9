# engine: ploomber
# %% [markdown]
# # Cells that are meant to raise
# %%
class OrderError(Exception):
    pass


def check(row):
    if not row[0]:
        raise OrderError(f"no price in {row}")
    return float(row[0])


# %% [markdown]
# ## Load data
# %%
rows = [line.split(",") for line in open("data/orders.csv").read().split()[1:]]
seen = []
len(rows)
# %% tags=raises-exception
for row in rows:
    seen.append(row[3])
    check(row)
# %%
len(seen), row
# %% [markdown]
# ## Clean
# %% tags=raises-exception
before = 1
1 / 0
after = 2
# %%
prices = [check(row) for row in rows if row[0]]
before, "after" in globals(), len(prices)
# %% tags=raises-exception,other
print("printed first")
assert prices[0] < 0, "prices are positive"
# %% tags=raises-exception
this is not Python
# %% [markdown]
# ## Results
# %%
top = max(prices)
seen.append(before)
top
# %% tags=raises-exception
not_raised = "a cell that may raise, and does not"
top * 2
# %% tags=raises-exception
try:
    undefined_name
except NameError as error:
    raise OrderError("chained") from error
# %%
print(not_raised, seen[-1], top)
