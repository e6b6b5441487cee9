"""Which notebooks of a folder can become pipelines, and which of them belong together. Nothing of theirs is run."""

from __future__ import annotations

import os
import posixpath
import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from jupyter_mlops_converters.analysis.duplicates import Duplicate, find_duplicates
from jupyter_mlops_converters.analysis.files import file_mentions
from jupyter_mlops_converters.plan.labels import joint_name
from jupyter_mlops_converters.plan.libraries import definitions_alike
from jupyter_mlops_converters.plan.order import Join, circle, find_joins, from_root, in_order, written_from_scratch
from jupyter_mlops_converters.source.place import pipeline_name

from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.errors import MlopsError
from jupyter_mlops.lifts.pipeline.chances import Convertible, LookedAt, RankedNotebook, Reason, local, look_at, score
from jupyter_mlops.project import open_project
from jupyter_mlops.project.converted import conversions
from jupyter_mlops.project.files import File, Files
from jupyter_mlops.project.project import Project

SCHEMA = 1
#: Notebooks beyond this number are named, not looked at.
MOST_NOTEBOOKS = 200
_ORDER = {"yes": 0, "perhaps": 1, "no": 2}


@dataclass(frozen=True)
class JoinedBy:
    """A file that one notebook writes and others read.

    Attributes:
        file: relative to the folder.
        writer: the notebook.
        readers: the notebooks.
    """

    file: str
    writer: str
    readers: tuple[str, ...]


@dataclass(frozen=True)
class Proposal:
    """Notebooks to convert into one pipeline.

    Attributes:
        name: of the pipeline.
        notebooks: in the order they run, relative to the folder.
        convertible: of the one that has the least chances.
        why: one sentence.
        command: what to type for it.
    """

    name: str
    notebooks: tuple[str, ...]
    convertible: Convertible
    why: str
    command: str


@dataclass(frozen=True)
class Alike:
    """Cells, or functions and classes, that several notebooks have alike.

    Attributes:
        places: notebook → indices of its cells.
        definitions: names of functions and classes, where it is those: they go to the library once.
        same_names: whether variables have the same names, too.
        offer: the cells as a function, where that is easy.
    """

    places: dict[str, tuple[int, ...]]
    definitions: tuple[str, ...] = ()
    same_names: bool = True
    offer: str = ""


@dataclass(frozen=True)
class Ranking:
    """What is in a folder.

    Attributes:
        path: the folder, absolute.
        notebooks: best first.
        joins: files that join them.
        alike: what several have alike.
        proposals: best first.
        problems: why notebooks that share files cannot be one pipeline.
        left_out: notebooks that were not looked at, since there are so many.
    """

    path: str
    notebooks: tuple[RankedNotebook, ...]
    joins: tuple[JoinedBy, ...] = ()
    alike: tuple[Alike, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    problems: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As the JSON document of `jupyter mlops convert FOLDER`."""
        return {"schema": SCHEMA, **asdict(self)}


def rank(folder: str | Path, *, progress: Callable[[dict[str, Any]], None] | None = None) -> Ranking:
    """Rank the notebooks of a folder by how well they can be converted, and propose which to convert together.

    Args:
        folder: searched with all folders in it, without hidden ones, environments, and what pipelines made.
        progress: called with progress events.

    Returns:
        The ranking. No code of a notebook is run.

    Raises:
        MlopsError: ``path-not-found`` or ``no-notebooks``.
    """
    tell = progress or (lambda _event: None)
    project = open_project(folder)
    files = _notebooks(project)
    if not files:
        raise MlopsError("no-notebooks", "There is no notebook (.ipynb) in this folder.", path=str(folder))
    chosen, rest = files[:MOST_NOTEBOOKS], files[MOST_NOTEBOOKS:]
    unit = Unit(project, project.folder, "ml-project", Files(chosen))
    looked = []
    for number, file in enumerate(chosen):
        tell({"phase": "rank", "message": f"Looking at {file.path}", "fraction": number / len(chosen)})
        looked.append(look_at(project, unit, file))
    tell({"phase": "rank", "message": "Comparing the notebooks", "fraction": 1.0})
    return _Folder(project, looked, tuple(local(project, file.path) for file in rest)).ranking()


def _notebooks(project: Project) -> list[File]:
    made = tuple(folder for one in conversions(project) for folder in one.notebook_folders)
    found = [
        file
        for file in project.walk.files
        if file.suffix == ".ipynb"
        and file.special is None
        and file.path not in project.replaced
        and not file.path.startswith(made)
        and not any(part.startswith(".") for part in local(project, file.path).split("/"))
    ]
    return sorted(found, key=lambda file: _natural(file.path))


def _natural(text: str) -> list[tuple[int, str]]:
    """Sorts `2-train` before `10-report`."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", text.lower())]


class _Folder:
    """Notebooks that were looked at, and what there is between them."""

    def __init__(self, project: Project, looked: list[LookedAt], left_out: tuple[str, ...]) -> None:
        self._project = project
        self._looked = looked
        self._left_out = left_out
        able = [one for one in looked if one.ranked.convertible != "no"]
        self._able = able
        self._joins = find_joins([one.used for one in able])
        for number, one in enumerate(able):
            missing = tuple(self._missing(number))
            if missing:
                one.ranked = replace(one.ranked, convertible="perhaps", reasons=(*one.ranked.reasons, *missing))
        for one in able:
            if one.analysis is not None:
                one.ranked = replace(one.ranked, score=score(one.ranked))

    def ranking(self) -> Ranking:
        groups, problems = self._groups()
        notebooks = sorted((one.ranked for one in self._looked), key=_by_chances)
        proposals = [self._proposal(group) for group in groups]
        proposals += [self._proposal(part, part_of=len(group)) for group in groups for part in self._sure_parts(group)]
        scores = {one.path: one.score for one in notebooks}

        def mean(proposal: Proposal) -> float:
            return sum(scores[path] for path in proposal.notebooks) / len(proposal.notebooks)

        proposals.sort(key=lambda p: (_ORDER[p.convertible], -len(p.notebooks), -mean(p), _natural(p.notebooks[0])))
        return Ranking(
            path=str(self._project.base / self._project.folder if self._project.folder != "." else self._project.base),
            notebooks=tuple(notebooks),
            joins=tuple(self._joined_by()),
            alike=tuple(self._alike()),
            proposals=tuple(proposals),
            problems=tuple(problems),
            left_out=self._left_out,
        )

    def _path(self, number: int) -> str:
        return self._able[number].ranked.path

    def _missing(self, number: int) -> Iterator[Reason]:
        """Files that a notebook reads, and that neither are there nor are written by another notebook."""
        one = self._able[number]
        written = {join.path for join in self._joins if join.reader == number}
        mentioned: set[str] = set()
        for mention in file_mentions(one.analysis) if one.analysis is not None else ():
            workdir = posixpath.dirname(posixpath.normpath(posixpath.join(self._project.folder, one.ranked.path)))
            path = from_root(mention.path, workdir)
            if mention.writes or path in mentioned or path not in one.used.reads or "*" in path:
                continue
            mentioned.add(path)
            inside = not path.startswith(("/", "../"))
            if (self._project.base / path).exists() or path in written or any("*" in w for w in written):
                continue
            if inside and self._project.exists(f"{path}.dvc"):
                message = f"It reads {mention.path}, which DVC keeps and which is not here: run `dvc pull` first."
            else:
                message = f"It reads {mention.path}, which is not there."
            yield Reason("missing-data", message, mention.cell, mention.line)

    def _rivals(self) -> Iterator[tuple[str, int, list[int]]]:
        """Files that several notebooks write and one reads: the file, the best of the writers, and the others."""
        for path, writers in written_from_scratch([one.used for one in self._able]).items():
            if any(path in one.used.reads for one in self._able):
                best, *others = sorted(writers, key=lambda n: _by_chances(self._able[n].ranked))
                yield path, best, others

    def _groups(self) -> tuple[list[list[int]], list[str]]:
        """Notebooks that files join, in the order they run; those that cannot be ordered, each alone."""
        groups: list[list[int]] = []
        problems: list[str] = []
        aside: set[int] = set()
        for path, best, others in self._rivals():
            aside |= set(others)
            problems.append(
                f"{', '.join(self._path(n) for n in sorted([best, *others]))} write {local(self._project, path)}, which can "
                f"come from one only in a pipeline: {self._path(best)} is proposed."
            )
        groups += [[number] for number in sorted(aside)]
        joins = [join for join in self._joins if not aside & {join.writer, join.reader}]
        for group in _connected([n for n in range(len(self._able)) if n not in aside], joins):
            members = sorted(group)
            numbers = {member: number for number, member in enumerate(members)}
            inner = [
                replace(join, writer=numbers[join.writer], reader=numbers[join.reader])
                for join in joins
                if join.writer in group
            ]
            order = in_order(len(members), inner)
            if order is None:
                steps = [
                    f"{self._path(members[j.reader])} reads {local(self._project, j.path)}, which "
                    f"{self._path(members[j.writer])} writes"
                    for j in circle(len(members), inner)
                ]
                problems.append(f"They cannot be one pipeline, since none can run first: {'; '.join(steps)}.")
                groups += [[member] for member in members]
            else:
                groups.append([members[number] for number in order])
        return groups, problems

    def _sure_parts(self, group: list[int]) -> list[list[int]]:
        """What of a group can be had when some of its notebooks will hardly run: those that need none of these."""
        sure: list[int] = []
        for number in group:
            writers = {join.writer for join in self._joins if join.reader == number and join.writer in group}
            if self._able[number].ranked.convertible == "yes" and writers <= set(sure):
                sure.append(number)
        joins = [join for join in self._joins if {join.writer, join.reader} <= set(sure)]
        parts = _connected(sure, joins) if len(sure) < len(group) else []
        return [[number for number in group if number in part] for part in parts]

    def _proposal(self, group: list[int], part_of: int = 0) -> Proposal:
        members = [self._able[number].ranked for number in group]
        paths = tuple(one.path for one in members)
        here = self._project.base / self._project.folder
        shown = [min(os.path.relpath(here / path), str(here / path), key=len) for path in paths]
        files = {posixpath.basename(j.path) for j in self._joins if {j.writer, j.reader} <= set(group)}
        if len(group) > 1:
            name = joint_name(paths)
            listed = ", ".join(sorted(files)[:4]) + (", …" if len(files) > 4 else "")
            why = f"{len(group)} notebooks joined by {listed}."
        else:
            name = pipeline_name(Path(paths[0]))
            why = "By itself."
        if part_of:
            why += f" Of the {part_of} that files join, nothing is known to stop {'these' if len(group) > 1 else 'it'}."
        return Proposal(
            name=name,
            notebooks=paths,
            convertible="yes" if all(one.convertible == "yes" for one in members) else "perhaps",
            why=why,
            command=f"jupyter mlops convert {' '.join(map(shlex.quote, shown))}",
        )

    def _joined_by(self) -> list[JoinedBy]:
        readers: dict[tuple[str, int], list[int]] = {}
        for join in self._joins:
            readers.setdefault((join.path, join.writer), []).append(join.reader)
        return [
            JoinedBy(local(self._project, path), self._path(writer), tuple(self._path(n) for n in numbers))
            for (path, writer), numbers in sorted(readers.items(), key=lambda item: (item[0][1], item[0][0]))
        ]

    def _alike(self) -> Iterator[Alike]:
        known = [one for one in self._able if one.analysis is not None and one.program is not None]
        together: dict[tuple[int, ...], list[str]] = {}
        for name, numbers in definitions_alike([one.program for one in known if one.program is not None]):
            together.setdefault(numbers, []).append(name)
        for numbers, names in together.items():
            yield Alike({known[number].ranked.path: () for number in numbers}, tuple(names))
        for duplicate in find_duplicates([k.analysis for k in known if k.analysis]):
            yield _as_alike(duplicate, [one.ranked.path for one in known])


def _connected(numbers: Sequence[int], joins: Sequence[Join]) -> list[set[int]]:
    """Those that joins connect, directly or not, in groups."""
    waiting = set(numbers)
    groups = []
    while waiting:
        group = {min(waiting)}
        while near := {n for j in joins if {j.writer, j.reader} & group for n in (j.writer, j.reader)} - group:
            group |= near
        waiting -= group
        groups.append(group)
    return groups


def _by_chances(one: RankedNotebook) -> tuple[int, int, list[tuple[int, str]]]:
    return _ORDER[one.convertible], -one.score, _natural(one.path)


def _as_alike(duplicate: Duplicate, paths: Sequence[str]) -> Alike:
    places: dict[str, tuple[int, ...]] = {}
    for place in duplicate.places:
        path = paths[place.notebook]
        places[path] = (*places.get(path, ()), *place.cells)
    return Alike(places, (), duplicate.same_names, duplicate.offer)
