"""The score over time, as a line of characters and as a drawing that needs nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import Any

_BLOCKS = "▁▂▃▄▅▆▇█"
_WIDTH, _HEIGHT = 640, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 16, 34
_MOST_DATES = 6
_STYLE = (
    "svg.score{color-scheme:light dark;--ink:#1c1f23;--faint:#5b6470;--line:#2563a8;--flag:#2e7d32;--grid:#d4d8de;"
    "font:11px system-ui,sans-serif}"
    "@media(prefers-color-scheme:dark){svg.score{--ink:#e6e8eb;--faint:#a5adb8;--line:#6aa6e8;--flag:#7ccf80;--grid:#3a4048}}"
)


def sparkline(rows: Sequence[Mapping[str, Any]]) -> str:
    """The scores, a character a row.

    Args:
        rows: of the history.
    """
    return "".join(_BLOCKS[min(_score(row), 99) * len(_BLOCKS) // 100] for row in rows)


def score_chart(rows: Sequence[Mapping[str, Any]], *, inline: bool = False) -> str:
    """The scores as an SVG: days from left to right, a line for each level, a flag where a level was first reached.

    Args:
        rows: of the history, at least one.
        inline: whether it stands in an HTML page, and not in a file of its own.
    """
    space = "" if inline else ' xmlns="http://www.w3.org/2000/svg"'
    days = [dt.date.fromisoformat(str(row["date"])) for row in rows]
    first, length = min(days), max(1, (max(days) - min(days)).days)

    def x(day: dt.date) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (day - first).days / length

    def y(score: float) -> float:
        return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (100 - score) / 100

    said = escape(_said(rows))
    parts = [
        f'<svg class="score"{space} viewBox="0 0 {_WIDTH} {_HEIGHT}" width="100%" role="img" aria-label="{said}">',
        f"<title>{said}</title><style>{_STYLE}</style>",
    ]
    for level in range(5):
        at = y(25 * level)
        parts.append(f'<path d="M{_LEFT} {at:.1f}H{_WIDTH - _RIGHT}" stroke="var(--grid)"/>')
        parts.append(
            f'<text x="{_LEFT - 8}" y="{at + 4:.1f}" text-anchor="end" fill="var(--faint)">Level {level}</text>'
        )
    parts += [
        f'<text x="{x(day):.1f}" y="{_HEIGHT - 12}" text-anchor="{_anchor(x(day))}" fill="var(--faint)">{day.isoformat()}</text>'
        for day in _dates(days)
    ]
    points = list(zip(rows, days, strict=True))
    for (before, _), (row, day) in pairwise(points):
        if before.get("ruleset") != row.get("ruleset"):
            name = escape(f"ruleset {row.get('ruleset')}")
            parts.append(
                f'<path d="M{x(day):.1f} {_TOP}V{_HEIGHT - _BOTTOM}" stroke="var(--faint)" stroke-dasharray="3 3"/>'
                f'<text x="{x(day):.1f}" y="11" text-anchor="{_anchor(x(day))}" fill="var(--faint)">{name}</text>'
            )
    # Nothing is known between two rows, so the score stays until the next one.
    path = "".join(
        f"M{x(day):.1f} {y(_score(row)):.1f}" if number == 0 else f"H{x(day):.1f}V{y(_score(row)):.1f}"
        for number, (row, day) in enumerate(points)
    )
    parts.append(f'<path d="{path}" fill="none" stroke="var(--line)" stroke-width="2" stroke-linejoin="round"/>')
    best = 0
    for row, day in points:
        level = int(row.get("level") or 0)
        label = f"{day.isoformat()}: Level {level}, score {_score(row)}"
        parts.append(
            f'<circle cx="{x(day):.1f}" cy="{y(_score(row)):.1f}" r="3.5" fill="var(--line)"><title>{label}</title></circle>'
        )
        if level > best:
            best = level
            above = max(y(_score(row)) - 9, 23)  # below the names of rulesets
            parts.append(
                f'<text x="{x(day):.1f}" y="{above:.1f}" text-anchor="{_anchor(x(day))}" font-weight="600" '
                f'fill="var(--flag)">⚑ Level {level}</text>'
            )
    return "\n".join([*parts, "</svg>"])


def _anchor(x: float) -> str:
    """Where a text at that place is held, so that it stays inside."""
    return "end" if x > _WIDTH - 60 else "start" if x < _LEFT + 30 else "middle"


def _dates(days: Sequence[dt.date]) -> list[dt.date]:
    """Those that are written below: the first, the last, and some between, as far as there is room for them."""
    known = sorted(set(days))
    span = max(1, (known[-1] - known[0]).days)
    least = span / _MOST_DATES
    shown = [known[0]]
    for day in known[1:-1]:
        if (day - shown[-1]).days >= least and (known[-1] - day).days >= least:
            shown.append(day)
    return shown if len(known) == 1 else [*shown, known[-1]]


def _score(row: Mapping[str, Any]) -> int:
    score = row.get("score")
    return max(0, min(100, score)) if isinstance(score, int) else 0


def _said(rows: Sequence[Mapping[str, Any]]) -> str:
    first, last = rows[0], rows[-1]
    if len(rows) == 1:
        return f"Score on {first['date']}: {_score(first)} (Level {first.get('level')})."
    return (
        f"Score from {first['date']} to {last['date']}: {_score(first)} (Level {first.get('level')}) to {_score(last)} "
        f"(Level {last.get('level')}), in {len(rows)} rows."
    )
