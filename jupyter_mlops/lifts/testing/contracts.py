"""`data_contracts.py` and its tests, from the tables themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from jupyter_mlops_converters.emit.literals import Code

from jupyter_mlops.lifts.lift import Refusal
from jupyter_mlops.lifts.scene import Scene
from jupyter_mlops.lifts.templating import renderer
from jupyter_mlops.lifts.testing.columns import rules
from jupyter_mlops.lifts.testing.tables import Table

render = renderer(Path(__file__).with_name("templates"))

MODULE = "data_contracts.py"
TEST = "test_data.py"


class Contract(NamedTuple):
    """What a table has to be like.

    Attributes:
        name: of its schema, a Python identifier.
        table: the table.
        local: its path from the unit's folder.
        columns: names and their rule, as Python.
        rows: that there have to be at least.
        lines: it is a text with a row a line, of which some can be left out.
    """

    name: str
    table: Table
    local: str
    columns: list[tuple[list[str], Code]]
    rows: int
    lines: bool


def contracts(scene: Scene, found: Sequence[Table]) -> tuple[list[Contract], list[Refusal]]:
    """Contracts of tables that can be read here, and why the others have none.

    Args:
        scene: the project.
        found: the tables.
    """
    if found and find_spec("pandas") is None:
        return [], [Refusal("contracts for the data", "pandas, which reads it, is not installed here")]
    made: list[Contract] = []
    refused: list[Refusal] = []
    for table in found:
        try:
            frame = _read(scene, table)
        except Exception as error:  # noqa: BLE001 - whatever a file does to a reader
            why = f"it cannot be read: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
            refused.append(Refusal(f"a contract for {table.path}", why.rstrip(": "), table.path))
            continue
        if not len(frame) or not all(isinstance(name, str) for name in frame.columns) or not frame.columns.is_unique:
            why = "it has no rows" if not len(frame) else "its columns have no names, or the same twice"
            refused.append(Refusal(f"a contract for {table.path}", why, table.path))
            continue
        local = scene.unit.local(table.path)
        name = _name(local, {one.name for one in made})
        made.append(
            Contract(name, table, local, rules(frame), max(1, len(frame) // 2), _has_lines(scene, table, len(frame)))
        )
    return made, refused


def files(made: Sequence[Contract], folder: str, local: str, up: str) -> dict[str, str]:
    """The module with the contracts, and its tests.

    Args:
        made: the contracts.
        folder: where tests are, from the root.
        local: the same from the unit's folder.
        up: steps from a file there to the unit's folder, as Python.
    """
    some = any("present(" in rule for one in made for _names, rule in one.columns)
    checked = any("Check." in rule for one in made for _names, rule in one.columns)
    return {
        f"{folder}/{MODULE}": render(
            "data_contracts.py.j2", contracts=made, up=up, missing=some, checked=checked, local=f"{local}/{MODULE}"
        ),
        f"{folder}/{TEST}": render("test_data.py.j2"),
    }


def _read(scene: Scene, table: Table) -> Any:
    import pandas as pd

    return getattr(pd, table.reader)(scene.root / table.path, **table.how)


def _has_lines(scene: Scene, table: Table, rows: int) -> bool:
    """Whether a file has a line for each row, below one for the names."""
    if not table.path.lower().endswith((".csv", ".tsv", ".txt", ".data")) or table.how.get("skiprows"):
        return False
    with (scene.root / table.path).open("rb") as stream:
        return sum(1 for line in stream if line.strip()) == rows + (table.how.get("header", 0) is not None)


def _name(path: str, taken: set[str]) -> str:
    base = re.sub(r"\W+", "_", path.rpartition("/")[2].partition(".")[0]).strip("_").upper() or "TABLE"
    base = f"TABLE_{base}" if base[0].isdigit() else base
    wanted, number = base, 2
    while wanted in taken or wanted in ("ROOT", "TABLES"):
        wanted, number = f"{base}_{number}", number + 1
    return wanted
