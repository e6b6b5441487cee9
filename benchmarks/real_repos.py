"""Assesses every repository in a folder, and prints the table; with labels of your own, how well they agree.

    python benchmarks/real_repos.py DIR [--labels LABELS] [--date DATE] [--markdown OUT] [--only PATTERN]

Labels are a YAML or JSON file that maps the name of a repository to the level that a person gave it, by the gates, from
reading its files. Give them before you look at this table.
"""

from __future__ import annotations

import fnmatch
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from rich.console import Console
from rich.table import Table

from jupyter_mlops import assess

_SIGNS = {"yes": "●", "partly": "◐", "no": "○"}
_COLUMNS = (
    "repository",
    "kind",
    "units",
    "level",
    "label",
    "questions",
    "criteria",
    "confidence",
    "seconds",
    "blockers",
)


@dataclass(frozen=True)
class Row:
    """A repository's answer.

    Attributes:
        name: of its folder.
        label: the level that a person gave it; None without one.
        answer: the assessment as JSON has it; None when it failed.
        seconds: CPU time.
        error: what went wrong.
    """

    name: str
    label: int | None
    answer: dict[str, Any] | None
    seconds: float
    error: str | None = None

    @property
    def unit(self) -> dict[str, Any]:
        """The unit that sets the headline."""
        answer = self.answer or {}
        units: list[dict[str, Any]] = answer["units"]
        return next(
            unit for unit in units if (unit["level"], unit["progress"]) == (answer["level"], answer["progress"])
        )

    def cells(self) -> tuple[str, ...]:
        """What the table shows."""
        label = "" if self.label is None else str(self.label)
        if self.answer is None:
            return (self.name, "", "", "failed", label, "", "", "", f"{self.seconds:.2f}", self.error or "")
        criteria = [criterion for criterion in self.unit["criteria"] if criterion["required"]]
        passed = sum(criterion["state"] in ("pass", "not-applicable") for criterion in criteria)
        return (
            self.name,
            self.unit["kind"],
            str(len(self.answer["units"])),
            str(self.answer["level"]),
            label,
            "".join(_SIGNS[answer["state"]] for answer in self.answer["checklist"]),
            f"{passed}/{len(criteria)}",
            f"{self.unit['confidence']:.2f}",
            f"{self.seconds:.2f}",
            " ".join(self.unit["blockers"]),
        )


def measure(folder: Path, label: int | None, date: str | None) -> Row:
    """Assesses one repository."""
    started = time.process_time()
    try:
        answer = assess(folder, date=date).to_dict()
    except Exception as error:  # noqa: BLE001
        return Row(folder.name, label, None, time.process_time() - started, f"{type(error).__name__}: {error}")
    failed = [note["message"] for note in answer["notes"] if note["message"].startswith("probe ")]
    return Row(folder.name, label, None if failed else answer, time.process_time() - started, "; ".join(failed))


def summary(rows: list[Row]) -> str:
    """How many agree with their labels."""
    failed = sum(row.answer is None for row in rows)
    judged = [row for row in rows if row.answer is not None and row.label is not None]
    text = f"{len(rows)} repositories, {failed} failed"
    if not judged:
        return text
    off = [abs(row.answer["level"] - row.label) for row in judged if row.answer and row.label is not None]
    exact, near = off.count(0), sum(distance <= 1 for distance in off)
    return f"{text}; of {len(judged)} with a label {exact} ({exact / len(off):.0%}) have that level, {near} within one level"


def as_markdown(rows: list[Row]) -> str:
    """The table as Markdown."""
    lines = [
        "| " + " | ".join(_COLUMNS) + " |",
        "|" + " --- |" * len(_COLUMNS),
        *("| " + " | ".join(row.cells()) + " |" for row in rows),
    ]
    return "\n".join([*lines, "", summary(rows), ""])


def main(
    folder: Annotated[Path, typer.Argument(help="Folder that holds repositories.")],
    labels: Annotated[Path | None, typer.Option(help="YAML or JSON: name -> level that a person gave.")] = None,
    date: Annotated[str | None, typer.Option(help="Day the answers are for, YYYY-MM-DD.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write the table there, too.")] = None,
    only: Annotated[str, typer.Option(help="Names to look at.")] = "*",
    as_json: Annotated[Path | None, typer.Option("--json", help="Write the answers there, too.")] = None,
) -> None:
    """Assess every repository in FOLDER."""
    known: dict[str, int] = yaml.safe_load(labels.read_text(encoding="utf-8")) if labels else {}
    console = Console(width=200)
    rows = []
    for path in sorted(folder.iterdir()):
        if path.is_dir() and fnmatch.fnmatch(path.name, only):
            rows.append(measure(path, known.get(path.name), date))
            console.print(f"[dim]{len(rows)} {path.name}[/dim]")
    table = Table(*_COLUMNS, box=None)
    for row in rows:
        agrees = row.answer is not None and row.label in (None, row.answer["level"])
        table.add_row(*row.cells(), style=None if agrees else "bold")
    console.print(table)
    console.print(summary(rows))
    if markdown:
        markdown.write_text(as_markdown(rows), encoding="utf-8")
    if as_json:
        as_json.write_text(json.dumps({row.name: row.answer for row in rows}), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
