"""What real notebook files hold besides plain Python in format 4."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jupyter_mlops_converters.analysis.cells import analyse
from jupyter_mlops_converters.errors import MlopsError
from jupyter_mlops_converters.source.notebook import read_notebook
from notebooks import write_notebook


def test_format_3_with_texts_as_lists_of_lines(tmp_path: Path) -> None:
    path = tmp_path / "old.ipynb"
    cells = [
        {"cell_type": "heading", "level": 2, "metadata": {}, "source": ["Loading\n", "data"]},
        {"cell_type": "code", "collapsed": False, "input": ["x = 1\n", "x"], "language": "python", "metadata": {}, "outputs": [{"output_type": "pyout", "prompt_number": 1, "text": ["1\n", "2"]}], "prompt_number": 1},
    ]  # fmt: skip
    document = {
        "nbformat": 3, "nbformat_minor": 0, "metadata": {"name": "old"}, "worksheets": [{"cells": cells, "metadata": {}}],
    }  # fmt: skip
    path.write_text(json.dumps(document), encoding="utf-8")
    notebook = read_notebook(path)
    assert [(cell.kind, cell.source) for cell in notebook.cells] == [
        ("markdown", "## Loading data"),
        ("code", "x = 1\nx"),
    ]


def test_a_cell_that_shows_a_syntax_error_on_purpose(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "errors.ipynb", ["x = 1", "y = = 2", "x + 1"])
    with pytest.raises(MlopsError) as refused:
        analyse(read_notebook(path))
    assert (refused.value.code, refused.value.cell) == ("syntax-error", 1)
    document = json.loads(path.read_text("utf-8"))
    document["cells"][1]["metadata"]["tags"] = ["raises-exception"]
    path.write_text(json.dumps(document), encoding="utf-8")
    assert analyse(read_notebook(path)).cell(1).facts.all_binds == set()


def test_a_cell_magic_of_the_notebook_s_own_for_another_language(tmp_path: Path) -> None:
    path = write_notebook(
        tmp_path / "magics.ipynb", ["%%c int twice(int);\nint twice(int n) { return 2 * n; }", "%%mine\nx = 1"]
    )
    first, second = analyse(read_notebook(path)).cells
    assert first.facts.all_binds == set()
    assert second.facts.all_binds == {"x"}
