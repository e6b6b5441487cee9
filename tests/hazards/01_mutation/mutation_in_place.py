# %% [markdown]
# # Orders
# %%
import pandas as pd
from sklearn.linear_model import LinearRegression
# %% [markdown]
# ## Load data
# %%
df = pd.read_csv("data/orders.csv")
seen = []
df.shape
# %%
seen.append("raw")
df.head(3)
# %% [markdown]
# ## Clean
# %%
df["total"] = df["price"] * df["count"]
df.dropna(inplace=True)
# %%
seen.append("clean")
df.loc[df["count"] > 8, "count"] = 8
df.sort_values("total", inplace=True, ignore_index=True)
df.tail(3)
# %% [markdown]
# ## Train the model
# %%
model = LinearRegression()
settings = {"columns": ["price", "count"]}
# %%
settings["columns"].append("day")
model.fit(df[settings["columns"]], df["total"])
# %% [markdown]
# ## Evaluate
# %%
seen.append("model")
r2 = model.score(df[settings["columns"]], df["total"])
print(seen, settings, round(r2, 6))
df.drop(columns="day", inplace=True)
# %%
df.describe()
