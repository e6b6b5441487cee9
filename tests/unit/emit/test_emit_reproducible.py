"""`reproducible.py`: what two runs of a notebook do not share goes, and nothing else."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from jupyter_mlops_converters.emit import Emission
from jupyter_mlops_converters.verify.outputs import compare_outputs


@pytest.fixture
def script(emission: Emission, tmp_path: Path) -> ModuleType:
    path = tmp_path / "project" / emission.pipeline.folder / "reproducible.py"
    path.parent.mkdir(parents=True)
    content = emission.files["reproducible.py"]
    assert isinstance(content, bytes)
    path.write_bytes(content)
    spec = importlib.util.spec_from_file_location("reproducible", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rewritten(script: ModuleType, tmp_path: Path, *outputs: dict[str, Any], **metadata: Any) -> Any:
    cells = [
        {"cell_type": "markdown", "id": "a", "metadata": {"papermill": {"duration": 1}}, "source": ["at 0x7f0000000000"]},
        {
            "cell_type": "code",
            "execution_count": 7,
            "id": "b",
            "metadata": {"papermill": {}, "execution": {}, **metadata},
            "outputs": list(outputs),
            "source": ["id(1)"],
        },
    ]  # fmt: skip
    about = {"papermill": {"end_time": "x"}, "language_info": {"name": "python", "version": "3.11.2"}}
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 5}), "utf-8")
    script.make_reproducible(path)
    once = path.read_bytes()
    script.make_reproducible(path)
    assert path.read_bytes() == once, "a second time changes nothing"
    return json.loads(once)


def printed(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def shown(**data: str) -> dict[str, Any]:
    kinds = {kind.replace("_", "/", 1).replace("svg", "svg+xml"): text for kind, text in data.items()}
    return {"output_type": "display_data", "data": kinds, "metadata": {}}


TWICE = {
    "address": [printed("<A at 0x7f12ab34cd56>\n"), printed("<A at 0x7f99ab34cd56>\n")],
    "cell file": [
        printed("/tmp/ipykernel_12/345.py:3: UserWarning: x", "stderr"),
        printed("/tmp/x/ipykernel_99/345.py:3: UserWarning: x", "stderr"),
    ],
    "package": [
        printed("/a/lib/python3.11/site-packages/sklearn/base.py:1: W", "stderr"),
        printed("/opt/python/site-packages/sklearn/base.py:1: W", "stderr"),
    ],
    "%time": [
        printed("CPU times: user 2 ms, sys: 1 ms, total: 3 ms\nWall time: 12 ms\n"),
        printed("CPU times: user 1.21 s, sys: 31 µs, total: 1.24 s\nWall time: 1min 2s\n"),
    ],
    "progress": [
        printed("\r  0%| | 0/2 [00:00<?, ?it/s]\r100%|#| 2/2 [00:01<00:00, 3.1it/s]\n", "stderr"),
        printed("\r 50%| | 1/2 [00:00<00:09, 1it/s]\r100%|#| 2/2 [00:00<00:00, 9.1it/s]\n", "stderr"),
    ],
    "log": [printed("2026-01-02 03:04:05,678 INFO x\n", "stderr"), printed("2027-11-12 13:14:15,999 INFO x\n", "stderr")],
    "table": [
        shown(text_html="<style>#T_12ab3_row0 {}</style><table id='T_12ab3'>1</table>"),
        shown(text_html="<style>#T_99fe0_row0 {}</style><table id='T_99fe0'>1</table>"),
    ],
    "diagram": [
        shown(text_html='<div id="0b7c1c52-5a1c-4c0a-9c41-1f1f0a3a6f01"></div>'),
        shown(text_html='<div id="9b7c1c52-5a1c-4c0a-9c41-1f1f0a3a6f09"></div>'),
    ],
    "drawing": [
        shown(image_svg='<metadata><dc:date>2026-01-02</dc:date></metadata><clipPath id="p0123456789"/><g clip-path="url(#p0123456789)"/>'),
        shown(image_svg='<metadata><dc:date>2027-01-02</dc:date></metadata><clipPath id="pabcdef6789"/><g clip-path="url(#pabcdef6789)"/>'),
    ],
}  # fmt: skip


@pytest.mark.parametrize("what", TWICE)
def test_what_two_runs_do_not_share_goes(what: str, script: ModuleType, tmp_path: Path) -> None:
    one, other = TWICE[what]
    assert one != other
    assert rewritten(script, tmp_path, one) == rewritten(script, tmp_path, other)


def test_where_printed_text_was_cut_and_which_stream_came_first_makes_no_difference(
    script: ModuleType, tmp_path: Path
) -> None:
    figure = shown(text_plain="<Figure>")
    one = (printed("a"), printed("w", "stderr"), printed("b\n"), figure, printed("c"))
    other = (printed("w", "stderr"), printed("ab\n"), figure, printed("c"))
    outputs = rewritten(script, tmp_path, *one)["cells"][1]["outputs"]
    assert outputs == rewritten(script, tmp_path, *other)["cells"][1]["outputs"]
    assert [each["output_type"] for each in outputs] == ["stream", "stream", "display_data", "stream"]


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-02 03:04:05    7\n",  # an index of times
        "7590-VHVEG 0b7c1c525a1c4c0a9c411f1f0a3a6f01\n",  # an id of the data
        "accuracy 0.912\n",
        "12 ms\n",
        "[1:2]\n",
    ],
)
def test_what_the_notebook_tells_stays(text: str, script: ModuleType, tmp_path: Path) -> None:
    for output in (printed(text), shown(text_plain=text, text_html=f"<td>{text}</td>")):
        (kept,) = rewritten(script, tmp_path, output)["cells"][1]["outputs"]
        assert text in json.dumps(
            ["".join(kept.get("text", [])), *map("".join, kept.get("data", {}).values())]
        ).replace("\\n", "\n")


def test_times_of_the_run_go_and_the_notebook_stays_a_notebook(script: ModuleType, tmp_path: Path) -> None:
    import nbformat

    notebook = rewritten(script, tmp_path, printed("x\n"), tags=["injected-parameters"])
    assert notebook["metadata"] == {"language_info": {"name": "python"}}
    assert [cell["id"] for cell in notebook["cells"]] == ["a", "injected-parameters"]
    assert notebook["cells"][0]["source"] == ["at 0x7f0000000000"], "what people wrote is theirs"
    assert notebook["cells"][1]["execution_count"] == 7
    assert notebook["cells"][1]["metadata"] == {"tags": ["injected-parameters"]}
    nbformat.validate(nbformat.from_dict(notebook))


def test_where_the_project_lies_makes_no_difference(script: ModuleType, tmp_path: Path) -> None:
    place = tmp_path / "project"
    (output,) = rewritten(script, tmp_path, printed(f"{place}/data/x.csv\n"))["cells"][1]["outputs"]
    assert output["text"] == ["…/data/x.csv\n"]


@pytest.mark.parametrize("case", TWICE)
def test_it_compares_as_equal_with_the_notebook_as_it_ran(script: ModuleType, tmp_path: Path, case: str) -> None:
    for output in TWICE[case]:
        after = rewritten(script, tmp_path, output)["cells"][1]["outputs"]
        found = compare_outputs([output], after)
        assert found.verdict == "identical", found.detail
