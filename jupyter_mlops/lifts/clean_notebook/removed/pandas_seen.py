"""pandas: what only a run makes sure, by the error that it stopped with and by what the names there stood for."""

from __future__ import annotations

import ast

from jupyter_mlops.lifts.clean_notebook.change import Change, Site
from jupyter_mlops.lifts.clean_notebook.edits import Edit, Span
from jupyter_mlops.lifts.clean_notebook.rewrites import added, attribute, brackets

#: A table that the code alone does not tell for one.
_DF = "import pandas as pd\nheld = {'t': pd.DataFrame({'a': [3, 1], 'b': [1.5, 2], 'c': ['x', 'y']})}\n"
_TEXT_IN_NUMBERS = (
    r"string dtype|dtype 'str'|[Cc]ould not convert|can only concatenate str|no kernel matching input types|"
    r"agg function failed|non-numeric type|unsupported operand type"
)
_NUMERIC = (
    "mean",
    "median",
    "std",
    "var",
    "skew",
    "kurt",
    "sem",
    "quantile",
    "corr",
    "cov",
    "corrwith",
    "sum",
    "cumsum",
    "prod",
)


def _numbers_only(site: Site) -> list[Edit] | None:
    """Columns of text were left out of a table, or of its groups."""
    value = site.value(site.receiver)
    if value.kind not in ("frame", "groupby") or not value.texts:
        return []
    return added("numeric_only", "True")(site)


def _numbers_only_by_name(site: Site) -> list[Edit] | None:
    """`groups.agg(np.mean)` is `groups.mean()`, of columns of numbers."""
    call, function = site.call, site.argument(0, "func")
    value = site.value(site.receiver)
    if call is None or function is None or site.receiver is None or value.kind != "groupby" or not value.texts:
        return []
    name = site.kinds.name(function).removeprefix("numpy.")
    name = function.value if isinstance(function, ast.Constant) and isinstance(function.value, str) else name
    if name not in ("mean", "median", "std", "var") or len(call.args) + len(call.keywords) > 1:
        return None
    return site.replaced(call, f"{site.atom(site.receiver)}.{name}(numeric_only=True)")


def _averaged(site: Site) -> list[Edit] | None:
    """`.pivot_table` without values took the mean of all columns of numbers."""
    method = isinstance(site.node, ast.Attribute) and not site.kinds.name(site.node)
    table = site.receiver if method else site.argument(0, "data")
    if site.value(table).kind != "frame" or site.spread or len(site.call.args) > 1:  # type: ignore[union-attr]
        return []
    keys = [site.argument(None, name) for name in ("index", "columns")]
    if site.argument(None, "values") is not None or site.argument(None, "aggfunc") is not None or not any(keys):
        return []
    listed = []
    for key in filter(None, keys):
        parts = key.elts if isinstance(key, ast.List) else [key]
        if not all(isinstance(part, ast.Constant) for part in parts):
            return None
        listed += [site.text(part) for part in parts]
    assert table is not None
    values = f'{site.atom(table)}.select_dtypes("number").columns.difference([{", ".join(listed)}]).tolist()'
    return added("values", values)(site)


def _by_place(site: Site) -> list[Edit] | None:
    """A number in brackets of a series whose labels are no numbers counted its values off."""
    node = site.node
    if site.seen is None or site.seen.node is not node or not isinstance(node, ast.Subscript):
        return []
    if site.value(node.value).kind != "row" or isinstance(node.slice, (ast.Slice, ast.Tuple, ast.List)):
        return []
    return brackets(site, ".iloc")


def _array_of_text(site: Site) -> list[Edit] | None:
    return attribute("to_numpy()")(site)


def _as_array(site: Site) -> list[Edit] | None:
    """Arguments that are arrays of text of pandas, which other libraries cannot take apart."""
    if site.seen is None or site.seen.node is not site.call or site.call is None:
        return []
    given = [*site.call.args, *(each.value for each in site.call.keywords)]
    return [
        Edit(site.code.span(each), f"{site.text(each)}.to_numpy()")
        for each in given
        if site.value(each).kind == "texts"
    ]


def _other_kind(site: Site) -> list[Edit] | None:
    """What is put into a column is of another kind: the column became one of that."""
    own, target = site.own, site.node
    if site.seen is None or not isinstance(own, ast.Assign) or own.targets != [target]:
        return []
    kind = _kind_then(site, own.value)
    if kind is None or not isinstance(target, ast.Subscript):
        return None
    place, rows = target.value, target.slice
    column = None
    if isinstance(place, ast.Attribute) and place.attr in ("loc", "at") and isinstance(place.value, ast.Name):
        whole = site.value(place.value).kind
        if whole == "frame" and isinstance(rows, ast.Tuple) and len(rows.elts) == 2 and _is_name(rows.elts[1]):
            column = f"{place.value.id}[{site.text(rows.elts[1])}]"
        elif whole in ("series", "row"):
            column = place.value.id
    elif isinstance(place, ast.Name) and site.value(place).kind in ("series", "row"):
        column = place.id
    if column is None:
        return None
    # In a loop once, before it: what is assigned there is the same column then, too.
    loop = isinstance(site.statement, (ast.For, ast.While)) and _is_fixed(site)
    line, indent = (site.statement.lineno, "") if loop else (own.lineno, " " * own.col_offset)
    if site.code.rows[line - 1][: len(indent)].strip():
        return None
    return [Edit(Span(line, 0, line, 0), f"{indent}{column} = {column}.astype({kind})\n")]


def _is_name(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _is_fixed(site: Site) -> bool:
    """Whether nothing in a loop binds the names of the target."""
    target = {node.id for node in ast.walk(site.node) if isinstance(node, ast.Name)}
    base, column = site.node, []
    while isinstance(base, (ast.Subscript, ast.Attribute)):
        if isinstance(base, ast.Subscript) and isinstance(base.slice, ast.Tuple):
            column = [base.slice.elts[-1]]
        base = base.value
    wanted = {node.id for node in (base, *column) if isinstance(node, ast.Name)} & target
    bound = {
        node.id for node in ast.walk(site.statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    return not wanted & bound


def _kind_then(site: Site, value: ast.expr) -> str | None:
    """The type that the column got when it took a value that it cannot hold; None where that is not sure."""
    assert site.seen is not None
    told = site.seen.error.partition("for dtype ")[2]
    text = site.seen.error.partition("Invalid value '")[2].partition("' for dtype")[0]
    if told.startswith(("'str'", "'float", "'bool", "'datetime")):
        return "object"
    if not told.startswith(("'int", "'uint")):
        return None
    try:
        float(text)
    except ValueError:
        return "object"
    number = isinstance(value, ast.Constant) and isinstance(value.value, float)
    return "float" if number or site.kinds.of(value) == "number" else None


def _first_column(site: Site) -> list[Edit] | None:
    """Of a table that is assigned to a column that is there, the first column was taken."""
    own, target = site.own, site.node
    if not (isinstance(own, ast.Assign) and own.targets == [target] and isinstance(target, ast.Subscript)):
        return []
    if not isinstance(target.slice, ast.Constant) or site.kinds.of(own.value) != "frame":
        return []
    whole = f"({site.text(own.value)})" if isinstance(own.value, (ast.BinOp, ast.Compare)) else site.text(own.value)
    return [Edit(site.code.span(own.value), f"{whole}.iloc[:, 0]")]


def _own_array(site: Site) -> list[Edit] | None:
    """What is assigned to a part of an array that is a view of a table, which cannot be changed."""
    own, target = site.own, site.node
    if not (isinstance(own, (ast.Assign, ast.AugAssign)) and isinstance(target, ast.Subscript)):
        return []
    array = target.value
    if not isinstance(array, ast.Name) or not site.value(array).fixed:
        return []
    tree, top = site.code.tree, site.statement
    made = [
        one for one in tree.body if isinstance(one, ast.Assign) and any(_is_it(each, array.id) for each in one.targets)
    ]
    if len(made) != 1 or made[0].lineno > top.lineno:
        return None
    tables = {node.id for node in ast.walk(made[0].value) if isinstance(node, ast.Name) and not site.kinds.name(node)}
    later = [one for one in tree.body if one.lineno > top.lineno]
    used = {node.id for one in later for node in ast.walk(one) if isinstance(node, ast.Name)}
    if tables & used:
        return None  # it was changed, too
    return [Edit(Span(top.lineno, 0, top.lineno, 0), f"{array.id} = {array.id}.copy()\n")]


def _is_it(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


CHANGES = (
    Change(
        "pandas", "2.0", tuple(f".{name}" for name in _NUMERIC), _numbers_only, before=f"{_DF}x = held['t'].mean()",
        after=f"{_DF}x = held['t'].mean(numeric_only=True)", gives="list(x.index) == ['a', 'b']", on=("frame", "groupby"),
        error=_TEXT_IN_NUMBERS, why="Columns of text are no longer left out unless that is asked for.",
    ),
    Change(
        "pandas", "2.0", tuple(f".{name}" for name in _NUMERIC), _numbers_only,
        before=f"{_DF}groups = held['t'].groupby('a')\nx = groups.median()",
        after=f"{_DF}groups = held['t'].groupby('a')\nx = groups.median(numeric_only=True)", gives="list(x) == ['b']", on=("frame", "groupby"),
        error=_TEXT_IN_NUMBERS, why="Columns of text are no longer left out unless that is asked for.",
    ),
    Change(
        "pandas", "2.0", (".pivot_table", "pandas.pivot_table"), _averaged, before=f"{_DF}t = held['t']\nx = t.pivot_table(index='a')",
        after=f"{_DF}t = held['t']\nx = t.pivot_table(index='a', values=t.select_dtypes(\"number\").columns.difference(['a']).tolist())",
        gives="list(x) == ['b']", on=("frame",), error=_TEXT_IN_NUMBERS, why="Columns of text are no longer left out: the values have to be named.",
    ),
    Change(
        "pandas", "3.0", ("[]",), _by_place, before=f"{_DF}x = held['t'].c.value_counts()[0]",
        after=f"{_DF}x = held['t'].c.value_counts().iloc[0]", gives="x == 1", on=("row",), error=r"^KeyError: (np\.int64\()?-?\d+",
        why="A number in brackets is a label now, and no longer a position; `.iloc` takes positions.",
    ),
    Change(
        "pandas", "3.0", (".values",), _array_of_text, before=f"{_DF}t = held['t']\nx = t['c'].values.reshape(-1, 1)",
        after=f"{_DF}t = held['t']\nx = t['c'].to_numpy().reshape(-1, 1)", gives="x.shape == (2, 1)", on=("series", "row", "index"),
        error="StringArray|pyarrow|too many indices for array",
        why="Columns of text have a type of their own, whose `.values` is no array of NumPy; `.to_numpy()` gives one.",
    ),
    Change(
        "pandas", "3.0", ("()",), _as_array,
        before=f"{_DF}from sklearn.model_selection import train_test_split\ny = held['t']['c'].array\nx = train_test_split(y, test_size=0.5)",
        after=f"{_DF}from sklearn.model_selection import train_test_split\ny = held['t']['c'].array\nx = train_test_split(y.to_numpy(), test_size=0.5)",
        gives="len(x) == 2", error="only integer scalar arrays|StringArray|pyarrow",
        why="Columns of text have a type of their own, whose values are no array of NumPy; `.to_numpy()` gives one.",
    ),
    Change(
        "pandas", "3.0", ("[]=",), _other_kind, before=f"{_DF}t = held['t']\nt.loc[t.c == 'x', 'c'] = 0",
        after=f"{_DF}t = held['t']\nt['c'] = t['c'].astype(object)\nt.loc[t.c == 'x', 'c'] = 0", gives="t.c.tolist() == [0, 'y']",
        error="^TypeError: Invalid value", why="A column no longer changes its type for a value that it cannot hold: it is given that type before.",
    ),
    Change(
        "pandas", "3.0", ("[]=",), _other_kind, before=f"{_DF}s = held['t'].a\nfor i in range(2):\n    s[i] = 0.5",
        after=f"{_DF}s = held['t'].a\ns = s.astype(float)\nfor i in range(2):\n    s[i] = 0.5", gives="s.tolist() == [0.5, 0.5]",
        error="^TypeError: Invalid value", why="A column no longer changes its type for a value that it cannot hold: it is given that type before.",
    ),
    Change(
        "pandas", "3.0", ("[]=",), _own_array, before=f"{_DF}x = held['t'].b.values\nx[0] = 7",
        after=f"{_DF}x = held['t'].b.values\nx = x.copy()\nx[0] = 7", gives="x.tolist() == [7, 2]", error="read-only",
        why="The values of a table cannot be changed in their array any more: the array is copied.",
    ),
    Change(
        "pandas", "1.3", ("[]=",), _first_column, before=f"{_DF}t = held['t']\nt['c'] = pd.get_dummies(t['c'])",
        after=f"{_DF}t = held['t']\nt['c'] = pd.get_dummies(t['c']).iloc[:, 0]", gives="t.c.tolist() == [1, 0]", error="Columns must be same length as key",
        why="A table is no column: of several columns the first was taken.",
    ),
    Change(
        "pandas", "2.0", (".agg", ".aggregate"), _numbers_only_by_name,
        before=f"{_DF}import numpy as np\ngroups = held['t'].groupby('a')\nx = groups.agg(np.mean)",
        after=f"{_DF}import numpy as np\ngroups = held['t'].groupby('a')\nx = groups.mean(numeric_only=True)", gives="list(x) == ['b']", on=("groupby",),
        error=_TEXT_IN_NUMBERS, why="Columns of text are no longer left out unless that is asked for.",
    ),
)  # fmt: skip
