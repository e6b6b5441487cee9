"""A new pipeline as it is shown: notebooks by their cells, and no data that only programs read."""

from __future__ import annotations

import json
from pathlib import Path

from jupyter_mlops.changes import ChangeSet
from jupyter_mlops.lifts.pipeline.preview import shown

NOTEBOOK = {"cells": [{"cell_type": "markdown", "source": ["# A"]}, {"cell_type": "code", "source": ["a = 1\n", "a"]}]}


def test_what_is_shown_of_a_pipeline(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "old.ipynb").write_text("{}", "utf-8")
    text = json.dumps(NOTEBOOK)
    names = ("stages/train.ipynb", "tests/expected/train.ipynb", "old.ipynb", "conversion.json", "dvc.yaml")
    found = shown(ChangeSet.build(tmp_path, {f"p/{name}": text for name in names}), "p")
    assert found["p/stages/train.ipynb"] == "@@ cell 0, markdown @@\n+# A\n@@ cell 1, code @@\n+a = 1\n+a\n"
    assert "cell 1" not in found["p/tests/expected/train.ipynb"]
    assert "p/conversion.json" in found
    assert not found.keys() & {"p/old.ipynb", "p/dvc.yaml"}, "what changes is shown as it changes"
