"""pandas: columns of text, which have a type of their own now and are no longer left out of sums."""

from __future__ import annotations

import ast
import re

from jupyter_mlops.lifts.clean_notebook.change import Change, Site
from jupyter_mlops.lifts.clean_notebook.chosen import columns_chosen
from jupyter_mlops.lifts.clean_notebook.edits import Edit, Span
from jupyter_mlops.lifts.clean_notebook.rewrites import added, attribute

_TEXT = "import pandas as pd\ndf = pd.DataFrame({'a': [3, 1], 'b': ['x', 'y']})\n"
_ANY = ("frame", "series", "pandas")
#: Where the kind cannot be told: names that nothing but pandas has had.
_SURELY = (*_ANY, "?")
_SIGNS = re.compile(r"[\\.^$*+?{}\[\]|()]")
_NUMERIC = ("corr", "mean", "median", "std", "var", "skew", "quantile", "cov", "sem", "kurt")


def _numeric_only(site: Site) -> list[Edit] | None:
    """Columns of text were left out; now that has to be said. Nothing is to do where columns were chosen."""
    receiver = site.receiver
    if (
        receiver is None
        or columns_chosen(receiver, site)
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
    if columns_chosen(receiver.func.value, site):
        return []
    return added("numeric_only", "True")(site)


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
    if isinstance(other, ast.Call) and site.kinds.name(other.func) == "numpy.dtype" and len(other.args) == 1:
        given = other.args[0]
        is_object = (isinstance(given, ast.Constant) and given.value in ("object", "O")) or site.text(given) == "object"
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


def _text_type_name(site: Site) -> list[Edit] | None:
    """`series.dtype.name == "object"`: the type of text has another name."""
    parent, kind = site.parent, site.receiver
    if not (isinstance(kind, ast.Attribute) and kind.attr == "dtype" and isinstance(parent, ast.Compare)):
        return []
    if len(parent.ops) != 1 or parent.left is not site.node or not isinstance(parent.ops[0], (ast.Eq, ast.NotEq)):
        return []
    other = parent.comparators[0]
    if not (isinstance(other, ast.Constant) and other.value == "object"):
        return []
    word = "in" if isinstance(parent.ops[0], ast.Eq) else "not in"
    return [Edit(site.code.span(parent), f'{site.text(site.node)} {word} ({site.text(other)}, "str")')]


def _pattern(site: Site) -> list[Edit] | None:
    """`.str.replace` took a pattern for a regular expression; of one character, and without signs of one, it is the same."""
    pattern = site.argument(0, "pat")
    if site.argument(None, "regex") is not None or site.spread:
        return []
    if isinstance(pattern, ast.Call) or pattern is None:
        return []  # what is compiled was, and is, an expression
    if not (isinstance(pattern, ast.Constant) and isinstance(pattern.value, str)):
        return None
    return added("regex", "True")(site) if len(pattern.value) > 1 and _SIGNS.search(pattern.value) else []


def _interpolated(site: Site) -> list[Edit] | None:
    """Columns of text were left as they are; now only others can be interpolated."""
    table = site.receiver
    if site.call is None or table is None or not site.texts() or columns_chosen(table, site):
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


CHANGES = (
    Change(
        "pandas", "3.0", (".values",), _array_of_text,
        before=f"{_TEXT}from sklearn.model_selection import train_test_split\nx = train_test_split(df['b'].values, test_size=0.5)[0]",
        after=f"{_TEXT}from sklearn.model_selection import train_test_split\nx = train_test_split(df['b'].to_numpy(), test_size=0.5)[0]",
        gives="x[0] in 'xy'", on=("series", "pandas"),
        why="Columns of text have a type of their own, whose `.values` scikit-learn cannot split; `.to_numpy()` gives an array.",
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
        "pandas", "3.0", (".interpolate",), _interpolated, before=f"{_TEXT}x = df.interpolate()",
        after=f'{_TEXT}x = df.assign(**df.select_dtypes("number").interpolate())', gives="list(x) == ['a', 'b']", on=("frame",),
        why="Columns of text are no longer left out of what is interpolated.",
    ),
    Change(
        "pandas", "3.0", (".name",), _text_type_name, before=f"{_TEXT}x = [name for name in df if df[name].dtype.name == 'object']",
        after=f"{_TEXT}x = [name for name in df if df[name].dtype.name in ('object', \"str\")]", gives="x == ['b']",
        on=("series.dtype", "pandas.dtype", "?"), why="Columns of text have a type of their own now, `str`, and not `object`.",
    ),
    Change(
        "pandas", "2.0", (".replace",), _pattern, before=f"{_TEXT}x = df.b.str.replace('[xz]+', 'u')",
        after=f"{_TEXT}x = df.b.str.replace('[xz]+', 'u', regex=True)", gives="x.tolist() == ['u', 'y']", on=("series.str",),
        why="What is replaced is a text now, unless `regex=True` says that it is a regular expression.",
    ),
)  # fmt: skip
