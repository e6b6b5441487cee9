"""The ruleset that a team agreed on, and what is told where another one judges."""

from __future__ import annotations

import pytest

from jupyter_mlops.assessment.criteria import built_in
from jupyter_mlops.assessment.rulesets import CHANGES, RULESET, difference

from .conftest import Project

#: The gates: only a new major version may change them.
GATES = {
    1: {"code-versioned", "data-versioned", "experiments-tracked"},
    2: {"pipeline-automated", "pipeline-reproducible", "tests", "ci"},
    3: {"model-served", "deployed-and-scaled", "service-monitored", "drift-detected", "retraining-automated"},
    4: {"governed", "routed", "self-healing", "root-cause"},
}
#: What the first ruleset recommended.
FIRST = {
    *(
        "readme-runs",
        "notebooks-rerunnable",
        "no-secrets",
        "no-large-blobs",
        "dependencies-declared",
        "importable-code",
    ),
    *("data-validated", "metrics-recorded", "model-registered", "pre-commit", "python-pinned", "runbooks"),
}


def test_the_gates_are_those_of_the_first_ruleset() -> None:
    assert {level: {one.id for one in built_in() if one.level == level and one.required} for level in GATES} == GATES
    assert RULESET.startswith("1.")


def test_what_is_new_since_the_one_agreed_on() -> None:
    changes = {"1.0.0": (), "1.1.0": ("`a` is recommended",), "1.9.0": ("`b` counts",), "1.10.0": ("`c` counts",)}
    assert difference("1.9.0", "1.9.0", changes) is None
    older = difference("1.1.0", "1.10.0", changes)
    assert older is not None
    assert older.endswith("judges by 1.10.0. New since: `b` counts; `c` counts")
    assert "install a version that has it" in str(difference("1.10.0", "1.9.0", changes))
    assert "not known here" in str(difference("0.9.0", "1.9.0", changes))


@pytest.mark.parametrize("path", [".mlops/config.toml", "pyproject.toml"])
def test_another_ruleset_than_the_pinned_one_is_told_first_and_changes_nothing(project: Project, path: str) -> None:
    table = "[tool.jupyter-mlops]\n" if path == "pyproject.toml" else "# the settings\n"
    project.files({path: f'{table}ruleset = "{RULESET}"\n', "a/model.pkl": b"", "broken.yml": "a: [\n"}).commit()
    agreed = project.assess().to_dict()
    assert not [note for note in agreed["notes"] if "ruleset" in note["message"]]
    other = project.edit(path, RULESET, "0.9.0").commit().assess().to_dict()
    first, *rest = other["notes"]
    assert (first["path"], first["line"]) == (path, 2)
    assert "0.9.0" in first["message"]
    assert RULESET in first["message"]
    assert rest == agreed["notes"]
    assert other["units"] == agreed["units"]
    assert other["ruleset"] == RULESET


def test_every_later_criterion_is_told_by_the_ruleset_it_came_with() -> None:
    told = " ".join(item for items in CHANGES.values() for item in items)
    later = {one.id for one in built_in() if not one.required} - FIRST
    assert {name for name in later if f"`{name}`" not in told} == set()
