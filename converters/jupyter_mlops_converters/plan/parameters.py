"""Literals that become parameters, and the source text of cells with those literals taken out."""

from __future__ import annotations

import ast
import math
import re
from dataclasses import dataclass
from typing import Any, Literal

from jupyter_mlops_converters.analysis.cells import AnalysedCell, dotted
from jupyter_mlops_converters.analysis.names import BUILTINS
from jupyter_mlops_converters.plan.pipeline import Finding, ParameterType
from jupyter_mlops_converters.plan.program import Program
from jupyter_mlops_converters.source.secrets import is_secret_name

_ESTIMATOR_HOMES = ("sklearn.", "xgboost", "lightgbm", "catboost", "statsmodels.", "imblearn.", "mlxtend.")
_FUNCTIONS = frozenset(
    {"train_test_split", "cross_val_score", "cross_validate", "make_classification", "make_blobs", "make_regression"}
)
#: Keyword arguments that say how much is printed or how many cores are used, not what is computed.
_NOT_HYPER = frozenset(
    {"verbose", "n_jobs", "copy", "ax", "average", "scoring", "refit", "return_train_score", "verbosity", "silent"}
)
#: Names that generated code or Ploomber gives a meaning of its own.
RESERVED = frozenset({"upstream", "product", "resources_", "params", "env", "nb", "name", "source", "meta"})


@dataclass(frozen=True)
class Candidate:
    """A literal that can become a parameter.

    Attributes:
        name: of the parameter.
        value: JSON-like.
        type: its Python type.
        cell: index of the cell it stands in.
        kind: "assignment" (the whole statement goes) or "argument" (the value is replaced by the name).
        start: (line, column) in the cell's code, 1-based line and 0-based column in bytes as `ast` counts.
        end: likewise.
    """

    name: str
    value: Any
    type: ParameterType
    cell: int
    kind: Literal["assignment", "argument"]
    start: tuple[int, int]
    end: tuple[int, int]


def find_parameters(program: Program) -> tuple[list[Candidate], list[Finding]]:
    """Find all literals that are safe to offer as parameters.

    Args:
        program: the steps.

    Returns:
        The candidates (several may share a name where they share a value) and findings about literals left alone.
    """
    findings: list[Finding] = []
    candidates = _assignments(program, findings)
    taken = {candidate.name for candidate in candidates}
    candidates += _arguments(program, taken)
    return candidates, findings


def _assignments(program: Program, findings: list[Finding]) -> list[Candidate]:
    found = []
    for step in program.steps:
        for statement in step.cell.statements:
            node = statement.node
            if not (isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)):
                continue
            name = node.targets[0].id
            value, kind = _literal(node.value)
            if kind is None or not _assigned_once(program, name, step.index, kind):
                continue
            if is_secret_name(name) and kind == "str":
                text = f"`{name}` is not offered as a parameter: by its name, it may be a secret one day."
                findings.append(Finding("not-a-parameter", "info", text, step.index, node.lineno))
                continue
            if name.startswith("_") or name in RESERVED or name in BUILTINS:
                continue
            if kind in {"list", "dict"} and not _plain_collection(value, name):
                continue
            if not _survives_engines(value):
                findings.append(
                    Finding(
                        "not-a-parameter", "info",
                        f"`{name}` is not offered as a parameter: Ploomber would change the type of a text that reads like a number or a word of YAML.",
                        step.index, node.lineno,
                    )
                )  # fmt: skip
                continue
            if kind == "null" or not _alone_on_its_lines(step.cell, node):
                continue
            found.append(Candidate(name, value, kind, step.index, "assignment", _start(node), _end(node)))
    return found


def _assigned_once(program: Program, name: str, cell: int, kind: ParameterType) -> bool:
    if len(program.binders.get(name, ())) != 1:
        return False
    for step in program.steps:
        if name in step.cell.facts.deletes:
            return False
        if step.index != cell and name in step.writes:
            return False
        if any(name in written for written in step.cell.facts.deferred_writes.values()):
            return False
        if (
            kind in {"list", "dict"}
            and name in step.cell.facts.touches
            and (step.index == cell or step.observed is None)
        ):
            return False
    position = program.position(cell)
    if any(name in step.cell.facts.loads for step in program.steps[:position]):
        return False
    return program.steps[position].cell.facts.opaque is None


def _plain_collection(value: Any, name: str) -> bool:
    leaves = list(_leaves(value))
    telling = name.isupper() or re.search(r"(param|grid|config|settings|option|hyper)", name, re.IGNORECASE)
    return bool(leaves) and len(leaves) <= (40 if telling else 12) and (isinstance(value, list) or bool(telling))


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, list):
        return [leaf for item in value for leaf in _leaves(item)]
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in _leaves(item)]
    return [value]


def _literal(node: ast.expr) -> tuple[Any, ParameterType | None]:
    try:
        value = ast.literal_eval(node)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None, None
    kinds: dict[type, ParameterType] = {
        bool: "bool", int: "int", float: "float", str: "str", type(None): "null", tuple: "tuple", list: "list", dict: "dict",
    }  # fmt: skip
    kind = kinds.get(type(value))
    if kind is None or not _json_like(value, top=True):
        return None, None
    return (list(value) if kind == "tuple" else value), kind


def _json_like(value: Any, *, top: bool = False) -> bool:
    if isinstance(value, bool | str | type(None)):
        return not isinstance(value, str) or len(value) < 500
    if isinstance(value, int):
        return abs(value) < 2**53
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, list) or (top and isinstance(value, tuple)):
        return all(_json_like(item) for item in value)
    if isinstance(value, dict):
        return all(isinstance(key, str) and _json_like(item) for key, item in value.items())
    return False


def _survives_engines(value: Any) -> bool:
    """Whether Ploomber leaves all texts in it as they are: it evaluates those that read as literals."""
    for leaf in _leaves(value):
        if isinstance(leaf, str):
            if "{{" in leaf or "{%" in leaf:
                return False
            try:
                ast.literal_eval(leaf.strip())
            except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
                pass
            else:
                return False
            if leaf.strip().lower() in {"true", "false", "null", "none", "yes", "no", "on", "off", "~", ""}:
                return False
    return True


def _arguments(program: Program, taken: set[str]) -> list[Candidate]:
    sites: list[tuple[str, str, Any, ParameterType, AnalysedCell, ast.expr]] = []
    for step in program.steps:
        for statement in step.cell.statements:
            if statement.kind != "other" or isinstance(statement.node, ast.For | ast.While):
                continue
            for call in _calls_at_top(statement.node):
                label = _label(call, statement.node, program)
                if label is None:
                    continue
                for keyword in call.keywords:
                    value, kind = _literal(keyword.value)
                    if keyword.arg is None or keyword.arg in _NOT_HYPER or kind in {None, "dict", "list", "null"}:
                        continue
                    if (
                        isinstance(value, str)
                        or not _survives_engines(value)
                        or not _untouched(step.cell, keyword.value)
                    ):
                        continue
                    sites.append((keyword.arg, label, value, kind, step.cell, keyword.value))
    by_name: dict[str, list[int]] = {}
    for number, site in enumerate(sites):
        by_name.setdefault(site[0], []).append(number)
    found = []
    used = set(taken)
    for argument, numbers in sorted(by_name.items()):
        values = {(type(sites[n][2]), repr(sites[n][2])) for n in numbers}
        shared = len(numbers) == 1 or (argument == "random_state" and len(values) == 1)
        names: dict[str, str] = {}
        for number in numbers:
            _, label, value, kind, cell, node = sites[number]
            key = argument if shared else f"{label}_{argument}"
            if key not in names:
                name, counter = key, 2
                while name in used or name in program.analysis.names or name in RESERVED or name in BUILTINS:
                    name = f"{label}_{argument}" if counter == 2 and shared else f"{key}_{counter}"
                    counter += 1
                if shared or len(numbers) > 1:
                    names[key] = name
                used.add(name)
            name = names[key]
            if not shared:
                del names[key]  # two calls with one label are two parameters
            found.append(Candidate(name, value, kind, cell.index, "argument", _start(node), _end(node)))
    return found


def _calls_at_top(statement: ast.stmt) -> list[ast.Call]:
    found: list[ast.Call] = []
    stack: list[ast.AST] = [statement]
    while stack:
        node = stack.pop()
        if isinstance(
            node,
            ast.FunctionDef
            | ast.AsyncFunctionDef
            | ast.ClassDef
            | ast.Lambda
            | ast.ListComp
            | ast.GeneratorExp
            | ast.DictComp
            | ast.SetComp
            | ast.For
            | ast.While,
        ):
            continue
        if isinstance(node, ast.Call):
            found.append(node)
        stack.extend(ast.iter_child_nodes(node))
    return sorted(found, key=lambda call: (call.lineno, call.col_offset))


def _label(call: ast.Call, statement: ast.stmt, program: Program) -> str | None:
    """How to tell this call from others with the same argument, if it is one whose arguments are hyper-parameters."""
    origin = dotted(call.func, program.analysis.modules)
    if origin is None or not origin.startswith(_ESTIMATOR_HOMES):
        return None
    last = origin.rpartition(".")[2]
    if any(part in origin for part in (".metrics", "inspection", ".datasets", ".graphics", ".set_config")):
        return None
    if not (last[:1].isupper() or last in _FUNCTIONS):
        return None
    if isinstance(statement, ast.Assign) and statement.value is call and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id.lower()
    if last in _FUNCTIONS:
        return "split" if last == "train_test_split" else last
    return "".join(letter for letter in last if letter.isupper()).lower() or last.lower()


def _start(node: ast.AST) -> tuple[int, int]:
    return (node.lineno, node.col_offset)  # type: ignore[attr-defined]


def _end(node: ast.AST) -> tuple[int, int]:
    return (node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]


def _lines(cell: AnalysedCell) -> tuple[list[str], list[str]]:
    """The analysed lines and the user's lines they stand for."""
    return cell.code.text.split("\n"), cell.cell.source.replace("\r\n", "\n").split("\n")[cell.code.first_line :]


def _untouched(cell: AnalysedCell, node: ast.AST) -> bool:
    """Whether the lines of a node are the user's own, not made by a magic."""
    analysed, original = _lines(cell)
    first, last = _start(node)[0] - 1, _end(node)[0]
    return (
        last <= len(original)
        and analysed[first:last] == original[first:last]
        and all(line.isascii() for line in original[first:last])
        and not cell.cell.source.lstrip().startswith("%%")
    )


def _alone_on_its_lines(cell: AnalysedCell, node: ast.stmt) -> bool:
    if not _untouched(cell, node):
        return False
    _, original = _lines(cell)
    (first, column), (last, end) = _start(node), _end(node)
    rest = original[last - 1][end:].strip()
    return not original[first - 1][:column].strip() and (not rest or rest.startswith("#"))


def rewritten(cell: AnalysedCell, candidates: list[Candidate]) -> str:
    """The cell's text with the literals of the given parameters taken out.

    Args:
        cell: the cell.
        candidates: those that stand in it.

    Returns:
        The new text; the user's own when there is nothing to take out.
    """
    source = cell.cell.source.replace("\r\n", "\n")
    if not candidates:
        return cell.cell.source
    lines = source.split("\n")
    shift = cell.code.first_line
    for candidate in sorted(candidates, key=lambda c: c.start, reverse=True):
        first, last = candidate.start[0] - 1 + shift, candidate.end[0] - 1 + shift
        if candidate.kind == "argument":
            joined = lines[first][: candidate.start[1]] + candidate.name + lines[last][candidate.end[1] :]
        else:
            comment = lines[last][candidate.end[1] :].strip().lstrip("#").strip()
            joined = f"# {candidate.name}: a parameter, see params.yaml" + (f" ({comment})" if comment else "")
        lines[first : last + 1] = [joined]
    return "\n".join(lines)
