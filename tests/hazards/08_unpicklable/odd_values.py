# %% [markdown]
# # Values that refuse to be saved
# %%
import contextvars
import itertools
import math
import operator
import re
import sys
import weakref
from functools import partial
from types import MappingProxyType, ModuleType
# %% [markdown]
# ## Load data
# %%
text = open("data/orders.csv").read()
backend = math if "," in text else None
tools = {"math": math, "sqrt": math.sqrt}
found = re.search(r"(\d+\.\d+),(\d)", text)
by_kind = {"a": 1, "b": 2}
keys = by_kind.keys()
pairs = by_kind.items()
frozen = MappingProxyType(by_kind)
view = memoryview(text.encode())
# %%
setting = contextvars.ContextVar("setting", default=1)
setting.set(5)
module = ModuleType("made_here")
module.value = [1]
sys.modules["made_here"] = module


class Node:
    pass


node = Node()
reference = weakref.ref(node)
cache = weakref.WeakValueDictionary(node=node)
groups = itertools.groupby("aabbb")
# %% [markdown]
# ## Clean
# %%
try:
    int("x")
except ValueError as error:
    failure = error
scale = partial(lambda factor, value: factor * value, 3)
last = operator.attrgetter("value")
failure.args, failure.__traceback__.tb_lineno, scale(2)
# %%
from made_here import value

value.append(2)
by_kind["c"] = 3
list(keys), dict(frozen), found.group(1), last(module)
# %% [markdown]
# ## Features
# %%
number = float(found.group(1))
root = backend.sqrt(number) + tools["sqrt"](4) + tools["math"].floor(2.5)
root, len(view), setting.get()
# %%
sizes = [(letter, len(list(group))) for letter, group in groups]
square = property(lambda self: self.side**2)
Square = type("Square", (), {"square": square, "side": 3})
sizes, Square().square, reference() is node, len(cache)
# %% [markdown]
# ## Results
# %%
print(failure, scale(root), [pair for pair in pairs], bytes(view[:5]), found.span(), module.value, backend.__name__)
# %%
node.label = "kept"
cache["node"].label, reference().label, isinstance(backend, ModuleType), setting.get()
