"""Cells that list all names, and those that only look one up."""

from __future__ import annotations

import pytest
from jupyter_mlops_converters.analysis.listing import lists_names
from jupyter_mlops_converters.source.python_code import parse_cell


@pytest.mark.parametrize(
    "source",
    [
        "%who",
        "%whos int",
        "names = %who_ls",
        "print(dir())",
        "[n for n in globals() if n[0] != '_']",
        "for name, value in locals().items():\n    print(name)",
        "sorted(vars())",
        "copy = dict(globals())",
    ],
)
def test_it_lists_all_names(source: str) -> None:
    assert lists_names(parse_cell(source, cell=0))


@pytest.mark.parametrize(
    "source",
    [
        "dir(list)",
        "vars(settings)",
        "globals()['a'] = 1",
        "'a' in globals()",
        "globals().get('a')",
        "locals().update(a=1)",
        "exec('a = 1', globals())",
        "timeit('a + 1', globals=globals())",
        "def f(a):\n    return sorted(locals())",
    ],
)
def test_it_looks_at_one_name(source: str) -> None:
    assert not lists_names(parse_cell(source, cell=0))
