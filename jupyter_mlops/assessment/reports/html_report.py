"""HTML in one file: no scripts from elsewhere, no fonts from elsewhere, readable in print and in the dark."""

from __future__ import annotations

from html import escape
from pathlib import Path

from jupyter_mlops.assessment.api import Assessment, UnitAssessment
from jupyter_mlops.assessment.charts import score_chart
from jupyter_mlops.assessment.criterion import LEVELS
from jupyter_mlops.assessment.crosswalk import Standing, crosswalk
from jupyter_mlops.assessment.history import read_history
from jupyter_mlops.assessment.report import Report
from jupyter_mlops.assessment.rulesets import RULESET
from jupyter_mlops.assessment.scoring import Result, weakest
from jupyter_mlops.assessment.secrets import mask
from jupyter_mlops.assessment.wording import (
    banked,
    coming,
    headline,
    left_out,
    place_of,
    relative_path,
    telling,
    ticked,
    whole,
)
from jupyter_mlops.errors import MlopsError

_MARKS = {
    "pass": "✓",
    "partial": "◐",
    "fail": "✗",
    "not-applicable": "·",
    "not-visible": "?",
    "attested": "✎",
    "waived": "⚑",
    "error": "!",
}
#: State of an item of another model → the class that colours it.
_SEEN = {
    "seen": "pass",
    "attested": "attested",
    "partly": "partial",
    "missing": "fail",
    "not-visible": "not-visible",
    "not-applicable": "",
}
_STYLE = """
:root { color-scheme: light dark; --good: #2e7d32; --half: #9a6700; --bad: #b3261e; --line: #8884; }
@media (prefers-color-scheme: dark) { :root { --good: #7ccf80; --half: #e0b350; --bad: #ff8a80; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
ol.track { display: flex; flex-wrap: wrap; gap: .5rem; padding: 0; list-style: none; }
ol.track li { flex: 1 1 9rem; border-top: .4rem solid var(--line); padding-top: .3rem; opacity: .7; }
ol.track li.reached { border-color: var(--good); opacity: 1; } ol.track li[aria-current] { font-weight: 600; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: .3rem .5rem; border-bottom: 1px solid var(--line); vertical-align: top; }
.pass, .attested, .yes { color: var(--good); } .partial, .waived, .partly, .not-visible { color: var(--half); } .fail, .error, .no { color: var(--bad); }
code { font: 13px/1.4 ui-monospace, monospace; overflow-wrap: anywhere; } meter { width: 8rem; } details { margin: .3rem 0; } small { opacity: .75; }
"""


def _render(assessment: Assessment, _colour: bool) -> str:
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>MLOps maturity: Level {assessment.level}</title><style>{_STYLE}</style></head><body>",
    ]
    if (of := whole(assessment)) is not None:
        parts.append(f"<p><strong>{escape(of)}</strong></p>")
    for unit in assessment.units:
        parts += _unit(assessment, unit)
    if said := left_out(assessment):
        parts.append(f"<h2>As chosen</h2><ul>{''.join(f'<li>{escape(mask(line))}</li>' for line in said)}</ul>")
    parts.append(_history(assessment))
    if assessment.notes:
        listed = "".join(
            f"<li><code>{escape(note.path)}</code>: {escape(note.message)}</li>" for note in assessment.notes
        )
        parts.append(f"<h2>Notes</h2><ul>{listed}</ul>")
    parts.append(f"<p><small>{assessment.date.isoformat()} · ruleset {RULESET}</small></p></body></html>")
    return "\n".join(part for part in parts if part) + "\n"


def _unit(assessment: Assessment, unit: UnitAssessment) -> list[str]:
    name = relative_path(assessment.project, unit.unit.path)
    title = escape(name) if len(assessment.units) > 1 else "MLOps maturity"
    track = "".join(
        f'<li class="{"reached" if level <= unit.level else "open"}"{" aria-current=step" if level == unit.level else ""}>{level} {escape(text)}</li>'
        for level, text in enumerate(LEVELS)
    )
    answers = "".join(
        f'<tr><td>{escape(answer.question)}</td><td class="{answer.state}">{answer.state}</td>'
        f'<td><meter min="0" max="100" value="{answer.score}"></meter> {answer.score} %</td></tr>'
        for answer in unit.answers
    )
    steps = "".join(
        f"<li><strong>{escape(result.criterion.title)}</strong> <small>({result.criterion.effort}, {result.criterion.role.replace('-', ' ')})</small><br>{escape(mask(result.raise_by or ''))}</li>"
        for result in unit.next_steps[:5]
    )
    rows = "".join(_row(assessment, result) for result in unit.results)
    return [
        f"<h1>{title}</h1><p><strong>{escape(headline(unit))}</strong></p>",
        f"<p><small>Profile: {escape(mask(unit.profile.said))}</small></p>",
        f'<ol class="track">{track}</ol>',
        f"<table><caption hidden>The five questions</caption>{answers}</table>",
        f"<p>{escape(kept)}</p>" if (kept := banked(unit)) is not None else "",
        _dimensions(unit),
        _listed("Please confirm", [f"{result.criterion.title}: {result.message}" for result in unit.to_confirm]),
        f"<h2>Next steps</h2><ol>{steps}</ol>" if steps else "",
        f"<h2>All criteria</h2><table><thead><tr><th>Level</th><th>Criterion</th><th>State</th><th>Why</th></tr></thead><tbody>{rows}</tbody></table>",
        _listed("Coming", [f"{each.criterion.title} ({coming(each)}): {each.message}" for each in unit.previews]),
        _listed("Looks like more than it is", [ticked(assessment.project, box) for box in unit.checkboxes]),
        "<h2>In the terms of other models</h2>",
        *(_standing(standing) for standing in crosswalk(unit)),
    ]


def _dimensions(unit: UnitAssessment) -> str:
    """The level that each dimension lets through, as bars; the shortest is that of the whole."""
    least = weakest(unit.dimensions)
    rows = "".join(
        f'<tr><th scope="row">{one.id}</th><td><meter min="0" max="4" value="{one.level}">{one.level}</meter></td>'
        f"<td>Level {one.level}{' · <strong>weakest</strong>' if one == least else ''}</td>"
        f"<td>{', '.join(f'<code>{name}</code>' for name in one.open)}</td></tr>"
        for one in unit.dimensions
    )
    return f'<h2>Dimensions</h2><p><small>The level that each lets through.</small></p><table class="dimensions">{rows}</table>'


def _listed(title: str, lines: list[str]) -> str:
    items = "".join(f"<li>{escape(mask(line))}</li>" for line in lines)
    return f"<h2>{title}</h2><ul>{items}</ul>" if items else ""


def _standing(standing: Standing) -> str:
    rows = "".join(
        f'<tr><td>{escape(seen.group)}</td><td>{escape(seen.item.text)}</td><td class="{_SEEN[seen.state]}">{seen.state.replace("-", " ")}</td></tr>'
        for seen in standing.items
    )
    score = f"{standing.score:g} of 7: " if standing.score is not None else ""
    return (
        f"<details><summary><strong>{escape(standing.model.title)}</strong>: {score}{escape(standing.reached)}</summary>"
        f"<table><tbody>{rows}</tbody></table><p><small>{escape(standing.model.source)}</small></p></details>"
    )


def _row(assessment: Assessment, result: Result) -> str:
    places = "".join(
        f"<li><code>{escape(place_of(assessment.project, finding))}</code> {escape(mask(finding.message))}</li>"
        for finding in telling(result)[:8]
    )
    note = f" {escape(mask(result.note))}" if result.note else ""
    evidence = f"<details><summary>evidence</summary><ul>{places}</ul></details>" if places else ""
    kind = "" if result.criterion.required else " <small>recommended</small>"
    return (
        f"<tr><td>{result.criterion.level}</td><td>{escape(result.criterion.title)}{kind}</td>"
        f'<td class="{result.state}">{_MARKS[result.state]} {result.state} <small>E{int(result.rung)}</small></td>'
        f"<td>{escape(mask(result.message))}{note}{evidence}</td></tr>"
    )


def _history(assessment: Assessment) -> str:
    """Score over time, as a chart that needs nothing to be drawn."""
    try:
        rows = read_history(Path(assessment.project.base / assessment.project.folder))
    except MlopsError as error:
        return f"<h2>Over time</h2><p>{escape(error.message)}</p>"
    if len(rows) < 2:
        return ""
    return f"<h2>Over time</h2>{score_chart(rows, inline=True)}"


REPORT = Report("HTML", _render)
