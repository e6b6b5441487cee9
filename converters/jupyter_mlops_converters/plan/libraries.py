"""One library module for several notebooks: what they define alike goes there once, what they define otherwise stays apart."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from jupyter_mlops_converters.plan.program import Program


@dataclass(frozen=True)
class Merged:
    """The libraries of several notebooks, put together.

    Attributes:
        source: of the module; empty when no notebook has one.
        apart: number of a notebook → names of its definitions that cannot be in the module, since a notebook before it
            has something else of that name there. The source is no good unless this is empty.
    """

    source: str
    apart: Mapping[int, frozenset[str]] = field(default_factory=dict)


def definitions_alike(programs: Sequence[Program]) -> list[tuple[str, tuple[int, ...]]]:
    """Functions and classes that more than one notebook defines alike.

    Args:
        programs: the notebooks.

    Returns:
        Name and numbers of the notebooks, sorted.
    """
    found: dict[tuple[str, str], list[int]] = {}
    for number, program in enumerate(programs):
        for name, binders in program.binders.items():
            node = binders[0].node
            if len(binders) == 1 and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found.setdefault((name, ast.dump(node)), []).append(number)
    return sorted((name, tuple(numbers)) for (name, _), numbers in found.items() if len(numbers) > 1)


def merge_libraries(sources: Sequence[str], name: str) -> Merged:
    """Put libraries together.

    Args:
        sources: of the library of each notebook; empty where it has none.
        name: of the pipeline.

    Returns:
        The module, or what stands in its way.
    """
    meaning: dict[str, str] = {}  # name → what it stands for in the module
    imports: list[str] = []
    definitions: list[str] = []
    apart: dict[int, frozenset[str]] = {}
    for number, source in enumerate(sources):
        body = ast.parse(source).body
        own = {bound: text for node in body for bound, text in _bound(node).items()}
        clashes = {bound for bound, text in own.items() if meaning.get(bound, text) != text}
        refused = {
            node.name
            for node in body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            and (node.name in clashes or _loaded(node) & clashes)
        }
        if refused:
            apart[number] = frozenset(refused)
            continue
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                if node.name not in meaning:
                    definitions.append(_text(source, node))
            elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
                imports += [line for line in _import_lines(source, node, meaning) if line not in imports]
        meaning.update(own)
    if not definitions:
        return Merged("", apart)
    head = f'"""Functions and classes of several stages of {name}."""'
    parts = [head + ("\n\n" + "\n".join(imports) if imports else ""), *definitions]
    return Merged("\n\n\n".join(parts) + "\n", apart)


def _bound(node: ast.stmt) -> dict[str, str]:
    """What a statement of a library binds: name → what it stands for."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name: ast.dump(node)}
    found = {}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Import):
            for alias in inner.names:
                found[alias.asname or alias.name.partition(".")[0]] = f"import {alias.name if alias.asname else ''}"
        elif isinstance(inner, ast.ImportFrom):
            for alias in inner.names:
                found[alias.asname or alias.name] = f"from {'.' * inner.level}{inner.module} import {alias.name}"
        elif isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            found[inner.id] = ast.dump(node)
    return found


def _loaded(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _import_lines(source: str, node: ast.stmt, present: Mapping[str, str]) -> list[str]:
    """An import without the names that are there already."""
    if isinstance(node, ast.Import):
        return [f"import {alias.name}" + (f" as {alias.asname}" if alias.asname else "") for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        kept = [alias for alias in node.names if (alias.asname or alias.name) not in present]
        return [ast.unparse(ast.ImportFrom(node.module, kept, node.level))] if kept else []
    return [] if set(_bound(node)) <= set(present) else [_text(source, node)]


def _text(source: str, node: ast.stmt) -> str:
    first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))])
    return "\n".join(source.splitlines()[first - 1 : node.end_lineno])
