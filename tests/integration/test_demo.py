"""The whole journey, as `make demo` runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from jupyter_mlops.demo import sample

pytestmark = pytest.mark.e2e

for engine in ("dvc", "ploomber", "mlflow"):
    pytest.importorskip(engine)


def test_the_journey_ends_well(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    done = subprocess.run(
        [sys.executable, "-m", "jupyter_mlops", "demo", str(folder)],
        cwd=tmp_path,
        env={**os.environ, "COLUMNS": "120", "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    told = done.stdout
    for milestone in ("Level 0,", "Proven equivalent", "notebook = DVC = Ploomber", "Before the commit: Level"):
        assert milestone in told

    # The summary is what the files say.
    pipeline = folder / "pipelines" / "diagnosis_final"
    document = json.loads((pipeline / "conversion.json").read_text(encoding="utf-8"))
    assert 3 <= len(document["stages"]) - 1 <= 8
    level = json.loads(
        subprocess.check_output(
            [sys.executable, "-m", "jupyter_mlops", "assess", "--format", "json", str(folder)], text=True
        )
    )["level"]
    assert level >= 1
    assert f"Level 0  →  Level {level}" in told
    cells = document["verification"]["cells"]
    assert len(cells) == 23
    assert f"{len(cells)} of {len(cells)} code cells" in told

    # Every tracked model says what it takes and gives, and has an example of it.
    models = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in folder.glob("mlruns/**/MLmodel")]
    assert models
    assert all(model["signature"]["inputs"] and model["saved_input_example_info"] for model in models)

    # Nothing is left to do or to commit, and the notebook is as it was.
    assert sample.git(folder, "status", "--porcelain") == ""
    assert len(sample.git(folder, "log", "--format=%h").split()) == 4
    assert sample.git(folder, "diff", "HEAD~1", "HEAD", "--", sample.NOTEBOOK) == ""
    status = subprocess.run(
        [str(Path(sys.executable).with_name("dvc")), "status"], cwd=pipeline, capture_output=True, text=True, check=True
    )
    assert "up to date" in status.stdout
