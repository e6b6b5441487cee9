"""Stage notebooks merged cell by cell: edits follow their cells, and none is lost."""

from __future__ import annotations

import copy
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_mlops.lifts.pipeline.merge.files import Merge, merge_files
from jupyter_mlops.lifts.pipeline.merge.notebooks import read, write

from .edits import edited

Notebook = dict[str, Any]
Sources = dict[str, list[str]]


def cell(source: str, kind: str = "code", id: str = "", **own: Any) -> dict[str, Any]:  # noqa: A002
    found: dict[str, Any] = {
        "cell_type": kind,
        "id": id,
        "metadata": {"jupyter_mlops": own} if own else {},
        "source": source.splitlines(keepends=True),
    }
    return found | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def generated(stages: Sources) -> dict[str, bytes]:
    """Stage notebooks as the converter makes them of a notebook's cells."""
    files, index = {}, 0
    for name, sources in stages.items():
        cells = [
            cell(f"# {name}\n\nStage of cells from {index}", "markdown", f"{name}-title", role="title"),
            cell(f"product = {{'nb': '{name}'}}\nresources_ = None", id=f"{name}-parameters", role="parameters"),
        ]
        for source in sources:
            cells.append(cell(source, id=f"{name}-cell-{index}", source_cell=index))
            index += 1
        cells.append(cell(f"save({len(sources)})", id=f"{name}-outputs", role="outputs"))
        metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}, "jupyter_mlops": {"stage": name}}
        notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
        files[f"stages/{name}.ipynb"] = write(notebook).encode()
    return files


BASE = {"load": ["a = 1", "b = 2\nc = 3"], "train": ["model = fit(a)", "score = test(model)\nprint(score)"]}


def opened(files: dict[str, bytes], stage: str) -> Notebook:
    found = read(files[f"stages/{stage}.ipynb"].decode())
    assert found is not None
    return found


def saved(files: dict[str, bytes], stage: str, notebook: Notebook) -> dict[str, bytes]:
    return {**files, f"stages/{stage}.ipynb": write(notebook).encode()}


def replaced(files: dict[str, bytes], stage: str, old: str, new: str) -> dict[str, bytes]:
    notebook = opened(files, stage)
    for each in notebook["cells"]:
        each["source"] = "".join(each["source"]).replace(old, new)
    return saved(files, stage, notebook)


def inserted(files: dict[str, bytes], stage: str, position: int, source: str) -> dict[str, bytes]:
    notebook = opened(files, stage)
    notebook["cells"].insert(position, cell(source, id="abc-123"))
    return saved(files, stage, notebook)


def merged(ours: dict[str, bytes], now: Sources, side: str = "keep", base: Sources = BASE) -> Merge:
    return merge_files(generated(base), ours, generated(now), side)  # type: ignore[arg-type]


def code(result: Merge, stage: str) -> list[str]:
    """The code of a merged stage without what every stage begins with."""
    content = result.files[f"stages/{stage}.ipynb"]
    assert isinstance(content, bytes)
    found = read(content.decode())
    assert found is not None
    nbformat.validate(nbformat.from_dict(copy.deepcopy(found)))
    return ["".join(each["source"]) for each in found["cells"][2:]]


def test_an_edit_stays_when_other_cells_change() -> None:
    ours = replaced(generated(BASE), "train", "fit(a)", "fit(a, deep=True)")
    result = merged(ours, {"load": ["a = 1", "b = 20\nc = 3"], "train": [*BASE["train"], "report(score)"]})
    assert result.conflicts == []
    assert code(result, "load") == ["a = 1", "b = 20\nc = 3", "save(2)"]
    assert code(result, "train") == ["model = fit(a, deep=True)", BASE["train"][1], "report(score)", "save(3)"]
    assert result.merged == ["stages/train.ipynb"]


def test_both_changed_other_lines_of_one_cell() -> None:
    base = {"load": ["a = 1\nb = 2\nc = 3"]}
    ours = replaced(generated(base), "load", "a = 1", "a = 10")
    result = merged(ours, {"load": ["a = 1\nb = 2\nc = 30"]}, base=base)
    assert (code(result, "load"), result.conflicts) == (["a = 10\nb = 2\nc = 30", "save(1)"], [])


def test_both_changed_one_line() -> None:
    ours = replaced(generated(BASE), "train", "fit(a)", "fit(a, deep=True)")
    now = {**BASE, "load": ["new = 0", *BASE["load"]], "train": ["model = fit(a, fast=True)", BASE["train"][1]]}
    for side, stands in (("keep", "model = fit(a, deep=True)"), ("replace", "model = fit(a, fast=True)")):
        result = merged(ours, now, side)
        (conflict,) = result.conflicts
        assert (conflict.path, conflict.cell, conflict.where) == ("stages/train.ipynb", 3, "cell 3")
        assert (conflict.base, conflict.ours, conflict.theirs) == (
            "model = fit(a)", "model = fit(a, deep=True)", "model = fit(a, fast=True)",
        )  # fmt: skip
        assert code(result, "train")[0] == stands


def test_edits_and_added_cells_follow_a_cell_into_another_stage() -> None:
    ours = replaced(generated(BASE), "train", "print(score)", "log(score)")
    ours = inserted(ours, "train", 4, "check(score)")
    now = {"load": BASE["load"], "train": BASE["train"][:1], "evaluate": BASE["train"][1:]}
    result = merged(ours, now)
    assert result.conflicts == []
    assert code(result, "evaluate") == ["score = test(model)\nlog(score)", "check(score)", "save(1)"]
    assert code(result, "train") == ["model = fit(a)", "save(1)"]


def test_a_renamed_stage_keeps_the_edits() -> None:
    ours = replaced(generated(BASE), "train", "fit(a)", "fit(a, deep=True)")
    ours = replaced(ours, "train", "resources_ = None", "resources_ = None\nmine = 1")
    result = merged(ours, {"load": BASE["load"], "fit": BASE["train"]})
    assert result.conflicts == []
    assert result.files["stages/train.ipynb"] is None
    assert code(result, "fit")[0] == "model = fit(a, deep=True)"
    fit = result.files["stages/fit.ipynb"]
    assert isinstance(fit, bytes)
    assert b"mine = 1" in fit
    assert b"'nb': 'fit'" in fit


def test_an_edited_cell_that_the_notebook_lost() -> None:
    ours = replaced(generated(BASE), "load", "c = 3", "c = 30")
    now = {**BASE, "load": BASE["load"][:1]}
    result = merged(ours, now)
    (conflict,) = result.conflicts
    assert (conflict.base, conflict.ours, conflict.theirs) == ("b = 2\nc = 3", "b = 2\nc = 30", None)
    assert code(result, "load") == ["a = 1", "b = 2\nc = 30", "save(1)"]
    assert code(merged(ours, now, "replace"), "load") == ["a = 1", "save(1)"]


def test_an_untouched_cell_that_the_notebook_lost_goes() -> None:
    ours = replaced(generated(BASE), "load", "a = 1", "a = 10")
    result = merged(ours, {**BASE, "load": BASE["load"][:1]})
    assert (code(result, "load"), result.conflicts) == (["a = 10", "save(1)"], [])


def test_a_stage_that_went_is_kept_when_work_in_it_has_no_other_place() -> None:
    ours = inserted(generated(BASE), "train", 3, "mine()")
    result = merged(ours, {"load": BASE["load"]})
    assert result.left == ["stages/train.ipynb"]
    assert "stages/train.ipynb" not in result.files
    assert merged(ours, {"load": BASE["load"]}, "replace").files["stages/train.ipynb"] is None
    assert merged(generated(BASE), {"load": BASE["load"]}).files["stages/train.ipynb"] is None


def test_a_deleted_cell_stays_deleted_unless_it_changed() -> None:
    notebook = opened(generated(BASE), "load")
    del notebook["cells"][2]
    ours = saved(generated(BASE), "load", notebook)
    result = merged(ours, {**BASE, "load": ["a = 1", "b = 2\nc = 4"]})
    assert (code(result, "load"), result.conflicts) == (["b = 2\nc = 4", "save(2)"], [])
    (conflict,) = merged(ours, {**BASE, "load": ["a = 5", "b = 2\nc = 3"]}).conflicts
    assert (conflict.cell, conflict.base, conflict.ours, conflict.theirs) == (0, "a = 1", None, "a = 5")


def test_the_users_order_of_cells_stays() -> None:
    notebook = opened(generated(BASE), "load")
    notebook["cells"][2:4] = reversed(notebook["cells"][2:4])
    ours = saved(generated(BASE), "load", notebook)
    result = merged(ours, {**BASE, "load": [*BASE["load"], "d = 4"]})
    assert code(result, "load") == ["b = 2\nc = 3", "a = 1", "d = 4", "save(3)"]


def test_outputs_stay_with_the_text_that_they_belong_to() -> None:
    notebook = opened(generated(BASE), "load")
    for each in notebook["cells"]:
        if each["cell_type"] == "code":
            each["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x"}]
            each["execution_count"] = 1
    ours = saved(generated(BASE), "load", notebook)
    result = merged(ours, {**BASE, "load": ["a = 1", "b = 20\nc = 3"]})
    content = result.files["stages/load.ipynb"]
    assert isinstance(content, bytes)
    shown = {each["id"]: bool(each.get("outputs")) for each in (read(content.decode()) or {})["cells"]}
    assert shown["load-cell-0"]
    assert not shown["load-cell-1"]


def test_a_cell_that_was_split_is_two_edits() -> None:
    notebook = opened(generated(BASE), "load")
    notebook["cells"][3]["source"] = ["b = 2"]
    notebook["cells"].insert(4, {**copy.deepcopy(notebook["cells"][3]), "id": "other", "source": ["c = 3"]})
    ours = saved(generated(BASE), "load", notebook)
    result = merged(ours, {**BASE, "load": ["zero = 0", *BASE["load"]]})
    assert (code(result, "load"), result.conflicts) == (["zero = 0", "a = 1", "b = 2", "c = 3", "save(3)"], [])


@pytest.mark.parametrize("broken", [b"{", b"[]", b'{"cells": 1}', b"\xff\xfe", b'{"cells": [{"cell_type": "code"}]}'])
def test_a_broken_notebook_is_a_conflict(broken: bytes) -> None:
    ours = {**generated(BASE), "stages/load.ipynb": broken}
    now = {**BASE, "load": ["a = 2", *BASE["load"][1:]]}
    (conflict,) = merged(ours, now).conflicts
    assert (conflict.path, conflict.where) == ("stages/load.ipynb", "")
    assert merged(ours, now).files["stages/load.ipynb"] == broken
    assert code(merged(ours, now, "replace"), "load")[0] == "a = 2"
    assert merged(ours, BASE).kept == ["stages/load.ipynb"]


def test_a_deleted_stage_stays_deleted() -> None:
    ours = generated(BASE)
    del ours["stages/load.ipynb"]
    now = {**BASE, "load": ["a = 2", *BASE["load"][1:]]}
    assert merged(ours, now).deleted == ["stages/load.ipynb"]
    assert merged(ours, BASE).deleted == ["stages/load.ipynb"]
    assert code(merged(ours, now, "replace"), "load")[0] == "a = 2"


def test_without_what_was_generated_both_sides_are_shown() -> None:
    ours = replaced(generated(BASE), "load", "a = 1", "a = 10")
    result = merge_files({}, ours, generated(BASE), "keep")
    assert [(each.path, each.base) for each in result.conflicts] == [("stages/load.ipynb", None)]
    assert result.files["stages/load.ipynb"] == ours["stages/load.ipynb"]
    assert result.files["stages/train.ipynb"] == generated(BASE)["stages/train.ipynb"]


@st.composite
def stages(draw: st.DrawFn, letter: str, base: Sources | None = None) -> Sources:
    """Cells of recognisable lines, cut into stages."""
    if base is None:
        numbers = iter(range(1000))
        sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=6))
        cells = ["\n".join(f"{letter}{next(numbers)}" for _ in range(size)) for size in sizes]
    else:
        cells = []
        for number, source in enumerate(source for each in base.values() for source in each):
            what = draw(st.sampled_from(["keep", "keep", "edit", "delete", "insert"]))
            if what == "insert":
                cells.append(f"{letter}{number}new")
            if what == "edit":
                lines = draw(edited(source.split("\n"), f"{letter}{number}x"))
                cells.append("\n".join(lines or [f"{letter}{number}y"]))
            elif what != "delete":
                cells.append(source)
        if draw(st.booleans()):
            cells.reverse()
    found: Sources = {}
    while cells:
        take = draw(st.integers(1, len(cells)))
        names = [name for name in ("load", "train", "evaluate", "report", "more", "last", "end") if name not in found]
        name = draw(st.sampled_from(names[:3]))
        found[name], cells = cells[:take], cells[take:]
        if len(found) == 6:
            found[name] += cells
            break
    return found or {"load": [f"{letter}0"]}


@st.composite
def users(draw: st.DrawFn, files: dict[str, bytes]) -> dict[str, bytes]:
    """The files after a user was at them: cells edited, added, deleted, moved, in one stage or between them."""
    found = {}
    for number, path in enumerate(files):
        notebook = read(files[path].decode()) or {}
        cells = []
        for position, each in enumerate(notebook["cells"]):
            what = draw(st.sampled_from(["keep", "keep", "keep", "edit", "delete", "insert"]))
            if what == "edit":
                lines = draw(edited("".join(each["source"]).split("\n"), f"o{number}z{position}x"))
                cells.append({**each, "source": "\n".join(lines).splitlines(keepends=True)})
            elif what != "delete":
                cells.append(each)
            if what == "insert":
                cells.append(cell(f"o{number}z{position}own", id=f"own-{position}"))
        if len(cells) > 1 and draw(st.booleans()):
            cells = draw(st.permutations(cells))
        if draw(st.integers(0, 9)):
            found[path] = write({**notebook, "cells": cells}).encode()
    return found


def lines_of(files: dict[str, Any], letter: str) -> set[str]:
    texts = [
        "".join(c["source"]) for content in files.values() if content for c in (read(content.decode()) or {})["cells"]
    ]
    return {line for text in texts for line in text.split("\n") if line.startswith(letter)}


@given(st.data(), st.sampled_from(["keep", "replace"]))
@settings(deadline=None, max_examples=60)
def test_no_line_is_lost(data: st.DataObject, side: str) -> None:
    base = data.draw(stages("b"))
    files, now = generated(base), generated(data.draw(stages("t", base)))
    ours = data.draw(users(files))
    result = merge_files(files, ours, now, side)  # type: ignore[arg-type]
    written = {path: content for path, content in result.files.items() if content is not None}
    for content in written.values():
        nbformat.validate(nbformat.from_dict(read(content.decode())))  # type: ignore[union-attr]
        assert b"<<<<" not in content

    shown = "\n".join(part for each in result.conflicts for part in (each.base, each.ours, each.theirs) if part)
    found = lines_of(written, "o") | lines_of({path: ours[path] for path in result.left}, "o") | set(shown.split("\n"))
    if side == "keep":
        assert lines_of(ours, "o") <= found
    kept_away = {path: now[path] for path in result.deleted}
    assert lines_of(now, "t") <= lines_of(written, "t") | set(shown.split("\n")) | lines_of(kept_away, "t")


@given(st.data())
@settings(deadline=None, max_examples=20)
def test_one_side_alone_decides(data: st.DataObject) -> None:
    base = data.draw(stages("b"))
    files, now = generated(base), generated(data.draw(stages("t", base)))
    ours = data.draw(users(files))
    alone = merge_files(files, files, now, "keep")
    assert {path: content for path, content in alone.files.items() if content is not None} == now
    assert not alone.edited
    still = merge_files(files, ours, files, "keep")
    assert {**ours, **still.files} == ours
    assert still.conflicts == []
    again = merge_files(now, merge_files(files, ours, now, "keep").files, now, "keep")  # type: ignore[arg-type]
    assert again.conflicts == []
