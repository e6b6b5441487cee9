"""What is decided about stages before any of them runs: what to import ahead, and what their commands ask for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jupyter_mlops_converters.run.command_line import NotebookRun, as_notebook_run
from jupyter_mlops_converters.run.imports import importable_ahead, unpickles_from
from jupyter_mlops_converters.run.outlook import notebooks_ahead


def stage(folder: Path, name: str, *sources: str) -> Path:
    path = folder / "stages" / f"{name}.ipynb"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"cells": [{"cell_type": "code", "source": [source]} for source in sources]}))
    return path


def test_what_bears_it_is_imported_ahead(tmp_path: Path) -> None:
    notebook = stage(
        tmp_path,
        "s",
        "import numpy as np, plotly, helpers\nfrom sklearn import metrics, svm\nfrom scipy.stats import norm",
        "import matplotlib.pyplot as plt\ndf = pd.read_parquet(path)",
    )
    found = importable_ahead(notebook)
    assert found is not None
    assert {"numpy", "sklearn", "sklearn.metrics", "sklearn.svm", "scipy.stats", "pyarrow.parquet"} <= set(found)
    assert "matplotlib.figure" in found
    assert not {"plotly", "helpers", "matplotlib.pyplot"} & set(found)


@pytest.mark.parametrize(
    "source",
    [
        "import os\nos.environ['OMP_NUM_THREADS'] = '1'",
        "%env A=1",
        "import sys\nsys.path.insert(0, '../src')",
        "!pip install pandas==1.5",
        "import sys\ndel sys.modules['numpy']",
    ],
)
def test_what_changes_imports_starts_in_a_process_of_its_own(tmp_path: Path, source: str) -> None:
    assert importable_ahead(stage(tmp_path, "s", source, "import numpy")) is None


def test_a_file_beside_the_notebook_takes_the_place_of_a_package(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    notebook = stage(tmp_path, "s", 'import os\nos.chdir(_pipeline / "work")', "import networkx, numpy, matplotlib")
    assert "networkx" in (importable_ahead(notebook) or ())
    (tmp_path / "work" / "networkx.py").touch()
    (tmp_path / "work" / "matplotlibrc").touch()
    assert importable_ahead(notebook) == ("numpy",)


def test_pickled_objects_are_known_by_the_stage_they_come_from(tmp_path: Path) -> None:
    notebook = stage(tmp_path, "s", 'a = joblib.load(_inputs["train", "a"])\nb = pd.read_parquet(_inputs["load", "b"])')
    assert unpickles_from(notebook) == ("train",)


def test_a_glance_finds_the_first_stage_that_will_run(tmp_path: Path) -> None:
    command = (
        "papermill -f params.yaml --cwd stages --no-progress-bar --log-level ERROR stages/{0}.ipynb products/{0}.ipynb"
    )
    stages = {name: {"cmd": command.format(name), "params": [f"p_{name}"]} for name in ("a", "b", "c")}
    locked = {name: {"cmd": each["cmd"], "params": {"params.yaml": {f"p_{name}": 1}}} for name, each in stages.items()}
    (tmp_path / "dvc.yaml").write_text(json.dumps({"stages": stages}))
    (tmp_path / "params.yaml").write_text("p_a: 1\np_b: 1\np_c: 1\n")
    assert [path.stem for path in notebooks_ahead(tmp_path)] == ["a", "b", "c"]
    (tmp_path / "dvc.lock").write_text(json.dumps({"stages": locked}))
    assert notebooks_ahead(tmp_path) == []
    assert [path.stem for path in notebooks_ahead(tmp_path, changed={"p_b"})] == ["b", "c"]
    (tmp_path / "params.yaml").write_text("p_a: 1\np_b: 1\np_c: 2\n")
    assert [path.stem for path in notebooks_ahead(tmp_path)] == ["c"]
    stages["a"]["cmd"] = [command.format("a"), "python reproducible.py products/a.ipynb"]
    (tmp_path / "dvc.yaml").write_text(json.dumps({"stages": stages}))
    assert [path.stem for path in notebooks_ahead(tmp_path)] == ["a", "b", "c"]


def test_a_papermill_command_is_understood_or_left_to_papermill(tmp_path: Path) -> None:
    run = as_notebook_run(
        "papermill -f params.yaml --cwd stages --log-level ERROR 'stages/a b.ipynb' out.ipynb", tmp_path
    )
    assert run == NotebookRun(tmp_path, "stages/a b.ipynb", "out.ipynb", "stages", ("params.yaml",))
    for other in (
        "papermill -p x 1 a.ipynb b.ipynb",
        "papermill a.ipynb b.ipynb && rm c",
        "papermill a.ipynb $OUT",
        "papermill a.ipynb",
        "python a.py",
        "papermill 'a.ipynb b.ipynb",
    ):
        assert as_notebook_run(other, tmp_path) is None
