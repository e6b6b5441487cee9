"""Cells that change modules of the project, and those that use them afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest
from jupyter_mlops_converters.analysis.cells import analyse
from jupyter_mlops_converters.observe.observation import Observation, ObservedCell
from jupyter_mlops_converters.plan.modules import module_conflicts, separates
from jupyter_mlops_converters.plan.program import Program, build_program
from jupyter_mlops_converters.source.notebook import read_notebook
from notebooks import write_notebook

#: `shop` refers to `tools`, and `settings` to none.
LOADED = {"settings": (), "shop": ("tools",), "tools": ()}


def program(tmp_path: Path, *cells: str, changed: dict[int, str]) -> Program:
    """Steps of which the first was seen to load the modules, and others to change one."""
    analysis = analyse(read_notebook(write_notebook(tmp_path / "n.ipynb", list(cells))))
    seen = [
        ObservedCell(
            number, 0.1, (), {}, modules=LOADED if number == 0 else {}, modules_changed=tuple(changed.get(number, "").split())
        )
        for number in range(len(cells))
    ]  # fmt: skip
    return build_program(analysis, Observation(tuple(seen), seconds=1.0, final_files=frozenset()))


@pytest.mark.parametrize(
    ("cells", "changed", "kept"),
    [
        # It uses the module itself, or one that refers to it, or a function that does.
        (("import tools", "tools.note(1)", "print(tools.seen)", "print(1)"), {1: "tools"}, [(1, 2)]),
        (("import shop, tools", "tools.note(1)", "shop.price()", "print(1)"), {1: "tools"}, [(1, 2)]),
        (("from tools import note", "def f():\n    note(2)", "note(1)", "f()"), {2: "tools"}, [(2, 3)]),
        # The one that refers says nothing about the one that is referred to.
        (("import shop, tools", "shop.sell()", "print(tools.seen)"), {1: "shop"}, []),
        # Nobody uses it afterwards.
        (("import settings, tools", "tools.note(1)", "print(settings.RATE)"), {1: "tools"}, []),
        # Assignments are made again in other stages.
        (("import settings", "settings.RATE = 3", "print(settings.RATE)"), {1: "settings"}, []),
        (("import settings", "settings.RATE = 3\nsettings.load()", "print(settings.RATE)"), {1: "settings"}, [(1, 2)]),
        # Where the module is loaded, nothing is there to compare with, but the code shows it.
        (("import tools\ntools.seen.append(1)", "print(tools.seen)"), {}, [(0, 1)]),
        (("import tools\ntools.note(1)", "print(tools.seen)"), {}, []),
    ],
)
def test_who_stays_with_whom(
    tmp_path: Path, cells: tuple[str, ...], changed: dict[int, str], kept: list[tuple[int, int]]
) -> None:
    steps = program(tmp_path, *cells, changed=changed)
    assert [(conflict.first, conflict.last) for conflict in module_conflicts(steps)] == kept
    apart = [[cell] for cell in range(len(cells))]
    assert separates(apart, steps) == bool(kept)
    assert not separates([list(range(len(cells)))], steps)
