"""The scorecard over time as one HTML page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from jupyter_mlops.assessment.celebration import celebration, newly_reached
from jupyter_mlops.assessment.charts import score_chart
from jupyter_mlops.assessment.criterion import LEVELS
from jupyter_mlops.assessment.history import Change, changes

_STYLE = """
:root { color-scheme: light dark; --text: #1c1f23; --page: #fff; --line: #d4d8de; --faint: #5b6470; --good: #2e7d32; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e8eb; --page: #15181c; --line: #3a4048; --faint: #a5adb8; --good: #7ccf80; --bad: #ff8a80; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.15rem; margin-top: 2rem; } .scroll { overflow-x: auto; } .scroll table { min-width: 40rem; } code { font: 13px/1.4 ui-monospace, monospace; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; font-weight: 400; }
thead th { color: var(--faint); font-weight: 600; } ul { margin: 0; padding-left: 1rem; } .up { color: var(--good); } .down { color: var(--bad); } .faint { color: var(--faint); } tbody th { white-space: nowrap; }
"""


def history_page(rows: Sequence[dict[str, Any]]) -> str:
    """The page.

    Args:
        rows: of the history, oldest first.
    """
    last = rows[-1] if rows else None
    title = f"Level {last['level']}, {LEVELS[int(last['level'])]}" if last is not None else "nothing is recorded yet"
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>Scorecard over time: {escape(title)}</title><style>{_STYLE}</style></head><body><main>",
        f"<h1>Scorecard over time: {escape(title)}</h1>",
    ]
    if not rows:
        parts.append("<p><code>jupyter mlops history --record</code> adds the first row.</p>")
    else:
        parts.append(score_chart(rows, inline=True))
        parts.append(
            '<h2>Row by row, the last first</h2><div class="scroll"><table><thead><tr><th scope="col">Day</th>'
            '<th scope="col">Commit</th><th scope="col">Level</th><th scope="col">Score</th>'
            '<th scope="col">What changed</th></tr></thead><tbody>'
        )
        parts += [_row(rows, number) for number in reversed(range(len(rows)))]
        parts.append("</tbody></table></div>")
    return "\n".join([*parts, "</main></body></html>"]) + "\n"


def _row(rows: Sequence[dict[str, Any]], number: int) -> str:
    row = rows[number]
    said = [
        f'<li class="up"><strong>{escape(one.unit + ": " if one.unit else "")}Level {one.level} reached.</strong> '
        f"{escape(celebration(one.level).means)}</li>"
        for one in newly_reached(rows[:number], row)
    ]
    said += [_change(change) for change in (changes(rows[number - 1], row) if number else [])]
    changed = f"<ul>{''.join(said)}</ul>" if said else ""
    commit = str(row.get("commit") or "")[:8]
    return (
        f'<tr><th scope="row">{escape(str(row["date"]))}</th><td><code>{escape(commit)}</code></td><td>{row["level"]}</td>'
        f"<td>{row['score']}</td><td>{changed}</td></tr>"
    )


def _change(change: Change) -> str:
    unit = "" if change.unit == "." else f"{change.unit}: "
    by = "" if change.cause == "project" else ' <span class="faint">(by the ruleset)</span>'
    return (
        f'<li class="{"down" if change.worse else "up"}">{"↓" if change.worse else "↑"} {escape(unit)}{escape(change.what)} '
        f"{escape(change.before or 'new')} → {escape(change.after or 'gone')}{by}</li>"
    )
