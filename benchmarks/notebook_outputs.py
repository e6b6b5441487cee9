"""What the cells of an executed notebook show, loosely: enough to see that two runs tell a reader the same.

Streams and plain texts are compared word by word, numbers within a relative 1e-6, figures and rich forms by being
there. The converter's own proof is stricter; this is a second opinion that shares no code with it.
"""

from __future__ import annotations

import math
import re
import warnings
from pathlib import Path
from typing import Any

RELATIVE_TOLERANCE = 1e-6
ADDRESS = re.compile(r"0x[0-9a-fA-F]+")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
TIMING = re.compile(r"(?i)\b(?:wall time|cpu times|per loop)\b|\bit/s\b|s/it\b")
SPLIT = re.compile(r"[\s,;:()\[\]{}=<>|]+")


def run_notebook(notebook: Path, limit: int = 600) -> dict[int, list[str]]:
    """Run a notebook in its folder, as a person would.

    Args:
        notebook: the file; it is read, never written.
        limit: seconds for each cell.

    Returns:
        What each code cell showed, by its index among all cells. A cell that fails ends the run.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    content = read_notebook(notebook)
    client = NotebookClient(
        content, timeout=limit, kernel_name="python3", resources={"metadata": {"path": str(notebook.parent)}}
    )
    try:
        client.execute()
    except CellExecutionError as error:
        last = str(error).strip().splitlines()[-1]
        warnings.warn(f"{notebook.name} does not run by itself: {last}", stacklevel=2)
    assert isinstance(content, nbformat.NotebookNode)
    return {index: shown(cell) for index, cell in enumerate(content.cells) if cell.cell_type == "code"}


def staged_outputs(folder: Path, stages: dict[str, list[int]]) -> dict[int, list[str]]:
    """What the user's cells showed in the executed stage notebooks.

    Args:
        folder: where an engine left them, one `<stage>.ipynb` each.
        stages: the source cells of each stage.

    Returns:
        What each source cell showed, in the stage that it belongs to.
    """
    outputs: dict[int, list[str]] = {}
    for stage, source_cells in stages.items():
        path = folder / f"{stage}.ipynb"
        if not path.exists():
            continue
        for cell in read_notebook(path).cells:
            source = cell.metadata.get("jupyter_mlops", {}).get("source_cell")
            if cell.cell_type == "code" and source in source_cells:
                outputs.setdefault(source, []).extend(shown(cell))
    return outputs


def differing_cells(reference: dict[int, list[str]], other: dict[int, list[str]]) -> list[int]:
    """The cells that showed something in the reference and do not show the same in the other run."""
    return [cell for cell, expected in reference.items() if not all_alike(expected, other.get(cell, []))]


def read_notebook(path: Path) -> Any:
    """A notebook file, brought to the current format."""
    import nbformat

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return nbformat.read(path, as_version=4)


def shown(cell: Any) -> list[str]:
    """The outputs of a cell in order; what it printed is one text, and warnings are left out."""
    texts: list[str] = []
    printed = ""
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            printed += output.text if output.name == "stdout" else ""
        elif output.output_type == "error":
            texts.append(f"<{output.ename}>")
        elif "image/png" in output.data:
            texts.append("<figure>")
        else:
            texts.append(str(output.data.get("text/plain", "<rich>")))
    return [printed, *texts] if printed.strip() else texts


def all_alike(expected: list[str], actual: list[str]) -> bool:
    """Whether two cells' outputs tell the same."""
    return len(expected) == len(actual) and all(alike(one, other) for one, other in zip(expected, actual, strict=True))


def alike(one: str, other: str) -> bool:
    """Whether two texts are the same but for addresses, colours, timings and the last digits of numbers."""
    if TIMING.search(one) and TIMING.search(other):
        return True
    words, other_words = (SPLIT.split(COLOUR.sub("", ADDRESS.sub("0x", text)).strip()) for text in (one, other))
    return len(words) == len(other_words) and all(map(same_word, words, other_words))


def same_word(one: str, other: str) -> bool:
    """Whether two words are equal, as numbers where they are numbers."""
    if one == other:
        return True
    try:
        return math.isclose(float(one), float(other), rel_tol=RELATIVE_TOLERANCE)
    except ValueError:
        return False
