"""Evidence: it leads to its place, its text is text, and looking at it runs nothing of the project."""

from __future__ import annotations

import json
import os

import pytest
from playwright.sync_api import expect
from projects import snapshot, write_notebook, write_untracked

#: Milliseconds: a lift reads the project twice, and other work may be under way.
DONE = 90_000
HOSTILE = "<img src=x onerror=\"window.hacked = '{}'\">"


def test_evidence_opens_the_notebook_at_the_cell(lab, project):
    fits = "model = LogisticRegression().fit(customers[['tenure']], customers['churned'])"
    reads = "import pandas as pd\nfrom sklearn.linear_model import LogisticRegression\n\ncustomers = pd.read_csv('../data/churn.csv')"
    write_notebook(project / "notebooks" / "fit.ipynb", ["# Fit", reads, fits])
    lab.open(project / "train.py")
    sidebar = lab.open_sidebar()
    sidebar.get_by_role("button", name="Do you version data and models?").click()
    criterion = sidebar.locator("[data-criterion='data-versioned']").first
    criterion.get_by_role("button").first.click()
    criterion.get_by_role("button", name="notebooks/fit.ipynb, cell 2").first.click()
    active = lab.page.locator(".jp-NotebookPanel:visible .jp-Cell.jp-mod-active")
    expect(active).to_contain_text("read_csv")
    expect(lab.page.locator("#jp-main-statusbar")).to_contain_text("Ln 4,")
    lab.screenshot("evidence-opened-cell")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such file names")
def test_names_and_texts_of_files_are_text(lab, project):
    """Where something were taken for HTML, it would run."""
    write_untracked(project)
    fit = (project / "train.py").read_text().replace("(C=0.5)", f"(  # {HOSTILE.format('code')}\n    C=0.5)")
    (project / f"{HOSTILE.format('name')}.py").write_text(fit, encoding="utf-8")
    (project / "metrics.json").write_text(json.dumps({HOSTILE.format("metric"): HOSTILE.format("value")}))
    (project / "README.md").write_text(f"# {HOSTILE.format('readme')}\n\nRun `python {HOSTILE.format('run')}`.\n")
    (project / "requirements.txt").write_text(f"pandas # {HOSTILE.format('requirement')}\n")
    pipeline = project / "pipelines" / HOSTILE.format("pipeline")
    pipeline.mkdir(parents=True)
    told = {"schema": 1, "name": HOSTILE.format("pipeline"), "notebook": HOSTILE.format("notebook"), "stages": [{}]}
    (pipeline / "conversion.json").write_text(json.dumps(told))
    (project / ".mlops").mkdir()
    row = {"date": "2026-11-02", "level": 1, "progress": 0, "score": 8, "commit": HOSTILE.format("commit")}
    units = [{"path": HOSTILE.format("unit"), "level": 1, "progress": 0, "score": 8, "rungs": {}}]
    row |= {"ruleset": HOSTILE.format("ruleset"), "units": units}
    (project / ".mlops" / "history.jsonl").write_text(json.dumps(row) + "\n")
    (project / "notebooks" / "no.ipynb").write_text(
        f'{{"cells": "{HOSTILE.format("json")}", "nbformat": 4'.replace('"window', "'window")
    )

    lab.open(project / "train.py")
    sidebar = lab.open_sidebar()
    for question in sidebar.locator(".jp-Mlops-question > button").all():
        question.click()
    for criterion in sidebar.locator("[data-criterion]").all():
        criterion.get_by_role("button").first.click()
    expect(sidebar).to_contain_text("<img src=x onerror=")
    lab.set_sidebar_width(300)
    lab.screenshot("sidebar-hostile")
    sidebar.get_by_role("button", name="Roadmap").click()
    expect(lab.page.locator(".jp-Mlops-roadmap:visible").get_by_test_id("timeline")).to_be_visible(timeout=DONE)
    lab.run("jupyter-mlops:lift", lift="mlflow-tracking")
    lift = lab.page.locator(".jp-Mlops-lift:visible")
    expect(lift).to_contain_text("<img src=x onerror=", timeout=DONE)
    lab.screenshot("lift-hostile")
    assert lab.page.locator("img[src=x]").count() == 0
    assert lab.page.evaluate("() => window.hacked") is None


def test_looking_runs_nothing_of_the_project(lab, project):
    marker = project.parent / "it-ran"
    runs = f"open({str(marker)!r}, 'a').close()\n"
    for name in ("setup.py", "conftest.py", "sitecustomize.py", "pandas.py", "mlflow.py", "tests/test_it.py"):
        file = project / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(runs)
    train = project / "train.py"
    train.write_text(runs + train.read_text().replace("mlflow", "print"))
    notebook = project / "notebooks" / "runs.ipynb"
    write_notebook(notebook, ["# Runs", runs, "import numpy as np\nnp.int(1)"])
    before = snapshot(project)
    lab.open(project)
    sidebar = lab.open_sidebar()
    sidebar.get_by_role("button", name="Roadmap").click()
    expect(lab.page.locator(".jp-Mlops-roadmap:visible").get_by_test_id("timeline")).to_be_visible(timeout=DONE)
    path = notebook.relative_to(lab.root).as_posix()
    lab.run("jupyter-mlops:lift", lift="clean-notebook", path=path)
    lift = lab.page.locator(".jp-Mlops-lift:visible")
    expect(lift.locator("[data-path='notebooks/runs_clean.ipynb']")).to_be_visible(timeout=DONE)
    lab.run("jupyter-mlops:lift", lift="tests")
    expect(lift.get_by_role("button", name="Look again", exact=True)).to_be_visible(timeout=DONE)
    lab.run("jupyter-mlops:edit-plan", path=path)
    editor = lab.conversion().get_by_test_id("plan-editor")
    expect(editor.get_by_test_id("plan-state")).to_contain_text("proposed plan", timeout=DONE)
    assert not marker.exists()
    assert snapshot(project) == before
    # So that the marker is one: asked to, a conversion does run it.
    lab.conversion().get_by_role("button", name="Convert").first.click()
    expect(lab.conversion().get_by_role("alert")).to_contain_text("np.int", timeout=240_000)
    assert marker.exists()
