"""Parameters outside the code, for pipelines of any tool: command-line options, configuration files, environment variables."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from jupyter_mlops.assessment.findings import CALL, Finding, Rung
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.sites import sites, sources_of
from jupyter_mlops.assessment.trainings import relevant
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Call

_OPTIONS = lazy(
    r"^(argparse\.ArgumentParser\(\)(\.\w+\(\))*\.(add_argument)|click\.(option|argument)|typer\.(Option|Argument|run|Typer)|absl\.flags\.DEFINE_\w+|fire\.Fire"
    r"|hydra\.(main|compose)|omegaconf\.OmegaConf\.load|yaml\.(safe_load|load|full_load)|tomllib\.load|tomli\.load|toml\.load|dvc\.api\.params_show"
    r"|configparser\.\w+\(\)\.read|ruamel\.yaml[\w.()]*\.load|jsonargparse\.\w+|tyro\.cli|simple_parsing\.\w+|dynaconf\.\w+|confuse\.\w+|box\.ConfigBox"
    r"|transformers\.HfArgumentParser\(\)\.\w+|luigi\.\w*Parameter|metaflow\.Parameter|pydantic_settings\.\w+)$"
)
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


def _is_no_setting(call: Call) -> bool:
    """Whether an option only switches something on, or a file that is loaded tells of data instead of what to do: `yaml.safe_load(dvc_pointer.read_text())`."""
    if call.attribute == "add_argument" and (call.text(None, "action") or "store") not in _VALUES:
        return True  # `--no-register` says whether to do something, and not how
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
    credits="wired: the code that trains reads options, a configuration file or papermill parameters",
    findings=_findings,
)
