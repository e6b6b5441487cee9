"""Changing params.yaml: as a careful person would."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from jupyter_mlops_converters import params
from jupyter_mlops_converters.errors import MlopsError

TEXT = """\
# What the model is made with.
depth: 5 # cell 3
rate: 1.0e-05 # cell 4
path: "data/x.csv"  # cell 1
flag: true
shape: [80, 20] # cell 2
weights: {a: 1}
limit: null # no limit
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "params.yaml").write_text(TEXT)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "typed", "value", "line"),
    [
        ("depth", "7", 7, "depth: 7 # cell 3"),
        ("rate", "1e-7", 1e-07, "rate: 1.0e-07 # cell 4"),
        ("rate", "2", 2.0, "rate: 2.0 # cell 4"),
        ("path", "10", "10", 'path: "10" # cell 1'),
        ("path", "a: b # c", "a: b # c", 'path: "a: b # c" # cell 1'),
        ("flag", "false", False, "flag: false"),
        ("shape", "(60, 40)", [60, 40], "shape: [60, 40] # cell 2"),
        ("shape", "[1]", [1], "shape: [1] # cell 2"),
        ("shape", "[1e-5, 2]", [1e-05, 2], "shape: [1.0e-05, 2] # cell 2"),
        ("weights", "{a: 2}", {"a": 2}, "weights: {a: 2}"),
        ("weights", "{'a': 1e-5}", {"a": 1e-05}, "weights: {a: 1.0e-05}"),
        ("weights", "{a: {b: 1e-5, c: no}}", {"a": {"b": 1e-05, "c": "no"}}, 'weights: {a: {b: 1.0e-05, c: "no"}}'),
        ("limit", "3", 3, "limit: 3 # no limit"),
        ("depth", "null", None, "depth: null # cell 3"),
    ],
)
def test_one_value_changes_and_nothing_else(folder: Path, name: str, typed: str, value: Any, line: str) -> None:
    before = yaml.safe_load(TEXT)
    params.change(folder, {name: typed})
    after = (folder / "params.yaml").read_text()
    found = yaml.safe_load(after)
    assert found == {**before, name: value}
    assert type(found[name]) is type(value)
    changed = set(after.splitlines()) - set(TEXT.splitlines())
    assert {" ".join(each.split()) for each in changed} <= {line}
    assert params.read(folder) == found


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("depth", "7.5"),
        ("depth", "true"),
        ("depth", "x"),
        ("flag", "1"),
        ("flag", "yes"),
        ("shape", "{1, 2}"),
        ("rate", "fast"),
        ("shape", "3"),
        ("weights", "[1]"),
    ],
)
def test_another_type_is_refused_and_nothing_written(folder: Path, name: str, typed: str) -> None:
    with pytest.raises(MlopsError) as error:
        params.change(folder, {"limit": "1", name: typed})
    assert error.value.code == "invalid-parameter"
    assert error.value.exit_status == 2
    assert name in error.value.message
    assert (folder / "params.yaml").read_text() == TEXT


def test_an_unknown_name_is_answered_with_the_known_ones(folder: Path) -> None:
    with pytest.raises(MlopsError, match="depth, flag, limit, path, rate, shape, weights") as error:
        params.change(folder, {"deep": "1"})
    assert error.value.code == "unknown-parameter"


def test_the_copy_that_ploomber_reads_follows(folder: Path) -> None:
    (folder / "env.yaml").write_text(TEXT)
    params.change(folder, {"depth": "6"})
    assert yaml.safe_load((folder / "env.yaml").read_text())["depth"] == 6


def test_a_link_stays_a_link(folder: Path) -> None:
    (folder / "env.yaml").symlink_to("params.yaml")
    params.change(folder, {"depth": "6"})
    assert (folder / "env.yaml").is_symlink()


def test_no_assignment_leaves_the_file_alone(folder: Path) -> None:
    before = (folder / "params.yaml").stat().st_mtime_ns
    params.change(folder, {})
    assert (folder / "params.yaml").stat().st_mtime_ns == before


@pytest.mark.parametrize("content", ["a: [", "- 1\n", "text"])
def test_a_broken_file_is_said_to_be_so(folder: Path, content: str) -> None:
    (folder / "params.yaml").write_text(content)
    with pytest.raises(MlopsError) as error:
        params.change(folder, {"depth": "6"})
    assert error.value.code == "invalid-params"
