"""`why`: what one file is evidence of, who read it, and why it does not count where it does not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from jupyter_mlops.assessment.api import Assessment, UnitAssessment
from jupyter_mlops.assessment.config import excluded
from jupyter_mlops.assessment.engine import run
from jupyter_mlops.assessment.findings import Finding
from jupyter_mlops.assessment.secrets import mask
from jupyter_mlops.assessment.unit import path_of
from jupyter_mlops.assessment.wording import relative_path
from jupyter_mlops.errors import MlopsError
from jupyter_mlops.project.git import find_repository
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.walk import EXCLUDED


@dataclass(frozen=True)
class Given:
    """What a file says about a criterion.

    Attributes:
        criterion: id.
        part: of it, None where it has none.
        state: how the criterion stands, all files together.
        rung: of this piece, "E0" to "E4".
        effect: "support", "cap", "not-applicable" or "not-visible".
        line: 1-based, in the file or in the cell; None where the file as a whole says it.
        cell: cell of a notebook.
        probe: who says it.
        message: what it says.
        raise_by: what would raise it.
        link: the file is a link on the way there, and the evidence is elsewhere.
        counts: it is what lets the criterion pass.
    """

    criterion: str
    part: str | None
    state: str
    rung: str
    effect: str
    line: int | None
    cell: int | None
    probe: str
    message: str
    raise_by: str | None
    link: bool
    counts: bool


@dataclass(frozen=True)
class Why:
    """What a file is to an assessment.

    Attributes:
        path: relative to the assessed folder.
        unit: path of the unit that it belongs to, or that it covers; None where no unit takes it in.
        limits: why what it says counts for less, or not at all, a sentence each.
        reached: how something that runs leads to it, first link first; empty where nothing does, or where it is no code.
        starts: what it starts, for people.
        evidence: what it says about criteria, those that it lets pass first.
        read_by: ids of the probes that looked at it.
    """

    path: str
    unit: str | None
    limits: tuple[str, ...]
    reached: tuple[str, ...]
    starts: tuple[str, ...]
    evidence: tuple[Given, ...]
    read_by: tuple[str, ...]

    def to_dict(self) -> dict[str, object]:
        """As a document."""
        return asdict(self)


def why(
    file: str | Path, project: str | Path | None = None, *, date: dt.date | str | None = None, strict: bool = False
) -> Why:
    """Which criteria a file gives evidence to, at which rung and line, who reads it, and why it does not count.

    Args:
        file: the file.
        project: the folder that is assessed; the working directory where it holds the file, else the file's repository.
        date: as of `assess`.
        strict: as of `assess`.

    Raises:
        MlopsError: ``path-not-found`` when there is no such file in the project; and what `assess` raises.
    """
    place = Path(file)
    folder = _folder(place) if project is None else Path(project)
    try:
        found = place.is_file() or place.is_symlink()
        repository = find_repository(folder.resolve())
        base = repository.top.resolve() if repository is not None else folder.resolve()
        path = (place.parent.resolve() / place.name).relative_to(base).as_posix()
    except (OSError, ValueError):
        found = False
    if not found:
        message = f"There is no file {str(file)!r} in the project. Name one of its files."
        raise MlopsError("path-not-found", message, path=str(file))
    assessment = run(folder, date=date, strict=strict, config=None, overrides=None, watched=path)
    held = _unit_of(assessment, path)
    return Why(
        path=relative_path(assessment.project, path),
        unit=None if held is None else relative_path(assessment.project, held.unit.path),
        limits=tuple(_limits(assessment, held, path)),
        reached=_reached(held, path),
        starts=() if held is None else tuple(_said(launch) for launch in held.unit.launches if launch.path == path),
        evidence=() if held is None else tuple(_evidence(held, path)),
        read_by=tuple(sorted(filter(None, assessment.project.watch.readers)))
        if assessment.project.watch is not None
        else (),
    )


def _folder(place: Path) -> Path:
    here, file = Path.cwd(), place.absolute()
    repository = find_repository(file.parent) if file.parent.is_dir() else None
    if here in file.parents and (repository is None or repository.top.resolve() in (here, *here.parents)):
        return here
    return repository.top if repository is not None else file.parent


def _unit_of(assessment: Assessment, path: str) -> UnitAssessment | None:
    """The unit that a file belongs to; else the first that it may cover."""
    for held in (True, False):
        for each in assessment.units:
            if any(file.path == path for file in (each.unit.files if held else each.unit.covering)):
                return each
    return None


def _limits(assessment: Assessment, held: UnitAssessment | None, path: str) -> Iterator[str]:
    project = assessment.project
    file = project.by_path.get(path)
    if file is None or held is None:
        yield _left_out(assessment, path)
        return
    if file.special is not None:
        yield {
            "link": "It is a link, and links are not followed out of the project.",
            "missing": "It is in the commit and not on the disk.",
        }.get(file.special, "It is no plain file.")
        return
    if file.size == 0:
        yield "It is empty: an empty file says nothing."
    for note in project.notes:
        if note.path == path:
            yield f"It could not be read{'' if note.line is None else f' (line {note.line})'}: {mask(note.message)}."
    if not file.tracked:
        yield (
            "It is not committed yet, so it is worth E2 at the most."
            if project.git is not None
            else "The project is not under git, so it is worth E2 at the most."
        )
    if held.unit.aside(path):
        yield (
            "It is in a folder of examples, documentation, templates or other people's code: what it says is worth E1 at the "
            "most, but for model cards, runbooks and outputs of runs."
        )
    if path in project.replaced:
        yield "A clean copy beside it stands for it."
    if held.unit.is_test(path) and path.endswith(".py"):
        yield "It holds tests: they show that code is tested, and nothing else runs because of them."
    elif path in held.unit.sources and not _runs(held, path):
        yield "Nothing that runs leads to it: its code counts as configured (E2) at the most."
    for launch in held.unit.launches:
        if launch.path == path and launch.neutralised is not None:
            yield f"{_said(launch)}: its failure would go unseen ({launch.neutralised}), so it is worth E2 at the most."


def _left_out(assessment: Assessment, path: str) -> str:
    project = assessment.project
    if excluded(project, assessment.config.exclude, path):
        return "The settings leave it out (`exclude`), so it is not read."
    inside = next((part for part in path.split("/")[:-1] if part in EXCLUDED), None)
    if inside is not None:
        return f"It is in a folder that holds nothing that people write ({inside}), so it is not read."
    for place, reason in project.walk.left_out:
        if path == place or path.startswith(f"{place}/"):
            return f"It is not read: {place} is left out, {reason}."
    if project.git is not None and project.git.ignores(path):
        return "Git ignores it, so it is not part of the project: it works only on your machine."
    if project.folder != "." and not path.startswith(f"{project.folder}/"):
        return "It is outside of the assessed folder, and not of the kind that may cover it."
    return "It is not among the files that are looked at."


def _runs(held: UnitAssessment, path: str) -> bool:
    return any(held.unit.reach.reached(path, scope) for scope in _scopes(held, path))


def _scopes(held: UnitAssessment, path: str) -> list[str]:
    source = held.unit.project.python(path)
    return [] if source is None else ["__main__", *(scope.name for scope in source.scopes)]


def _reached(held: UnitAssessment | None, path: str) -> tuple[str, ...]:
    """How something leads to it: of all its scopes, the one that most leads to."""
    if held is None or path not in held.unit.sources:
        return ()
    reach = held.unit.reach
    chains = [reach.chain(path, scope) for scope in _scopes(held, path) if reach.reached(path, scope)]
    outside = [chain for chain in chains if any(path_of(link) != path for link in chain)]
    shortest = min(outside or chains, key=lambda chain: (len(chain), chain), default=())
    return tuple(_relative(held, link) for link in shortest)


def _relative(held: UnitAssessment, link: str) -> str:
    path = path_of(link)
    return relative_path(held.unit.project, path) + link[len(path) :]


def _said(launch: Launch) -> str:
    where = f"line {launch.line}: " if launch.line is not None else ""
    return f"{where}{mask(launch.name or launch.kind)} ({launch.kind})"


def _evidence(held: UnitAssessment, path: str) -> list[Given]:
    results = {result.criterion.id: result for result in held.results}
    given = []
    for finding in held.findings:
        link = finding.path != path
        if (link and path not in map(path_of, finding.chain)) or finding.criterion not in results:
            continue
        result = results[finding.criterion]
        counts = finding.effect == "support" and finding.rung >= result.criterion.passes_at
        given.append(_given(finding, path, result.state, link=link, counts=counts and result.state == "pass"))
    return sorted(
        set(given), key=lambda one: (not one.counts, one.link, one.criterion, one.cell or 0, one.line or 0, one.message)
    )


def _given(finding: Finding, path: str, state: str, *, link: bool, counts: bool) -> Given:
    line, cell = finding.line, finding.cell
    if link:
        cell, line = _place_in(next(each for each in finding.chain if path_of(each) == path), path)
    return Given(
        criterion=finding.criterion,
        part=finding.part or None,
        state=state,
        rung=f"E{int(finding.rung)}",
        effect=finding.effect,
        line=line,
        cell=cell,
        probe=finding.probe,
        message=mask(finding.message),
        raise_by=None if finding.raise_by is None else mask(finding.raise_by),
        link=link,
        counts=counts,
    )


def _place_in(link: str, path: str) -> tuple[int | None, int | None]:
    """Cell and line of a link."""
    cell, _, line = link[len(path) :].lstrip("#:").rpartition(":")
    return int(cell) if cell.isdigit() else None, int(line) if line.isdigit() else None
