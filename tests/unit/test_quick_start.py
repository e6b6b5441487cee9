"""The quick import of what nbformat needs leaves nothing out."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

pytest.importorskip("rfc3987_syntax")

CODE = """
import json, sys
from jupyter_mlops_converters.quick_start import prepare_nbformat
prepare_nbformat()
import nbformat
nbformat.validate(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")]))
before = "rfc3987_syntax" in sys.modules
from jsonschema import FormatChecker
checked = [FormatChecker().conforms(address, "iri") for address in ("http://example.org/\u00e9", "not one")]
print(json.dumps([before, checked, "rfc3987_syntax" in sys.modules]))
"""


def test_the_grammar_of_addresses_is_loaded_when_one_is_checked() -> None:
    answer = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True).stdout
    assert json.loads(answer) == [False, [True, False], True]
