"""Values of many kinds. Run as a script, it prints their fingerprints, made by the package `values` as kernels get it."""

# ruff: noqa: FLY002, ICN001, PLC3002 - the values are odd on purpose
from __future__ import annotations

import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import functools
import importlib.util
import json
import pathlib
import re
import sys
import uuid

import numpy as np
import pandas as pd
import scipy.sparse
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingRegressor, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeRegressor


class Plain:
    """A class of the notebook's own."""

    factor = 2

    def __init__(self, value):
        self.value = value
        self.words = {"b", "a", "c"}

    def scaled(self):
        """A method with a cell of its own."""
        return super().__repr__() and self.value * self.factor


class Slotted:
    __slots__ = ("left", "right")

    def __init__(self):
        self.left = 1
        self.right = [2]


class Node:
    def __init__(self, name):
        self.name = name
        self.neighbours = []
        self.peers = set()


@dataclasses.dataclass
class Point:
    x: int
    y: list


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


def outer(offset):
    def inner(x, scale=3):
        return x * scale + offset

    return inner


def graph():
    nodes = [Node(name) for name in "abcd"]
    for node in nodes:
        node.neighbours = [other for other in nodes if other is not node]
        node.peers = {other for other in nodes if other is not node}
    return nodes


def cycle():
    loop = [1, 2]
    loop.append({"self": loop})
    return loop


def data():
    rng = np.random.default_rng(7)
    features = rng.normal(size=(60, 4))
    return features, (features[:, 0] + features[:, 1] > 0).astype(int)


def frame():
    return pd.DataFrame(
        {
            "number": [1.5, np.nan, -0.0],
            "text": ["x", None, "ü"],
            "when": pd.to_datetime(["2020-01-01", None, "2021-06-01"]),
            "kind": pd.Categorical(["a", "b", "a"], ["b", "a"], ordered=True),
            "maybe": pd.array([1, None, 3], dtype="Int64"),
            "span": pd.to_timedelta([1, 2, 3], unit="h"),
            "zone": pd.date_range("2020", periods=3, tz="Europe/Berlin"),
            "month": pd.period_range("2020-01", periods=3, freq="M"),
            "range": pd.arrays.IntervalArray.from_breaks([0, 1, 2, 3]),
            "thin": pd.arrays.SparseArray([0, 0, 1]),
            "things": [[1], {"a": {1, 2}}, None],
        },
        index=pd.Index(["r", "s", "t"], name="id"),
    )


def fitted(model):
    features, target = data()
    return model.fit(features, target)


def set_state():
    """A generator that the system seeded first, differently in every process."""
    generator = np.random.RandomState()
    generator.set_state(np.random.RandomState(4).get_state())
    return generator


def boosted_without_a_seed():
    """It holds the generator of the process, which others draw from as well."""
    np.random.set_state(np.random.RandomState(4).get_state())  # noqa: NPY002 - that one is meant
    model = fitted(GradientBoostingClassifier(n_estimators=3, subsample=0.5))
    np.random.random()  # noqa: NPY002
    return model


ZOO = {
    "none": lambda: None,
    "big int": lambda: 10**400,
    "nan": lambda: float("nan"),
    "text": lambda: "häl\ud800lo",
    "interned list": lambda: ["name", "na" + "me", "".join(["n", "ame"])],
    "nested": lambda: {"a": [1, (2.5, None)], "b": {"c": {3, "x", (1, "y")}}},
    "set of text": lambda: {str(number) for number in range(50)},
    "frozen sets": lambda: {frozenset({"a", "b"}), frozenset({"c"})},
    "shared": lambda: (lambda part: [part, part])([1, "x"]),
    "cycle": cycle,
    "graph": graph,
    "complex": lambda: complex(1, float("nan")),
    "bytearray": lambda: bytearray(b"abc"),
    "range": lambda: range(0, 10, 3),
    "slice": lambda: slice(1, None, 2),
    "ellipsis": lambda: ...,
    "datetime": lambda: datetime.datetime(2020, 1, 2, 3, tzinfo=datetime.timezone.utc),
    "decimal": lambda: decimal.Decimal("1.10"),
    "fraction": lambda: fractions.Fraction(1, 3),
    "path": lambda: pathlib.PurePosixPath("a/b"),
    "uuid": lambda: uuid.UUID(int=5),
    "regex": lambda: re.compile("a+", re.IGNORECASE),
    "counter": lambda: collections.Counter("abca"),
    "defaultdict": lambda: collections.defaultdict(list, {"a": [1]}),
    "ordered": lambda: collections.OrderedDict([("b", 1), ("a", 2)]),
    "deque": lambda: collections.deque([1, 2], maxlen=3),
    "named tuple": lambda: collections.namedtuple("Pair", "a b")(1, 2),  # noqa: PYI024
    "object": lambda: Plain(3),
    "slots": Slotted,
    "dataclass": lambda: Point(1, [2]),
    "enum": lambda: Colour.RED,
    "class": lambda: Plain,
    "function": lambda: outer,
    "closure": lambda: outer(4),
    "lambda": lambda: lambda x: x + 1,
    "bound method": lambda: Plain(3).scaled,
    "partial": lambda: functools.partial(outer, offset=2),
    "library function": lambda: np.linalg.norm,
    "builtin": lambda: len,
    "ufunc": lambda: np.add,
    "exception": lambda: ValueError("bad", 3),
    "array": lambda: np.arange(12, dtype="f4").reshape(3, 4),
    "fortran array": lambda: np.asfortranarray(np.arange(12.0).reshape(3, 4)),
    "strided view": lambda: np.arange(20)[::3],
    "text array": lambda: np.array(["a", "bcd"]),
    "object array": lambda: np.array([1, "a", None, {"x", "y"}], dtype=object),
    "datetime array": lambda: np.array(["2020-01-01", "NaT"], dtype="M8[D]"),
    "structured": lambda: np.array([(1, 2.5), (3, np.nan)], dtype=[("a", "i4"), ("b", "f8")]),
    "padded": lambda: np.array([(1, 2.5)], dtype=np.dtype([("a", "i1"), ("b", "f8")], align=True)),
    "masked": lambda: np.ma.masked_array([1.0, 2.0], [False, True]),
    "long double": lambda: np.array([1, np.nan], dtype=np.longdouble) / 3,
    "numpy scalar": lambda: np.float32(1.5),
    "dtype": lambda: np.dtype("i4"),
    "generator": lambda: np.random.default_rng(3),
    "random state": lambda: np.random.RandomState(3),
    "random state that was set": set_state,
    "sparse": lambda: scipy.sparse.random(10, 10, 0.2, format="csr", rng=1),
    "frame": frame,
    "empty frame": pd.DataFrame,
    "multi-index": lambda: frame().set_index(["text", "kind"])[["number"]],
    "multi-columns": lambda: pd.DataFrame(np.eye(2), columns=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)])),
    "duplicated columns": lambda: pd.DataFrame(np.eye(2), columns=["a", "a"]),
    "attributes": lambda: pd.DataFrame({"a": [1]}).pipe(lambda table: table.attrs.update(source="x") or table),
    "series": lambda: frame()["text"],
    "date index": lambda: pd.date_range("2020", periods=3),
    "timestamp": lambda: pd.Timestamp("2020-01-01 10:00", tz="UTC"),
    "missing": lambda: [pd.NA, pd.NaT, None],
    "group by": lambda: pd.DataFrame({"a": [1, 1, 2], "b": [1, 2, 3]}).groupby("a"),
    "tree": lambda: fitted(DecisionTreeRegressor(max_depth=4, random_state=0)),
    "forest": lambda: fitted(RandomForestClassifier(5, random_state=0)),
    "boosting": lambda: fitted(GradientBoostingClassifier(n_estimators=3, random_state=0)),
    "boosting without a seed": boosted_without_a_seed,
    "histogram boosting": lambda: fitted(HistGradientBoostingRegressor(max_iter=3, random_state=0)),
    "neighbours": lambda: fitted(KNeighborsClassifier()),
    "pipeline": lambda: fitted(make_pipeline(StandardScaler(), LogisticRegression())),
    "words": lambda: TfidfVectorizer().fit(["a bb cc", "cc dd", "ee"]),
}


def main(source):
    """Print the fingerprints of all, and those that are not stable within one process."""
    spec = importlib.util.spec_from_file_location("injected", source)
    values = importlib.util.module_from_spec(spec)
    sys.modules["injected"] = values
    spec.loader.exec_module(values)
    print(json.dumps({name: values.fingerprint(make()) for name, make in ZOO.items()}))


if __name__ == "__main__":
    main(sys.argv[1])
