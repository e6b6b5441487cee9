"""The tests that a pipeline brings along: they pass on a good one, and the right one fails on a bad one."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from engines import Shell
from notebooks import cells_of, commit, git, orders, write_notebook

from jupyter_mlops.lifts.pipeline.api import convert

pytest.importorskip("dvc")
pytest.importorskip("nbval")

NOTEBOOK = """
# %% [markdown]
# # Orders
# ## Load
# %%
import pandas as pd

LIMIT = 30.0
orders = pd.read_csv("data/orders.csv")
orders = orders[~(orders["price"] > LIMIT)]
# %%
orders.head()
# %%
print(len(orders), "orders")
# %% [markdown]
# ## Evaluate
# %%
expected = orders.groupby("kind")["price"].transform("mean")
# %%
mean_error = float((orders["price"] - expected).abs().mean())
print("mean error", round(mean_error, 3))
"""


class Project:
    def __init__(self, base: Path) -> None:
        self.shell = Shell(base / "hidden")
        root = base / "project"
        notebook = write_notebook(root / "orders.ipynb", cells_of(NOTEBOOK))
        self.data = root / "data" / "orders.csv"
        self.data.parent.mkdir()
        self.data.write_text(orders(3000))
        git(root, "init", "-q")
        commit(root, "start")
        conversion = convert(notebook, targets=("dvc",))
        assert conversion.verdict == "equivalent"
        self.folder = conversion.path
        self.shell("dvc repro", self.folder)

    def failed(self, *arguments: str) -> set[str]:
        """What fails; nothing may be skipped."""
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-rfEs",
            "-p",
            "no:cacheprovider",
            "--rootdir",
            ".",
            *arguments,
        ]
        answer = subprocess.run(
            command, cwd=self.folder, env=self.shell.environment, capture_output=True, text=True, check=False
        )
        assert answer.returncode in {0, 1}, answer.stdout + answer.stderr
        skipped = [line for line in answer.stdout.splitlines() if line.startswith("SKIPPED")]
        # nbval leaves out the cells that save what a stage hands on.
        assert all("nbval/plugin.py" in line for line in skipped), answer.stdout
        found = set(re.findall(r"^(?:FAILED|ERROR) tests/(\S+)", answer.stdout, re.MULTILINE))
        assert bool(found) == (answer.returncode == 1), answer.stdout
        return found


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(tmp_path_factory.mktemp("own"))


class Edit:
    """A file that is as before afterwards."""

    def __init__(self, file: Path, old: str, new: str) -> None:
        self.file, self.old, self.new = file, old, new

    def __enter__(self) -> None:
        self.text = self.file.read_text()
        assert self.old in self.text
        self.file.write_text(self.text.replace(self.old, self.new))

    def __exit__(self, *_exception: object) -> None:
        self.file.write_text(self.text)


def test_a_good_pipeline_passes_and_is_left_alone(project: Project) -> None:
    stages = sorted(path.stem for path in (project.folder / "stages").glob("*.ipynb"))
    assert len(stages) == 2
    assert sorted(path.stem for path in (project.folder / "tests" / "expected").glob("*.ipynb")) == stages
    before = {path: path.read_bytes() for path in project.folder.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert project.failed("--nbval-lax", "tests") == set()
    after = {path: path.read_bytes() for path in project.folder.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert after == before
    assert "up to date" in project.shell("dvc status", project.folder)


def test_outputs_are_expected_where_they_are_certain(project: Project) -> None:
    cells = [
        cell
        for path in sorted((project.folder / "tests" / "expected").glob("*.ipynb"))
        for cell in json.loads(path.read_text())["cells"]
        if "nbval-check-output" in cell["metadata"].get("tags", [])
    ]
    assert ["".join(cell["source"]).splitlines()[-1] for cell in cells] == [
        'print("mean error", round(mean_error, 3))', "orders.head()", 'print(len(orders), "orders")',
    ]  # fmt: skip
    assert all(cell["outputs"] for cell in cells)


def test_a_changed_stage_is_found(project: Project) -> None:
    stage = project.folder / "stages" / "evaluate.ipynb"
    with Edit(stage, ".abs().mean()", ".abs().median()"):
        assert project.failed("tests/test_orders.py") == {
            "test_orders.py::test_expected_outputs_are_of_the_stage_as_it_is[evaluate]"
        }


def test_a_parameter_that_changes_results_is_found(project: Project) -> None:
    with Edit(project.folder / "params.yaml", "LIMIT: 30.0", "LIMIT: 5.0"):
        project.shell("dvc repro", project.folder)
        failed = project.failed("--nbval-lax", "tests/expected/evaluate.ipynb", "tests/test_orders.py")
    project.shell("dvc repro", project.folder)
    assert "test_orders.py::test_a_metric_is_within_its_bounds[mean_error-bounds0]" in failed
    assert any(name.startswith("expected/evaluate.ipynb::Cell") for name in failed)
    assert len(failed) == 2


def test_data_that_lacks_a_column_or_has_another_unit_is_found(project: Project) -> None:
    text = project.data.read_text()
    with Edit(project.data, ",kind\n", ",sort\n"):
        assert project.failed("tests/test_orders_run.py") == {
            "test_orders_run.py::test_the_pipeline_runs_on_a_sample",
            "test_orders_run.py::test_a_table_keeps_its_contract[load/orders]",
        }
    lines = text.splitlines()
    assert lines[1].startswith("1.0,0,")
    with Edit(project.data, "\n1.0,0,", "\n-1000.0,0,"):
        assert project.failed("tests/test_orders_run.py") == {
            "test_orders_run.py::test_a_table_keeps_its_contract[load/orders]"
        }


def test_a_sample_is_one(project: Project) -> None:
    shell, folder = project.shell, project.folder
    options = "-f params.yaml -y 'sample_rows: 100' --cwd stages --log-level ERROR --no-progress-bar"
    shell(f"papermill {options} stages/load.ipynb {folder.parent}/sample.ipynb", folder)
    printed = [
        "".join(output["text"])
        for cell in json.loads((folder.parent / "sample.ipynb").read_text())["cells"]
        for output in cell.get("outputs", ())
        if output["output_type"] == "stream" and output["name"] == "stdout"
    ]
    assert printed == ["100 orders\n"]
    shell("dvc checkout --force", folder)
