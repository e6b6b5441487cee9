"""Which trainings of a project are recorded, and what that takes."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from dataclasses import dataclass, field

from jupyter_mlops.assessment.sites import Site
from jupyter_mlops.assessment.trainings import trainings
from jupyter_mlops.changes import Wanted
from jupyter_mlops.lifts.environment.installed import environment
from jupyter_mlops.lifts.ignoring import with_lines
from jupyter_mlops.lifts.lift import Act, Plan, Refusal, commit, done, not_here
from jupyter_mlops.lifts.manifests import declared, target, with_packages
from jupyter_mlops.lifts.mlflow_tracking.edits import edited
from jupyter_mlops.lifts.mlflow_tracking.notebooks import cell_diff, changed_cells, with_cells
from jupyter_mlops.lifts.mlflow_tracking.recording import Recording, Style, record
from jupyter_mlops.lifts.scene import Scene

_SUFFIX = "_tracked"
_MESSAGE = "Record training runs in MLflow"


@dataclass
class _Made:
    """What the sources become.

    Attributes:
        files: path → content.
        shown: path of a notebook → what changes in its cells.
        copies: path of a new notebook → the one that it is a copy of.
        found: what one should know.
        refused: what is not recorded.
        entries: sources that train, as they are after the lift.
    """

    files: dict[str, Wanted] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    copies: dict[str, str] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    entries: list[str] = field(default_factory=list)


def plan(scene: Scene) -> Plan:
    """The plan of the lift.

    Args:
        scene: the project.
    """
    result = scene.result("experiments-tracked")
    if result.state == "pass":
        return done(scene, result.message)
    sites = trainings(scene.unit)
    if not sites:
        return not_here(scene, result.message)
    other = next((one for one in result.evidence if one.probe == "trackers" and int(one.rung) > 1), None)
    if other is not None:
        return not_here(
            scene, f"Another tracker is in use: {other.message}", left=(Act(other.raise_by or "Finish that."),)
        )
    made = _made(scene, sites)
    if not made.files:
        return _nothing(scene, made)
    ignore = scene.root / ".gitignore"
    old = ignore.read_text("utf-8") if ignore.is_file() else ""
    new = with_lines(
        old, [("Runs that MLflow keeps", [line for line in ("mlruns/", "mlflow.db") if not _ignored(scene, line)])]
    )
    files: dict[str, Wanted] = {**made.files, **with_packages(scene, ["mlflow"])}
    if new != old:
        files[".gitignore"] = new
    return Plan(
        "applies",
        f"{result.message} {_listed(made.entries)} get{'s' if len(made.entries) == 1 else ''} the lines for that.",
        scene.changes(files, _MESSAGE),
        found=tuple(made.found),
        left=_left(scene, made, files),
        cannot=tuple(made.refused),
        shown=made.shown,
        copies=made.copies,
    )


def _made(scene: Scene, sites: list[Site]) -> _Made:
    made = _Made()
    by_path: dict[str, list[Site]] = defaultdict(list)
    for site in sites:
        if site.reached:
            by_path[site.path].append(site)
        else:
            made.refused.append(Refusal("a fit", "nothing that runs reaches it", site.path, site.cell, site.line))
    scripts = [path for path in by_path if path.endswith(".py")]
    notebooks = [path for path in by_path if path.endswith(".ipynb")]
    choice = scene.options["notebooks"] or ("no" if scripts else "copy")
    for path in sorted(scripts):
        _script(scene, made, path, by_path[path])
    for path in sorted(notebooks):
        if choice == "no":
            made.refused.append(
                Refusal(
                    "a notebook that trains",
                    "scripts are recorded; `-O notebooks=copy` records a copy of it, too",
                    path,
                )
            )
        else:
            _notebook(scene, made, path, as_copy=choice == "copy")
    return made


def _style(scene: Scene, path: str) -> Style:
    version = environment(scene).version_of("mlflow")
    modern = version is None or int(version.partition(".")[0]) >= 3
    experiment = scene.options["experiment"] or re.sub(r"[^\w.-]+", "-", scene.name).strip("-")
    cells = path.endswith(".ipynb")
    folder = posixpath.dirname(path) or "."
    # A notebook runs in its own folder, and so would keep a store of its own there.
    store = f"sqlite:///{posixpath.relpath('mlflow.db', folder)}" if cells and folder != "." else ""
    return Style(experiment, store, cells=cells, modern=modern)


def _own(scene: Scene) -> frozenset[str]:
    return frozenset(part.removesuffix(".py") for path in scene.unit.sources for part in path.split("/"))


def _script(scene: Scene, made: _Made, path: str, sites: list[Site]) -> None:
    source = scene.project.python(path)
    data = (scene.root / path).read_bytes()
    text = data.decode("utf-8-sig")
    if source is None:
        return
    recording = record(source, _style(scene, path), [site.line for site in sites])
    new = edited(text, recording.edits, own=_own(scene)) if recording.edits else text
    if new is None:
        made.refused.append(Refusal("the script", "the lines could not be put in without changing others", path))
        return
    _take(made, path, recording)
    if new != text:
        made.files[path] = (b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b"") + new.encode()


def _notebook(scene: Scene, made: _Made, path: str, *, as_copy: bool) -> None:
    notebook = scene.project.notebook(path)
    source = scene.project.python(path)
    if notebook is None or source is None:
        return
    place = f"{path.removesuffix('.ipynb')}{_SUFFIX}.ipynb" if as_copy else path
    if as_copy and path.endswith(f"{_SUFFIX}.ipynb"):
        return
    recording = record(source, _style(scene, path))
    changed = changed_cells(notebook, recording.edits, _own(scene))
    if changed is None:
        made.refused.append(Refusal("the notebook", "the lines could not be put in without changing others", path))
        return
    if not changed:
        return
    if as_copy and (scene.root / place).exists():
        made.refused.append(Refusal("a copy of the notebook", f"{place} is there already", path))
        return
    _take(made, place, recording)
    text = (scene.root / path).read_bytes().decode("utf-8-sig")
    made.files[place] = with_cells(text, changed, as_copy=as_copy)
    made.shown[place] = cell_diff(place, notebook, changed)
    if as_copy:
        made.copies[place] = path
    made.found.append(
        f"{place} is a copy of {path}, which stays as it is; it has no outputs until you run it."
        if as_copy
        else f"{path} itself is changed, as you chose; reload it where it is open."
    )


def _take(made: _Made, path: str, recording: Recording) -> None:
    made.entries.append(path)
    made.found += [f"{path} {sentence}" for sentence in recording.told]
    counts = (
        f"{_count(recording.runs, 'run')}, {_count(recording.metrics, 'metric')}, {_count(recording.models, 'model')}"
    )
    made.found.append(
        f"{path}: {counts}. The lines are put between yours; none of yours is changed but for its indentation."
    )
    if recording.models:
        made.found.append(f"{path}: keeping a model takes MLflow some seconds, each time it is trained.")
    made.refused += [refusal._replace(path=path) for refusal in recording.refused]
    if not recording.metrics:
        made.found.append(
            f"{path} computes no metric after the fit that could be told; log yours with `mlflow.log_metric`."
        )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _ignored(scene: Scene, line: str) -> bool:
    return scene.git is not None and scene.git.ignores(line + ("a-file" if line.endswith("/") else ""))


def _nothing(scene: Scene, made: _Made) -> Plan:
    if made.entries:
        return done(
            scene,
            f"{_listed(made.entries)} has the lines; what is left is to commit.",
            left=commit(scene, made.entries, _MESSAGE),
        )
    copies = [refusal for refusal in made.refused if "is there already" in refusal.why]
    if copies:
        return done(scene, f"{copies[0].why}; what is left is to run and commit it.", left=commit(scene, (), _MESSAGE))
    return not_here(scene, "No training that runs can be recorded as it is.", cannot=tuple(made.refused))


def _left(scene: Scene, made: _Made, files: dict[str, Wanted]) -> tuple[Act, ...]:
    acts = []
    if environment(scene).version_of("mlflow") is None:
        acts.append(Act("Install MLflow.", 'pip install "mlflow>=3.1,<3.18"'))
    if "mlflow" not in declared(scene) and not any(path in files for path in _manifests(scene)):
        acts.append(
            Act("Declare MLflow with the other packages: `jupyter mlops lift environment` does that for all of them.")
        )
    stages = [
        stage.name
        for pipeline in scene.unit.pipelines
        if pipeline.keeps_state
        for stage in pipeline.stages
        if stage.inputs & set(made.entries)
    ]
    if stages:
        acts.append(
            Act(f"The stage {stages[0]} depends on what was changed: run it, and commit its lock.", "dvc repro")
        )
    acts.append(
        Act(
            f"Train once ({made.entries[0]}), and look at the run: `mlflow ui --backend-store-uri sqlite:///mlflow.db`."
        )
    )
    return (*acts, *commit(scene, files, _MESSAGE))


def _manifests(scene: Scene) -> list[str]:
    place = target(scene)
    return [place.path] if place is not None else []


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
