"""Reading code: names resolved, dead code left out, newer syntax read by older interpreters."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from jupyter_mlops.project.notebook import parse, read_notebook
from jupyter_mlops.project.python_source import PythonSource
from jupyter_mlops.project.yaml_reader import DocumentError

#: What a kernel does after a cell has failed: the traceback that it shows hangs a parent on every node of the cell.
AFTER_A_TRACEBACK = """
from IPython.core.interactiveshell import InteractiveShell
InteractiveShell.instance().run_cell("x = [1] if 1 > 0 else -2\\n1 / (x[0] - 1)")
from jupyter_mlops.project.python_source import PythonSource
print(len(PythonSource("y = f(1) if a > 0 else -g(2)").calls), "calls")
"""


def test_code_is_read_in_a_kernel_that_has_shown_a_traceback():
    done = subprocess.run(
        [sys.executable, "-c", AFTER_A_TRACEBACK], capture_output=True, text=True, timeout=30, check=False
    )
    assert "ZeroDivisionError" in done.stdout
    assert done.stdout.endswith("2 calls\n"), done.stderr


def names(code):
    return [call.name for call in PythonSource(code).calls]


def test_names_are_resolved_from_import_to_alias_to_call():
    code = """
import mlflow as m
from wandb import init as start
run = m.start_run()
run.log()
with start() as w:
    w.log({})
def f(model, x: m.Client):
    model.fit()
    x.log_metric()
    local()
def local(): ...
"""
    assert names(code) == [
        "mlflow.start_run",
        "mlflow.start_run().log",
        "wandb.init",
        "wandb.init().log",
        "?model.fit",
        "mlflow.Client().log_metric",
        ":local",
    ]


@pytest.mark.parametrize(
    "code",
    [
        "if False:\n    f()",
        "while 0:\n    f()",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    f()",
        "def g():\n    return 1\n    f()",
        "x = f() if False else 1",
        "'''f()'''",
        "if not True:\n    f()",
    ],
)
def test_code_that_cannot_run_makes_no_calls(code):
    assert "?f" not in names(code)


@pytest.mark.parametrize(
    "code",
    [
        'x = f"a {b["c"]} d"',
        "x = f'{'nested'} {{kept}} {y!r:>{width}}'",
        "def first[T: (int, str)](xs: list[T]) -> T:\n    return xs[0]",
        "class Box[T]:\n    pass",
        "type Pair[T] = tuple[T, T]",
        "try:\n    pass\nexcept ValueError, TypeError:\n    pass",
        "x = t'{name}'",
    ],
)
def test_newer_syntax_is_read_by_older_interpreters(code):
    assert isinstance(parse(code), ast.Module)
    assert parse(code).body[-1].lineno <= code.count("\n") + 1


def test_python_2_is_not_python():
    with pytest.raises(DocumentError):
        PythonSource("print 'hello'")


def test_magics_keep_lines_and_cells():
    source = {
        "cells": [
            {"cell_type": "markdown", "source": "import lies"},
            {
                "cell_type": "code",
                "source": "%matplotlib inline\n!pip install x\nfiles = !ls\nimport mlflow\nmlflow.autolog()",
            },
            {"cell_type": "code", "source": "%%bash\nmlflow run ."},
            {"cell_type": "code", "source": "%%time\nmodel.fit(x)"},
            {"cell_type": "code", "source": "this isn't python"},
            {"cell_type": "code", "source": "    indented = 1\n    x?"},
            {"cell_type": "code", "source": "mlflow.log_metric('a', 1)\n;"},
        ]
    }
    import json

    notebook = read_notebook("a.ipynb", json.dumps(source))
    calls = {call.name: notebook.place(call.line) for call in PythonSource(notebook.tree).calls}
    assert calls == {"mlflow.autolog": (1, 5), "?model.fit": (3, 2), "mlflow.log_metric": (6, 1)}
    assert [(escape.cell, escape.line, escape.kind) for escape in notebook.escapes] == [
        (1, 1, "%"),
        (1, 2, "!"),
        (1, 3, "!"),
        (2, 1, "%%"),
        (3, 1, "%%"),
    ]
    assert notebook.cells[4].syntax_error is not None
