"""The Python API's documents as the REST interface shows them: places on disk become paths below the server root."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from jupyter_mlops.errors import MlopsError
from jupyter_mlops.project.git_state import state_of
from jupyter_mlops.server.paths import ServerFiles
from jupyter_mlops.server.unsaved import with_outputs

if TYPE_CHECKING:
    from jupyter_mlops.assessment.api import Assessment
    from jupyter_mlops.assessment.celebration import Reached
    from jupyter_mlops.assessment.scoring import Result
    from jupyter_mlops.assessment.what_if import Outcome
    from jupyter_mlops.project import Project


#: Notebooks that the sidebar lists; of more only the number is said.
_NOTEBOOKS_LISTED = 200


class Standing(NamedTuple):
    """How a unit stands, without the files that it was found in."""

    results: tuple[Result, ...]


class Scanned(dict[str, Any]):
    """The document of a scan.

    Attributes:
        standings: path of a unit → how it stands, for "what if".
    """

    standings: dict[str, Standing]


def scan_project(root: Path, unsaved: dict[str, str]) -> Scanned:
    """The assessment of a project, and the notebooks that could be converted.

    Args:
        root: the project's folder.
        unsaved: absolute path → text that stands in for a file: what an editor holds; of notebooks without outputs.

    Returns:
        The document of `assess --format json`, with `notebooks` (each its `path`, and the folder of its `pipeline` or
        None), `notebooks_left_out`, how many more there are, `reached`, the levels that are not celebrated yet (none while
        something is unsaved), and the `state` of its repository, as `repository_state` gives it.
    """
    from jupyter_mlops.assessment.api import assess

    state = repository_state(root)  # first: what changes meanwhile shows
    assessment = assess(root, overrides=with_outputs(unsaved))
    notebooks = _notebooks(assessment.project)
    document = Scanned(assessment.to_dict())
    document["notebooks"] = notebooks[:_NOTEBOOKS_LISTED]
    document["notebooks_left_out"] = max(0, len(notebooks) - _NOTEBOOKS_LISTED)
    document["reached"] = [] if unsaved else _reached(root, assessment)
    document["state"] = state
    document.standings = {
        unit["path"]: Standing(assessed.results)
        for unit, assessed in zip(document["units"], assessment.units, strict=True)
    }
    return document


def repository_state(root: Path) -> str:
    """A word for the commit, index and configuration of a project's repository: another one when any of them changes.

    Args:
        root: the project's folder.

    Returns:
        Empty where it cannot be told: without a repository, or right after it was written.
    """
    state = state_of(root.resolve())
    return "" if state is None else hashlib.sha256(repr(state).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _reached(root: Path, assessment: Assessment) -> list[dict[str, Any]]:
    from jupyter_mlops.assessment.celebration import newly_reached
    from jupyter_mlops.assessment.history import read_history, row_of

    try:
        return _celebrations(newly_reached(read_history(root), row_of(assessment)))
    except MlopsError:
        return []  # the history says itself what is wrong with it


def _celebrations(reached: Iterable[Reached]) -> list[dict[str, Any]]:
    from jupyter_mlops.assessment.celebration import celebration

    return [{**one._asdict(), **celebration(one.level)._asdict()} for one in reached]


def record_history(root: Path) -> dict[str, Any]:
    """Assess a project and add that to its history.

    Args:
        root: the project's folder.

    Returns:
        `row`, the levels that it is the first to have (`reached`), and the `certificate` that was written or `why_not`.
    """
    from jupyter_mlops.assessment.api import assess
    from jupyter_mlops.assessment.recording import record_level

    recorded = record_level(root, assess(root))
    return {
        "row": recorded.row,
        "reached": _celebrations(recorded.reached),
        "certificate": recorded.certificate,
        "why_not": recorded.why_not,
    }


def what_would_be(standing: Standing, done: Sequence[str], target: int) -> dict[str, Any]:
    """Where a unit would stand, and the cheapest way to a level.

    Args:
        standing: how it stands.
        done: ids of criteria that are taken as satisfied.
        target: the level to reach.

    Returns:
        `outcome`, `hours` and `steps`, each with the `outcome` once it and all before it are done.

    Raises:
        MlopsError: `unknown-criterion`, `invalid-target`.
    """
    from jupyter_mlops.assessment.what_if import cheapest_path, what_if

    way = cheapest_path(standing, target)
    return {
        "outcome": _outcome(what_if(standing, done)),
        "target": target,
        "hours": way.hours,
        "steps": [
            {
                "criterion": step.criterion.id,
                "level": step.criterion.level,
                "hours": step.hours,
                "requires": list(step.requires),
                "outcome": _outcome(step.after),
            }
            for step in way.steps
        ],
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "level": outcome.level,
        "progress": outcome.progress,
        "score": outcome.score,
        "blockers": list(outcome.blockers),
        "checklist": [{"id": each.id, "score": each.score, "state": each.state} for each in outcome.answers],
    }


def plan_project(root: Path, target: int | None, months: int | None) -> dict[str, Any]:
    """The roadmap of a project, as the document of `roadmap --format json`.

    Args:
        root: the project's folder.
        target: level to reach; None leaves it to the project's settings.
        months: to plan ahead, likewise.
    """
    from jupyter_mlops.roadmap.api import make_roadmap
    from jupyter_mlops.roadmap.exports.json_export import as_dict

    return as_dict(make_roadmap(root, target=target, months=months))


#: Format of a roadmap → the kind of its file.
_ROADMAP_FILES = {"markdown": "md", "html": "html", "ics": "ics", "json": "json", "github": "sh", "gitlab": "csv"}


def export_roadmap(root: Path, target: int | None, months: int | None, form: str) -> dict[str, Any]:
    """The roadmap of a project as a file to download.

    Args:
        root: the project's folder.
        target: as in `plan_project`.
        months: likewise.
        form: the format.

    Returns:
        `name` and `text` of the file.

    Raises:
        MlopsError: `unknown-format`.
    """
    from jupyter_mlops.roadmap.api import make_roadmap
    from jupyter_mlops.roadmap.exports import export_named

    if form not in _ROADMAP_FILES:
        raise MlopsError("unknown-format", f"There is no format {form!r}. Choose one of: {', '.join(_ROADMAP_FILES)}.")
    roadmap = make_roadmap(root, target=target, months=months)
    return {"name": f"roadmap.{_ROADMAP_FILES[form]}", "text": export_named(form).render(roadmap, False)}


#: Format of a scorecard → the kind of its file; of others, text.
_SCORECARD_FILES = {
    "badge": "svg",
    "html": "html",
    "json": "json",
    "junit": "xml",
    "markdown": "md",
    "sarif": "sarif",
}


def export_scorecard(root: Path, form: str) -> dict[str, Any]:
    """The scorecard of a project as a file to download.

    Args:
        root: the project's folder.
        form: the format, as `assess --format` takes it.

    Returns:
        `name` and `text` of the file.

    Raises:
        MlopsError: `unknown-format`.
    """
    from jupyter_mlops.assessment.api import assess
    from jupyter_mlops.assessment.reports import report_named

    report = report_named(form)
    return {"name": f"scorecard.{_SCORECARD_FILES.get(form, 'txt')}", "text": report.render(assess(root), False)}


def history_of(root: Path) -> dict[str, Any]:
    """The history of a project.

    Args:
        root: the project's folder.

    Returns:
        `rows`, oldest first, each with its `changes` since the one before.
    """
    from jupyter_mlops.assessment.history import changes, read_history

    rows = read_history(root)
    before = [None, *rows]
    return {
        "rows": [
            {**row, "changes": [one._asdict() | {"worse": one.worse} for one in (changes(old, row) if old else [])]}
            for old, row in zip(before, rows, strict=False)
        ]
    }


def _notebooks(project: Project) -> list[dict[str, str | None]]:
    from jupyter_mlops.project.converted import conversions

    files = [file for file in project.walk.files if file.special is None]
    pipelines = list(conversions(project))
    made_of = {notebook: one.folder for one in pipelines for notebook in one.notebooks}
    inside = tuple(f"{one.folder}/" for one in pipelines)
    return [
        {
            "path": posixpath.relpath(file.path, project.folder),
            "pipeline": posixpath.relpath(made_of[file.path], project.folder) if file.path in made_of else None,
        }
        for file in files
        if file.suffix == ".ipynb" and not file.path.startswith(inside)
    ]


def translate_paths(document: dict[str, Any], files: ServerFiles, folder: Path) -> dict[str, Any]:
    """A command's answer with the places it is about as paths below the server root.

    Args:
        document: the answer of `convert`, `verify` or `run`, or `{"error": …}`.
        files: the files that are served.
        folder: the command's working directory.

    Returns:
        A copy whose `path`, and that of its `error`, a browser can ask for.
    """
    translated = dict(document)
    if isinstance(translated.get("path"), str):
        translated["path"] = _served(translated["path"], files, folder)
    if isinstance(translated.get("error"), dict):
        translated["error"] = translate_paths(translated["error"], files, folder)
    return translated


def _served(place: str, files: ServerFiles, folder: Path) -> str:
    served = files.served(folder / place)
    return place if served is None else served
