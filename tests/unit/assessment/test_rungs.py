"""Every rung that a probe can give is reached by a project of the tests. What to do when this fails: add one to `rungs.py`."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_mlops.assessment import engine, probes
from jupyter_mlops.assessment.findings import Finding

from .conftest import LEVEL_2, Project
from .rungs import HISTORIES, RUNGS, Files
from .serving_project import LEVEL_3, LEVEL_4
from .test_catalogue import FIT
from .variants import VARIANTS, Variant

Reached = dict[str, set[str]]


def possible() -> Iterator[tuple[str, str]]:
    """What probes can give: (probe, "E0" … "E4" as their code names them, "Launch" or "Pipeline")."""
    for module in pkgutil.iter_modules(probes.__path__):
        loaded = importlib.import_module(f"{probes.__name__}.{module.name}")
        tree = ast.parse(Path(loaded.__file__).read_text(encoding="utf-8"))
        compared = {id(inner) for node in ast.walk(tree) if isinstance(node, ast.Compare) for inner in ast.walk(node)}
        for node in ast.walk(tree):
            rung = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Rung"
            if rung and id(node) not in compared:
                yield loaded.PROBE.id, node.attr
        for kind, step in (("Launch", loaded.PROBE.launches), ("Pipeline", loaded.PROBE.pipelines)):
            if step is not None:
                yield loaded.PROBE.id, kind


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> Reached:
    """What the probes give in the assessments of a test."""
    found: Reached = defaultdict(set)
    original = engine._guarded

    def watched(unit, probe, step):
        given = original(unit, probe, step)
        found[probe.id] |= {f"E{int(one.rung)}" if isinstance(one, Finding) else type(one).__name__ for one in given}
        return given

    monkeypatch.setattr(engine, "_guarded", watched)
    return found


def test_every_rung_of_every_probe_is_reached(reached: Reached, tmp_path: Path) -> None:
    whole = LEVEL_2 | LEVEL_3 | LEVEL_4
    laid: list[tuple[str | None, Files, Variant]] = [(None, LEVEL_2, Variant()), (None, whole, Variant())]
    laid += [(None, LEVEL_2 | LEVEL_3 | one.files, one) for one in VARIANTS.values()]
    laid += [(probe, files, Variant()) for probe, projects in RUNGS.items() for files in projects.values()]
    everything: Reached = defaultdict(set)
    for number, (probe, files, variant) in enumerate(laid):
        reached.clear()
        project = Project(tmp_path / str(number)).files(files)
        for edit in variant.edits:
            project.edit(*edit)
        if "dvc.yaml" in files and "dvc.yaml" not in variant.removed:
            project.lock()
        project.remove(*(path for path in variant.removed if (project.root / path).exists())).commit().assess()
        # An entry that its own probe says nothing about is there in vain.
        assert probe is None or reached[probe], (probe, list(files))
        for name, given in reached.items():
            everything[name] |= given
    for name, commands in HISTORIES.items():
        reached.clear()
        project = Project(tmp_path / name).files({"train.py": FIT})
        for command in commands:
            project.git(*command)
        project.assess()
        everything["git"] |= reached["git"]
    missing = sorted({f"{probe}: {what}" for probe, what in possible() if what not in everything[probe]})
    assert not missing, "\n".join(missing)
