"""An honest Level 3 project stays one when a capability is built in another way, and each link of that way holds it alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_mlops.assessment.api import assess

from .conftest import LEVEL_2, Project, results
from .serving_project import LEVEL_3
from .variants import VARIANTS


def states(root: Path, overrides: dict[str, str] | None = None) -> dict[str, str]:
    texts = {str(root / path): text for path, text in (overrides or {}).items()}
    found = results(assess(root, date="2026-11-23", overrides=texts)).items()
    return {name: result.state for name, result in found if result.criterion.required and result.criterion.level <= 3}


@pytest.mark.parametrize("name", VARIANTS)
def test_another_way_and_its_links(project: Project, name: str) -> None:
    variant = VARIANTS[name]
    train = LEVEL_2["src/train.py"].replace("dump(model, output)", "dump(model, output)\n        return 0.9")
    project.files(LEVEL_2 | LEVEL_3 | {"src/train.py": train} | variant.files)
    for path, old, new in variant.edits:
        project.edit(path, old, new)
    if "dvc.yaml" not in variant.removed:
        project.lock()
    project.remove(*(path for path in variant.removed if (project.root / path).exists())).commit()
    before = states(project.root)
    assert {criterion: state for criterion, state in before.items() if state not in ("pass", "not-applicable")} == {}
    for path, old, new, dropped in variant.links:
        text = (project.root / path).read_text(encoding="utf-8")
        assert old in text, (path, old)
        after = states(project.root, {path: text.replace(old, new)})
        changed = {criterion for criterion in before if after[criterion] != before[criterion]}
        # A stage whose code changes has a lock that is out of date.
        stale = {"pipeline-reproducible", "data-versioned"} if path == "src/train.py" else set()
        assert changed - stale == dropped, (path, old, new)
