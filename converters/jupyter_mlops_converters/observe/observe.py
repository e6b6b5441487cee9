"""Run the notebook once, in a scratch copy of its project, and note what every cell really does."""

from __future__ import annotations

import os
import posixpath
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from jupyter_mlops_converters.analysis.cells import AnalysedCell, Analysis
from jupyter_mlops_converters.analysis.liveness import live_after, touched_names
from jupyter_mlops_converters.observe.failures import explained
from jupyter_mlops_converters.observe.installing import look_for_installed, without_installs
from jupyter_mlops_converters.observe.mirror import snapshot
from jupyter_mlops_converters.observe.observation import Change, Choice, Observation, ObservedCell
from jupyter_mlops_converters.observe.session import CellFailedError, Session

Progress = Callable[[dict[str, Any]], None]

#: Magics that run other programs, whose files Python does not see.
_SHELL = frozenset({"!", "bash", "sh", "script", "sx", "system", "ls", "cat", "perl", "ruby", "python", "python3"})
#: Generators that start in a known state, so that draws without a seed are the same in both runs that are compared.
FORCED = ("<random>", "<numpy.random>")


@dataclass(frozen=True)
class Limits:
    """What running a notebook may take.

    Attributes:
        cell: seconds a cell may take; None for no limit.
        total: seconds for everything; None for no limit.
        install: whether packages that the notebook installs, and that are not there, may be installed.
    """

    cell: float | None = None
    total: float | None = None
    install: bool = False


async def observe(
    analysis: Analysis,
    *,
    mirror: Path,
    project: Path,
    session: Session,
    reference: Path,
    cut_after: frozenset[int],
    limits: Limits,
    progress: Progress,
) -> Observation:
    """Run the notebook.

    Args:
        analysis: the static view.
        mirror: a scratch copy of the project; the notebook runs there.
        project: the user's project, which must not be written to.
        session: a kernel that was not started yet, in the notebook's folder of the copy.
        reference: folder for saved values.
        cut_after: cells after which a stage may end; hand-over formats are tried there.
        limits: what it may take.
        progress: told about every cell.

    Returns:
        What was seen.

    Raises:
        MlopsError: ``notebook-raises``, ``missing-data``, ``missing-package``, ``install-needed``, ``needs-input``,
            ``cell-timeout``, ``kernel-died`` — with the cell.
    """
    live = live_after(analysis)
    observed: list[ObservedCell] = []
    before = snapshot(mirror)
    first = dict(before)
    started = time.monotonic()
    async with session:
        secrets = tuple(secret.value for secret in analysis.notebook.secrets)
        if secrets:
            # A stage has it from its set-up cell.
            await session.hidden("import os")
        await session.install_agent(root=mirror, protected=project, reference=reference, secrets=secrets)
        installed = await look_for_installed(session, analysis.notebook, allowed=limits.install)
        await session.ask("set_random", {"states": dict.fromkeys(FORCED)})
        for position, cell in enumerate(analysis.cells):
            progress(
                {
                    "phase": "observe",
                    "message": f"Running cell {cell.index}",
                    "cell": cell.index,
                    "cells": len(analysis.notebook.cells),
                    "fraction": position / max(1, len(analysis.cells)),
                }
            )
            try:
                await session.ask("before")
                outputs, seconds = await session.execute(
                    cell.cell.source, metadata=cell.cell.metadata, limit=limits.cell
                )
                report = await session.ask(
                    "after",
                    {
                        "cell": cell.index,
                        "names": sorted(touched_names(analysis, cell)),
                        "live": sorted(live[cell.index]),
                        "shown": {name: count for count, name in analysis.history.variables.items()},
                        "choose": cell.index in cut_after,
                    },
                )
            except CellFailedError as failure:
                error = explained(failure, cell, analysis, limits.cell)
                raise without_installs(error, installed) from None
            after = snapshot(mirror)
            made = {path for path, state in before.items() if first.get(path) != state}
            observed.append(_observed_cell(cell, outputs, seconds, report or {}, mirror, before, after, made))
            before = after
        modules = sorted({name.split(".")[0] for name in analysis.modules.values()})
        environment = await session.ask("environment", {"modules": modules}) or {}
        memory = await session.ask("memory") or {}
    final = frozenset(path for path in before if first.get(path) != before[path])
    return Observation(
        tuple(observed),
        seconds=time.monotonic() - started,
        final_files=final,
        distributions={**installed.versions, **environment.get("distributions", {})},
        python_version=environment.get("python", ""),
        memory=memory.get("peak", 0),
        workdir=_relative(str(analysis.notebook.path.parent.resolve()), project),
    )


def _differences(before: Mapping[str, tuple[int, int]], after: Mapping[str, tuple[int, int]]) -> set[str]:
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def _observed_cell(
    cell: AnalysedCell,
    outputs: list[dict[str, Any]],
    seconds: float,
    report: dict[str, Any],
    mirror: Path,
    before: Mapping[str, tuple[int, int]],
    after: Mapping[str, tuple[int, int]],
    made: set[str],
) -> ObservedCell:
    files = report.get("files", {})
    ambient = report.get("ambient", {})
    written = _differences(before, after)
    # What was not there before is the cell's own.
    reads = [p for p in files.get("reads", []) if p in before or ((mirror / p).is_file() and p not in written)]
    reads += [
        path for path in named_files(cell, mirror, ambient.get("cwd")) if path not in reads and path not in written
    ]
    # What is in a folder that is listed depends on the cells that wrote there.
    reads += sorted(path for path in made if posixpath.dirname(path) in {_folder(f) for f in files.get("listed", [])})
    shell = " ".join(f"{magic.argument} {magic.body or ''}" for magic in cell.code.magics if magic.name in _SHELL)
    reads += sorted(path for path in made if shell and _is_named(path, shell))
    writes = sorted({path for path in files.get("writes", []) if path in written} | written)
    return ObservedCell(
        index=cell.index,
        # What other programs do on the machine must not change the plan.
        seconds=max(0.0, seconds - report.get("queued", 0.0)),
        imported=max(0, report.get("imported", 0)),
        outputs=tuple(outputs),
        changes={
            name: Change(
                bound=entry["bound"],
                changed=entry["changed"],
                kind=entry["kind"],
                type=entry["type"],
                home=entry.get("home", ""),
                importable=entry.get("importable", True),
                fingerprint=entry.get("fingerprint"),
                reason=entry.get("reason"),
                about=entry.get("about") or {},
                model=entry.get("model"),
                number=entry.get("number"),
            )
            for name, entry in report.get("names", {}).items()
        },
        removed=tuple(report.get("removed", ())),
        reads=tuple(path for path in dict.fromkeys(reads) if not _is_noise(path)),
        writes=tuple(path for path in writes if not _is_noise(path)),
        deleted=tuple(sorted(path for path in before.keys() - after.keys() if not _is_noise(path))),
        outside=tuple(files.get("outside", ())),
        network=tuple(files.get("network", ())),
        random=report.get("random", {}),
        cwd=_relative(ambient.get("cwd", ""), mirror),
        environment=ambient.get("environment", {}),
        path=tuple(ambient.get("path", ())),
        plotting=tuple(ambient.get("plotting", ())),
        states=report.get("states", {}),
        shared=tuple(tuple(group) for group in report.get("shared", ())),
        choices={
            names: Choice(
                format=entry["format"],
                why=entry["why"],
                bytes=entry.get("bytes", 0),
                file=entry.get("file"),
                needs=tuple(entry.get("needs", ())),
                tables={name: [tuple(column) for column in table] for name, table in entry.get("tables", {}).items()},
            )
            for names, entry in report.get("choices", {}).items()
        },
        modules={name: tuple(others) for name, others in report.get("modules", {}).items()},
        modules_changed=tuple(report.get("modules_changed", ())),
    )


def _folder(path: str) -> str:
    return "" if path == "." else path


def _is_named(path: str, shell: str) -> bool:
    """Whether a shell command speaks of a file, or of a folder that it is in."""
    parts = PurePosixPath(path).parts
    return any(re.search(rf"(?<![\w.-]){re.escape(part)}(?![\w-])", shell) for part in parts[-2:])


def named_files(cell: AnalysedCell, root: Path, cwd: str | None) -> list[str]:
    """Project files that the cell names in a string: some libraries open files where Python cannot see it.

    Args:
        cell: the cell.
        root: the project or its scratch copy.
        cwd: the working directory, absolute.

    Returns:
        Paths relative to the root.
    """
    import ast

    found = []
    base = Path(cwd) if cwd else root
    for node in ast.walk(cell.code.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and 0 < len(node.value) < 300:
            text = node.value
            if "\n" in text or "\0" in text or not re.search(r"\.\w{1,10}$", text):
                continue
            try:
                path = base / text
                if path.is_file() and path.resolve().is_relative_to(root.resolve()):
                    found.append(os.path.relpath(path, root).replace(os.sep, "/"))
            except (OSError, ValueError):
                continue
    return found


def _is_noise(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return any(part in {"__pycache__", ".ipynb_checkpoints"} for part in parts) or path.endswith(".pyc")


def _relative(path: str, root: Path) -> str:
    return os.path.relpath(path, root.resolve()).replace(os.sep, "/") if path else "."
