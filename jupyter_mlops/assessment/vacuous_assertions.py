"""Assertions that hold whatever the code under test does."""

from __future__ import annotations

import ast
import builtins

from jupyter_mlops.project.python_source import constant_truth

#: Calls whose answer is a number from 0 on.
_COUNTS = frozenset({"len", "abs"})


def cannot_fail(test: ast.expr, fixed: frozenset[str]) -> bool:
    """Whether an assertion cannot fail.

    It is made of constants and what Python itself makes of them, is a tuple, compares a thing with itself, or asks what holds of
    every object or every count.

    Args:
        test: what is asserted.
        fixed: names that hold constants.
    """
    if constant_truth(test) is True or (isinstance(test, ast.Tuple) and test.elts):
        return True
    if isinstance(test, ast.Call) and _called(test) == "any" and test.args and _has_truth(test.args[0]):
        return True
    if (
        isinstance(test, ast.Call)
        and _called(test) == "isinstance"
        and test.args
        and ast.unparse(test.args[-1]) == "object"
    ):
        return True
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and _holds(test):
        return True
    return not any(
        isinstance(node, (ast.Attribute, ast.Subscript))
        or (isinstance(node, ast.Name) and node.id not in fixed and not _is_builtin(node))
        for node in ast.walk(test)
    )


def _holds(test: ast.Compare) -> bool:
    """Whether a comparison is of a name with itself, or says of a count that it is none below zero."""
    left, operator, right = test.left, test.ops[0], test.comparators[0]
    if isinstance(operator, (ast.Is, ast.Eq)) and isinstance(left, ast.Name) and isinstance(right, ast.Name):
        return left.id == right.id
    least = ast.unparse(right)
    counts = isinstance(left, ast.Call) and _called(left) in _COUNTS
    return counts and (
        (isinstance(operator, ast.GtE) and least == "0") or (isinstance(operator, ast.Gt) and least == "-1")
    )


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _has_truth(node: ast.expr) -> bool:
    return isinstance(node, (ast.List, ast.Tuple, ast.Set)) and any(constant_truth(one) is True for one in node.elts)


def _is_builtin(node: ast.Name) -> bool:
    return hasattr(builtins, node.id)
