"""Stage notebooks: what papermill, Ploomber and people find in them."""

from __future__ import annotations

import ast
import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_mlops_converters.emit import Emission, emit
from jupyter_mlops_converters.plan.pipeline import Parameter, Pipeline, Stage, StageCell

STAGES = ("load", "train", "evaluate", "track")
Cells = Callable[[str], list[dict[str, Any]]]


def with_role(cells: list[dict[str, Any]], role: str) -> dict[str, Any]:
    found = [cell for cell in cells if cell["metadata"]["jupyter_mlops"].get("role") == role]
    assert len(found) == 1
    return found[0]


def changed(pipeline: Pipeline, name: str, **changes: Any) -> Emission:
    stages = tuple(replace(stage, **changes) if stage.name == name else stage for stage in pipeline.stages)
    return emit(replace(pipeline, stages=stages), targets=())


def source(emission: Emission, stage: str, role: str) -> str:
    cells = json.loads(emission.files[f"stages/{stage}.ipynb"])["cells"]
    return "".join(with_role(cells, role)["source"])


def namespace_of(code: str, **given: Any) -> dict[str, Any]:
    namespace: dict[str, Any] = dict(given)
    exec(code, namespace)
    return namespace


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_is_saved_as_jupyter_saves_it(emission: Emission, stage: str) -> None:
    written = emission.files[f"stages/{stage}.ipynb"]
    notebook = nbformat.reads(written.decode(), as_version=4)
    nbformat.validate(notebook)
    assert (nbformat.writes(notebook) + "\n").encode() == written


def test_the_same_pipeline_gives_the_same_bytes(pipeline: Pipeline, emission: Emission) -> None:
    again = emit(pipeline)
    assert again.files == emission.files
    assert list(again.files) == sorted(again.files)


@pytest.mark.parametrize("stage", STAGES)
def test_one_cell_is_tagged_parameters_and_holds_literals_alone(cells: Cells, stage: str) -> None:
    tagged = [cell for cell in cells(stage) if "parameters" in cell["metadata"].get("tags", [])]
    assert [cell["metadata"]["jupyter_mlops"] for cell in tagged] == [{"role": "parameters"}]
    for statement in ast.parse(tagged[0]["source"]).body:
        assert isinstance(statement, ast.Assign)
        ast.literal_eval(statement.value)


def test_a_users_cell_keeps_its_text_and_its_metadata(cells: Cells) -> None:
    users = [cell for cell in cells("load") if "source_cell" in cell["metadata"]["jupyter_mlops"]]
    assert [(cell["cell_type"], cell["source"]) for cell in users] == [
        ("markdown", "# Wine\n\n![glass](attachment:a.png)"),
        ("code", "np.random.seed(seed)"),
        ("code", "df = pd.read_csv('data/x.csv')\n\ndf.head()  # é\u2028"),
    ]
    assert [cell["metadata"]["jupyter_mlops"]["source_cell"] for cell in users] == [0, 1, 2]
    assert users[0]["attachments"] == {"a.png": {"image/png": "aGk="}}
    assert users[1]["metadata"]["tags"] == ["kept"]
    assert users[1]["metadata"]["collapsed"] is True
    assert "tags" not in users[2]["metadata"]


def test_cells_come_in_the_order_in_which_they_need_each_other(cells: Cells) -> None:
    order = [cell["metadata"]["jupyter_mlops"] for cell in cells("train")]
    assert [each.get("role", each.get("source_cell")) for each in order] == [
        "title", "parameters", "setup", "context", "inputs", "definitions", 3, 4, "outputs",
    ]  # fmt: skip


def test_a_random_generator_is_set_when_all_else_is_loaded(cells: Cells) -> None:
    lines = with_role(cells("train"), "inputs")["source"].splitlines()
    assert "set_state" in lines[-1]
    assert any("read_parquet" in line for line in lines[:-1])


def test_the_set_up_may_run_twice(cells: Cells, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stages = tmp_path / "work" / "pipelines" / "wine" / "stages"
    stages.mkdir(parents=True)
    monkeypatch.chdir(stages)
    monkeypatch.setattr(sys, "path", list(sys.path))
    own = cells("train")
    namespace = namespace_of(with_role(own, "parameters")["source"])
    exec(with_role(own, "setup")["source"], namespace)
    first = dict(namespace)
    # As in a notebook that runs on: the working directory has changed, and user code has taken a name.
    exec(with_role(own, "setup")["source"], namespace)
    assert namespace["_inputs"] == first["_inputs"]
    assert namespace["_outputs"] == first["_outputs"]
    assert namespace["shape"] == (80, 20)
    assert Path.cwd() == tmp_path / "work"
    assert sys.path.count(str(stages.parent)) == 1
    assert namespace["_inputs"]["load", "df"] == stages.parent / "products" / "load" / "df.parquet"
    assert (stages.parent / "products" / "train").is_dir()


def test_absolute_paths_of_an_engine_are_taken_as_they_are(cells: Cells, tmp_path: Path) -> None:
    stages = tmp_path / "work" / "pipelines" / "wine" / "stages"
    stages.mkdir(parents=True)
    before = Path.cwd()
    try:
        os.chdir(stages)
        namespace = namespace_of(
            with_role(cells("evaluate"), "setup")["source"],
            upstream={"train": {"nb_": str(tmp_path / "there.joblib")}},
            product={"nb": str(tmp_path / "out" / "evaluate.ipynb")},
            resources_=None,
        )
    finally:
        os.chdir(before)
    assert namespace["_inputs"] == {("train", "nb_"): tmp_path / "there.joblib"}
    assert (tmp_path / "out").is_dir()


def test_a_variable_called_nb_does_not_take_the_place_of_the_notebook(cells: Cells) -> None:
    product = namespace_of(with_role(cells("train"), "parameters")["source"])["product"]
    assert product["nb"] == "../products/train.ipynb"
    assert product["nb_"] == "../products/train/nb.joblib"
    assert '_outputs["nb_"]' in with_role(cells("train"), "outputs")["source"]
    assert 'nb = joblib.load(_inputs["train", "nb_"])' in with_role(cells("evaluate"), "inputs")["source"]


def test_imports_are_not_repeated(cells: Cells) -> None:
    outputs = with_role(cells("load"), "outputs")["source"]
    assert "np.random.get_state()" in outputs
    assert "import numpy" not in outputs


@pytest.mark.parametrize(
    "code",
    ["json = 'mine'", "def json(): ...", "for json in []: pass", "from simplejson import *", "%run other.ipynb",
     "import simplejson as json", "with open('f') as json: pass", "x = lambda: (json := 1)"],
)  # fmt: skip
def test_saving_does_not_use_a_name_that_user_code_may_have_taken(pipeline: Pipeline, code: str) -> None:
    saving = source(changed(pipeline, "evaluate", cells=(StageCell("code", code, 9),)), "evaluate", "outputs")
    assert "import json as _json" in saving
    assert "_json.dumps(" in saving


@pytest.mark.parametrize("code", ["import json", "import json\njson.dumps(1)", "accuracy = 1", "!ls"])
def test_saving_reads_as_usual_where_no_name_is_taken(pipeline: Pipeline, code: str) -> None:
    saving = source(changed(pipeline, "evaluate", cells=(StageCell("code", code, 9),)), "evaluate", "outputs")
    assert "_json" not in saving
    assert ("import json" in saving) == ("import json" not in code)


def test_metrics_are_saved_as_json(cells: Cells, tmp_path: Path) -> None:
    import numpy as np

    saving = with_role(cells("evaluate"), "outputs")["source"]
    namespace_of(saving, accuracy=np.float32(0.5), _outputs={"metrics": tmp_path / "metrics.json"}, json=None)
    assert json.loads((tmp_path / "metrics.json").read_text()) == {"accuracy": 0.5}


def test_the_cell_before_one_that_raises_prepares_for_it(cells: Cells) -> None:
    own = cells("evaluate")
    position = next(i for i, cell in enumerate(own) if cell["metadata"].get("tags") == ["raises-exception"])
    assert own[position]["source"] == "raise ValueError('on purpose')"
    assert own[position - 1]["source"].endswith("_expect_error()")
    assert "def _expect_error" in with_role(own[: position - 1], "setup")["source"]
    assert "_expect_error" not in with_role(cells("train"), "setup")["source"]


@pytest.mark.parametrize(
    ("value", "kind", "reads"),
    [
        (1e-05, "float", 1e-05),
        (float("inf"), "float", float("inf")),
        ('a"b\\\n', "str", 'a"b\\\n'),
        ([1, [2.5, None]], "list", [1, [2.5, None]]),
        ({"a": [True]}, "dict", {"a": [True]}),
        (None, "null", None),
        (list(range(60)), "list", list(range(60))),
    ],
)
def test_a_parameters_default_is_its_value(pipeline: Pipeline, value: Any, kind: Any, reads: Any) -> None:
    given = replace(pipeline, parameters=(Parameter("rate", value, kind, 4, ("train",)), *pipeline.parameters[1:]))
    text = source(emit(given, targets=()), "train", "parameters")
    assert namespace_of(text)["rate"] == reads
    assert max(map(len, text.splitlines())) <= 88


def test_many_and_long_stage_names_give_valid_ids(pipeline: Pipeline) -> None:
    name = "a" * 80
    given = replace(pipeline, stages=(Stage(name, "t", "", (StageCell("code", "1", 0), StageCell("code", "2", 0))),))
    written = emit(replace(given, parameters=(), models=()), targets=()).files[f"stages/{name}.ipynb"]
    notebook = nbformat.reads(written.decode(), as_version=4)
    nbformat.validate(notebook)
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)


def test_nothing_generated_needs_this_package(emission: Emission) -> None:
    for path, content in emission.files.items():
        if not isinstance(content, bytes) or path.endswith(".md"):
            continue
        text = content.decode()
        for spelling in ("import jupyter_mlops", "from jupyter_mlops", "jupyter-mlops==", "jupyter mlops"):
            assert spelling not in text, path


def test_nothing_generated_is_tied_to_a_place(emission: Emission) -> None:
    for path, content in emission.files.items():
        if isinstance(content, bytes):
            assert str(Path.cwd()) not in content.decode(), path
            assert str(Path.home()) + "/" not in content.decode(), path
