"""Formats are chosen by doing it: awkward values come back the same, from another process too, or are refused."""

# ruff: noqa: ICN001, PTH123, SIM115 - files left open are values under test
from __future__ import annotations

import ast
import collections
import datetime
import json
import os
import pathlib
import random
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from jupyter_mlops_converters import values
from jupyter_mlops_converters.values import FORMATS, NotTransportable, candidates, choose, fingerprint
from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

DATES = pd.date_range("2020-01-01", periods=3)
TEXT = pd.DataFrame({"t": ["a", None, "ü"], "n": [1.5, np.nan, -0.0]})


def with_attributes(attributes: dict[str, Any]) -> pd.DataFrame:
    table = TEXT.copy()
    table.attrs.update(attributes)
    return table


class Account:
    """A class that pickle finds by its name, as it finds those of a notebook."""

    def __init__(self) -> None:
        self.entries = {"a": [1, 2]}


VALUES: dict[str, tuple[str, Callable[[], Any]]] = {
    "frame": ("parquet", lambda: TEXT),
    "frame of C order": ("parquet", lambda: pd.DataFrame(np.arange(6.0).reshape(3, 2), columns=["a", "b"])),
    "frame of F order": ("parquet", lambda: pd.DataFrame(np.asfortranarray(np.eye(3)), columns=list("abc"))),
    "named index": ("parquet", lambda: TEXT.set_index(pd.Index([3, 1, 2], name="id"))),
    "plain index": ("parquet", lambda: TEXT.set_index(pd.Index([0, 1, 2]))),
    "offset range index": ("parquet", lambda: TEXT.set_index(pd.RangeIndex(5, 11, 2))),
    "multi-index": ("parquet", lambda: TEXT.assign(k=[1, 1, 2]).set_index(["k", "t"])),
    "multi-columns": (
        "parquet",
        lambda: pd.DataFrame(np.eye(2), columns=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)])),
    ),
    "categories": ("parquet", lambda: TEXT.astype({"t": "category"})),
    "ordered categories": (
        "parquet",
        lambda: TEXT.assign(t=pd.Categorical(["b", "a", "b"], ["b", "a", "c"], ordered=True)),
    ),
    "object text": ("joblib", lambda: TEXT.astype({"t": object})),
    "lists in cells": ("joblib", lambda: pd.DataFrame({"a": [[1], [2, 3], []]})),
    "nan among objects": ("joblib", lambda: pd.DataFrame({"a": pd.Series(["x", np.nan, None], dtype=object)})),
    "mixed objects": ("joblib", lambda: pd.DataFrame({"a": [1, "x", (2,)]})),
    "number columns": ("joblib", lambda: pd.DataFrame(np.eye(2))),
    "chosen number columns": ("parquet", lambda: pd.DataFrame(np.eye(2), columns=pd.Index([7, 3]))),
    "duplicated columns": ("joblib", lambda: pd.DataFrame(np.eye(2), columns=["a", "a"])),
    "frequency": ("joblib", lambda: pd.DataFrame({"a": [1, 2, 3]}, index=DATES)),
    "zone": ("parquet", lambda: pd.DataFrame({"a": DATES.tz_localize("Europe/Berlin")})),
    "period": ("parquet", lambda: pd.DataFrame({"a": DATES.to_period("M")})),
    "timedelta": ("parquet", lambda: pd.DataFrame({"a": DATES - DATES[0]})),
    "bins": ("joblib", lambda: pd.DataFrame({"a": pd.cut([1, 2, 3], 2)})),
    "sparse column": ("joblib", lambda: pd.DataFrame({"a": pd.arrays.SparseArray([0, 0, 1])})),
    "nullable": ("parquet", lambda: pd.DataFrame({"a": pd.array([1, None], "Int64"), "b": pd.array([True, None])})),
    "small dtypes": ("parquet", lambda: pd.DataFrame({"a": np.array([1, 2], "i1"), "b": np.array([1, 2], "f4")})),
    "attributes": ("parquet", lambda: with_attributes({"source": "x"})),
    "attributes beyond JSON": ("joblib", lambda: with_attributes({"when": datetime.date(2020, 1, 1)})),
    "no columns": ("joblib", pd.DataFrame),
    "no rows": ("parquet", lambda: TEXT.iloc[:0]),
    "series": ("joblib", lambda: TEXT["t"]),
    "index": ("joblib", lambda: DATES),
    "group by": ("joblib", lambda: TEXT.groupby("t")),
    "array": ("npy", lambda: np.arange(12.0).reshape(3, 4)),
    "F-order array": ("npy", lambda: np.asfortranarray(np.eye(3))),
    "view": ("npy", lambda: np.arange(20)[::3]),
    "no dimension": ("npy", lambda: np.array(5)),
    "text array": ("npy", lambda: np.array(["a", "bcd"])),
    "date array": ("npy", lambda: np.array(["2020-01-01", "NaT"], "M8[D]")),
    "structured array": ("npy", lambda: np.zeros(2, [("a", "i4"), ("b", "f8")])),
    "object array": ("joblib", lambda: np.array([1, "a", None], dtype=object)),
    "masked array": ("joblib", lambda: np.ma.masked_array([1, 2], [0, 1])),
    "numpy number": ("joblib", lambda: np.float32(0.1)),
    "sparse matrix": ("joblib", lambda: scipy.sparse.eye(3, format="csr")),
    "scores": ("json", lambda: {"accuracy": 0.91, "names": ["ä", "b"], "none": None, "flag": True}),
    "text": ("json", lambda: "line\none\ud800"),
    "large number": ("json", lambda: 2**80),
    "tuple": ("joblib", lambda: (1, 2)),
    "tuple in a list": ("joblib", lambda: [(1, 2)]),
    "number keys": ("joblib", lambda: {1: "a"}),
    "nan": ("joblib", lambda: [float("nan")]),
    "set": ("joblib", lambda: {"a", "b"}),
    "bytes": ("joblib", lambda: b"abc"),
    "one list twice": ("joblib", lambda: [[0]] * 3),
    "cycle": ("joblib", lambda: (loop := [1], loop.append(loop))[0]),
    "deep list": ("json", lambda: json.loads("[" * 150 + "]" * 150)),
    "counter": ("joblib", lambda: collections.Counter("abca")),
    "path": ("joblib", lambda: pathlib.Path("a/b")),
    "object": ("joblib", Account),
    "class": ("joblib", lambda: Account),
    "generator": ("joblib", lambda: np.random.default_rng(4)),
    "model": ("joblib", lambda: make_pipeline(StandardScaler(), LogisticRegression()).fit([[1.0], [2.0]], [0, 1])),
    "forest": ("joblib", lambda: RandomForestClassifier(3, random_state=0).fit([[1.0], [2.0]], [0, 1])),
    "lambda": ("cloudpickle", lambda: lambda x: x + 1),
    "default factory": ("cloudpickle", lambda: collections.defaultdict(lambda: 0, a=1)),
    "lambda in a pipeline": ("cloudpickle", lambda: make_pipeline(FunctionTransformer(lambda x: x * 2))),
}


@pytest.mark.parametrize("name", VALUES)
def test_chooses_the_readable_format_that_keeps_the_value(name: str, tmp_path: pathlib.Path) -> None:
    expected, make = VALUES[name]
    value = make()
    before = fingerprint(value)
    choice = choose({"value": value}, tmp_path)
    assert choice.format == expected
    assert choice.why
    assert choice.bytes > 0
    assert fingerprint(value) == before
    assert list(tmp_path.iterdir()) == []
    assert choice.format in candidates(value)


CONSUMER = """
import importlib.util, json, pathlib, sys
import numpy as np, pandas as pd, joblib, cloudpickle
spec = importlib.util.spec_from_file_location("values", sys.argv[1])
values = sys.modules["values"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(values)
inputs = {path.stem: path for path in pathlib.Path(sys.argv[2]).iterdir()}
answers = {}
for name, code in json.loads(sys.argv[3]).items():
    exec(code)
    answers[name] = values.fingerprint(value)
print(json.dumps(answers))
"""


def test_stages_in_other_processes_load_the_same_values(tmp_path: pathlib.Path) -> None:
    expected, code = {}, {}
    importable = [name for name in VALUES if name not in ("object", "class")]
    alias = {"joblib": "joblib", "numpy": "np", "pandas": "pd"}
    for name in importable:
        key, make = VALUES[name]
        value = make()
        _outputs = {name: tmp_path / (name + FORMATS[key].suffix)}
        scope = {"value": value, "_outputs": _outputs, "pd": pd, "np": np, "json": json}
        scope.update(joblib=__import__("joblib"), cloudpickle=__import__("cloudpickle"))
        exec(FORMATS[key].save(["value"], f'_outputs["{name}"]', alias), scope)
        expected[name] = fingerprint(value)
        code[name] = FORMATS[key].load(["value"], f'inputs["{name}"]', alias)
    done = subprocess.run(
        [sys.executable, "-c", CONSUMER, values.__file__, str(tmp_path), json.dumps(code)],
        env={**os.environ, "PYTHONHASHSEED": "77"},
        check=True,
        capture_output=True,
        text=True,
    )
    assert json.loads(done.stdout) == expected


# --- refusals and bundles ----------------------------------------------------------------------------------------

REFUSED: dict[str, tuple[Callable[[], dict[str, Any]], str]] = {
    "generator": (lambda: {"rows": (n for n in "ab")}, "rows is, or holds, a generator"),
    "file": (lambda: {"log": open(os.devnull)}, "an open file"),
    "database": (lambda: {"db": sqlite3.connect(":memory:")}, "a database connection"),
    "lock": (lambda: {"guard": [threading.Lock()]}, "a lock"),
    "module": (lambda: {"tools": json}, "a module"),
    "views of one array": (lambda: (a := np.arange(6.0)) is not None and {"a": a, "b": a[2:]}, "a and b share memory"),
    "forgetful": (lambda: {"value": Forgetful(3)}, "value does not survive being saved with joblib: value.number"),
}


class Forgetful:
    def __init__(self, number: int) -> None:
        self.number = number

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.number = 0


@pytest.mark.parametrize("name", REFUSED)
def test_refuses_what_no_file_keeps(name: str, tmp_path: pathlib.Path) -> None:
    make, reason = REFUSED[name]
    with pytest.raises(NotTransportable) as raised:
        choose(make(), tmp_path)
    assert reason in raised.value.reason
    assert list(tmp_path.iterdir()) == []


def test_bundles_keep_shared_objects_shared(tmp_path: pathlib.Path) -> None:
    model = LinearRegression().fit([[1.0], [2.0]], [1.0, 2.0])
    wine = load_wine(as_frame=True)
    for bundle in ({"models": [model], "model": model}, {"wine": wine, "df": wine.frame}):
        choice = choose(bundle, tmp_path)
        assert choice.format == "joblib"
        assert " and ".join(bundle) in choice.why
        path = tmp_path / "bundle.joblib"
        scope: dict[str, Any] = {**bundle, "path": path, "joblib": __import__("joblib")}
        exec(FORMATS["joblib"].save(list(bundle), "path"), scope)
        loaded: dict[str, Any] = {"path": path, "joblib": scope["joblib"]}
        exec(FORMATS["joblib"].load(list(bundle), "path"), loaded)
        assert "_bundle" not in loaded
        assert values.sharing({name: loaded[name] for name in bundle}) == [tuple(bundle)]
    assert loaded["wine"].frame is loaded["df"]


def test_two_halves_of_an_array_are_no_obstacle(tmp_path: pathlib.Path) -> None:
    table = np.arange(40.0).reshape(10, 4)
    assert choose({"features": table[:, :3], "target": table[:, 3]}, tmp_path).format == "joblib"


# --- the code ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", FORMATS)
def test_code_is_python_that_calls_no_builtin(key: str) -> None:
    chosen = FORMATS[key]
    assert chosen.key == key
    assert chosen.suffix.startswith(".") or key == "file"
    alias = {module: f"my_{module}" for module in chosen.modules}
    bundles = [["df"], ["a", "b"]] if key in ("json", "joblib", "cloudpickle") else [["df"]]
    for variables in bundles:
        save, load = chosen.save(variables, '_outputs["df"]', alias), chosen.load(variables, '_inputs["df"]', alias)
        for code in (save, load):
            calls = [node.func for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
            assert all(isinstance(call, ast.Attribute) for call in calls)
            assert all(f"my_{module}" in save + load for module in chosen.modules if key != "parquet")
        if not chosen.is_state:
            stored = {
                n.id for n in ast.walk(ast.parse(load)) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
            }
            assert stored - {"_bundle"} == set(variables)


def test_code_reads_well() -> None:
    assert FORMATS["parquet"].save(["df"], '_outputs["df"]') == 'df.to_parquet(_outputs["df"])'
    assert FORMATS["parquet"].load(["df"], '_inputs["df"]') == 'df = pd.read_parquet(_inputs["df"])'
    assert FORMATS["npy"].save(["X"], "path", {"numpy": "numpy"}) == "numpy.save(path, X)"
    assert FORMATS["file"].save(["../x.csv"], "path") == 'shutil.copyfile(_pipeline / "../x.csv", path)'
    assert FORMATS["joblib"].save(["a", "b"], "path") == 'joblib.dump({"a": a, "b": b}, path)'


def test_random_state_goes_on_where_it_stopped(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "state.pkl"
    scope: dict[str, Any] = {"np": np, "random": random, "pickle": __import__("pickle"), "path": path}
    for key, draw in (("numpy-random-state", np.random.random), ("python-random-state", random.random)):
        draw()
        exec(FORMATS[key].save([], "path"), scope)
        expected = [draw() for _ in range(5)]
        draw()
        exec(FORMATS[key].load([], "path"), scope)
        assert [draw() for _ in range(5)] == expected


def test_a_kernel_without_the_packages_still_has_json(tmp_path: pathlib.Path) -> None:
    script = (
        "import importlib.util, sys\n"
        "spec = importlib.util.spec_from_file_location('values', sys.argv[1])\n"
        "values = sys.modules['values'] = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(values)\n"
        "importlib.util.find_spec = lambda name: None if name in ('joblib', 'cloudpickle', 'pyarrow') else object()\n"
        "print(values.choose({'x': {'a': [1]}}, sys.argv[2]).format)\n"
        "try: values.choose({'x': (1,)}, sys.argv[2])\n"
        "except values.NotTransportable as error: print(error.reason)\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('numpy', 'jupyter_mlops_converters')])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, values.__file__, str(tmp_path)],
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.splitlines() == ["json", "x needs joblib or cloudpickle, and neither is installed", "[]"]
