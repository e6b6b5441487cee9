"""A conversion for people at a terminal."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from jupyter_mlops.cli.edits_text import show_conflicts, show_diff, show_edits
from jupyter_mlops.lifts.pipeline.earlier import RECORD

if TYPE_CHECKING:
    from jupyter_mlops.lifts.pipeline.api import Conversion

_NOT_WITH_EDITS = (
    "As generated, the pipeline gives the notebook's results, but with your edits it does not run. Nothing was written: "
    "mend the edit, and convert again."
)
_WORDS = {
    "equivalent": ("✔", "green", "The pipeline gives exactly the notebook's results."),
    "equivalent-within-tolerance": (
        "✔",
        "green",
        "The pipeline gives the notebook's results; what is not exact is listed below.",
    ),
    "edited": (
        "✔",
        "green",
        "As generated, the pipeline gives the notebook's results; your edits change what is listed below.",
    ),
    "differs": ("✘", "red", "The pipeline does not give the notebook's results. Nothing was written."),
    "failed": ("✘", "red", "The pipeline does not run. Nothing was written."),
    "not-run": ("•", "yellow", "Nothing was run, so nothing is proven. Prove it with: jupyter mlops verify"),
}


#: Seconds that a notebook must have taken for it to matter what runs again.
_WORTH_TELLING = 1.0


def show_conversion(conversion: Conversion, *, explain: bool, dry_run: bool) -> None:
    """Print what became of a notebook.

    Args:
        conversion: the result.
        explain: whether to say why for every stage and hand-over.
        dry_run: whether nothing was to be written.
    """
    console = Console(highlight=False)
    document = conversion.document
    folder = os.path.relpath(conversion.path)
    notebooks = [entry["path"] for entry in document.get("notebooks", [])] or [document["notebook"]]
    console.print(Text.assemble((" + ".join(notebooks), "bold"), " → ", (folder, "bold")))
    console.print(_stages(document))
    if document["parameters"]:
        shown = ", ".join(f"{p['name']} = {_short(p['value'])}" for p in document["parameters"])
        console.print(Text.assemble(("Parameters  ", "dim"), shown))
    if explain:
        _explain(console, conversion.explanation)
    for finding in document["findings"]:
        if finding["severity"] != "info" or explain:
            where = f" ({_place(finding)})" if _place(finding) else ""
            style = {"error": "red", "warning": "yellow"}.get(finding["severity"], "dim")
            console.print(Text.assemble((f"{finding['severity']}  ", style), finding["message"], where))
    if not conversion.again.conflicts:
        show_verification(document["verification"], console)
        if costs := conversion.rerun:
            show_rerun(costs, console)
    count = len(conversion.changes.changes)
    if conversion.again.conflicts:
        show_conflicts(conversion.again.conflicts, console)
        return
    show_edits(conversion.again.merge, console)
    if conversion.applied is not None and not count:
        console.print("Nothing has changed since the last conversion, so nothing was written.")
    elif conversion.applied is not None:
        console.print(f"Wrote {count} files. Next: cd {folder} && dvc repro    (take it back: jupyter mlops undo)")
    elif dry_run:
        console.print(f"Dry run: {count} files would be written.")
        for change in conversion.changes.changes:
            console.print(Text.assemble((f"  {change.kind:<7}", "dim"), change.path))
        show_diff(conversion.changes, (RECORD, "conversion.json"), console)


def show_rerun(costs: dict[str, Any], console: Console) -> None:
    """Print what a change costs, where there is anything to save.

    Args:
        costs: as `rerun_costs` gives them.
        console: where to.
    """
    whole = costs["seconds"]
    *before, (name, last) = costs["stages"].items()
    if whole < _WORTH_TELLING or not before:
        return
    after = f"{last:.1f} s" if last >= 0.1 else "next to nothing"
    text = f"{whole:.1f} s for all cells of the notebook, {after} after a change in {name}"
    console.print(Text.assemble(("Running again  ", "dim"), text))


def _place(entry: dict[str, Any]) -> str:
    """The cell that an entry is about, with its notebook where there are several."""
    notebook = entry.get("source_notebook")
    parts = [Path(notebook).name] if notebook else []
    if entry["source_cell"] is not None:
        parts.append(f"cell {entry['source_cell']}")
    return ", ".join(parts)


def _stages(document: dict[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    several = "notebooks" in document
    for column in ("stage", *(["notebook"] if several else []), "cells", "hands over", "what it is"):
        table.add_column(column)
    for stage in document["stages"]:
        outputs = ", ".join(entry["variable"].strip("<>") for entry in stage["outputs"])
        notebook = [Text(Path(stage.get("source_notebook", "-")).name)] if several else []
        cells = _ranges(stage["source_cells"])
        table.add_row(Text(stage["name"], style="cyan"), *notebook, cells, Text(outputs), Text(stage["title"]))
    return table


def _ranges(cells: list[int]) -> str:
    """Cells as people write them: `0-3, 7`."""
    runs: list[list[int]] = []
    for cell in cells:
        if runs and cell == runs[-1][-1] + 1:
            runs[-1][1:] = [cell]
        else:
            runs.append([cell])
    return ", ".join("-".join(map(str, run)) for run in runs) or "-"


def _explain(console: Console, explanation: list[dict[str, Any]]) -> None:
    """Every decision: what belongs to a stage below it, then what was kept together, then parameters."""
    labels = {"hand-over": "hands over", "context": "runs again", "merge": "together", "parameter": "parameter"}
    for decision in explanation:
        if decision["kind"] == "stage":
            console.print(Text.assemble((decision["subject"], "cyan"), ": ", decision["why"]))
            continue
        where = f" (cell {decision['source_cell']})" if decision["source_cell"] is not None else ""
        label = f"{'  ' if decision['stage'] else ''}{labels[decision['kind']]}  "
        subject = decision["subject"].strip("<>")
        console.print(Text.assemble((label, "dim"), (subject, "bold"), where, ": ", decision["why"]))


def show_verification(found: dict[str, Any], console: Console | None = None) -> None:
    """Print a verdict and whatever is not identical.

    Args:
        found: the `verification` of a `conversion.json`.
        console: where to.
    """
    console = console or Console(highlight=False)
    mark, colour, sentence = _WORDS[found["verdict"]]
    edits = found.get("edits", [])
    if edits and found["verdict"] == "failed":
        sentence = _NOT_WITH_EDITS
    console.print(Text.assemble((f"{mark} {found['verdict']}", f"bold {colour}"), f"  {sentence}"))
    counts = Counter(cell["verdict"] for cell in found["cells"])
    if counts:
        parts = ", ".join(f"{number} {verdict}" for verdict, number in sorted(counts.items()))
        compared = [
            f"{_number(found['cells'], 'cell')} compared ({parts})",
            _number(found.get("hand_overs", []), "loaded value"),
            _number(found.get("files", []), "file"),
        ]
        console.print(Text(f"  {', '.join(compared)}", style="dim"))
    memory = found.get("memory", {})
    if memory.get("notebook"):
        stage, most = max(memory["stages"].items(), key=lambda entry: entry[1], default=("", 0))
        needed = f"the notebook {_size(memory['notebook'])}, its largest stage ({stage}) {_size(most)}"
        console.print(Text(f"  memory: {needed}", style="dim"))
    for edit in edits:
        where = f", cell {edit['source_cell']}" if edit["source_cell"] is not None else ""
        console.print(Text.assemble(("  your edit  ", "cyan"), f"{edit['path']}{where}: {edit['what']}"))
    for kind, key in (("cells", "source_cell"), ("hand_overs", "variable"), ("files", "path")):
        for entry in found.get(kind, []):
            if entry["verdict"] != "identical":
                what = _place(entry) if key == "source_cell" else str(entry[key])
                console.print(Text(f"  {what}: {entry['verdict']}: {entry['detail']}"))
    if "failure" in found:
        failure = found["failure"]
        where = f" {_place(failure)}" if _place(failure) else ""
        console.print(Text(f"  stage {failure['stage']}{where}: {failure['detail']}"))


def _size(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"


def _number(things: Sequence[object], name: str) -> str:
    return f"{len(things)} {name}{'' if len(things) == 1 else 's'}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "…"
