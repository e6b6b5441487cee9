# engine: ploomber
# %% [markdown]
# # Values that files like to change
# %%
from collections import Counter, OrderedDict, namedtuple
from datetime import date

import numpy as np
import pandas as pd
# %% [markdown]
# ## Load data
# %%
df = pd.read_csv("data/orders.csv").dropna()
by_day = df.set_index(["day", "count"]).sort_index()
wide = df.pivot_table(index="day", columns="count", values="price", aggfunc="sum")
kinds = df["kind"].astype(pd.CategoricalDtype(["c", "a", "b"], ordered=True))
# %%
duplicated = df[["price", "price"]].head(3)
numbered = pd.DataFrame(np.arange(6).reshape(2, 3))
numbered.attrs["unit"] = "EUR"
objects = pd.Series([[1], {"a": 2}, None], name="mixed", index=[5, 3, 1], dtype=object)
zones = pd.Series(pd.date_range("2026-01-01", periods=3, freq="D", tz="Europe/Berlin"))
periods = pd.period_range("2026-01", periods=3, freq="M")
# %%
counts = {1: "one", (2, 3): "pair", None: [np.float64(1.5), np.int8(3)]}
shape = (3, 4)
Point = namedtuple("Point", "x y")
point = Point(1, 2)
ordered = OrderedDict(b=1, a=2)
letters = Counter("mississippi")
sparse = pd.arrays.SparseArray([0, 0, 1])
day = date(2026, 1, 2)
matrix = np.asfortranarray(np.eye(3, dtype="float32"))
masked = np.ma.masked_array([1, 2, 3], mask=[0, 1, 0])
# %% [markdown]
# ## Explore
# %%
print(by_day.index.nlevels, kinds.cat.ordered, wide.columns.dtype, wide.columns.name)
duplicated
# %%
print(type(shape), type(counts[None][0]), list(counts), point, ordered, letters.most_common(1))
numbered.attrs, numbered.columns
# %% [markdown]
# ## Evaluate results
# %%
print(objects.index.tolist(), objects.name, zones.dt.tz, periods.freqstr, sparse.density, day, matrix.flags["F_CONTIGUOUS"])
wide
# %%
print(masked.sum(), kinds.max(), by_day.loc[1].shape, zones.dtype, matrix.dtype, numbered[2].tolist())
kinds.value_counts(sort=False)
