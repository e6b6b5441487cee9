"""Every hazard notebook converts into stages, and the stages give what the notebook gives: by the proof, and by both engines.

The engines' results are compared with a plain run of the notebook that knows nothing of the converter.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jupyter_mlops_converters.verify.outputs import compare_outputs
from notebooks import HAZARDS, commit, environment, git, hazard_project, pipeline_outputs, plain_outputs

from jupyter_mlops import convert

NAMES = sorted(path.stem for path in HAZARDS.glob("*.py"))
#: Of every rung one notebook goes through both engines each time; `make ladder` sends the others through them, too.
EACH_TIME = {
    "mutation_in_place",
    "functions_and_globals",
    "imports_in_odd_places",
    "magics_and_shell",
    "random_and_configuration",
    "lossy_formats",
    "files_between_cells",
}


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Converts a hazard notebook once for all tests of this module."""
    done: dict[str, tuple[Path, Any, bytes]] = {}

    def get(name: str) -> tuple[Path, Any, bytes]:
        if name not in done:
            root = tmp_path_factory.mktemp(name)
            notebook = hazard_project(root, name)
            before = notebook.read_bytes()
            # Tracking is tested with the engines; left out here, it spares each engine ten seconds a notebook.
            done[name] = (root, convert(notebook, targets=("papermill", "ploomber", "dvc")), before)
        return done[name]

    return get


@pytest.mark.parametrize("name", NAMES)
def test_converts_into_stages_with_equal_results(converted: Any, name: str) -> None:
    root, conversion, before = converted(name)
    verification = conversion.document["verification"]
    assert verification["verdict"] == "equivalent", verification
    stages = [stage for stage in conversion.document["stages"] if stage["source_cells"]]
    assert len(stages) >= 2
    cells = [index for stage in stages for index in stage["source_cells"]]
    assert cells == sorted(set(cells))
    assert {c["source_cell"] for c in verification["cells"]} == set(
        plain_code_cells(root / "notebooks" / f"{name}.ipynb")
    )
    assert (root / "notebooks" / f"{name}.ipynb").read_bytes() == before
    changed = git(root, "status", "--porcelain", "--untracked-files=no").split()
    assert not changed


def test_what_star_imports_and_scripts_bring_is_not_handed_over(converted: Any) -> None:
    _, conversion, _ = converted("imports_in_odd_places")
    outputs = {entry["variable"] for stage in conversion.document["stages"] for entry in stage["outputs"]}
    assert not outputs & {"sqrt", "ceil", "halve", "twice", "helpers", "json", "np", "dt"}


def plain_code_cells(notebook: Path) -> list[int]:
    import json

    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    return [index for index, cell in enumerate(cells) if cell["cell_type"] == "code"]


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in EACH_TIME else pytest.mark.ladder) for name in NAMES]
)
def test_both_engines_give_what_the_notebook_gives(converted: Any, name: str, tmp_path: Path) -> None:
    root, conversion, _ = converted(name)
    commit_all(root)
    folder = conversion.path.relative_to(root)
    expected = plain_outputs(cloned(root, tmp_path / "plain") / "notebooks" / f"{name}.ipynb")
    for engine, command, products in (
        ("dvc", ["repro"], "products"),
        ("ploomber", ["build"], "products/ploomber"),
    ):
        clone = cloned(root, tmp_path / engine)
        first = run(clone / folder, engine, *command)
        assert first.returncode == 0, first.stdout[-3000:] + first.stderr[-3000:]
        actual = pipeline_outputs(clone / folder / products)
        paths = {str(clone): "PROJECT", str(tmp_path / "plain"): "PROJECT", f"{folder.name}_lib.": "__main__."}
        assert actual.keys() == expected.keys()
        for index, outputs in expected.items():
            comparison = compare_outputs(outputs, actual[index], paths=paths)
            assert comparison.verdict == "identical", f"{engine}, cell {index}: {comparison.detail}"
        stamps = {path: path.stat().st_mtime_ns for path in (clone / folder / products).rglob("*.ipynb")}
        second = run(clone / folder, engine, *command)
        assert second.returncode == 0, second.stderr[-3000:]
        assert {path: path.stat().st_mtime_ns for path in stamps} == stamps, f"{engine} ran something again"


def run(folder: Path, engine: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / engine
    return subprocess.run(
        [str(program), *arguments],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def commit_all(root: Path) -> None:
    if git(root, "status", "--porcelain").strip():
        commit(root, "pipeline")


def cloned(root: Path, target: Path) -> Path:
    subprocess.run(
        ["git", "clone", "-q", str(root), str(target)], check=True, env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
    )
    return target
