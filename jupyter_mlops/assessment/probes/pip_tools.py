"""pip-tools and `uv pip compile`: does the compiled file pin everything that its input asks for?"""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_mlops.assessment.findings import Finding
from jupyter_mlops.assessment.manifests import LockTool, folder_of, lock_findings
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.requirements import Requirement
from jupyter_mlops.project.shell import join

_TOOL = LockTool("pip-tools", "pip-compile", ("pip install", "pip-sync", "uv pip"))
_INPUT = lazy(r"(?m)^#\s+(?:uv pip compile|pip-compile)\b[^\n]*?\s([\w./-]+\.(?:in|toml|txt))")


def _findings(unit: Unit) -> Iterator[Finding]:
    for file in unit.named("*requirements*.txt"):
        found = unit.project.requirements(file.path)
        if not found.generated_by or unit.aside(file.path):
            continue
        yield from lock_findings(unit, _TOOL, file.path, _problem(unit, file.path, found.requirements), 1, checked=True)


def _problem(unit: Unit, path: str, pinned: tuple[Requirement, ...]) -> str | None:
    loose = next((requirement.name for requirement in pinned if not requirement.pinned), None)
    if loose is not None:
        return f"{loose} is not pinned"
    given = _INPUT.search(unit.project.text(path) or "")
    source = join(
        folder_of(path), given[1].rpartition("/")[2] if given else path.rpartition("/")[2].removesuffix(".txt") + ".in"
    )
    if not unit.project.exists(source):
        return None
    versions = {requirement.name: requirement.specifier for requirement in pinned}
    for wanted in unit.project.requirements(source).requirements if not source.endswith(".toml") else ():
        if wanted.name not in versions and not wanted.marker:
            return f"{wanted.name}, which {source} asks for, is not in it"
        if wanted.pinned and wanted.name in versions and wanted.specifier != versions[wanted.name]:
            return f"{source} asks for {wanted.name}{wanted.specifier}"
    return None


PROBE = Probe(
    id="pip-tools",
    title="pip-tools, uv pip compile",
    reads="requirements*.txt that say they were compiled, and their input",
    credits="configured: something of the input is missing · proven: all of the input is pinned",
    findings=_findings,
)
