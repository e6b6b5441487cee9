"""Converting again with hand edits, for real: what is proven, what is written, and what the command says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from notebooks import commit, environment, git, write_notebook

CELLS: list[tuple[str, str]] = [
    ("markdown", "# Study\n\n## Load"),
    ("code", "LIMIT = 10\nDEPTH = 3"),
    ("code", "rows = [int(line) for line in open('rows.txt')]\nprint(len(rows))"),
    ("markdown", "## Clean"),
    ("code", "kept = sorted(row for row in rows if row < LIMIT)"),
    ("code", "print(kept)"),
    ("markdown", "## Train"),
    ("code", "model = {'mean': sum(kept) / len(kept), 'depth': DEPTH}"),
    ("code", "print(model)"),
    ("code", "print(sorted(model))"),
]


def command(notebook: Path, *more: str) -> tuple[int, str]:
    line = [sys.executable, "-m", "jupyter_mlops", "convert", str(notebook), *more]
    done = subprocess.run(
        line, cwd=notebook.parent, env=environment(), capture_output=True, text=True, check=False, timeout=600
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout


def answer(notebook: Path, *more: str, status: int = 0) -> dict[str, Any]:
    returned, text = command(notebook, "--format", "json", *more)
    assert returned == status, text
    found: dict[str, Any] = json.loads(text)
    return found


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not {".git", ".mlops", "__pycache__"} & set(path.relative_to(folder).parts)
    }


def rewritten(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    (tmp_path / "rows.txt").write_text("1\n12\n5\n3\n11\n", encoding="utf-8")
    git(tmp_path, "init", "-q")
    return write_notebook(tmp_path / "study.ipynb", CELLS)


def test_the_whole_journey(notebook: Path) -> None:
    root = notebook.parent
    first = answer(notebook)
    assert first["verification"]["verdict"] == "equivalent"
    pipeline = Path(first["path"])
    commit(root, "converted")
    before = tree(root)

    status, said = command(notebook)
    assert (status, "nothing was written" in said) == (0, True)
    assert tree(root) == before

    rewritten(pipeline / "stages" / "train.ipynb", "'depth': DEPTH", "'depth': DEPTH, 'size': len(kept)")
    rewritten(pipeline / "params.yaml", "DEPTH: 3", "DEPTH: 5")
    rewritten(pipeline / "README.md", "## Run it", "Ask Kim.\n\n## Run it")
    cells = [*CELLS[:3], ("code", "assert rows"), *CELLS[3:], ("code", "STEP = 2\nprint(kept[::STEP])")]
    write_notebook(
        notebook, [(kind, source.replace("print(kept)", "print(kept, len(kept))")) for kind, source in cells]
    )
    before = tree(root)
    merged = answer(notebook)
    assert merged["conflicts"] == []
    assert merged["edits"] == {
        "kept": [], "merged": ["README.md", "params.yaml", "stages/train.ipynb"], "deleted": [], "left": [],
    }  # fmt: skip
    verification = merged["verification"]
    assert verification["verdict"] == "edited"
    assert {(edit["path"], edit["source_cell"]) for edit in verification["edits"]} == {
        ("params.yaml", None), ("stages/train.ipynb", 8),
    }  # fmt: skip
    verdicts = {cell["source_cell"]: cell["verdict"] for cell in verification["cells"]}
    assert {cell for cell, verdict in verdicts.items() if verdict == "edited"} == {9, 10}
    assert set(verdicts.values()) == {"edited", "identical"}
    assert "STEP: 2" in (pipeline / "params.yaml").read_text("utf-8")
    assert "print(kept, len(kept))" in (pipeline / "stages" / "clean.ipynb").read_text("utf-8")
    assert "'size': len(kept)" in (pipeline / "stages" / "train.ipynb").read_text("utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"],
        cwd=pipeline, env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    # What an edited stage shows is for its user to accept; all else fits.
    failed = [line.split(" - ")[0] for line in ran.stdout.splitlines() if line.startswith("FAILED")]
    assert failed == ["FAILED tests/test_study.py::test_expected_outputs_are_of_the_stage_as_it_is[train]"], ran.stdout

    subprocess.run([sys.executable, "-m", "jupyter_mlops", "undo", "--yes"], cwd=root, env=environment(), check=True)
    assert tree(root) == before


def test_edits_that_do_not_run_are_not_written(notebook: Path) -> None:
    pipeline = Path(answer(notebook, "--no-run")["path"])
    rewritten(pipeline / "stages" / "train.ipynb", "'depth': DEPTH", "'depth': depth")
    before = tree(notebook.parent)
    found = answer(notebook, status=1)["verification"]
    assert found["verdict"] == "failed"
    assert found["failure"]["source_cell"] == 7
    assert "NameError" in found["failure"]["detail"]
    assert [edit["path"] for edit in found["edits"]] == ["stages/train.ipynb"]
    assert tree(notebook.parent) == before


def test_a_conflict_is_shown_from_both_sides_and_settled_by_a_choice(notebook: Path) -> None:
    pipeline = Path(answer(notebook, "--no-run")["path"])
    stage = pipeline / "stages" / "train.ipynb"
    rewritten(stage, "sum(kept) / len(kept)", "max(kept)")
    write_notebook(
        notebook, [(kind, source.replace("sum(kept) / len(kept)", "sum(kept) / 3")) for kind, source in CELLS]
    )
    before = tree(notebook.parent)
    status, said = command(notebook, "--no-run")
    assert status == 1
    shown = "\n".join(line.strip() for line in said.splitlines())
    assert "- model = {'mean': sum(kept) / len(kept), 'depth': DEPTH}" in shown
    assert "+ model = {'mean': max(kept), 'depth': DEPTH}" in shown
    assert "+ model = {'mean': sum(kept) / 3, 'depth': DEPTH}" in shown
    assert tree(notebook.parent) == before
    settled = answer(notebook, "--on-conflict", "keep")
    assert settled["verification"]["verdict"] == "edited"
    assert "max(kept)" in stage.read_text("utf-8")
    assert answer(notebook, "--no-run", "--on-conflict", "replace")["conflicts"] == []


def test_verify_tells_edits_from_what_is_wrong(notebook: Path) -> None:
    pipeline = Path(answer(notebook, "--no-run")["path"])
    rewritten(pipeline / "stages" / "train.ipynb", "'depth': DEPTH", "'depth': DEPTH, 'size': len(kept)")

    def verified() -> tuple[int, dict[str, Any]]:
        line = [sys.executable, "-m", "jupyter_mlops", "verify", str(pipeline), "--format", "json"]
        done = subprocess.run(line, env=environment(), capture_output=True, text=True, check=False, timeout=600)
        return done.returncode, json.loads(done.stdout)

    before = tree(notebook.parent)
    status, found = verified()
    assert (status, found["verdict"]) == (0, "edited")
    assert found["edits"] == [{"path": "stages/train.ipynb", "source_cell": 7, "what": "the cell is edited"}]
    verdicts = {cell["source_cell"]: cell["verdict"] for cell in found["cells"]}
    assert {cell for cell, verdict in verdicts.items() if verdict == "edited"} == {8, 9}
    assert set(verdicts.values()) == {"edited", "identical"}
    assert tree(notebook.parent) == before

    # The notebook has changed, so the pipeline is wrong without the edits.
    write_notebook(notebook, [(kind, source.replace("row < LIMIT", "row > LIMIT")) for kind, source in CELLS])
    status, found = verified()
    assert (status, found["verdict"], "edits" in found) == (1, "differs", False)
    assert {cell["source_cell"] for cell in found["cells"] if cell["verdict"] == "differs"} >= {5}
