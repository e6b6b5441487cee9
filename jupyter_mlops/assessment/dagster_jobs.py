"""Jobs of Dagster that make assets: which assets they select, by group, by name or all of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from jupyter_mlops.assessment.sites import sources_of
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.modules import ModuleIndex
from jupyter_mlops.project.python_source import Call
from jupyter_mlops.project.reach import Node


class AssetJob(NamedTuple):
    """A job of assets.

    Attributes:
        name: as commands call it.
        bound: the name that its definition is kept under; "" without one.
        path: file of the definition.
        line: where.
        assets: what it makes.
    """

    name: str
    bound: str
    path: str
    line: int
    assets: tuple[Node, ...]


def asset_jobs(unit: Unit) -> list[AssetJob]:
    """The jobs that `dagster.define_asset_job` makes."""
    return unit.once("jobs of assets", lambda: list(_jobs(unit)))


def _jobs(unit: Unit) -> Iterator[AssetJob]:
    for path, source in sources_of(unit, "define_asset_job"):
        bound = {
            id(statement.value): target.id
            for statement in source.tree.body
            if isinstance(statement, ast.Assign)
            for target in statement.targets
            if isinstance(target, ast.Name)
        }
        for call in source.calls:
            if call.attribute == "define_asset_job":
                name = call.text(0, "name") or ""
                assets = tuple(_selected(unit, call.argument(1, "selection")))
                yield AssetJob(name, bound.get(id(call.node), ""), path, call.line, assets)


def _selected(unit: Unit, selection: ast.expr | None) -> Iterator[Node]:
    # `*` is all of them, `*orders` one with what is before it.
    words = {word.strip("*+") for word in _texts(selection)} - {""}
    grouped = isinstance(selection, ast.Call) and ast.unparse(selection.func).endswith(".groups")
    for node, group in _assets(unit):
        if not words or (group in words if grouped else node[1] in words):
            yield node


def _texts(node: ast.expr | None) -> set[str]:
    found = ast.walk(node) if node is not None else ()
    return {one.value for one in found if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def _assets(unit: Unit) -> Iterator[tuple[Node, str]]:
    """The assets with their groups: their own, or the one that their module is loaded into."""
    groups = dict(_groups_of_modules(unit))
    for path, source in sources_of(unit, "dagster"):
        for scope in source.scopes:
            if not any(decorator.replace("()", "") == "dagster.asset" for decorator in scope.decorators):
                continue
            own = next((group for one in _decorators(scope.node) for group in _group(one)), None)
            yield (path, scope.name), own or groups.get(path, "default")


def _decorators(node: ast.AST | None) -> list[ast.expr]:
    return node.decorator_list if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else []


def _group(decorator: ast.expr) -> Iterator[str]:
    for keyword in decorator.keywords if isinstance(decorator, ast.Call) else ():
        if keyword.arg == "group_name" and isinstance(keyword.value, ast.Constant):
            yield str(keyword.value.value)


def _groups_of_modules(unit: Unit) -> Iterator[tuple[str, str]]:
    """Files → the group of `load_assets_from_modules([module], group_name="training")`."""
    # What runs is not known yet where launches are looked for, so modules are.
    index = ModuleIndex(unit.sources)
    for path, source in sources_of(unit, "load_assets_from_"):
        for call in source.calls:
            group = call.text(None, "group_name")
            if call.attribute.startswith("load_assets_from_") and group:
                for name in _modules(call):
                    found = index.resolve(name, path)
                    if found is not None:
                        yield found[0], group


def _modules(call: Call) -> Iterator[str]:
    given = call.argument(0)
    for one in given.elts if isinstance(given, (ast.List, ast.Tuple)) else [given] if given is not None else []:
        yield call.scope.dotted(one)
