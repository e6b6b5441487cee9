"""Divisions of whole notebooks, without running them."""

from __future__ import annotations

import json
from pathlib import Path

from jupyter_mlops_converters.compile import compile_notebook
from notebooks import write_notebook


def staged(folder: Path, *cells: tuple[str, str]) -> dict[str, str]:
    """The code of every stage and of the library: name → text. Cells are (stage, source)."""
    path = write_notebook(folder / "n.ipynb", [source for _, source in cells])
    document = json.loads(path.read_text("utf-8"))
    for (stage, _), cell in zip(cells, document["cells"], strict=True):
        cell["metadata"]["tags"] = [f"stage:{stage}"]
    path.write_text(json.dumps(document), encoding="utf-8")
    files = compile_notebook(path, run=False).emission.files
    texts = {Path(name).stem: content for name, content in files.items() if name.startswith("stages/")}
    codes = {
        name: "\n".join("".join(c["source"]) for c in json.loads(text)["cells"] if c["cell_type"] == "code")
        for name, text in texts.items()
    }
    return {**codes, "library": str(files.get("n_lib.py", ""))}


def test_a_function_that_stays_in_its_stage_finds_what_it_looks_up(tmp_path: Path) -> None:
    code = staged(
        tmp_path,
        ("load", "import math\nimport numpy as np\nvalues = [1.0, 4.0]"),
        ("fit", "def root(x):\n    return math.sqrt(x)\n\n\ndef total(xs):\n    return np.sum([root(x) for x in xs])"),
        ("fit", "total(values)"),
        ("report", "root(values[1])"),
    )
    # `root` is used by two stages and moves; `total` stays where it is, and needs the library and numpy there.
    assert "def root" in code["library"]
    assert "def total" not in code["library"]
    assert "import numpy as np" in code["fit"]
    assert "def total" in code["fit"]
    assert "from n_lib import root" in code["fit"]
    assert "from n_lib import root" in code["report"]
    assert "numpy" not in code["report"]
