"""A check as text for terminals and as HTML for notebooks."""

from __future__ import annotations

import re
import textwrap
from html import escape

from jupyter_mlops.checks.check import Check, Evidence, Item

_WIDTH = 96
_MARKS = {"pass": "✓", "attested": "✓", "waived": "✓", "not-applicable": "✓", "partial": "◐", "not-visible": "?"}
_WORDS = {
    "pass": "passed",
    "attested": "attested",
    "waived": "waived",
    "not-applicable": "does not apply",
    "partial": "on the way",
    "fail": "not yet",
    "not-visible": "files cannot show it",
    "error": "could not be judged",
}

_LEFT_OUT = (
    "The project's settings leave this out of the assessment (`ignore` in `.mlops/config.toml` or pyproject.toml)."
)

# Colours that can be told from a white and from a dark page; the mark and the word say the same without them.
_TONES = {True: "#2f9e58", False: "#c9542b"}


def as_text(answer: Check) -> str:
    """Plain text, about a hundred columns wide.

    Args:
        answer: the check.
    """
    count = sum(item.passed for item in answer.items)
    many = f" ({count} of {len(answer.items)})" if len(answer.items) > 1 else ""
    lines = [f"{'✓' if answer.passed else '✗'} {answer.label}: {'passed' if answer.passed else 'not yet'}{many}"]
    if not answer.items:
        lines += _wrapped("", _LEFT_OUT)
    for item in answer.items:
        lines += ["", *_item_lines(item, alone=len(answer.items) == 1)]
    return "\n".join(lines)


def _item_lines(item: Item, *, alone: bool) -> list[str]:
    lines = [f"  {_MARKS.get(item.state, '✗')} {item.title}  [{item.criterion}, Level {item.level}]"]
    lines += _wrapped("", item.message)
    for told in item.evidence if alone or not item.passed else ():
        place = f"{_place(told)}  " if told.place else ""
        same = told.message in item.message
        lines += _wrapped(f"{'+' if told.good else '-'} ", place + ("" if same else told.message))
        if told.snippet:
            lines.append(f"        {told.snippet}")
    if item.remark:
        lines += _wrapped("", item.remark)
    if item.todo:
        lines += _wrapped("To do: ", item.todo)
        if alone:
            lines += _wrapped("", "Ways to pass:")
            for way in item.how:
                lines += _wrapped("  · ", way)
        lines.append(f"    More: jupyter mlops explain {item.criterion}")
    return lines


def _wrapped(lead: str, text: str) -> list[str]:
    return textwrap.wrap(
        lead + text,
        _WIDTH,
        initial_indent="    ",
        subsequent_indent="    " + " " * min(len(lead), 7),
        break_long_words=False,
        break_on_hyphens=False,
    )


def as_html(answer: Check) -> str:
    """A fragment that needs no style sheet and no script, readable on light and dark pages.

    Args:
        answer: the check.
    """
    count = sum(item.passed for item in answer.items)
    many = f" ({count} of {len(answer.items)})" if len(answer.items) > 1 else ""
    word = "passed" if answer.passed else "not yet"
    parts = (
        "".join(_item_html(item, alone=len(answer.items) == 1) for item in answer.items)
        or f"<div>{_marked(_LEFT_OUT)}</div>"
    )
    return (
        f'<div class="mlops-check" role="group" aria-label="Check {escape(answer.label)}: {word}" '
        f'style="border-left:4px solid {_TONES[answer.passed]};padding:2px 0 2px 12px;margin:4px 0;line-height:1.5">'
        f'<div style="font-weight:600"><span style="color:{_TONES[answer.passed]}">{"✓" if answer.passed else "✗"}</span> '
        f"{escape(answer.label)}: {word}{many}</div>{parts}</div>"
    )


def _item_html(item: Item, *, alone: bool) -> str:
    tone = _TONES[item.passed]
    shown = item.evidence if alone or not item.passed else ()
    evidence = "".join(_evidence_html(told, item) for told in shown)
    body = f"<div>{_marked(item.message)}</div>"
    if evidence:
        body += f'<ul style="margin:4px 0;padding-left:18px">{evidence}</ul>'
    if item.remark:
        body += f"<div>{_marked(item.remark)}</div>"
    if item.todo:
        ways = "".join(f"<li>{_marked(way)}</li>" for way in item.how)
        body += (
            f"<div><strong>To do:</strong> {_marked(item.todo)}</div>"
            f'<details style="margin-top:4px"><summary style="cursor:pointer">Ways to pass</summary>'
            f'<ul style="margin:4px 0;padding-left:18px">{ways}</ul>'
            f"More: <code>jupyter mlops explain {escape(item.criterion)}</code></details>"
        )
    return (
        f'<div style="margin-top:6px"><div><span style="color:{tone}">{_MARKS.get(item.state, "✗")}</span> '
        f"<strong>{escape(item.title)}</strong> "
        f'<span style="opacity:.75">{escape(item.criterion)} · Level {item.level} · {_WORDS[item.state]}</span></div>{body}</div>'
    )


def _evidence_html(told: Evidence, item: Item) -> str:
    place = f"<code>{escape(_place(told))}</code> " if told.place else ""
    message = "" if told.message in item.message else _marked(told.message)
    snippet = f'<br><code style="opacity:.75">{escape(told.snippet)}</code>' if told.snippet else ""
    tone = _TONES[told.good]
    return f'<li style="list-style:none;margin-left:-16px"><span style="color:{tone}">{"✓" if told.good else "✗"}</span> {place}{message}{snippet}</li>'


def _place(told: Evidence) -> str:
    """For people: `notebooks/churn.ipynb cell 3:1` is line 1 of that cell."""
    return re.sub(r"#(?=\d+(:\d+)?$)", " cell ", told.place)


def _marked(text: str) -> str:
    """Escaped, with what stands in backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
