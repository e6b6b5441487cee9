# error: {code: hidden-state, status: 2, cell: 2, line: 2, says: "defined only below, in cell 5"}
# %% [markdown]
# # A name before its definition, and nothing says in which order it was run
# %%
rows = open("data/orders.csv").read().split()[1:]
# %%
print(len(rows))
kept = clean(rows)
# %% [markdown]
# ## Functions
# %%
import math
# %%
def clean(rows):
    return [row for row in rows if not row.startswith(",")]
# %%
print(len(kept), math.sqrt(4))
