"""Which flow a project gets, and its deployment."""

from __future__ import annotations

import keyword
import posixpath
import re
from pathlib import Path
from typing import NamedTuple

from jupyter_mlops.assessment.data_reads import reads
from jupyter_mlops.assessment.trainings import trainings
from jupyter_mlops.assessment.written_files import makers, written
from jupyter_mlops.changes import Wanted
from jupyter_mlops.errors import MlopsError
from jupyter_mlops.lifts.ignoring import with_lines
from jupyter_mlops.lifts.lift import Act, Plan, commit, done, not_here
from jupyter_mlops.lifts.manifests import with_packages
from jupyter_mlops.lifts.prefect_flow.deployment import FILE, deployed, with_deployment
from jupyter_mlops.lifts.scene import Scene
from jupyter_mlops.lifts.templating import renderer
from jupyter_mlops.lifts.testing.steps import Step, converted, loads, scripts, stages

render = renderer(Path(__file__).with_name("templates"))

_FLOW = "flows/pipeline.py"
_MESSAGE = "Run the pipeline as a Prefect flow, on a schedule"
_CRON = re.compile(r"[\d*/,\-A-Za-z#?]+( [\d*/,\-A-Za-z#?LW]+){4}")


class Task(NamedTuple):
    """A task of a flow.

    Attributes:
        function: its name in Python.
        name: for people.
        script: that it runs, from the unit's folder.
        arguments: that the script is given.
        folder: of a script: where it runs, from the unit's folder.
        reads: files that the step is made of, from the unit's folder.
        writes: files that it leaves; none where only a run can tell all that it reads or writes.
        after: functions of those before it.
    """

    function: str
    name: str
    script: str
    arguments: tuple[str, ...]
    folder: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    after: tuple[str, ...]


def plan(scene: Scene) -> Plan:
    """The plan of the lift.

    Args:
        scene: the project.

    Raises:
        MlopsError: `invalid-option`, and `invalid-yaml` where prefect.yaml cannot be read.
    """
    cron = scene.options["schedule"].strip()
    if not _CRON.fullmatch(cron):
        raise MlopsError(
            "invalid-option", f'schedule is five fields as in a crontab, such as "0 6 * * *", not {cron!r}.'
        )
    there = deployed(scene)
    if there is not None:
        tracked = there in scene.project.by_path and scene.project.by_path[there].tracked
        left = () if tracked else commit(scene, (), _MESSAGE)
        return done(scene, f"{there} deploys a flow on a schedule.", left=left)
    flow, entrypoint, why = _flow(scene)
    if not entrypoint:
        split = Act("Split the work into scripts, of which one reads what another writes.")
        convert = Act("Convert a notebook into a pipeline: a flow comes with it.", "jupyter mlops convert NOTEBOOK")
        acts = (convert, split) if any(path.endswith(".ipynb") for path in scene.unit.sources) else (split,)
        return not_here(scene, "Nothing here is a pipeline: no stages, and no scripts that hand files on.", left=acts)
    files: dict[str, Wanted] = dict(flow)
    config = scene.below(FILE)
    old = (scene.root / config).read_text("utf-8") if (scene.root / config).is_file() else ""
    files[config] = with_deployment(old, scene.name, entrypoint, cron, config)
    files |= with_packages(scene, ["prefect"])
    ignore = scene.root / ".gitignore"
    text = ignore.read_text("utf-8") if ignore.is_file() else ""
    if flow and (scene.git is None or not scene.git.ignores(scene.below(".prefect/x"))):
        files[".gitignore"] = with_lines(text, [("Records that Prefect keeps", [".prefect/"])])
    return Plan(
        "applies",
        why,
        scene.changes(files, _MESSAGE),
        found=(f"It is due at `{cron}`, UTC, once it is deployed.",),
        left=(
            Act("Run the flow once.", f"python {entrypoint.partition(':')[0]}"),
            *commit(scene, files, _MESSAGE),
            Act(
                f"Deploy it: with a server that PREFECT_API_URL names, `prefect deploy --all` in the folder of {config}, and"
                " `prefect worker start --pool default --type process` where it shall run."
            ),
        ),
    )


def _flow(scene: Scene) -> tuple[dict[str, str], str, str]:
    """The flow's file, its entrypoint from the unit's folder, and what it is made of; no entrypoint where there is none."""
    for folder in converted(scene):
        if scene.project.exists(f"{folder}flow.py"):
            flow = scene.unit.local(f"{folder}flow.py")
            return {}, f"{flow}:pipeline", f"Nothing runs {flow} by itself: it gets a schedule."
    place = scene.below(_FLOW)
    number = 2
    while scene.project.exists(place):
        place, number = scene.below(f"flows/pipeline_{number}.py"), number + 1
    up = ".parent" * (_FLOW.count("/") + 1)
    local = scene.unit.local(place)
    staged = stages(scene)
    if len(staged) > 1:
        tasks = _tasks(scene, staged)
        text = render("dvc_flow.py.j2", tasks=tasks, name=scene.name, up=up, local=local)
        return {place: text}, f"{local}:pipeline", f"The {len(tasks)} stages of DVC become tasks of a flow."
    connected = _connected(scene)
    if connected:
        tasks = _tasks(scene, connected)
        text = render("script_flow.py.j2", tasks=tasks, name=scene.name, up=up, local=local)
        listed = " → ".join(task.name for task in tasks)
        return {place: text}, f"{local}:pipeline", f"The scripts become tasks of a flow: {listed}."
    return {}, "", ""


def _connected(scene: Scene) -> list[Step]:
    """Scripts that hand files on to each other and lead to a trained model; none where there are no such."""
    found = scripts(scene)
    linked = {name for step in found if step.after for name in (step.name, *step.after)}
    kept = [step for step in found if step.name in linked]
    trains = {site.path for site in trainings(scene.unit)}
    return kept if any({step.source, *_modules(scene, step.source)} & trains for step in kept) else []


def _tasks(scene: Scene, steps: list[Step]) -> list[Task]:
    functions: dict[str, str] = {}
    for step in steps:
        functions[step.name] = _function(step.name, set(functions.values()))
    return [
        Task(
            functions[step.name],
            step.name,
            scene.unit.local(step.source),
            step.arguments,
            step.folder,
            *_files(scene, step),
            tuple(functions[name] for name in step.after if name in functions),
        )
        for step in steps
    ]


def _function(name: str, taken: set[str]) -> str:
    base = re.sub(r"\W+", "_", name.removesuffix(".py")).strip("_").lower() or "step"
    base = f"step_{base}" if base[0].isdigit() else base
    base = f"{base}_" if keyword.iskeyword(base) or base in ("pipeline", "run", "repro", "task", "flow") else base
    return next(each for number in range(1, 99) if (each := base if number == 1 else f"{base}_{number}") not in taken)


def _modules(scene: Scene, path: str) -> set[str]:
    """The project's own modules that a script leads to."""
    behind = scene.unit.reach.behind((path, ""), (path, "__main__"))
    return {place for place, _scope in behind if place.endswith(".py") and place != path}


def _files(scene: Scene, step: Step) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a script reads and writes, as far as that is certain."""
    unit = scene.unit
    code = {step.source, *_modules(scene, step.source)}
    sources = [source for source in reads(unit) if source.site.path in code]
    files = {source.where for source in sources if source.kind == "file"}
    certain = all(source.kind in ("file", "bundled") and "*" not in source.where for source in sources)
    writes = {
        posixpath.normpath(posixpath.join(scene.below(step.folder), path))
        for path, sites in written(unit).items()
        for site in sites
        if site.path in code
    }
    certain = certain and not any("{" in path or "*" in path or path.startswith("..") for path in writes)
    # A model that another script leaves is read as any file of the project is.
    files |= {
        where
        for text in loads(scene, step.source)
        if makers(unit, text)
        for where in [posixpath.normpath(posixpath.join(scene.below(step.folder), text))]
    }
    local = sorted({unit.local(path) for path in (*code, *files - writes)} - {""})
    return tuple(local), tuple(sorted(unit.local(path) for path in writes)) if certain else ()
