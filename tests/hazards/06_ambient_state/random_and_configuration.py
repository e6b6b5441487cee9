# engine: ploomber
# %% [markdown]
# # Ambient state
# %%
import os
import random
import warnings

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import train_test_split

np.random.seed(3)
random.seed(4)
rng = np.random.default_rng(5)
plt.rcParams["figure.figsize"] = (3, 2)
pd.set_option("display.precision", 2)
pd.options.display.max_rows = 6
np.set_printoptions(precision=3, suppress=True)
warnings.filterwarnings("ignore")
os.environ["ORDERS_CURRENCY"] = "EUR"
# %% [markdown]
# ## Load data
# %%
df = pd.read_csv("data/orders.csv").dropna()
df["noise"] = np.random.normal(size=len(df))
df
# %%
print(random.random(), rng.integers(100), os.environ["ORDERS_CURRENCY"])
# %% [markdown]
# ## Explore
# %%
df.sample(4)
# %%
plt.plot(df["noise"].cumsum())
plt.show()
# %% [markdown]
# ## Train
# %%
X_train, X_test, y_train, y_test = train_test_split(df[["price", "count", "noise"]], df["day"])
forest = RandomForestRegressor(n_estimators=8)
forest.fit(X_train, y_train)
# %% [markdown]
# ## Evaluate
# %%
warnings.warn("not to be seen")
r2 = forest.score(X_test, y_test)
print(r2, random.choice("abcdef"), rng.normal(size=3), np.random.rand(2))
# %%
print(np.array([1.23456789, 2.0]), os.environ["ORDERS_CURRENCY"], random.sample(range(50), 3))
df.describe()
