# %% [markdown]
# # Names for the same thing
# %%
import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.tree import DecisionTreeRegressor
# %% [markdown]
# ## Load data
# %%
df = pd.read_csv("data/orders.csv").dropna()
same = df
values = np.arange(6.0)
window = values[2:4]
# %%
model = Ridge()
models = [model, DecisionTreeRegressor(random_state=0)]
rows = df.head(3).to_dict("records")
first = rows[0]
# %% [markdown]
# ## Clean
# %%
df["total"] = df["price"] * df["count"]
window[:] = 10
same.columns.tolist()
# %%
first["price"] = -1
rows[0]["price"], values
# %% [markdown]
# ## Train
# %%
for one in models:
    one.fit(df[["price", "count"]], df["total"])
model.coef_.round(6)
# %% [markdown]
# ## Evaluate
# %%
print(model is models[0], same is df, values.sum(), first)
r2 = model.score(df[["price", "count"]], df["total"])
r2
# %%
values[3] = 0
print(window, models[1].get_depth())
