# %% [markdown]
# # Results that git tracks, in many formats
# %%
import gzip
import json
import pickle
import zipfile
from pathlib import Path

import numpy as np

Path("results").mkdir(exist_ok=True)
# %% [markdown]
# ## Load data
# %%
data = np.genfromtxt("data/orders.csv", delimiter=",", skip_header=1, usecols=(0, 1))
data = data[~np.isnan(data).any(axis=1)]
np.savez("results/arrays.npz", data=data, first=data[0])
np.save("results/data.npy", data)
data.shape
# %%
with gzip.open("results/text.txt.gz", "wt") as stream:
    stream.write("compressed")
# %% [markdown]
# ## Clean
# %%
loaded = np.load("results/arrays.npz")
capped = np.minimum(loaded["data"], 20)
np.savetxt("results/capped.csv", capped, delimiter=",", fmt="%.3f")
sorted(loaded.files), capped.max()
# %%
with zipfile.ZipFile("results/all.zip", "w") as archive:
    archive.write("results/capped.csv")
    archive.writestr("note.txt", "inside")
# %% [markdown]
# ## Features
# %%
with open("results/model.pkl", "wb") as stream:
    pickle.dump({"mean": capped.mean(axis=0), "rows": len(capped)}, stream)
with zipfile.ZipFile("results/all.zip") as archive:
    names = archive.namelist()
names
# %%
summary = {"rows": len(capped), "mean": round(float(capped.mean()), 6)}
Path("results/summary.json").write_text(json.dumps(summary))
# %% [markdown]
# ## Results
# %%
with open("results/model.pkl", "rb") as stream:
    model = pickle.load(stream)
model["rows"], model["mean"].round(4), gzip.open("results/text.txt.gz", "rt").read()
# %%
mapped = np.load("results/data.npy", mmap_mode="r")
Path("report.md").write_text(f"# Report\n\n{json.loads(Path('results/summary.json').read_text())['rows']} rows\n")
mapped[0], mapped.shape, Path("report.md").read_text()
# %% [file] report.md
# Report

to be written
# %% [file] results/summary.json
{"rows": 0}
