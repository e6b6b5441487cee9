"""What rows and columns of a table are chosen by: labels, places, or a mask."""

from __future__ import annotations

import ast

from jupyter_mlops.lifts.clean_notebook.change import Site


def by_what(part: ast.expr, site: Site) -> str:
    """What rows or columns are told by: "label", "mask", "number", "all" of them, or "?"."""
    if isinstance(part, ast.Constant) and isinstance(part.value, int) and not isinstance(part.value, bool):
        return "number"
    if isinstance(part, ast.Constant) and isinstance(part.value, str):
        return "label"
    if isinstance(part, ast.Slice):
        ends = [each for each in (part.lower, part.upper) if each is not None]
        return (
            "all"
            if not ends
            else next(iter(found))
            if len(found := {by_what(each, site) for each in ends}) == 1
            else "?"
        )
    if isinstance(part, ast.List) and part.elts:
        return next(iter(found)) if len(found := {by_what(each, site) for each in part.elts}) == 1 else "?"
    if isinstance(part, (ast.Compare, ast.BoolOp)) or (
        isinstance(part, ast.BinOp) and isinstance(part.op, (ast.BitAnd, ast.BitOr))
    ):
        return "mask"
    return "mask" if isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.Invert) else "?"


def columns_chosen(node: ast.expr, site: Site) -> bool:
    """Whether a table is some columns of another: rows that are chosen have all of them."""
    if not isinstance(node, ast.Subscript):
        return False
    return by_what(node.slice, site) != "mask" and site.kinds.of(node.slice) not in ("series", "pandas", "bool")
