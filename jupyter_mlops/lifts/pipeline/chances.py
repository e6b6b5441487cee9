"""What can be told of one notebook's chances to become a pipeline. Nothing of it is run."""

from __future__ import annotations

import ast
import posixpath
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal

from jupyter_mlops_converters.analysis.cells import Analysis, analyse
from jupyter_mlops_converters.plan.order import FilesUsed, from_root, named_files
from jupyter_mlops_converters.plan.planner import Place, plan
from jupyter_mlops_converters.plan.program import Program, build_program
from jupyter_mlops_converters.plan.stages import possible_cuts
from jupyter_mlops_converters.source.installs import without_installs
from jupyter_mlops_converters.source.notebook import read_notebook

from jupyter_mlops.assessment.notebook_health import notebook_issues
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.errors import MlopsError
from jupyter_mlops.project.files import File
from jupyter_mlops.project.project import MAX_NOTEBOOK_BYTES, Project

Convertible = Literal["yes", "perhaps", "no"]
#: What is wrong with a notebook so that it will hardly run to its end.
_STOPS = frozenset({"undefined-name", "used-before-defined", "raised"})
#: Judged here, and better, since other notebooks may write the file.
_OWN = frozenset({"missing-data", "syntax-error", "unreadable"})
_INPUT = frozenset({"input", "getpass", "raw_input"})


@dataclass(frozen=True)
class Reason:
    """Something that speaks against converting a notebook.

    Attributes:
        code: stable kebab-case identifier.
        message: one sentence.
        cell: 0-based among all cells.
        line: 1-based in the cell.
    """

    code: str
    message: str
    cell: int | None = None
    line: int | None = None


@dataclass(frozen=True)
class RankedNotebook:
    """A notebook and its chances.

    Attributes:
        path: relative to the folder, posix.
        convertible: "yes" when nothing is known to stand in its way, "perhaps" when something will most likely stop its
            run, "no" when it cannot be read or is not Python.
        score: 0 to 100; how little work it needs.
        code_cells: how many.
        stages: names of the stages that it would have; planned without running it, so there may be others in the end.
        reasons: why "perhaps" or "no".
        hazards: what may spoil the result.
        reads: files it seems to read that it has not written before, relative to the folder; `*` for what is not known.
        writes: files it seems to write.
    """

    path: str
    convertible: Convertible
    score: int
    code_cells: int = 0
    stages: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    hazards: tuple[Reason, ...] = ()
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()


@dataclass
class LookedAt:
    """A notebook as far as it can be looked at.

    Attributes:
        ranked: what is known.
        used: the files it names, relative to the project's base.
        analysis: None when it cannot be analysed.
        program: likewise.
    """

    ranked: RankedNotebook
    used: FilesUsed
    analysis: Analysis | None = None
    program: Program | None = None


def local(project: Project, path: str) -> str:
    """A path of the base as seen from the folder that is ranked."""
    return path if from_root(path, "x") == path else posixpath.relpath(path, project.folder)


def look_at(project: Project, unit: Unit, file: File) -> LookedAt:
    """Look at a notebook.

    Args:
        project: it is in.
        unit: of all notebooks that are ranked.
        file: the notebook.
    """
    path = local(project, file.path)
    nothing = FilesUsed(frozenset(), frozenset())
    if file.size > MAX_NOTEBOOK_BYTES:
        reason = Reason("too-large", f"It has {file.size / 1e6:.0f} MB and was not looked at: clear its outputs.")
        return LookedAt(RankedNotebook(path, "perhaps", 20, reasons=(reason,)), nothing)
    try:
        notebook = without_installs(read_notebook(project.base / file.path))
        count = len(notebook.code_cells)
        analysis = analyse(notebook)
        program = build_program(analysis, None)
        workdir = posixpath.dirname(file.path) or "."
        place = Place("pipeline", "", file.path, "pipelines/pipeline", workdir)
        stages = tuple(stage.name for stage in plan(program, place, possible_cuts(analysis)).stages)
    except MlopsError as error:
        reason = Reason(error.code, error.message, error.cell, error.line)
        return LookedAt(RankedNotebook(path, "no", 0, _count(project, file), reasons=(reason,)), nothing)
    except RecursionError:
        reason = Reason("too-deep", "Its code is nested too deeply to be analysed.")
        return LookedAt(RankedNotebook(path, "no", 0, reasons=(reason,)), nothing)
    if not analysis.cells:
        return LookedAt(RankedNotebook(path, "no", 0, reasons=(Reason("no-code", "It has no code."),)), nothing)
    issues = [i for i in notebook_issues(unit, file.path) if i.severity != "info" and i.code not in _OWN]
    reasons = [Reason(i.code, i.message, i.cell, i.line) for i in issues if i.code in _STOPS]
    reasons += [*_missing_packages(project, analysis, workdir), *_asks(analysis)]
    hazards = [Reason(i.code, i.message, i.cell, i.line) for i in issues if i.code not in _STOPS]
    used = named_files(analysis, workdir)
    ranked = RankedNotebook(
        path=path,
        convertible="perhaps" if reasons else "yes",
        score=0,
        code_cells=count,
        stages=stages,
        reasons=tuple(reasons),
        hazards=tuple(hazards),
        reads=tuple(sorted(local(project, p) for p in used.reads)),
        writes=tuple(sorted(local(project, p) for p in used.writes)),
    )
    return LookedAt(ranked, used, analysis, program)


def _count(project: Project, file: File) -> int:
    notebook = project.notebook(file.path)
    return len(notebook.code_cells) if notebook is not None else 0


def _missing_packages(project: Project, analysis: Analysis, workdir: str) -> Iterator[Reason]:
    folders = [workdir]
    while folders[-1] != ".":
        folders.append(posixpath.dirname(folders[-1]) or ".")
    seen: set[str] = set()
    for cell in analysis.cells:
        for statement in cell.statements:
            node = statement.node
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules = [node.module]
            else:
                continue
            for name in sorted({module.partition(".")[0] for module in modules} - seen):
                seen.add(name)
                if not _is_there(project, name, folders):
                    message = f"It needs the package {name!r}, which is not installed here."
                    yield Reason("missing-package", message, cell.index, node.lineno)


def _is_there(project: Project, name: str, folders: Sequence[str]) -> bool:
    if name in sys.stdlib_module_names or name in sys.builtin_module_names:
        return True
    for folder in folders:
        for place in (name, f"src/{name}"):
            path = posixpath.normpath(f"{folder}/{place}")
            if project.exists(f"{path}.py") or project.kind(path) == "folder":
                return True
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return True


def _asks(analysis: Analysis) -> Iterator[Reason]:
    for cell in analysis.cells:
        for node in ast.walk(cell.code.tree):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name in _INPUT and name not in analysis.modules.keys() - _INPUT:
                    yield Reason("needs-input", "It waits for someone to type.", cell.index, node.lineno)
                    return


def score(one: RankedNotebook) -> int:
    """100 for a notebook without a fault; half of it is lost with the first thing that stops its run."""
    return max(1, (50 if one.reasons else 100) - 10 * max(0, len(one.reasons) - 1) - min(40, 8 * len(one.hazards)))
