# engine: ploomber
# %% [markdown]
# # Imports
# %%
from __future__ import annotations

import os.path
from math import *

import pandas as pd

try:
    import ujson_that_is_not_there as json
except ImportError:
    import json
# %% [markdown]
# ## Load data
# %%
import helpers
from helpers import double as twice

df = pd.read_csv("data/orders.csv").dropna()
%run more_helpers.py
print(loaded_from_script, os.path.basename("data/orders.csv"))
# %%
df["root"] = df["price"].map(sqrt)
df.head(2)
# %% [markdown]
# ## Features
# %%
import pandas as pd  # once more, as pasted from elsewhere

df["twice"] = twice(df["price"])
df["halved"] = halve(df["price"])
json.dumps({"rows": len(df)})
# %%
import numpy as np, datetime as dt

df["when"] = [dt.date(2026, 1, 1) + dt.timedelta(days=int(d)) for d in df["day"]]
df.dtypes
# %% [markdown]
# ## Evaluate
# %%
score = float(np.round(df["root"].sum(), 6))
print(score, ceil(score), helpers.NAME, os.path.exists("data/orders.csv"))
# %%
from statistics import mean

json.dumps({"mean": round(mean(df["halved"]), 6), "when": str(pd.Series(df["when"]).max())})
# %% [file] helpers.py
NAME = 'helpers'


def double(values):
    return values * 2
# %% [file] more_helpers.py
loaded_from_script = True


def halve(values):
    return values / 2
