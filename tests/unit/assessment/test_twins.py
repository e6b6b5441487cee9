"""Every criterion passes in an honest project, and drops alone, with what requires it, when one link of its chain is removed."""

from __future__ import annotations

import pytest

from jupyter_mlops.assessment.criteria import all_criteria

from .conftest import Project, results
from .twins import EXAMPLES, WHOLE

#: Their links are no text in a file but what git has.
_BY_GIT = ("code-versioned", "no-large-blobs")
_BETTER = {"pass": 2, "not-applicable": 2, "partial": 1, "fail": 0}


def dependents(name: str) -> set[str]:
    """The criterion and those that require it, however indirectly."""
    found = {name}
    while more := {one.id for one in all_criteria() if set(one.requires) & found} - found:
        found |= more
    return found


def states(project: Project) -> dict[str, str]:
    return {name: result.state for name, result in results(project.assess()).items()}


def test_every_criterion_has_an_example() -> None:
    assert {*EXAMPLES, *_BY_GIT} == {criterion.id for criterion in all_criteria()}


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_link_removed_drops_exactly_that_criterion(project: Project, name: str) -> None:
    example = EXAMPLES[name]
    files = example.files or WHOLE
    project.files(files)
    if "dvc.yaml" in files:
        project.lock()
    project.commit()
    before = states(project)
    assert before[name] == "pass"
    for path, old, new, also in example.links:
        kept = {one: (project.root / one).read_bytes() for one in (path, "dvc.lock") if (project.root / one).exists()}
        project.edit(path, old, new)
        if path in ("dvc.yaml", "src/prepare.py", "src/train.py"):
            project.lock()  # as `dvc repro` would leave it
        after = states(project)
        changed = {one for one in before if after[one] != before[one]}
        for one, content in kept.items():
            (project.root / one).write_bytes(content)
        assert _BETTER[after[name]] < _BETTER[before[name]], (path, old)
        assert changed <= dependents(name) | also, (path, old)


def test_code_that_git_does_not_know(project: Project) -> None:
    project.files(WHOLE).lock().commit()
    assert states(project)["code-versioned"] == "pass"
    project.git("update-ref", "-d", "HEAD")
    assert states(project)["code-versioned"] != "pass"


def test_a_large_file_in_the_commit(project: Project) -> None:
    project.files(WHOLE).lock().commit()
    before = states(project)
    assert before["no-large-blobs"] == "pass"
    after = states(project.files({"docs/film.mp4": bytes(11_000_000)}).commit())
    assert {one for one in before if after[one] != before[one]} == {"no-large-blobs"}
