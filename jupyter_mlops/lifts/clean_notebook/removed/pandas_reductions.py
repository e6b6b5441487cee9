"""pandas: what NumPy's functions make of a table, which was one value for each column and is one for all of them now."""

from __future__ import annotations

import ast

from jupyter_mlops.lifts.clean_notebook.change import Change, Site
from jupyter_mlops.lifts.clean_notebook.edits import Edit

_DF = "import numpy as np\nimport pandas as pd\ndf = pd.DataFrame({'a': [3, 1], 'b': [1.5, 2]})\n"
_WHY = "Of a table this was one value for each column, and is one for the whole table now; the method takes an axis."


def _by_column(site: Site) -> list[Edit] | None:
    """`np.max(table)` as `table.max(axis=0)`."""
    call, table = site.call, site.argument(0, "a")
    if call is None or table is None or site.kinds.of(table) != "frame" or len(call.args) > 1:
        return []
    freedom = site.argument(None, "ddof")
    if site.spread or {each.arg for each in call.keywords} - {"a", "ddof"}:
        return []
    name = site.kinds.name(site.node).rpartition(".")[2]
    name = {"amax": "max", "amin": "min"}.get(name, name)
    # NumPy divides by the number of values, pandas by one less.
    rest = f", ddof={site.text(freedom) if freedom is not None else 0}" if name in ("std", "var") else ""
    whole = site.atom(table) if not isinstance(table, (ast.BinOp, ast.Compare)) else f"({site.text(table)})"
    return site.replaced(call, f"{whole}.{name}(axis=0{rest})")


CHANGES = (
    Change(
        "pandas", "2.0", tuple(f"numpy.{name}" for name in ("max", "amax", "min", "amin", "mean")), _by_column,
        before=f"{_DF}x = (df - np.min(df)) / (np.max(df) - np.min(df)).values",
        after=f"{_DF}x = (df - df.min(axis=0)) / (df.max(axis=0) - df.min(axis=0)).values", gives="x.b.tolist() == [0, 1]", why=_WHY,
    ),
    Change(
        "pandas", "3.0", tuple(f"numpy.{name}" for name in ("sum", "prod", "std", "var")), _by_column, before=f"{_DF}x = np.sum(df)",
        after=f"{_DF}x = df.sum(axis=0)", gives="x.a == 4", why=_WHY,
    ),
)  # fmt: skip
