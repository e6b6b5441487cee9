"""The proof as one HTML file: every cell with what it showed in the notebook and in the pipeline, side by side.

The file needs nothing else: no network, no script. All text of the notebook is escaped; its HTML outputs are shown in
frames that cannot run scripts, submit forms or reach this page.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from jupyter_mlops_converters.verify.outputs import on_screen

ReportVerdict = Literal["identical", "within-tolerance", "not-deterministic", "edited", "differs", "failed", "not-run"]

_TEXT_LIMIT = 200_000
_IMAGES = {"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"}
_PREFERRED = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml", "text/html", "text/plain")
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_CONTENT_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:"


@dataclass(frozen=True)
class CellResult:
    """A source cell in the report.

    Attributes:
        source_cell: 0-based index among all cells of the notebook.
        stage: the stage it went to.
        source: its text in the notebook.
        expected: nbformat outputs in the notebook's own run.
        actual: nbformat outputs in the pipeline.
        verdict: how they relate.
        detail: the first difference, in words.
        source_notebook: its notebook, in a pipeline of several.
    """

    source_cell: int
    stage: str
    source: str
    expected: Sequence[Mapping[str, Any]]
    actual: Sequence[Mapping[str, Any]]
    verdict: ReportVerdict
    detail: str = ""
    source_notebook: str | None = None


@dataclass(frozen=True)
class ValueResult:
    """A hand-over's variable, or a file that the notebook writes.

    Attributes:
        name: of the variable, or the file's path.
        stage: the stage that loads the variable (or the last one, for files).
        verdict: how it relates to the one in the notebook.
        detail: the first difference, in words.
        format: the file format that carried it, where it is a variable.
    """

    name: str
    stage: str
    verdict: ReportVerdict
    detail: str = ""
    format: str = ""


@dataclass(frozen=True)
class ProofReport:
    """All that the report shows.

    Attributes:
        title: of the pipeline.
        notebook: path of the original; of all, with commas, where there are several.
        verdict: as in `conversion.json`: "equivalent", "equivalent-within-tolerance", "edited", "differs", "failed", "not-run".
        cells: in the notebook's order.
        hand_overs: variables that stages loaded.
        files: files that the notebook leaves behind.
        facts: (name, value) pairs for the header: versions, times, the notebook's digest.
        failure: why a stage did not run; empty when all did.
    """

    title: str
    notebook: str
    verdict: str
    cells: Sequence[CellResult]
    hand_overs: Sequence[ValueResult] = ()
    files: Sequence[ValueResult] = ()
    facts: Sequence[tuple[str, str]] = field(default=())
    failure: str = ""


_SUMMARY = {
    "equivalent": "The pipeline gives the same results as the notebook.",
    "equivalent-within-tolerance": "The pipeline gives the same results, apart from what is marked below.",
    "edited": "As generated, the pipeline gives the same results as the notebook; hand edits change what is marked below.",
    "differs": "The pipeline does not give the same results as the notebook.",
    "failed": "A stage did not run to its end, so nothing can be said about what comes after it.",
    "not-run": "The pipeline was not run, so nothing has been proven.",
}
_WORDS = {
    "identical": "identical",
    "within-tolerance": "within tolerance",
    "not-deterministic": "not deterministic in the original either",
    "edited": "differs by a hand edit",
    "differs": "differs",
    "failed": "failed",
    "not-run": "not run",
}
_MARKS = {
    "identical": "✓",
    "within-tolerance": "≈",
    "not-deterministic": "~",
    "edited": "✎",
    "differs": "✗",
    "failed": "✗",
}


def render(report: ProofReport) -> str:
    """Write the report.

    Args:
        report: what to show.

    Returns:
        A complete HTML document.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("jupyter_mlops_converters.verify"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    every: list[CellResult | ValueResult] = [*report.cells, *report.hand_overs, *report.files]
    count: Counter[str] = Counter(result.verdict for result in every)
    page = environment.get_template("report.html.j2").render(
        report=report,
        summary=_SUMMARY.get(report.verdict, report.verdict),
        good=report.verdict.startswith("equivalent"),
        counts=[(verdict, _WORDS[verdict], count[verdict]) for verdict in _WORDS if count[verdict]],
        words=_WORDS,
        marks=_MARKS,
        cells=[_cell(result, number) for number, result in enumerate(report.cells)],
    )
    return _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", page)


def _cell(result: CellResult, number: int) -> dict[str, Any]:
    sides = [_outputs(result.expected), _outputs(result.actual)]
    several = result.source_notebook is not None
    return {
        "result": result,
        "id": f"cell-{number}-{result.source_cell}" if several else f"cell-{result.source_cell}",
        "name": f"{result.source_notebook}, cell {result.source_cell}" if several else f"Cell {result.source_cell}",
        "heading": next((line.strip() for line in result.source.splitlines() if line.strip()), "(empty)")[:100],
        "sides": sides,
        "once": result.verdict == "identical" and sides[0] == sides[1],
        "open": result.verdict not in ("identical", "not-run"),
    }


def _outputs(outputs: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Outputs as the template wants them: a kind and its content."""
    shown: list[dict[str, str]] = []
    for output in outputs:
        kind = output.get("output_type")
        if kind == "stream":
            name = "stderr" if output.get("name") == "stderr" else "stdout"
            text = _text(output.get("text", ""))
            if shown and shown[-1]["kind"] == name:
                shown[-1]["content"] += text
            else:
                shown.append({"kind": name, "content": text})
        elif kind == "error":
            shown.append({"kind": "error", "content": f"{output.get('ename', '')}: {output.get('evalue', '')}"})
        elif output.get("data"):
            shown.append(_data(output["data"]))
    for each in shown:
        if each["kind"] in ("stdout", "stderr", "text", "error"):
            each["content"] = _shortened(on_screen(each["content"]))
    return shown


def _data(data: Mapping[str, Any]) -> dict[str, str]:
    mime = next((known for known in _PREFERRED if known in data), None)
    if mime is None:
        mime = min(data)
        content = data[mime] if isinstance(data[mime], (str, list)) else json.dumps(data[mime], indent=1)
        return {"kind": "text", "content": f"[{mime}]\n{_text(content)}"}
    content = _text(data[mime])
    if mime in _IMAGES:
        encoded = re.sub(r"\s", "", content)
        if _is_base64(encoded):
            return {"kind": "image", "content": f"data:{mime};base64,{encoded}"}
        return {"kind": "text", "content": f"[{mime} that cannot be decoded]"}
    if mime == "image/svg+xml":  # as a picture, SVG runs no scripts
        encoded = base64.b64encode(content.encode("utf-8", "replace")).decode("ascii")
        return {"kind": "image", "content": f"data:image/svg+xml;base64,{encoded}"}
    if mime == "text/html":
        if len(content) > _TEXT_LIMIT * 10:
            return {"kind": "text", "content": _text(data.get("text/plain", "[a large HTML output]"))}
        rows, blocks = (
            len(re.findall(tag, content, re.IGNORECASE)) for tag in (r"<tr\b", r"<(?:p|div|li|pre|h[1-6]|br)\b")
        )
        lines = rows + min(blocks, 3) if rows else blocks
        return {"kind": "html", "content": _framed(content), "height": str(min(480, 40 + 24 * lines))}
    return {"kind": "text", "content": content}


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _framed(content: str) -> str:
    """A document for the frame's `srcdoc`: its policy stops scripts and the network even where `sandbox` is ignored."""
    style = (
        ":root{color-scheme:light dark}body{font:13px/1.4 system-ui,sans-serif;margin:4px}"
        "table{border-collapse:collapse;border:0}td,th{border:0;padding:2px 8px;text-align:right}"
    )
    return (
        f'<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{_CONTENT_POLICY}">'
        f"<style>{style}</style>{content}"
    )


def _text(content: Any) -> str:
    return "".join(map(str, content)) if isinstance(content, list) else str(content)


def _shortened(text: str) -> str:
    if len(text) <= _TEXT_LIMIT:
        return text
    return f"{text[:_TEXT_LIMIT]}\n… {len(text) - _TEXT_LIMIT:,} more characters are not shown here"
