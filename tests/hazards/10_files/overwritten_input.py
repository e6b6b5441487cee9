# %% [markdown]
# # Files that are read and written again
# %%
import csv
import json
import os
from pathlib import Path
# %% [markdown]
# ## Load data
# %%
with open("data/orders.csv", newline="") as stream:
    rows = list(csv.DictReader(stream))
state = json.loads(Path("state.json").read_text())
state["runs"] += 1
Path("state.json").write_text(json.dumps(state))
len(rows), state
# %%
with open("log.txt", "a") as log:
    log.write("loaded\n")
# %% [markdown]
# ## Clean
# %%
rows = [row for row in rows if row["price"]]
with open("data/orders.csv", "w", newline="") as stream:
    writer = csv.DictWriter(stream, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
os.path.getsize("data/orders.csv")
# %%
with open("log.txt", "a") as log:
    log.write(f"cleaned {len(rows)}\n")
# %% [markdown]
# ## Features
# %%
again = list(csv.DictReader(open("data/orders.csv", newline="")))
totals = {}
for row in again:
    totals[row["kind"]] = totals.get(row["kind"], 0) + float(row["price"])
totals
# %%
with open("data/orders.csv", "r+") as stream:
    header = stream.readline()
    stream.seek(0)
    stream.write(header.upper())
header
# %% [markdown]
# ## Results
# %%
state = json.loads(Path("state.json").read_text())
state["totals"] = totals
Path("state.json").write_text(json.dumps(state))
print(state["runs"], open("data/orders.csv").readline().strip())
# %%
with open("log.txt", "a") as log:
    log.write("done\n")
print(open("log.txt").read(), Path("state.json").read_text())
# %% [file] state.json
{"runs": 4}
# %% [file] log.txt
from before
