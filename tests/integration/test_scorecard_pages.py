"""The scorecard where no scripts run: nbconvert's pages, and a notebook that somebody opens without a kernel."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat


def test_a_page_of_nbconvert_shows_the_card_and_the_check(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "train.py").write_text("from sklearn.svm import SVC\n\nSVC().fit([[0], [1]], [0, 1])\n")
    sources = ["from jupyter_mlops import Scorecard, check", "Scorecard('project')", "check('mlflow', 'project')"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    nbformat.write(notebook, tmp_path / "card.ipynb")
    done = subprocess.run(
        [sys.executable, "-m", "jupyter", "nbconvert", "--execute", "--to", "html", "card.ipynb"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "card.html").read_text(encoding="utf-8")
    body = page[page.index("<body") :]
    assert body.count('class="mlops-card"') == 1
    assert "Do you version data and models?" in body
    assert "Level 0 · Notebook chaos" in body
    assert 'class="mlops-check"' in body
    assert "train.py:3" in body
    assert "application/vnd.jupyter.widget-view+json" in body  # the live one, for who has a connection
    assert "LiveCard object" not in body  # nor the name of a Python object
    assert 'id="mlops-' in body  # what the live one makes room in
