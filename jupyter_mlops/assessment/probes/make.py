"""Make, just: targets as launches; as a pipeline where targets are files that depend on files."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from jupyter_mlops.assessment.probe import Pipeline, Probe, Stage
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.makefile import Target
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.reach import LAUNCH
from jupyter_mlops.project.shell import join

_EXPORTED = lazy(r"^export\s+([A-Za-z_]\w*)\s*[:?]?=\s*(.*)$", re.MULTILINE)
_SEVERAL = lazy(r";\s*\S")
_NAMES = ("Makefile", "GNUmakefile", "justfile", ".justfile")


def _makefiles(unit: Unit) -> list[str]:
    above = [file.path for file in unit.covering.named(*_NAMES)]
    return [file.path for file in unit.named(*_NAMES)] + above


def _launches(unit: Unit) -> Iterator[Launch]:
    for path in _makefiles(unit):
        targets = unit.project.makefile(path)
        folder = posixpath.dirname(path) or "."
        text = unit.project.text(path) or ""
        for position, target in enumerate(targets.values()):
            yield _launch(path, folder, target, target.name, targets, text)
            if position == 0:
                yield _launch(path, folder, target, "<default>", targets, text)


def _launch(path: str, folder: str, target: Target, name: str, targets: dict[str, Target], text: str) -> Launch:
    exported = tuple(f"{found[1]}={found[2]}" for found in _EXPORTED.finditer(text))
    first = target.recipe[0][0] if target.recipe else target.line
    lines: list[str] = []
    for number, command in target.recipe:
        lines += [""] * (number - first - len(lines))
        # "-" says: go on when it fails. Each line has a shell of its own, which does not stop at errors.
        plain = command.lstrip("-@+").replace("$@", target.name).replace("$<", target.needs[0] if target.needs else "")
        if target.ignored or "-" in command[: len(command) - len(plain)]:
            lines.append(f"{plain} || true")
        else:
            lines.append(f"(set +e; {plain})" if _SEVERAL.search(plain) and "#" not in plain else plain)
    return Launch(
        id=f"{path}#{name}",
        kind="make",
        path=path,
        line=first,
        script="\n".join(lines),
        folder=folder,
        name=name,
        needs=tuple(f"{path}#{need}" for need in target.needs if need in targets and need != target.name),
        group=path,
        pipefail=False,
        assigned=exported,
    )


def _pipelines(unit: Unit) -> Iterator[Pipeline]:
    for path in _makefiles(unit):
        targets = unit.project.makefile(path)
        folder = posixpath.dirname(path) or "."
        stages = []
        for target in targets.values():
            if target.phony or not target.recipe or not _is_file(target.name):
                continue
            inputs = frozenset(join(folder, need) for need in target.needs if _is_file(need))
            if inputs:
                stages.append(
                    Stage(
                        target.name,
                        path,
                        target.line,
                        inputs=inputs,
                        outputs=frozenset({join(folder, target.name)}),
                        node=(f"{path}#{target.name}", LAUNCH),
                    )
                )
        if len(stages) > 1:
            yield Pipeline("make", "make", path, stages[0].line, tuple(stages), started_by="make", confidence=0.75)


def _is_file(name: str) -> bool:
    return "." in name.rpartition("/")[2] or "/" in name


PROBE = Probe(
    id="make",
    title="make, just",
    reads="Makefile, justfile",
    credits="wired: targets that are files and depend on files of other targets; phony targets only lead to what they run",
    launches=_launches,
    pipelines=_pipelines,
)
