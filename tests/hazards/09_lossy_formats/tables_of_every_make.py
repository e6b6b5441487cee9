# %% [markdown]
# # Tables that files like to change
# %%
import decimal
from datetime import date, time

import numpy as np
import pandas as pd
# %% [markdown]
# ## Load data
# %%
df = pd.read_csv("data/orders.csv")
crossed = df.pivot_table(index=["kind", "day"], columns="count", values=["price"], aggfunc=["sum", "mean"])
stamped = df.head(4).set_index(pd.date_range("2026-03-28 23:00", periods=4, freq="h", tz="Europe/Berlin", name="when"))
stepped = pd.DataFrame({"a": [1, 2, 3]}, index=pd.RangeIndex(10, 40, 10))
nothing = df.iloc[:0]
hollow = pd.DataFrame(index=[3, 1])
# %%
mixed = pd.DataFrame({0: [1, "1", None], "0": [[1], (1,), {1}], None: [date(2026, 1, 2), time(3), np.nan]}, dtype=object)
mixed[("a", 1)] = [decimal.Decimal("1.10"), b"\x00", {"k": 1}]
nullable = pd.DataFrame({"i": pd.array([1, None], "Int8"), "b": pd.array([True, None], "boolean"), "s": pd.array(["x", None], "string")})
numbers = pd.DataFrame({"half": np.array([1.5, -0.0], "float16"), "z": [1 + 2j, 0], "u": np.array([0, 2**64 - 1], "uint64")})
numbers["gap"] = pd.array([1.0, None], dtype="Float32")
binned = pd.DataFrame({"bin": pd.cut(df["price"], 3), "q": pd.qcut(df["day"], 2, labels=["lo", "hi"])})
# %%
categories = df[["kind"]].astype(pd.CategoricalDtype([*"zcab"], ordered=True))
categories.columns = pd.CategoricalIndex(["kind"], name="columns")
periods = pd.DataFrame({"p": pd.period_range("2026Q1", periods=2, freq="Q"), "d": pd.to_timedelta([1, 2], "h")})
sparse = pd.DataFrame({"s": pd.arrays.SparseArray([0, 0, 3])})
twins = pd.DataFrame([[1, 2], [3, 4]], columns=["same", "same"], index=["r", "r"])
twins.attrs = {"units": ["m", "s"]}
strict = pd.DataFrame({"a": [1]}).set_flags(allows_duplicate_labels=False)
# %% [markdown]
# ## Explore
# %%
print(crossed.columns.names, crossed.columns.levels[2].dtype, crossed.index.nlevels, stamped.index.freq, stamped.index.tz)
crossed.iloc[:3, :3]
# %%
print(stepped.index, nothing.dtypes.to_dict(), hollow.shape, [type(c) for c in mixed.columns], mixed.map(type).iloc[:, 0].tolist())
mixed
# %%
nullable.dtypes.to_dict(), numbers.dtypes.to_dict(), 1 / numbers["half"].to_numpy()[1], int(numbers["u"].iloc[1])
# %% [markdown]
# ## Evaluate results
# %%
print(binned["bin"].cat.categories.dtype, binned["q"].cat.categories.tolist(), type(categories.columns), categories["kind"].max())
periods.dtypes
# %%
print(sparse.dtypes.iloc[0], twins.attrs, twins.index.is_unique, list(twins), strict.flags.allows_duplicate_labels)
twins
# %%
print(mixed[None].iloc[0], mixed[0].iloc[2] is None, mixed["0"].map(type).tolist(), repr(mixed[("a", 1)].iloc[1]))
stamped.shift(1, freq="h").index[-1], nullable["i"].sum(), nothing.columns.tolist(), stepped.loc[20, "a"], hollow.index.dtype
