"""Every tutorial twice, with real kernels and tools: by one who follows the solutions, and by one who skips an exercise."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from jupyter_mlops.tutorials import Tutorial, lay, progress_of, tutorials

ALL = pytest.mark.parametrize("tutorial", tutorials(), ids=lambda tutorial: tutorial.name)

#: What a person skips (the position among the exercises), the check that must notice, and what it must say.
SKIPS = {
    0: (0, "dependencies-declared", "joblib"),
    1: (2, "dvc", "data/rentals.csv"),
    2: (0, "pipeline-automated", "dvc.yaml"),
    3: (0, "tests", "There are no tests that call the project's code"),
    6: (2, "git", "not under git"),
    7: (0, "pipeline-automated", "jupyter mlops convert"),
}


#: Those that show the same each time, whatever the machine and the day.
CERTAIN = {0, 6}
#: What differs for good reason: the sandbox's folder, and the name of a card's place in the page.
_SANITIZE = """\
[folders]
regex: /\\S*/(solved|again)/
replace: /

[cards]
regex: mlops-[0-9a-f]+
replace: mlops-id
"""


def tagged(notebook: nbformat.NotebookNode, tag: str) -> list[int]:
    return [at for at, cell in enumerate(notebook.cells) if tag in cell.metadata.get("tags", ())]


def solve(notebook: nbformat.NotebookNode, but: int | None = None) -> None:
    """Write each folded solution into its exercise's cell."""
    exercises, solutions = tagged(notebook, "exercise"), tagged(notebook, "solution")
    assert len(exercises) == len(solutions) > 0
    for number, (exercise, solution) in enumerate(zip(exercises, solutions, strict=True)):
        assert exercise < solution
        (code,) = re.findall(r"^```python\n(.*?)^```", notebook.cells[solution].source, re.MULTILINE | re.DOTALL)
        if number != but:
            notebook.cells[exercise].source = code


def execute(notebook: nbformat.NotebookNode, folder: Path) -> None:
    NotebookClient(
        notebook, timeout=240, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    ).execute()


def without_long_cells(notebook: nbformat.NotebookNode) -> None:
    """Leave out what takes long and is tested elsewhere; the test below runs it where there is time."""
    notebook.cells = [cell for cell in notebook.cells if "long" not in cell.metadata.get("tags", ())]


def answer(cell: nbformat.NotebookNode) -> str:
    (output,) = [output for output in cell.outputs if output.output_type == "execute_result"]
    assert "text/html" in output.data
    return str(output.data["text/plain"])


def begin(tutorial: Tutorial, tmp_path: Path, store: Path) -> tuple[nbformat.NotebookNode, Path]:
    path = lay(tutorial, tmp_path)
    if "mlflow" in tutorial.needs:  # making its tables takes MLflow longer than all the rest
        shutil.copyfile(store, path.parent / "project" / "mlflow.db")
    return nbformat.read(path, as_version=4), path.parent


@ALL
def test_who_follows_the_solutions_passes_all_checks(
    tutorial: Tutorial, tmp_path: Path, migrated_mlflow_store: Path
) -> None:
    notebook = follow(tutorial, tmp_path, migrated_mlflow_store, long=False)
    if tutorial.number in CERTAIN:
        shows_the_same_again(tutorial, notebook, tmp_path)


@pytest.mark.ladder
@pytest.mark.parametrize(
    "tutorial",
    [each for each in tutorials() if '"long"' in each.notebook.read_text(encoding="utf-8")],
    ids=lambda tutorial: tutorial.name,
)
def test_the_long_cells_do_as_they_say(tutorial: Tutorial, tmp_path: Path, migrated_mlflow_store: Path) -> None:
    notebook = follow(tutorial, tmp_path, migrated_mlflow_store, long=True)
    for at in tagged(notebook, "long"):
        said = "".join(output.get("text", "") for output in notebook.cells[at].outputs)
        said = re.sub(r"\x1b\[[0-9;]*m", "", said)
        assert "Finished in state Completed()" in said
        assert "up to date" in said


def follow(tutorial: Tutorial, tmp_path: Path, store: Path, *, long: bool) -> nbformat.NotebookNode:
    """The notebook as it is when the solutions were followed and every check has passed."""
    notebook, folder = begin(tutorial, tmp_path / "solved", store)
    if not long:
        without_long_cells(notebook)
    solve(notebook)
    execute(notebook, folder)
    for at in tagged(notebook, "check"):
        assert answer(notebook.cells[at]).startswith("✓"), answer(notebook.cells[at])
    assert progress_of(tutorial, tmp_path / "solved") == {"passed": list(tutorial.checks), "open": []}
    streams = "".join(
        output.get("text", "") for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs
    )
    for trouble in ("Traceback", "ERROR", "Error [", "fatal:", "command not found", "\x1b[?"):
        assert trouble not in streams
    return notebook


def shows_the_same_again(tutorial: Tutorial, executed: nbformat.NotebookNode, tmp_path: Path) -> None:
    """nbval runs it in a sandbox of its own and compares what each cell shows."""
    path = lay(tutorial, tmp_path / "again")
    nbformat.write(executed, path)
    (tmp_path / "sanitize.cfg").write_text(_SANITIZE, encoding="utf-8")
    options = ["-q", "-p", "no:cacheprovider", "--nbval", "--nbval-sanitize-with", str(tmp_path / "sanitize.cfg")]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(path)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@ALL
def test_who_skips_an_exercise_is_told_by_the_right_check(
    tutorial: Tutorial, tmp_path: Path, migrated_mlflow_store: Path
) -> None:
    skipped, name, said = SKIPS[tutorial.number]
    notebook, folder = begin(tutorial, tmp_path, migrated_mlflow_store)
    exercise = tagged(notebook, "exercise")[skipped]
    check = next(at for at in tagged(notebook, "check") if at > exercise)
    solve(notebook, but=skipped)
    notebook.cells = notebook.cells[: check + 1]
    execute(notebook, folder)
    text = answer(notebook.cells[check])
    assert text.startswith(f"✗ {name}: not yet")
    assert said in text
    assert "To do: " in text
    kept = progress_of(tutorial, tmp_path)
    assert kept is not None
    assert name in kept["open"]


@ALL
def test_the_notebook_is_clean_and_its_exercises_are_complete(tutorial: Tutorial) -> None:
    notebook = nbformat.read(tutorial.notebook, as_version=4)
    nbformat.validate(notebook)
    assert all(not cell.outputs and cell.execution_count is None for cell in notebook.cells if cell.cell_type == "code")
    for tag in ("hint", "solution"):
        assert len(tagged(notebook, tag)) == len(tagged(notebook, "exercise"))
        for at in tagged(notebook, tag):
            source = notebook.cells[at].source
            # Folded in every front end: HTML that they all keep, with the empty lines that Markdown inside it needs.
            assert re.fullmatch(
                rf"<details>\n<summary>{tag.capitalize()}</summary>\n\n.*\n\n</details>", source, re.DOTALL
            )
    assert tagged(notebook, "check")
    assert json.loads(tutorial.notebook.read_text(encoding="utf-8"))["metadata"]["kernelspec"]["name"] == "python3"
