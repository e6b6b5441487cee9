"""HTML in one file: a table to sort by eye, in the light, in the dark and in print."""

from __future__ import annotations

from html import escape

from jupyter_mlops.assessment.criterion import LEVELS
from jupyter_mlops.assessment.portfolio.model import Entry, Portfolio, PortfolioReport
from jupyter_mlops.assessment.portfolio.wording import change, standing, summary
from jupyter_mlops.assessment.rulesets import RULESET

_STYLE = """
:root { color-scheme: light dark; --text: #1c1f23; --faint: #5b6470; --page: #fff; --line: #d4d8de; --grid: #e4e7eb; --good: #2e7d32; --bad: #b3261e; --ink: #2563a8; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e8eb; --faint: #a5adb8; --page: #15181c; --line: #3a4048; --grid: #2a2f36; --good: #7ccf80; --bad: #ff8a80; --ink: #6aa6e8; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.15rem; margin-top: 2rem; } .faint { color: var(--faint); } .up { color: var(--good); } .down { color: var(--bad); }
.scroll { overflow-x: auto; } .scroll table { min-width: 40rem; } table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; font-weight: 400; }
thead th { color: var(--faint); font-weight: 600; } tbody th { overflow-wrap: anywhere; } code { font: 13px/1.4 ui-monospace, monospace; } .number { text-align: right; }
.steps { display: inline-flex; gap: 2px; vertical-align: -.05rem; margin-right: .5rem; } .steps i { width: .8rem; height: .8rem; background: var(--grid); } .steps i.reached { background: var(--good); }
.bar { display: inline-block; height: .7rem; min-width: 2px; background: var(--ink); vertical-align: middle; margin-right: .5rem; }
ol.levels { display: flex; flex-wrap: wrap; gap: .5rem; padding: 0; list-style: none; } ol.levels li { flex: 1 1 8rem; border-top: .4rem solid var(--grid); padding-top: .3rem; } ol.levels li.some { border-color: var(--ink); } td.whole { white-space: nowrap; } ol.levels strong { font-size: 1.4rem; display: block; }
@media print { .steps i, .bar { print-color-adjust: exact; } .scroll { overflow: visible; } }
"""


def _render(portfolio: Portfolio, _colour: bool) -> str:
    spread = "".join(
        f'<li class="{"some" if count else "none"}"><strong>{count}</strong>Level {level}<br><span class="faint">{escape(LEVELS[level])}</span></li>'
        for level, count in portfolio.levels.items()
    )
    columns = ("Repository", "Level", "Score", "Trend", "What keeps it from the next level")
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>MLOps maturity of the portfolio</title><style>{_STYLE}</style></head><body><main>",
        f"<h1>MLOps maturity of the portfolio</h1><p>{escape(summary(portfolio))}</p>",
        f'<ol class="levels" aria-label="Repositories by level">{spread}</ol>',
        '<h2 id="all">Repositories, the lowest first</h2><div class="scroll" tabindex="0" role="region" aria-labelledby="all">',
        f"<table><thead><tr>{_head(columns)}</tr></thead><tbody>",
        *(_row(entry) for entry in portfolio.entries),
        "</tbody></table></div>",
        *_gaps(portfolio),
    ]
    if portfolio.failures:
        listed = "".join(
            f"<li><code>{escape(one.path)}</code>: {escape(one.message)} <code>{escape(one.code)}</code></li>"
            for one in portfolio.failures
        )
        parts.append(f'<h2 class="down">Could not be assessed</h2><ul>{listed}</ul>')
    parts.append(
        f'</main><footer><p class="faint"><small>{portfolio.date.isoformat()} · ruleset {RULESET}</small></p></footer></body></html>'
    )
    return "\n".join(parts) + "\n"


def _head(columns: tuple[str, ...]) -> str:
    return "".join(f'<th scope="col"{" class=number" if name == "Score" else ""}>{name}</th>' for name in columns)


def _row(entry: Entry) -> str:
    steps = "".join(f'<i class="{"reached" if level <= entry.level else ""}"></i>' for level in range(1, len(LEVELS)))
    several = f'<br><small class="faint">{len(entry.units)} units</small>' if len(entry.units) > 1 else ""
    grown = entry.score - entry.trend.score if entry.trend else 0
    kind = "up" if grown > 0 else "down" if grown < 0 else "faint"
    gaps = ", ".join(f"<code>{escape(gap)}</code>" for gap in entry.gaps)
    return (
        f'<tr><th scope="row">{escape(entry.path)}{several}</th><td class="whole"><span class="steps" aria-hidden="true">{steps}</span>'
        f'{escape(standing(entry))}</td><td class="number">{entry.score}</td>'
        f'<td class="whole">{_line(entry)}<span class="{kind}">{escape(change(entry))}</span></td><td>{gaps}</td></tr>'
    )


def _line(entry: Entry) -> str:
    """The scores of the last rows, as a small drawing; its meaning is in the text beside it."""
    if entry.trend is None:
        return ""
    scores = entry.trend.scores
    step = 76 / max(1, len(scores) - 1)
    points = " ".join(f"{2 + number * step:.1f},{22 - score / 5:.1f}" for number, score in enumerate(scores))
    return (
        '<svg viewBox="0 0 80 24" width="80" height="24" aria-hidden="true" style="vertical-align:middle;margin-right:.5rem">'
        f'<polyline points="{points}" fill="none" stroke="var(--ink)" stroke-width="2" stroke-linejoin="round"/></svg>'
    )


def _gaps(portfolio: Portfolio) -> list[str]:
    if not portfolio.gaps:
        return []
    most = len(portfolio.gaps[0].paths)
    rows = "".join(
        f'<tr><th scope="row">{escape(gap.title)}<br><code class="faint">{escape(gap.criterion)}</code></th><td>{gap.level}</td>'
        f'<td><span class="bar" aria-hidden="true" style="width:{8 * len(gap.paths) / most:.2f}rem"></span>{len(gap.paths)} of {len(portfolio.entries)}</td>'
        f'<td class="faint">{escape(", ".join(gap.paths[:8]))}{f" and {len(gap.paths) - 8} more" if len(gap.paths) > 8 else ""}</td></tr>'
        for gap in portfolio.gaps
    )
    head = _head(("Gap", "Level", "Repositories", "Which"))
    return [
        f'<h2>The commonest gaps</h2><div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    ]


REPORT = PortfolioReport("HTML", _render)
