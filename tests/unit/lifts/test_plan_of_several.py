"""A plan for several notebooks: answered, edited, given back, and gone on with."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from notebooks import write_notebook

from jupyter_mlops import convert
from jupyter_mlops.errors import MlopsError
from jupyter_mlops.lifts.pipeline.api import Conversion

MAKE = [
    ("markdown", "# Load"),
    "LIMIT = 2\nrows = [3, 1, 2]",
    "print(rows)",
    ("markdown", "# Clean"),
    "kept = [row for row in rows if row >= LIMIT]",
    "print('looked at', len(kept))",
    "open('kept.txt', 'w').write(' '.join(map(str, kept)))",
]
USE = [
    ("markdown", "# Load"),
    "LIMIT = 5\nkept = [int(word) for word in open('kept.txt').read().split()]",
    "print(kept)",
    ("markdown", "# Evaluate"),
    "total = sum(kept) * LIMIT",
    "print(total)",
]


@pytest.fixture
def notebooks(tmp_path: Path) -> list[Path]:
    (tmp_path / "requirements.txt").touch()
    return [write_notebook(tmp_path / "make.ipynb", MAKE), write_notebook(tmp_path / "use.ipynb", USE)]


def converted(notebooks: list[Path], **options: Any) -> Conversion:
    return convert(notebooks, run=False, targets=None, **options)


def stages(conversion: Conversion) -> dict[str, list[int]]:
    plans = conversion.document["plan"]["notebooks"]
    return {stage["name"]: stage["cells"] for plan in plans for stage in plan["stages"]}


def test_a_plan_that_is_given_back_gives_the_same_pipeline(notebooks: list[Path]) -> None:
    first = converted(notebooks, write=False)
    plan = first.document["plan"]
    assert [entry["notebook"] for entry in plan["notebooks"]] == ["make.ipynb", "use.ipynb"]
    again = converted(notebooks, write=False, plan=plan)
    assert again.document["plan"] == plan
    assert again.document["stages"] == first.document["stages"]
    assert {p["name"] for p in again.document["parameters"]} == {p["name"] for p in first.document["parameters"]}


def test_a_plan_is_followed_and_gone_on_with(notebooks: list[Path]) -> None:
    plan = copy.deepcopy(converted(notebooks, write=False).document["plan"])
    make, use = plan["notebooks"]
    make.update(
        stages=[{"name": "begin", "cells": [1, 2]}, {"name": "make_end", "cells": [4, 6]}],
        skip=[5],
        parameters={"LIMIT": "least"},
    )
    use.update(stages=[{"name": "all", "cells": [1, 2, 4, 5]}])
    done = converted(notebooks, plan=plan)
    wanted = {"make_begin": [1, 2], "make_end": [4, 6], "use": [1, 2, 4, 5]}
    assert stages(done) == wanted
    assert {"least", "LIMIT"} <= {parameter["name"] for parameter in done.document["parameters"]}
    # Nothing has changed, and nothing changes.
    again = converted(notebooks)
    assert stages(again) == wanted
    assert not again.changes.changes
    # A cell that is new goes with the one before it; the plan of the other notebook stays.
    write_notebook(notebooks[0], [*MAKE[:3], "print(LIMIT)", *MAKE[3:]])
    later = converted(notebooks)
    assert stages(later) == {"make_begin": [1, 2, 3], "make_end": [5, 7], "use": [1, 2, 4, 5]}
    assert later.document["plan"]["notebooks"][0]["skip"] == [6]


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        ({"stages": [{"name": "a", "cells": [1]}]}, "has `notebooks`, a list with the plan of each"),
        ({"notebooks": [{"notebook": "other.ipynb"}]}, "`notebooks[0]` must say which `notebook` it is of"),
        ({"notebooks": [{"notebook": "use.ipynb"}, {"notebook": "use.ipynb"}]}, "`notebooks[1]` must say"),
        ({"notebooks": [{"notebook": "use.ipynb", "stages": [{"cells": [1]}]}]}, "No stage has the cells 2, 4, 5"),
        ({"notebooks": {}}, "`notebooks` must be a list"),
        ({"notebooks": [], "skip": []}, "has no key 'skip'"),
        ({"notebooks": [], "schema": 9}, "schema 1"),
    ],
)
def test_what_is_no_plan_is_refused(notebooks: list[Path], plan: dict[str, Any], says: str) -> None:
    with pytest.raises(MlopsError) as caught:
        converted(notebooks, plan=plan)
    assert caught.value.code == "invalid-plan"
    assert says in caught.value.message


def test_an_outdated_plan_is_refused(notebooks: list[Path]) -> None:
    plan = converted(notebooks, write=False).document["plan"]
    write_notebook(notebooks[1], [*USE, "print('more')"])
    with pytest.raises(MlopsError) as caught:
        converted(notebooks, plan=plan)
    assert caught.value.code == "outdated-plan"
