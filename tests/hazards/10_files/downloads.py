# findings: [network]
# %% [markdown]
# # Data from a server, kept for the next time
# %%
import http.server
import os
import threading
import urllib.request
from functools import partial
from pathlib import Path


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory="data"))
threading.Thread(target=server.serve_forever, daemon=True).start()
# %% [markdown]
# ## Load data
# %%
CACHE = Path("cache/orders.csv")
if not CACHE.exists():
    CACHE.parent.mkdir(exist_ok=True)
    urllib.request.urlretrieve(f"http://127.0.0.1:{server.server_port}/orders.csv", CACHE)
    fresh = True
rows = CACHE.read_text().split()[1:]
len(rows), fresh
# %%
with urllib.request.urlopen(Path("data/orders.csv").resolve().as_uri()) as answer:
    again = answer.read().decode().split()[1:]
server.shutdown()
server.server_close()
again == rows
# %% [markdown]
# ## Clean
# %%
kept = [row for row in rows if not row.startswith(",")]
Path("cache/kept.csv").write_text("\n".join(kept))
len(kept)
# %%
if not os.path.exists("cache/totals.txt"):
    totals = {}
    for row in open("cache/kept.csv"):
        price, *_, kind = row.strip().split(",")
        totals[kind] = totals.get(kind, 0) + float(price)
    Path("cache/totals.txt").write_text(repr(totals))
else:
    totals = eval(Path("cache/totals.txt").read_text())
totals
# %% [markdown]
# ## Results
# %%
best = max(totals, key=totals.get)
best, round(totals[best] / sum(totals.values()), 6)
# %%
sorted(os.listdir("cache")), Path("cache/totals.txt").stat().st_size
