"""Files that several stages write: every stage finds the version it is to change, whichever runs again."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import yaml
from jupyter_mlops_converters.emit import Emission, emit
from jupyter_mlops_converters.plan.pipeline import FileUse, Pipeline, Stage, StageCell

Uses = dict[str, tuple[list[str], list[str]]]


def with_files(pipeline: Pipeline, uses: Uses, gone: frozenset[tuple[str, str]] = frozenset()) -> Emission:
    """Stages that read and write files of the notebook's folder, which is `work`."""
    stages = tuple(
        Stage(
            name,
            name,
            "",
            (StageCell("code", "1", number),),
            reads=tuple(FileUse(f"work/{path}") for path in reads),
            writes=tuple(FileUse(f"work/{path}", kept=(name, path) not in gone) for path in writes),
            after=tuple(list(uses)[:number]),
        )
        for number, (name, (reads, writes)) in enumerate(uses.items())
    )
    return emit(replace(pipeline, stages=stages, parameters=(), models=(), library=""), targets=("dvc", "prefect"))


def cell(emission: Emission, stage: str, role: str) -> str:
    content = emission.files[f"stages/{stage}.ipynb"]
    assert isinstance(content, bytes)
    cells = json.loads(content)["cells"]
    return "".join(
        line for each in cells if each["metadata"]["jupyter_mlops"].get("role") == role for line in each["source"]
    )


def dvc(emission: Emission, stage: str) -> dict[str, Any]:
    content = emission.files["dvc.yaml"]
    assert isinstance(content, bytes)
    found: dict[str, Any] = yaml.safe_load(content)["stages"][stage]
    return found


def copies(emission: Emission, stage: str) -> tuple[bool, bool]:
    return "copyfile(" in cell(emission, stage, "inputs"), "copyfile(" in cell(emission, stage, "outputs")


def test_each_version_is_handed_over_and_the_last_one_is_the_result(pipeline: Pipeline) -> None:
    emission = with_files(
        pipeline,
        {"one": ([], ["a.csv"]), "two": (["a.csv"], []), "three": (["a.csv"], ["a.csv"]), "four": (["a.csv"], [])},
    )
    assert 'shutil.copyfile(_pipeline / "../../a.csv", _outputs["a_csv"])' in cell(emission, "one", "outputs")
    assert 'shutil.copyfile(_inputs["one", "a_csv"], _pipeline / "../../a.csv")' in cell(emission, "two", "inputs")
    assert [copies(emission, stage) for stage in ("one", "two", "three", "four")] == [
        (False, True), (True, False), (True, False), (False, False),
    ]  # fmt: skip
    version = "products/one/files/work/a.csv"
    assert version in dvc(emission, "one")["outs"]
    assert "../../a.csv" not in dvc(emission, "one")["outs"]
    for stage in ("two", "three"):
        assert version in dvc(emission, stage)["deps"]
        assert "../../a.csv" not in dvc(emission, stage)["deps"]
    assert "../../a.csv" in dvc(emission, "three")["outs"]
    assert "../../a.csv" in dvc(emission, "four")["deps"]
    assert emission.pipeline.findings == ()


def test_an_input_that_is_overwritten_is_neither_dep_nor_out_and_the_user_is_told(pipeline: Pipeline) -> None:
    emission = with_files(
        pipeline, {"one": (["a.csv"], []), "two": ([], ["a.csv"]), "three": (["a.csv"], ["a.csv"]), "four": ([], [])}
    )
    for stage in ("one", "two", "three", "four"):
        assert "../../a.csv" not in [*dvc(emission, stage)["deps"], *dvc(emission, stage)["outs"]]
    assert [copies(emission, stage) for stage in ("one", "two", "three")] == [
        (False, False), (False, True), (True, False),
    ]  # fmt: skip
    (finding,) = emission.pipeline.findings
    assert finding.code == "overwritten-input"
    assert "work/a.csv" in finding.message


def test_a_file_that_is_gone_in_the_end_is_handed_over_as_long_as_it_is_there(pipeline: Pipeline) -> None:
    uses: Uses = {"one": ([], ["a.csv"]), "two": (["a.csv"], ["a.csv"]), "three": ([], ["a.csv"])}
    emission = with_files(pipeline, uses, frozenset({("two", "a.csv"), ("three", "a.csv")}))
    assert [copies(emission, stage) for stage in uses] == [(False, True), (True, False), (False, False)]
    for stage in uses:
        assert "../../a.csv" not in dvc(emission, stage)["outs"]
    assert "products/one/files/work/a.csv" in dvc(emission, "two")["deps"]


def test_files_of_one_name_do_not_get_in_each_others_way(pipeline: Pipeline) -> None:
    emission = with_files(pipeline, {"one": ([], ["a.csv", "b/a.csv"]), "two": ([], ["a.csv", "b/a.csv"])})
    assert {"products/one/files/work/a.csv", "products/one/files/work/b/a.csv"} <= set(dvc(emission, "one")["outs"])
    assert cell(emission, "two", "inputs").count("copyfile(") == 2
