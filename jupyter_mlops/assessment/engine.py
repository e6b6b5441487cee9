"""Runs the probes over the units of a project and puts the answer together."""

from __future__ import annotations

import datetime as dt
import gc
import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from jupyter_mlops.assessment.api import Assessment, UnitAssessment
from jupyter_mlops.assessment.choices import Headline, chosen_for
from jupyter_mlops.assessment.config import Config, excluded, read_config
from jupyter_mlops.assessment.criteria import all_criteria
from jupyter_mlops.assessment.findings import Finding, NotebookIssue
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.probes import all_probes
from jupyter_mlops.assessment.profiles import exempted, profile_of
from jupyter_mlops.assessment.rulesets import difference
from jupyter_mlops.assessment.scoring import answers, doubted, judge, level_of, progress_to, score_of
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.assessment.units import find_units
from jupyter_mlops.assessment.waivers import Decision, apply, own_answers, read_waivers
from jupyter_mlops.errors import MlopsError
from jupyter_mlops.project import Note, open_project
from jupyter_mlops.project.files import Files
from jupyter_mlops.project.git import find_repository
from jupyter_mlops.project.watch import Watch

T = TypeVar("T")


def run(
    path: str | Path,
    *,
    date: dt.date | str | None,
    strict: bool,
    config: dict[str, Any] | None,
    overrides: dict[str, str] | None,
    watched: str | None = None,
) -> Assessment:
    """The assessment; see `jupyter_mlops.assessment.api.assess`.

    Args:
        path: as there; likewise the others.
        date: as there.
        strict: as there.
        config: as there.
        overrides: as there.
        watched: path of a file, relative to the base, whose readers are to be told by the project's `watch`.
    """
    with _uncollected():
        return _run(path, _day(date), strict=strict, given=config, overrides=overrides, watched=watched)


def _run(
    path: str | Path,
    day: dt.date,
    *,
    strict: bool,
    given: dict[str, Any] | None,
    overrides: dict[str, str] | None,
    watched: str | None,
) -> Assessment:
    project = open_project(_folder_of(path), overrides=overrides)
    project.watch = None if watched is None else Watch(watched)
    config = read_config(project, given)
    decisions = read_waivers(project, day, config.plugins)
    decisions = () if strict else (*decisions, *(item for other in config.externals for item in other.decisions))
    config = config.strict() if strict else config
    own = own_answers(project)
    if config.exclude:
        files = project.walk.files
        kept = files.once(
            ("without", config.exclude),
            lambda: Files(file for file in files if not excluded(project, config.exclude, file.path)),
        )
        project.walk = project.walk._replace(files=kept)
    units = find_units(project, config.units)
    assessed = tuple(_assess_unit(unit, config, decisions, day) for unit in units)
    headline = choose_headline(assessed, config.headline, day)
    notes = [*project.notes, *(Note(path, message) for path, message in project.walk.left_out)]
    if project.walk.truncated:
        notes.append(Note(".", "more files than are looked at; the rest was left out"))
    notes.sort(key=lambda note: (note.path, note.line or 0, note.message))
    if config.ruleset is not None and (other := difference(config.ruleset.version)) is not None:
        notes.insert(0, Note(config.ruleset.path, other, config.ruleset.line))
    return Assessment(project, day, assessed, headline, tuple(notes), strict, own, config)


def _folder_of(path: str | Path) -> str | Path:
    """The folder to assess: of a file the unit that holds it, as its repository is divided."""
    place = Path(path)
    try:
        repository = find_repository(place.parent.resolve()) if place.is_file() else None
    except (OSError, ValueError):
        return path
    if repository is None:
        return path
    whole = open_project(repository.top)
    held = place.resolve().relative_to(whole.base).as_posix()
    units = [unit.path for unit in find_units(whole, read_config(whole).units)]
    return whole.base / max(
        (unit for unit in units if unit != "." and held.startswith(f"{unit}/")), key=len, default="."
    )


def choose_headline(assessed: tuple[UnitAssessment, ...], headline: Headline, day: dt.date) -> UnitAssessment:
    """The unit that sets the level of the whole: the least of those that can, unless the settings say another.

    Args:
        assessed: all units.
        headline: from the settings.
        day: day of the assessment.

    Raises:
        MlopsError: ``invalid-configuration`` when the named unit is none.
    """
    if headline.how == "primary":
        project = assessed[0].unit.project
        paths = {posixpath.relpath(unit.unit.path, project.folder): unit for unit in assessed}
        if headline.unit not in paths:
            message = f"`headline` names {headline.unit!r}, which is no unit. There are: {', '.join(paths)}."
            raise MlopsError("invalid-configuration", message, path=headline.path, line=headline.line)
        return paths[headline.unit]
    ranked = sorted(leading_units(assessed, day), key=lambda unit: (unit.level, unit.progress, unit.unit.path))
    return ranked[(len(ranked) - 1) // 2] if headline.how == "median" else ranked[0]


def leading_units(assessed: tuple[UnitAssessment, ...], day: dt.date) -> list[UnitAssessment]:
    """The units that can set the headline: ML projects with a commit in the twelve months before, or all where none has.

    Args:
        assessed: all units.
        day: day of the assessment.
    """
    projects = [unit for unit in assessed if unit.kind == "ml-project"] or list(assessed)
    if len(projects) == 1:
        return projects
    active = [unit for unit in projects if _is_active(unit.unit, day)]
    return active or projects


def _is_active(unit: Unit, day: dt.date) -> bool:
    git = unit.project.git
    changed = git.last_change(unit.path) if git is not None else None
    if changed is None:
        return True
    return dt.datetime.fromtimestamp(changed, tz=dt.timezone.utc).date() >= day - dt.timedelta(days=365)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without garbage collection: syntax trees hold no cycles, and looking for some triples the time of parsing."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _day(date: dt.date | str | None) -> dt.date:
    if isinstance(date, str):
        try:
            return dt.date.fromisoformat(date)
        except ValueError:
            raise MlopsError("invalid-date", f"{date!r} is not a date. Write it as YYYY-MM-DD.") from None
    return date or dt.datetime.now(tz=dt.timezone.utc).date()


def _assess_unit(unit: Unit, config: Config, decisions: tuple[Decision, ...], day: dt.date) -> UnitAssessment:
    probes = all_probes(config.plugins)
    unit.launches = tuple(launch for probe in probes for launch in _guarded(unit, probe, probe.launches))
    unit.pipelines = tuple(pipeline for probe in probes for pipeline in _guarded(unit, probe, probe.pipelines))
    found: dict[str, list[Finding]] = defaultdict(list)
    for probe in probes:
        for finding in unit.settle(_guarded(unit, probe, probe.findings)):
            found[finding.criterion].append(finding)
    left = config.left_out
    wanted = [item for item in all_criteria(config.plugins) if item.required or not left.leaves_out(item.id)]
    judged = doubted((judge(criterion, found[criterion.id]) for criterion in wanted), unit.project.unread)
    # What does not count yet is kept apart, so that nothing can count it.
    results = tuple(result for result in judged if not result.criterion.preview)
    local = posixpath.relpath(unit.path, unit.project.folder)
    chosen = chosen_for(config.profiles, posixpath.relpath(unit.path, config.root))
    profile = profile_of(unit, chosen, results)
    results = apply(exempted(results, unit, chosen), decisions, local, day)
    level = level_of(results)
    progress = 100 if level == 4 else progress_to(level + 1, results)
    gate = [result for result in results if result.criterion.required and result.criterion.level <= max(level, 1)]
    issues: list[NotebookIssue] = unit.once("notebook_issues", list)
    return UnitAssessment(
        unit=unit,
        level=level,
        progress=progress,
        score=score_of(level, progress),
        confidence=min((result.confidence for result in gate if result.state != "not-applicable"), default=0.9),
        results=results,
        answers=answers(results),
        banked={above: progress_to(above, results) for above in range(level + 2, 5)},
        notebooks=tuple(issues),
        profile=profile,
        findings=tuple(finding for listed in found.values() for finding in listed),
        previews=tuple(result for result in judged if result.criterion.preview),
    )


def _guarded(unit: Unit, probe: Probe, step: Callable[[Unit], Iterable[T]] | None) -> list[T]:
    """What a step of a probe yields. One that fails on a file nobody foresaw costs its own findings, not the answer."""
    if step is None:
        return []
    if unit.project.watch is not None:
        unit.project.watch.reader = probe.id
    try:
        return list(step(unit))
    except Exception as error:  # noqa: BLE001
        place = _where(error)
        unit.project.note(
            unit.path, f"probe {probe.id} failed ({type(error).__name__} {place}); its findings are missing"
        )
        return []


def _where(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
