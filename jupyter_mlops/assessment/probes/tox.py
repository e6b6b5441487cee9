"""tox and nox: their environments and sessions as launches, with which of them run when no name is given."""

from __future__ import annotations

import ast
import configparser
import itertools
import posixpath
import re
import shlex
from collections.abc import Iterator
from typing import Any, NamedTuple

from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch, assignments
from jupyter_mlops.project.marks import entries, items, line_of, mapping, sequence, strings
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Call, PythonSource, blocks, constant_truth, live

#: What stands for a runner that takes a failure for fine.
_HIDDEN = " || true"
_SEVERAL = lazy(r"\{([^{}]*)\}")


class _Environment(NamedTuple):
    """An environment of tox as it is written.

    Attributes:
        name: its name, "testenv" for what all share.
        commands: its commands as a script; None where it has those that all share.
        line: 1-based line of the first one.
        assigned: variables of the environment that it sets.
    """

    name: str
    commands: str | None
    line: int | None
    assigned: tuple[str, ...] = ()


def _launches(unit: Unit) -> Iterator[Launch]:
    for file in unit.named("tox.ini", "setup.cfg"):
        yield from _of_ini(file.path, unit.project.text(file.path) or "", 0)
    for file in unit.named("tox.toml"):
        yield from _of_toml(file.path, unit.project.toml(file.path))
    for file in unit.named("pyproject.toml"):
        tox = mapping(mapping(unit.project.toml(file.path).get("tool")).get("tox"))
        text = tox.get("legacy_tox_ini")
        if isinstance(text, str):
            yield from _of_ini(file.path, text, line_of(tox, "legacy_tox_ini") or 0)
        elif tox:
            yield from _of_toml(file.path, tox)
    for file in unit.named("noxfile.py"):
        yield from _nox(unit, file.path)


def _of_ini(path: str, text: str, above: int) -> Iterator[Launch]:
    """The environments of an INI file, which may be a text in another file.

    Args:
        path: the file.
        text: the text.
        above: lines of the file that stand above it.
    """
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return
    lines = text.splitlines()
    found: list[_Environment] = []
    for section in parser.sections():
        name = section.removeprefix("tox:")
        if name != "testenv" and not name.startswith("testenv:"):
            continue
        commands = parser.get(section, "commands", fallback=None)
        ignored = parser.get(section, "ignore_outcome", fallback="").strip().lower() == "true"
        start = next((number for number, line in enumerate(lines, 1) if line.strip() == f"[{section}]"), 1)
        place = next(
            (number for number, line in enumerate(lines[start:], start + 1) if line.startswith("commands")), start
        )
        script = "\n".join(_command(line, ignored) for line in (commands or "").split("\n"))
        given = parser.get(section, "setenv", fallback=parser.get(section, "set_env", fallback=""))
        assigned = tuple(
            re.sub(r"(?<!\s)\s*=\s*", "=", line.strip(), count=1) for line in given.splitlines() if "=" in line
        )
        found.append(
            _Environment(name.removeprefix("testenv:"), None if commands is None else script, place + above, assigned)
        )
    listed = next(
        (
            parser.get(section, key)
            for section in ("tox", "tox:tox")
            for key in ("envlist", "env_list")
            if parser.has_option(section, key)
        ),
        None,
    )
    yield from _environments(path, found, None if listed is None else _names(listed))


def _command(line: str, ignored: bool) -> str:
    if line.lstrip().startswith("-") or (ignored and line.strip()):
        return f"{line.strip().lstrip('- ')}{_HIDDEN}"
    return line.replace("{posargs}", "").replace("{toxinidir}", ".")


def _names(listed: str) -> list[str]:
    """The names in a list of environments: `py{310,311}-test` is two."""
    found: list[str] = []
    for part in re.split(r"[,\s]+(?![^{]*\})", listed):
        pieces = [piece.split(",") if place % 2 else [piece] for place, piece in enumerate(_SEVERAL.split(part))]
        found += ["".join(choice).strip() for choice in itertools.product(*pieces)]
    return [name for name in found if name]


def _of_toml(path: str, document: dict[Any, Any]) -> Iterator[Launch]:
    found = [_of_table("testenv", document.get("env_run_base"))]
    found += [_of_table(name, table) for name, table, _line in items(document.get("env"))]
    listed = document.get("env_list")
    yield from _environments(path, found, None if listed is None else strings(listed))


def _of_table(name: str, table: Any) -> _Environment:
    options = mapping(table)
    commands = []
    for words, _line in entries(options.get("commands")):
        given = [word for word in sequence(words) if isinstance(word, str)]
        hidden = given[:1] == ["-"] or options.get("ignore_outcome") is True
        given = given[given[:1] == ["-"] :]
        if given:
            commands.append(f"{shlex.join(given)}{_HIDDEN if hidden else ''}")
    script = "\n".join(commands) if "commands" in options else None
    return _Environment(name, script, line_of(options, "commands"), assignments(options.get("set_env")))


def _environments(path: str, found: list[_Environment], listed: list[str] | None) -> Iterator[Launch]:
    """The launches of a file's environments: those without commands of their own have the shared ones."""
    shared = next((one for one in found if one.name == "testenv"), None)
    own = {one.name for one in found} - {"testenv"}
    for one in found:
        of = shared if one.commands is None and shared is not None else one
        assigned = (*(shared.assigned if shared is not None else ()), *one.assigned)
        # Names in the list that have no part of their own are made from the shared one.
        default = listed is None or (not own.issuperset(listed) if one.name == "testenv" else one.name in listed)
        section = "testenv" if one.name == "testenv" else f"testenv:{one.name}"
        yield Launch(
            f"{path}#{section}",
            "environment",
            path,
            of.line,
            of.commands or "",
            posixpath.dirname(path) or ".",
            one.name,
            assigned=assigned,
            by_default=default,
        )


def _nox(unit: Unit, path: str) -> Iterator[Launch]:
    source = unit.project.python(path)
    if source is None:
        return
    chosen = _chosen_sessions(source)
    for scope in source.scopes:
        if not any(decorator.replace("()", "") == "nox.session" for decorator in scope.decorators):
            continue
        commands: list[str] = []
        first = scope.line
        for call in scope.calls if not _skips(scope.body) else ():
            if call.attribute == "run" and call.name.startswith(
                ("?session", "nox.Session()", "nox.sessions.Session()")
            ):
                words = [
                    argument.value
                    for argument in call.node.args
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
                ]
                if not commands:
                    first = call.line
                commands.append(f"{_given(call)}{shlex.join(words)}{_HIDDEN if _accepts_failure(call) else ''}")
        options = {
            keyword.arg: keyword.value
            for decorator in getattr(scope.node, "decorator_list", [])
            for keyword in getattr(decorator, "keywords", [])
        }
        named = options.get("name")
        name = named.value if isinstance(named, ast.Constant) and isinstance(named.value, str) else scope.name
        off = options.get("default")
        default = not (isinstance(off, ast.Constant) and off.value is False)
        yield Launch(
            f"{path}#{scope.name}",
            "environment",
            path,
            first,
            "\n".join(commands),
            posixpath.dirname(path) or ".",
            name,
            by_default=default if chosen is None else name in chosen,
        )


def _chosen_sessions(source: PythonSource) -> list[str] | None:
    """`nox.options.sessions = ["tests"]`: the sessions that run when no name is given; None where all of them do."""
    for node in source.tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "nox.options.sessions":
            return [
                one.value
                for one in ast.walk(node.value)
                if isinstance(one, ast.Constant) and isinstance(one.value, str)
            ]
    return None


def _skips(body: list[ast.stmt]) -> bool:
    """Whether a session is left before it does anything: `session.skip()`, `session.error()`."""
    for node in live(body):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            called = node.value.func
            owner = called.value if isinstance(called, ast.Attribute) else None
            if isinstance(owner, ast.Name) and owner.id == "session" and getattr(called, "attr", "") in _LEAVES:
                return True
        elif isinstance(node, ast.If):
            ways = list(blocks(node))
            if len(ways) == 1 and not node.orelse and _always(node) and _skips(ways[0]):
                return True
    return False


_LEAVES = ("skip", "error")


def _always(node: ast.If) -> bool:
    return constant_truth(node.test) is True


def _given(call: Call) -> str:
    """The variables of the environment that a call sets, as a shell would."""
    table = call.argument(None, "env")
    pairs = zip(table.keys, table.values, strict=True) if isinstance(table, ast.Dict) else ()
    return "".join(
        f"{name.value}={shlex.quote(str(value.value))} "
        for name, value in pairs
        if isinstance(name, ast.Constant) and isinstance(name.value, str) and isinstance(value, ast.Constant)
    )


def _accepts_failure(call: Call) -> bool:
    """`session.run("pytest", success_codes=[0, 1])` takes a failed test for fine."""
    codes = call.argument(None, "success_codes")
    if isinstance(codes, (ast.List, ast.Tuple, ast.Set)):
        return any(isinstance(code, ast.Constant) and code.value == 1 for code in codes.elts)
    return isinstance(codes, ast.Call)


PROBE = Probe(
    id="tox",
    title="tox, nox",
    reads="tox.ini, tox.toml, setup.cfg, pyproject.toml, noxfile.py",
    credits="earns nothing by itself: shows what leads where",
    launches=_launches,
)
