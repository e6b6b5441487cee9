"""Honest Level 3 projects on the managed platforms of clouds, and each link of theirs that holds something alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_mlops.assessment.api import assess

from . import azure_project, sagemaker_project, tfx_project, vertex_project
from .conftest import Project, results

PROJECTS = {
    "SageMaker": (sagemaker_project.FILES, sagemaker_project.LINKS),
    "Vertex AI": (vertex_project.FILES, vertex_project.LINKS),
    "TFX": (tfx_project.FILES, tfx_project.LINKS),
    "Azure ML": (azure_project.FILES, azure_project.LINKS),
    "Azure ML from Python": (azure_project.SDK, azure_project.SDK_LINKS),
}


def states(root: Path, overrides: dict[str, str] | None = None) -> dict[str, str]:
    texts = {str(root / path): text for path, text in (overrides or {}).items()}
    found = results(assess(root, date="2026-11-23", overrides=texts)).items()
    return {name: result.state for name, result in found if result.criterion.required and result.criterion.level <= 3}


@pytest.mark.parametrize("platform", PROJECTS)
def test_the_whole_is_level_3_and_each_link_holds_its_own(project: Project, platform: str) -> None:
    files, links = PROJECTS[platform]
    project.files(files).commit()
    assert project.assess().level == 3
    before = states(project.root)
    wrong = []
    for path, old, new, dropped in links:
        text = (project.root / path).read_text(encoding="utf-8")
        assert old in text, (path, old)
        after = states(project.root, {path: text.replace(old, new)})
        changed = {name for name in before if after[name] != before[name]}
        wrong += [(path, old, new, changed)] if changed != dropped else []
    assert not wrong
