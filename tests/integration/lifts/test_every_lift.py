"""Every lift on every project: shown without writing, applied once, nothing left to apply, taken back to the last byte."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from lift_projects import PROJECTS, commit, run, state, write

from jupyter_mlops.assessment.api import assess
from jupyter_mlops.changes import undo
from jupyter_mlops.lifts.api import Lifted, lift, lifts
from jupyter_mlops.lifts.registry import all_lifts

#: Options under which a lift leaves nothing to decide, and asks no package index.
OPTIONS = {
    "environment": {"resolve": "no"},
    "dvc-init": {"remote": "s3://bucket/churn"},
    "tests": {"run": "no"},  # test_tests.py runs them
    "pipeline": {"run": "no"},  # test_journey.py runs it
}
#: Lift and project → how it stands there at first; "applies" where nothing is said.
EXPECTED = {
    ("git-init", "script"): "done",
    ("dvc-init", "level-0"): "not-here",  # not under git yet
    ("clean-notebook", "level-0"): "done",  # it needs nothing
    ("clean-notebook", "script"): "done",  # no notebooks
    **{("ci", project): "not-here" for project in PROJECTS if project != "steps"},  # no tests yet; see test_ci.py
    **{("prefect-flow", project): "not-here" for project in PROJECTS if project != "steps"},  # no pipeline
    ("dvc-init", "steps"): "done",  # small data, which git has
    ("clean-notebook", "steps"): "done",
    ("pipeline", "script"): "not-here",  # no notebooks
    ("pipeline", "steps"): "not-here",
}
STATIC = [each.name for each in all_lifts() if each.name != "pipeline"]


def planned(name: str, root: Path, *, write: bool = False) -> Lifted:
    return lift(name, root, options=OPTIONS.get(name, {}), write=write)


@pytest.mark.parametrize("project", PROJECTS)
@pytest.mark.parametrize("name", [each.name for each in all_lifts()])
def test_a_lift_is_shown_applied_and_taken_back(name: str, project: str, make) -> None:
    root = make(project)
    before = state(root)
    preview = planned(name, root)
    assert state(root) == before, "the preview wrote something"
    assert preview.plan.state == EXPECTED.get((name, project), "applies"), preview.plan.why
    assert preview.plan.why.strip()
    if preview.plan.state == "done":
        return
    if preview.plan.state == "not-here":
        assert preview.plan.left, "a person is not told what to do instead"
        return
    done = planned(name, root, write=True)
    assert done.plan.changes.id == preview.plan.changes.id
    after = state(root)
    assert after != before
    again = planned(name, root, write=True)
    assert again.plan.state == "done", again.preview()
    assert again.applied is None
    assert state(root) == after
    assert undo(root).title == done.plan.changes.title
    assert state(root) == before


@pytest.mark.parametrize("project", PROJECTS)
@pytest.mark.parametrize("name", STATIC)
def test_with_what_is_left_to_a_person_the_criterion_passes(name: str, project: str, make) -> None:
    root = make(project)
    if EXPECTED.get((name, project)) == "not-here" and name in ("ci", "prefect-flow"):
        pytest.skip("there is nothing that it could run")
    if name == "clean-notebook" and project in ("script", "steps"):
        pytest.skip("there are no notebooks")
    if EXPECTED.get((name, project)) == "not-here":
        commit(root, "one")
        commit(root, "two")
    lifted = planned(name, root, write=True)
    left = lifted.plan.left
    act(root, left)
    criteria = lifted.lift.raises if name != "dvc-init" or project == "messy" else ("data-versioned",)
    stands = {result.criterion.id: result for result in assess(root).headline.results}
    for criterion in criteria:
        assert stands[criterion].state == "pass", (
            f"{criterion}: {stands[criterion].message} {stands[criterion].raise_by}"
        )


def act(root: Path, left) -> None:
    """What people are told to do, done as they are told."""
    for each in left:
        if each.command and each.command.startswith(("git ", "jupyter mlops")):
            command = each.command.replace("jupyter mlops", f"{sys.executable} -m jupyter_mlops")
            done = subprocess.run(["sh", "-c", command], cwd=root, capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    if not (root / ".git").exists():
        commit(root, "one")
    # "Commit as you go": a second commit, of another day's work.
    write(root, {"README.md": "# Churn\n"})
    commit(root, "more")


@pytest.mark.parametrize("name", STATIC)
def test_what_is_generated_passes_ruff(name: str, make) -> None:
    root = make("steps" if name in ("ci", "prefect-flow") else "messy")
    lifted = planned(name, root, write=True)
    if lifted.applied is None:
        return
    written = [root / path for path in lifted.applied.paths if path.endswith((".py", ".ipynb"))]
    if written:
        run(root, sys.executable, "-m", "ruff", "check", "--isolated", "--ignore", "F401", *map(str, written))


@pytest.mark.parametrize("project", PROJECTS)
def test_the_list_says_what_the_plans_say(project: str, make) -> None:
    root = make(project)
    before = state(root)
    listed = {each["lift"]: each for each in lifts(root)}
    assert state(root) == before
    assert list(listed) == [each.name for each in all_lifts()]
    for name in STATIC:
        assert listed[name]["state"] == planned(name, root).plan.state
        assert listed[name]["why"]


def test_all_lifts_of_level_1_one_after_the_other_reach_level_1(make) -> None:
    root = make("messy")
    for name in ("git-init", "environment", "dvc-init", "clean-notebook", "mlflow-tracking"):
        lifted = planned(name, root, write=True)
        assert lifted.plan.state == "applies", f"{name}: {lifted.plan.why}"
        act(root, lifted.plan.left)
    assessment = assess(root)
    assert assessment.level >= 1, [result.message for result in assessment.headline.blockers]
    for name in ("git-init", "environment", "dvc-init", "mlflow-tracking"):
        assert planned(name, root).plan.state == "done"
