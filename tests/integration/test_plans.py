"""Plans that people give, carried out for real: the stages are theirs, and the results are the notebook's."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from notebooks import environment, write_notebook

from jupyter_mlops import convert

CELLS = [
    "import random\nrandom.seed(3)",
    "rows = [{'a': random.random(), 'b': n} for n in range(6)]",
    "print(len(rows), rows[0])",
    "rows.append({'a': 0.5, 'b': 6})",
    "total = sum(row['a'] for row in rows)",
    "print(max(row['b'] for row in rows))",
    "guess = total * random.random()",
    "print('broken', undefined)",
    "guess",
]


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    (tmp_path / "requirements.txt").touch()
    return write_notebook(tmp_path / "rows.ipynb", CELLS)


def test_stages_in_pieces_and_left_out_cells_are_proven(notebook: Path) -> None:
    cells = {"make": [0, 1, 2, 3], "end": [4, 6, 8], "look": [5]}
    plan = {"stages": [{"name": name, "cells": cells[name]} for name in cells], "skip": [7]}
    conversion = convert(notebook, plan=plan, targets=("papermill",))
    assert conversion.document["verification"]["verdict"] == "equivalent", conversion.document["verification"]
    assert conversion.document["plan"]["stages"] == plan["stages"]
    # Proven again from the files alone, it still knows what was left out.
    again = subprocess.run(
        [sys.executable, "-m", "jupyter_mlops", "verify", str(conversion.path), "--format", "json"],
        env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert json.loads(again.stdout)["verdict"] == "equivalent", again.stdout + again.stderr


def test_stages_that_cannot_be_apart_are_merged_and_equal(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").touch()
    notebook = write_notebook(
        tmp_path / "n.ipynb", ["numbers = (n * n for n in range(5))\nscale = 2", "print(scale)", "print(next(numbers))", "print(scale + 1)"]
    )  # fmt: skip
    stages = [{"name": name, "cells": [cell]} for cell, name in enumerate(["make", "look", "take", "end"])]
    conversion = convert(notebook, plan={"stages": stages}, targets=("papermill",))
    assert conversion.document["verification"]["verdict"] == "equivalent", conversion.document["verification"]
    cells = [stage["cells"] for stage in conversion.document["plan"]["stages"]]
    assert cells == [[0, 2], [1], [3]]
    (finding,) = (f for f in conversion.document["findings"] if f["code"] == "plan-changed")
    assert "`make` and `take`" in finding["message"]
    assert "generator" in finding["message"]


def test_what_cells_show_is_there_by_its_number_and_as_the_last_value(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").touch()
    cells = ["n = [1, 2]\nn", "_ + [3]", "print(Out[1], len(_2))\nn.append(9)", "print(_2)\n'last'", "print(_, Out[1])"]
    notebook = write_notebook(tmp_path / "n.ipynb", cells)
    stages = [{"name": "show", "cells": [0, 1]}, {"name": "use", "cells": [2]}, {"name": "end", "cells": [3, 4]}]
    conversion = convert(notebook, plan={"stages": stages}, targets=("papermill",))
    assert conversion.document["verification"]["verdict"] == "equivalent", conversion.document["verification"]
    assert conversion.document["plan"]["stages"] == stages
    inputs = [{entry["variable"] for entry in stage["inputs"]} for stage in conversion.document["stages"]]
    # The list that is shown is the one called `n`, so both names come in one file.
    assert inputs == [set(), {"n", "out_1", "out_2"}, {"out_1", "out_2"}]


def test_values_come_from_where_they_are_bound_and_only_to_where_they_are_used(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").touch()
    cells = [
        "import json\nsize = 3\nrow = [1, 2, 3]\nsame = [row]",
        "size = len(json.loads('[4, 5, 6]'))\nimport json  # once more",
        "print(size, json.dumps(size))\nrow.append(4)",
        "print(row)",
    ]
    stages = [{"name": name, "cells": [cell]} for cell, name in enumerate(["make", "count", "grow", "end"])]
    conversion = convert(
        write_notebook(tmp_path / "n.ipynb", cells), plan={"stages": stages, "parameters": {}}, targets=("papermill",)
    )
    assert conversion.document["verification"]["verdict"] == "equivalent", conversion.document["verification"]
    inputs = {
        stage["name"]: {(i["variable"], i["stage"]) for i in stage["inputs"]} for stage in conversion.document["stages"]
    }
    # `size` was 3 before as well, but with other data it would not be; nobody looks at `same`, which `row` changes.
    assert inputs == {
        "make": set(),
        "count": set(),
        "grow": {("size", "count"), ("row", "make")},
        "end": {("row", "grow")},
    }


def test_a_name_that_only_a_text_holds_is_found_by_the_proof(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").touch()
    cells = ["import math\nlimit = [2.0]", "rule = 'math.sqrt(limit[0])'", "found = eval(rule)\nfound", "found + 1"]
    stages = [{"name": name, "cells": [cell]} for cell, name in enumerate(["make", "rule", "apply", "end"])]
    notebook = write_notebook(tmp_path / "n.ipynb", cells)
    conversion = convert(notebook, plan={"stages": stages}, targets=("papermill",))
    assert conversion.document["verification"]["verdict"] == "equivalent", conversion.document["verification"]
    assert conversion.document["plan"]["stages"] == stages


def test_a_notebook_that_lists_its_folder_is_compared_with_the_pipeline_in_place(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").touch()
    cells = [
        "import os\nsorted(os.listdir())",
        "!ls",
        "open('out.txt', 'w').write('x');",
        "print(sorted(os.listdir()))",
    ]
    stages = [{"name": name, "cells": [cell]} for cell, name in enumerate(["a", "b", "c", "d"])]
    conversion = convert(write_notebook(tmp_path / "n.ipynb", cells), plan={"stages": stages}, targets=("papermill",))
    assert conversion.document["verification"]["verdict"] == "equivalent", conversion.document["verification"]
    assert conversion.document["plan"]["stages"] == stages


def test_stores_of_experiments_are_no_products(tmp_path: Path) -> None:
    # Every run adds to them: as products they would make a pipeline that has just run stale.
    (tmp_path / "requirements.txt").touch()
    connect = "import sqlite3\ndb = sqlite3.connect('mlflow.db')\n"
    cells = [
        "rows = [1, 2, 3]",
        f"{connect}db.execute('create table if not exists runs (rows)')\ndb.execute('insert into runs values (3)')\ndb.commit()\ndb.close()",
        "open('rows.txt', 'w').write(str(rows))",
        f"{connect}print(db.execute('select count(*) from runs').fetchone())\ndb.close()",
        "print(open('rows.txt').read())",
    ]
    stages = [{"name": "make", "cells": [0, 1, 2]}, {"name": "look", "cells": [3, 4]}]
    conversion = convert(write_notebook(tmp_path / "n.ipynb", cells), plan={"stages": stages})
    assert conversion.document["verification"]["verdict"] == "equivalent", conversion.document["verification"]
    assert [stage["name"] for stage in conversion.document["stages"]][:2] == ["make", "look"]
    text = (conversion.path / "dvc.yaml").read_text("utf-8")
    assert "rows.txt" in text
    assert "mlflow.db" not in text.replace("sqlite:", "")
