"""A notebook run before and after its repair, in a copy of the project that is thrown away: it shows what the repair is worth."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_mlops.lifts.clean_notebook.edits import Draft, Repair, State
from jupyter_mlops.lifts.clean_notebook.mending import Table, mend_stop
from jupyter_mlops.lifts.clean_notebook.seen import Stop
from jupyter_mlops.lifts.scene import Scene
from jupyter_mlops.project.notebook import Notebook

if TYPE_CHECKING:
    from jupyter_mlops_converters.observe.mirror import Mirror
    from jupyter_mlops_converters.observe.session import CellFailedError, Session
    from jupyter_mlops_converters.source.notebook import SourceCell

#: Seconds that a cell may take.
LIMIT = 600.0
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_KERNEL = "python3"
#: The tag by which nbclient, papermill and nbconvert know a cell that may fail.
MAY_FAIL = "raises-exception"
#: Runs after each of which something may have been repaired.
_ANEW = 6
#: Repairs in one of them.
_AGAIN = 60


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
    draft: Draft,
    table: Table,
    modules: Mapping[str, str],
    limit: float = LIMIT,
) -> tuple[Outcome, Outcome]:
    """Run a notebook as it was and as it is now. This runs the user's code, on copies of the project's files.

    Where the second run stops, what is seen there may make a repair sure; it goes on then. What cells install is left out,
    and what would write into the project itself is stopped.

    Args:
        scene: the project.
        path: of the notebook.
        before: as it was.
        draft: as it is now, which is repaired further.
        table: what is gone from libraries.
        modules: of the project, by path → their text as it is now.
        limit: seconds that a cell may take.

    Raises:
        MlopsError: ``no-kernel``.
    """
    with _copy(scene, path) as place:
        environment = {**os.environ, **draft.secrets}
        run = _Run(*place, "before", environment, f"Running {path}, before its repair", limit)
        first = second = _once(scene, before, run)
        for number in range(0 if first.good and draft.notebook is before and not modules else _ANEW):
            for module, text in modules.items():
                (run.root / module).write_text(text, encoding="utf-8")
            run = _Run(*place, f"after-{number}", environment, f"Running {path}, after its repair", limit)
            known = len(draft.repairs)
            second = _once(scene, draft, run, table)
            # What was repaired on the way has not been seen to work from the beginning.
            if len(draft.repairs) == known:
                break
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
    with _copy(scene, path) as place:
        return _once(scene, notebook, _Run(*place, "run", os.environ, f"Running {path}", limit))


@contextmanager
def _copy(scene: Scene, path: str) -> Iterator[tuple[Mirror, Path, Path]]:
    """A copy of the project, where a notebook is in it, and a folder beside it."""
    from jupyter_mlops_converters.observe.mirror import Mirror
    from jupyter_mlops_converters.scratch import workspace

    with workspace() as work:
        folder = (scene.root / path).parent
        mirror = Mirror(scene.root.resolve(), work / scene.root.name, keep=folder.resolve())
        mirror.copy()
        yield mirror, mirror.root / Path(path).parent, work


@dataclass(frozen=True)
class _Run:
    """A run.

    Attributes:
        mirror: the copy of the project.
        cwd: where the notebook is in it.
        beside: a folder beside the copy.
        name: of the run, unlike those of others there.
        environment: variables of the kernel.
        told: what is going on, the beginning of a sentence.
        limit: seconds that a cell may take.
    """

    mirror: Mirror
    cwd: Path
    beside: Path
    name: str
    environment: Mapping[str, str]
    told: str
    limit: float

    @property
    def root(self) -> Path:
        """The copy's folder."""
        return self.mirror.root

    @property
    def work(self) -> Path:
        """A folder for the run alone."""
        return self.beside / self.name


def _once(scene: Scene, notebook: Notebook | Draft, run: _Run, table: Table | None = None) -> Outcome:
    from jupyter_mlops_converters.observe.loop import complete

    outcome = complete(_ran(scene, notebook, run, table))
    run.mirror.reset(frozenset())
    return outcome


async def _ran(scene: Scene, notebook: Notebook | Draft, run: _Run, table: Table | None) -> Outcome:
    from jupyter_mlops_converters.observe.session import CellFailedError, Session

    cells = _cells(notebook)
    order = [cell.index for cell in cells]
    sources: dict[int, str] = {}
    async with Session(_KERNEL, run.cwd, scratch=run.work, temp=run.work / "temp", env=run.environment) as session:
        await session.install_agent(root=run.root, protected=scene.root.resolve(), reference=run.work / "reference")
        position = again = 0
        last: tuple[State, tuple[int, int], Outcome] | None = None
        while position < len(order):
            cell = cells[position]
            scene.tell(f"{run.told}: cell {cell.index}", position / len(cells))
            try:
                await session.ask("before")
                sources[cell.index] = cell.source
                await session.execute(cell.source, metadata=cell.metadata, limit=run.limit)
            except CellFailedError as failure:
                outcome = Outcome(len(cells), cell.index, _said(failure, run.limit))
                if failure.kind != "raised" or not isinstance(notebook, Draft) or table is None or again == _AGAIN:
                    return outcome
                again += 1
                stop = await _stop(session, outcome.error, sources, run)
                state, where = notebook.state(), _place(notebook, stop)
                if mend_stop(notebook, table, stop):
                    last = (state, where, outcome)
                elif _failed_then(notebook, cell.index, failure, outcome.error):
                    position += 1
                    continue
                else:
                    if last is None or last[1] != where:
                        return outcome
                    notebook.back(last[0])  # what was repaired there fails all the same: it was no repair
                    return last[2]
                mended, cells = cells, _cells(notebook)
                # A cell that failed is run again where it stands; what was repaired above it, from the beginning.
                if [one.source for one in mended[:position]] != [one.source for one in cells[:position]]:
                    return outcome
                continue
            position += 1
    return Outcome(len(cells))


def _cells(notebook: Notebook | Draft) -> list[SourceCell]:
    """The code cells in the order in which they run, without what they install."""
    from jupyter_mlops_converters.source.installs import without_installs
    from jupyter_mlops_converters.source.notebook import SourceCell, SourceNotebook

    found = notebook.ordered if isinstance(notebook, Draft) else notebook
    raising = notebook.raising if isinstance(notebook, Draft) else ()
    cells = tuple(
        SourceCell(
            cell.index, "code", cell.source, {"tags": [*cell.tags, *([MAY_FAIL] if cell.index in raising else [])]}
        )
        for cell in found.code_cells
    )
    return list(without_installs(SourceNotebook(Path(found.path), "", cells, None, {})).code_cells)


def _place(draft: Draft, stop: Stop) -> tuple[int, int]:
    """The cell and the line, as it was, of the innermost call of a stop."""
    frame = stop.frames[-1] if stop.frames else None
    return (frame.cell, draft.original(frame.cell, frame.span[0])) if frame is not None else (-1, 0)


def _failed_then(draft: Draft, cell: int, failure: CellFailedError, error: str) -> bool:
    """Let a cell fail that failed in the same way when it was last run, as its outputs say: it may be there to show that."""
    notebook = draft.notebook
    told = [one for one in notebook.cells[cell].outputs if isinstance(one, dict) and one.get("output_type") == "error"]
    # Only the words for what Python cannot read are others in each of its versions.
    unread = failure.ename in ("SyntaxError", "IndentationError", "TabError")
    same = [one for one in told if one.get("ename") == failure.ename and (unread or _head(one) == _head(failure))]
    if not same or cell in draft.changed():
        return False
    draft.raising.add(cell)
    what = f"the cell has the tag `{MAY_FAIL}`, so that the others run"
    draft.repairs.append(Repair("error", cell, 1, what, "it failed in this way when it was last run, too", "", error))
    return True


def _head(error: CellFailedError | dict[str, Any]) -> str:
    """The first line of an error's text; values may follow that are others each time."""
    text = error.get("evalue", "") if isinstance(error, dict) else error.evalue
    return next(iter(str(text).splitlines()), "")


async def _stop(session: Session, error: str, sources: Mapping[int, str], run: _Run) -> Stop:
    """What is known of the last error in a kernel."""
    # By files: IPython would take parts of the cells' text for magics.
    code, asked, answer = (run.work / name for name in ("witness.py", "asked.json", "answer.json"))
    code.write_bytes(files(__package__).joinpath("witness.py").read_bytes())
    asked.write_text(json.dumps(list(sources.items())), encoding="utf-8")
    names = "{'__name__': 'witness'}"
    await session.hidden(
        f"exec(open({str(code)!r}).read() + '\\ntell' + str(({str(asked)!r}, {str(answer)!r})), {names})"
    )
    return Stop.of(error, json.loads(answer.read_text("utf-8")))


def _said(failure: Exception, limit: float) -> str:
    kind = getattr(failure, "kind", "raised")
    if kind == "timeout":
        return f"it takes longer than {limit:g} s"
    if kind == "kernel-died":
        return "the kernel died, most often because memory ran out"
    lines = _ANSI.sub("", str(failure)).strip().splitlines() or [""]
    return lines[0][:300] if len(lines[0]) > 20 or len(lines) == 1 else f"{lines[0]} {lines[1].strip()}"[:300]
