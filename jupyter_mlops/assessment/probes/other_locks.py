"""conda-lock, Pipenv, PDM, pixi and pylock.toml."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from jupyter_mlops.assessment.findings import PARSED, Finding, Rung
from jupyter_mlops.assessment.manifests import REPRODUCIBLE, LockTool, folder_of, lock_findings
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.files import File
from jupyter_mlops.project.marks import mapping, sequence
from jupyter_mlops.project.shell import join

_CONDA = LockTool("other-locks", "conda-lock", ("conda-lock install", "conda create --file", "mamba", "micromamba"))
_PIPENV = LockTool("other-locks", "Pipenv", ("pipenv sync", "pipenv install", "pipenv run"))
_PDM = LockTool("other-locks", "PDM", ("pdm sync", "pdm install", "pdm run"))
_PIXI = LockTool("other-locks", "pixi", ("pixi install", "pixi run"))
_PYLOCK = LockTool("other-locks", "pip", ("pip install", "uv pip"))


def _findings(unit: Unit) -> Iterator[Finding]:
    for file in unit.named("Pipfile.lock"):
        recorded = mapping(mapping(mapping(unit.project.json(file.path)).get("_meta")).get("hash")).get("sha256")
        manifest = unit.project.toml(join(folder_of(file.path), "Pipfile"))
        problem = None if recorded and recorded == _pipfile_hash(manifest) else "Pipfile has changed since"
        yield from lock_findings(unit, _PIPENV, file.path, problem, 1, checked=True)
    for file in unit.named("conda-lock.yml", "*.conda-lock.yml"):
        document = mapping(next(iter(unit.project.yaml(file.path)), None))
        yield from _listed(unit, _CONDA, file, document.get("package"))
    for file in unit.named("conda-*.lock"):
        lines = (unit.project.text(file.path) or "").splitlines()
        if "@EXPLICIT" in lines and any("://" in line for line in lines):
            yield from lock_findings(unit, _CONDA, file.path, None, lines.index("@EXPLICIT") + 1, checked=False)
    for name, tool, key in (("pdm.lock", _PDM, "package"), ("pylock.toml", _PYLOCK, "packages")):
        for file in unit.named(name):
            yield from _listed(unit, tool, file, unit.project.toml(file.path).get(key))
    for file in unit.named("pixi.lock"):
        document = mapping(next(iter(unit.project.yaml(file.path)), None))
        yield from _listed(unit, _PIXI, file, document.get("packages"))


def _listed(unit: Unit, tool: LockTool, file: File, packages: object) -> Iterator[Finding]:
    """What a lock is worth by the packages that it lists; one that lists none says nothing, for or against another lock."""
    if sequence(packages):
        yield from lock_findings(unit, tool, file.path, None, 1, checked=False)
        return
    for part in ("dependencies", "lock"):
        yield Finding(
            tool.id,
            REPRODUCIBLE,
            Rung.E0,
            f"{file.path} lists no package.",
            part=part,
            confidence=PARSED,
            path=file.path,
            line=1,
            raise_by=f"Lock with {tool.title}, or remove {file.path}.",
        )


def _pipfile_hash(manifest: dict[str, object]) -> str:
    """The hash that Pipenv records: of the JSON of sources, packages and requires, keys sorted."""
    content = {
        "_meta": {"sources": manifest.get("source", []), "requires": manifest.get("requires", {})},
        "default": manifest.get("packages", {}),
        "develop": manifest.get("dev-packages", {}),
    }
    known = ("source", "packages", "dev-packages", "requires", "scripts", "pipfile", "pipenv")
    content |= {group: packages for group, packages in manifest.items() if group not in known}
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode("utf-8")).hexdigest()


PROBE = Probe(
    id="other-locks",
    title="conda-lock, Pipenv, PDM, pixi, pylock.toml",
    reads="conda-lock.yml, conda-*.lock, Pipfile.lock, pdm.lock, pixi.lock, pylock.toml",
    credits="configured: stale or ignored by CI · wired: lists packages · proven (Pipenv): its hash is that of the Pipfile",
    findings=_findings,
)
