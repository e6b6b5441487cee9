# engine: dvc
# %% [markdown]
# # Files
# %%
import glob
import json
import os
import pickle

import pandas as pd
# %% [markdown]
# ## Load data
# %%
frames = [pd.read_csv(path) for path in sorted(glob.glob("data/*.csv"))]
df = pd.concat(frames, ignore_index=True).dropna()
df.shape
# %%
os.makedirs("interim", exist_ok=True)
df.to_parquet("interim/orders.parquet")
# %% [markdown]
# ## Clean
# %%
clean = pd.read_parquet("interim/orders.parquet")
clean = clean[clean["count"] > 1]
clean.to_csv("interim/clean.csv", index=False)
# %%
with open("settings.json") as stream:
    settings = json.load(stream)
settings["limit"]
# %% [markdown]
# ## Features
# %%
features = pd.read_csv("interim/clean.csv")
features["dear"] = features["price"] > settings["limit"]
with open("interim/features.pkl", "wb") as stream:
    pickle.dump({"columns": list(features), "rows": len(features)}, stream)
# %%
with open("log.txt", "w") as log:
    log.write("features done\n")
# %% [markdown]
# ## Results
# %%
with open("log.txt", "a") as log:
    log.write("results done\n")
print(open("log.txt").read())
# %%
with open("interim/features.pkl", "rb") as stream:
    about = pickle.load(stream)
share = float(features["dear"].mean())
features.groupby("kind")["price"].mean().to_csv("report.csv")
about, share, sorted(os.listdir("interim"))
# %% [file] settings.json
{"limit": 12}
