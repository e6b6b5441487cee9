# plans: 1
# %% [markdown]
# # What names there are
# %%
import math
from pathlib import Path

LIMIT = 6.5
%who
# %% [markdown]
# ## Load data
# %%
rows = Path("data/orders.csv").read_text().split()[1:]
prices = [float(row.split(",")[0] or 0) for row in rows]
half = LIMIT / 2


def rounded(value):
    return round(math.sqrt(value), 3)
# %%
%whos float
names = %who_ls list
names, dir()
# %%
low = [price for price in prices if price < half]
sorted(name for name, value in globals().items() if isinstance(value, list) and not name.startswith("_"))
# %% [markdown]
# ## Clean
# %%
kept = [price for price in prices if price > LIMIT]
print(len(kept), "kept" in globals())
# %%
def local(a, b=2):
    c = a + b
    return sorted(locals())


local(1), dir(math)[-1]
# %% [markdown]
# ## Evaluate
# %%
DEPTH = 3
best = sorted(kept)[-DEPTH:]
print(best)
# %%
print([rounded(value) for value in best])
