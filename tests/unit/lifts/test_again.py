"""Converting a notebook whose pipeline is there: found, merged, reported, and nothing of the user's lost."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from notebooks import Cell, commit, git, write_notebook

from jupyter_mlops import convert
from jupyter_mlops.changes import history, undo
from jupyter_mlops.errors import MlopsError
from jupyter_mlops.lifts.pipeline.api import Conversion

CELLS: list[tuple[str, str]] = [
    ("markdown", "# Study\n\n## Load"),
    ("code", "LIMIT = 10\nDEPTH = 3"),
    ("code", "rows = [int(line) for line in open('rows.txt')]"),
    ("code", "print(len(rows))"),
    ("markdown", "## Clean"),
    ("code", "kept = [row for row in rows if row < LIMIT]\nkept.sort()"),
    ("code", "print(kept[:3])"),
    ("markdown", "## Train"),
    ("code", "model = {'mean': sum(kept) / len(kept), 'depth': DEPTH}"),
    ("code", "print(model)"),
    ("markdown", "## Evaluate"),
    ("code", "error = sum(abs(row - model['mean']) for row in rows) / len(rows)"),
    ("code", "print(round(error, 3))"),
]


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    (tmp_path / "rows.txt").write_text("1\n12\n5\n", encoding="utf-8")
    git(tmp_path, "init", "-q")
    return write_notebook(tmp_path / "study.ipynb", CELLS)


def converted(notebook: Path, **options: Any) -> Conversion:
    return convert(notebook, run=False, **options)


def changed(notebook: Path, old: str, new: str, *more: tuple[str, str]) -> None:
    write_notebook(notebook, [(kind, source.replace(old, new)) for kind, source in [*CELLS, *more]])


def rewritten(file: Path, old: str, new: str) -> None:
    text = file.read_bytes().decode()
    assert old in text
    file.write_bytes(text.replace(old, new).encode())


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not {".git", ".mlops"} & set(path.relative_to(folder).parts)
    }


def test_a_second_time_changes_nothing(notebook: Path) -> None:
    first = converted(notebook)
    commit(notebook.parent, "converted")
    before = tree(notebook.parent)
    second = converted(notebook)
    assert second.path == first.path
    assert second.applied is not None
    assert second.applied.paths == ()
    assert tree(notebook.parent) == before
    assert len(history(notebook.parent)) == 1


def test_edits_are_kept_and_changes_arrive(notebook: Path) -> None:
    pipeline = converted(notebook).path
    rewritten(pipeline / "stages" / "train.ipynb", "'depth': DEPTH", "'depth': DEPTH, 'size': len(kept)")
    rewritten(pipeline / "params.yaml", "DEPTH: 3", "DEPTH: 5")
    rewritten(pipeline / "README.md", "## Run it", "Ask Kim.\n\n## Run it")
    (pipeline / "pipeline.yaml").unlink()
    (pipeline / "mine.txt").write_text("mine", encoding="utf-8")
    before = tree(notebook.parent)
    changed(notebook, "kept[:3]", "kept[:4]", ("code", "WEIGHT = 0.5\nprint(error * WEIGHT)"))
    conversion = converted(notebook)
    merge = conversion.again.merge
    assert (merge.conflicts, merge.deleted, merge.left) == ([], ["pipeline.yaml"], [])
    assert merge.kept == ["stages/train.ipynb"]
    assert merge.merged == ["README.md", "params.yaml"]
    assert "'size': len(kept)" in (pipeline / "stages" / "train.ipynb").read_text("utf-8")
    assert "kept[:4]" in (pipeline / "stages" / "clean.ipynb").read_text("utf-8")
    params = (pipeline / "params.yaml").read_text("utf-8")
    assert "DEPTH: 5 " in params
    assert "WEIGHT: 0.5 " in params
    assert "Ask Kim." in (pipeline / "README.md").read_text("utf-8")
    assert not (pipeline / "pipeline.yaml").exists()
    after = tree(notebook.parent)
    assert converted(notebook).applied.paths == ()  # type: ignore[union-attr]
    assert tree(notebook.parent) == after
    undo(notebook.parent)
    write_notebook(notebook, CELLS)
    assert tree(notebook.parent) == before


def test_a_preview_writes_nothing(notebook: Path) -> None:
    pipeline = converted(notebook).path
    rewritten(pipeline / "params.yaml", "DEPTH: 3", "DEPTH: 5")
    changed(notebook, "kept[:3]", "kept[:4]")
    before = tree(notebook.parent)
    preview = converted(notebook, write=False).changes.preview()
    assert tree(notebook.parent) == before
    assert '+    "print(kept[:4])"' in preview
    assert "DEPTH: 3" not in preview.replace('"DEPTH: 3', "")


def test_a_conflict_writes_nothing_until_a_side_is_chosen(notebook: Path) -> None:
    pipeline = converted(notebook).path
    stage = pipeline / "stages" / "train.ipynb"
    rewritten(stage, "sum(kept) / len(kept)", "median(kept)")
    rewritten(pipeline / "params.yaml", "DEPTH: 3", "DEPTH: 5")
    changed(notebook, "sum(kept) / len(kept)", "max(kept)", ("code", "print('new')"))
    changed_text = notebook.read_text("utf-8").replace("DEPTH = 3", "DEPTH = 4")
    notebook.write_text(changed_text, encoding="utf-8")
    before = tree(notebook.parent)
    conversion = converted(notebook)
    assert conversion.applied is None
    assert not conversion.good
    assert not conversion.changes
    assert tree(notebook.parent) == before
    found = {(each["path"], each["where"]): each for each in conversion.again.as_dict()["conflicts"]}
    assert found.keys() == {("params.yaml", "DEPTH"), ("stages/train.ipynb", "cell 8")}
    cell = found["stages/train.ipynb", "cell 8"]
    assert cell["cell"] == 8
    assert [("median" in cell["ours"], "max" in cell["theirs"], "sum" in cell["base"])] == [(True, True, True)]
    params = found["params.yaml", "DEPTH"]
    assert (params["base"], params["ours"], params["theirs"]) == ("DEPTH: 3", "DEPTH: 5", "DEPTH: 4")

    kept = converted(notebook, on_conflict="keep")
    assert kept.applied is not None
    assert "median(kept)" in stage.read_text("utf-8")
    assert "DEPTH: 5 " in (pipeline / "params.yaml").read_text("utf-8")
    assert converted(notebook).applied.paths == ()  # type: ignore[union-attr]
    undo(notebook.parent)
    replaced = converted(notebook, on_conflict="replace")
    assert replaced.applied is not None
    assert "max(kept)" in stage.read_text("utf-8")
    assert "DEPTH: 4 " in (pipeline / "params.yaml").read_text("utf-8")


def test_it_is_found_under_another_name_and_after_a_move(notebook: Path) -> None:
    named = converted(notebook, name="other", output=notebook.parent / "work" / "flow").path
    assert converted(notebook).path == named
    assert converted(notebook).document["name"] == "other"
    moved = named.parent.parent / "elsewhere"
    named.rename(moved)
    assert converted(notebook).path == moved
    shutil.copytree(moved, moved.parent / "copy")
    with pytest.raises(MlopsError) as caught:
        converted(notebook)
    assert caught.value.code == "several-pipelines"
    assert converted(notebook, output=moved).path == moved
    assert converted(notebook, name="third").path == notebook.parent / "pipelines" / "third"


def test_it_follows_a_notebook_that_was_moved(notebook: Path) -> None:
    pipeline = converted(notebook).path
    moved = notebook.rename(notebook.parent / "renamed.ipynb")
    assert converted(moved).path == pipeline
    assert json.loads((pipeline / "conversion.json").read_text("utf-8"))["notebook"] == "renamed.ipynb"
    again = moved.rename(notebook.parent / "once_more.ipynb")
    changed(again, "kept[:3]", "kept[:4]")
    assert converted(again, write=False).path != pipeline
    assert converted(again, output=pipeline).path == pipeline


def test_a_pipeline_of_another_notebook_is_in_the_way(notebook: Path) -> None:
    pipeline = converted(notebook).path
    other = write_notebook(notebook.parent / "other.ipynb", CELLS)
    before = tree(pipeline)
    with pytest.raises(MlopsError) as caught:
        converted(other, output=pipeline)
    assert caught.value.code == "output-exists"
    assert tree(pipeline) == before


def test_without_the_record_untouched_files_are_replaced_and_others_are_conflicts(notebook: Path) -> None:
    pipeline = converted(notebook).path
    rewritten(pipeline / "stages" / "train.ipynb", "'depth': DEPTH", "'depth': DEPTH, 'size': 1")
    (pipeline / ".generated.json").unlink()
    changed(notebook, "kept[:3]", "kept[:4]")
    conversion = converted(notebook)
    assert [(each.path, each.base) for each in conversion.again.conflicts] == [("stages/train.ipynb", None)]
    kept = converted(notebook, on_conflict="keep")
    assert kept.again.merge.kept == ["stages/train.ipynb"]
    assert "'size': 1" in (pipeline / "stages" / "train.ipynb").read_text("utf-8")
    assert "kept[:4]" in (pipeline / "stages" / "clean.ipynb").read_text("utf-8")
    assert converted(notebook).again.conflicts == ()


def test_a_pipeline_of_an_older_version_has_no_record_at_all(notebook: Path) -> None:
    pipeline = converted(notebook).path
    (pipeline / ".generated.json").unlink()
    document = json.loads((pipeline / "conversion.json").read_text("utf-8"))
    del document["generated"]
    (pipeline / "conversion.json").write_text(json.dumps(document), encoding="utf-8")
    assert converted(notebook).again.conflicts == ()
    (pipeline / ".generated.json").unlink()
    (pipeline / "conversion.json").write_text(json.dumps(document), encoding="utf-8")
    changed(notebook, "kept[:3]", "kept[:4]")
    assert "stages/clean.ipynb" in {each.path for each in converted(notebook).again.conflicts}


def test_line_ends_of_a_checkout_are_no_edit(notebook: Path) -> None:
    pipeline = converted(notebook).path
    for path in pipeline.rglob("*"):
        if path.is_file() and not path.is_symlink():
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert converted(notebook).applied.paths == ()  # type: ignore[union-attr]
    rewritten(pipeline / "params.yaml", "DEPTH: 3", "DEPTH: 5")
    changed(notebook, "kept[:3]", "kept[:4]", ("code", "WEIGHT = 0.5\nprint(error * WEIGHT)"))
    assert converted(notebook).again.merge.merged == ["params.yaml"]
    lines = (pipeline / "params.yaml").read_bytes().split(b"\n")
    assert all(line.endswith(b"\r") for line in lines[:-1])
    assert b"kept[:4]" in (pipeline / "stages" / "clean.ipynb").read_bytes()


def test_a_copy_that_stands_for_the_link_follows_the_parameters(notebook: Path) -> None:
    pipeline = converted(notebook).path
    copy = pipeline / "env.yaml"
    copy.unlink()
    rewritten(pipeline / "params.yaml", "DEPTH: 3", "DEPTH: 5")
    copy.write_bytes((pipeline / "params.yaml").read_bytes())
    changed(notebook, "kept[:3]", "kept[:4]", ("code", "WEIGHT = 0.5\nprint(error * WEIGHT)"))
    converted(notebook)
    assert copy.read_bytes() == (pipeline / "params.yaml").read_bytes()
    copy.unlink()
    copy.write_text("DEPTH: 7\n", encoding="utf-8")
    changed(notebook, "kept[:3]", "kept[:5]")
    assert "env.yaml" in converted(notebook).again.merge.kept
    assert copy.read_text("utf-8") == "DEPTH: 7\n"


def test_a_line_that_was_taken_out_of_gitignore_stays_out(notebook: Path) -> None:
    converted(notebook)
    ignore = notebook.parent / ".gitignore"
    rewritten(ignore, "/mlruns/\n", "")
    converted(notebook)
    assert "/mlruns/" not in ignore.read_text("utf-8")


def test_what_gitignore_covers_already_is_not_added(notebook: Path) -> None:
    ignore = notebook.parent / ".gitignore"
    ignore.write_text("mlflow.db\nmlruns/\n", encoding="utf-8")
    converted(notebook)
    assert not {"/mlflow.db", "/mlruns/"} & set(ignore.read_text("utf-8").splitlines())


def test_a_line_is_added_where_another_takes_it_out_again(notebook: Path) -> None:
    ignore = notebook.parent / ".gitignore"
    ignore.write_text("mlflow.db\n!mlflow.db\n", encoding="utf-8")
    converted(notebook)
    assert "/mlflow.db" in ignore.read_text("utf-8").splitlines()


PLAN = [{"name": "start", "cells": [1, 2, 3, 5]}, {"name": "rest", "cells": [6, 8, 9, 11, 12]}]


def stages(conversion: Conversion) -> dict[str, list[int]]:
    return {stage["name"]: stage["cells"] for stage in conversion.document["plan"]["stages"]}


def test_a_plan_that_was_given_goes_on(notebook: Path) -> None:
    first = converted(notebook, plan={"stages": PLAN, "targets": ["dvc"], "parameters": {"DEPTH": None}})
    before = tree(notebook.parent)
    assert converted(notebook).applied.paths == ()  # type: ignore[union-attr]
    assert tree(notebook.parent) == before
    write_notebook(notebook, [*CELLS[:6], ("code", "print(len(kept))"), *CELLS[6:]])
    again = converted(notebook)
    assert stages(first) == {"start": [1, 2, 3, 5], "rest": [6, 8, 9, 11, 12]}
    assert stages(again) == {"start": [1, 2, 3, 5, 6], "rest": [7, 9, 10, 12, 13]}
    assert not (again.path / "pipeline.yaml").exists()
    assert [parameter["name"] for parameter in again.document["parameters"]] == ["LIMIT"]
    assert list(stages(converted(notebook, plan={}))) == ["load", "clean", "train", "evaluate"]


def test_the_planner_decides_anew_when_the_cells_change(notebook: Path) -> None:
    first = converted(notebook)
    document = json.loads(notebook.read_text("utf-8"))
    document["cells"][3]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "3\n"}]
    notebook.write_text(json.dumps(document), encoding="utf-8")
    assert stages(converted(notebook)) == stages(first)
    write_notebook(notebook, CELLS[:10])
    assert list(stages(converted(notebook))) == ["load", "clean", "train"]


def test_results_of_runs_are_not_touched(notebook: Path) -> None:
    pipeline = converted(notebook).path
    results = [pipeline / "dvc.lock", pipeline / "metrics.json", pipeline / "products" / "load" / "rows.joblib"]
    for path in results:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"result")
    changed(notebook, "kept[:3]", "kept[:4]")
    assert converted(notebook).again.merge.conflicts == []
    assert {path.read_bytes() for path in results} == {b"result"}


def test_an_edit_while_it_is_converted_is_not_overwritten(notebook: Path) -> None:
    pipeline = converted(notebook).path
    changed(notebook, "kept[:3]", "kept[:4]")
    merged = pipeline / "params.yaml"

    def edit(event: dict[str, Any]) -> None:
        if event["phase"] == "write":
            rewritten(merged, "DEPTH: 3", "DEPTH: 6")
            rewritten(pipeline / "stages" / "clean.ipynb", "kept[:3]", "kept[:9]")

    with pytest.raises(MlopsError) as caught:
        converted(notebook, progress=edit)
    assert caught.value.code == "changed-since-preview"
    assert "kept[:9]" in (pipeline / "stages" / "clean.ipynb").read_text("utf-8")


def test_the_order_of_the_cells_goes_on(notebook: Path) -> None:
    def run_in(*counts: int | None, first: str = "print(total)") -> None:
        sources = [first, "rows = [3, 4]", "total = sum(rows)", "print(rows)"]
        write_notebook(notebook, [Cell("code", s, count=c) for s, c in zip(sources, counts, strict=True)])

    def order(**options: Any) -> tuple[list[int], bool]:
        done = converted(notebook, **options)
        cells = [cell for stage in done.document["stages"] for cell in stage["source_cells"]]
        return cells, not done.changes.changes

    run_in(4, 1, 2, 3)
    assert order(order="recorded")[0] == [1, 2, 3, 0]
    assert order() == ([1, 2, 3, 0], True)
    # The counts are cleared, or those of a run that went wrong: the cells are the same, and so is their order.
    run_in(None, None, None, None)
    assert order()[0] == [1, 2, 3, 0]
    run_in(9, 1, 2, 10, first="print('sum', total)")
    assert order()[0] == [1, 2, 0, 3]
    run_in(1, 2, 3, 4, first="total = 0")
    assert order()[0] == [0, 1, 2, 3]
    assert "order" not in converted(notebook).document
    run_in(4, 1, 2, 3, first="total = 0")
    assert order()[0] == [0, 1, 2, 3]


def test_an_order_that_is_asked_for_wins(notebook: Path) -> None:
    cells = [Cell("code", "print('begin')", count=2), Cell("code", "rows = [3, 4]\nprint(rows)", count=1)]
    write_notebook(notebook, cells)
    assert converted(notebook, order="recorded").document["order"] == [1, 0]
    assert "order" in converted(notebook).document
    assert "order" not in converted(notebook, order="document").document
    assert "order" not in converted(notebook).document
