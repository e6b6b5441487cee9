"""Run the notebook once, in a scratch copy of its project, and note what every cell really does."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from jupyter_mlops_converters.analysis.cells import AnalysedCell, Analysis
from jupyter_mlops_converters.analysis.liveness import live_after, touched_names
from jupyter_mlops_converters.errors import MlopsError
from jupyter_mlops_converters.observe.mirror import snapshot
from jupyter_mlops_converters.observe.observation import Change, Choice, Observation, ObservedCell
from jupyter_mlops_converters.observe.session import CellFailedError, Session

Progress = Callable[[dict[str, Any]], None]

#: Import name → distribution, where they differ, for the message about a missing package.
_DISTRIBUTIONS = {
    "sklearn": "scikit-learn", "cv2": "opencv-python", "PIL": "pillow", "yaml": "pyyaml", "bs4": "beautifulsoup4",
    "skimage": "scikit-image", "dateutil": "python-dateutil", "Bio": "biopython", "dotenv": "python-dotenv",
}  # fmt: skip
#: Generators that start in a known state, so that draws without a seed are the same in both runs that are compared.
FORCED = ("<random>", "<numpy.random>")
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Limits:
    """Time limits.

    Attributes:
        cell: seconds a cell may take; None for no limit.
        total: seconds for everything; None for no limit.
    """

    cell: float | None = None
    total: float | None = None


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
        limits: time limits.
        progress: told about every cell.

    Returns:
        What was seen.

    Raises:
        MlopsError: ``notebook-raises``, ``missing-data``, ``missing-package``, ``needs-input``, ``cell-timeout``,
            ``kernel-died`` — with the cell.
    """
    live = live_after(analysis)
    observed: list[ObservedCell] = []
    before = snapshot(mirror)
    first = dict(before)
    started = time.monotonic()
    async with session:
        await session.install_agent(root=mirror, protected=project, reference=reference)
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
                raise explained(failure, cell, analysis, limits) from None
            after = snapshot(mirror)
            observed.append(_observed_cell(cell, outputs, seconds, report or {}, mirror, before, after))
            before = after
        modules = sorted({name.split(".")[0] for name in analysis.modules.values()})
        environment = await session.ask("environment", {"modules": modules}) or {}
        memory = await session.ask("memory") or {}
    final = frozenset(path for path in before if first.get(path) != before[path])
    return Observation(
        tuple(observed),
        seconds=time.monotonic() - started,
        final_files=final,
        distributions=environment.get("distributions", {}),
        python_version=environment.get("python", ""),
        memory=memory.get("peak", 0),
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
) -> ObservedCell:
    files = report.get("files", {})
    ambient = report.get("ambient", {})
    written = _differences(before, after)
    # What was not there before is the cell's own.
    reads = [p for p in files.get("reads", []) if p in before or ((mirror / p).is_file() and p not in written)]
    reads += [
        path for path in named_files(cell, mirror, ambient.get("cwd")) if path not in reads and path not in written
    ]
    writes = sorted({path for path in files.get("writes", []) if path in written} | written)
    return ObservedCell(
        index=cell.index,
        seconds=seconds,
        outputs=tuple(outputs),
        changes={
            name: Change(
                bound=entry["bound"],
                changed=entry["changed"],
                kind=entry["kind"],
                type=entry["type"],
                home=entry.get("home", ""),
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
    )


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


def explained(failure: CellFailedError, cell: AnalysedCell, analysis: Analysis, limits: Limits) -> MlopsError:
    """A failure of the user's cell as an error that says what to do.

    Args:
        failure: what the kernel said.
        cell: the cell that was running.
        analysis: the notebook.
        limits: the limits that were in force.

    Returns:
        The error to raise.
    """
    path = str(analysis.notebook.path)
    where: dict[str, Any] = {"cell": cell.index, "path": path}
    if failure.kind == "timeout":
        return MlopsError(
            "cell-timeout",
            f"The cell ran longer than the limit of {limits.cell:g} s. Raise it with --timeout, or make the cell shorter.",
            **where,
        )
    if failure.kind == "kernel-died":
        return MlopsError(
            "kernel-died",
            "The kernel died while this cell ran, most often because memory ran out. Try it on less data.",
            **where,
        )
    traceback = _ANSI.sub("", failure.traceback)
    # The outermost frame is the cell itself; deeper ones are in libraries or in functions of other cells.
    lines = re.findall(r"^Cell In\[\d+\], line (\d+)", traceback, re.MULTILINE)
    where["line"] = int(lines[0]) if lines else None
    where["detail"] = traceback
    said = f"{failure.ename}: {failure.evalue}".strip()[:500]
    if failure.ename == "StdinNotImplementedError":
        return MlopsError(
            "needs-input",
            "The cell asks for input, which a pipeline cannot give. Put the answer in a variable instead; it can become a parameter.",
            **where,
        )
    if failure.ename in {"ModuleNotFoundError", "ImportError"}:
        missing = re.search(r"No module named '([\w.]+)'", failure.evalue)
        if missing:
            package = missing.group(1).split(".")[0]
            return MlopsError(
                "missing-package",
                f"The notebook needs the package {package!r}, which is not installed. "
                f"Install it with: pip install {_DISTRIBUTIONS.get(package, package)}",
                exit_status=3,
                **where,
            )
    if failure.ename in {"FileNotFoundError", "NotADirectoryError"}:
        return MlopsError(
            "missing-data",
            f"The cell looks for a file that is not there: {said}. Put it there, or correct the path.",
            **where,
        )
    return MlopsError(
        "notebook-raises",
        f"The notebook does not run: {said}. Correct the cell (or tag it `raises-exception` if that is meant, or `skip` to leave it out).",
        **where,
    )
