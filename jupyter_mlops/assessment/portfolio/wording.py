"""Sentences that several reports share."""

from __future__ import annotations

from jupyter_mlops.assessment.portfolio.model import Entry, Portfolio


def summary(portfolio: Portfolio) -> str:
    """How many repositories are on which level."""
    count = len(portfolio.entries)
    spread = ", ".join(f"{number} at Level {level}" for level, number in portfolio.levels.items() if number)
    text = f"{count} repositor{'y' if count == 1 else 'ies'}" + (f": {spread}" if spread else "")
    return text + (f"; {len(portfolio.failures)} could not be assessed" if portfolio.failures else "")


def standing(entry: Entry) -> str:
    """Level and progress, with what the level rests on beside evidence."""
    decided = ((entry.waived, "waived"), (entry.attested, "attested"), (entry.not_asked, "exempt"))
    beside = [f"{number} {word}" for number, word in decided if number]
    rest = "" if entry.level == 4 else f", {entry.progress} % to {entry.level + 1}"
    return f"Level {entry.level}" + (f" ({', '.join(beside)})" if beside else "") + rest


def change(entry: Entry) -> str:
    """How the score went since the row that is compared with."""
    if entry.trend is None:
        return "nothing recorded"
    grown = entry.score - entry.trend.score
    sign = "+" if grown > 0 else ""
    return f"{sign}{grown} since {entry.trend.since}" if grown else f"as on {entry.trend.since}"
