"""The lift `clean-notebook`, with the notebook run before and after its repair."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from lift_projects import notebook, state, write

from jupyter_mlops.lifts.api import lift

#: Put in where it is needed, so that no scanner takes this file for a leak.
KEY = "tr0ub4dor&3xkcd"
CELLS = (
    "import numpy as np",
    "rows = open('/Users/ann/Desktop/Table.csv').read().split()\nx = np.array(rows[1:], dtype=np.float)",
    "open('left.txt', 'w').write('a')\nassert x.sum() == 3",
)


def test_the_repair_is_shown_to_work_on_a_copy(make: Callable[[str], Path], monkeypatch) -> None:
    root = make("level-0")
    write(root, {"work/old.ipynb": notebook(*CELLS), "data/numbers/table.csv": "x\n1\n2\n"})
    (root / "data/table.csv").unlink()
    (root / ".mlops").mkdir()
    before = state(root)
    events: list[dict] = []
    planned = lift(
        "clean-notebook", root / "work/old.ipynb", options={"run": "yes"}, write=False, progress=events.append
    )
    assert state(root) == before
    (said,) = [one for one in planned.plan.found if "runs to the end" in one]
    assert said.startswith("work/old.ipynb stops in cell 1: FileNotFoundError")
    assert said.endswith("work/old_clean.ipynb runs to the end.")
    assert planned.plan.cannot == ()
    assert {
        "Running work/old.ipynb, before its repair: cell 1",
        "Running work/old.ipynb, after its repair: cell 2",
    } <= {event["message"] for event in events}
    assert lift(
        "clean-notebook", root / "work/old.ipynb", options={"run": "yes"}, expected=planned.plan.changes.id
    ).applied
    assert sorted(path.name for path in (root / "work").iterdir()) == ["old.ipynb", "old_clean.ipynb"]


def test_runs_install_nothing_and_write_nothing_into_the_project(make: Callable[[str], Path]) -> None:
    root = make("level-0")
    cells = (
        "!pip install no-such-package-at-all && exit 1",
        f"import os\napi_key = '{KEY}'\nassert len(api_key) == 15",
        f"import numpy as np\nnp.int(1)\nopen({str(root / 'written.txt')!r}, 'w').write('a')",
    )
    write(root, {"old.ipynb": notebook(*cells)})
    planned = lift("clean-notebook", root / "old.ipynb", options={"run": "yes"}, write=False)
    assert "old_clean.ipynb stops in cell 2: PermissionError" in planned.plan.found[-1]
    assert not (root / "written.txt").exists()


def test_where_it_still_stops_is_told(make: Callable[[str], Path]) -> None:
    root = make("level-0")
    write(root, {"old.ipynb": notebook("import numpy as np\nnp.int(1)", "raise ValueError('no')")})
    planned = lift("clean-notebook", root / "old.ipynb", options={"run": "yes"}, write=False)
    assert "old_clean.ipynb stops in cell 1: ValueError: no." in planned.plan.found[-1]
    assert [(one.path, one.cell) for one in planned.plan.cannot] == [("old_clean.ipynb", 1)]


def test_a_notebook_without_a_known_repair_is_run_all_the_same(make: Callable[[str], Path]) -> None:
    root = make("level-0")
    write(root, {"good.ipynb": notebook("x = 1"), "bad.ipynb": notebook("x = 1", "x.y")})
    good = lift("clean-notebook", root / "good.ipynb", options={"run": "yes"}, write=False).plan
    assert (good.state, good.found) == ("done", ("good.ipynb runs to the end.",))
    bad = lift("clean-notebook", root / "bad.ipynb", options={"run": "yes"}, write=False).plan
    assert (bad.state, bad.why) == ("not-here", "Nothing is known that would repair what stops a run.")
    assert [(one.path, one.cell) for one in bad.cannot] == [("bad.ipynb", 1)]
    assert "AttributeError" in bad.cannot[0].why


def test_what_a_run_sees_makes_repairs_sure(make: Callable[[str], Path]) -> None:
    root = make("level-0")
    cells = (
        "import pandas as pd\nheld = {'s': pd.Series([1, 2], index=['x', 'y'])}\nruns = []",
        "!true\nruns.append(1)\nfirst = held['s'][0]",
        "def last(series):\n    return series[1]",
        "assert len(runs) == 1 and first == 1\nassert last(held['s']) == 2",
    )
    write(root, {"old.ipynb": notebook(*cells)})
    assert lift("clean-notebook", root / "old.ipynb", write=False).plan.state == "done", "the code alone says nothing"
    planned = lift("clean-notebook", root / "old.ipynb", options={"run": "yes"})
    assert planned.plan.found[-1] == "old.ipynb stops in cell 1: KeyError: 0. old_clean.ipynb runs to the end."
    told = [one for one in planned.plan.found if "A run stopped here: KeyError: 0." in one]
    assert [one.partition(", ")[0] for one in told] == ["old_clean.ipynb: cell 1 line 3"]
    assert "return series.iloc[1]" in (root / "old_clean.ipynb").read_text()
    before = (root / "old_clean.ipynb").read_bytes()
    for options in ({}, {"run": "yes"}):
        again = lift("clean-notebook", root / "old.ipynb", options=options)
        assert (again.plan.state, again.plan.cannot, again.applied) == ("done", (), None)
    assert (root / "old_clean.ipynb").read_bytes() == before


def test_cells_that_failed_when_they_were_last_run_may_fail(make: Callable[[str], Path]) -> None:
    root = make("level-0")
    document = json.loads(notebook("x = 1", "1 / 0", "y = x +", "{}['a']", "assert x == 1"))
    for cell, name, text in (
        (1, "ZeroDivisionError", "division by zero"),
        (2, "SyntaxError", "an old text"),
        (3, "KeyError", "'b'"),
    ):
        output = {"output_type": "error", "ename": name, "evalue": text, "traceback": []}
        document["cells"][cell]["outputs"] = [output]
    write(root, {"old.ipynb": json.dumps(document)})
    planned = lift("clean-notebook", root / "old.ipynb", options={"run": "yes"}, write=False).plan
    assert "old_clean.ipynb stops in cell 3: KeyError: 'a'" in planned.found[-1], "that was another error"
    assert "@@ cell 1 @@\n+tag raises-exception" in planned.shown["old_clean.ipynb"]
    document["cells"][3]["outputs"][0]["evalue"] = "'a'"
    write(root, {"old.ipynb": json.dumps(document)})
    done = lift("clean-notebook", root / "old.ipynb", options={"run": "yes"})
    assert done.plan.found[-1].endswith("old_clean.ipynb runs to the end.")
    cells = json.loads((root / "old_clean.ipynb").read_text())["cells"]
    assert [cell["metadata"].get("tags", []) for cell in cells] == [[], *[["raises-exception"]] * 3, []]


def test_what_fails_all_the_same_was_no_repair(make: Callable[[str], Path]) -> None:
    root = make("level-0")
    cells = (
        "class Odd(dict):\n    __len__ = None\nodd = Odd()",
        "import pandas as pd\nheld = {'t': pd.DataFrame({'a': [1, 2], 'c': ['x', 'y']})}",
        "held['t'].mean()\nmean = held['t'].mean() + held['none']",
    )
    write(root, {"old.ipynb": notebook(*cells)})
    planned = lift("clean-notebook", root / "old.ipynb", options={"run": "yes"}).plan
    assert (
        "old_clean.ipynb stops in cell 2: TypeError: Cannot perform reduction 'mean' with string dtype"
        in planned.found[-1]
    )
    assert "".join(json.loads((root / "old_clean.ipynb").read_text())["cells"][2]["source"]) == (
        "held['t'].mean(numeric_only=True)\nmean = held['t'].mean() + held['none']"
    )
