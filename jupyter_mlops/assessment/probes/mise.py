"""mise: tasks as launches, which CI and people start with `mise run`."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.marks import items, line_of, mapping, strings

_NAMES = ("mise.toml", ".mise.toml")


def _launches(unit: Unit) -> Iterator[Launch]:
    above = unit.covering.named(*_NAMES)
    for file in (*unit.named(*_NAMES), *above):
        for name, task, line in items(unit.project.toml(file.path).get("tasks")):
            table = mapping(task)
            commands = strings(table.get("run") if table else task)
            yield Launch(
                f"console:mise {name}",
                "console",
                file.path,
                line_of(table, "run") or line,
                "\n".join(commands),
                posixpath.dirname(file.path) or ".",
                name,
                needs=tuple(f"console:mise {need}" for need in strings(table.get("depends"))),
            )


PROBE = Probe(
    id="mise",
    title="mise",
    reads="mise.toml",
    credits="earns nothing by itself: shows what leads where",
    launches=_launches,
)
