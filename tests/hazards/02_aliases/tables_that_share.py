# %% [markdown]
# # Tables: what is shared and what is not
# %%
from types import SimpleNamespace

import pandas as pd
# %% [markdown]
# ## Load data
# %%
df = pd.read_csv("data/orders.csv").dropna()
bunch = SimpleNamespace(frame=df, data=df[["price", "count"]], target=df["day"])
train, test = df.iloc[:40].copy(), df.iloc[40:].copy()
frames = [train, test]
kinds = df.groupby("kind")
locate = df.loc
price = df["price"]
# %%
named = {"train": train, "all": df}
row = df.iloc[0]
array = df[["price"]].to_numpy()
# %% [markdown]
# ## Clean
# %%
for frame in frames:
    frame["total"] = frame["price"] * frame["count"]
    frame.drop(columns="day", inplace=True)
df["dear"] = df["price"] > 10
# %%
price.iloc[0] = -5
bunch.data.iloc[1, 0] = -6
row["price"] = -7
df["price"].iloc[0], df["price"].iloc[1], array[0, 0]
# %% [markdown]
# ## Features
# %%
bunch.frame["from_bunch"] = 1
named["train"]["from_dict"] = 2
print(list(df), list(train), list(bunch.data), list(test))
# %%
df.loc[df.index[0], "price"] = 1000
print(kinds["price"].max().to_dict(), locate[0, "price"], price.iloc[0])
# %% [markdown]
# ## Evaluate results
# %%
df.rename(columns={"price": "cost"}, inplace=True)
print(bunch.frame is df, list(bunch.frame), named["all"] is df, frames[0] is train)
train.head(2)
# %%
del df
bunch.frame["last"] = 0
named["all"].tail(2)
