# %% [markdown]
# # Stars
# %%
from numpy import *
from math import sqrt, floor
import builtins

set_printoptions(precision=3)
# %% [markdown]
# ## Load data
# %%
values = genfromtxt("data/orders.csv", delimiter=",", skip_header=1, usecols=(0, 1))
values = values[~isnan(values).any(axis=1)]
sum(values, axis=0), max([3, 1]), sqrt(2)
# %%
from os.path import *
from collections import *

join("a", "b"), exists("data/orders.csv"), Counter("aab")["a"]
# %% [markdown]
# ## Clean
# %%
from __future__ import annotations

e = 5
def spread(column: NotDefined) -> float:
    return max(column) - min(column) + e


[round(spread(column), 4) for column in values.T]
# %%
random.seed(3)
noise = random.normal(size=3)
log = []
log.append(basename("data/orders.csv"))
noise.round(6)
# %% [markdown]
# ## Features
# %%
scaled = (values - mean(values, axis=0)) / std(values, axis=0)
abs(scaled)[:2], any(scaled > 2), builtins.sum([1, 2])
# %%
from math import *

power = pow(2, 3)
sqrt(16), type(power), floor(2.5)
# %% [markdown]
# ## Evaluate results
# %%
best = argmax(scaled[:, 0])
counts = defaultdict(int)
for day in values[:, 1]:
    counts[int(day) % 3] += 1
print(int(best), dict(counts), e, pi, log, OrderedDict(a=1))
# %%
linalg.norm(scaled).round(6), random.rand(2), pow(2, 0.5), splitext("a.csv"), int(sum(counts.values().__iter__().__class__ is not None))
