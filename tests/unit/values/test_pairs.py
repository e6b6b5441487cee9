"""What counts as another value, and what as the same one."""

# ruff: noqa: DTZ001, FLY002, ICN001, PLC3002, PLW0108 - the values are odd on purpose
from __future__ import annotations

import collections
import datetime
import decimal
import functools
import importlib
import zoneinfo
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from jupyter_mlops_converters.values import compare, fingerprint
from sklearn.base import clone
from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import LabelEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

RNG = np.random.default_rng(5)
FEATURES = RNG.normal(size=(80, 3))
TARGET = (FEATURES[:, 0] > 0).astype(int)
TABLE = pd.DataFrame({"age": [1.5, 2.5, 3.5], "name": ["a", "b", "c"]}, index=pd.Index([10, 20, 30], name="id"))


def table(**columns: Any) -> pd.DataFrame:
    return TABLE.assign(**columns)


def forest() -> RandomForestClassifier:
    return RandomForestClassifier(4, random_state=0).fit(FEATURES, TARGET)


def with_another_tree() -> RandomForestClassifier:
    model = forest()
    model.estimators_[2] = DecisionTreeClassifier(random_state=9).fit(FEATURES[:40], TARGET[:40])
    return model


def with_one_threshold_moved() -> RandomForestClassifier:
    model = forest()
    tree = model.estimators_[1].tree_
    tree.threshold[0] = np.nextafter(tree.threshold[0], 1)
    return model


def after_draws(count: int) -> np.random.Generator:
    generator = np.random.default_rng(1)
    generator.normal(size=count)
    return generator


def frozen(kind: str) -> pd.DataFrame:
    return pd.DataFrame({"x": pd.Categorical(["a", "b"], categories=list(kind))})


def with_attribute() -> Callable[[], int]:
    def function() -> int:
        return 1

    function.calls = 3  # type: ignore[attr-defined]
    return function


def without_attribute() -> Callable[[], int]:
    def function() -> int:
        return 1

    return function


def adder(amount: int) -> Callable[[int], int]:
    return lambda value: value + amount


class Account:
    def __init__(self, balance: float) -> None:
        self.balance = balance


def class_with(body: str) -> Any:
    scope: dict[str, Any] = {"__name__": "__main__"}
    exec(f"class Model:\n    def predict(self):\n        return {body}\n", scope)
    return scope["Model"]


DIFFERENT: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "int and float": (lambda: 1, lambda: 1.0),
    "int and bool": (lambda: 1, lambda: True),
    "int and numpy int": (lambda: 1, lambda: np.int64(1)),
    "numpy int widths": (lambda: np.int32(1), lambda: np.int64(1)),
    "zero and minus zero": (lambda: 0.0, lambda: -0.0),
    "tuple and list": (lambda: (1, 2), lambda: [1, 2]),
    "text and bytes": (lambda: "a", lambda: b"a"),
    "text and numpy text": (lambda: "a", lambda: np.str_("a")),
    "list order": (lambda: [1, 2], lambda: [2, 1]),
    "list nesting": (lambda: [[1], [2, 3]], lambda: [[1, 2], [3]]),
    "concatenation": (lambda: ["ab", "c"], lambda: ["a", "bc"]),
    "stale value": (lambda: {"accuracy": 0.91}, lambda: {"accuracy": 0.90}),
    "dict order": (lambda: {"a": 1, "b": 2}, lambda: {"b": 2, "a": 1}),
    "dict key types": (lambda: {1: "x"}, lambda: {"1": "x"}),
    "dict and ordered dict": (lambda: {"a": 1}, lambda: collections.OrderedDict(a=1)),
    "dict and defaultdict": (lambda: {"a": 1}, lambda: collections.defaultdict(int, a=1)),
    "default factories": (lambda: collections.defaultdict(int), lambda: collections.defaultdict(list)),
    "set and frozenset": (lambda: {1}, lambda: frozenset({1})),
    "set elements": (lambda: {(1, "a"), (2, "b")}, lambda: {(1, "b"), (2, "a")}),
    "empty containers": (list, tuple),
    "none and nan": (lambda: None, lambda: float("nan")),
    "none and NA": (lambda: None, lambda: pd.NA),
    "NA and NaT": (lambda: pd.NA, lambda: pd.NaT),
    "decimal digits": (lambda: decimal.Decimal("1.0"), lambda: decimal.Decimal("1.00")),
    "datetime zone": (
        lambda: datetime.datetime(2020, 1, 1),
        lambda: datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc),
    ),
    "zones of one offset": (lambda: zoneinfo.ZoneInfo("Europe/Berlin"), lambda: zoneinfo.ZoneInfo("Europe/Paris")),
    "date and datetime": (lambda: datetime.date(2020, 1, 1), lambda: datetime.datetime(2020, 1, 1)),
    "object state": (lambda: Account(1.0), lambda: Account(2.0)),
    "object attribute added": (lambda: Account(1.0), lambda: vars(a := Account(1.0)).update(x=1) or a),
    "lambda bodies": (lambda: lambda x: x + 1, lambda: lambda x: x + 2),
    "closure values": (lambda: adder(1), lambda: adder(2)),
    "default arguments": (lambda: lambda x=1: x, lambda: lambda x=2: x),
    "function attributes": (with_attribute, without_attribute),
    "partial arguments": (lambda: functools.partial(adder, 1), lambda: functools.partial(adder, 2)),
    "methods of classes": (lambda: class_with("1"), lambda: class_with("2")),
    "classes of instances": (lambda: class_with("1")(), lambda: class_with("2")()),
    "array values": (lambda: np.array([1, 2]), lambda: np.array([1, 3])),
    "array dtype width": (lambda: np.array([1, 2], "i4"), lambda: np.array([1, 2], "i8")),
    "array byte order": (lambda: np.array([1, 2], "<i4"), lambda: np.array([1, 2], ">i4")),
    "array signedness": (lambda: np.array([1, 2], "u4"), lambda: np.array([1, 2], "i4")),
    "array shape": (lambda: np.zeros((2, 3)), lambda: np.zeros((3, 2))),
    "array dimensions": (lambda: np.zeros(3), lambda: np.zeros((3, 1))),
    "array and list": (lambda: np.array([1, 2]), lambda: [1, 2]),
    "array and matrix": (lambda: np.zeros((2, 2)), lambda: np.zeros((2, 2)).view(np.matrix)),
    "array zero sign": (lambda: np.array([0.0]), lambda: np.array([-0.0])),
    "array last bit": (lambda: np.array([0.1 + 0.2]), lambda: np.array([0.3])),
    "array mask": (lambda: np.ma.masked_array([1, 2], [0, 1]), lambda: np.ma.masked_array([1, 2], [1, 0])),
    "array date unit": (lambda: np.array(["2020-01-01"], "M8[D]"), lambda: np.array(["2020-01-01"], "M8[s]")),
    "array field names": (lambda: np.zeros(2, [("a", "i4")]), lambda: np.zeros(2, [("b", "i4")])),
    "object array items": (
        lambda: np.array([1, None], dtype=object),
        lambda: np.array([1, float("nan")], dtype=object),
    ),
    "sparse value": (lambda: scipy.sparse.eye(3, format="csr"), lambda: scipy.sparse.eye(3, format="csr") * 2),
    "sparse layout": (lambda: scipy.sparse.eye(3, format="csr"), lambda: scipy.sparse.eye(3, format="csc")),
    "random state": (lambda: np.random.default_rng(1), lambda: np.random.default_rng(2)),
    "draws from a generator": (lambda: after_draws(0), lambda: after_draws(1)),
    "legacy random state": (lambda: np.random.RandomState(1), lambda: np.random.RandomState(2)),
    "frame value": (table, lambda: table(age=[1.5, 2.5, 9.5])),
    "frame lost index": (table, lambda: table().reset_index(drop=True)),
    "frame index name": (table, lambda: table().rename_axis("key")),
    "frame index as column": (table, lambda: table().reset_index()),
    "frame index type": (lambda: pd.DataFrame({"a": [1, 2]}), lambda: pd.DataFrame({"a": [1, 2]}, index=[0, 1])),
    "frame column order": (table, lambda: table()[["name", "age"]]),
    "frame column missing": (table, lambda: table()[["name"]]),
    "frame column renamed": (table, lambda: table().rename(columns={"age": "Age"})),
    "frame column key types": (
        lambda: pd.DataFrame(np.eye(2), columns=[0, 1]),
        lambda: pd.DataFrame(np.eye(2), columns=["0", "1"]),
    ),
    "frame dtype": (table, lambda: table().astype({"age": "float32"})),
    "frame rows": (table, lambda: table().iloc[:2]),
    "frame row order": (table, lambda: table().iloc[::-1]),
    "frame text dtype": (table, lambda: table().astype({"name": object})),
    "frame nullable dtype": (
        lambda: pd.DataFrame({"a": [1, 2]}),
        lambda: pd.DataFrame({"a": pd.array([1, 2], "Int64")}),
    ),
    "frame attributes": (table, lambda: table().pipe(lambda t: t.attrs.update(a=1) or t)),
    "nan and none in object columns": (
        lambda: pd.DataFrame({"a": pd.Series(["x", None], dtype=object)}),
        lambda: pd.DataFrame({"a": pd.Series(["x", np.nan], dtype=object)}),
    ),
    "missing and empty text": (lambda: pd.Series(["a", None]), lambda: pd.Series(["a", ""])),
    "zone of a column": (
        lambda: pd.Series(pd.date_range("2020", periods=2, tz="UTC")),
        lambda: pd.Series(pd.date_range("2020", periods=2)),
    ),
    "unit of a column": (
        lambda: pd.Series(pd.date_range("2020", periods=2).as_unit("s")),
        lambda: pd.Series(pd.date_range("2020", periods=2).as_unit("ns")),
    ),
    "frequency of an index": (
        lambda: pd.date_range("2020", periods=3),
        lambda: pd.DatetimeIndex(["2020-01-01", "2020-01-02", "2020-01-03"]),
    ),
    "order of categories": (lambda: frozen("ab"), lambda: frozen("ba")),
    "unused categories": (lambda: frozen("ab"), lambda: frozen("abc")),
    "ordered categories": (
        lambda: pd.Categorical(["a"], ["a", "b"], ordered=True),
        lambda: pd.Categorical(["a"], ["a", "b"]),
    ),
    "interval sides": (
        lambda: pd.arrays.IntervalArray.from_breaks([0, 1], closed="left"),
        lambda: pd.arrays.IntervalArray.from_breaks([0, 1]),
    ),
    "sparse and dense": (lambda: pd.Series([0, 1]), lambda: pd.Series(pd.arrays.SparseArray([0, 1]))),
    "series name": (lambda: pd.Series([1], name="a"), lambda: pd.Series([1], name="b")),
    "series and frame": (lambda: pd.Series([1], name="a"), lambda: pd.DataFrame({"a": [1]})),
    "unfitted model": (LinearRegression, lambda: LinearRegression().fit(FEATURES, TARGET)),
    "model parameter": (lambda: LogisticRegression(C=1.0), lambda: LogisticRegression(C=2.0)),
    "model fitted on other data": (
        lambda: LinearRegression().fit(FEATURES, TARGET),
        lambda: LinearRegression().fit(FEATURES[1:], TARGET[1:]),
    ),
    "one tree changed": (forest, with_another_tree),
    "one threshold moved by a bit": (forest, with_one_threshold_moved),
    "forest of another seed": (forest, lambda: RandomForestClassifier(4, random_state=1).fit(FEATURES, TARGET)),
    "pipeline with an unfitted step": (
        lambda: make_pipeline(StandardScaler(), LogisticRegression()).fit(FEATURES, TARGET),
        lambda: clone(make_pipeline(StandardScaler(), LogisticRegression())),
    ),
    "encoder classes": (lambda: LabelEncoder().fit(["a", "b"]), lambda: LabelEncoder().fit(["a", "c"])),
}

SAME: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "nan signs": (lambda: float("nan"), lambda: -float("nan")),
    "nan payloads": (lambda: np.array([np.nan]), lambda: np.array([0x7FF8000000000123], "u8").view("f8")),
    "set order": (lambda: {8, 0, 16}, lambda: {16, 8, 0}),
    "shared and copied parts": (lambda: (lambda a: [a, a])([1, "x"]), lambda: [[1, "x"], [1, "x"]]),
    "shared array": (lambda: (lambda a: [a, a])(np.eye(2)), lambda: [np.eye(2), np.eye(2)]),
    "attribute order": (
        lambda: vars(a := Account(1)).update(x=1, y=2) or a,
        lambda: vars(a := Account(1)).update(y=2, x=1) or a,
    ),
    "memory layout": (lambda: np.asfortranarray(FEATURES), lambda: FEATURES),
    "views": (lambda: np.arange(10)[::2], lambda: np.array([0, 2, 4, 6, 8])),
    "read-only": (lambda: np.arange(3), lambda: (a := np.arange(3), a.setflags(write=False))[0]),
    "block layout": (
        lambda: pd.DataFrame(FEATURES, columns=list("abc")),
        lambda: pd.DataFrame({name: FEATURES[:, place].copy() for place, name in enumerate("abc")}),
    ),
    "chunks of text": (
        lambda: pd.concat([pd.Series(["a", None]), pd.Series(["c"])], ignore_index=True),
        lambda: pd.Series(["a", None, "c"]),
    ),
    "sliced text": (lambda: pd.Series(["x", "a", None])[1:].reset_index(drop=True), lambda: pd.Series(["a", None])),
    "values under a mask": (
        lambda: pd.Series(pd.arrays.IntegerArray(np.array([1, 5]), np.array([False, True]))),
        lambda: pd.Series(pd.arrays.IntegerArray(np.array([1, 7]), np.array([False, True]))),
    ),
    "looked at": (lambda: (t := table(), t["age"], t.index.is_unique, t.index.get_loc(20))[0], table),
    "grouped and looked at": (
        lambda: (g := TABLE.groupby("name"), g.size(), g.groups)[0],
        lambda: TABLE.groupby("name"),
    ),
    "sparse, looked at": (
        lambda: (m := scipy.sparse.eye(3, format="csr"), m.has_sorted_indices)[0],
        lambda: scipy.sparse.eye(3, format="csr"),
    ),
    "fitted twice": (forest, forest),
    "loaded data sets": (lambda: load_wine(as_frame=True), lambda: load_wine(as_frame=True)),
    "functions of one text": (lambda: adder(3), lambda: adder(3)),
    "classes of one text": (lambda: class_with("7")(), lambda: class_with("7")()),
    "generator after the same draws": (lambda: after_draws(5), lambda: after_draws(5)),
    "range": (lambda: range(3), lambda: range(0, 3, 1)),
    "interned text": (lambda: ["abc" * 2], lambda: ["".join(["abc", "abc"])]),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_different(name: str) -> None:
    one, other = (make() for make in DIFFERENT[name])
    assert fingerprint(one) != fingerprint(other)
    comparison = compare(one, other)
    assert comparison.verdict == "differs"
    assert comparison.detail.startswith("value")
    assert "the content differs" not in comparison.detail or "function" in name or "lambda" in name or "classes" in name
    # A tolerance does not excuse what is not a small deviation of a floating-point number.
    if name not in ("zero and minus zero", "array zero sign", "array last bit", "one threshold moved by a bit"):
        assert compare(one, other, rtol=1e-9, atol=1e-12).verdict == "differs"
    else:
        assert compare(one, other, rtol=1e-9, atol=1e-12).verdict == "within-tolerance"


@pytest.mark.parametrize("name", SAME)
def test_same(name: str) -> None:
    one, other = (make() for make in SAME[name])
    assert fingerprint(one) == fingerprint(other)
    assert compare(one, other) == ("identical", "")


def test_definitions_that_moved_to_a_module_are_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        "import functools\n"
        "class Model:\n    rate = 3\n    def fit(self, x):\n        self.x = x\n        return super().__init__() or self\n"
        "def clean(x, low=0):\n    return [v for v in x if v > low]\n"
    )
    (tmp_path / "moved_lib.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    library = importlib.import_module("moved_lib")
    notebook: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(text, "<cell>", "exec"), notebook)
    for make in (
        lambda scope: scope["Model"],
        lambda scope: scope["clean"],
        lambda scope: {"best": scope["Model"]().fit([1])},
        lambda scope: functools.partial(scope["clean"], low=1),
        lambda scope: scope["Model"]().fit,
    ):
        one, other = make(notebook), make(vars(library))
        assert fingerprint(one) == fingerprint(other)
        assert compare(one, other).verdict == "identical"
    assert fingerprint(functools.reduce) != fingerprint(functools.partial)
