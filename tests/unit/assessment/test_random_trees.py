"""Mutated project trees are answered, the same twice and untouched; `make fuzz-assess` goes on from there."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from fuzz.assess import check
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_mlops.project.python_source import PythonSource, constant_truth
from jupyter_mlops.project.shell import read_script
from jupyter_mlops.project.yaml_reader import DocumentError, read_yaml


@pytest.mark.parametrize("seed", [8, 46, 101, 102])
def test_a_mutated_tree_is_answered(seed, tmp_path):
    assert check(seed, tmp_path) is None


@settings(max_examples=60, deadline=None)
@given(st.text())
def test_any_text_is_read_as_a_script(text):
    assert list(read_script(text)) == list(read_script(text))


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec="utf-8")))
def test_any_text_is_yaml_or_says_why_not(text):
    with suppress(DocumentError):
        json.dumps(read_yaml(text), default=str)


_CONDITIONS = st.recursive(
    st.sampled_from(["True", "False", "x"]),
    lambda inner: (
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda parts: f"({' '.join(parts)})")
        | inner.map(lambda part: f"(not {part})")
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_CONDITIONS)
def test_what_a_condition_always_is_holds_for_every_value(condition):
    test = PythonSource(f"if {condition}: pass").tree.body[0].test
    always = constant_truth(test)
    if always is not None:
        assert {bool(eval(condition, {"x": value})) for value in (True, False)} == {always}
