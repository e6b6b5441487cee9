# %% [markdown]
# # Imports that come when they are needed
# %%
import importlib
import xml

try:
    import a_package_that_is_not_there

    HAS_IT = True
except ImportError:
    HAS_IT = False

if HAS_IT:
    import csv as reader_module
else:
    import json as reader_module
# %% [markdown]
# ## Load data
# %%
import os, sys; from os import path as p, sep
import csv as tool

with open(p.join("data", "orders.csv")) as stream:
    rows = [*tool.DictReader(stream)]
statistics = importlib.import_module("statistics")
shuffle = __import__("random").shuffle
len(rows), HAS_IT
# %%
def average(values):
    from statistics import fmean as mean

    return round(mean(values), 6)


prices = [float(row["price"] or 0) for row in rows]
average(prices)
# %% [markdown]
# ## Clean
# %%
import json as tool
import xml.etree.ElementTree

json = tool.loads('{"limit": 10}')
kept = [price for price in prices if price < json["limit"]]
tool.dumps(len(kept))
# %%
import collections.abc, concurrent.futures
import xml.dom.minidom as dom

root = xml.etree.ElementTree.fromstring("<a><b/></a>")
del tool
root[0].tag
# %% [markdown]
# ## Features
# %%
class Loader:
    import math

    def root(self, value):
        return self.math.sqrt(value)


with concurrent.futures.ThreadPoolExecutor(1) as pool:
    roots = [*pool.map(Loader().root, kept[:3])]
roots, isinstance(kept, collections.abc.Sequence)
# %%
for name in ("heapq", "bisect"):
    globals()[name] = importlib.import_module(name)
heapq.nsmallest(2, prices), bisect.bisect([1, 2], 1)
# %% [markdown]
# ## Evaluate results
# %%
import json

print(json.dumps([statistics.median(kept), reader_module.__name__, average(kept)]), sep in os.path.abspath("."))
# %%
xml.etree.ElementTree.tostring(root), dom.parseString("<x/>").documentElement.tagName, sys.modules["json"] is json
