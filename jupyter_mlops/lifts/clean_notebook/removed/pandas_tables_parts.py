"""pandas: how rows, columns and cells of a table are taken and assigned."""

from __future__ import annotations

import ast

from jupyter_mlops.lifts.clean_notebook.change import Change, Site
from jupyter_mlops.lifts.clean_notebook.chosen import by_what
from jupyter_mlops.lifts.clean_notebook.edits import Edit
from jupyter_mlops.lifts.clean_notebook.known import FORMULAS
from jupyter_mlops.lifts.clean_notebook.rewrites import attribute, brackets, without
from jupyter_mlops.lifts.clean_notebook.tables_syntax import rows_numbered

_DF = "import pandas as pd\ndf = pd.DataFrame({'a': [3, 1], 'b': [1.5, None]})\n"
_TEXT = "import pandas as pd\ndf = pd.DataFrame({'a': [3, 1], 'b': ['x', 'y']})\n"
_ANY = ("frame", "series", "pandas")
#: Where the kind cannot be told: names that nothing but pandas has had.
_SURELY = (*_ANY, "?")
_PLACES = ("loc", "iloc", "at", "iat")
_INPLACE = ("fillna", "replace", "clip", "interpolate", "ffill", "bfill", "where", "mask")


def _indexed(site: Site) -> list[Edit] | None:
    """`.ix[…]` took labels, and positions where there are none: sure where only one of both can be meant."""
    parent = site.parent
    if not isinstance(parent, ast.Subscript):
        return None
    parts = parent.slice.elts if isinstance(parent.slice, ast.Tuple) else [parent.slice]
    kinds = {by_what(part, site) for part in parts}
    counted = site.kinds.counted and site.receiver is not None and site.kinds.of(site.receiver) == "frame"
    if kinds <= {"label", "all", "mask"} or (
        counted and kinds <= {"label", "all", "mask", "number"} and by_what(parts[-1], site) != "number"
    ):
        return attribute("loc")(site)
    # Rows that are labelled by their numbers were told by those, and columns by their names.
    if counted and len(parts) == 1 and kinds == {"number"}:
        return attribute("loc")(site)
    # Of all rows, columns that have names were told by their places.
    columns = [by_what(part, site) for part in parts]
    if columns == ["all", "number"] and not site.kinds.numbered and not _one_hot(site):
        return attribute("iloc")(site)
    return None


def _one_hot(site: Site) -> bool:
    """Whether columns may be called by the values of a column, and so by numbers."""
    return any("get_dummies" in row for row in site.code.rows)


def _assigned_back(site: Site) -> list[Edit] | None:
    """`table[column].fillna(…, inplace=True)` changes a copy now: the column is assigned instead."""
    call, own = site.call, site.own
    inplace = site.argument(None, "inplace")
    if call is None or not (isinstance(inplace, ast.Constant) and inplace.value is True):
        return []
    column = site.receiver
    if not (isinstance(own, ast.Expr) and own.value is call) or site.spread:
        return []
    if isinstance(column, ast.Subscript):
        single = isinstance(column.slice, ast.Constant) and isinstance(column.slice.value, str)
        single = single or (
            isinstance(column.slice, ast.Name)
            and (site.kinds.of(column.slice) == "text" or column.slice.id in site.kinds.each)
        )
        base = site.kinds.of(column.value)
        if not single or base not in ("frame", "pandas", "") or not isinstance(column.value, (ast.Name, ast.Attribute)):
            return []
    elif isinstance(column, ast.Attribute):
        if site.kinds.of(column.value) != "frame" or not isinstance(column.value, ast.Name):
            return []
        if column.attr in ("loc", "iloc", "T", "values", "columns", "index", "str", "dt"):
            return []
    else:
        return []
    text = site.text(column)
    span = site.code.span(call)
    start = span._replace(end_line=span.line, end_column=span.column)
    return [Edit(start, f"{text} = "), *(without("inplace")(site) or [])]


def _is_estimate(node: ast.expr, site: Site) -> bool:
    """Whether labels are the terms of a formula, which are texts."""
    kind = site.kinds.of(node.value) if isinstance(node, ast.Attribute) else ""
    return isinstance(kind, str) and kind.startswith(FORMULAS)


def _by_position(site: Site) -> list[Edit] | None:
    """`row[0]` took the first value where labels are texts; a number is a label now."""
    node = site.node
    assert isinstance(node, ast.Subscript)
    try:
        number = ast.literal_eval(node.slice)
    except ValueError:
        return []
    by_name = site.kinds.of(node.value) == "row" and (_is_estimate(node.value, site) or not site.kinds.numbered)
    # From the end one could only count where labels were no numbers.
    if not isinstance(number, int) or isinstance(number, bool) or not (by_name or number < 0):
        return []
    return brackets(site, ".iloc")


def _chained(site: Site) -> list[Edit] | None:
    """`table[column][rows] = value` changes a copy now, as does `table[column].loc[rows] = value`."""
    target = site.node
    if not (isinstance(target, ast.Subscript) and isinstance(site.own, (ast.Assign, ast.AugAssign))):
        return []
    column, by = target.value, ""
    if isinstance(column, ast.Attribute) and column.attr in _PLACES:
        inner, place = column.value, column.attr
        if isinstance(inner, (ast.Subscript, ast.Attribute)):
            column, by = inner, place
    if not isinstance(column, (ast.Subscript, ast.Attribute)):
        return []
    if site.kinds.of(column.value) != "frame" or not isinstance(column.value, ast.Name):
        return []
    if isinstance(column, ast.Attribute):
        if site.kinds.of(column) == "frame.ix":
            return []
        if f".{column.attr}" in (".loc", ".iloc", ".at", ".iat", ".values", ".columns", ".index", ".T", ".attrs"):
            return []
        name = f'"{column.attr}"'
    else:
        if not (isinstance(column.slice, ast.Constant) and isinstance(column.slice.value, str)):
            return []
        name = site.text(column.slice)
    rows, table = target.slice, column.value.id
    if by in ("iloc", "iat"):
        return [Edit(site.code.span(target), f"{table}.{by}[{site.text(rows)}, {table}.columns.get_loc({name})]")]
    mask = by_what(rows, site) == "mask" or site.kinds.of(rows) in ("series", "pandas")
    # Rows that have numbers for labels are told by those, one by one.
    single = by_what(rows, site) == "number" or isinstance(rows, ast.Name)
    if not by and not mask and not (single and rows_numbered(site.code.tree, table)):
        return None
    return [Edit(site.code.span(target), f"{table}.{by or 'loc'}[{site.text(rows)}, {name}]")]


def _one_of_one(site: Site) -> list[Edit] | None:
    """`table.loc[rows, column] = value,` sets a tuple of one value, which was taken for the value."""
    target, own = site.node, site.own
    if not (isinstance(own, ast.Assign) and own.targets == [target] and isinstance(own.value, (ast.Tuple, ast.List))):
        return []
    if len(own.value.elts) != 1 or not isinstance(target, ast.Subscript) or not isinstance(target.slice, ast.Tuple):
        return []
    place, parts = target.value, target.slice.elts
    if not (isinstance(place, ast.Attribute) and place.attr == "loc" and site.kinds.of(place.value) == "frame"):
        return []
    if len(parts) != 2 or not (isinstance(parts[1], ast.Constant) and isinstance(parts[1].value, str)):
        return []
    # One row that is told by its label can hold a tuple.
    if by_what(parts[0], site) not in ("mask", "all") and site.kinds.of(parts[0]) not in ("series", "pandas"):
        return []
    value = own.value.elts[0]
    if isinstance(value, (ast.Starred, ast.Tuple, ast.List, ast.Dict, ast.Set)):
        return []
    return [Edit(site.code.span(own.value), site.text(value))]


def _several_columns(site: Site) -> list[Edit] | None:
    """`table.groupby(key)["a", "b"]` as `[["a", "b"]]`."""
    node = site.node
    if not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Tuple) or len(node.slice.elts) < 2:
        return []
    columns = ", ".join(site.text(each) for each in node.slice.elts)
    return [Edit(site.code.span(node.slice), f"[{columns}]")]


def _label_renamed(site: Site) -> list[Edit] | None:
    """`table.columns.values[0] = "a"` as a table whose column is renamed."""
    own, target = site.own, site.node
    if not (isinstance(own, ast.Assign) and own.targets == [target] and isinstance(target, ast.Subscript)):
        return []
    array, place = target.value, target.slice
    if not (isinstance(array, ast.Attribute) and array.attr == "values" and by_what(place, site) == "number"):
        return []
    labels = array.value
    if not (isinstance(labels, ast.Attribute) and labels.attr == "columns" and isinstance(labels.value, ast.Name)):
        return []
    table = labels.value.id
    if site.kinds.of(labels.value) != "frame":
        return []
    text = f"{table} = {table}.rename(columns={{{table}.columns[{site.text(place)}]: {site.text(own.value)}}})"
    return [Edit(site.code.span(own), text)]


CHANGES = (
    Change(
        "pandas", "1.0", (".ix",), _indexed, before=f"{_DF}x = df.ix[df.a > 1, 'a']", after=f"{_DF}x = df.loc[df.a > 1, 'a']",
        gives="x.tolist() == [3]", on=_SURELY,
        why="`.ix` is gone, which took labels and positions alike; `.loc` takes labels, `.iloc` positions.",
    ),
    Change(
        "pandas", "1.0", (".ix",), _indexed, before="import pandas as pd\nfrom io import StringIO\ndf = pd.read_csv(StringIO('a,b\\n1,2\\n3,4'))\nx = df.ix[1, 'b'] + df.ix[0:1].shape[0]",
        after="import pandas as pd\nfrom io import StringIO\ndf = pd.read_csv(StringIO('a,b\\n1,2\\n3,4'))\nx = df.loc[1, 'b'] + df.loc[0:1].shape[0]",
        gives="x == 6", on=_SURELY, why="`.ix` is gone, which took labels and positions alike; `.loc` takes labels, `.iloc` positions.",
    ),
    Change(
        "pandas", "1.0", (".ix",), _indexed, before=f"{_DF}x = df.ix[:, [1, 0]]", after=f"{_DF}x = df.iloc[:, [1, 0]]", gives="list(x) == ['b', 'a']",
        on=_SURELY, why="`.ix` is gone, which took labels and positions alike; `.loc` takes labels, `.iloc` positions.",
    ),
    Change(
        "pandas", "3.0", tuple(f".{name}" for name in _INPLACE), _assigned_back, before=f"{_DF}df['b'].fillna(0, inplace=True)",
        after=f"{_DF}df['b'] = df['b'].fillna(0)", gives="df.b[1] == 0", on=("series", "pandas", "?"),
        why="A column is a copy now: changed in place, the table stays as it is. So the column is assigned.",
    ),
    Change(
        "pandas", "3.0", ("[]",), _by_position, before=f"{_TEXT}x = df.iloc[1][0] + df.isnull().sum()[0]",
        after=f"{_TEXT}x = df.iloc[1].iloc[0] + df.isnull().sum().iloc[0]", gives="x == 1", on=("row", "series"),
        why="A number in brackets is a label now, and no longer a position; `.iloc` takes positions.",
    ),
    Change(
        "pandas", "3.0", ("[]",), _by_position, before=f"{_TEXT}x = df.apply(lambda row: str(row[0]) + row[1], axis=1)",
        after=f"{_TEXT}x = df.apply(lambda row: str(row.iloc[0]) + row.iloc[1], axis=1)", gives="x[0] == '3x'", on=("row",),
        why="A number in brackets is a label now, and no longer a position; `.iloc` takes positions.",
    ),
    Change(
        "pandas", "3.0", ("[]",), _by_position,
        before=f"{_DF}import statsmodels.formula.api as smf\nx = smf.ols('a ~ b', df.fillna(0)).fit().params[1]",
        after=f"{_DF}import statsmodels.formula.api as smf\nx = smf.ols('a ~ b', df.fillna(0)).fit().params.iloc[1]",
        gives="round(x, 3) == 1.333", why="Estimates are labelled by the terms of the formula; `.iloc` takes positions.",
    ),
    Change(
        "pandas", "3.0", ("[]=",), _chained, before=f"{_DF}df['b'][df.a == 1] = 9", after=f"{_DF}df.loc[df.a == 1, 'b'] = 9", gives="df.b[1] == 9",
        why="A column is a copy now: what is assigned to a part of it does not reach the table. `.loc` assigns rows and column at once.",
    ),
    Change(
        "pandas", "1.2", ("[]=",), _one_of_one, before=f"{_DF}df.loc[df.a > 0, 'b'] = 9,", after=f"{_DF}df.loc[df.a > 0, 'b'] = 9",
        gives="df.b.tolist() == [9, 9]", why="Rows of a column take one value, or as many as there are rows: a comma behind the value makes a tuple of it.",
    ),
    Change(
        "pandas", "3.0", ("[]=",), _chained, before=f"{_DF}df['b'].iloc[0] = 9\ndf.a.loc[1] = 7", after=f"{_DF}df.iloc[0, df.columns.get_loc('b')] = 9\ndf.loc[1, \"a\"] = 7",
        gives="df.b[0] == 9 and df.a[1] == 7",
        why="A column is a copy now: what is assigned to a part of it does not reach the table. `.loc` assigns rows and column at once.",
    ),
    Change(
        "pandas", "3.0", ("[]=",), _chained,
        before="import pandas as pd\nfrom io import StringIO\ndf = pd.read_csv(StringIO('a,b\\n1,2\\n3,4'))\ndf = df.fillna(0)\ny = df.describe()\nfor i in range(2):\n    df['b'][i] = i",
        after="import pandas as pd\nfrom io import StringIO\ndf = pd.read_csv(StringIO('a,b\\n1,2\\n3,4'))\ndf = df.fillna(0)\ny = df.describe()\nfor i in range(2):\n    df.loc[i, 'b'] = i",
        gives="df.b.tolist() == [0, 1]",
        why="A column is a copy now: what is assigned to a part of it does not reach the table. `.loc` assigns rows and column at once.",
    ),
    Change(
        "pandas", "3.0", ("[]=",), _label_renamed, before=f"{_DF}df.columns.values[0] = 'c'", after=f"{_DF}df = df.rename(columns={{df.columns[0]: 'c'}})",
        gives="list(df) == ['c', 'b']", why="Names of columns cannot be changed in their array any more; `.rename` gives other names.",
    ),
    Change(
        "pandas", "2.0", ("[]",), _several_columns, before=f"{_DF}x = df.groupby('a')['a', 'b'].sum()", after=f"{_DF}x = df.groupby('a')[['a', 'b']].sum()",
        gives="list(x) == ['a', 'b']", on=("groupby",), why="Several columns of groups are chosen by a list.",
    ),
)  # fmt: skip
