"""Parameters outside the code, for pipelines of any tool: command-line options, configuration files, environment variables."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from jupyter_mlops.assessment.findings import CALL, Finding, Rung
from jupyter_mlops.assessment.flows import own_function
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.sites import sites, sources_of
from jupyter_mlops.assessment.trainings import relevant
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import mapping
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Call
from jupyter_mlops.project.shell import join

_OPTIONS = lazy(
    r"^(argparse\.ArgumentParser\(\)(\.\w+\(\))*\.(add_argument)|click\.(option|argument)|typer\.(Option|Argument|run|Typer)|absl\.flags\.DEFINE_\w+|fire\.Fire"
    r"|hydra\.(main|compose)|omegaconf\.OmegaConf\.load|yaml\.(safe_load|load|full_load)|tomllib\.loads?|tomli\.loads?|toml\.loads?|json\.loads?|dvc\.api\.params_show"
    r"|configparser\.\w+\(\)\.read|ruamel\.yaml[\w.()]*\.load|jsonargparse\.\w+|tyro\.cli|simple_parsing\.\w+|dynaconf\.\w+|confuse\.\w+|box\.ConfigBox"
    r"|transformers\.HfArgumentParser\(\)\.\w+|luigi\.\w*Parameter|metaflow\.Parameter|pydantic_settings\.\w+)$"
)
#: What a JSON file is called that says what to do; most of them hold data.
_SETTINGS = lazy(r"param|conf(ig)?\b|config|setting|option|hyper|(?<![a-z])hp(?![a-z])|cfg", re.IGNORECASE)
_TELLS = lazy(r"(?<![a-z])(dvc|pointer|manifest|metadata|lock)(?![a-z])", re.IGNORECASE)
#: What `argparse` does with an option that is given a value.
_VALUES = frozenset({"store", "append", "extend"})
_WORDS = (
    "argparse",
    "click",
    "typer",
    "absl",
    "fire",
    "hydra",
    "omegaconf",
    "yaml",
    "toml",
    "configparser",
    "dvc.api",
    "tyro",
    "Parser",
    "dynaconf",
    "luigi",
    "metaflow",
    "jsonargparse",
    "pydantic_settings",
    "json",
)


def _findings(unit: Unit) -> Iterator[Finding]:
    fits = frozenset(_training_nodes(unit))
    groups = {group for stage in fits for group in unit.reach.groups(*stage)}
    groups = groups & relevant(unit) or groups
    count = 0
    found = sorted(sources_of(unit, *_WORDS), key=lambda item: not _leads_to(unit, item[0], fits))
    for path, source in found:
        calls = [call for call in source.calls if _OPTIONS.match(call.name) and not _is_no_setting(call)]
        main = [call for call in source.module.calls if call.name == "hydra.main"]
        for site in sites(unit, path, (calls + main)[:1]):
            if site.reached and unit.reach.groups(path, site.scope) & groups:
                yield Finding(
                    "parameters",
                    "pipeline-reproducible",
                    Rung.E3,
                    "The code that trains takes its parameters from outside.",
                    part="parameters",
                    confidence=CALL,
                    path=path,
                    line=site.line,
                    end_line=site.end_line,
                    cell=site.cell,
                    chain=unit.reach.chain(path, site.scope),
                )
                count += 1
                break
        if count >= 3:
            return
    yield from _papermill(unit)
    yield from _of_tools(unit, fits)


def _of_tools(unit: Unit, fits: frozenset[tuple[str, str]]) -> Iterator[Finding]:
    """Parameters that the tool of the pipeline hands over: Snakemake's configuration, Kedro's, Dagster's, arguments of a run."""
    trains = [
        pipeline
        for pipeline in unit.pipelines
        if any(stage.node is not None and fits & unit.reach.behind(stage.node) for stage in pipeline.stages)
    ]
    for pipeline in trains:
        place = _HANDED.get(pipeline.tool, lambda _unit, _path: None)(unit, pipeline.path)
        if place is not None:
            yield Finding(
                "parameters",
                "pipeline-reproducible",
                Rung.E3,
                f"{pipeline.tool} hands over parameters from outside the code.",
                part="parameters",
                confidence=CALL,
                path=place[0],
                line=place[1],
            )
            return


def _of_snakemake(unit: Unit, path: str) -> tuple[str, int | None] | None:
    lines = (unit.project.text(path) or "").splitlines()
    named = next((number for number, line in enumerate(lines, 1) if line.startswith("configfile:")), None)
    used = any("config[" in line or "config.get(" in line for line in lines)
    return (path, named) if named is not None and used else None


def _of_kedro(unit: Unit, _path: str) -> tuple[str, int | None] | None:
    kept = [file.path for file in unit.named("parameters*.yml", "parameters*.yaml") if file.size]
    for path, source in sources_of(unit, "kedro") if kept else ():
        for call in source.calls:
            given = call.argument(1, "inputs") if call.attribute in ("node", "Node") else None
            texts = [node.value for node in ast.walk(given) if isinstance(node, ast.Constant)] if given else []
            if any(isinstance(text, str) and (text == "parameters" or text.startswith("params:")) for text in texts):
                return path, call.line
    return None


def _of_dagster(unit: Unit, _path: str) -> tuple[str, int | None] | None:
    for path, source in sources_of(unit, "dagster"):
        for scope in source.scopes:
            if scope.kind == "class" and "dagster.Config" in scope.bases and unit.reach.reached(path, scope.name):
                return path, scope.line
    return None


def _of_kubeflow(unit: Unit, _path: str) -> tuple[str, int | None] | None:
    for path, source in sources_of(unit, "kfp"):
        for call in source.calls:
            given = call.argument(None, "arguments") or call.argument(None, "params")
            if given is not None and call.name.startswith("kfp.") and "run" in call.attribute:
                return path, call.line
    for path, source in sources_of(unit, "parameter_values"):
        for site in sites(unit, path, [call for call in source.calls if call.attribute == "PipelineJob"]):
            if site.reached and site.cell is None and site.call.argument(None, "parameter_values") is not None:
                return path, site.line
    return None


def _of_zenml(unit: Unit, _path: str) -> tuple[str, int | None] | None:
    """`pipeline.with_options(config_path="train.yaml")`, where that file has parameters."""
    for path, source in sources_of(unit, "config_path"):
        for call in source.calls:
            given = call.text(None, "config_path") if call.attribute in ("with_options", "configure") else None
            for place in (given, join(path.rpartition("/")[0] or ".", given)) if given else ():
                told = mapping(next(iter(unit.project.yaml(place)), None)) if unit.project.exists(place) else {}
                steps = [mapping(step) for step in mapping(told.get("steps")).values()]
                if any(mapping(one.get("parameters")) for one in (told, *steps)):
                    return path, call.line
    return None


def _of_function(unit: Unit, path: str) -> tuple[str, int | None] | None:
    """Parameters of the function that is the pipeline, which whoever starts a run may give: it hands them to its steps."""
    source = unit.project.python(path)
    for scope in source.scopes if source is not None else ():
        if not any(decorator.replace("()", "").endswith(_FLOWS) for decorator in scope.decorators):
            continue
        arguments = getattr(scope.node, "args", None)
        names = {one.arg for one in (*arguments.args, *arguments.kwonlyargs)} if arguments is not None else set()
        for call in scope.calls:
            given = [*call.node.args, *(keyword.value for keyword in call.node.keywords)]
            step = own_function(unit, path, call)
            if step is not None and any(isinstance(node, ast.Name) and node.id in names for node in given):
                return path, scope.line
    return None


def _of_pipeline_or_run(unit: Unit, path: str) -> tuple[str, int | None] | None:
    return _of_kubeflow(unit, path) or _of_function(unit, path)


_FLOWS = (".flow", ".pipeline", ".workflow")

_HANDED = {
    "Prefect": _of_function,
    "ZenML": _of_zenml,
    "Flyte": _of_function,
    "Snakemake": _of_snakemake,
    "Kedro": _of_kedro,
    "Dagster": _of_dagster,
    "Kubeflow Pipelines": _of_pipeline_or_run,
}


def _is_no_setting(call: Call) -> bool:
    """Whether an option only switches something on, or a file that is loaded tells of data instead of what to do: `yaml.safe_load(dvc_pointer.read_text())`."""
    if call.attribute == "add_argument" and (call.text(None, "action") or "store") not in _VALUES:
        return True  # `--no-register` says whether to do something, and not how
    if call.name.startswith("json."):
        bound = [name for name, made in call.scope.bound.items() if made == f"{call.name}()"]
        return not any(_SETTINGS.search(said) for said in (*map(ast.unparse, call.node.args), *bound))
    return "load" in call.attribute and any(_TELLS.search(ast.unparse(argument)) for argument in call.node.args)


def _leads_to(unit: Unit, path: str, fits: frozenset[tuple[str, str]]) -> bool:
    """Whether a file starts training by itself: its own options say more than those of scripts beside it."""
    return bool(fits & unit.reach.behind((path, ""), (path, "__main__")))


def _training_nodes(unit: Unit) -> list[tuple[str, str]]:
    from jupyter_mlops.assessment.trainings import trainings

    return [(site.path, site.scope) for site in trainings(unit) if site.reached]


def _papermill(unit: Unit) -> Iterator[Finding]:
    """Notebooks with a cell tagged `parameters`, run by papermill with parameters."""
    for launch in unit.launches:
        for target, command in unit.reach.targets(launch):
            given = {
                "-p",
                "-r",
                "-f",
                "-y",
                "--parameters",
                "--parameters_file",
                "--parameters_raw",
                "--parameters_yaml",
            } & set(target.arguments)
            if target.kind != "notebook" or not given:
                continue
            notebook = unit.project.notebook(target.value)
            cell = (
                next((cell for cell in notebook.cells if "parameters" in cell.tags), None)
                if notebook is not None
                else None
            )
            if cell is not None:
                yield Finding(
                    "parameters",
                    "pipeline-reproducible",
                    Rung.E3,
                    f"papermill hands parameters to {target.value}.",
                    part="parameters",
                    confidence=CALL,
                    path=target.value,
                    line=1,
                    cell=cell.index,
                    chain=(f"{launch.path}:{launch.line_of(command)}",),
                )
                return


PROBE = Probe(
    id="parameters",
    title="parameters outside the code",
    reads="Python code and notebooks, papermill commands",
    credits="wired: the code that trains reads options, a configuration file or papermill parameters, or is handed those of the pipeline",
    findings=_findings,
)
