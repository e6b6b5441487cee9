# %% [markdown]
# # Everything pandas changes in place
# %%
import pandas as pd
# %% [markdown]
# ## Load data
# %%
df = pd.read_csv("data/orders.csv")
totals = pd.Series(0.0, index=["a", "b", "c"], name="totals")
parts = {kind: part.copy() for kind, part in df.groupby("kind")}
df.attrs["source"] = "orders"
df.info()
# %% [markdown]
# ## Clean
# %%
df.columns = df.columns.str.upper()
df.index.name = "row"
df.insert(1, "PAID", True)
df.fillna({"PRICE": 0}, inplace=True)
df.rename(columns={"COUNT": "N"}, inplace=True)
df.head(2)
# %%
df.at[0, "PRICE"] = 99
df.iloc[1, 0] = 98
df.loc[df["N"] == 0, ["PAID", "N"]] = [False, -1]
day = df.pop("DAY")
for kind, part in parts.items():
    part["share"] = part["count"] / part["count"].sum()
    totals[kind] = part["price"].sum()
# %% [markdown]
# ## Features
# %%
df.eval("TOTAL = PRICE * N", inplace=True)
df["KIND"] = df["KIND"].astype("category")
df.update(pd.DataFrame({"PRICE": [1.0, 2.0]}))
def shorten(frame):
    frame.drop(index=frame.index[40:], inplace=True)


shorten(df)
len(df)
# %%
totals.sort_values(inplace=True, ascending=False)
totals.index = totals.index.str.upper()
totals["D"] = -1
totals
# %% [markdown]
# ## Results
# %%
df.set_index("KIND", append=True, inplace=True)
df.attrs["rows"] = len(df)
print(df.attrs, df.index.names, int(day.sum()))
df.tail(3)
# %%
parts["b"].drop_duplicates("day", inplace=True)
parts["b"].reset_index(drop=True, inplace=True)
parts["b"].head()
# %%
del df["PAID"]
df.sort_index(ascending=False, inplace=True)
df.describe()
