"""The words for a difference, hostile values, what values share, descriptions, and the properties that hold for all."""

# ruff: noqa: PTH123, SIM115 - files left open are values under test
from __future__ import annotations

import copy
import io
import itertools
import json
import math
import pickle
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jupyter_mlops_converters.values import (
    Unfingerprintable,
    compare,
    describe,
    fingerprint,
    mutable_parts,
    sharing,
)
from matplotlib.figure import Figure
from sklearn.datasets import load_wine
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import StandardScaler

DF = pd.DataFrame({"age": [1.5, 2.5, 3.5, 1.5], "n": [1, 2, 3, 4], "t": list("abcd")}, index=list("wxyz"))


def changed(column: str, row: str, value: Any) -> pd.DataFrame:
    table = DF.copy()
    table.loc[row, column] = value
    return table


# --- details -----------------------------------------------------------------------------------------------------

DETAILS: dict[str, tuple[Any, Any, str]] = {
    "number in a frame": (DF, changed("age", "z", 2.0), 'df["age"].iloc[3]: 1.5 → 2.0'),
    "text in a frame": (DF, changed("t", "x", "q"), 'df["t"].iloc[1]: "b" → "q"'),
    "dtype": (DF, DF.astype({"n": float}), 'df["n"]: dtype int64 → float64'),
    "index lost": (DF.rename_axis("id"), DF.reset_index(drop=True), 'df: index lost: Index "id" → RangeIndex'),
    "column lost": (DF, DF.drop(columns="n"), 'df: column "n" is missing'),
    "rows": (DF, DF.iloc[:3], "df: shape (4, 3) → (3, 3)"),
    "index value": (DF, DF.rename(index={"x": "X"}), 'df.index[1]: "x" → "X"'),
    "array": (np.zeros((2, 3)), np.array([[0, 0, 0], [0, 7.0, 8.0]]), "df[1, 1]: 0.0 → 7.0 (2 of 6 differ)"),
    "plain types": (1, 1.0, "df: type int → float (1 → 1.0)"),
    "nested": ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}, 'df["a"][1]["b"]: 2 → 3'),
    "missing key": ({"a": 1, "b": 2}, {"a": 1}, 'df: key "b" is missing'),
    "key order": ({"a": 1, "b": 2}, {"b": 2, "a": 1}, "df: order of keys"),
    "set": ({1, 2}, {1, 3}, "df: 2 is missing"),
    "length": ([1, 2], [1, 2, 3], "df: length 2 → 3"),
    "unfitted": (
        StandardScaler().fit([[1.0], [2.0]]),
        StandardScaler(),
        "df.mean_ is missing",
    ),
    "coefficients": (
        LinearRegression().fit([[1.0], [2.0]], [1.0, 2.0]),
        LinearRegression().fit([[1.0], [2.0]], [1.0, 9.0]),
        "df.coef_[0]:",
    ),
    "timestamp": (pd.Timestamp("2020"), pd.Timestamp("2021"), "df"),
}


@pytest.mark.parametrize("name", DETAILS)
def test_detail_names_the_first_place(name: str) -> None:
    expected, actual, detail = DETAILS[name]
    comparison = compare(expected, actual, name="df")
    assert comparison.verdict == "differs"
    assert comparison.detail.startswith(detail)


def test_detail_reaches_into_a_forest() -> None:
    one, other = (RandomForestClassifier(3, random_state=0).fit(DF[["age", "n"]], [0, 1, 0, 1]) for _ in range(2))
    other.estimators_[1].tree_.threshold[0] += 0.5
    comparison = compare(one, other, name="model")
    assert comparison.verdict == "differs"
    assert comparison.detail.startswith("model.estimators_[1].tree_.nodes")
    assert '["threshold"][0]' in comparison.detail


def test_tolerance_is_for_floating_point_numbers_alone() -> None:
    assert compare(1.0, 1.0 + 1e-12, rtol=1e-9).verdict == "within-tolerance"
    assert compare(1.0, 1.1, rtol=1e-9).verdict == "differs"
    assert compare(10, 11, rtol=0.5).verdict == "differs"
    assert compare(np.array([1.0, np.nan]), np.array([1.0 + 1e-12, np.nan]), rtol=1e-9).verdict == "within-tolerance"
    assert compare(np.array([1.0, np.nan]), np.array([1.0, 2.0]), rtol=1e-9).verdict == "differs"
    assert compare(DF, changed("age", "z", 1.5 + 1e-12), rtol=1e-9).verdict == "within-tolerance"
    # A small deviation does not hide a large one that comes later.
    assert compare([1.0, "a"], [1.0 + 1e-12, "b"], rtol=1e-9).verdict == "differs"
    assert compare([1.0, 1.0 + 1e-12], [1.0, 1.0], rtol=1e-9).detail.startswith("value[1]: ")


def test_what_cannot_be_compared_is_never_called_identical() -> None:
    generator = (number for number in range(3))
    comparison = compare(generator, generator, name="numbers")
    assert comparison.verdict == "differs"
    assert "a generator" in comparison.detail


# --- values without a value --------------------------------------------------------------------------------------


class Hostile:
    def __eq__(self, other: object) -> bool:
        raise RuntimeError("compared")

    def __hash__(self) -> int:
        return 1

    def __repr__(self) -> str:
        raise RuntimeError("shown")

    def __bool__(self) -> bool:
        raise RuntimeError("asked")

    def __len__(self) -> int:
        raise RuntimeError("counted")

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)


class Liar:
    @property
    def __class__(self) -> Any:
        raise RuntimeError("asked for the class")


class Reducing:
    def __init__(self, answer: Callable[[], Any]) -> None:
        self.answer = answer

    def __reduce_ex__(self, protocol: Any) -> Any:
        return self.answer()


def bottomless() -> Any:
    return (Reducing, (bottomless,), {"more": Reducing(bottomless)})


def raising() -> Any:
    raise ZeroDivisionError("no")


UNTRANSPORTABLE: dict[str, tuple[Callable[[], Any], str]] = {
    "generator": (lambda: (n for n in "ab"), "a generator"),
    "file": (lambda: open(__file__), "an open file"),
    "binary file": (lambda: open(__file__, "rb"), "an open file"),
    "lock": (threading.Lock, "a lock"),
    "database": (lambda: sqlite3.connect(":memory:"), "a database connection"),
    "module": (lambda: math, "a module"),
    "memory view": (lambda: memoryview(b"abc"), "memory"),
    "thread": (threading.Thread, "a "),
    "deep inside": (lambda: {"a": [1, {"b": threading.Lock()}]}, "a lock"),
    "raising": (lambda: Reducing(raising), "cannot be taken apart"),
    "wrong answer": (lambda: Reducing(lambda: 42), "nothing usable"),
    "wrong tuple": (lambda: Reducing(lambda: (1, 2)), "nothing usable"),
    "endless items": (lambda: Reducing(lambda: (list, (), None, itertools.repeat(1))), "more than"),
    "bottomless": (lambda: Reducing(bottomless), "nested too deeply"),
}


@pytest.mark.parametrize("name", UNTRANSPORTABLE)
def test_says_what_has_no_transportable_value(name: str) -> None:
    make, reason = UNTRANSPORTABLE[name]
    limit = sys.getrecursionlimit()
    with pytest.raises(Unfingerprintable) as raised:
        fingerprint(make())
    assert reason in raised.value.reason
    assert sys.getrecursionlimit() == limit


HOSTILE = {
    "object": Hostile,
    "list": lambda: [Hostile()],
    "key": lambda: {Hostile(): 1},
    "element": lambda: {Hostile()},
    "class": Liar,
    "text file": lambda: io.StringIO("a"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_never_runs_what_a_class_defines_for_people(name: str) -> None:
    value = HOSTILE[name]()
    assert fingerprint(value) == fingerprint(value)
    mutable_parts(value)
    describe(value)
    assert compare([1, value], [2, value]).verdict == "differs"


# --- what values share -------------------------------------------------------------------------------------------


def share(one: Any, other: Any) -> bool:
    return sharing({"one": one, "other": other}) == [("one", "other")]


def test_shared_objects_are_found() -> None:
    model = LinearRegression().fit([[1.0], [2.0]], [1.0, 2.0])
    wine = load_wine(as_frame=True)
    inner = [1]
    array = np.arange(10.0)
    counter = {"n": 0}

    def count() -> int:
        counter["n"] += 1
        return counter["n"]

    assert share([model], model)
    assert share({"best": {"model": (model,)}}, model)
    assert share(wine, wine.frame)
    assert share(inner, (inner, 2))
    assert share(array, array[2:])
    assert share(array, {"view": array.reshape(5, 2).T})
    assert share(array[:6], array[4:])
    assert share(count, counter)
    assert share(inner.append, inner)
    assert share(iter(inner), inner)
    assert share(counter.keys(), counter)
    assert share(pd.DataFrame({"a": [inner, None]}), inner)
    assert share(np.array([inner, None], dtype=object), inner)
    assert share(model, model.predict)
    figure = Figure()
    assert share(figure, [figure.subplots()])
    for one, other in (([model], model), (array, array[2:]), (array[:5], array[5:])):
        assert mutable_parts(one) & mutable_parts(other)


def test_equal_and_immutable_values_are_not_shared() -> None:
    text, number = "abc" * 100, 10**30
    array = np.arange(20.0).reshape(5, 4)
    assert not share([1], [1])
    assert not share([text, number, None, LinearRegression], [text, number, None, LinearRegression])
    assert not share((1, (text,)), (1, (text,)))
    assert not share(len, [len, json])
    assert not share(array[:2], array[2:])
    assert not share(array[:, :3], array[:, 3])
    assert not share(LinearRegression().fit([[1.0]], [1.0]), LinearRegression().fit([[1.0]], [1.0]))
    assert not share(*(RandomForestClassifier(2, random_state=0).fit([[1.0], [2.0]], [0, 1]) for _ in range(2)))
    boosters = [GradientBoostingClassifier(n_estimators=2), HistGradientBoostingClassifier(max_iter=2)]
    assert not share(*(model.fit([[1.0], [2.0]] * 20, [0, 1] * 20) for model in boosters))
    assert not share(Figure().subplots(), Figure().subplots())
    assert not share(pd.Timestamp("2020"), [pd.Timestamp("2020"), pd.CategoricalDtype(["a"])])


def test_frames_follow_copy_on_write() -> None:
    table = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]})
    column = table["a"]
    selection = table[["a"]]
    values = table["b"].to_numpy()
    assert share(table, [table])
    assert share(table, {"frame": table})
    if int(pd.__version__.split(".")[0]) < 3:
        return
    assert not share(table, column)
    assert not share(table, selection)
    assert not share(table, table.copy(deep=False))
    assert not share(table, values)
    selection.loc[0, "a"] = 9.0
    assert table.loc[0, "a"] == 1.0
    # A frame that was built on an array without a copy shows what is written to the array.
    array = np.zeros((2, 2))
    built = pd.DataFrame(array, copy=False)
    assert share(array, built)
    array[0, 0] = 5
    assert built.iloc[0, 0] == 5


def test_work_is_bounded() -> None:
    many = [[number] for number in range(100_000)]
    started = time.perf_counter()
    assert len(mutable_parts(many, limit=1000)) <= 1000
    assert time.perf_counter() - started < 2


# --- descriptions ------------------------------------------------------------------------------------------------


def test_describes_without_showing_everything() -> None:
    assert describe(DF)["columns"] == [["age", "float64"], ["n", "int64"], ["t", "str"]]
    assert describe(DF)["shape"] == [4, 3]
    wide = describe(pd.DataFrame(np.zeros((2, 500))), limit=20)
    assert (len(wide["columns"]), wide["columns_left_out"]) == (20, 480)
    assert describe(np.zeros((3, 4), "f4")) == {
        "type": "numpy.ndarray",
        "bytes": 48,
        "shape": [3, 4],
        "dtype": "float32",
    }
    assert describe([1, 2])["length"] == 2
    assert 900_000 < describe([bytes([number % 256]) * 1000 for number in range(1000)])["bytes"] < 1_200_000
    for value in (DF, wide, Hostile(), None, {"a": DF}, RandomForestClassifier()):
        json.dumps(describe(value))


# --- properties --------------------------------------------------------------------------------------------------

plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.binary(max_size=8)
hashable = st.recursive(plain, lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=3), max_leaves=4)
arrays = st.lists(st.floats(width=32) | st.integers(-5, 5), min_size=1, max_size=6).map(np.array)
frames = st.dictionaries(st.text(max_size=3), st.lists(st.floats(), min_size=3, max_size=3), max_size=3).map(
    pd.DataFrame
)
anything = st.recursive(
    plain | arrays | frames | st.datetimes() | st.decimals() | st.complex_numbers(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(hashable, inner, max_size=3)
        | st.sets(hashable, max_size=3)
    ),
    max_leaves=8,
)
relaxed = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@relaxed
@given(anything)
def test_a_copy_has_the_same_fingerprint(value: Any) -> None:
    assert fingerprint(copy.deepcopy(value)) == fingerprint(value)


@relaxed
@given(anything, anything)
def test_equal_fingerprints_are_what_compare_calls_identical(one: Any, other: Any) -> None:
    assert (fingerprint(one) == fingerprint(other)) == (compare(one, other).verdict == "identical")


@relaxed
@given(st.lists(anything, min_size=1, max_size=4), st.data())
def test_a_change_anywhere_is_seen_and_told(values: list[Any], data: st.DataObject) -> None:
    before = fingerprint(values)
    place = data.draw(st.integers(0, len(values) - 1))
    changed_values = copy.deepcopy(values)
    changed_values[place] = [changed_values[place]]
    assert fingerprint(changed_values) != before
    assert compare(values, changed_values).detail.startswith(f"value[{place}]")
    assert fingerprint(values) == before


@relaxed
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20), st.data())
def test_one_bit_of_one_number_is_seen(numbers: list[float], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(numbers) - 1))
    array = np.array(numbers)
    other = array.copy()
    other[place] = np.nextafter(other[place], -np.inf if other[place] > 0 else np.inf)
    for one, two in ((array, other), (array.tolist(), other.tolist()), (pd.Series(array), pd.Series(other))):
        assert fingerprint(one) != fingerprint(two)
        assert compare(one, two).verdict == "differs"


# --- speed -------------------------------------------------------------------------------------------------------


def test_is_fast() -> None:
    numbers = list(range(1_000_000))
    array = np.random.default_rng(0).normal(size=(500_000, 10))
    limits = {"list": (numbers, 1.0), "array": (array, 40e6 / 150e6), "frame": (pd.DataFrame(array), 40e6 / 150e6)}
    for name, (value, seconds) in limits.items():
        best = math.inf
        for _ in range(4):
            started = time.process_time()
            fingerprint(value)
            best = min(best, time.process_time() - started)
        assert best < seconds, name


def test_a_figure_of_plotly_is_what_it_draws_in_whatever_order_its_properties_are_kept() -> None:
    # Loading a figure puts the keys of its template in another order.
    graph_objects = pytest.importorskip("plotly.graph_objects")
    figure = graph_objects.Figure(graph_objects.Scatter(x=[1, 2], y=[3.5, 4]), layout={"title": "t"})
    again = pickle.loads(pickle.dumps(figure))
    assert fingerprint(again) == fingerprint(figure)
    again.update_layout(width=300)
    assert fingerprint(again) != fingerprint(figure)
    assert "width" in compare(figure, again).detail
