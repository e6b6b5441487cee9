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

from jupyter_mlops_converters.verify import values

ZOO_FILE = Path(__file__).with_name("zoo.py")
ZOO = runpy.run_path(str(ZOO_FILE), run_name="zoo_module")["ZOO"]


@pytest.fixture(scope="module")
def elsewhere() -> list[dict[str, str]]:
    """Fingerprints made in two processes with other hash seeds, from the source text alone."""
    command = [sys.executable, str(ZOO_FILE), values.__file__]
    running = [
        subprocess.Popen(command, env={**os.environ, "PYTHONHASHSEED": seed}, stdout=subprocess.PIPE, text=True)
        for seed in ("1", "4242")
    ]
    answers = [process.communicate()[0] for process in running]
    assert [process.returncode for process in running] == [0, 0]
    return [json.loads(answer) for answer in answers]


@pytest.mark.parametrize("name", ZOO)
def test_is_the_same_in_other_processes(name: str, elsewhere: list[dict[str, str]]) -> None:
    here = values.fingerprint(ZOO[name]())
    assert [answer[name] for answer in elsewhere] == [here, here]


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


def test_no_two_of_them_collide(elsewhere: list[dict[str, str]]) -> None:
    assert len(set(elsewhere[0].values())) == len(ZOO)
