"""Structured logs: structlog, JSON formatters, loguru, agents of clouds, records of predictions."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from jupyter_mlops.assessment.findings import CALL, CONFIGURED, Finding, Findings, Rung
from jupyter_mlops.assessment.kube import applied_by, objects
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.sites import Site, sites, sources_of
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import line_of, mapping
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Call, PythonSource

_WORDS = (
    *("structlog", "pythonjsonlogger", "json_log_formatter", "ecs_logging", "loguru", "json.dumps", "cloud.logging"),
    *(
        "aws_lambda_powertools",
        "LoggingHandler",
        "configure_azure_monitor",
        "bentoml.monitor",
        "DataCaptureConfig",
        "dictConfig",
    ),
)
_CALLS = lazy(
    r"^structlog\.([\w.]*\.)?(configure|get_logger)$|^pythonjsonlogger\.[\w.]*Formatter$|^json_log_formatter\.\w+$|^ecs_logging\.\w+$"
    r"|^google\.cloud\.logging[\w.()]*\.setup_logging$|^aws_lambda_powertools(\.logging)?\.Logger$|^opentelemetry[\w.]*\.LoggingHandler$"
    r"|^azure\.monitor\.opentelemetry\.configure_azure_monitor$|^bentoml\.monitor$|^sagemaker\.model_monitor\.DataCaptureConfig$"
)
_FORMATTERS = lazy(
    r"pythonjsonlogger\.[\w.]*Formatter|json_log_formatter\.\w+|structlog\.stdlib\.ProcessorFormatter|ecs_logging\.\w+|JsonFormatter\b"
)
_LEVELS = frozenset({"debug", "info", "warning", "error", "critical", "log", "exception"})


_found = Findings("structured-logs", "structured-logs", "Set it up where the service starts.", confidence=CALL)


def _findings(unit: Unit) -> Iterator[Finding]:
    for path, source in sources_of(unit, *_WORDS):
        calls = [call for call in source.calls if _logs_fields(source, call)]
        for site in sorted(sites(unit, path, calls), key=lambda site: not site.reached)[:3]:
            yield _judged(unit, site)
    yield from _configured(unit)
    for item in objects(unit, "InferenceService"):
        predictor = mapping(item.spec.get("predictor"))
        if mapping(predictor.get("logger")).get("url"):
            by = applied_by(unit, item.path)
            message = f"KServe sends what {item.name} is asked and answers to a log{'' if by else ', if somebody applies it'}."
            line = line_of(predictor, "logger") or item.line
            yield _found(Rung.E3 if by else Rung.E2, message, item.path, line, (by,) if by else ())


def _logs_fields(source: PythonSource, call: Call) -> bool:
    if _CALLS.search(call.name):
        return True
    if call.name == "loguru.logger.add":
        serialized = call.argument(None, "serialize")
        return isinstance(serialized, ast.Constant) and serialized.value is True
    if call.name == "logging.config.dictConfig":
        return any(
            isinstance(node, ast.Constant) and isinstance(node.value, str) and _FORMATTERS.search(node.value)
            for node in ast.walk(source.tree)
        )
    if call.attribute in _LEVELS and "log" in call.name.rpartition(".")[0].lower():
        given = call.argument(0)
        return isinstance(given, ast.Call) and call.scope.dotted(given.func) == "json.dumps"
    # A formatter of one's own.
    around = call.scope.parent
    return (
        call.name == "json.dumps"
        and call.scope.name.endswith(".format")
        and around is not None
        and any(base.startswith(("logging.", "pythonjsonlogger.")) for base in around.bases)
    )


def _judged(unit: Unit, site: Site) -> Finding:
    # A formatter's method is called by the logging that its class is given to.
    reached = site.reached or (site.scope.endswith(".format") and unit.reach.reached(site.path, ""))
    what = (
        "A formatter writes records as JSON" if site.scope.endswith(".format") else f"`{site.call.name}` logs in fields"
    )
    return _found(
        Rung.E3 if reached else Rung.E2,
        f"{what}{'' if reached else ', in code that nothing runs'}.",
        site.path,
        site.line,
        unit.reach.chain(site.path, site.scope) if site.reached else (),
        cell=site.cell,
        confidence=CALL,
    )


def _configured(unit: Unit) -> Iterator[Finding]:
    """Settings of logging in files, which code or a server loads."""
    for file in unit.named("*log*.yml", "*log*.yaml", "*log*.ini", "*log*.conf", "*log*.cfg", "*log*.json"):
        if file.special is not None or file.size > 100_000:
            continue
        lines = (unit.project.text(file.path) or "").splitlines()
        line = next(
            (
                number
                for number, text in enumerate(lines, 1)
                if not text.lstrip().startswith("#") and _FORMATTERS.search(text)
            ),
            None,
        )
        if line is not None:
            by = _loaded(unit, file.name)
            message = f"{file.path} sets up logs in fields{'' if by else ', and nothing loads it'}."
            yield _found(
                Rung.E3 if by else Rung.E2, message, file.path, line, (by,) if by else (), confidence=CONFIGURED
            )


def _loaded(unit: Unit, name: str) -> str:
    for launch in unit.launches:
        for command in launch.commands:
            if any(word.rpartition("/")[2] == name for word in command.words):
                return f"{launch.path}:{launch.line_of(command)}"
    for path, source in sources_of(unit, "dictConfig", "fileConfig"):
        for site in sites(
            unit, path, [call for call in source.calls if call.attribute in ("dictConfig", "fileConfig")]
        ):
            if site.reached and name in (unit.project.text(path) or ""):
                return f"{path}:{site.line}"
    return ""


PROBE = Probe(
    id="structured-logs",
    title="structlog, python-json-logger, loguru, ECS, OpenTelemetry, clouds, KServe, BentoML",
    reads="Python code, settings of logging, InferenceServices",
    credits="configured: in code that nothing runs, in settings that nothing loads · wired: set up by code that runs",
    findings=_findings,
)
