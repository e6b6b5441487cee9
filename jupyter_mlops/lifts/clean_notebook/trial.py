"""A notebook run before and after its repair, in a copy of the project that is thrown away: it shows what the repair is worth."""

from __future__ import annotations

import re
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


def tried(scene: Scene, path: str, before: Notebook, after: Notebook, limit: float = LIMIT) -> tuple[Outcome, Outcome]:
    """Run a notebook as it was and as it is now. This runs the user's code, on copies of the project's files.

    Args:
        scene: the project.
        path: of the notebook.
        before: as it was.
        after: as it is now.
        limit: seconds that a cell may take.

    Raises:
        MlopsError: ``no-kernel``.
    """
    from jupyter_mlops_converters.observe.loop import complete
    from jupyter_mlops_converters.observe.mirror import Mirror
    from jupyter_mlops_converters.scratch import workspace

    with workspace() as work:
        folder = (scene.root / path).parent
        mirror = Mirror(scene.root.resolve(), work / scene.root.name, keep=folder.resolve())
        mirror.copy()
        place = mirror.root / Path(path).parent
        outcomes = []
        for name, notebook in (("before", before), ("after", after)):
            told = f"Running {path}, {name} its repair"
            outcomes.append(complete(_run(scene, notebook, place, work / name, told, limit)))
            mirror.reset(frozenset())
        return outcomes[0], outcomes[1]


async def _run(scene: Scene, notebook: Notebook, cwd: Path, work: Path, told: str, limit: float) -> Outcome:
    from jupyter_mlops_converters.observe.session import CellFailedError, Session

    cells = notebook.code_cells
    async with Session(_KERNEL, cwd, scratch=work, temp=work / "temp") as session:
        for position, cell in enumerate(cells):
            scene.tell(f"{told}: cell {cell.index}", position / len(cells))
            try:
                await session.execute(cell.source, metadata={"tags": list(cell.tags)}, limit=limit)
            except CellFailedError as failure:
                return Outcome(len(cells), cell.index, _said(failure, limit))
    return Outcome(len(cells))


def _said(failure: Exception, limit: float) -> str:
    kind = getattr(failure, "kind", "raised")
    if kind == "timeout":
        return f"it takes longer than {limit:g} s"
    if kind == "kernel-died":
        return "the kernel died, most often because memory ran out"
    lines = _ANSI.sub("", str(failure)).strip().splitlines() or [""]
    return lines[0][:300] if len(lines[0]) > 20 or len(lines) == 1 else f"{lines[0]} {lines[1].strip()}"[:300]
