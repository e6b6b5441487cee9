"""Equal values have equal fingerprints in other processes, whatever the hash seed; models are even fitted anew there."""

from __future__ import annotations

import json
import os
import pickle
import runpy
import subprocess
import sys
from pathlib import Path

import cloudpickle
import pytest
from jupyter_mlops_converters import values

ZOO_FILE = Path(__file__).with_name("zoo.py")
ZOO = runpy.run_path(str(ZOO_FILE), run_name="zoo_module")["ZOO"]


@pytest.fixture(scope="module")
def elsewhere() -> dict[str, str]:
    """Fingerprints made in a process with another hash seed, from the source text alone."""
    done = subprocess.run(
        [sys.executable, str(ZOO_FILE), values.__file__],
        env={**os.environ, "PYTHONHASHSEED": "4242"},
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", ZOO)
def test_is_the_same_in_another_process(name: str, elsewhere: dict[str, str]) -> None:
    assert elsewhere[name] == values.fingerprint(ZOO[name]())


@pytest.mark.parametrize("name", ZOO)
def test_survives_pickling_and_is_not_changed_by_looking(name: str) -> None:
    value = ZOO[name]()
    before = values.fingerprint(value)
    values.mutable_parts(value)
    values.describe(value)
    copy = pickle.loads(cloudpickle.dumps(value))
    assert values.fingerprint(value) == before
    assert values.fingerprint(copy) == before
    assert values.compare(value, copy) == ("identical", "")


def test_no_two_of_them_collide(elsewhere: dict[str, str]) -> None:
    assert len(set(elsewhere.values())) == len(ZOO)
