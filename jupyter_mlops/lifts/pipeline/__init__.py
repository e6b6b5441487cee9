"""The biggest lift: a notebook becomes a proven pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_mlops.errors import MissingDependencyError, MlopsError
from jupyter_mlops.lifts.lift import Act, Lift, Option, Plan, Refusal, State, not_here
from jupyter_mlops.lifts.scene import Scene
from jupyter_mlops.project.notebook import clean_copy_of, copy_of

#: Proposals that are tried before giving up.
_TRIED = 3
#: What a person chooses, where nobody has.
_REMOTE = Act(
    "Choose where DVC keeps the pipeline's results (s3://…, gs://…, azure://…, ssh://…, a folder), and send them there: "
    "others get them by `dvc pull` then, without running it.",
    "dvc remote add --default storage s3://… && git add .dvc/config && git commit -m 'Choose a DVC remote' && dvc push",
)
_NONE = "There is no notebook here to convert."


def _glance(scene: Scene) -> tuple[State, str]:
    result = scene.result("pipeline-automated")
    if result.state == "pass":
        return "done", result.message
    if not any(path.endswith(".ipynb") for path in scene.unit.sources):
        return "not-here", _NONE
    return "applies", "`jupyter mlops convert` shows what it makes of a notebook, and proves it."


def _plan(scene: Scene) -> Plan:
    from jupyter_mlops.lifts.pipeline.ranking import rank

    if scene.options["notebook"]:
        return _of(scene, [scene.root / scene.options["notebook"]])
    if scene.path.suffix == ".ipynb":
        return _of(scene, [scene.path])
    if not any(path.endswith(".ipynb") for path in scene.unit.sources):
        return _of_scripts(scene)
    ranking = rank(scene.root / scene.unit.path, progress=scene.progress)
    if not ranking.proposals:
        return not_here(scene, "No notebook here can be converted; `jupyter mlops convert .` says why for each.")
    refused: list[Refusal] = []
    for proposal in ranking.proposals[:_TRIED]:
        answer = _tried(scene, [Path(ranking.path) / path for path in proposal.notebooks])
        if isinstance(answer, Plan):
            return answer
        refused.append(answer)
    act = Act(f"Mend what stops {refused[0].path}.")
    if not all(clean_copy_of(scene.project.json(one.path or "")) for one in refused):
        act = Act("Clean the notebooks, or mend what stops them.", "jupyter mlops lift clean-notebook")
    why = f"{refused[0].path} does not run: {refused[0].why}"
    return not_here(scene, why, cannot=tuple(refused), left=(act,))


def _of_scripts(scene: Scene) -> Plan:
    """Scripts are no notebook to convert; what their pipeline lacks is told."""
    from jupyter_mlops.lifts.pipeline.scripts import outside, settings

    found = settings(scene)
    if not found:
        act = Act("Where scripts hand files on, run them as a flow.", "jupyter mlops lift prefect-flow")
        return not_here(scene, _NONE, left=(act,))
    return not_here(
        scene,
        f"There is no notebook here to convert, and {found[0].path} has its settings in the code, which this does not change.",
        cannot=tuple(found),
        left=(outside(found),),
    )


def _tried(scene: Scene, notebooks: list[Path]) -> Plan | Refusal:
    from jupyter_mlops.lifts.pipeline.asking import asking

    try:
        try:
            return _of(scene, notebooks)
        except MlopsError as error:
            if len(notebooks) == 1 and (left_out := asking(notebooks[0], error)):
                return _of(scene, notebooks, left_out)
            raise
    except MissingDependencyError:
        raise
    except MlopsError as error:
        first = notebooks[0].relative_to(scene.root.resolve()).as_posix()
        return Refusal("the conversion", error.message, first, error.cell, error.line)


def _of(scene: Scene, notebooks: list[Path], left_out: tuple[int, ...] = ()) -> Plan:
    from jupyter_mlops.lifts.dvc_init.settings import has_remote
    from jupyter_mlops.lifts.pipeline.api import convert
    from jupyter_mlops.lifts.pipeline.preview import shown

    conversion = convert(
        notebooks,
        name=_name(scene, notebooks),
        run=scene.options["run"] == "yes",
        write=False,
        plan={"skip": list(left_out)} if left_out else None,
        progress=scene.progress,
    )
    if not conversion.good:
        reason = "you and the notebook changed the same" if conversion.again.conflicts else "the proof fails"
        return not_here(
            scene, f"The pipeline would be {conversion.verdict}: {reason}. `jupyter mlops convert` says more."
        )
    folder = conversion.path.relative_to(scene.root).as_posix()
    if not conversion.changes:
        return Plan("done", f"{folder} is as the notebook makes it.", conversion.changes)
    proof = "not proven, since nothing was run" if conversion.verdict == "not-run" else f"proven {conversion.verdict}"
    return Plan(
        "applies",
        f"{folder}: {len(conversion.document['stages'])} stages, {proof}.",
        conversion.changes,
        shown=shown(conversion.changes, folder),
        found=(f"The notebook is {conversion.document['notebook']}; it stays as it is.", *_without(left_out)),
        left=(
            *_seed(conversion.document, folder),
            Act("Run the pipeline once, which writes its lock.", f"dvc repro {folder}/dvc.yaml"),
            Act("Commit it.", 'git add --all && git commit -m "Turn the notebook into a pipeline"'),
            *(() if has_remote(scene) else (_REMOTE,)),
        ),
    )


def _seed(document: Mapping[str, Any], folder: str) -> tuple[Act, ...]:
    """What is left where the notebook draws without a seed: that it is to draw the same every time is for people to say."""
    if not any(parameter["name"] == "random_seed" for parameter in document["parameters"]):
        return ()
    what = f"Give `random_seed` in {folder}/params.yaml a number, if each run is to give the same: the notebook sets no seed."
    return (Act(what),)


def _without(cells: tuple[int, ...]) -> tuple[str, ...]:
    if not cells:
        return ()
    which = f"Cell {cells[0]} asks" if len(cells) == 1 else f"Cells {', '.join(map(str, cells))} ask"
    return (f"{which} a person for something, and no other cell uses the answer: the pipeline leaves that out.",)


def _name(scene: Scene, notebooks: list[Path]) -> str | None:
    """A clean copy's pipeline is called as the notebook that the copy stands for."""
    from jupyter_mlops_converters.source.place import pipeline_name

    stands_for = {scene.root / copy_of(path): path for path in scene.project.replaced}
    original = stands_for.get(notebooks[0]) if len(notebooks) == 1 else None
    return pipeline_name(Path(original)) if original is not None else None


LIFT = Lift(
    name="pipeline",
    title="Turn a notebook into a proven pipeline",
    level=2,
    raises=("pipeline-automated", "pipeline-reproducible"),
    plan=_plan,
    brings=("experiments-tracked", "tests"),
    effort="M",
    after=("git-init",),
    options=(
        Option("notebook", "notebook to convert, from the root; the one that is ranked first unless given"),
        Option("run", "whether the notebook may be run, on a copy, to prove the result", ("yes", "no"), "yes"),
    ),
    glance=_glance,
)
