# %% [markdown]
# # Values of plain Python
# %%
import datetime as dt
import enum
import math
import re
import uuid
from array import array
from collections import ChainMap, Counter, OrderedDict, UserDict, defaultdict, deque, namedtuple
from decimal import Decimal
from fractions import Fraction
from pathlib import Path, PurePosixPath
from types import MappingProxyType, SimpleNamespace
# %% [markdown]
# ## Load data
# %%
keys = {1: "int", "1": "str", True: "bool is int", None: 0, (1, 2): [3], 1.5: {}, frozenset({1}): b"bytes"}
nested = [(1, [2, (3,)]), {"t": (4,), "s": {5}}, [], (), {}, set(), "", b""]
numbers = [float("nan"), float("inf"), -0.0, 1e-320, 10**40, 0.1 + 0.2, 3 + 4j, Decimal("1.10"), Fraction(1, 3), True]
texts = ["\ud800 alone", "nul \0", "🦆é", "line\r\nline", " tail ", "null", "1e3", "ünï"]
# %%
moment = dt.datetime(2026, 10, 25, 2, 30, tzinfo=dt.timezone(dt.timedelta(hours=1)), fold=1)
span = dt.timedelta(days=-1, microseconds=5)
grouped = defaultdict(lambda: "missing", a=1)
ordered = OrderedDict([("z", 1), ("a", 2)])
window = deque([1, 2, 3], maxlen=3)
layers = ChainMap({"a": 1}, {"a": 2, "b": 3})
counts = Counter("abracadabra")
shared = UserDict(x=1)
# %%
class Colour(enum.IntEnum):
    RED = 1


class Name(str):
    note = "subclass of str"


Point = namedtuple("Point", ["x", "y"])
colour, name, point = Colour.RED, Name("ada"), Point(1, y=2)
name.extra = "kept?"
where, pattern = Path("data") / "orders.csv", re.compile(r"(\d+),", re.I)
steps, cut, dots = range(0, 10, 3), slice(1, None), ...
packed, buffer, ident = array("f", [1.5, 2]), bytearray(b"ab"), uuid.UUID(int=5)
frozen = MappingProxyType({"a": [1]})
space = SimpleNamespace(a=1, where=PurePosixPath("x"))
# %% [markdown]
# ## Explore
# %%
print(keys, list(keys), nested, sep="\n")
# %%
print(numbers, math.copysign(1, numbers[2]), type(numbers[-1]), type(numbers[4]))
[ascii(text) for text in texts]
# %% [markdown]
# ## Evaluate results
# %%
print(moment, moment.fold, moment.utcoffset(), span, grouped["b"], list(grouped), list(ordered), layers["a"], len(layers.maps))
window.append(4)
window, counts.most_common(2), counts["q"], shared
# %%
print(repr(colour), isinstance(colour, Colour), type(name).__name__, name.extra, name.note, point, point._asdict(), where.exists())
print(pattern.findall("1,22,"), pattern.flags, list(steps), steps.step, [1, 2, 3][cut], dots is ..., packed, buffer, ident)
# %%
buffer += b"c"
frozen["a"].append(2)
print(frozen, space, type(keys[(1, 2)]), keys[True], type(nested[0][1][1]), buffer, isinstance(where, Path))
