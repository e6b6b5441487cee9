# engine: ploomber
# not_deterministic: [4, 7, 12]
# %% [markdown]
# # What the clock says
# %%
import time
from datetime import datetime

started = time.time()
# %% [markdown]
# ## Load data
# %%
rows = open("data/orders.csv").read().split()[1:]
len(rows)
# %%
now = datetime.now()
now.microsecond, len(rows)
# %% [markdown]
# ## Clean
# %%
kept = [row for row in rows if not row.startswith(",")]
len(kept)
# %%
clock = time.perf_counter_ns()
print("took", clock, "for", len(kept))
# %%
steady = sum(float(row.split(",")[0]) for row in kept)
steady
# %% [markdown]
# ## Results
# %%
later = datetime.now()
later > now, time.time() > started
# %%
print("rows", len(kept))
# %%
{"seconds": time.time() - started, "total": steady}
