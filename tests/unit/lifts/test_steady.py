"""Results that differ from run to run are no change."""

from __future__ import annotations

from typing import Any

import pytest
from jupyter_mlops_converters.emit import Emission
from jupyter_mlops_converters.plan.pipeline import Pipeline

from jupyter_mlops.lifts.pipeline.steady import essence, with_steady_bounds

PATH = "tests/metric_bounds.yaml"


def bounds(*texts: str, digest: str = "abc") -> bytes:
    old, new = (f"# Bounds.\naccuracy: {text}\n".encode() for text in texts)
    pipeline = Pipeline("p", "P", "n.ipynb", "abc", "pipelines/p", ".", ())
    emission = Emission(pipeline, {PATH: new}, {}, (), ())
    found = with_steady_bounds(emission, {PATH: old}, {"notebook_sha256": digest}).files[PATH]
    assert isinstance(found, bytes)
    return found


def test_bounds_that_hold_are_not_moved() -> None:
    assert b"[0.7, 0.9]" in bounds("[0.7, 0.9]", "[0.75, 0.95]")
    assert b"[0.85, 1.05]" in bounds("[0.7, 0.9]", "[0.85, 1.05]")
    assert b"[0.75, 0.95]" in bounds("[0.7, 0.9]", "[0.75, 0.95]", digest="of another notebook")


def document(verdict: str, cell: str, detail: str = "") -> dict[str, Any]:
    cells = [{"source_cell": 1, "verdict": cell, "detail": detail}]
    return {"findings": [], "verification": {"verdict": verdict, "cells": cells}}


@pytest.mark.parametrize(
    ("verdict", "cell", "same"),
    [
        ("equivalent-within-tolerance", "not-deterministic", True),
        ("equivalent", "identical", True),
        ("edited", "edited", False),
        ("differs", "differs", False),
        ("not-run", "identical", False),
    ],
)
def test_a_cell_that_shows_something_else_every_time(verdict: str, cell: str, same: bool) -> None:
    earlier = document("equivalent-within-tolerance", "not-deterministic", "0.12 → 0.34")
    assert (essence(document(verdict, cell, "0.56 → 0.78")) == essence(earlier)) is same
