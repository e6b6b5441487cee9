"""Data-quality checks on live data: expectations and schemas that a schedule runs on what comes in, apart from training."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from jupyter_mlops.assessment.schedules import triggers
from jupyter_mlops.assessment.services import PREDICTS
from jupyter_mlops.assessment.sites import Site, sites, sources_of
from jupyter_mlops.assessment.trainings import trainings
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.marks import mapping, sequence
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import constant_truth
from jupyter_mlops.project.reach import LAUNCH, Node, scope_named
from jupyter_mlops.project.shell import join

_WORDS = ("great_expectations", "pandera", "soda", "tensorflow_data_validation")
_CHECKS = lazy(
    r"^great_expectations[\w.()\[\]]*\.(run_checkpoint|run|validate)$|^pandera[\w.]*\.DataFrameSchema\(\)\.validate$"
    r"|^soda\.scan\.Scan\(\)\.execute$|^tensorflow_data_validation\.validate_statistics$"
)
_LIVE = lazy(
    r"(^|[^a-z])(live|current|production|prod|serving|inference|incoming|recent|today|latest|online|scor(e|ing)|requests?)([^a-z]|$)",
    re.IGNORECASE,
)
_OPERATOR = "GreatExpectationsOperator"


def live_checks(unit: Unit) -> list[Site]:
    """Calls that check live data, and run by themselves where nothing is trained."""
    return unit.once("live checks", lambda: list(_found(unit)))


def _found(unit: Unit) -> Iterator[Site]:
    for path, source in sources_of(unit, *_WORDS):
        for site in sites(unit, path, [call for call in source.calls if _CHECKS.match(call.name)]):
            if _is_live(unit, site) and not (_is_of_expectations(site) and _expects_nothing(unit)):
                yield site


def _is_of_expectations(site: Site) -> bool:
    """Whether a check is one of Great Expectations, which looks its suite up."""
    return site.call.name.startswith("great_expectations")


def _expects_nothing(unit: Unit) -> bool:
    """Whether the suites of Great Expectations that the project keeps have no expectation, and no code adds one."""
    suites = [
        document["expectations"]
        for file in unit.files.suffixed(".json")
        if "/expectations/" in f"/{file.path}" and "expectations" in (document := mapping(unit.project.json(file.path)))
    ]
    adds = unit.mentioning("expect_", "add_expectation", "gx.expectations", "great_expectations.expectations")
    return bool(suites) and not any(sequence(suite) for suite in suites) and not adds


def failing_operators(unit: Unit) -> Iterator[Site]:
    """Operators of Airflow that validate live data and fail their task by themselves, in DAGs that are scheduled."""
    for path, source in sources_of(unit, _OPERATOR):
        for site in sites(unit, path, [call for call in source.calls if call.attribute == _OPERATOR]):
            lets = site.call.argument(None, "fail_task_on_validation_failure")
            if _expects_nothing(unit):
                continue
            if (lets is None or constant_truth(lets) is not False) and _LIVE.search(ast.unparse(site.call.node)):
                yield site


def scheduled_scans(unit: Unit) -> Iterator[tuple[Launch, int | None]]:
    """Commands of Soda that scan live data by a schedule: they fail where a check does."""
    for launch in unit.launches:
        timed = launch.kind == "schedule" or (launch.kind == "ci" and "schedule" in launch.triggers)
        for command in launch.commands if timed and launch.neutralised is None else ():
            if command.words[:2] == ("soda", "scan") and not command.neutralised:
                files = [join(join(launch.folder, command.folder), word) for word in command.words[2:]]
                texts = [unit.project.text(path) or "" for path in files if path.endswith((".yml", ".yaml"))]
                if any("checks for" in text and _LIVE.search(text.replace("_", " ")) for text in texts):
                    yield launch, launch.line_of(command)


def _is_live(unit: Unit, site: Site) -> bool:
    fits: set[Node] = {(one.path, one.scope) for one in trainings(unit)}
    for trigger in triggers(unit):
        behind = unit.reach.behind(*trigger.nodes)
        if (site.path, site.scope) in behind and not fits & behind:
            said = f"{site.path} {site.scope} {ast.unparse(site.call.node)} {trigger.what}"
            return bool(_LIVE.search(said.replace("_", " "))) or _scores(unit, behind)
    return False


def _scores(unit: Unit, behind: frozenset[Node]) -> bool:
    """Whether what runs asks a model as well: what is checked there is what it is asked about."""
    for path, name in behind:
        source = unit.project.python(path) if name != LAUNCH else None
        scope = scope_named(source, name) if source is not None else None
        if scope is not None and any(PREDICTS.search(call.name) for call in scope.calls):
            return True
    return False
