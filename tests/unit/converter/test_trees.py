"""Copies of syntax trees."""

from __future__ import annotations

import ast

from jupyter_mlops_converters.source.trees import copied

CODE = "@d\ndef f(a, *, b: int = 1) -> int:\n    return [x for x in a if x > b][0] if a else -b\n"


def test_a_copy_is_the_same_and_shares_nothing() -> None:
    tree = ast.parse(CODE)
    copy = copied(tree)
    assert ast.dump(copy, include_attributes=True) == ast.dump(tree, include_attributes=True)
    assert not {id(node) for node in ast.walk(copy)} & {id(node) for node in ast.walk(tree)}


def test_what_others_hung_on_nodes_is_not_copied() -> None:
    tree = ast.parse(CODE)
    for node in ast.walk(tree):
        for child in ast.iter_child_nodes(node):
            child.parent = node  # type: ignore[attr-defined]
    try:
        assert not any("parent" in vars(node) for node in ast.walk(copied(tree)))
    finally:
        for node in ast.walk(tree):
            vars(node).pop("parent", None)
