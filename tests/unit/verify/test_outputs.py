"""What counts as the same output of a cell, and what the difference is called."""

from __future__ import annotations

import base64
import io
import uuid
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from jupyter_mlops_converters.verify.contents import same_content
from jupyter_mlops_converters.verify.outputs import compare_images, compare_outputs, normalise_text
from PIL import Image, PngImagePlugin
from sklearn.linear_model import Ridge

Outputs = list[dict[str, Any]]
TABLE = pd.DataFrame({"age": [1, 2], "score": [1.5, 2.5]}, index=["r", "s"])


def out(text: str | list[str], name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def shown(kind: str = "display_data", **data: Any) -> dict[str, Any]:
    named = {key.replace("__", "/").replace("svg_xml", "svg+xml"): value for key, value in data.items()}
    return {"output_type": kind, "data": named, "metadata": {}, "execution_count": 3}


def html(text: str) -> dict[str, Any]:
    return shown(text__html=text, text__plain="same")


def error(name: str, value: str, trace: str = "") -> dict[str, Any]:
    return {"output_type": "error", "ename": name, "evalue": value, "traceback": [trace]}


def picture(
    colour: tuple[int, int, int] = (10, 20, 30), size: tuple[int, int] = (20, 10), note: str = "", dot: int = 0
) -> bytes:
    image = Image.new("RGB", size, colour)
    if dot:
        image.putpixel((3, 3), (dot, 0, 0))
    about = PngImagePlugin.PngInfo()
    about.add_text("Software", note)
    file = io.BytesIO()
    image.save(file, "PNG", pnginfo=about)
    return file.getvalue()


def figure(**options: Any) -> dict[str, Any]:
    return shown(image__png=base64.encodebytes(picture(**options)).decode(), text__plain="<Figure size 20x10>")


def widget(state: dict[str, Any]) -> dict[str, Any]:
    view = {"model_id": uuid.uuid4().hex, "state": state}
    return {"output_type": "display_data", "data": {"application/vnd.jupyter.widget-view+json": view}, "metadata": {}}


def styled(colour: str) -> str:
    return str(TABLE.style.highlight_max(color=colour)._repr_html_())


SVG = '<svg><metadata><dc:date>{0}</dc:date></metadata><path id="m{0}"/><use href="#m{0}"/><text>{1}</text></svg>'
PLOTLY = '<div id="{0}" class="plotly"></div><script>Plotly.newPlot("{0}", [{{"y": {1}}}])</script>'
IDS = ("0a1b2c3d-1111-2222-3333-444455556666", "ffffffff-1111-2222-3333-444455556666")
HASHES = ("0cc175b9c0f1b6a831c399e269772661", "92eb5ffee6ae2fec3ad71c777531578f")

SAME: dict[str, tuple[Outputs, Outputs]] = {
    "the moment that a summary of statsmodels was made": (
        [out("Date: Mon, 23 Nov 2026  Prob: 0.1\nTime:   08:01:59  AIC: 3")],
        [out("Date: Tue, 24 Nov 2026  Prob: 0.1\nTime:   09:11:00  AIC: 3")],
    ),
    "that moment in a table": (
        [html("<table><tr><th>Date:</th> <td>Mon, 23 Nov 2026</td><th>Time:</th><td>08:01:59</td></tr></table>")],
        [html("<table><tr><th>Date:</th> <td>Tue, 24 Nov 2026</td><th>Time:</th><td>09:11:00</td></tr></table>")],
    ),
    "addresses in a shortened repr": (
        [html("<pre>base=&lt;sklearn.tree...x7f2e2ea2e640&gt;</pre>")],
        [html("<pre>base=&lt;sklearn.tree...x7f11110beef0&gt;</pre>")],
    ),
    "ids of an animation": (
        [html(f"<img id='_anim_img{HASHES[0]}'>")],
        [html(f"<img id='_anim_img{HASHES[1]}'>")],
    ),
    "nothing": ([], []),
    "split streams": ([out("a\n"), out("b\n")], [out("a\nb\n")]),
    "lists of lines": ([out(["a\n", "b\n"])], [out("a\nb\n")]),
    "stderr between": ([out("a\n"), out("warned", "stderr"), out("b\n")], [out("a\nb\n"), out("warned", "stderr")]),
    "empty streams": ([out(""), out("a")], [out("a")]),
    "addresses": ([out("<function f at 0x7f1234567890>")], [out("<function f at 0x7f00aa000000>")]),
    "address of an object": ([out("[<A object at 0x7f12345678>]")], [out("[<A object at 0x55dd345678>]")]),
    "time magic": (
        [out("CPU times: user 3 µs, sys: 1 µs, total: 4 µs\nWall time: 5.01 µs\n7\n")],
        [out("CPU times: user 1min 3s, sys: 12.5 ms, total: 1min 4s\nWall time: 1min 5s\n7\n")],
    ),
    "short time magic": (
        [out("CPU times: total: 0 ns\nWall time: 1 ms")],
        [out("CPU times: total: 15.6 ms\nWall time: 2 s")],
    ),
    "timeit magic": (
        [out("12.3 ns ± 0.1 ns per loop (mean ± std. dev. of 7 runs, 10,000,000 loops each)")],
        [out("1.3 μs ± 20.5 ns per loop (mean ± std. dev. of 7 runs, 1,000,000 loops each)")],
    ),
    "progress bar": (
        [out(" 10%|#  | 1/10 [00:00<00:01, 3.0it/s]\r100%|###| 10/10 [00:02<00:00, 3.3it/s]\n")],
        [out("100%|###| 10/10 [00:03<00:00, 2.9it/s]\n")],
    ),
    "epochs": ([out("1/1 ━━━━ 0s 12ms/step - loss: 0.5\n")], [out("1/1 ━━━━ 1s 900ms/step - loss: 0.5\n")]),
    "unit tests": (
        [out("Ran 2 tests in 0.001s\n\nOK\n==== 3 passed in 0.05s ====\n")],
        [out("Ran 2 tests in 0.013s\n\nOK\n==== 3 passed in 1.20s ====\n")],
    ),
    "colours": ([out("\x1b[31mred\x1b[0m\n")], [out("red\n")]),
    "backspaces": ([out("12\b3\n")], [out("13\n")]),
    "windows line ends": ([out("a\r\nb\r\n")], [out("a\nb\n")]),
    "cell files": (
        [out("/tmp/ipykernel_11/99.py:3: FutureWarning: x")],
        [out("/tmp/ipykernel_2/1.py:7: FutureWarning: x")],
    ),
    "paths": ([out("saved /tmp/mirror-1/project/out.csv")], [out("saved /home/me/project/out.csv")]),
    "counts": (
        [shown("execute_result", text__plain="1")],
        [{**shown("execute_result", text__plain="1"), "execution_count": 9}],
    ),
    "shown or displayed": ([shown("execute_result", text__plain="1")], [shown("display_data", text__plain="1")]),
    "traceback text": ([error("ValueError", "bad", "line 1 at 0x1")], [error("ValueError", "bad", "line 9")]),
    "address in an exception": ([error("E", "<A at 0x7f1234567890>")], [error("E", "<A at 0x7f1234567891>")]),
    "place of a syntax error": (
        [error("SyntaxError", "invalid syntax (3211.py, line 2)")],
        [error("SyntaxError", "invalid syntax (99.py, line 2)")],
    ),
    "table": ([html(TABLE._repr_html_())], [html(TABLE._repr_html_())]),
    "style ids": ([html(styled("red"))], [html(styled("red"))]),
    "estimator ids": ([html(Ridge()._repr_html_())], [html(Ridge()._repr_html_())]),
    "plot ids": ([html(PLOTLY.format(IDS[0], "[1]"))], [html(PLOTLY.format(IDS[1], "[1]"))]),
    "picture encoding": ([figure(note="a")], [figure(note="another")]),
    "drawing ids": ([shown(image__svg_xml=SVG.format("aa1", 5))], [shown(image__svg_xml=SVG.format("bb2", 5))]),
    "widgets": (
        [{"output_type": "display_data", "data": {"application/vnd.jupyter.widget-view+json": {"model_id": "a"}}}],
        [{"output_type": "display_data", "data": {"application/vnd.jupyter.widget-view+json": {"model_id": "b"}}}],
    ),
    "states of widgets": (
        [
            widget(
                {
                    "_model_name": "BoxModel",
                    "children": [{"description": "<b>", "value": 1}],
                    "tip": "[00:01&lt;00:03, 2.5it/s]",
                }
            )
        ],
        [
            widget(
                {
                    "_model_name": "BoxModel",
                    "children": [{"value": 1, "description": "<b>"}],
                    "tip": "[00:09&lt;00:01, 9.1it/s]",
                }
            )
        ],
    ),
    "outputs in widgets": (
        [widget({"_model_name": "OutputModel", "outputs": [out("a\n"), figure(note="a")]})],
        [widget({"_model_name": "OutputModel", "outputs": [out("a\n"), figure(note="another")]})],
    ),
    "key order in JSON": ([shown(application__json={"a": 1, "b": 2})], [shown(application__json={"b": 2, "a": 1})]),
}

DIFFERENT: dict[str, tuple[Outputs, Outputs, str]] = {
    "state of a widget": ([widget({"value": 1})], [widget({"value": 2})], "a widget"),
    "output in a widget": (
        [widget({"_model_name": "OutputModel", "outputs": [out("a\n")]})],
        [widget({"_model_name": "OutputModel", "outputs": [out("b\n")]})],
        "in a widget",
    ),
    "how many tests ran": ([out("Ran 2 tests in 0.001s\n")], [out("Ran 3 tests in 0.001s\n")], "Ran 3 tests"),
    "a figure in a summary of statsmodels": (
        [out("Date: Mon, 23 Nov 2026  Prob: 0.1")],
        [out("Date: Mon, 23 Nov 2026  Prob: 0.2")],
        "0.2",
    ),
    "text": ([out("a\nb\n")], [out("a\nc\n")], "line 2: 'b' → 'c'"),
    "digit": ([out("0.91")], [out("0.92")], "line 1: '0.91' → '0.92'"),
    "line missing": ([out("a\nb\n")], [out("a\n")], "line 2: 'b' → nothing"),
    "line end": ([out("a\n")], [out("a")], "line ends"),
    "nothing printed": ([out("a")], [], "1 → 0 outputs: printed text ('a') is missing"),
    "figure missing": ([out("a"), figure()], [out("a")], "2 → 1 outputs: a figure is missing"),
    "output added": (
        [out("a")],
        [out("a"), shown(text__plain="1")],
        "1 → 2 outputs: an output of type text/plain is new",
    ),
    "order": ([out("a"), shown(text__plain="1")], [shown(text__plain="1"), out("a")], "output 1: printed text"),
    "printed instead of shown": ([shown(text__plain="a")], [out("a")], "an output of type text/plain → printed text"),
    "exception": ([error("ValueError", "x")], [error("KeyError", "x")], "exception 'ValueError: x' → 'KeyError: x'"),
    "exception text": ([error("ValueError", "x")], [error("ValueError", "y")], "'ValueError: x' → 'ValueError: y'"),
    "exception gone": ([error("ValueError", "x")], [out("fine")], "the exception ValueError → printed text"),
    "hexadecimal number": ([out("0xdeadbeef12")], [out("0xdeadbeef13")], "line 1"),
    "seconds that a user prints": ([out("took 1.5 s")], [out("took 2.5 s")], "line 1"),
    "cell of a table": (
        [html(TABLE._repr_html_())],
        [html(TABLE.assign(score=[1.5, 2.6])._repr_html_())],
        "table, row 's', column 'score': '2.5' → '2.6'",
    ),
    "heading of a table": (
        [html(TABLE._repr_html_())],
        [html(TABLE.rename(columns={"age": "Age"})._repr_html_())],
        "table, row 0, column 'age': 'age' → 'Age'",
    ),
    "rows of a table": ([html(TABLE._repr_html_())], [html(TABLE.head(1)._repr_html_())], "table: 3 rows → 2 rows"),
    "colour of a style": ([html(styled("red"))], [html(styled("blue"))], "background-color: red"),
    "hash in a table": (
        [html(f"<table><tr><td>{HASHES[0]}</td></tr></table>")],
        [html(f"<table><tr><td>{HASHES[1]}</td></tr></table>")],
        "table, row",
    ),
    "hash in a script alone": (
        [html(f'<script>show("{HASHES[0]}")</script>')],
        [html(f'<script>show("{HASHES[1]}")</script>')],
        "line 1",
    ),
    "estimator": ([html(Ridge()._repr_html_())], [html(Ridge(alpha=2)._repr_html_())], "Ridge(alpha=2)"),
    "data of a plot": ([html(PLOTLY.format(IDS[0], "[1]"))], [html(PLOTLY.format(IDS[1], "[2]"))], "line 1"),
    "one pixel": ([figure()], [figure(dot=11)], "figure: 0.50% of the pixels differ, mean difference"),
    "size of a figure": ([figure()], [figure(size=(20, 11))], "figure: size 20 x 10 → 20 x 11 pixels"),
    "drawing": (
        [shown(image__svg_xml=SVG.format("a", 5))],
        [shown(image__svg_xml=SVG.format("a", 6))],
        "image/svg+xml",
    ),
    "kinds": ([figure()], [shown(text__plain="<Figure size 20x10>")], "a figure → an output of type text/plain"),
    "JSON": ([shown(application__json={"a": 1})], [shown(application__json={"a": 2})], "application/json: line 2"),
    "unknown kinds": ([shown(application__x="a")], [shown(application__x="b")], "application/x: line 1: 'a' → 'b'"),
}
PATHS = {"/tmp/mirror-1/project": "/home/me/project", "/tmp/mirror-1": "/elsewhere"}


@pytest.mark.parametrize("name", SAME)
def test_same(name: str) -> None:
    expected, actual = SAME[name]
    assert compare_outputs(expected, actual, paths=PATHS) == ("identical", "")
    assert compare_outputs(actual, expected, paths=PATHS) == ("identical", "")


@pytest.mark.parametrize("name", DIFFERENT)
def test_different(name: str) -> None:
    expected, actual, detail = DIFFERENT[name]
    comparison = compare_outputs(expected, actual, paths=PATHS)
    assert comparison.verdict == "differs"
    assert detail in comparison.detail
    assert compare_outputs(actual, expected, paths=PATHS).verdict == "differs"


def test_stderr_is_mentioned_but_does_not_count() -> None:
    comparison = compare_outputs([out("FutureWarning: x", "stderr"), out("a")], [out("a")])
    assert comparison.verdict == "identical"
    assert comparison.detail == "stderr differs, which does not count: line 1: 'FutureWarning: x' → nothing"


def test_tolerance_is_stated() -> None:
    one, other = [out("loss 0.100000001, 3 rows")], [out("loss 0.100000002, 3 rows")]
    assert compare_outputs(one, other).verdict == "differs"
    near = compare_outputs(one, other, rtol=1e-6)
    assert near.verdict == "within-tolerance"
    assert "up to 1e-09" in near.detail
    assert compare_outputs(one, [out("loss 0.100000001, 4 rows")], rtol=1e-6).verdict == "differs"
    assert compare_outputs(one, [out("Loss 0.100000001, 3 rows")], rtol=1e-6).verdict == "differs"
    assert compare_outputs([out("1 2")], [out("1 2 3")], rtol=0.5).verdict == "differs"
    tables = [[html(TABLE.assign(score=[1.5, last])._repr_html_())] for last in (2.5, 2.501)]
    assert compare_outputs(*tables, rtol=1e-2).verdict == "within-tolerance"
    assert compare_outputs(*tables, rtol=1e-9).verdict == "differs"
    styles = [
        [html(str(TABLE.assign(score=[1.5, last]).style.highlight_max(color=colour)._repr_html_()))]
        for last, colour in ((2.5, "red"), (2.501, "red"), (2.501, "blue"))
    ]
    assert compare_outputs(styles[0], styles[1], rtol=1e-2).verdict == "within-tolerance"
    assert compare_outputs(styles[0], styles[2], rtol=1e-2).verdict == "differs"
    assert compare_outputs([figure()], [figure(dot=11)], pixels=0.1).verdict == "within-tolerance"
    # What is near comes before what is far: the far one decides.
    assert (
        compare_outputs([*one, out("", "stderr"), figure()], [*other, figure(dot=200)], rtol=1e-6).verdict == "differs"
    )


def test_pictures_in_files_are_compared_by_what_they_show() -> None:
    bitmap = io.BytesIO()
    Image.open(io.BytesIO(picture())).save(bitmap, "BMP")
    assert compare_images(picture(note="a"), picture(note="b")).verdict == "identical"
    assert compare_images(picture(), bitmap.getvalue()).verdict == "identical"
    assert compare_images(picture(), picture(colour=(10, 20, 31))).verdict == "differs"
    assert compare_images(b"not a picture", b"nor this").verdict == "differs"
    assert compare_images(b"not a picture", b"not a picture").verdict == "identical"
    assert compare_outputs([shown(image__png="%%%")], [shown(image__png="%%")]).verdict == "differs"


def test_text_keeps_what_is_not_volatile() -> None:
    text = "epoch 3: 0.5 s, 12 ms, 0x10, at 12:30, 100% [a, b]\n\ttab  spaces  \n"
    assert normalise_text(text) == text


def test_a_long_text_without_blanks_is_read_once() -> None:
    # Were it looked at anew from every character, this would take hours.
    text = "x" * 5_000_000
    assert normalise_text(text + " /tmp/ipykernel_12/34.py:3") == text + " <cell>"


def profile(calls: int, seconds: str, *, reverse: bool = False) -> str:
    """What `cProfile` prints."""
    rows = [
        f"        {calls}    0.000    0.000    0.00{calls}    0.000 work.py:3(step)\n",
        f"      3/1    {seconds}    0.000    {seconds}    0.000 {{built-in method builtins.exec}}\n",
    ]
    return (
        f"         7 function calls (5 primitive calls) in {seconds} seconds\n\n   Ordered by: internal time\n\n"
        "   ncalls  tottime  percall  cumtime  percall filename:lineno(function)\n"
        f"{''.join(reversed(rows) if reverse else rows)}\n\n"
    )


def test_of_a_profile_counts_how_often_what_was_called(tmp_path: Path) -> None:
    one, other, more = profile(2, "0.001"), profile(2, "0.002", reverse=True), profile(4, "0.001")
    assert compare_outputs([out(one)], [out(other)]).verdict == "identical"
    assert compare_outputs([out(one)], [out(more)]).verdict == "differs"
    for name, text in (("one", one), ("other", other), ("more", more)):
        (tmp_path / name).write_text(text)
    assert same_content(tmp_path / "one", tmp_path / "other")[0] == "identical"
    assert same_content(tmp_path / "one", tmp_path / "more")[0] == "differs"
