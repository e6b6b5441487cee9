"""`dvc repro` in a fresh clone leaves `dvc.lock` as it was: nothing that a stage leaves is of one run alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from engines import Shell, write
from jupyter_mlops_converters.emit import emit
from jupyter_mlops_converters.plan.pipeline import HandOver, Parameter, Pipeline, Stage, StageCell
from lift_projects import notebook
from lift_projects import write as write_files

from jupyter_mlops.lifts.pipeline.api import convert

pytest.importorskip("dvc")

ROWS = HandOver("rows", ("rows",), "load", "products/load/rows.json", "json", "show reads it")
#: What people have in notebooks, and what no two runs share.
SHOWN = """
%time sum(rows)
import logging, os, sys, time, warnings
warnings.warn("this")
logging.basicConfig(format="%(asctime)s %(message)s")
logging.getLogger().warning("that")
for text in "one", "two":
    print(text, flush=True)
    time.sleep(0.3)  # longer than a kernel waits before it sends what was printed
    print(text, file=sys.stderr, flush=True)
print(os.getcwd())
object()
"""
PIPELINE = Pipeline(
    name="small",
    title="Small",
    notebook="small.ipynb",
    notebook_sha256="0" * 64,
    folder="pipelines/small",
    workdir=".",
    stages=(
        Stage("load", "Load", "", (StageCell("code", "rows = list(range(size))\nlen(rows)", 0),), outputs=(ROWS,), parameters=("size",)),
        Stage("show", "Show", "", (StageCell("code", SHOWN.strip(), 1),), inputs=(ROWS,)),
    ),
    parameters=(Parameter("size", 3, "int", 0, ("load",)),),
)  # fmt: skip


def test_a_first_run_in_a_fresh_clone_changes_nothing_in_git(tmp_path: Path) -> None:
    run = Shell(tmp_path / "hidden")
    root = tmp_path / "project"
    root.mkdir()
    folder = write(emit(PIPELINE, targets=("dvc",)), root)
    run("git init -q", root)
    run("dvc repro", folder)
    run("git add -A", root)
    run("git commit -qm start", root)
    run(f"git clone -q {root} elsewhere", tmp_path)
    clone = tmp_path / "elsewhere"
    assert not (clone / PIPELINE.folder / "products/show.ipynb").exists()
    assert "Running stage 'show'" in run("dvc repro", clone / PIPELINE.folder)
    assert run("git status --porcelain", clone) == ""
    assert "up to date" in run("dvc status", clone / PIPELINE.folder)
    shown = (clone / PIPELINE.folder / "products/show.ipynb").read_text()
    assert "one\\n" in shown
    assert "<object at 0x…>" in shown


def test_a_notebook_without_a_seed_repeats_once_its_pipeline_is_given_one(tmp_path: Path) -> None:
    root = tmp_path / "project"
    cells = (
        "import numpy as np",
        "# # Load\nx = np.random.normal(size=3)",
        "# # Train\nnp.random.shuffle(x)\nprint(x)",
    )
    write_files(root, {"drawn.ipynb": notebook(*cells)})
    run = Shell(tmp_path / "shell", hide=False)
    run("git init -q", root)
    run("git add -A", root)
    run("git commit -qm start", root)
    conversion = convert(root / "drawn.ipynb", targets=["dvc"], progress=None)
    assert conversion.good
    assert "unseeded-draws" in [finding["code"] for finding in conversion.document["findings"]]
    folder = conversion.path
    assert "random_seed: null # a number makes" in (folder / "params.yaml").read_text()

    def shown() -> str:
        run("dvc repro --force", folder)
        return (folder / "dvc.lock").read_text()

    assert shown() != shown()
    (folder / "params.yaml").write_text(
        (folder / "params.yaml").read_text().replace("random_seed: null", "random_seed: 7")
    )
    assert shown() == shown()
