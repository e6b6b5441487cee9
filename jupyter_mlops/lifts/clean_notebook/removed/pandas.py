"""pandas: names and places. What its tables can no longer do is in the files `pandas_tables…`."""

from __future__ import annotations

import ast
import re

from jupyter_mlops.lifts.clean_notebook.change import Change, Rewrite, Site, moved
from jupyter_mlops.lifts.clean_notebook.edits import Edit
from jupyter_mlops.lifts.clean_notebook.rewrites import (
    added,
    both,
    first,
    given,
    keyword,
    left_out,
    named,
    quoted_like,
    template,
    value,
    without,
)

_PD = "import pandas as pd\n"
_READ = f"{_PD}from io import StringIO\n"
_READERS = ("pandas.read_csv", "pandas.read_table")
_PERIODS = re.compile(r"\b(?:to_period|period_range|Period|PeriodIndex)\b")
_S = f"{_PD}s = pd.Series([1, 2, 3])\n"


def _rolling(kind: str) -> Change:
    return Change(
        "pandas",
        "0.23",
        (f"pandas.rolling_{kind}",),
        first(
            given(
                "min_periods",
                template(
                    f"{{arg}}.rolling({{window}}, min_periods={{min_periods}}).{kind}()", "arg", "window", "min_periods"
                ),
            ),
            template(f"{{arg}}.rolling({{window}}).{kind}()", "arg", "window"),
        ),
        before=f"{_S}x = pd.rolling_{kind}(s, 2)",
        after=f"{_S}x = s.rolling(2).{kind}()",
        gives=f"x.equals(pd.Series([1, 2, 3]).rolling(2).{kind}())",
        why=f"`pd.rolling_{kind}` is gone; series and tables have `.rolling(window).{kind}()`.",
        name=True,
    )


def _reading(
    gone: str, do: Rewrite, arguments: str, after: str, gives: str, why: str, text: str = "a,b\\n1,2"
) -> Change:
    return Change(
        "pandas",
        gone,
        _READERS,
        do,
        before=f"{_READ}x = pd.read_csv(StringIO('{text}'), {arguments})",
        after=f"{_READ}x = pd.read_csv(StringIO('{text}')"
        + (f"){after}" if after.startswith(".") else f", {after})" if after else ")"),
        gives=gives,
        why=why,
    )


def _true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


def _false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not node.value


def _bad_lines(site: Site) -> list[Edit] | None:
    """`error_bad_lines=False` left lines out and told of it, unless `warn_bad_lines=False`."""
    told, errors = site.argument(None, "warn_bad_lines"), site.argument(None, "error_bad_lines")
    if errors is None and told is None:
        return []
    if any(each is not None and not isinstance(each, ast.Constant) for each in (told, errors)):
        return None
    if errors is None or _true(errors):
        return without("error_bad_lines", "warn_bad_lines")(site)
    choice = '"skip"' if told is not None and _false(told) else '"warn"'
    edits = (without("warn_bad_lines")(site) or []) if told is not None else []
    return [*edits, *(keyword("error_bad_lines", "on_bad_lines")(site) or []), Edit(site.code.span(errors), choice)]


def _squeeze(site: Site) -> list[Edit] | None:
    squeeze = site.argument(None, "squeeze")
    if squeeze is None or site.call is None:
        return []
    if _false(squeeze):
        return without("squeeze")(site)
    span = site.code.span(site.call)
    end = span._replace(line=span.end_line, column=span.end_column)
    return [*(without("squeeze")(site) or []), Edit(end, '.squeeze("columns")')] if _true(squeeze) else None


def _range(site: Site) -> list[Edit] | None:
    named = [site.argument(None, name) for name in ("start", "end", "periods")]
    if site.call is None or not any(named) or site.call.args:
        return []
    return site.replaced(site.node, site.ref("pandas.date_range"))


def _is_tried(site: Site) -> str:
    """The one name or column that is converted and assigned to itself in a statement of its own; "" for other statements."""
    own, call = site.own, site.call
    chosen = site.argument(1, "errors")
    if not (isinstance(chosen, ast.Constant) and chosen.value == "ignore") or call is None or not call.args:
        return ""
    if not (isinstance(own, ast.Assign) and own.value is call and len(own.targets) == 1) or "\n" in site.text(own):
        return ""
    target, row = own.targets[0], site.code.rows[own.lineno - 1]
    same = ast.dump(target).replace("Store()", "Load()") == ast.dump(call.args[0])
    alone = row[: own.col_offset].strip() == "" and row[site.code.span(own).end_column :].strip() in ("", ";")
    return site.text(target) if same and alone and call.keywords and call.keywords[-1].arg == "errors" else ""


def _tried(site: Site) -> list[Edit] | None:
    """`x = pd.to_numeric(x, errors="ignore")`, by hand."""
    if not _is_tried(site):
        return []
    own, call = site.own, site.call
    assert call is not None
    indent = " " * own.col_offset
    rest = [*map(site.text, call.args), *(site.text(each) for each in call.keywords if each.arg != "errors")]
    converted = f"{_is_tried(site)} = {site.text(site.node)}({', '.join(rest)})"
    lines = ("try:", f"    {converted}", "except (ValueError, TypeError):", "    pass  # it stays as it is")
    return [Edit(site.code.span(own), f"\n{indent}".join(lines))]


def _errors_ignored(site: Site) -> list[Edit] | None:
    chosen = site.argument(1, "errors")
    return None if isinstance(chosen, ast.Constant) and chosen.value == "ignore" and not _is_tried(site) else []


def _max_width(site: Site) -> list[Edit] | None:
    option, width = site.argument(0), site.argument(1)
    if not (isinstance(option, ast.Constant) and str(option.value).endswith("max_colwidth")):
        return []
    return [Edit(site.code.span(width), "None")] if width is not None and site.text(width) == "-1" else []


def _gone_option(site: Site) -> list[Edit] | None:
    option = site.argument(0)
    gone = ("display.height", "display.mpl_style", "mode.use_inf_as_na", "mode.use_inf_as_null", "display.line_width")
    if not (isinstance(option, ast.Constant) and option.value in gone):
        return []
    return left_out(site)


def _whitespace(site: Site) -> list[Edit] | None:
    chosen = site.argument(None, "delim_whitespace")
    if chosen is None:
        return []
    if not _true(chosen):
        return without("delim_whitespace")(site) if _false(chosen) else None
    return [*(keyword("delim_whitespace", "sep")(site) or []), Edit(site.code.span(chosen), 'r"\\s+"')]


def _join_axes(site: Site) -> list[Edit] | None:
    chosen, axis = site.argument(None, "join_axes"), site.argument(1, "axis")
    if chosen is None or site.call is None:
        return []
    if not (
        isinstance(chosen, ast.List)
        and len(chosen.elts) == 1
        and isinstance(axis, ast.Constant)
        and axis.value in (1, "columns")
    ):
        return None
    span = site.code.span(site.call)
    end = span._replace(line=span.end_line, column=span.end_column)
    return [*(without("join_axes")(site) or []), Edit(end, f".reindex({site.text(chosen.elts[0])})")]


def _date_format(site: Site) -> list[Edit] | None:
    """The format of a `date_parser` that is nothing but one."""
    parser = site.argument(None, "date_parser")
    if isinstance(parser, ast.Name):
        made = [
            each
            for each in ast.walk(site.code.tree)
            if isinstance(each, ast.Assign)
            and any(isinstance(one, ast.Name) and one.id == parser.id for one in each.targets)
        ]
        parser_value = made[0].value if len(made) == 1 else None
    else:
        parser_value = parser
    body = parser_value.body if isinstance(parser_value, ast.Lambda) else None
    if parser is None or not isinstance(body, ast.Call) or not body.args or not isinstance(body.args[0], ast.Name):
        return None
    called = body.func.attr if isinstance(body.func, ast.Attribute) else getattr(body.func, "id", "")
    named_format = next((each.value for each in body.keywords if each.arg == "format"), None)
    chosen = (
        body.args[1]
        if called == "strptime" and len(body.args) == 2
        else named_format
        if called == "to_datetime"
        else None
    )
    if not isinstance(chosen, ast.Constant) or not isinstance(chosen.value, str):
        return None
    return [*(keyword("date_parser", "date_format")(site) or []), Edit(site.code.span(parser), site.text(chosen))]


def _numbers_for_statsmodels(site: Site) -> list[Edit] | None:
    return added("dtype", '"uint8"')(site) if site.kinds.uses("statsmodels") else []


def _category(site: Site) -> list[Edit] | None:
    """A warning to be ignored; of another use nobody can tell what it is for."""
    call = site.parent if isinstance(site.parent, ast.keyword) else None
    return [Edit(site.code.span(site.node), "Warning")] if call is not None and call.arg == "category" else None


#: Frequencies that are spelled otherwise, since pandas 3.
_FREQUENCIES = {
    "M": "ME", "Q": "QE", "A": "YE", "Y": "YE", "BM": "BME", "BQ": "BQE", "H": "h", "T": "min", "S": "s", "L": "ms", "U": "us",
    "BH": "bh", "SM": "SME", "CBM": "CBME", "AS": "YS",
}  # fmt: skip


def frequency(position: int | None, name: str) -> Rewrite:
    """An argument that is a frequency, as `"M"` or `"3H"`."""

    def rewrite(site: Site) -> list[Edit] | None:
        found = site.argument(position, name)
        if not isinstance(found, ast.Constant) or not isinstance(found.value, str):
            return []
        number = found.value.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-")
        unit, dash, anchor = found.value[len(number) :].partition("-")
        if unit not in _FREQUENCIES or (number and not number.strip("-").isdigit()):
            return []
        if (
            site.receiver is not None
            and site.kinds.name(site.node) == ""
            and any(_PERIODS.search(row) for row in site.code.rows)
        ):
            # Periods still have the old names.
            return None
        new = f'"{number}{_FREQUENCIES[unit]}{dash}{anchor}"'
        return [Edit(site.code.span(found), quoted_like(site.text(found), new))]

    return rewrite


CHANGES = (
    *map(_rolling, ("mean", "std", "sum", "max", "min", "median", "var")),
    Change(
        "pandas",
        "0.23",
        ("pandas.ewma",),
        template("{arg}.ewm({rest}).mean()", "arg"),
        before=f"{_S}x = pd.ewma(s, span=2)",
        after=f"{_S}x = s.ewm(span=2).mean()",
        gives="x.equals(pd.Series([1, 2, 3]).ewm(span=2).mean())",
        why="`pd.ewma` is gone; series and tables have `.ewm(…).mean()`.",
        name=True,
    ),
    Change(
        "pandas",
        "0.23",
        ("pandas.expanding_mean",),
        template("{arg}.expanding({rest}).mean()", "arg"),
        before=f"{_S}x = pd.expanding_mean(s)",
        after=f"{_S}x = s.expanding().mean()",
        gives="x.tolist() == [1, 1.5, 2]",
        why="`pd.expanding_mean` is gone; series and tables have `.expanding().mean()`.",
        name=True,
    ),
    Change(
        "pandas",
        "1.0",
        ("pandas.TimeGrouper",),
        template("{@pandas.Grouper}(freq={freq}{rest})", "freq"),
        before=f"{_PD}x = pd.TimeGrouper('D')",
        after=f"{_PD}x = pd.Grouper(freq='D')",
        gives="x.freq == pd.offsets.Day()",
        why="`pd.TimeGrouper` is gone; it is `pd.Grouper` with a frequency.",
        name=True,
    ),
    Change(
        "pandas",
        "3.0",
        ("pandas.value_counts",),
        template("{@pandas.Series}({values}).value_counts({rest})", "values"),
        before=f"{_PD}x = pd.value_counts([1, 1, 2])",
        after=f"{_PD}x = pd.Series([1, 1, 2]).value_counts()",
        gives="x[1] == 2",
        why="`pd.value_counts` is gone; series have the method.",
        name=True,
    ),
    moved(
        "pandas", "2.0", "pandas.np", "numpy", before=f"{_PD}x = pd.np.nan", after=f"{_PD}import numpy as np\nx = np.nan",
        gives="x != x", why="`pd.np` was NumPy, and is gone.",
    ),
    moved(
        "pandas", "2.0", "pandas.datetime", "datetime.datetime", before=f"{_PD}x = pd.datetime(2020, 1, 2)",
        after=f"{_PD}from datetime import datetime\nx = datetime(2020, 1, 2)", gives="x.year == 2020",
        why="`pd.datetime` was Python's own class, and is gone.",
    ),
    moved(
        "pandas", "0.25", "pandas.scatter_matrix pandas.tools.plotting pandas.tools.plotting.scatter_matrix",
        "pandas.plotting.scatter_matrix pandas.plotting pandas.plotting.scatter_matrix",
        before="from pandas.tools.plotting import scatter_matrix", after="from pandas.plotting import scatter_matrix",
        gives="callable(scatter_matrix)", why="`pandas.tools` is gone; what it drew with is in `pandas.plotting`.",
    ),
    moved(
        "pandas", "2.0", "pandas.io.json.json_normalize", "pandas.json_normalize",
        before="from pandas.io.json import json_normalize\nx = json_normalize([{'a': {'b': 1}}])",
        after="from pandas import json_normalize\nx = json_normalize([{'a': {'b': 1}}])", gives="list(x) == ['a.b']",
    ),
    Change(
        "pandas", "3.0", ("pandas.core.common.SettingWithCopyWarning", "pandas.errors.SettingWithCopyWarning"), _category,
        before="import warnings\nfrom pandas.errors import SettingWithCopyWarning\nwarnings.simplefilter('ignore', category=SettingWithCopyWarning)",
        after="import warnings\nwarnings.simplefilter('ignore', category=Warning)", gives="True", name=True,
        why="The warning is gone: what it warned of cannot happen any more.",
    ),
    moved(
        "pandas", "2.0", "pandas.util.testing", "pandas.testing",
        before="from pandas.util.testing import assert_frame_equal", after="from pandas.testing import assert_frame_equal",
        gives="callable(assert_frame_equal)",
    ),
    moved(
        "pandas", "0.25", "pandas.tools.merge", "pandas",
        before="from pandas.tools.merge import concat", after="from pandas import concat", gives="callable(concat)",
    ),
    moved(
        "pandas", "1.0", "pandas.compat.StringIO", "io.StringIO",
        before="from pandas.compat import StringIO", after="from io import StringIO", gives="StringIO('a').read() == 'a'",
    ),
    moved(
        "pandas", "2.0", "pandas.Int64Index pandas.Float64Index pandas.UInt64Index", "pandas.Index",
        before=f"{_PD}x = pd.Int64Index([1, 2])", after=f"{_PD}x = pd.Index([1, 2])", gives="x.dtype == int",
        why="Indexes of numbers are plain `pd.Index` now.",
    ),
    Change(
        "pandas", "1.0", ("pandas.io.data", "pandas.io.data.DataReader", "pandas.io.wb"), None,
        before="from pandas.io.data import DataReader", name=True,
        why="It is a package of its own now, pandas-datareader, and most of what it read from has closed.",
    ),
    Change(
        "pandas", "0.25", ("pandas.Panel", "pandas.Panel4D"), None, before=f"{_PD}x = pd.Panel()", name=True,
        why="Tables of three dimensions are gone; a table with a MultiIndex or xarray takes their place.",
    ),
    _reading(
        "2.0", _bad_lines, "error_bad_lines=False", 'on_bad_lines="warn"', "len(x) == 1",
        "`error_bad_lines` and `warn_bad_lines` are one argument now, `on_bad_lines`.", "a,b\\n1,2\\n1,2,3",
    ),
    _reading(
        "3.0", without("infer_datetime_format"), "infer_datetime_format=True", "", "x.b[0] == 2",
        "`infer_datetime_format` is gone; formats are always inferred.",
    ),
    _reading(
        "3.0",
        _whitespace, "delim_whitespace=True", 'sep=r"\\s+"', "list(x) == ['a', 'b']",
        '`delim_whitespace` is gone; it was `sep=r"\\s+"`.', "a  b\\n1 2",
    ),
    _reading(
        "2.0", _squeeze, "squeeze=True", '.squeeze("columns")', "x.tolist() == [1]",
        '`squeeze` is gone; the table has `.squeeze("columns")`.', "a\\n1",
    ),
    _reading(
        "3.0", without("verbose", "mangle_dupe_cols", "tupleize_cols"), "mangle_dupe_cols=True", "", "x.b[0] == 2",
        "The argument is gone; what it chose is always so.",
    ),
    _reading(
        "0.23", keyword("skip_footer", "skipfooter"), "skip_footer=1, engine='python'", "skipfooter=1, engine='python'",
        "len(x) == 0", "`skip_footer` is spelled `skipfooter`.",
    ),
    _reading(
        "2.0", named("filepath_or_buffer", "sep", keep=1, most=2), "','", "sep=','", "x.b[0] == 2",
        "Everything but the file has to be named.",
    ),
    Change(
        "pandas", "3.0", _READERS, given("date_parser", _date_format),
        before=f"{_READ}f = lambda x: pd.to_datetime(x, format='%Y|%m')\nx = pd.read_csv(StringIO('a\\n2020|02'), parse_dates=['a'], date_parser=f)",
        after=f"{_READ}f = lambda x: pd.to_datetime(x, format='%Y|%m')\nx = pd.read_csv(StringIO('a\\n2020|02'), parse_dates=['a'], date_format='%Y|%m')",
        gives="x.a[0].month == 2",
        why="`date_parser` is gone; give `date_format=`, or call `pd.to_datetime` on the columns.",
    ),
    Change(
        "pandas", "3.0", _READERS, lambda site: None if isinstance(site.argument(None, "parse_dates"), ast.Dict) else [],
        before=f"{_READ}x = pd.read_csv(StringIO('a,b\\n2020,1'), parse_dates={{'d': [0, 1]}})\nx['d']",
        why="`parse_dates` no longer joins columns; call `pd.to_datetime` on what they make together.",
    ),
    Change(
        "pandas", "0.25", ("pandas.read_excel", "pandas.ExcelFile"), both(keyword("sheetname", "sheet_name"), keyword("parse_cols", "usecols")),
        before=f"{_PD}try:\n    pd.read_excel('no.xlsx', sheetname=0)\nexcept FileNotFoundError:\n    x = 1",
        after=f"{_PD}try:\n    pd.read_excel('no.xlsx', sheet_name=0)\nexcept FileNotFoundError:\n    x = 1", gives="x == 1",
        why="`sheetname` is spelled `sheet_name`.",
    ),
    Change(
        "pandas", "3.0", ("pandas.to_datetime",), without("infer_datetime_format", "box"),
        before=f"{_PD}x = pd.to_datetime(['2020-01-02'], infer_datetime_format=True)", after=f"{_PD}x = pd.to_datetime(['2020-01-02'])",
        gives="x[0].day == 2", why="`infer_datetime_format` is gone; formats are always inferred.",
    ),
    Change(
        "pandas", "3.0", ("pandas.to_datetime", "pandas.to_numeric", "pandas.to_timedelta"), _errors_ignored,
        before=f"{_PD}x = pd.to_numeric(['1', 'a'], errors='ignore')",
        why='`errors="ignore"` is gone; `errors="coerce"` gives missing values instead, or catch the error and keep what was there.',
    ),
    Change(
        "pandas", "2.0", ("pandas.set_option", "pandas.options.display.max_colwidth"), _max_width,
        before=f"{_PD}pd.set_option('display.max_colwidth', -1)", after=f"{_PD}pd.set_option('display.max_colwidth', None)",
        gives="pd.get_option('display.max_colwidth') is None", why="No limit is `None` now, not `-1`.",
    ),
    Change(
        "pandas", "1.0", ("pandas.set_option",), _gone_option,
        before=f"{_PD}pd.set_option('display.height', 10)", after=f"{_PD}pass  # pd.set_option('display.height', 10)",
        gives="True", why="The option is gone, and nothing depends on it.",
    ),
    Change(
        "pandas", "2.0", ("pandas.concat",), named("objs", "axis", "join", keep=1),
        before=f"{_S}x = pd.concat([s, s], 1)", after=f"{_S}x = pd.concat([s, s], axis=1)", gives="x.shape == (3, 2)",
        why="Everything but the tables has to be named.",
    ),
    Change(
        "pandas", "1.0", ("pandas.concat",), _join_axes,
        before=f"{_S}x = pd.concat([s, s[:2]], axis=1, join_axes=[s.index])",
        after=f"{_S}x = pd.concat([s, s[:2]], axis=1).reindex(s.index)", gives="x.shape == (3, 2)",
        why="`join_axes` is gone; the result is re-indexed instead.",
    ),
    Change(
        "pandas", "3.0", ("pandas.date_range", "pandas.bdate_range"),
        both(frequency(3, "freq"), keyword("closed", "inclusive")),
        before=f"{_PD}x = pd.date_range('2020', periods=2, freq='M')", after=f"{_PD}x = pd.date_range('2020', periods=2, freq='ME')",
        gives="x[0].day == 31", why="Frequencies are spelled otherwise: the end of a month is `ME`, an hour `h`, a minute `min`.",
    ),
    Change(
        "pandas", "2.0", ("pandas.get_dummies",), _numbers_for_statsmodels,
        before=f"{_PD}import statsmodels.api\nx = pd.get_dummies(pd.Series(['u', 'v']))",
        after=f'{_PD}import statsmodels.api\nx = pd.get_dummies(pd.Series([\'u\', \'v\']), dtype="uint8")', gives="x.dtypes.iloc[0] == 'uint8'",
        why="Indicators are true or false now, which statsmodels does not take; they were small numbers.",
    ),
    Change(
        "pandas", "3.0", ("pandas.Grouper",), frequency(None, "freq"),
        before=f"{_PD}x = pd.Grouper(freq='M')", after=f"{_PD}x = pd.Grouper(freq='ME')", gives="x.freq == pd.offsets.MonthEnd()",
        why="Frequencies are spelled otherwise: the end of a month is `ME`, an hour `h`, a minute `min`.",
    ),
    Change(
        "pandas", "1.0", ("pandas.MultiIndex",), keyword("labels", "codes"), before=f"{_PD}x = pd.MultiIndex(levels=[['a']], labels=[[0]])",
        after=f"{_PD}x = pd.MultiIndex(levels=[['a']], codes=[[0]])", gives="x[0] == ('a',)", why="`labels` are called `codes`.",
    ),
    Change(
        "pandas", "1.0", ("pandas.DataFrame.from_csv", "pandas.Series.from_csv"), template("{@pandas.read_csv}({path}, index_col=0, parse_dates=True)", "path"),
        before=f"{_READ}x = pd.DataFrame.from_csv(StringIO('i,a\\n0,5'))", after=f"{_READ}x = pd.read_csv(StringIO('i,a\\n0,5'), index_col=0, parse_dates=True)",
        gives="x.a.tolist() == [5]", why="`from_csv` is gone; `pd.read_csv` reads an index, too.", name=True,
    ),
    Change(
        "pandas", "1.0", ("pandas.DataFrame.from_items",), template("{@pandas.DataFrame.from_dict}(dict({items}){rest})", "items"),
        before=f"{_PD}x = pd.DataFrame.from_items([('a', [1])])", after=f"{_PD}x = pd.DataFrame.from_dict(dict([('a', [1])]))",
        gives="list(x) == ['a']", why="`from_items` is gone; dictionaries keep their order now.", name=True,
    ),
    Change(
        "pandas", "1.4", ("pandas.set_option", "pandas.get_option", "pandas.reset_option"),
        value(0, "pat", {name: f'"display.{name}"' for name in ("precision", "max_columns", "max_rows", "width", "encoding")}),
        before=f"{_PD}pd.set_option('precision', 3)", after=f"{_PD}pd.set_option('display.precision', 3)", gives="pd.get_option('display.precision') == 3",
        why="Other options have such names, too: those of what is shown begin with `display.`.",
    ),
    Change(
        "pandas", "1.0", ("pandas.DatetimeIndex",), _range, before=f"{_PD}x = pd.DatetimeIndex(start='2020', periods=2, freq='D')",
        after=f"{_PD}x = pd.date_range(start='2020', periods=2, freq='D')", gives="x[1].day == 2", why="A range of dates is made by `pd.date_range`.",
    ),
    Change(
        "pandas", "3.0", ("pandas.to_numeric", "pandas.to_datetime", "pandas.to_timedelta"), _tried,
        before=f"{_PD}s = pd.Series(['1', 'a'])\ns = pd.to_numeric(s, errors='ignore')",
        after=f"{_PD}s = pd.Series(['1', 'a'])\ntry:\n    s = pd.to_numeric(s)\nexcept (ValueError, TypeError):\n    pass  # it stays as it is", gives="s.tolist() == ['1', 'a']",
        why='`errors="ignore"` is gone: where it cannot be converted, what was there is kept.',
    ),
)  # fmt: skip
