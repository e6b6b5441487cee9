"""Plans that people make or edit: what is accepted, what is refused and how, and that a plan given back changes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jupyter_mlops_converters.compile import Compiled, compile_notebook
from jupyter_mlops_converters.errors import MlopsError
from notebooks import write_notebook

CELLS: list[tuple[str, str]] = [
    ("markdown", "# Numbers"),
    ("code", "import random\nSIZE = 4\nSTEP = 2"),
    ("markdown", "## Load"),
    ("code", "values = [random.random() for _ in range(SIZE)]"),
    ("code", "print(values[:2])"),
    ("markdown", "## Train"),
    ("code", "best = max(values) * STEP"),
    ("code", "print(len(values))"),
    ("markdown", "## Evaluate"),
    ("code", "score = best / sum(values)"),
    ("code", "score"),
]
STAGES = [{"name": "load", "cells": [1, 3]}, {"name": "look", "cells": [4, 7]}, {"name": "fit", "cells": [6, 9, 10]}]


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    (tmp_path / "requirements.txt").touch()
    return write_notebook(tmp_path / "numbers.ipynb", CELLS)


def convert(notebook: Path, plan: Any = None) -> Compiled:
    return compile_notebook(notebook, run=False, edited=plan, targets=None if plan else ("papermill",))


def code_cells(compiled: Compiled) -> dict[str, list[int]]:
    return {stage["name"]: stage["cells"] for stage in compiled.document["plan"]["stages"]}


def test_a_plan_given_back_gives_the_same_pipeline(notebook: Path, tmp_path: Path) -> None:
    first = convert(notebook)
    assert first.document["plan"]["targets"] == ["papermill"]
    file = tmp_path / "plan.json"
    for given in (first.document["plan"], first.document):
        file.write_text(json.dumps(given))
        again = convert(notebook, file)
        assert again.document == {**first.document, "plan_given": True}
        assert again.emission.files == first.emission.files


def test_stages_are_as_they_were_asked_for_even_in_pieces(notebook: Path) -> None:
    found = convert(notebook, {"stages": STAGES})
    assert code_cells(found) == {"load": [1, 3], "look": [4, 7], "fit": [6, 9, 10]}
    look = found.pipeline.stage("look")
    assert [hand_over.variables for hand_over in look.inputs] == [("values",)]
    assert look.why == "The plan that was given draws it so."
    assert found.pipeline.upstream(found.pipeline.stage("fit")) == ("load",)


def test_markdown_goes_with_the_code_cell_after_it_wherever_it_is_listed(notebook: Path) -> None:
    listed = [{**stage, "cells": [*stage["cells"], 5]} if stage["name"] == "look" else stage for stage in STAGES]
    assert convert(notebook, {"stages": listed}).document == convert(notebook, {"stages": STAGES}).document


def test_parameters_can_be_left_out_and_renamed(notebook: Path) -> None:
    found = convert(notebook, {"parameters": {"SIZE": "how_many", "STEP": None}})
    (parameter,) = found.pipeline.parameters
    assert (parameter.name, parameter.variable, parameter.value) == ("how_many", "SIZE", 4)
    assert b"how_many: 4" in found.emission.files["params.yaml"]
    load = found.pipeline.stages[0]
    assert b"SIZE = how_many" in found.emission.files[f"stages/{load.name}.ipynb"]
    assert "STEP = 2" in load.cells[1].source
    assert found.document["plan"]["parameters"] == {"SIZE": "how_many", "STEP": None}


def test_cells_that_are_left_out_are_in_no_stage(notebook: Path) -> None:
    found = convert(notebook, {"skip": [4, 7]})
    assert found.document["plan"]["skip"] == [4, 7]
    assert not {4, 7} & {cell for stage in found.pipeline.stages for cell in stage.source_cells}


def test_the_plan_decides_about_cells_that_are_tagged_to_be_left_out(tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "n.ipynb", ["a = 1", "print(a)"])
    document = json.loads(notebook.read_text())
    document["cells"][1]["metadata"]["tags"] = ["skip"]
    notebook.write_text(json.dumps(document))
    assert convert(notebook).document["plan"]["skip"] == [1]
    assert convert(notebook, {"skip": []}).document["plan"]["skip"] == []


def tagged(folder: Path, *cells: tuple[str, str]) -> Path:
    notebook = write_notebook(folder / "n.ipynb", [source for source, _ in cells])
    document = json.loads(notebook.read_text())
    for cell, (_, tag) in zip(document["cells"], cells, strict=True):
        cell["metadata"]["tags"] = [tag] if tag else []
    notebook.write_text(json.dumps(document))
    return notebook


def test_tags_divide_the_notebook_and_untagged_cells_go_on_with_the_stage_before(tmp_path: Path) -> None:
    notebook = tagged(
        tmp_path,
        ("a = [1]", ""),
        ("b = a * 2", "stage:Second one"),
        ("print(b)", ""),
        ("print(a)", "stage:look"),
        ("c = b * 2", "stage:Second one"),
    )
    found = convert(notebook)
    assert list(code_cells(found).values()) == [[0], [1, 2, 4], [3]]
    assert list(code_cells(found))[1:] == ["second_one", "look"]
    assert found.pipeline.stages[1].why == "The cells are tagged `stage:Second one`."
    assert convert(notebook, found.document).document == {**found.document, "plan_given": True}


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        ([1], "one JSON object"),
        ({"stage": []}, "no key 'stage'; there are: schema"),
        ({"schema": 2}, "reads plans of schema 1"),
        ({"stages": {}}, "`stages` must be a list"),
        ({"stages": [["load", 1]]}, "must be an object such as"),
        ({"stages": [{"name": "a"}]}, "needs `cells`"),
        ({"stages": [{"name": "a", "cells": ["1"]}]}, "names the cell '1'"),
        ({"stages": [{"name": "a", "cells": [99]}]}, "names cell 99, and the notebook has 11 cells"),
        ({"stages": [{"name": "a", "cells": [2]}]}, "holds no code cell"),
        ({"stages": [{"name": "a", "cells": [1, 3]}, {"name": "b", "cells": [3]}]}, "Cell 3 is in two stages"),
        ({"stages": STAGES[:2]}, "No stage has the cells 6, 9, 10"),
        ({"stages": STAGES, "skip": [4]}, "Cell 4 is in a stage and in `skip`"),
        ({"stages": [{"name": "my stage", "cells": [1]}, *STAGES[1:]]}, "No stage has the cells 3"),
        ({"stages": [{**STAGES[0], "name": "my stage"}, *STAGES[1:]]}, "'my stage' is no name"),
        ({"stages": [{**STAGES[0], "name": "track"}, *STAGES[1:]]}, "has something of that name"),
        ({"stages": [{**STAGES[0], "name": "Look"}, *STAGES[1:]]}, "Two stages are called 'look'"),
        ({"parameters": {"SIZE": "a b"}}, "cannot be called 'a b'"),
        ({"parameters": {"SIZE": "values"}}, "the notebook has something of that name"),
        ({"parameters": {"SIZE": "product"}}, "means something else"),
        ({"parameters": {"SIZE": "n", "STEP": "n"}}, "they have different values"),
        ({"parameters": {"SIZES": None}}, "no parameter 'SIZES' to be had; there are: SIZE, STEP"),
        ({"targets": "dvc"}, "`targets` must be a list"),
    ],
)
def test_what_is_no_plan_is_refused_with_what_to_change(notebook: Path, plan: Any, says: str) -> None:
    with pytest.raises(MlopsError) as caught:
        convert(notebook, plan) if isinstance(plan, dict) else convert(notebook, write_json(notebook, plan))
    assert caught.value.code == "invalid-plan"
    assert says in caught.value.message


def write_json(notebook: Path, plan: Any) -> Path:
    file = notebook.with_suffix(".json")
    file.write_text(json.dumps(plan))
    return file


def test_a_file_that_is_no_json_is_refused(notebook: Path, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text("{")
    for file in (tmp_path / "plan.json", tmp_path / "absent.json"):
        with pytest.raises(MlopsError) as caught:
            convert(notebook, file)
        assert (caught.value.code, caught.value.path) == ("invalid-plan", str(file))


def test_a_plan_of_another_state_of_the_notebook_is_refused(notebook: Path) -> None:
    plan = convert(notebook).document["plan"]
    write_notebook(notebook, [*CELLS, ("code", "print(best)")])
    with pytest.raises(MlopsError) as caught:
        convert(notebook, plan)
    assert caught.value.code == "outdated-plan"


def test_a_stage_that_cannot_keep_its_meaning_is_refused_and_its_cells_are_named(tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "n.ipynb", ["a = 1", "print(a)", "a = 2", "print(a)"])
    with pytest.raises(MlopsError) as caught:
        convert(notebook, {"stages": [{"name": "make", "cells": [0, 2]}, {"name": "look", "cells": [1, 3]}]})
    error = caught.value
    assert (error.code, error.cell) == ("impossible-plan", 3)
    assert "The stage `look` cannot hold both cell 1 and cell 3: cell 2 of another stage changes `a`" in error.message


def test_stages_that_cannot_be_apart_become_one_and_it_is_said(tmp_path: Path) -> None:
    notebook = write_notebook(
        tmp_path / "n.ipynb", ["k = 1\ndef f(x=k):\n    return x", "k = 2", "print(f(), k)", "print(k)"]
    )
    plan = {"stages": [{"name": name, "cells": [cell]} for cell, name in enumerate("abcd")]}
    found = convert(notebook, plan)
    assert code_cells(found) == {"a": [0, 1, 2], "d": [3]}
    (finding,) = (f for f in found.document["findings"] if f["code"] == "plan-changed")
    assert finding["severity"] == "warning"
    assert "`k`" in finding["message"]


def test_leaving_out_what_others_need_is_refused(notebook: Path) -> None:
    with pytest.raises(MlopsError) as caught:
        convert(notebook, {"skip": [3]})
    error = caught.value
    assert (error.code, error.cell) == ("skipped-name", 4)
    assert "`values`, which only cell 3 defines" in error.message
