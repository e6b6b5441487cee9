"""What of a project runs by itself: stages of a pipeline, scripts, notebooks; in the order in which they need each other."""

from __future__ import annotations

import ast
import posixpath
import shlex
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from jupyter_mlops_converters.source.installs import without_installs
from jupyter_mlops_converters.source.notebook import read_notebook

from jupyter_mlops.assessment.data_reads import reads
from jupyter_mlops.assessment.kept_models import kept_models
from jupyter_mlops.assessment.literals import text_of
from jupyter_mlops.assessment.trainings import trainings
from jupyter_mlops.assessment.written_files import makers, written
from jupyter_mlops.errors import MlopsError
from jupyter_mlops.lifts.scene import Scene
from jupyter_mlops.lifts.testing.arguments import told
from jupyter_mlops.project.python_source import PythonSource

_APPS = frozenset(
    {"streamlit", "dash", "gradio", "fastapi", "flask", "shiny", "nicegui", "uvicorn", "airflow", "prefect", "dagster"}
    | {"telegram", "discord", "kfp", "bentoml", "kivy", "tkinter", "pygame", "cv2", "PyQt5", "setuptools", "nox"}
)
_LOADERS = frozenset({"joblib.load", "skops.io.load", "torch.load", "keras.models.load_model"}) | {
    "tensorflow.keras.models.load_model"
}
#: Notebooks at most that tests run: each takes the time of a kernel.
_NOTEBOOKS = 6


class Step(NamedTuple):
    """Something that runs.

    Attributes:
        name: of its test.
        command: of the shell.
        folder: where, from the unit's folder.
        source: what it runs, from the root; "" where the command does not name it.
        arguments: of a script: what it is given.
        after: names of those that make what it reads.
    """

    name: str
    command: str
    folder: str
    source: str
    arguments: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def steps(scene: Scene) -> list[Step]:
    """What tests can run without being told anything, each after what it needs.

    Args:
        scene: the project.
    """
    return stages(scene) or _in_order(scene, [*_scripts(scene), *_notebooks(scene)])


def scripts(scene: Scene) -> list[Step]:
    """Scripts that run without being told anything, each after those that make what it reads.

    Args:
        scene: the project.
    """
    return _in_order(scene, list(_scripts(scene)))


def converted(scene: Scene) -> tuple[str, ...]:
    """Folders of converted pipelines, with a slash at the end: they bring tests of their own."""
    return tuple(f"{file.folder}/" for file in scene.unit.files if file.name == "conversion.json")


def stages(scene: Scene) -> list[Step]:
    """Stages of DVC that people wrote, each after those whose files it reads.

    Args:
        scene: the project.
    """
    apart = converted(scene)
    found: list[Step] = []
    for pipeline in scene.unit.pipelines:
        if pipeline.probe != "dvc" or pipeline.path.startswith(apart):
            continue
        launches = {launch.id: launch for launch in scene.unit.launches if launch.path == pipeline.path}
        after = {
            stage.name: {other.name for other in pipeline.stages if other is not stage and other.outputs & stage.inputs}
            for stage in pipeline.stages
        }
        for name in _sorted(after):
            launch = launches.get(f"{pipeline.path}#{name}")
            if launch is not None:
                folder = posixpath.relpath(launch.folder, scene.unit.path)
                source = next(
                    (
                        one.value
                        for one, _command in scene.unit.reach.targets(launch)
                        if one.value.endswith((".py", ".ipynb"))
                    ),
                    "",
                )
                found.append(Step(name, launch.script.strip(), folder, source, after=tuple(sorted(after[name]))))
    return found


def _scripts(scene: Scene) -> Iterator[Step]:
    unit = scene.unit
    for path, needs in _workers(scene):
        known = told(scene, path) if needs == "argument" else None
        if needs and known is None:
            continue
        local = unit.local(path)
        folder = _where(scene, path) if known is None else posixpath.relpath(known.folder, unit.path)
        given = known.arguments if known is not None else ()
        command = shlex.join(["python", posixpath.relpath(local, folder), *given])
        yield Step(local, command, folder, path, given)


def left_out(scene: Scene) -> Iterator[tuple[str, str]]:
    """Scripts and notebooks that cannot be run by themselves, and why.

    Args:
        scene: the project.
    """
    for path, needs in _workers(scene):
        if needs == "answer":
            yield path, "it waits for someone to type"
        elif needs == "argument" and told(scene, path) is None:
            yield path, "it needs arguments, and no make target, shell script or README of the project gives it some"
    for path in scene.unit.sources:
        if path.endswith(".ipynb") and _installs(scene, path):
            yield path, "it installs packages, which would change the environment that the tests run in"


def _workers(scene: Scene) -> Iterator[tuple[str, str]]:
    """Scripts that do something with data or models, and what they need: see `_needs`."""
    unit = scene.unit
    works = {site.path for site in trainings(unit)} | {source.site.path for source in reads(unit)}
    works |= {kept.site.path for kept in kept_models(unit)}
    works |= {site.path for sites in written(unit).values() for site in sites}
    apart = converted(scene)
    for path in unit.sources:
        source = scene.project.python(path) if path.endswith(".py") else None
        if source is None or unit.is_test(path) or path.startswith(apart) or not (source.has_main_guard or source.acts):
            continue
        if ({path} | _imported(scene, path, source)) & works and not _is_app(source):
            yield path, _needs(source)


def _imported(scene: Scene, path: str, source: PythonSource) -> set[str]:
    """Modules of the project that a script imports."""
    index = scene.unit.reach.modules
    found = (index.resolve(item.dotted, path) for item in source.imports)
    return {one[0] for one in found if one is not None}


def _where(scene: Scene, path: str) -> str:
    """The folder that a script is started in, as its paths tell: the project's, or its own."""
    own = posixpath.dirname(scene.unit.local(path)) or "."
    for source in reads(scene.unit):
        if source.site.path == path and source.kind == "file" and source.text:
            if scene.project.exists(posixpath.normpath(scene.below(source.text))):
                return "."
            if scene.project.exists(posixpath.normpath(posixpath.join(posixpath.dirname(path), source.text))):
                return own
    return "."


def _is_app(source: PythonSource) -> bool:
    return any(item.module.partition(".")[0] in _APPS for item in source.imports)


def _needs(source: PythonSource) -> str:
    """What a script cannot run without: an "answer" that is typed, an "argument"; "" for nothing."""
    if any(call.name == "input" for call in source.calls):
        return "answer"
    return "argument" if _wants_argument(source) else ""


def _wants_argument(source: PythonSource) -> bool:
    for call in source.calls:
        if call.attribute == "add_argument":
            name = call.text(0)
            required = call.argument(None, "required")
            optional = call.argument(None, "nargs")
            if isinstance(required, ast.Constant) and required.value is True:
                return True
            given = isinstance(optional, ast.Constant) and optional.value in ("?", "*")
            if name is not None and not name.startswith("-") and not given:
                return True
        if call.name.startswith(("click.argument", "typer.Argument")):
            return True
    return False


def _notebooks(scene: Scene) -> Iterator[Step]:
    unit = scene.unit
    apart = converted(scene)
    sources = {
        posixpath.normpath(str(each))
        for file in unit.files
        if file.name == "conversion.json"
        for each in _sources(scene.project.json(file.path))
    }
    count = 0
    for path in unit.sources:
        notebook = scene.project.notebook(path) if path.endswith(".ipynb") else None
        if notebook is None or notebook.language != "python" or path.startswith(apart) or path in sources:
            continue
        if f"{path.removesuffix('.ipynb')}_tracked.ipynb" in unit.sources or not notebook.parsed_cells:
            continue
        if _installs(scene, path):
            continue
        count += 1
        if count > _NOTEBOOKS:
            return
        folder = posixpath.dirname(unit.local(path)) or "."
        name = shlex.quote(posixpath.basename(path))
        command = f"python -m papermill --kernel python3 --no-progress-bar --log-level ERROR {name} executed.ipynb"
        yield Step(unit.local(path), command, folder, path)


def _installs(scene: Scene, path: str) -> bool:
    """Whether a notebook installs packages when it runs."""
    try:
        return bool(without_installs(read_notebook(scene.root / path)).installs)
    except MlopsError:
        return False


def _sources(document: object) -> list[str]:
    if not isinstance(document, dict):
        return []
    several = document.get("notebooks")
    return several if isinstance(several, list) and several else [str(document.get("notebook"))]


def loads(scene: Scene, path: str) -> set[str]:
    """Files that a script opens or loads as objects, such as models, by the paths it has for them.

    Args:
        scene: the project.
        path: of the script.
    """
    source = scene.project.python(path)
    if source is None:
        return set()
    calls = [
        call
        for call in source.calls
        if call.name in _LOADERS or (call.name == "open" and (call.text(1, "mode") or "r").startswith("r"))
    ]
    texts = (text_of(source, call.scope, call.argument(0)) for call in calls)
    return {text for text in texts if text and "{}" not in text}


def _in_order(scene: Scene, found: list[Step]) -> list[Step]:
    """Each after those that make the files it reads."""
    by_source = {step.source: step for step in found}
    taken = {step.source: loads(scene, step.source) for step in found}
    for source in reads(scene.unit):
        if source.site.path in taken and source.text:
            taken[source.site.path].add(source.text)
    after = {
        step.name: {
            by_source[site.path].name
            for text in taken[step.source]
            for site in makers(scene.unit, text)
            if site.path in by_source
        }
        - {step.name}
        for step in found
    }
    by_name = {step.name: step for step in found}
    return [by_name[name]._replace(after=tuple(sorted(after[name]))) for name in _sorted(after)]


def _sorted(after: Mapping[str, set[str]]) -> list[str]:
    """Names, each after those it needs; by name otherwise, and where they need each other."""
    ordered: list[str] = []
    waiting = sorted(after)
    while waiting:
        ready = next((name for name in waiting if not after[name] & set(waiting)), waiting[0])
        waiting.remove(ready)
        ordered.append(ready)
    return ordered
