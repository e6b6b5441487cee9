"""Which name a generated cell may use for a module, so that it neither disturbs user code nor is disturbed by it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from jupyter_mlops_converters.emit.literals import STANDARD_MODULES
from jupyter_mlops_converters.errors import MlopsError
from jupyter_mlops_converters.plan.pipeline import Stage
from jupyter_mlops_converters.source.python_code import parse_cell

_USUAL = {"pandas": "pd", "numpy": "np", "matplotlib.pyplot": "plt"}
_UNKNOWN_BINDINGS = frozenset({"run", "pylab", "load", "edit", "store"})


@dataclass
class Bindings:
    """What code binds at any level.

    Attributes:
        imports: name → modules it is imported from, as in ``import pandas as pd``.
        top_level: names that unconditional top-level imports bind, so that they are there afterwards.
        others: names bound in any other way.
        unknown: whether names may be bound that cannot be told (star imports, ``%run``, ``exec``).
    """

    imports: dict[str, set[str]] = field(default_factory=dict)
    top_level: set[str] = field(default_factory=set)
    others: set[str] = field(default_factory=set)
    unknown: bool = False

    def add(self, source: str, *, may_raise: bool = False) -> None:
        """Adds what a cell binds."""
        try:
            code = parse_cell(source, cell=0)
        except MlopsError:
            self.unknown = True
            return
        self.unknown |= any(magic.name in _UNKNOWN_BINDINGS for magic in code.magics)
        for node in ast.walk(code.tree):
            self._add_node(node)
        if not may_raise:
            for statement in code.tree.body:
                if isinstance(statement, ast.Import):
                    self.top_level |= {alias.asname or alias.name for alias in statement.names}

    def _add_node(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                self.imports.setdefault(name, set()).add(alias.name if alias.asname else name)
        elif isinstance(node, ast.ImportFrom):
            self.unknown |= any(alias.name == "*" for alias in node.names)
            self.others |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            self.others.add(node.name)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            self.others.add(node.id)
        elif isinstance(node, ast.Name) and node.id in {"exec", "globals", "locals", "get_ipython"}:
            self.unknown = True
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            self.others.add(node.name)


def bindings(stage: Stage, parameters: Iterable[str] = ()) -> Bindings:
    """What the stage's code, its hand-overs and its parameters bind."""
    found = Bindings()
    found.add(stage.context)
    found.add(stage.definitions)
    for cell in stage.cells:
        if cell.kind == "code":
            found.add(cell.source, may_raise="raises-exception" in cell.metadata.get("tags", ()))
    for hand_over in stage.inputs:
        found.others |= set(hand_over.variables)
    found.others |= set(parameters)
    return found


def module_names(modules: Iterable[str], bound: Bindings) -> dict[str, str]:
    """The name to use for each module: the usual one, or with an underscore where that one means something else.

    Args:
        modules: full names, such as ``"pandas"``.
        bound: what the stage's code binds.
    """
    chosen = {}
    for module in modules:
        usual = _USUAL.get(module, module.rpartition(".")[2])
        taken = bound.unknown or usual in bound.others or bound.imports.get(usual, {module}) != {module}
        chosen[module] = f"_{usual}" if taken else usual
    return chosen


def with_imports(lines: Sequence[str], chosen: Mapping[str, str], present: Iterable[str] = ()) -> str:
    """A cell's text: sorted imports, standard library first, of the names it uses that are not there yet; its lines.

    Args:
        lines: what the cell does.
        chosen: module → name.
        present: names that are imported already.
    """
    groups: list[list[str]] = [[], []]
    needed = used(lines, chosen) - set(present)
    for module, name in sorted(chosen.items()):
        if name not in needed:
            continue
        line = f"import {module}" if module == name else f"import {module} as {name}"
        groups[module.partition(".")[0] not in STANDARD_MODULES].append(line)
    return "\n\n".join(["\n".join(group) for group in groups if group] + ["\n".join(lines)])


def used(lines: Sequence[str], chosen: Mapping[str, str]) -> set[str]:
    """The chosen names that the lines use."""
    text = "\n".join(lines)
    return {name for name in chosen.values() if re.search(rf"\b{name}\.", text)}
