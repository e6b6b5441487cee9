"""pandas: what its tables and series can no longer do, or do otherwise."""

from __future__ import annotations

import ast

from jupyter_mlops.lifts.clean_notebook.change import Change, Site
from jupyter_mlops.lifts.clean_notebook.edits import Edit, Span
from jupyter_mlops.lifts.clean_notebook.known import FORMULAS
from jupyter_mlops.lifts.clean_notebook.removed.pandas import frequency
from jupyter_mlops.lifts.clean_notebook.rewrites import added, attribute, both, given, keyword, named, template, without

_DF = "import pandas as pd\ndf = pd.DataFrame({'a': [3, 1], 'b': [1.5, None]})\n"
_TEXT = "import pandas as pd\ndf = pd.DataFrame({'a': [3, 1], 'b': ['x', 'y']})\n"
_TABLES = ("frame", "pandas")
_ANY = ("frame", "series", "pandas")
#: Where the kind cannot be told: names that nothing but pandas has had.
_SURELY = (*_ANY, "?")
_NUMERIC = ("corr", "mean", "median", "std", "var", "skew", "quantile", "cov", "sem", "kurt")
_INPLACE = ("fillna", "replace", "clip", "interpolate", "ffill", "bfill", "where", "mask")


def _renamed(gone: str, old: str, new: str, call: str, gives: str, on: tuple[str, ...] = _SURELY) -> Change:
    """A method with another name; `call` is what it is called with."""
    return Change(
        "pandas",
        gone,
        (f".{old}",),
        attribute(new),
        before=f"{_DF}x = df.{old}{call}" if "frame" in on else f"{_DF}x = df['a'].{old}{call}",
        after=f"{_DF}x = df.{new}{call}" if "frame" in on else f"{_DF}x = df['a'].{new}{call}",
        gives=gives,
        on=on,
        why=f"`.{old}` is gone; it is `.{new}` now.",
    )


def _appended(site: Site) -> list[Edit] | None:
    """`table.append(other)` as `pd.concat([table, other])`."""
    kinds, call = site.kinds, site.call
    if call is None or site.receiver is None or site.spread or len(call.args) > 1:
        return None
    kind = kinds.of(site.receiver)
    others = {each.arg: each.value for each in call.keywords}
    other = call.args[0] if call.args else others.pop("other", None) or others.pop("to_append", None)
    if kind == "" and not (others.keys() & {"ignore_index", "verify_integrity"} and kinds.uses("pandas")):
        return []
    if other is None or others.keys() - {"ignore_index", "sort", "verify_integrity"}:
        return None
    what = kinds.of(other)
    concat = site.ref("pandas.concat")
    if isinstance(other, ast.Dict) or what == "dict":
        text = f"{concat.rpartition('.')[0]}.DataFrame([{site.text(other)}])" if "." in concat else None
    elif (
        isinstance(other, ast.List)
        and other.elts
        and all(kinds.of(each) in ("frame", "pandas", "series") for each in other.elts)
    ):
        text = site.text(other)[1:-1]
    elif what == "frame" or (what == "series" and kind == "series"):
        text = site.text(other)
    else:
        return None
    if text is None:
        return None
    rest = "".join(f", {name}={site.text(node)}" for name, node in others.items())
    return site.replaced(call, f"{concat}([{site.text(site.receiver)}, {text}]{rest})")


def _indexed(site: Site) -> list[Edit] | None:
    """`.ix[…]` took labels, and positions where there are none: sure where only one of both can be meant."""
    parent = site.parent
    if not isinstance(parent, ast.Subscript):
        return None
    parts = parent.slice.elts if isinstance(parent.slice, ast.Tuple) else [parent.slice]
    kinds = {_by_what(part, site) for part in parts}
    counted = site.kinds.counted and site.receiver is not None and site.kinds.of(site.receiver) == "frame"
    if kinds <= {"label", "all", "mask"} or (
        counted and kinds <= {"label", "all", "mask", "number"} and _by_what(parts[-1], site) != "number"
    ):
        return attribute("loc")(site)
    # Rows that are labelled by their numbers were told by those, and columns by their names.
    if counted and len(parts) == 1 and kinds == {"number"}:
        return attribute("loc")(site)
    # Of all rows, columns that have names were told by their places.
    columns = [_by_what(part, site) for part in parts]
    if columns == ["all", "number"] and not site.kinds.numbered and not _one_hot(site):
        return attribute("iloc")(site)
    return None


def _one_hot(site: Site) -> bool:
    """Whether columns may be called by the values of a column, and so by numbers."""
    return any("get_dummies" in row for row in site.code.rows)


def _by_what(part: ast.expr, site: Site) -> str:
    """What rows or columns are told by: "label", "mask", "number", "all" of them, or "?"."""
    if isinstance(part, ast.Constant) and isinstance(part.value, int) and not isinstance(part.value, bool):
        return "number"
    if isinstance(part, ast.Constant) and isinstance(part.value, str):
        return "label"
    if isinstance(part, ast.Slice):
        ends = [each for each in (part.lower, part.upper) if each is not None]
        return (
            "all"
            if not ends
            else next(iter(found))
            if len(found := {_by_what(each, site) for each in ends}) == 1
            else "?"
        )
    if isinstance(part, ast.List) and part.elts:
        return next(iter(found)) if len(found := {_by_what(each, site) for each in part.elts}) == 1 else "?"
    if isinstance(part, (ast.Compare, ast.BoolOp)) or (
        isinstance(part, ast.BinOp) and isinstance(part.op, (ast.BitAnd, ast.BitOr))
    ):
        return "mask"
    return "mask" if isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.Invert) else "?"


def _columns_chosen(node: ast.expr, site: Site) -> bool:
    """Whether a table is some columns of another: rows that are chosen have all of them."""
    if not isinstance(node, ast.Subscript):
        return False
    return _by_what(node.slice, site) != "mask" and site.kinds.of(node.slice) not in ("series", "pandas", "bool")


def _numeric_only(site: Site) -> list[Edit] | None:
    """Columns of text were left out; now that has to be said. Nothing is to do where columns were chosen."""
    receiver = site.receiver
    if (
        receiver is None
        or _columns_chosen(receiver, site)
        or site.argument(None, "level") is not None
        or not site.texts()
    ):
        return []
    if (
        isinstance(receiver, ast.Call)
        and isinstance(receiver.func, ast.Attribute)
        and receiver.func.attr in ("select_dtypes", "isnull", "isna", "notnull", "get_dummies")
    ):
        return []
    return added("numeric_only", "True")(site)


def _grouped(site: Site) -> list[Edit] | None:
    receiver = site.receiver
    if not (isinstance(receiver, ast.Call) and isinstance(receiver.func, ast.Attribute)):
        return []
    if (
        receiver.func.attr not in ("groupby", "resample")
        or site.kinds.of(receiver.func.value) != "frame"
        or not site.texts()
    ):
        return []
    if _columns_chosen(receiver.func.value, site):
        return []
    return added("numeric_only", "True")(site)


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


def _array_of_text(site: Site) -> list[Edit] | None:
    """`.values` of a column of text, which is no array of NumPy any more: scikit-learn cannot choose from it."""
    column = site.receiver
    if column is None or not (site.kinds.uses("sklearn") and site.kinds.of(column) in ("series", "pandas")):
        return []
    texts = site.named_texts()
    names = texts.names | _texts_written_down(site.code.tree) | _named_when_read(site.code.tree, texts.places)
    if isinstance(column, ast.Attribute):
        of_text = column.attr in names
    elif isinstance(column, ast.Subscript) and isinstance(column.value, ast.Attribute) and column.value.attr == "iloc":
        of_text = _place(column.slice) in texts.places
    else:
        index = column.slice if isinstance(column, ast.Subscript) else None
        of_text = isinstance(index, ast.Constant) and index.value in names
    return attribute("to_numpy()")(site) if of_text else []


def _place(index: ast.expr) -> object:
    """The number of a column in `.iloc[:, number]`."""
    if not (isinstance(index, ast.Tuple) and len(index.elts) == 2 and isinstance(index.elts[0], ast.Slice)):
        return None
    try:
        return ast.literal_eval(index.elts[1])
    except ValueError:
        return None


def _named_when_read(tree: ast.Module, places: frozenset[int]) -> set[object]:
    """Names that a cell gives to the columns at some places, `pd.read_csv("a.data", names=["size", "kind"])`."""
    lists = [
        keyword.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "names"
    ]
    elements = [each.elts for each in lists if isinstance(each, ast.List)]
    return {
        name.value
        for each in elements
        for place, name in enumerate(each)
        if place in places and isinstance(name, ast.Constant)
    }


def _texts_written_down(tree: ast.Module) -> set[object]:
    """Names of columns that a cell gives texts, `pd.DataFrame({"a": ["x", "y"]})`."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    written = [call.args[0] for call in calls if isinstance(call.args[0], ast.Dict)]
    return {
        key.value
        for one in written
        for key, value in zip(one.keys, one.values, strict=True)
        if isinstance(key, ast.Constant)
        and isinstance(value, ast.List)
        and any(isinstance(each, ast.Constant) and isinstance(each.value, str) for each in value.elts)
    }


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
    span = site.code.span(node.value)
    # A bracket around what the number is taken of belongs to it.
    rest = site.code.between(Span(span.end_line, span.end_column, *site.code.span(node)[2:]))
    shift = rest.find("[")
    if shift < 0 or "\n" in rest[:shift]:
        return None
    column = span.end_column + shift
    return [Edit(Span(span.end_line, column, span.end_line, column), ".iloc")]


def _chained(site: Site) -> list[Edit] | None:
    """`table[column][rows] = value` changes a copy now."""
    target = site.node
    if not (
        isinstance(target, ast.Subscript)
        and isinstance(target.value, (ast.Subscript, ast.Attribute))
        and isinstance(site.own, (ast.Assign, ast.AugAssign))
    ):
        return []
    column = target.value
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
    rows = target.slice
    mask = _by_what(rows, site) == "mask" or site.kinds.of(rows) in ("series", "pandas")
    if not mask:
        return None
    return [Edit(site.code.span(target), f"{site.text(column.value)}.loc[{site.text(rows)}, {name}]")]


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
    if _by_what(parts[0], site) not in ("mask", "all") and site.kinds.of(parts[0]) not in ("series", "pandas"):
        return []
    value = own.value.elts[0]
    if isinstance(value, (ast.Starred, ast.Tuple, ast.List, ast.Dict, ast.Set)):
        return []
    return [Edit(site.code.span(own.value), site.text(value))]


def _text_type(site: Site) -> list[Edit] | None:
    """Columns of text had the type `object`, and have one of their own now."""
    parent = site.parent
    if (
        not isinstance(parent, ast.Compare)
        or len(parent.ops) != 1
        or not isinstance(parent.ops[0], (ast.Eq, ast.NotEq))
    ):
        return []
    if parent.left is not site.node:
        return []
    other = parent.comparators[0]
    is_object = isinstance(other, ast.Constant) and other.value in ("object", "O")
    if not (is_object or (isinstance(other, ast.Name) and site.kinds.name(other) == "object")):
        return []
    left, right = site.text(site.node), site.text(other)
    equal = isinstance(parent.ops[0], ast.Eq)
    if site.node.attr == "dtype":  # type: ignore[attr-defined]
        return [Edit(site.code.span(parent), f'{left} {"in" if equal else "not in"} ({right}, "str")')]
    sign, joint = ("==", "|") if equal else ("!=", "&")
    if f'({left} {sign} "str")' in site.code.rows[parent.lineno - 1]:
        return []
    return [Edit(site.code.span(parent), f'(({left} {sign} {right}) {joint} ({left} {sign} "str"))')]


def _filled(site: Site) -> list[Edit] | None:
    """`.fillna(method="ffill")` as `.ffill()`."""
    method = site.argument(None, "method")
    if method is None:
        return []
    names = {"ffill": "ffill", "pad": "ffill", "bfill": "bfill", "backfill": "bfill"}
    if not (isinstance(method, ast.Constant) and method.value in names) or site.argument(0, "value") is not None:
        return None
    return [*(without("method")(site) or []), *(attribute(names[method.value])(site) or [])]


def _sorted(site: Site) -> list[Edit] | None:
    """`.sort("a")` of a table is `.sort_values("a")`, and without columns `.sort_index()`."""
    columns = site.argument(0, "columns") or site.argument(None, "by")
    named = isinstance(columns, ast.Constant) and isinstance(columns.value, str)
    if site.receiver is not None and site.kinds.of(site.receiver) != "frame" and not named:
        return []  # of a series it may be
    if site.call is None or site.spread or len(site.call.args) > 1:
        return None
    if columns is None:
        return attribute("sort_index")(site)
    return both(keyword("columns", "by"), attribute("sort_values"))(site)


def _by_level(site: Site) -> list[Edit] | None:
    level, axis = site.argument(None, "level"), site.argument(None, "axis")
    if level is None:
        return []
    if site.call is None or site.receiver is None or site.call.args or len(site.call.keywords) > 1 + (axis is not None):
        return None
    name = site.node.attr  # type: ignore[attr-defined]
    columns = axis is not None and not (isinstance(axis, ast.Constant) and axis.value in (0, "index"))
    if columns and not (isinstance(axis, ast.Constant) and axis.value in (1, "columns")):
        return None
    turned = ".T" if columns else ""
    text = f"{site.atom(site.receiver)}{turned}.groupby(level={site.text(level)}).{name}(){turned}"
    return site.replaced(site.call, text)


def _resampled(site: Site) -> list[Edit] | None:
    how = site.argument(None, "how")
    if how is None:
        return frequency(0, "rule")(site)
    if not (isinstance(how, ast.Constant) and isinstance(how.value, str)) or site.call is None:
        return None
    span = site.code.span(site.call)
    end = span._replace(line=span.end_line, column=span.end_column)
    return [*(without("how")(site) or []), *(frequency(0, "rule")(site) or []), Edit(end, f".{how.value}()")]


def _dropped(site: Site) -> list[Edit] | None:
    return named("labels", "axis", keep=1)(site) if site.call is not None and len(site.call.args) > 1 else []


def _axis_told_twice(site: Site) -> list[Edit] | None:
    """`.drop(columns=…, axis=1)` says twice what is dropped; where both are said, the name was what counted."""
    told = [name for name in ("columns", "index") if site.argument(None, name) is not None]
    return without("axis")(site) if told and site.argument(None, "axis") is not None else []


def _labels_as_set(site: Site) -> list[Edit] | None:
    """Labels in braces had any order, so any order will do."""
    edits = []
    for position, name in ((1, "index"), (2, "columns")):
        labels = site.argument(position, name)
        if isinstance(labels, ast.Set):
            edits.append(Edit(site.code.span(labels), f"[{site.text(labels)[1:-1]}]"))
    return edits


def _categories(site: Site) -> list[Edit] | None:
    """`.astype("category", categories=…, ordered=…)`: what a category is says its type now."""
    told = [each for each in site.call.keywords if each.arg in ("categories", "ordered")] if site.call else []
    if not told or site.call is None or site.receiver is None:
        return []
    kind = site.argument(0, "dtype")
    if not (isinstance(kind, ast.Constant) and kind.value == "category") or len(site.call.args) != 1:
        return None
    if len(site.call.keywords) > len(told):
        return None
    text = ", ".join(site.text(each) for each in told)
    return site.replaced(site.call, f"{site.atom(site.receiver)}.astype({site.ref('pandas.CategoricalDtype')}({text}))")


def _interpolated(site: Site) -> list[Edit] | None:
    """Columns of text were left as they are; now only others can be interpolated."""
    table = site.receiver
    if site.call is None or table is None or not site.texts() or _columns_chosen(table, site):
        return []
    if isinstance(table, ast.Call) and isinstance(table.func, ast.Attribute) and table.func.attr == "select_dtypes":
        return []
    if not isinstance(table, ast.Name) or site.kinds.numbered or site.argument(4, "inplace") is not None:
        return None
    whole = table.id
    start = site.code.span(table)
    end = site.code.span(site.call)
    return [
        Edit(start, f'{whole}.assign(**{whole}.select_dtypes("number")'),
        Edit(Span(end.end_line, end.end_column, end.end_line, end.end_column), ")"),
    ]


def _ordered(site: Site) -> list[Edit] | None:
    return named("by", "axis", "ascending", "inplace", keep=1)(site)


def _mad(site: Site) -> list[Edit] | None:
    if (
        site.call is None
        or site.call.args
        or site.call.keywords
        or not isinstance(site.receiver, (ast.Name, ast.Subscript, ast.Attribute))
    ):
        return None
    text = site.text(site.receiver)
    return site.replaced(site.call, f"({text} - {text}.mean()).abs().mean()")


def _set_axis(site: Site) -> list[Edit] | None:
    inplace = site.argument(None, "inplace")
    whole = isinstance(site.own, ast.Expr) and site.own.value is site.call and isinstance(site.receiver, ast.Name)
    if not isinstance(inplace, ast.Constant) or site.receiver is None or (inplace.value and not whole):
        return None
    span = site.code.span(site.receiver)
    start = span._replace(end_line=span.line, end_column=span.column)
    put = [Edit(start, f"{site.text(site.receiver)} = ")] if inplace.value else []
    return [*put, *(without("inplace")(site) or [])]


def _renaming(site: Site) -> list[Edit] | None:
    chosen = site.argument(0, "func")
    nested = isinstance(chosen, ast.Dict) and any(isinstance(each, ast.Dict) for each in chosen.values)
    return None if nested else []


CHANGES = (
    Change(
        "pandas", "2.0", (".append",), _appended, before=f"{_DF}x = df.append(df, ignore_index=True)",
        after=f"{_DF}x = pd.concat([df, df], ignore_index=True)", gives="len(x) == 4", on=(*_ANY, "?"),
        why="`.append` of tables is gone; `pd.concat` puts them together.",
    ),
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
        "pandas", "3.0", (".values",), _array_of_text,
        before=f"{_TEXT}from sklearn.model_selection import train_test_split\nx = train_test_split(df['b'].values, test_size=0.5)[0]",
        after=f"{_TEXT}from sklearn.model_selection import train_test_split\nx = train_test_split(df['b'].to_numpy(), test_size=0.5)[0]",
        gives="x[0] in 'xy'", on=("series", "pandas"),
        why="Columns of text have a type of their own, whose `.values` scikit-learn cannot split; `.to_numpy()` gives an array.",
    ),
    _renamed("1.0", "as_matrix", "to_numpy", "()", "x.shape == (2, 2)"),
    _renamed("1.0", "get_values", "to_numpy", "()", "x.shape == (2, 2)", (*_ANY, "index")),
    _renamed("2.0", "iteritems", "items", "()", "[name for name, _ in x] == ['a', 'b']", (*_SURELY, "dict")),
    _renamed("3.0", "applymap", "map", "(str)", "x.a[0] == '3'", _TABLES),
    _renamed("3.0", "pad", "ffill", "()", "x.b[1] == 1.5", _TABLES),
    _renamed("3.0", "backfill", "bfill", "()", "x.b[0] == 1.5", _TABLES),
    Change(
        "pandas", "1.0", (".clip_upper",), template("{self}.clip(upper={threshold}{rest})", "threshold"), before=f"{_DF}x = df['a'].clip_upper(2)",
        after=f"{_DF}x = df['a'].clip(upper=2)", gives="x.tolist() == [2, 1]", on=_SURELY, why="`.clip_upper` is gone; it is `.clip(upper=…)`.",
    ),
    Change(
        "pandas", "1.0", (".clip_lower",), template("{self}.clip(lower={threshold}{rest})", "threshold"), before=f"{_DF}x = df['a'].clip_lower(2)",
        after=f"{_DF}x = df['a'].clip(lower=2)", gives="x.tolist() == [3, 2]", on=_SURELY, why="`.clip_lower` is gone; it is `.clip(lower=…)`.",
    ),
    Change(
        "pandas", "1.0", (".get_value",), template("{self}.at[{index}, {col}]", "index", "col"), before=f"{_DF}x = df.get_value(0, 'a')",
        after=f"{_DF}x = df.at[0, 'a']", gives="x == 3", on=_SURELY, why="`.get_value` is gone; it is `.at[row, column]`.",
    ),
    Change(
        "pandas", "1.0", (".set_value",), template("{self}.at[{index}, {col}] = {value}", "index", "col", "value"),
        before=f"{_DF}df.set_value(0, 'a', 7)", after=f"{_DF}df.at[0, 'a'] = 7", gives="df.a[0] == 7", on=_SURELY,
        why="`.set_value` is gone; `.at[row, column]` is assigned.",
    ),
    Change(
        "pandas", "1.0", (".get_dtype_counts",), template("{self}.dtypes.value_counts()"), before=f"{_DF}x = df.get_dtype_counts()",
        after=f"{_DF}x = df.dtypes.value_counts()", gives="x.sum() == 2", on=_SURELY, why="`.get_dtype_counts()` is gone; it is `.dtypes.value_counts()`.",
    ),
    Change(
        "pandas", "1.0", (".sort",), _sorted, before=f"{_DF}x = df.sort('a')", after=f"{_DF}x = df.sort_values('a')", gives="x.a.tolist() == [1, 3]",
        on=("frame", "pandas"), why="`.sort` of tables is gone; it is `.sort_values`, or `.sort_index` without columns.",
    ),
    Change(
        "pandas", "1.0", (".sort",), _sorted, before=f"{_DF}x = df.groupby('a').b.agg(['count', 'max']).sort('count')",
        after=f"{_DF}x = df.groupby('a').b.agg(['count', 'max']).sort_values('count')", gives="x['count'].tolist() == [0, 1]",
        on=("frame", "pandas"), why="`.sort` of tables is gone; it is `.sort_values`, or `.sort_index` without columns.",
    ),
    _renamed("1.0", "order", "sort_values", "()", "x.tolist() == [1, 3]", ("series",)),
    Change(
        "pandas", "2.0", (".mad",), _mad, before=f"{_DF}x = df['a'].mad()", after=f"{_DF}x = (df['a'] - df['a'].mean()).abs().mean()", gives="x == 1",
        on=_ANY, why="`.mad()` is gone; it was the mean distance from the mean.",
    ),
    Change(
        "pandas", "2.0", (".lookup",), None, before=f"{_DF}x = df.lookup([0], ['a'])", on=_TABLES,
        why="`.lookup` is gone; `table.to_numpy()[rows, columns]` takes positions, which `.get_indexer` gives for labels.",
    ),
    Change(
        "pandas", "1.0", (".convert_objects",), None, before=f"{_DF}x = df.convert_objects(convert_numeric=True)", on=_SURELY,
        why="`.convert_objects` is gone; `pd.to_numeric` and `pd.to_datetime` convert columns, one by one.",
    ),
    Change(
        "pandas", "1.0", (".reindex_axis",), template("{self}.reindex({labels}{rest})", "labels"), before=f"{_DF}x = df.reindex_axis(['a'], axis=1)",
        after=f"{_DF}x = df.reindex(['a'], axis=1)", gives="list(x) == ['a']", on=_SURELY, why="`.reindex_axis` is gone; it is `.reindex`.",
    ),
    Change(
        "pandas", "3.0", (".fillna",), _filled, before=f"{_DF}x = df.fillna(method='ffill')", after=f"{_DF}x = df.ffill()", gives="x.b[1] == 1.5",
        on=_SURELY, why="`.fillna` no longer takes a method; `.ffill()` and `.bfill()` are there.",
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
        "pandas", "3.0", (".dtype",), _text_type, before=f"{_TEXT}x = [name for name in df if df[name].dtype == 'object']",
        after=f"{_TEXT}x = [name for name in df if df[name].dtype in ('object', \"str\")]", gives="x == ['b']", on=_SURELY,
        why="Columns of text have a type of their own now, `str`, and not `object`.",
    ),
    Change(
        "pandas", "3.0", (".dtypes",), _text_type, before=f"{_TEXT}x = list(df.dtypes[df.dtypes == object].index)",
        after=f'{_TEXT}x = list(df.dtypes[((df.dtypes == object) | (df.dtypes == "str"))].index)', gives="x == ['b']", on=_SURELY,
        why="Columns of text have a type of their own now, `str`, and not `object`.",
    ),
    Change(
        "pandas", "2.0", (".any", ".all"), named("axis"), before=f"{_DF}x = df.isnull().any(1)", after=f"{_DF}x = df.isnull().any(axis=1)",
        gives="x.tolist() == [False, True]", on=_SURELY, why="The axis has to be named.",
    ),
    Change(
        "pandas", "2.0", tuple(f".{name}" for name in _NUMERIC), _numeric_only, before=f"{_TEXT}x = df.corr()",
        after=f"{_TEXT}x = df.corr(numeric_only=True)", gives="x.shape == (1, 1)", on=("frame",),
        why="Columns of text are no longer left out unless that is asked for.",
    ),
    Change(
        "pandas", "2.0", tuple(f".{name}" for name in _NUMERIC), _grouped, before=f"{_TEXT}x = df.groupby('a').mean()",
        after=f"{_TEXT}x = df.groupby('a').mean(numeric_only=True)", gives="x.shape == (2, 0)", on=("groupby",),
        why="Columns of text are no longer left out unless that is asked for.",
    ),
    Change(
        "pandas", "2.0", (".drop",), _dropped, before=f"{_DF}x = df.drop('a', 1)", after=f"{_DF}x = df.drop('a', axis=1)", gives="list(x) == ['b']",
        on=_SURELY, why="Everything but the labels has to be named.",
    ),
    Change(
        "pandas", "3.0", (".drop",), _axis_told_twice, before=f"{_DF}x = df.drop(columns=['a'], axis=1)",
        after=f"{_DF}x = df.drop(columns=['a'])", gives="list(x) == ['b']", on=_SURELY,
        why="`columns` and `index` say what is dropped; `axis` beside them is an error now.",
    ),
    Change(
        "pandas", "1.5", ("pandas.DataFrame",), _labels_as_set,
        before="import pandas as pd\nx = pd.DataFrame({'a': [1, 2]}, index={'one', 'two'})",
        after="import pandas as pd\nx = pd.DataFrame({'a': [1, 2]}, index=['one', 'two'])", gives="x.a.tolist() == [1, 2]",
        why="Labels cannot be a set any more, which has no order.",
    ),
    Change(
        "pandas", "1.0", (".astype",), _categories, before=f"{_TEXT}x = df['b'].astype('category', categories=['y', 'x'], ordered=True)",
        after=f"{_TEXT}x = df['b'].astype(pd.CategoricalDtype(categories=['y', 'x'], ordered=True))", gives="x.cat.codes.tolist() == [1, 0]",
        on=_SURELY, why="Categories and their order belong to the type, `pd.CategoricalDtype`.",
    ),
    Change(
        "pandas", "3.0", (".interpolate",), _interpolated, before=f"{_TEXT}x = df.interpolate()",
        after=f'{_TEXT}x = df.assign(**df.select_dtypes("number").interpolate())', gives="list(x) == ['a', 'b']", on=("frame",),
        why="Columns of text are no longer left out of what is interpolated.",
    ),
    Change(
        "pandas", "2.0", (".dropna",), named("axis", "how", "thresh", "subset"), before=f"{_DF}x = df.dropna(0, 'any')",
        after=f"{_DF}x = df.dropna(axis=0, how='any')", gives="len(x) == 1", on=_TABLES, why="Arguments of `.dropna` have to be named.",
    ),
    Change(
        "pandas", "2.0", (".sort_values",), _ordered, before=f"{_DF}x = df.sort_values('a', 0, False)",
        after=f"{_DF}x = df.sort_values('a', axis=0, ascending=False)", gives="x.a.tolist() == [3, 1]", on=_TABLES,
        why="Everything but the columns has to be named.",
    ),
    Change(
        "pandas", "2.0", (".reset_index",), named("level", "drop", "inplace", keep=1), before=f"{_DF}x = df.reset_index(None, True)",
        after=f"{_DF}x = df.reset_index(None, drop=True)", gives="list(x) == ['a', 'b']", on=_ANY, why="Everything but the level has to be named.",
    ),
    Change(
        "pandas", "2.0", (".set_index",), named("keys", "drop", "append", "inplace", keep=1), before=f"{_DF}x = df.set_index('a', False)",
        after=f"{_DF}x = df.set_index('a', drop=False)", gives="list(x) == ['a', 'b']", on=_ANY, why="Everything but the columns has to be named.",
    ),
    Change(
        "pandas", "2.0", (".pivot",), named("index", "columns", "values"), before=f"{_DF}x = df.pivot('a', 'b', 'a')",
        after=f"{_DF}x = df.pivot(index='a', columns='b', values='a')", gives="len(x) == 2", on=_TABLES, why="Arguments of `.pivot` have to be named.",
    ),
    Change(
        "pandas", "0.25", (".pivot_table",), both(keyword("rows", "index"), keyword("cols", "columns")), before=f"{_DF}x = df.pivot_table('b', rows='a')",
        after=f"{_DF}x = df.pivot_table('b', index='a')", gives="x.b[3] == 1.5", on=_TABLES, why="`rows` and `cols` are `index` and `columns`.",
    ),
    Change(
        "pandas", "3.0", (".mean", ".sum", ".max", ".min", ".median", ".std", ".count"), _by_level, before=f"{_DF}x = df.sum(level=0)",
        after=f"{_DF}x = df.groupby(level=0).sum()", gives="x.a.tolist() == [3, 1]", on=_ANY, why="`level` is gone; tables are grouped by the level first.",
    ),
    Change(
        "pandas", "3.0", (".resample",), _resampled,
        before="import pandas as pd\ns = pd.Series([1, 2], index=pd.to_datetime(['2020-01-01', '2020-01-02']))\nx = s.resample('M', how='sum')",
        after="import pandas as pd\ns = pd.Series([1, 2], index=pd.to_datetime(['2020-01-01', '2020-01-02']))\nx = s.resample('ME').sum()",
        gives="x.tolist() == [3]", on=(*_SURELY, "groupby"), why="`how` is gone, and frequencies are spelled otherwise: the end of a month is `ME`, an hour `h`.",
    ),
    Change(
        "pandas", "3.0", (".asfreq",), frequency(0, "freq"),
        before="import pandas as pd\ns = pd.Series([1], index=pd.to_datetime(['2020-01-31']))\nx = s.asfreq('M')",
        after="import pandas as pd\ns = pd.Series([1], index=pd.to_datetime(['2020-01-31']))\nx = s.asfreq('ME')",
        gives="x.tolist() == [1]", on=_ANY, why="Frequencies are spelled otherwise: the end of a month is `ME`, an hour `h`, a minute `min`.",
    ),
    Change(
        "pandas", "2.0", (".info",), keyword("null_counts", "show_counts"), before=f"{_DF}df.info(null_counts=True)",
        after=f"{_DF}df.info(show_counts=True)", gives="True", on=_TABLES, why="`null_counts` is called `show_counts`.",
    ),
    Change(
        "pandas", "2.0", (".to_csv",), keyword("line_terminator", "lineterminator"), before=f"{_DF}x = df.to_csv(line_terminator='|')",
        after=f"{_DF}x = df.to_csv(lineterminator='|')", gives="x.count('|') == 3", on=_SURELY, why="`line_terminator` is spelled `lineterminator`.",
    ),
    Change(
        "pandas", "3.0", (".groupby",), without("squeeze", "axis", only=lambda node: isinstance(node, ast.Constant) and not node.value),
        before=f"{_DF}x = df.groupby('a', axis=0).size()", after=f"{_DF}x = df.groupby('a').size()", gives="len(x) == 2", on=_SURELY,
        why="`axis` and `squeeze` are gone; rows are grouped, as by default.",
    ),
    Change(
        "pandas", "2.0", (".set_axis",), given("inplace", _set_axis),
        before=f"{_DF}df.set_axis(['c', 'd'], axis=1, inplace=True)", after=f"{_DF}df = df.set_axis(['c', 'd'], axis=1)", gives="list(df) == ['c', 'd']",
        on=_TABLES, why="`inplace` is gone; the result is assigned.",
    ),
    Change(
        "pandas", "2.0", (".week", ".weekofyear"), attribute("{self}.isocalendar().week"),
        before="import pandas as pd\ns = pd.Series(pd.to_datetime(['2020-01-10']))\nx = s.dt.week",
        after="import pandas as pd\ns = pd.Series(pd.to_datetime(['2020-01-10']))\nx = s.dt.isocalendar().week", gives="x[0] == 2", on=("series.dt",),
        why="`.dt.week` is gone; it is `.dt.isocalendar().week`.",
    ),
    Change(
        "pandas", "1.0", (".weekday_name",), attribute("{self}.day_name()"),
        before="import pandas as pd\ns = pd.Series(pd.to_datetime(['2020-01-10']))\nx = s.dt.weekday_name",
        after="import pandas as pd\ns = pd.Series(pd.to_datetime(['2020-01-10']))\nx = s.dt.day_name()", gives="x[0] == 'Friday'", on=("series.dt", "index", "?"),
        why="`.weekday_name` is gone; it is `.day_name()`.",
    ),
    Change(
        "pandas", "2.0", (".is_monotonic",), attribute("is_monotonic_increasing"), before=f"{_DF}x = df.index.is_monotonic",
        after=f"{_DF}x = df.index.is_monotonic_increasing", gives="x", on=("series", "index"), why="`.is_monotonic` is `.is_monotonic_increasing`.",
    ),
    Change(
        "pandas", "0.25", (".nonzero",), template("{self}.to_numpy().nonzero()"), before=f"{_DF}x = df['a'].nonzero()",
        after=f"{_DF}x = df['a'].to_numpy().nonzero()", gives="x[0].tolist() == [0, 1]", on=("series",), why="`.nonzero()` of series is gone; arrays have it.",
    ),
    Change(
        "pandas", "3.0", (".ravel",), template("{self}.to_numpy().ravel({rest})"), before=f"{_DF}x = df['a'].ravel()",
        after=f"{_DF}x = df['a'].to_numpy().ravel()", gives="x.tolist() == [3, 1]", on=("series",), why="`.ravel()` of series is gone; arrays have it.",
    ),
    Change(
        "pandas", "1.0", (".agg", ".aggregate"), _renaming, before=f"{_DF}x = df.groupby('a').agg({{'b': {{'m': 'mean'}}}})",
        on=("groupby",), why="Results are no longer named by nested dictionaries: `.agg(name=(column, function))` names them.",
    ),
)  # fmt: skip
