"""A notebook run before and after its repair, in a copy of the project that is thrown away: it shows what the repair is worth."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jupyter_mlops.lifts.scene import Scene
from jupyter_mlops.project.notebook import Notebook

#: Seconds that a cell may take.
LIMIT = 600.0
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_KERNEL = "python3"


@dataclass(frozen=True)
class Outcome:
    """How far a notebook runs.

    Attributes:
        cells: how many code cells it has.
        failed: index of the first cell that fails, among all cells; None where all run.
        error: what it fails with, one line.
    """

    cells: int
    failed: int | None = None
    error: str = ""

    @property
    def good(self) -> bool:
        """Whether it runs to the end."""
        return self.failed is None

    def told(self) -> str:
        """The same as the end of a sentence."""
        return "runs to the end" if self.failed is None else f"stops in cell {self.failed}: {self.error}"


def tried(
    scene: Scene,
    path: str,
    before: Notebook,
    after: Notebook,
    secrets: Mapping[str, str],
    modules: Mapping[str, str],
    limit: float = LIMIT,
) -> tuple[Outcome, Outcome]:
    """Run a notebook as it was and as it is now. This runs the user's code, on copies of the project's files.

    What cells install is left out, and what would write into the project itself is stopped.

    Args:
        scene: the project.
        path: of the notebook.
        before: as it was.
        after: as it is now.
        secrets: environment variables that it reads now.
        modules: of the project, by path → their text as it is now.
        limit: seconds that a cell may take.

    Raises:
        MlopsError: ``no-kernel``.
    """
    unchanged: Mapping[str, str] = {}
    versions = ((", before its repair", before, unchanged), (", after its repair", after, modules))
    first, second = _outcomes(scene, path, versions, secrets, limit)
    return first, second


def ran(scene: Scene, path: str, notebook: Notebook, limit: float = LIMIT) -> Outcome:
    """Run a notebook as it is, in the same way.

    Args:
        scene: the project.
        path: of the notebook.
        notebook: as it is.
        limit: seconds that a cell may take.

    Raises:
        MlopsError: ``no-kernel``.
    """
    return _outcomes(scene, path, (("", notebook, {}),), {}, limit)[0]


def _outcomes(
    scene: Scene,
    path: str,
    versions: Sequence[tuple[str, Notebook, Mapping[str, str]]],
    secrets: Mapping[str, str],
    limit: float,
) -> list[Outcome]:
    """Runs of a notebook, one after the other: what is told of each, its cells, and the modules that come with it."""
    from jupyter_mlops_converters.observe.loop import complete
    from jupyter_mlops_converters.observe.mirror import Mirror
    from jupyter_mlops_converters.scratch import workspace

    with workspace() as work:
        folder = (scene.root / path).parent
        mirror = Mirror(scene.root.resolve(), work / scene.root.name, keep=folder.resolve())
        mirror.copy()
        place = mirror.root / Path(path).parent
        outcomes = []
        for number, (told, notebook, texts) in enumerate(versions):
            for module, text in texts.items():
                (mirror.root / module).write_text(text, encoding="utf-8")
            run = _Run(
                mirror.root, place, work / f"run-{number}", {**os.environ, **secrets}, f"Running {path}{told}", limit
            )
            outcomes.append(complete(_ran(scene, notebook, run)))
            mirror.reset(frozenset())
        return outcomes


@dataclass(frozen=True)
class _Run:
    """A run.

    Attributes:
        root: the copy of the project.
        cwd: where the notebook is in it.
        work: a folder for the run alone.
        environment: variables of the kernel.
        told: what is going on, the beginning of a sentence.
        limit: seconds that a cell may take.
    """

    root: Path
    cwd: Path
    work: Path
    environment: Mapping[str, str]
    told: str
    limit: float


async def _ran(scene: Scene, notebook: Notebook, run: _Run) -> Outcome:
    from jupyter_mlops_converters.observe.session import CellFailedError, Session
    from jupyter_mlops_converters.source.installs import without_installs
    from jupyter_mlops_converters.source.notebook import SourceCell, SourceNotebook

    cells = tuple(
        SourceCell(cell.index, "code", cell.source, {"tags": list(cell.tags)}) for cell in notebook.code_cells
    )
    cells = without_installs(SourceNotebook(Path(notebook.path), "", cells, None, {})).code_cells
    async with Session(_KERNEL, run.cwd, scratch=run.work, temp=run.work / "temp", env=run.environment) as session:
        await session.install_agent(root=run.root, protected=scene.root.resolve(), reference=run.work / "reference")
        for position, cell in enumerate(cells):
            scene.tell(f"{run.told}: cell {cell.index}", position / len(cells))
            try:
                await session.ask("before")
                await session.execute(cell.source, metadata=cell.metadata, limit=run.limit)
            except CellFailedError as failure:
                return Outcome(len(cells), cell.index, _said(failure, run.limit))
    return Outcome(len(cells))


def _said(failure: Exception, limit: float) -> str:
    kind = getattr(failure, "kind", "raised")
    if kind == "timeout":
        return f"it takes longer than {limit:g} s"
    if kind == "kernel-died":
        return "the kernel died, most often because memory ran out"
    lines = _ANSI.sub("", str(failure)).strip().splitlines() or [""]
    return lines[0][:300] if len(lines[0]) > 20 or len(lines) == 1 else f"{lines[0]} {lines[1].strip()}"[:300]
