"""Texts that code takes from elsewhere in the project: settings, constants of other modules, what a rule of Snakemake hands a script."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from jupyter_mlops.assessment.snakemake_rules import rules, value_in_rule
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import items, mapping
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Scope

_FILES = (".yaml", ".yml", ".toml", ".json")
_LARGEST = 50_000
_DEEPEST = 8
_PATHS = frozenset({"str", "pathlib.Path", "open", "os.path.join", "os.fspath"})
#: What settings are called, or loaded with.
_SETTINGS = lazy(r"conf|cfg|setting|param|option|hydra|yaml|toml", 2)


def value_at(unit: Unit, path: str, scope: Scope, node: ast.expr, depth: int = 0) -> str | None:
    """The text that an expression takes from the settings or another module of the project; None where that cannot be told.

    Args:
        unit: the unit.
        path: the source that it is in.
        scope: the scope that it is in.
        node: the expression: `settings["paths"]["clean"]`, `cfg.paths.clean`, `config.CLEAN`, `snakemake.input[0]`.
        depth: how many names were followed.
    """
    parts = _parts(scope, node)
    if parts is not None:
        joint, inner = parts
        pieces = [_text(unit, path, scope, part, depth + 1) for part in inner if depth < 4]
        told = [piece for piece in pieces if piece is not None]
        return joint.join(told) if told and len(told) == len(inner) else None
    root, keys = _keys(node)
    if root is None:
        return None
    if keys and scope.dotted(root) == "sys" and keys[0] == "argv":
        return _argument(unit, path, int(keys[1]) - 1) if len(keys) == 2 and keys[1].isdigit() else None
    if len(keys) == 1 and "parse_args" in scope.dotted(root):
        return _option(unit, path, f"--{keys[0]}")
    if root.id == "snakemake" and keys:
        return _of_rule(unit, path, keys)
    known = scope.lookup(root.id) or ""
    if known and known[0] not in ":?(":
        constant = _constant(unit, path, ".".join([known, *keys]))
        if constant is not None:
            return constant
    if not keys:
        given = _given(scope, root.id) if depth < 4 else None
        return None if given is None else value_at(unit, path, given[0], given[1], depth + 1)
    said = f"{root.id} {known}"
    return _setting(unit, tuple(keys)) if _SETTINGS.search(said) else None


def _text(unit: Unit, path: str, scope: Scope, node: ast.expr, depth: int) -> str | None:
    text = scope.string(node)
    return value_at(unit, path, scope, node, depth) if text is None or "{}" in text else text


def _parts(scope: Scope, node: ast.expr) -> tuple[str, list[ast.expr]] | None:
    """What a path or a text is put together of, and what stands between: `folder + "/rows.csv"`, `Path(folder) / "rows.csv"`."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Div)):
        return "/" if isinstance(node.op, ast.Div) else "", [node.left, node.right]
    if isinstance(node, ast.JoinedStr):
        return "", [part.value if isinstance(part, ast.FormattedValue) else part for part in node.values]
    if isinstance(node, ast.Call) and scope.dotted(node.func) in _PATHS and node.args:
        return "/", list(node.args)
    return None


def _keys(node: ast.expr) -> tuple[ast.Name | None, list[str]]:
    """The name that an expression starts from, and what it looks up in that: `cfg["a"].b` is `cfg` and a, b."""
    keys: list[str] = []
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            keys.append(str(node.slice.value))
            node = node.value
        elif isinstance(node, ast.Attribute):
            keys.append(node.attr)
            node = node.value
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "get"
            and node.args
        ):
            first = node.args[0]
            if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
                return None, []
            keys.append(first.value)
            node = node.func.value
        else:
            return None, []
    return node, keys[::-1]


def _argument(unit: Unit, path: str, position: int) -> str | None:
    """The word that commands hand to a script at a position; None where they differ."""
    found = {words[position] for words in _handed_words(unit, path) if 0 <= position < len(words)}
    return _known(found)


def _option(unit: Unit, path: str, name: str) -> str | None:
    """What commands hand to a script as an option; None where they differ."""
    found = set()
    for words in _handed_words(unit, path):
        for position, word in enumerate(words):
            given, equals, value = word.partition("=")
            if given.replace("_", "-") == name.replace("_", "-"):
                found |= {value} if equals else set(words[position + 1 : position + 2])
    return _known(found)


def _known(found: set[str]) -> str | None:
    text = found.pop() if len(found) == 1 else None
    return text if text and not set("${}") & set(text) else None


def _handed_words(unit: Unit, path: str) -> list[tuple[str, ...]]:
    def read() -> dict[str, list[tuple[str, ...]]]:
        words: dict[str, list[tuple[str, ...]]] = {}
        # What a stage of DVC reads is what it says that it depends on.
        for launch in (one for one in unit.launches if not one.path.endswith("dvc.yaml")):
            for target, _command in unit.reach.targets(launch):
                if target.kind == "script" and target.arguments:
                    words.setdefault(target.value, []).append(target.arguments)
        return words

    return unit.once("words handed to scripts", read).get(path, [])


def _of_rule(unit: Unit, path: str, keys: list[str]) -> str | None:
    """What the rule that runs a script has under `snakemake.input[0]`; None where rules differ."""
    found = {
        value_in_rule(unit, rule, keys[0], keys[1] if len(keys) > 1 else "")
        for rule in rules(unit)
        if path in rule.scripts
    }
    return found.pop() if len(found) == 1 else None


def _constant(unit: Unit, path: str, dotted: str) -> str | None:
    """A text that another module of the project holds under a name."""
    found = unit.reach.modules.resolve(dotted, path)
    source = unit.project.python(found[0]) if found is not None and found[1] else None
    if source is None or found is None:
        return None
    return _in_scope(source.module, found[1])


def _in_scope(scope: Scope, dotted: str) -> str | None:
    first, _, rest = dotted.partition(".")
    if not rest:
        return scope.constants.get(first)
    return _in_scope(scope.children[first], rest) if first in scope.children else None


def _given(scope: Scope, name: str) -> tuple[Scope, ast.expr] | None:
    """What a name is given once in its scope or around it, or what the one caller in its file hands in."""
    place: Scope | None = scope
    while place is not None:
        values = place.assigned.get(name)
        if values:
            return (place, values[0]) if len(values) == 1 else None
        handed = _handed(place, name)
        if handed is not None:
            return handed
        place = place.parent
    return None


def _handed(scope: Scope, name: str) -> tuple[Scope, ast.expr] | None:
    if not isinstance(scope.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return None
    names = [argument.arg for argument in (*scope.node.args.posonlyargs, *scope.node.args.args)]
    if name not in names:
        return None
    root = scope
    while root.parent is not None:
        root = root.parent
    position = names.index(name) - (names[0] in ("self", "cls"))
    calls = [call for inner in _below(root) for call in inner.calls if call.name == f":{scope.name}"]
    given = [(call.scope, found) for call in calls if (found := call.argument(position, name)) is not None]
    return given[0] if len(given) == 1 else None


def _below(scope: Scope) -> Iterator[Scope]:
    yield scope
    for child in scope.children.values():
        yield from _below(child)


def _setting(unit: Unit, keys: tuple[str, ...]) -> str | None:
    """The one text that the settings of a unit have under these keys: from the top of a file, else further in."""
    known = unit.once("texts in settings", lambda: _texts(unit))
    whole = known.get(keys, frozenset())
    found = whole or frozenset(
        value for path, values in known.items() if path[-len(keys) :] == keys for value in values
    )
    return min(found) if len(found) == 1 else None


def _texts(unit: Unit) -> dict[tuple[str, ...], frozenset[str]]:
    found: dict[tuple[str, ...], frozenset[str]] = {}
    for file in unit.files.suffixed(*_FILES):
        if file.size > _LARGEST or unit.aside(file.path) or unit.is_test(file.path) or "/." in f"/{file.path}":
            continue
        project = unit.project
        if file.suffix in (".yaml", ".yml"):
            documents: list[Any] = list(project.yaml(file.path))
        else:
            documents = [project.toml(file.path) if file.suffix == ".toml" else project.json(file.path)]
        for document in documents:
            for keys, value in _leaves(document, ()):
                found[keys] = found.get(keys, frozenset()) | {value}
    return found


def _leaves(node: Any, keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    for key, value, _line in items(mapping(node)) if len(keys) < _DEEPEST else ():
        if isinstance(value, str):
            yield (*keys, key), value
        else:
            yield from _leaves(value, (*keys, key))
