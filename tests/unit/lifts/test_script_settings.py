"""Settings that stand in scripts: named with their line, whether in the call or as a constant above it, and not moved."""

from __future__ import annotations

from pathlib import Path

from lift_projects import write

from jupyter_mlops.lifts.api import lift

SCRIPT = """\
import pandas as pd
from sklearn.linear_model import Ridge

ALPHA: float = 0.5
rounds = 10
tried = 1
tried = 2

table = pd.read_csv("table.csv")
Ridge(alpha=ALPHA, tol=0.1, max_iter=rounds, random_state=tried, copy_X=table).fit(table[["a"]], table["b"])
"""


def test_settings_are_named_where_their_value_stands(tmp_path: Path) -> None:
    write(tmp_path, {"train.py": SCRIPT, "table.csv": "a,b\n1,2\n"})
    plan = lift("pipeline", tmp_path, write=False).plan
    assert [(one.what, one.path, one.line) for one in plan.cannot] == [
        ("`alpha=ALPHA` of Ridge, which is 0.5", "train.py", 4),
        ("`tol=0.1` of Ridge", "train.py", 10),
        ("`max_iter=rounds` of Ridge, which is 10", "train.py", 5),
    ]
    assert "params.yaml" in plan.left[0].what
    assert not plan.changes
