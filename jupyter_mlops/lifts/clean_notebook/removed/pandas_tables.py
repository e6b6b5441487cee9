"""pandas: methods of tables and series that are gone, or take other arguments."""

from __future__ import annotations

import ast

from jupyter_mlops.lifts.clean_notebook.change import Change, Site
from jupyter_mlops.lifts.clean_notebook.edits import Edit
from jupyter_mlops.lifts.clean_notebook.removed.pandas import frequency
from jupyter_mlops.lifts.clean_notebook.rewrites import attribute, both, given, keyword, named, template, without

_DF = "import pandas as pd\ndf = pd.DataFrame({'a': [3, 1], 'b': [1.5, None]})\n"
_TEXT = "import pandas as pd\ndf = pd.DataFrame({'a': [3, 1], 'b': ['x', 'y']})\n"
_TABLES = ("frame", "pandas")
_ANY = ("frame", "series", "pandas")
#: Where the kind cannot be told: names that nothing but pandas has had.
_SURELY = (*_ANY, "?")


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


def _convention(site: Site) -> list[Edit] | None:
    chosen = site.argument(None, "convention")
    known = not isinstance(chosen, ast.Constant) or chosen.value in ("start", "end", "s", "e")
    return [] if known else without("convention")(site)


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
        "pandas", "2.0", (".any", ".all"), named("axis"), before=f"{_DF}x = df.isnull().any(1)", after=f"{_DF}x = df.isnull().any(axis=1)",
        gives="x.tolist() == [False, True]", on=_SURELY, why="The axis has to be named.",
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
    Change(
        "pandas", "0.23", (".reshape",), attribute("to_numpy().reshape"), before=f"{_DF}x = df['a'].reshape(-1, 1)",
        after=f"{_DF}x = df['a'].to_numpy().reshape(-1, 1)", gives="x.shape == (2, 1)", on=("series", "row"),
        why="`.reshape()` of series is gone; arrays have it.",
    ),
    Change(
        "pandas", "0.23", (".resample",), _convention,
        before="import pandas as pd\ns = pd.Series([1, 3], index=pd.to_datetime(['2020-01-01', '2020-01-02']))\nx = s.resample('D', convention='last').sum()",
        after="import pandas as pd\ns = pd.Series([1, 3], index=pd.to_datetime(['2020-01-01', '2020-01-02']))\nx = s.resample('D').sum()",
        gives="x.tolist() == [1, 3]", on=(*_SURELY, "groupby"), why="There are no other conventions than `start` and `end`, and of times they change nothing.",
    ),
)  # fmt: skip
