"""Approval before promotion: recorded approvals that are checked, policies that are invoked, protected environments."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise

from jupyter_mlops.assessment.approval_steps import approval_steps
from jupyter_mlops.assessment.findings import CALL, CONVENTION, PARSED, Finding, Rung
from jupyter_mlops.assessment.kube import applied_by, objects
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.handed_scripts import SHELL_CALLS
from jupyter_mlops.project.marks import items, mapping
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Call, Scope
from jupyter_mlops.project.shell import join

_APPROVED = lazy(r"approv|sign(ed)?[-_ ]?off(?![a-z])", re.IGNORECASE)
_RELEASES = lazy(r"promot|releas|deploy|publish|regist|rollout|champion|alias|transition|approv", re.IGNORECASE)
#: Approved data is no approved model.
_OF_DATA = lazy(r"input|path|file|data|feedback|label|amount|loan|credit|applicant", re.IGNORECASE)
_PROTECTED = lazy(r"prod|live|release|promot|approv|deploy", re.IGNORECASE)
#: A rule of a policy in Rego: a name with a body, a value, or elements.
_RULE = lazy(
    r"^(default\s+)?(deny|violation|warn|allow|approved|result)\w*\s*(\[|\{|:?=|contains\b|if\b)", re.MULTILINE
)
#: `allow = true`: a rule that holds whatever is asked, and what holds where no other rule does.
_FIXED = lazy(r"^(default\s+)?\w+\s*:?=\s*(true|false)[ \t]*$", re.MULTILINE)
_DENIES = lazy(r"^(deny|violation|warn)\w*\s*(\[|\{|:?=|contains\b|if\b)", re.MULTILINE)
_POLICY = {
    ("conftest", "test"),
    ("opa", "eval"),
    ("opa", "exec"),
    ("kyverno", "apply"),
}
#: Tests of the policies themselves: they hold back no model.
_TESTS_OF_POLICIES = {("opa", "test"), ("kyverno", "test"), ("conftest", "verify")}


def _findings(unit: Unit) -> Iterator[Finding]:
    yield from _policies(unit)
    yield from _asked_by_code(unit)
    yield from _checked(unit)
    yield from approval_steps(unit)
    yield from _environments(unit)


def _approval(rung: Rung, message: str, path: str, line: int | None, **more: object) -> Finding:
    return Finding("approval", "governed", rung, message, part="approval", path=path, line=line, **more)  # type: ignore[arg-type]


def _policies(unit: Unit) -> Iterator[Finding]:
    for launch in unit.launches:
        if launch.kind not in ("ci", "stage", "schedule") or launch.neutralised:
            continue
        for command in launch.commands:
            asked = (command.words[0].rpartition("/")[2], *command.words[1:2]) if command.words else ()
            if asked in _TESTS_OF_POLICIES and not command.neutralised:
                yield _approval(
                    Rung.E2,
                    f"Policies are tested, and nothing here asks them: `{command.text[:60]}`.",
                    launch.path,
                    launch.line_of(command),
                    raise_by="Ask the policy where the model is promoted: `conftest test`, `opa eval`.",
                )
            if asked not in _POLICY or command.neutralised:
                continue
            missing = _missing_rules(unit, command.words, join(launch.folder, command.folder))
            yield _policy(missing, command.text, launch.path, launch.line_of(command))
    for item in objects(unit, "ClusterPolicy", "Policy", "ConstraintTemplate", "ValidatingAdmissionPolicy"):
        by = applied_by(unit, item.path)
        rung = Rung.E3 if by else Rung.E2
        yield _approval(
            rung,
            f"Policy {item.name}{'' if by else ', which nothing applies'}.",
            item.path,
            item.line,
            confidence=PARSED,
            chain=(by,) if by else (),
        )


def _policy(missing: str | None, text: str, path: str, line: int | None, **more: object) -> Finding:
    if missing is None:
        return _approval(Rung.E3, f"A policy is checked: `{text[:60]}`.", path, line, **{"confidence": PARSED, **more})
    return _approval(
        Rung.E1,
        f"`{text[:60]}` checks nothing: {missing}.",
        path,
        line,
        confidence=PARSED,
        raise_by="Write the policy's rules where the command looks for them.",
    )


def _asked_by_code(unit: Unit) -> Iterator[Finding]:
    """Code that asks a policy and stops, or does not promote, when it says no: `subprocess.run(["conftest", "test", …])`."""
    for path in unit.mentioning(*sorted({program for program, _verb in _POLICY})):
        source = unit.project.python(path)
        if source is None or unit.is_test(path):
            continue
        for call in source.calls:
            words = _words(call)
            if tuple(words[:2]) not in _POLICY or not _promotes(path, call.scope) or not _obeyed(call):
                continue
            name = call.scope.name
            if unit.reach.reached(path, name):
                missing = _missing_rules(unit, words, unit.path)
                chain = unit.reach.chain(path, name)
                yield _policy(missing, " ".join(words), path, call.node.lineno, confidence=CALL, chain=chain)


def _words(call: Call) -> tuple[str, ...]:
    """The words of a command that code runs, as far as they are written out."""
    given = call.node.args[0] if call.name in SHELL_CALLS and call.node.args else None
    if isinstance(given, ast.Constant) and isinstance(given.value, str):
        return tuple(given.value.split())
    parts = given.elts if isinstance(given, (ast.List, ast.Tuple)) else []
    return tuple(
        part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else "$" for part in parts
    )


def _obeyed(call: Call) -> bool:
    """Whether code stops when a command fails: by an error, or in a branch on its status."""
    if call.name in ("subprocess.check_call", "subprocess.check_output"):
        return True
    checked = call.argument(None, "check")
    if isinstance(checked, ast.Constant) and checked.value is True:
        return True
    nodes = [node for statement in call.scope.body for node in ast.walk(statement)]
    kept = {
        target.id
        for node in nodes
        if isinstance(node, ast.Assign) and any(inner is call.node for inner in ast.walk(node.value))
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return any(
        isinstance(node, ast.If)
        and _stops(node)
        and any(
            inner is call.node or (isinstance(inner, ast.Name) and inner.id in kept) for inner in ast.walk(node.test)
        )
        for node in nodes
    )


def _missing_rules(unit: Unit, words: tuple[str, ...], folder: str) -> str | None:
    """Why conftest or OPA finds no rule to check; None when it finds one, or when rules come from elsewhere."""
    if words[0] not in ("conftest", "opa") or words[1] == "exec":
        return None
    places = [
        value
        for option, value in pairwise(words)
        if option in ("--policy", "-p", "--data", "-d", "--bundle", "-b", "--update", "-u")
    ]
    if any("://" in place or "$" in place for place in places):
        return None
    if not places:
        places = ["policy"] if words[0] == "conftest" else [word for word in words[2:] if word[0] != "-"]
    folders = [join(folder, place) for place in places]
    rules = [
        file.path
        for file in unit.all_files.suffixed(".rego")
        if any(file.path == place or f"{place}/" in f"./{file.path}"[2:] for place in folders)
    ]
    if not rules:
        return f"there is no policy in {' or '.join(folders)}"
    texts = [_FIXED.sub("", unit.project.text(path) or "") for path in rules]
    if not any(_RULE.search(text) for text in texts):
        return f"{rules[0]} has no rule that depends on anything"
    if words[0] == "conftest" and not any(_DENIES.search(text) for text in texts):
        return f"{rules[0]} denies nothing, and conftest asks for no other rule"
    return None


def _checked(unit: Unit) -> Iterator[Finding]:
    """Code that asks for a recorded approval and stops without one."""
    for path in unit.mentioning("approv", "Approv", "APPROV", "signoff", "sign_off", "sign-off", "signed_off"):
        source = unit.project.python(path)
        if source is None or unit.is_test(path):
            continue
        for scope in source.scopes:
            for statement in scope.body:
                for node in ast.walk(statement):
                    if (
                        isinstance(node, ast.If)
                        and _asks(node.test, scope)
                        and _stops(node)
                        and not _nested(statement)
                        and _promotes(path, scope)
                    ):
                        reached = unit.reach.reached(path, scope.name)
                        yield _approval(
                            Rung.E3 if reached else Rung.E2,
                            f"`{ast.unparse(node.test)[:60]}` is asked for before promotion.",
                            path,
                            node.lineno,
                            confidence=CALL,
                            chain=unit.reach.chain(path, scope.name),
                        )
                        return


def _asks(test: ast.expr, scope: Scope) -> bool:
    """Whether a condition asks for an approval; a constant with the word in its name is a list of what is allowed."""
    if any(_of_record(scope, inner.id) for inner in ast.walk(test) if isinstance(inner, ast.Name)):
        return True
    called = {id(inner.func) for inner in ast.walk(test) if isinstance(inner, ast.Call)}
    # `paths.approved_input.suffix` asks for the suffix.
    owners = {
        id(inner.value) for inner in ast.walk(test) if isinstance(inner, ast.Attribute) and id(inner) not in called
    }
    asked = [inner for inner in ast.walk(test) if id(inner) not in owners]
    names = [inner.id for inner in asked if isinstance(inner, ast.Name)]
    names += [inner.attr for inner in asked if isinstance(inner, ast.Attribute)]
    texts = [
        inner.value for inner in ast.walk(test) if isinstance(inner, ast.Constant) and isinstance(inner.value, str)
    ]
    return any(_APPROVED.search(word) and not word.isupper() and not _OF_DATA.search(word) for word in (*names, *texts))


def _of_record(scope: Scope, name: str) -> bool:
    """Whether a variable is what a file of approvals says: `signed = yaml.safe_load(open("governance/signoff.yaml"))`."""
    return any(
        isinstance(inner, ast.Constant) and isinstance(inner.value, str) and _RECORD.search(inner.value)
        for statement in scope.body
        if isinstance(statement, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == name for target in statement.targets)
        for inner in ast.walk(statement.value)
    )


_RECORD = lazy(r"(approvals?|sign[-_]?offs?)[\w.-]*(/[\w*.-]+)*\.(ya?ml|json|toml)$", re.IGNORECASE)


def _promotes(path: str, scope: Scope) -> bool:
    """Whether a function is about letting a model out: by its name, its file, or what it calls."""
    called = " ".join(call.attribute for call in scope.calls)
    return bool(_RELEASES.search(f"{path} {scope.name} {called}"))


def _nested(statement: ast.stmt) -> bool:
    return isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))


def _stops(node: ast.If) -> bool:
    inside = [inner for statement in (*node.body, *node.orelse) for inner in ast.walk(statement)]
    return any(isinstance(inner, (ast.Raise, ast.Return)) for inner in inside) or any(
        isinstance(inner, ast.Call)
        and getattr(inner.func, "attr", getattr(inner.func, "id", "")) in ("exit", "Exit", "abort")
        for inner in inside
    )


def _environments(unit: Unit) -> Iterator[Finding]:
    """Jobs with `environment:`: whether it asks for reviewers is set in the forge, which files do not show."""
    for file in unit.all_files.inside(".github/workflows"):
        if file.suffix not in (".yml", ".yaml"):
            continue
        for document in unit.project.yaml(file.path):
            for _name, job, line in items(mapping(document).get("jobs")):
                environment = mapping(job).get("environment")
                name = environment if isinstance(environment, str) else mapping(environment).get("name")
                if isinstance(name, str) and _PROTECTED.search(name):
                    yield Finding(
                        "approval",
                        "governed",
                        Rung.E2,
                        f"Whether environment {name} asks for an approval is set in the forge, and not visible in files.",
                        part="approval",
                        confidence=CONVENTION,
                        path=file.path,
                        line=line,
                        effect="not-visible",
                        raise_by="Attest it, or check a recorded approval in the promotion step.",
                    )
                    return


PROBE = Probe(
    id="approval",
    title="approvals, OPA, Kyverno, protected environments",
    reads="CI files, Python code, policies",
    credits="configured: a policy that nothing applies · wired: a policy that is invoked, an approval that is checked, a step that waits for named people; reviewers set in a forge are not visible",
    findings=_findings,
)
