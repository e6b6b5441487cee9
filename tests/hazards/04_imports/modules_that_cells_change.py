# plans: 2
# stages: 3
# %% [markdown]
# # What cells leave in modules of the project
# %%
import settings
import tools
# %% [markdown]
# ## Load data
# %%
rows = open("data/orders.csv").read().split()[1:]
len(rows)
# %%
settings.RATE = 3
prices = [float(row.split(",")[0] or 0) for row in rows]
# %% [markdown]
# ## Clean
# %%
kept = [price for price in prices if price > 5]
tools.seen.append(len(kept))
# %%
print(sorted(kept)[:3])
# %% [markdown]
# ## Features
# %%
print(tools.report())
# %%
scaled = [settings.converted(price) for price in kept]
round(sum(scaled), 3)
# %% [markdown]
# ## Evaluate
# %%
best = max(scaled)
print(best)
# %%
worst = min(scaled)
worst, best - worst
# %% [file] settings.py
RATE = 2


def converted(value):
    return value * RATE
# %% [file] tools.py
seen = []


def report():
    return f"seen: {seen}"
