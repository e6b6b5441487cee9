"""What versions data and models: git, git-lfs or DVC, said of files and of the stages that code runs in."""

from __future__ import annotations

import ast
import posixpath
from bisect import bisect_left
from itertools import islice, takewhile
from typing import NamedTuple

from jupyter_mlops.assessment.data_files import is_data_file
from jupyter_mlops.assessment.dvc_tracked import Tracked, tracked
from jupyter_mlops.assessment.fetched_files import fetched
from jupyter_mlops.assessment.findings import CALL, Finding, Rung
from jupyter_mlops.assessment.kept_models import is_model_file
from jupyter_mlops.assessment.sites import Site
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.git import Git

#: Data files of this many bytes in all may live in git beside the code.
_SMALL = 10_000_000
_LFS = b"version https://git-lfs.github.com/spec/v1"


class Verdict(NamedTuple):
    """What is said of data, or of a model.

    Attributes:
        rung: how far it is versioned.
        message: why, one sentence.
        raise_by: what would raise it.
        where: file and line that say so, where they are not those of the code.
        lost: nobody else can have it.
    """

    rung: Rung
    message: str
    raise_by: str | None
    where: tuple[str, int | None] | None = None
    lost: bool = False


def finding_at(site: Site, part: str, verdict: Verdict, *, cap: bool = False) -> Finding:
    """The finding that a verdict makes where code reads data or keeps a model."""
    chain: tuple[str, ...] = ()
    if verdict.where is not None:
        file, line = verdict.where
        chain = (file if line is None else f"{file}:{line}",)
    return Finding(
        "data-sources",
        "data-versioned",
        verdict.rung,
        verdict.message,
        part=part,
        confidence=CALL,
        path=site.path,
        line=site.line,
        end_line=site.end_line,
        cell=site.cell,
        chain=chain,
        raise_by=verdict.raise_by,
        effect="cap" if cap else "support",
    )


def file_verdict(unit: Unit, path: str) -> Verdict | None:
    """What versions a file or folder that is read; None where that is not said of it."""
    git = unit.project.git
    under = under_dvc(unit, path)
    if under is not None:
        inside = _in_commit(unit, path) if under.rung < Rung.E3 else []
        if inside:
            return max(
                in_git(unit, path, inside),
                Verdict(under.rung, under.message, under.raise_by),
                key=lambda one: one.rung,
            )
        return Verdict(under.rung, under.message, under.raise_by, (under.by, under.line))
    if path.startswith(("/", "~", "..")) or ":" in path[:3]:
        return Verdict(Rung.E0, f"{path} is a path of one machine.", "Use a path in the project, and version the file.")
    if git is not None:
        inside = _in_commit(unit, path)
        if inside:
            return in_git(unit, path, inside)
        matching = [name for name in git.committed if _matches(name, path)] if "*" in path else []
        if matching:
            return in_git(unit, path, matching)
    by_command = fetched(unit).get(path)
    if by_command is not None:
        if by_command.checked:
            message = f"{path} is fetched in one version: its checksum is compared, or the address names it."
            return Verdict(Rung.E3, message, None, (by_command.path, by_command.line))
        message = f"{path} is fetched without a version or a checksum."
        raise_by = "Compare a checksum where it is fetched, or put the file under DVC."
        return Verdict(Rung.E2, message, raise_by, (by_command.path, by_command.line))
    if not unit.project.exists(path):
        if not is_data_file(path):
            return None
        return Verdict(
            Rung.E0,
            f"{path} is read, and no file says which version of it.",
            f"`dvc add {path}`, or commit it if it is small.",
        )
    raise_by = f"`dvc add {path}`, or commit it if it is small."
    if git is not None and git.ignores(f"{path}.dvc"):
        raise_by = f"Take its folder out of `.gitignore`, which hides {path}.dvc as well; then {raise_by}"
    return Verdict(Rung.E0, f"{path} is read, and neither git nor DVC has it.", raise_by)


def _in_commit(unit: Unit, path: str) -> list[str]:
    """The file, or the files of the folder, that git has."""
    git = unit.project.git
    return [name for name in (path, *_below(unit, path)) if name in git.committed] if git is not None else []


def _below(unit: Unit, path: str) -> list[str]:
    names = _committed(unit)
    start = bisect_left(names, f"{path}/")
    return list(takewhile(lambda name: name.startswith(f"{path}/"), islice(names, start, None)))


def _committed(unit: Unit) -> list[str]:
    git = unit.project.git
    return git.once("committed, sorted", lambda: sorted(git.committed)) if git is not None else []


def _matches(name: str, pattern: str) -> bool:
    from fnmatch import fnmatchcase

    return fnmatchcase(name, pattern)


def in_git(unit: Unit, path: str, names: list[str]) -> Verdict:
    """The verdict on what git itself has: a pointer of git-lfs, or data that is small enough."""
    git = unit.project.git
    assert git is not None
    if all(is_pointer(unit, name) for name in names):
        return Verdict(Rung.E3, f"{path} is kept by git-lfs.", None, (names[0], 1))
    total = data_in_git(unit)
    if total > _SMALL:
        return Verdict(
            Rung.E2,
            f"{path} is committed to git with {total / 1e6:.0f} MB of data in all: too much for git itself.",
            f"Put it under DVC: `dvc add {path}`.",
        )
    return Verdict(Rung.E3, f"{path} is versioned by git beside the code ({total / 1e6:.1f} MB of data in all).", None)


def data_in_git(unit: Unit) -> int:
    """Bytes of data files that git itself has."""
    git = unit.project.git
    prefix = "" if unit.path == "." else f"{unit.path}/"
    return git.once(("data", prefix), lambda: _data_in_git(git, prefix)) if git is not None else 0


def _data_in_git(git: Git, prefix: str) -> int:
    return sum(blob.size or 0 for path, blob in git.committed.items() if path.startswith(prefix) and is_data_file(path))


def is_pointer(unit: Unit, path: str) -> bool:
    """Whether a file is what git-lfs puts in the place of a large one."""
    file = unit.project.by_path.get(path)
    return file is not None and 0 < file.size < 400 and (unit.project.read(path, 400) or b"").startswith(_LFS)


def under_dvc(unit: Unit, path: str) -> Tracked | None:
    """What DVC tracks of a path: it, something in it, or a folder around it."""
    hits = [
        item
        for item in tracked(unit)
        if path == item.path or path.startswith(f"{item.path}/") or item.path.startswith(f"{path}/")
    ]
    return max(hits, key=lambda item: item.rung, default=None)


def stage_of(unit: Unit, site: Site, *, read: bool = False) -> Tracked | None:
    """What versions something whose file only a run can tell, in the DVC stage that the code runs in.

    Args:
        unit: the unit.
        site: the code.
        read: it reads; then that is what the stage depends on where that is under DVC, and one of its outs otherwise.
    """
    for pipeline in unit.pipelines:
        for stage in pipeline.stages:
            if (
                pipeline.keeps_state
                and stage.node is not None
                and (site.path, site.scope) in unit.reach.behind(stage.node)
            ):
                needed = [item for item in tracked(unit) if item.path in stage.inputs and not is_model_file(item.path)]
                outs = [item for item in tracked(unit) if item.by == stage.path and item.path in stage.outputs]
                if outs:
                    # `inputs["train", "X"]` names X.parquet before all others that the stage reads.
                    nodes = ast.walk(site.call.node)
                    said = [node.value for node in nodes if isinstance(node, ast.Constant)]
                    place = {text: position for position, text in enumerate(said)}
                    return max(
                        needed if read and needed else outs,
                        key=lambda item: (item.rung, place.get(posixpath.basename(item.path).partition(".")[0], -1)),
                    )
    return None
