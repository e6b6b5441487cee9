"""The hook that this repository offers to pre-commit, and what the guide shows for it and for CI: the commands do what they say."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from .test_contract import run

ROOT = Path(__file__).parents[3]
OFFERED = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))


def _shown(heading: str) -> dict[str, Any]:
    section = (ROOT / "docs/assessment.md").read_text(encoding="utf-8").partition(f"## {heading}\n")[2]
    return yaml.safe_load(section.partition("```yaml\n")[2].partition("```")[0])


SHOWN = _shown("With pre-commit")["repos"][0]["hooks"]
WORKFLOW = _shown("In continuous integration")


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


def test_the_commands_of_the_workflow(level_2):
    steps = [step["run"] for step in WORKFLOW["jobs"]["assess"]["steps"] if "run" in step]
    commands = [shlex.split(step.partition(" >> ")[0]) for step in steps if step.startswith("jupyter-mlops ")]
    summary, sarif = (run(*command[1:], cwd=level_2.root) for command in commands)
    assert (summary.returncode, sarif.returncode) == (0, 0)
    assert "Level 2" in summary.stdout
    assert json.loads((level_2.root / "maturity.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"
    level_2.edit("src/train.py", "mlflow.log_", "print")
    assert run(*commands[1][1:], cwd=level_2.root).returncode == 1
