"""Notebooks that are unusual in size or form, made here because nobody would want them in a repository."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from notebooks import Cell, plain_outputs, write_notebook

from jupyter_mlops import convert
from jupyter_mlops.lifts.pipeline.api import Conversion

TARGETS = ("papermill", "ploomber", "dvc")


def converted(notebook: Path) -> Conversion:
    before = notebook.read_bytes()
    conversion = convert(notebook, targets=TARGETS)
    assert notebook.read_bytes() == before
    return conversion


def proven_cells(conversion: Conversion) -> list[int]:
    return [cell["source_cell"] for cell in conversion.document["verification"]["cells"]]


@pytest.mark.parametrize(
    "cells",
    [[], ["", "  \n"], [Cell("markdown", "# Only text"), Cell("markdown", "more"), Cell("raw", "raw")]],
    ids=["empty", "blank cells", "markdown only"],
)
def test_a_notebook_without_code(tmp_path: Path, cells: list[Cell | str]) -> None:
    conversion = converted(write_notebook(tmp_path / "n.ipynb", cells))
    assert conversion.verdict == "equivalent"
    assert proven_cells(conversion) == []


def test_five_hundred_cells(tmp_path: Path) -> None:
    cells: list[Cell | str] = ["numbers = []\ntotal = 0"]
    for number in range(1, 500):
        if number % 100 == 0:
            cells.append(Cell("markdown", f"## Part {number // 100}"))
        cells.append(f"total += {number}\nnumbers.append(total)" + ("\ntotal" if number % 50 == 0 else ""))
    cells.append("print(len(numbers), total, sum(numbers))")
    notebook = write_notebook(tmp_path / "n.ipynb", cells)
    conversion = converted(notebook)
    assert conversion.verdict == "equivalent"
    assert len(proven_cells(conversion)) == 501
    assert len([stage for stage in conversion.document["stages"] if stage["source_cells"]]) >= 2
    proof = conversion.compiled.proof
    assert proof is not None
    plain = plain_outputs(notebook)
    assert {c.source_cell: list(c.outputs)[-1:] for c in proof.cells if c.outputs}.keys() == {
        index for index, outputs in plain.items() if outputs
    }
    assert proof.cells[-1].outputs[0]["text"] == plain[max(plain)][0]["text"]


def test_fifty_megabytes_of_outputs(tmp_path: Path) -> None:
    notebook = write_notebook(
        tmp_path / "n.ipynb",
        ["text = 'x' * 1000", "for _ in range(50_000):\n    print(text)", "size = len(text)", "print(size)"],
    )
    document = json.loads(notebook.read_text("utf-8"))
    stored = {"output_type": "display_data", "metadata": {}, "data": {"text/plain": "x" * 50_000_000}}
    document["cells"][0]["outputs"] = [stored]
    notebook.write_text(json.dumps(document), encoding="utf-8")
    conversion = converted(notebook)
    assert conversion.verdict == "equivalent"
    written = sum(path.stat().st_size for path in conversion.path.rglob("*") if path.is_file())
    assert written < 200_000


def test_a_notebook_of_format_3(tmp_path: Path) -> None:
    code = [
        {"cell_type": "code", "language": "python", "collapsed": False, "metadata": {}, "outputs": [], "input": source}
        for source in ("a = [1]", "a.append(2)\na", "b = sum(a)", "print(b)")
    ]
    cells = [{"cell_type": "heading", "level": 2, "metadata": {}, "source": "Old"}, *code]
    document = {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": cells}]}
    notebook = tmp_path / "old.ipynb"
    notebook.write_text(json.dumps(document), encoding="utf-8")
    conversion = converted(notebook)
    assert conversion.verdict == "equivalent"
    assert proven_cells(conversion) == [1, 2, 3, 4]


def test_a_name_and_line_ends_that_nobody_expects(tmp_path: Path) -> None:
    notebook = write_notebook(
        tmp_path / "My Data (final) ünï - Kopie 2.ipynb",
        ["x = 1\r\ny = 2", "def f(a):\r\n    return a + x\r\n\r\nf(y)", "z = [f(x),\r\n     f(y)]", "print(z)\r\n"],
    )
    conversion = converted(notebook)
    assert conversion.verdict == "equivalent"
    assert conversion.path.name.isidentifier()
