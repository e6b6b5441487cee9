# %% [markdown]
# # Libraries that the notebook changes
# %%
import builtins
import collections
import collections.abc
import json
import string

import numpy as np

np.float = float
np.Inf = np.inf
collections.Callable = collections.abc.Callable
string.vowels = "aeiou"
# %% [markdown]
# ## Load data
# %%
rows = [line.split(",") for line in open("data/orders.csv").read().split()[1:]]
prices = np.array([row[0] or "nan" for row in rows]).astype(np.float)
np.nanmax(prices), isinstance(len, collections.Callable)
# %%
def shout(*values, **options):
    quiet(*[str(value).upper() for value in values], **options)


quiet = builtins.print
builtins.print = shout
print("loaded", len(rows))
# %%
class Encoder(json.JSONEncoder):
    def default(self, value):
        return value.tolist() if isinstance(value, np.ndarray) else super().default(value)


json.JSONEncoder.default = Encoder.default
json._default_encoder = Encoder()
json.dumps({"prices": prices[:2]})
# %% [markdown]
# ## Clean
# %%
kept = prices[~np.isnan(prices)]
print("kept", len(kept), np.Inf > 1)
# %%
original = np.mean
np.mean = lambda values, *rest, **options: round(float(original(values, *rest, **options)), 2)
np.mean(kept), np.nanmean(prices).round(5)
# %% [markdown]
# ## Features
# %%
scaled = kept / np.mean(kept)
letters = [letter for letter in string.vowels if letter in "orders"]
print(letters, json.dumps(scaled[:1].round(3)))
# %%
builtins.print = quiet
print("in lower case again", np.float(3))
# %% [markdown]
# ## Evaluate
# %%
np.mean = original
print(np.mean(kept), json.dumps({"a": np.arange(2)}), collections.Callable.__name__)
# %%
builtins.answer = 42
del np.float
answer, hasattr(np, "float"), string.vowels
