"""The card as HTML, from the document of an assessment. The live card shows the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from typing import Any

from jupyter_mlops.assessment.criterion import CHECKLIST, LEVELS

Document = Mapping[str, Any]

#: State of a criterion → its mark, its tone and its name.
_STATES = {
    "pass": ("✓", "good", "passes"),
    "attested": ("✎", "good", "attested"),
    "waived": ("⚑", "half", "waived"),
    "partial": ("◐", "half", "on the way"),
    "not-visible": ("?", "half", "files cannot show it"),
    "not-applicable": ("·", "none", "does not apply"),
    "fail": ("✗", "bad", "not met"),
    "error": ("!", "bad", "could not be judged"),
}
_ANSWERS = {"yes": ("●", "good"), "partly": ("◐", "half"), "no": ("○", "bad")}
_EFFORTS = {"S": "an hour or two", "M": "a day or two", "L": "a week or more"}
_MOST_STEPS = 5
_MOST_EVIDENCE = 8


def static_card(document: Document, install: str = "") -> str:
    """The card with its style, for pages without scripts.

    Args:
        document: an assessment's `to_dict()`.
        install: the command that would bring the live card; "" to say nothing of it.
    """
    style = files(__package__).joinpath("scorecard.css").read_text(encoding="utf-8")
    note = f'<p class="mlops-quiet">A live card: <code>{escape(install)}</code></p>' if install else ""
    return f'<style>{style}</style><div class="mlops-card">{card(document)}{note}</div>'


def card(document: Document) -> str:
    """The content of the card.

    Args:
        document: an assessment's `to_dict()`.
    """
    unit = headline(document)
    criteria = {criterion["id"]: criterion for criterion in unit["criteria"]}
    parts = [
        f'<p class="mlops-level">{escape(level_line(document))}</p>',
        f'<p class="mlops-quiet">{escape(_ahead(unit))}</p>',
        _track(unit),
        _section("The five questions", "".join(_question(answer, criteria) for answer in unit["checklist"])),
    ]
    steps = [criteria[name] for name in unit["next_steps"] if name in criteria][:_MOST_STEPS]
    if steps:
        parts.append(_section("Next steps", f"<ol>{''.join(f'<li>{_step(step)}</li>' for step in steps)}</ol>"))
    others = len(document["units"]) - 1
    more = f" · {others} more project{'s' if others > 1 else ''} in this folder" if others else ""
    parts.append(f'<p class="mlops-quiet">Assessed {escape(document["date"])}, ruleset {document["ruleset"]}{more}</p>')
    return "".join(parts)


def headline(document: Document) -> Mapping[str, Any]:
    """The unit that sets the level.

    Args:
        document: an assessment's `to_dict()`.
    """
    keys = ("level", "progress", "score")
    units: list[Mapping[str, Any]] = document["units"]
    return next((unit for unit in units if all(unit[key] == document[key] for key in keys)), units[0])


def level_line(document: Document) -> str:
    """The level in words.

    Args:
        document: an assessment's `to_dict()`.
    """
    return f"Level {document['level']} · {LEVELS[document['level']]}"


def _ahead(unit: Mapping[str, Any]) -> str:
    if unit["level"] == len(LEVELS) - 1:
        return "All levels are reached."
    blockers = len(unit["blockers"])
    return f"{unit['progress']} % to Level {unit['level'] + 1} · {blockers} blocker{'' if blockers == 1 else 's'}"


def _track(unit: Mapping[str, Any]) -> str:
    level = unit["level"]

    def share(step: int) -> int:
        return 100 if step <= level else unit["progress"] if step == level + 1 else 0

    steps = "".join(
        f'<li style="--share:{share(step)}%" class="{"mlops-reached" if step <= level else ""}"'
        f'{" aria-current=step" if step == level else ""} title="{escape(name)}">'
        f'<span>{step}<span class="mlops-hidden"> {escape(name)}{", reached" if step <= level else ""}</span></span></li>'
        for step, name in enumerate(LEVELS)
    )
    return f'<ol class="mlops-track" aria-label="Maturity levels">{steps}</ol>'


def _section(title: str, body: str) -> str:
    return f'<div class="mlops-section" role="group" aria-label="{escape(title)}"><p class="mlops-heading">{escape(title)}</p>{body}</div>'


def _question(answer: Mapping[str, Any], criteria: Mapping[str, Mapping[str, Any]]) -> str:
    mark, tone = _ANSWERS[answer["state"]]
    own = [criterion for criterion in criteria.values() if criterion["checklist"] == answer["id"]]
    inner = "".join(_criterion(criterion, answer["id"]) for criterion in own if criterion["required"])
    rest = "".join(_criterion(criterion, answer["id"]) for criterion in own if not criterion["required"])
    if rest:
        inner += f'<p class="mlops-quiet">Recommended</p>{rest}'
    return _disclosure(
        answer["id"],
        f'<span class="mlops-{tone}" aria-hidden="true">{mark}</span> <span class="mlops-grow">{escape(CHECKLIST[answer["id"]])}</span> '
        f'<strong>{answer["state"].capitalize()}</strong> <span class="mlops-bar mlops-{tone}" style="--share:{answer["score"]}%">'
        f'</span> <span class="mlops-number">{answer["score"]} %</span>',
        inner,
    )


def _criterion(criterion: Mapping[str, Any], place: str) -> str:
    mark, tone, word = _STATES[criterion["state"]]
    return _disclosure(
        f"{place}/{criterion['id']}",
        f'<span class="mlops-{tone}" aria-hidden="true">{mark}</span> <span class="mlops-grow">{escape(criterion["title"])}</span> '
        f'<span class="mlops-quiet">Level {criterion["level"]} · {word}</span>',
        _body(criterion),
    )


def _step(criterion: Mapping[str, Any]) -> str:
    fix = criterion["fix"] or {}
    kind = "" if criterion["required"] else " · recommended"
    effort = f"{_EFFORTS[fix['effort']]} · {fix['role'].replace('-', ' ')}" if fix else ""
    return _disclosure(
        f"step/{criterion['id']}",
        f'<span class="mlops-grow">{escape(criterion["title"])}</span> <span class="mlops-quiet">{escape(effort)}{kind}</span>',
        _body(criterion),
    )


def _body(criterion: Mapping[str, Any]) -> str:
    evidence = criterion["evidence"]
    shown = "".join(_evidence(found, criterion["message"]) for found in evidence[:_MOST_EVIDENCE])
    more = len(evidence) - _MOST_EVIDENCE
    if more > 0:
        shown += f'<li class="mlops-quiet">… and {more} more</li>'
    todo = f"<p><strong>To do:</strong> {_marked(criterion['raise_by'])}</p>" if criterion["raise_by"] else ""
    return (
        f"<p>{_marked(criterion['message'])}</p>{f'<ul>{shown}</ul>' if shown else ''}{todo}"
        f'<p class="mlops-quiet">Rung {criterion["rung"]} · <code>jupyter mlops explain {escape(criterion["id"])}</code></p>'
    )


def _evidence(found: Mapping[str, Any], said: str) -> str:
    place = ""
    if found["path"] is not None:
        cell = f"#{found['cell']}" if found["cell"] is not None else ""
        line = f":{found['line']}" if found["line"] else ""
        place = f"<code>{escape(found['path'])}{cell}{line}</code> "
    message = "" if found["message"] in said else _marked(found["message"])
    snippet = (
        f'<br><code class="mlops-quiet">{escape(found["snippet"].strip())}</code>' if found["snippet"].strip() else ""
    )
    chain = " → ".join(escape(link) for link in found["chain"])
    return f"<li>{place}{message}{snippet}{f'<br><span class=mlops-quiet>{chain}</span>' if chain else ''}</li>"


def _disclosure(key: str, summary: str, body: str) -> str:
    return f'<details data-key="{escape(key)}"><summary><span class="mlops-row">{summary}</span></summary><div class="mlops-body">{body}</div></details>'


def _marked(text: str) -> str:
    """Escaped, with what stands in backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
