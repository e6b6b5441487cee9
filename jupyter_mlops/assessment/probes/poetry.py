"""Poetry: does `poetry.lock` match pyproject.toml? Its content hash is computed as Poetry does."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from jupyter_mlops.assessment.findings import Finding
from jupyter_mlops.assessment.manifests import LockTool, folder_of, lock_findings
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import mapping
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.shell import join

_TOOL = LockTool("poetry", "Poetry", ("poetry install", "poetry sync", "poetry run", "poetry export"))
_HASH = lazy(r'(?m)^content-hash = "([0-9a-f]{64})"')
_LEGACY = ("dependencies", "source", "extras", "dev-dependencies")
_PROJECT = ("requires-python", "dependencies", "optional-dependencies")


def _findings(unit: Unit) -> Iterator[Finding]:
    for file in unit.named("poetry.lock"):
        text = unit.project.text(file.path, 20_000_000) or ""
        recorded = _HASH.search(text)
        line = text[: recorded.start()].count("\n") + 1 if recorded else 1
        document = unit.project.toml(join(folder_of(file.path), "pyproject.toml"))
        if recorded is None:
            yield from lock_findings(unit, _TOOL, file.path, "it has no content hash", line, checked=True)
        elif not document:
            yield from lock_findings(unit, _TOOL, file.path, "there is no pyproject.toml beside it", line, checked=True)
        else:
            problem = None if recorded[1] in content_hashes(document) else "pyproject.toml has changed since"
            yield from lock_findings(unit, _TOOL, file.path, problem, line, checked=True)


def content_hashes(document: dict[str, Any]) -> set[str]:
    """The content hashes that Poetry's versions give this pyproject.toml.

    Poetry hashes the JSON (keys sorted) of the parts that matter: in 1.x `dependencies`, `group`, `source`, `extras` (and
    `dev-dependencies`) of `tool.poetry`; from 2.0 on with `project` and `dependency-groups` where they are there.
    """
    poetry = mapping(mapping(document.get("tool")).get("poetry"))
    project = mapping(document.get("project"))
    groups = mapping(document.get("dependency-groups"))
    legacy = {key: poetry.get(key) for key in _LEGACY if key != "dev-dependencies" or poetry.get(key) is not None}
    grouped = {**legacy, "group": poetry.get("group")} if poetry.get("group") is not None else legacy
    wanted = [
        {key: poetry.get(key) for key in ("dependencies", "group", "source", "extras")},
        {key: poetry.get(key) for key in ("dependencies", "group", "source", "extras", "dev-dependencies")},
        {key: poetry.get(key) for key in ("dependencies", "source", "extras", "dev-dependencies")},
        grouped,
    ]
    relevant_project = {key: project.get(key) for key in _PROJECT if project.get(key) is not None}
    if relevant_project or groups:
        modern: dict[str, Any] = {}
        if relevant_project:
            modern["project"] = relevant_project
        if groups:
            modern["dependency-groups"] = dict(groups)
        kept = {key: value for key, value in grouped.items() if value is not None}
        wanted += [{**modern, "tool": {"poetry": kept}} if kept else modern, {**modern, "tool": {"poetry": grouped}}]
    return {_digest(content) for content in wanted}


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode("utf-8")).hexdigest()


PROBE = Probe(
    id="poetry",
    title="Poetry",
    reads="poetry.lock, pyproject.toml",
    credits="configured: a lock that is stale or that CI ignores · proven: its content hash is that of pyproject.toml",
    findings=_findings,
)
