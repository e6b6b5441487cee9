"""The report shows everything side by side, and nothing that a notebook holds can act in it."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from jupyter_mlops_converters.verify.report import CellResult, ProofReport, ValueResult, render

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
EVIL = '"><script>parent.document.title = "taken"</script><img src=x onerror=alert(1)></iframe></pre><h1>out</h1>'


class Page(HTMLParser):
    """Tags with their attributes, and the text a reader sees."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def printed(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def shown(mime: str, content: Any) -> dict[str, Any]:
    return {"output_type": "display_data", "data": {mime: content, "text/plain": "as text"}, "metadata": {}}


def report(*cells: CellResult, **more: Any) -> ProofReport:
    return ProofReport(title="Churn", notebook="notebooks/churn.ipynb", verdict="differs", cells=cells, **more)


def test_everything_is_there() -> None:
    failed = {"output_type": "error", "ename": "ValueError", "evalue": "bad", "traceback": []}
    text = render(
        report(
            CellResult(
                3, "load", "df = read()", [printed("one")], [printed("two")], "differs", "line 1: 'one' → 'two'"
            ),
            CellResult(5, "train", "fit()", [printed("w", "stderr"), failed], [failed], "identical"),
            hand_overs=[ValueResult("model", "train", "within-tolerance", "model.coef_[0]: 1.0 → 1.1", "joblib")],
            files=[ValueResult("out/result.csv", "train", "not-deterministic")],
            facts=[("Python", "3.11")],
            failure="stage train: ValueError: bad",
        )
    )
    page = Page(text)
    for part in (
        "Churn",
        "notebooks/churn.ipynb",
        "does not give the same results",
        "Cell 3",
        "df = read()",
        "one",
        "two",
        "line 1: 'one' → 'two'",
        "ValueError: bad",
        "model.coef_[0]: 1.0 → 1.1",
        "joblib",
        "within tolerance",
        "out/result.csv",
        "not deterministic in the original either",
        "3.11",
        "stage train: ValueError: bad",
    ):
        assert part in page.text
    assert [details.get("id") for details in page.all("details")] == ["cell-3", "cell-5"]
    assert ["open" in details for details in page.all("details")] == [True, False]
    assert "prefers-color-scheme: dark" in text


def test_equal_outputs_are_shown_once_and_others_side_by_side() -> None:
    same = render(report(CellResult(0, "s", "x", [printed("twin")], [printed("tw"), printed("in")], "identical")))
    assert Page(same).text.count("twin") == 1
    other = Page(render(report(CellResult(0, "s", "x", [shown("image/png", PIXEL)], [], "differs")))).text
    assert "Notebook" in other
    assert "Pipeline" in other
    assert "no output" in other


def test_nothing_of_the_notebook_can_act() -> None:
    outputs = [
        printed(EVIL),
        printed(EVIL, "stderr"),
        {"output_type": "error", "ename": EVIL, "evalue": EVIL, "traceback": [EVIL]},
        {"output_type": "execute_result", "data": {"text/plain": EVIL}},
        shown("text/html", EVIL),
        {"output_type": "display_data", "data": {"application/x-evil": {"a": EVIL}}},
        {"output_type": "display_data", "data": {"application/javascript": EVIL}},
        {"output_type": "display_data", "data": {"image/png": 'x" onerror="alert(1)'}},
        shown("image/svg+xml", f"<svg><script>{EVIL}</script></svg>"),
    ]
    cell = CellResult(0, EVIL, EVIL, outputs, [*outputs, printed("more")], "differs", EVIL)
    value = ValueResult(EVIL, EVIL, "differs", EVIL, EVIL)
    text = render(
        ProofReport(
            EVIL, EVIL, "differs", [cell], hand_overs=[value], files=[value], facts=[(EVIL, EVIL)], failure=EVIL
        )
    )
    page = Page(text)
    assert not page.all("script")
    assert not page.all("base")
    assert not page.all("object")
    assert len(page.all("h1")) == 1
    assert all(not name.startswith("on") for _, attributes in page.tags for name in attributes)
    assert all(str(image["src"]).startswith("data:image/") for image in page.all("img"))
    frames = page.all("iframe")
    assert len(frames) == 2
    for frame in frames:
        assert frame["sandbox"] in (None, "")
        assert "default-src 'none'" in str(frame["srcdoc"])
        assert EVIL in str(frame["srcdoc"])
    assert "default-src 'none'" in str(page.all("meta"))
    assert not page.all("link")
    assert "http://" not in text
    assert "https://" not in text


def test_odd_text_is_readable_and_the_file_can_be_written() -> None:
    odd = "\x1b[31mred\x1b[0m 10%\r100% \x00 \ud800 é"
    large = "x" * 500_000
    text = render(
        report(CellResult(0, "s", odd, [printed(odd)], [printed(large), shown("image/png", "???")], "differs"))
    )
    text.encode("utf-8")
    page = Page(text)
    assert "100%" in page.text
    assert page.text.count("[31m") == 2  # in the source and in the heading made of it, not in what it printed
    assert "300,000 more characters" in page.text
    assert "cannot be decoded" in page.text
    assert len(text) < 300_000


def test_an_empty_report_says_so() -> None:
    text = render(ProofReport("Churn", "churn.ipynb", "not-run", []))
    assert "nothing has been proven" in Page(text).text
