"""The journey: a Level 0 project becomes a proven pipeline, under every engine, one step after the other."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console, Group
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from jupyter_mlops.demo import engines, sample
from jupyter_mlops.demo.comparison import CellComparison, compare_executions
from jupyter_mlops.demo.narrator import Narrator
from jupyter_mlops.errors import MlopsError

_STEPS = 9
#: Columns of the summary: about as wide as one likes to read.
_WIDTH = 100
_PROVEN = ("equivalent", "equivalent-within-tolerance")


@dataclass
class Journey:
    """What the steps found, for the steps after them.

    Attributes:
        folder: of the demo project.
        talk: tells the journey.
        document: the content of `conversion.json`.
        pipeline: the pipeline's folder.
        levels: the assessments: before, with the pipeline, and after the commit.
        cells: every code cell of the notebook in its three executions.
        runs: what MLflow kept, the newest first.
    """

    folder: Path
    talk: Narrator
    document: dict[str, Any] = field(default_factory=dict)
    pipeline: Path = field(default_factory=Path)
    levels: list[dict[str, Any]] = field(default_factory=list)
    cells: list[CellComparison] = field(default_factory=list)
    runs: list[dict[str, Any]] = field(default_factory=list)


def travel(folder: Path, console: Console) -> Journey:
    """Go all the way.

    Args:
        folder: where the demo project goes.
        console: where the journey is told.

    Returns:
        What was found on it.

    Raises:
        MlopsError: when something is missing, the folder is in use, or a step did not give what it should.
    """
    engines.require()
    journey = Journey(folder, Narrator(console, _STEPS))
    for step in (_copy, _assess_first, _convert, _run_dvc, _run_ploomber, _compare, _show_run, _commit, _assess_last):
        step(journey)
    sample.finish(folder)
    _sum_up(journey)
    return journey


def _copy(journey: Journey) -> None:
    with journey.talk.step("Copy a project as it is found in the wild"):
        sample.lay(journey.folder)
    log = sample.git(journey.folder, "log", "--reverse", "--date=short", "--format=%ad  %s").splitlines()
    journey.talk.say(f"[cyan]{escape(sample.NOTEBOOK)}[/] in {escape(str(journey.folder))}, with a history:")
    for line in log:
        journey.talk.say(f"[dim]{escape(line)}[/]")


def _assess_first(journey: Journey) -> None:
    with journey.talk.step("Assess it: which maturity level, on what evidence?"):
        assessment = _assess(journey)
    _show_level(journey, assessment)
    journey.talk.checklist(assessment["checklist"])
    unit = assessment["units"][0]
    for criterion in unit["criteria"]:
        if criterion["id"] in unit["blockers"]:
            places = ", ".join(_place(evidence) for evidence in criterion["evidence"][:2] if evidence["path"])
            where = f" [cyan]{escape(places)}[/]" if places else ""
            journey.talk.say(f"[yellow]In the way:[/] {escape(criterion['message'])}{where}")


def _convert(journey: Journey) -> None:
    from jupyter_mlops import convert

    notebook = journey.folder / sample.NOTEBOOK
    before = _digest(notebook)
    with journey.talk.step("Convert the notebook into a pipeline, and prove it") as tell:

        def show(event: Mapping[str, Any]) -> None:
            tell(str(event.get("message", "")), event.get("fraction"))

        conversion = convert(notebook, progress=show)
    journey.document, journey.pipeline = conversion.document, conversion.path
    verification = journey.document["verification"]
    if verification["verdict"] not in _PROVEN:
        cells = [cell for cell in verification["cells"] if cell["verdict"] in ("differs", "failed")]
        detail = "\n".join(f"cell {cell['source_cell']}: {cell['detail']}" for cell in cells)
        raise MlopsError(
            "not-equivalent", "The pipeline does not give the notebook's results.", exit_status=1, detail=detail
        )
    if _digest(notebook) != before:
        raise MlopsError(
            "notebook-changed", "The conversion changed the notebook, which it must never do.", exit_status=1
        )
    journey.talk.table(
        ["stage", "cells of the notebook", "hands over"],
        [
            [
                stage["name"],
                _ranges(stage["source_cells"]) or "logs the run to MLflow",
                ", ".join(output["variable"] for output in stage["outputs"]) or "-",
            ]
            for stage in journey.document["stages"]
        ],
    )
    parameters = [f"{parameter['name']} = {parameter['value']}" for parameter in journey.document["parameters"]]
    journey.talk.say(f"[dim]params.yaml:[/] {escape(', '.join(parameters))}")
    same = sum(cell["verdict"] == "identical" for cell in verification["cells"])
    journey.talk.say(
        f"[green]✔[/] Proven [bold]{verification['verdict']}[/]: every stage ran in a process of its own, and "
        f"{same} of {len(verification['cells'])} code cells gave the same outputs and values. "
        "The notebook keeps its bytes."
    )


def _run_dvc(journey: Journey) -> None:
    with journey.talk.step("Run it with DVC: dvc repro") as tell:
        engines.run(journey.pipeline, "dvc", "repro", tell=lambda line: tell(line, None))
    with_again = engines.run(journey.pipeline, "dvc", "repro")
    if not any("up to date" in line for line in with_again):
        raise MlopsError("not-reproducible", "A second `dvc repro` ran stages again.", exit_status=1)
    journey.talk.say("[green]✔[/] All stages ran; a second [bold]dvc repro[/] finds nothing to do.")


def _run_ploomber(journey: Journey) -> None:
    with journey.talk.step("Run it again with Ploomber: ploomber build") as tell:
        engines.run(journey.pipeline, "ploomber", "build", tell=lambda line: tell(line, None))
    journey.talk.say("[green]✔[/] The same stages, the same parameters, another engine, products of its own.")


def _compare(journey: Journey) -> None:
    with journey.talk.step("Compare the results cell by cell"):
        products = journey.pipeline / "products"
        journey.cells = compare_executions(journey.document, products, products / "ploomber")
    different = [cell for cell in journey.cells if not cell.same]
    if different or not journey.cells:
        detail = "\n".join(f"cell {cell.source_cell}: {cell.detail}" for cell in different)
        raise MlopsError(
            "engines-differ", "DVC and Ploomber did not give the same results.", exit_status=1, detail=detail
        )
    journey.talk.say(
        f"[green]✔[/] {len(journey.cells)} of {len(journey.cells)} code cells: "
        "[bold]notebook = DVC = Ploomber[/], outputs, tables and pixels."
    )


def _show_run(journey: Journey) -> None:
    with journey.talk.step("Look up what MLflow kept of it") as tell:
        tell("reading mlflow.db", None)
        journey.runs = _tracked_runs(journey.folder, journey.document)
    if not journey.runs:
        raise MlopsError("no-run-tracked", "MLflow kept no run of the pipeline.", exit_status=1)
    run = journey.runs[0]
    journey.talk.say(
        f"{_count(len(journey.runs), 'run')}, one an execution. The newest, [cyan]{escape(run['name'])}[/], has "
        f"{_count(len(run['params']), 'parameter')}, {_count(len(run['metrics']), 'metric')} and "
        f"{_count(run['models'], 'model')}: [bold]{escape(_metrics(run))}[/]"
    )


def _commit(journey: Journey) -> None:
    assessment = _assess(journey)
    with journey.talk.step("Commit the pipeline"):
        commit = sample.commit(journey.folder, "Turn the notebook into a pipeline")
    changed = sample.git(journey.folder, "show", "--shortstat", "--format=", "HEAD").strip()
    _show_level(journey, assessment, before="Before the commit: ")
    journey.talk.say(f"{escape(commit)}: {escape(changed)}")


def _assess_last(journey: Journey) -> None:
    with journey.talk.step("Assess it again"):
        assessment = _assess(journey)
    _show_level(journey, assessment)
    journey.talk.checklist(assessment["checklist"])
    first = {criterion["id"]: criterion for criterion in journey.levels[0]["units"][0]["criteria"]}
    for criterion in assessment["units"][0]["criteria"]:
        if criterion["state"] == "pass" and first.get(criterion["id"], {}).get("state") != "pass":
            places = next((_place(evidence) for evidence in criterion["evidence"] if evidence["path"]), "")
            where = f" [cyan]{escape(places)}[/]" if places else ""
            journey.talk.say(f"[green]New:[/] {escape(criterion['message'])}{where}")


def _sum_up(journey: Journey) -> None:
    first, last = journey.levels[0], journey.levels[-1]
    stages = journey.document["stages"]
    unit = last["units"][0]
    steps = [criterion for id_ in unit["next_steps"][:2] for criterion in unit["criteria"] if criterion["id"] == id_]
    facts = Table.grid(padding=(0, 2))
    for name, text in {
        "pipeline": f"{_shown(journey.pipeline)}: {len(stages)} stages, {len(journey.document['parameters'])} parameters; "
        "ordinary papermill, DVC, Ploomber and MLflow",
        "proof": f"{len(journey.cells)} of {len(journey.cells)} code cells equal: in the notebook, under DVC, under Ploomber",
        "tracked": f"{_count(len(journey.runs), 'MLflow run')}; {_metrics(journey.runs[0])}",
        "next": "; then ".join(_imperative(step) for step in steps),
    }.items():
        facts.add_row(f"[dim]{name}[/]", escape(text))
    told = Group(
        f"[bold]Level {first['level']}  →  Level {last['level']}[/], score {first['score']} → {last['score']}, "
        f"in {journey.talk.elapsed}. Not a byte of the notebook changed.",
        "",
        facts,
        "",
        f"See it in JupyterLab: [bold]make lab[/] or [bold]jupyter lab {escape(_shown(journey.folder))}[/]. The level is in the "
        "right sidebar; [bold]Convert to pipeline[/] is in the notebook's toolbar.",
    )
    title = "[bold]From a notebook to a pipeline that is proven[/]"
    journey.talk.console.print()
    journey.talk.console.print(Panel(told, title=title, border_style="green", padding=(1, 2), width=_WIDTH))


# -- small things -----------------------------------------------------------------------------------------------------


def _assess(journey: Journey) -> dict[str, Any]:
    from jupyter_mlops import assess

    assessment: dict[str, Any] = assess(journey.folder).to_dict()
    journey.levels.append(assessment)
    return assessment


def _show_level(journey: Journey, assessment: Mapping[str, Any], before: str = "") -> None:
    level = assessment["level"]
    ahead = f", {assessment['progress']} % of the way to Level {level + 1}" if level < 4 else ""
    journey.talk.say(f"{before}[bold]Level {level}[/]{ahead}, score {assessment['score']}")


def _tracked_runs(folder: Path, document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What MLflow's store in the project's root holds, the newest run first."""
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{(folder / 'mlflow.db').resolve().as_posix()}")
    experiments = [experiment.experiment_id for experiment in client.search_experiments()]
    known = {parameter["name"] for parameter in document["parameters"]}
    return [
        {
            "name": run.info.run_name,
            "params": {name: value for name, value in run.data.params.items() if name in known},
            "metrics": run.data.metrics,
            "models": len(run.outputs.model_outputs) if run.outputs else 0,
        }
        for run in client.search_runs(experiments)
    ]


def _metrics(run: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value:.3f}" for name, value in sorted(run["metrics"].items())[:6])


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _imperative(criterion: Mapping[str, Any]) -> str:
    text = str(criterion["raise_by"] or criterion["message"]).rstrip(".")
    return text[:1].lower() + text[1:]


def _place(evidence: Mapping[str, Any]) -> str:
    if evidence["cell"] is not None:
        return f"{evidence['path']} cell {evidence['cell']}"
    return f"{evidence['path']}:{evidence['line']}" if evidence["line"] else str(evidence["path"])


def _ranges(numbers: list[int]) -> str:
    """``[0, 1, 2, 5]`` → ``"0-2, 5"``."""
    groups: list[list[int]] = []
    for number in numbers:
        if groups and number == groups[-1][-1] + 1:
            groups[-1].append(number)
        else:
            groups.append([number])
    return ", ".join(f"{group[0]}-{group[-1]}" if len(group) > 1 else str(group[0]) for group in groups)


def _shown(path: Path) -> str:
    """The path as one would type it here."""
    here = Path.cwd()
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else str(path)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
