"""The hook that this repository offers to pre-commit, and the one in the guide: the command they name does what they say."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
import yaml

from .test_contract import run

ROOT = Path(__file__).parents[3]
OFFERED = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
_GUIDE = (ROOT / "docs/assessment.md").read_text(encoding="utf-8").partition("## With pre-commit")[2]
SHOWN = yaml.safe_load(_GUIDE.partition("```yaml\n")[2].partition("```")[0])["repos"][0]["hooks"]


@pytest.mark.parametrize("hooks", [OFFERED, SHOWN], ids=["offered", "shown"])
def test_the_hook_stops_a_commit_that_makes_the_level_worse(level_2, hooks):
    (hook,) = hooks
    assert (hook["id"], hook["pass_filenames"], hook["always_run"]) == ("mlops-assess", False, True)
    program, *arguments = shlex.split(hook["entry"])
    assert program == "jupyter-mlops"  # the command that the package installs
    assert run("history", "--record", cwd=level_2.root).returncode == 0
    assert run(*arguments, cwd=level_2.root).returncode == 0
    level_2.remove("tests/test_features.py").git("add", "-A")
    assert run(*arguments, cwd=level_2.root).returncode == 1
