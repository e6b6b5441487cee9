"""The biggest lift: a notebook becomes a proven pipeline."""

from __future__ import annotations

from jupyter_mlops.lifts.lift import Act, Lift, Option, Plan, State, not_here
from jupyter_mlops.lifts.scene import Scene


def _glance(scene: Scene) -> tuple[State, str]:
    result = scene.result("pipeline-automated")
    if result.state == "pass":
        return "done", result.message
    if not any(path.endswith(".ipynb") for path in scene.unit.sources):
        return "not-here", "There is no notebook here to convert."
    return "applies", "`jupyter mlops convert` shows what it makes of a notebook, and proves it."


def _plan(scene: Scene) -> Plan:
    from pathlib import Path

    from jupyter_mlops.lifts.pipeline.api import convert
    from jupyter_mlops.lifts.pipeline.ranking import rank

    notebooks: list[str | Path] = []
    if scene.options["notebook"]:
        notebooks = [scene.root / scene.options["notebook"]]
    elif scene.path.suffix == ".ipynb":
        notebooks = [scene.path]
    else:
        ranking = rank(scene.root / scene.unit.path, progress=scene.progress)
        if not ranking.proposals:
            return not_here(scene, "No notebook here can be converted; `jupyter mlops convert .` says why for each.")
        notebooks = [Path(ranking.path) / path for path in ranking.proposals[0].notebooks]
    conversion = convert(notebooks, run=scene.options["run"] == "yes", write=False, progress=scene.progress)
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
        shown={f"{folder}/.generated.json": "@@ what was generated, to tell your edits from it later @@\n"},
        found=(f"The notebook is {conversion.document['notebook']}; it stays as it is.",),
        left=(
            Act("Run the pipeline once, which writes its lock.", f"dvc repro {folder}/dvc.yaml"),
            Act("Commit it.", 'git add --all && git commit -m "Turn the notebook into a pipeline"'),
        ),
    )


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
