"""Self-healing: roll-backs after failed checks, events that start a repair, fall-backs and quarantines, each verified."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from jupyter_mlops.assessment.findings import CALL, CONVENTION, PARSED, Finding, Rung
from jupyter_mlops.assessment.kube import containers_of, objects
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import entries, items, line_of, mapping
from jupyter_mlops.project.patterns import lazy

_CRITERION = "self-healing"
_ROLLBACK = lazy(
    r"\bkubectl\b.*\brollouts?\s+(undo|abort)\b|\bhelm\s+rollback\b|\brollback\w*\b|--to-revision|update-traffic.*--to-revisions|restore_previous|\bgit\s+(checkout|revert|reset|restore)\b.*\bHEAD(~1?\b|\^)",
    re.IGNORECASE,
)
#: What starts a command in Python.
_RUNS = lazy(r"(^|\.)(run|call|check_call|check_output|Popen|system|execute|sh|create_subprocess_exec)$")
_VERIFY = lazy(
    r"rollout\s+status|\bkubectl\s+wait\b|\bcurl\b.*(health|ready|ping)|smoke|health[-_]?check|helm\s+test|verify",
    re.IGNORECASE,
)
_ACTS = lazy(
    r"roll_?back|fall_?back|quarantin|(^|_)restore|self_?heal|repair|remediat|revert|previous_model|last_good",
    re.IGNORECASE,
)
#: Transactions of databases, and stand-ins for a page or a plot: nothing of the service is repaired.
_ELSEWHERE = lazy(
    r"\b(db|database|session|conn|connection|cursor|transaction|tx|engine|uow|repo\w*)\d*\.rollback|html|plot|render|report|template|default|summary|text|message|response|reply|answer|prompt|label|logg",
    re.IGNORECASE,
)
_CHECKS = lazy(r"verif|health|check|validate|assert|is_ok|evaluate|smoke|probe|recover", re.IGNORECASE)
_ALERTED = lazy(r"(^|[._])(alerts?|on_alert|handle_alerts?|alertmanager|incident|heal|webhook)($|_)", re.IGNORECASE)


def _findings(unit: Unit) -> Iterator[Finding]:
    yield from _pipelines(unit)
    yield from _atomic(unit)
    yield from _code(unit)
    yield from _weak(unit)


def _healing(
    rung: Rung,
    message: str,
    path: str,
    line: int | None,
    confidence: float = CONVENTION,
    raise_by: str | None = None,
    chain: tuple[str, ...] = (),
) -> Finding:
    return Finding(
        "healing",
        _CRITERION,
        rung,
        message,
        confidence=confidence,
        path=path,
        line=line,
        raise_by=raise_by,
        chain=chain,
    )


def _pipelines(unit: Unit) -> Iterator[Finding]:
    """Workflows with a step `if: failure()` that rolls back, and a check before and after it."""
    for file in unit.all_files.inside(".github/workflows"):
        if file.suffix not in (".yml", ".yaml"):
            continue
        for document in unit.project.yaml(file.path):
            for _name, job, _line in items(mapping(document).get("jobs")):
                yield from _job(file.path, mapping(job))


def _job(path: str, job: dict[Any, Any]) -> Iterator[Finding]:
    steps = [(mapping(step), line) for step, line in entries(job.get("steps"))]
    texts = [f"{step.get('name') or ''}\n{step.get('run') or ''}" for step, _line in steps]
    for position, (step, line) in enumerate(steps):
        failed = "failure()" in str(step.get("if") or job.get("if") or "")
        if not failed or not _ROLLBACK.search(str(step.get("run") or step.get("uses") or "")):
            continue
        detected = any(_VERIFY.search(text) for text in texts[:position]) or "failure()" in str(job.get("if") or "")
        verified = _VERIFY.search(texts[position]) or any(_VERIFY.search(text) for text in texts[position + 1 :])
        place = line_of(step, "run") or line
        if detected and verified:
            yield _healing(
                Rung.E3,
                "A failed check after deployment rolls back, and the roll-back is checked.",
                path,
                place,
                PARSED,
            )
        else:
            what = "checks the result" if detected else "detects the failure"
            yield _healing(
                Rung.E2,
                f"It rolls back on failure, but nothing {what}.",
                path,
                place,
                PARSED,
                "Check the service before and after the roll-back.",
            )


def _atomic(unit: Unit) -> Iterator[Finding]:
    for launch in unit.launches:
        for command in launch.commands:
            if (
                command.words[:1] == ("helm",)
                and "upgrade" in command.words
                and {"--atomic", "--rollback-on-failure"} & set(command.words)
                and launch.kind == "ci"
            ):
                yield _healing(
                    Rung.E3,
                    "Helm waits for the release to become ready, and rolls back when it does not (`--atomic`).",
                    launch.path,
                    launch.line_of(command),
                    CONVENTION,
                )


def _code(unit: Unit) -> Iterator[Finding]:
    """Functions that detect, act and verify: a branch on a check, a repair in it, and a check after."""
    for path in unit.mentioning(
        "rollback",
        "roll_back",
        "fallback",
        "fall_back",
        "quarantine",
        "restore",
        "heal",
        "remediate",
        "last_good",
        "previous_model",
        "undo",
    ):
        source = unit.project.python(path)
        if source is None or unit.is_test(path):
            continue
        for scope in source.scopes:
            if scope.kind == "class":
                continue
            for node in (
                inner
                for statement in scope.body
                if not isinstance(statement, (ast.FunctionDef, ast.ClassDef))
                for inner in ast.walk(statement)
            ):
                act = _act_in(node) or (_act_after_alert(node) if _ALERTED.search(scope.name) else None)
                if act is None or not unit.reach.reached(path, scope.name):
                    continue
                verified = any(_CHECKS.search(_last(call.name)) and call.line > act.lineno for call in scope.calls)
                chain = unit.reach.chain(path, scope.name)
                if verified:
                    yield _healing(
                        Rung.E3,
                        "A failed check leads to a repair, which is checked in turn.",
                        path,
                        act.lineno,
                        CALL,
                        chain=chain,
                    )
                else:
                    yield _healing(
                        Rung.E2,
                        "A failure leads to a repair, which nothing checks.",
                        path,
                        act.lineno,
                        CALL,
                        "Check the result of the repair.",
                        chain,
                    )
                return


def _act_in(node: ast.AST) -> ast.Call | None:
    """The repairing call in a branch on a check or in an exception handler."""
    if isinstance(node, ast.If):
        body = node.body
        if not any(
            isinstance(inner, (ast.Call, ast.Compare, ast.Name, ast.Attribute)) for inner in ast.walk(node.test)
        ):
            return None
    elif isinstance(node, ast.ExceptHandler):
        body = node.body
    else:
        return None
    for inner in (found for statement in body for found in ast.walk(statement)):
        if isinstance(inner, ast.Call):
            if _undoes(inner):
                return inner
            name = inner.func.attr if isinstance(inner.func, ast.Attribute) else getattr(inner.func, "id", "")
            owner = ast.unparse(inner.func.value) if isinstance(inner.func, ast.Attribute) else ""
            if _ACTS.search(name) and not _ELSEWHERE.search(f"{owner}.{name}"):
                return inner
    return None


def _last(name: str) -> str:
    return name.rpartition(".")[2].lstrip(":?")


def _act_after_alert(node: ast.AST) -> ast.Call | None:
    """The repairing call of what an alert starts: the alert is the detection."""
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return None
    called = node.value.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return node.value if _ACTS.search(name) and not _ELSEWHERE.search(ast.unparse(called)) else None


def _undoes(call: ast.Call) -> bool:
    """Whether a call runs a command that rolls back: `subprocess.run(["kubectl", "rollout", "undo", …])`."""
    given = call.args[0] if call.args else None
    parts = given.elts if isinstance(given, (ast.List, ast.Tuple)) else [given]
    words = [node.value for node in parts if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return _RUNS.search(ast.unparse(call.func)) is not None and bool(_ROLLBACK.search(" ".join(words)))


def _weak(unit: Unit) -> Iterator[Finding]:
    """Retries and restarts: useful, and not a repair."""
    for item in objects(unit, "Deployment", "StatefulSet"):
        for container in containers_of(item):
            if "livenessProbe" in container:
                yield _healing(
                    Rung.E1,
                    f"{item.kind} {item.name} is restarted when it is dead; nothing else is repaired.",
                    item.path,
                    line_of(container, "livenessProbe"),
                    PARSED,
                )
                return


PROBE = Probe(
    id="healing",
    title="roll-backs, fall-backs, quarantines",
    reads="CI files, Python code, manifests",
    credits="declared: restarts and retries · configured: a repair that nothing checks · wired: detect, act and verify",
    findings=_findings,
)
