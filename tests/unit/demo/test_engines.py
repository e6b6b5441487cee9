"""Engines are run as on the command line; a kernel that got no port of its own is no reason to give up."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from jupyter_mlops.demo.engines import run
from jupyter_mlops.errors import MlopsError

_ENGINE = """\
import sys
from pathlib import Path

with Path("runs").open("a") as file:
    file.write("x")
print(sys.argv[1])
sys.exit(Path("runs").read_text() == "x" or sys.argv[1] == "broken")
"""


@pytest.mark.parametrize(
    ("said", "runs", "passes"),
    [("RuntimeError: Kernel died before replying to kernel_info", 2, True), ("broken", 1, False)],
)
def test_only_a_kernel_that_did_not_start_is_tried_again(tmp_path: Path, said: str, runs: int, passes: bool) -> None:
    (tmp_path / "engine.py").write_text(_ENGINE)
    told: list[str] = []
    if passes:
        assert run(tmp_path, sys.executable, "engine.py", said, tell=told.append) == [said]
    else:
        with pytest.raises(MlopsError, match="ended with status 1") as caught:
            run(tmp_path, sys.executable, "engine.py", said, tell=told.append)
        assert (caught.value.code, caught.value.detail) == ("engine-failed", said)
    assert (tmp_path / "runs").read_text() == "x" * runs
    assert told == [said] * runs
