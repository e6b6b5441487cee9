# %% [markdown]
# # Series, indexes and single values
# %%
import numpy as np
import pandas as pd
# %% [markdown]
# ## Load data
# %%
df = pd.read_csv("data/orders.csv")
unnamed = df["price"].rename(None)
numbered = df["price"].rename(7)
by_tuple = df.groupby("kind")["price"].sum().rename(("price", "sum"))
long = df.set_index(["kind", "day"])["price"].sort_index()
partial = long.loc[["a", "b"]]
kinds = pd.CategoricalIndex(df["kind"].head(4), categories=["c", "b", "a", "unused"], ordered=True, name="kind")
# %%
when = pd.date_range("2026-01-31", periods=3, freq="ME", name="when")
loose = pd.DatetimeIndex(["2026-01-01", None], dtype="datetime64[s]")
bins = pd.interval_range(0, 3, closed="left")
days = pd.Series(pd.to_datetime(["2026-05-01", None]), index=pd.Index([1.5, np.nan], name="at"))
single = df.iloc[0]
stack = pd.Series([np.arange(2), pd.Series([1]), df.head(1), None], dtype=object)
# %%
stamp, span, missing, gap = pd.Timestamp("2026-01-02", tz="Asia/Tokyo"), pd.Timedelta("90s"), pd.NaT, pd.NA
interval, period = pd.Interval(0, 1), pd.Period("2026-03", "M")
kind_of = df["kind"].astype("category").cat.codes
truth = pd.Series([True, None, False])
sparse = pd.Series([0.0, 0.0, 1.0], dtype="Sparse[float]")
wide = df["price"].head(3).to_frame().T
columns = df.columns
# %% [markdown]
# ## Explore
# %%
print(unnamed.name, numbered.name, by_tuple.name, long.index.names, partial.index.levels[0].tolist(), kinds.categories.tolist(), kinds.ordered)
long.head(3)
# %%
print(when.freq, loose.dtype, loose.hasnans, bins.closed, days.index.dtype, single.name, single.dtype, [type(x).__name__ for x in stack])
partial.index.remove_unused_levels().levels[0]
# %% [markdown]
# ## Evaluate results
# %%
print(stamp, stamp.tz, span, missing is pd.NaT, gap is pd.NA, interval.closed, period + 1, kind_of.dtype, truth.dtype, truth.iloc[1] is None)
sparse.dtype, wide.index.tolist(), columns.dtype
# %%
print(when.shift(1)[-1], kinds.sort_values()[0], numbered.index is unnamed.index, days.iloc[1] is pd.NaT, 0.5 in bins[0], columns.tolist())
stack.iloc[2].equals(df.head(1)), partial.loc["b"].sum(), by_tuple
