"""Functions of AWS Lambda that a schedule starts: which of the project's functions they are. Terraform and the Serverless Framework."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from jupyter_mlops.assessment.terraform import Resource, data_blocks, resources
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.marks import entries, items, mapping
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.shell import join

_HANDLER = lazy(r'^\s*handler\s*=\s*"([\w./-]+)\.(\w+)"', re.MULTILINE)
_ARCHIVE = lazy(r"data\.archive_file\.(\w+)\.")
_SOURCE = lazy(r'^\s*(source_file|source_dir)\s*=\s*"(?:\$\{path\.(?:module|root)\}/)?([^"$]+)"', re.MULTILINE)
_TIMED = lazy(r'schedule_expression\s*=\s*(?!"")\S')
_OFF = lazy(r'state\s*=\s*"DISABLED"|is_enabled\s*=\s*false')


def scheduled_functions(unit: Unit) -> Iterator[Launch]:
    """What the functions run that a schedule starts.

    Args:
        unit: the unit.
    """
    # What applies them is looked for in the text: which commands are run is not known before all launches are.
    functions = [one for one in resources(unit) if one.kind == "aws_lambda_function"]
    if functions and (unit.named("atlantis.yaml") or _says(unit, _APPLIES)):
        yield from _of_terraform(unit, functions)
    if unit.named(*_SERVERLESS) and _says(unit, _DEPLOYS):
        yield from _of_serverless(unit)


_APPLIES = lazy(r"^(?!\s*#).*\b(terraform|tofu|terragrunt)\b[^\n]*\bapply\b", re.MULTILINE)
_DEPLOYS = lazy(r"^(?!\s*#).*\b(serverless|sls) deploy\b|^[^#\n]*serverless/github-action", re.MULTILINE)
_SERVERLESS = ("serverless.yml", "serverless.yaml")


def _says(unit: Unit, pattern: re.Pattern[str]) -> bool:
    """Whether a file of CI, a Makefile or a script has a command."""
    files = unit.all_files.suffixed(".yml", ".yaml", ".sh", ".toml", "")
    return any(pattern.search(unit.project.text(file.path) or "") for file in files if file.size < 100_000)


def _of_terraform(unit: Unit, functions: list[Resource]) -> Iterator[Launch]:
    timed = list(_started(resources(unit)))
    for function in functions:
        handler = _HANDLER.search(function.body)
        by = next((one for one in timed if f"aws_lambda_function.{function.name}." in one.body), None)
        if handler is None or by is None:
            continue
        for folder in _folders(unit, function):
            yield from _launch(unit, folder, handler[1], handler[2], function.path, function.line, function.name)


def _started(found: list[Resource]) -> Iterator[Resource]:
    """What names a function that a time starts: a schedule, or the target of a rule with one."""
    rules = {one.name for one in found if one.kind == "aws_cloudwatch_event_rule" and _runs(one)}
    for one in found:
        of_rule = any(f"event_rule.{name}." in one.body for name in rules)
        if (one.kind == "aws_scheduler_schedule" and _runs(one)) or (
            one.kind == "aws_cloudwatch_event_target" and of_rule
        ):
            yield one


def _runs(resource: Resource) -> bool:
    return bool(_TIMED.search(resource.body)) and not _OFF.search(resource.body)


def _folders(unit: Unit, function: Resource) -> Iterator[str]:
    """The folders that a function's code is packed from."""
    named = {found[1] for found in _ARCHIVE.finditer(function.body)}
    bodies = [one.body for one in data_blocks(unit) if one.kind == "archive_file" and one.name in named]
    for kind, place in (found for body in (function.body, *bodies) for found in _SOURCE.findall(body)):
        folder = posixpath.dirname(place) if kind == "source_file" else place
        yield join(posixpath.dirname(function.path) or ".", folder or ".")


def _of_serverless(unit: Unit) -> Iterator[Launch]:
    """`functions:` of a serverless.yml with an event `schedule`."""
    for file in unit.named(*_SERVERLESS):
        for document in unit.project.yaml(file.path):
            for name, function, line in items(mapping(document).get("functions")):
                handler = mapping(function).get("handler")
                events = [mapping(event) for event, _line in entries(mapping(function).get("events"))]
                timed = [event["schedule"] for event in events if event.get("schedule")]
                on = [one for one in timed if mapping(one).get("enabled") is not False]
                if isinstance(handler, str) and "." in handler and on:
                    module, _, called = handler.rpartition(".")
                    yield from _launch(unit, file.folder, module, called, file.path, line, name)


def _launch(
    unit: Unit, folder: str, module: str, called: str, path: str, line: int | None, name: str
) -> Iterator[Launch]:
    code = join(folder, f"{module}.py")
    if unit.project.kind(code) != "file":
        return
    dotted = unit.local(code).removesuffix(".py").replace("/", ".")
    yield Launch(
        f"{path}#lambda/{name}",
        "schedule",
        path,
        line,
        f'python -c "from {dotted} import {called}; {called}()"',
        unit.path,
        f"function {name} of Lambda",
        triggers=frozenset({"schedule"}),
    )
