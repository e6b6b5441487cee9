"""What is generated is code as a person would keep it: formatted, without lint, whatever the names."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jupyter_mlops_converters.emit import Emission, emit
from jupyter_mlops_converters.plan.pipeline import (
    FileUse,
    HandOver,
    Parameter,
    Pipeline,
    Stage,
    StageCell,
    TrackedModel,
)

LONG = "prepare_measurements"


def lint(emission: Emission, folder: Path) -> list[tuple[str, int | None, str, str]]:
    """What ruff finds in Python files and generated cells: file, cell, rule and message."""
    theirs: set[tuple[str, int]] = set()
    for path, content in emission.files.items():
        if isinstance(content, bytes) and path.endswith((".ipynb", ".py")):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        if path.endswith(".ipynb"):
            assert isinstance(content, bytes)
            cells = enumerate(json.loads(content)["cells"], 1)
            theirs |= {(Path(path).name, n) for n, cell in cells if "source_cell" in cell["metadata"]["jupyter_mlops"]}
    found = json.loads(ruff(folder, "check", "--select=E,F,I,W,UP,B", "--output-format=json"))
    places = [(Path(each["filename"]).name, each.get("cell"), each["code"], each["message"]) for each in found]
    # Users' code binds names that ruff does not see where it is left out.
    return [place for place in places if place[:2] not in theirs and place[2] != "F821"]


def misformatted(emission: Emission, folder: Path) -> str:
    """The changes ruff would make to Python files and generated cells (not to what they quote of the user's)."""
    for path, content in emission.files.items():
        if not isinstance(content, bytes) or path.endswith("_lib.py"):
            continue
        if path.endswith(".py"):
            (folder / Path(path).name).write_bytes(content)
        if path.endswith(".ipynb"):
            for number, cell in enumerate(json.loads(content)["cells"]):
                role = cell["metadata"]["jupyter_mlops"].get("role")
                if cell["cell_type"] == "code" and role not in {None, "context", "definitions"}:
                    # A final semicolon keeps a value out of the notebook.
                    text = "".join(cell["source"]).removesuffix(";") + "\n"
                    (folder / f"{Path(path).stem}.{number}.{role}.py").write_text(text, encoding="utf-8")
    return ruff(folder, "format", "--diff")


def ruff(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "ruff", *arguments, "--isolated", "--target-version=py310", "."]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


def wide(count: int) -> Pipeline:
    """Many stages with long names, each of which reads all before it."""
    stages: list[Stage] = []
    outputs: list[HandOver] = []
    for number in range(count):
        name = f"{LONG}_{number}"
        own = tuple(
            HandOver(f"table_{k}", (f"table_{k}",), name, f"products/{name}/table_{k}.{suffix}", form, "")
            for k, (suffix, form) in enumerate((("parquet", "parquet"), ("json", "json"), ("pkl", "cloudpickle")))
        )
        last = number == count - 1
        stages.append(
            Stage(
                name,
                f"Part {number}",
                "Because.",
                (StageCell("code", "1", number, {"tags": ["raises-exception"]} if last else {}),),
                inputs=tuple(outputs[-6:]),
                outputs=own,
                parameters=tuple(f"{LONG}_{k}" for k in range(number + 1)),
                reads=(FileUse(f"data/{LONG}.csv"),),
                after=tuple(stage.name for stage in stages),
                metrics=tuple(f"{LONG}_score_{k}" for k in range(5)) if last else (),
            )
        )
        outputs += own
    values: tuple[tuple[Any, Any], ...] = (
        (list(range(30)), "tuple"), (1e-05, "float"), ({"a": [1.5, {"b": "c" * 40}] * 4}, "dict"), ("x", "str"),
    )  # fmt: skip
    parameters = tuple(
        Parameter(f"{LONG}_{k}", *values[k % 4], k, tuple(s.name for s in stages[k:])) for k in range(count)
    )
    models = (TrackedModel("table_2", outputs[2], "sklearn", outputs[0], "table_0"),)
    return Pipeline(
        name=f"{LONG}_pipeline",
        title="Wide",
        notebook=f"{LONG}.ipynb",
        notebook_sha256="0" * 64,
        folder=f"pipelines/{LONG}_pipeline",
        workdir=".",
        stages=tuple(stages),
        parameters=parameters,
        models=models,
        requirements=("numpy==2.0",),
        library="def nothing():\n    return None",
        metric_values={f"{LONG}_score_0": 1.0},
    )


def bare(pipeline: Pipeline) -> Pipeline:
    """One stage that does hardly anything."""
    stage = Stage("only", "Only", "", (StageCell("code", "1", 0),))
    return replace(pipeline, stages=(stage,), parameters=(), models=(), library="", metric_values={})


@pytest.mark.parametrize("which", ["given", "wide", "bare", "without track"])
def test_generated_code_is_clean_and_formatted(pipeline: Pipeline, which: str, tmp_path: Path) -> None:
    emission = {
        "given": lambda: emit(pipeline),
        "wide": lambda: emit(wide(5)),
        "bare": lambda: emit(bare(pipeline)),
        "without track": lambda: emit(pipeline, targets=("prefect",)),
    }[which]()
    for name in ("lint", "format"):
        (tmp_path / name).mkdir()
    assert lint(emission, tmp_path / "lint") == []
    assert misformatted(emission, tmp_path / "format") == ""
