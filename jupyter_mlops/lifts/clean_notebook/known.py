"""What calls and attributes of the usual libraries give, as far as it can be told without running them.

Kinds are texts: "frame", "series", "pandas" (one of both), "array", "list", "dict", "text", "number", "index", "groupby",
"figure", "axes", "file" …; an imported object is its dotted name, and what a call of it gives that name with "()".
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

#: A kind, those of the elements of a tuple, or "" for what cannot be told.
Kind = str | tuple["Kind", ...]
PANDAS = ("frame", "series", "pandas", "row")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Dotted name of what is called → kind of what comes back.
CALLS: dict[str, str] = {
    **dict.fromkeys(
        (
            *("pandas.DataFrame", "pandas.read_csv", "pandas.read_table", "pandas.read_excel", "pandas.read_sql"),
            *("pandas.read_sql_query", "pandas.read_sql_table", "pandas.read_parquet", "pandas.read_feather"),
            *("pandas.read_fwf", "pandas.read_stata", "pandas.read_sas", "pandas.read_spss", "pandas.read_clipboard"),
            *("pandas.merge", "pandas.merge_asof", "pandas.merge_ordered", "pandas.get_dummies", "pandas.crosstab"),
            *(
                "pandas.pivot_table",
                "pandas.pivot",
                "pandas.melt",
                "pandas.json_normalize",
                "pandas.DataFrame.from_dict",
            ),
            *("pandas.DataFrame.from_records", "pandas.io.parsers.read_csv", "seaborn.load_dataset"),
        ),
        "frame",
    ),
    **dict.fromkeys(("pandas.Series", "pandas.value_counts"), "series"),
    **dict.fromkeys(("pandas.concat", "pandas.read_json", "pandas.read_hdf"), "pandas"),
    **dict.fromkeys(("pandas.Index", "pandas.date_range", "pandas.MultiIndex.from_tuples"), "index"),
    "pandas.read_html": "list",
    **dict.fromkeys(
        [
            f"numpy.{name}"
            for name in [
                "array",
                "asarray",
                "zeros",
                "ones",
                "empty",
                "full",
                "arange",
                "linspace",
                "logspace",
                "eye",
                "identity",
                "zeros_like",
                "ones_like",
                "full_like",
                "concatenate",
                "vstack",
                "hstack",
                "stack",
                "column_stack",
                "reshape",
                "ravel",
                "where",
                "random.rand",
                "random.randn",
                "random.randint",
                "random.normal",
                "random.uniform",
                "random.random",
                "random.choice",
                "random.permutation",
                "sort",
                "argsort",
                "unique",
                "repeat",
                "tile",
                "meshgrid",
                "log",
                "exp",
                "sqrt",
                "abs",
                "cumsum",
                "diff",
                "dot",
                "matmul",
                "loadtxt",
                "genfromtxt",
                "round",
                "clip",
            ]
        ],
        "array",
    ),
    **dict.fromkeys(("list", "sorted", "range"), "list"),
    **dict.fromkeys(("dict", "collections.defaultdict", "collections.OrderedDict", "collections.Counter"), "dict"),
    **dict.fromkeys(("str", "input", "repr"), "text"),
    **dict.fromkeys(("int", "float", "len", "sum", "abs", "round"), "number"),
    "set": "set",
    "tuple": "tuple",
    "open": "file",
    "matplotlib.pyplot.figure": "figure",
    "matplotlib.pyplot.gcf": "figure",
    **dict.fromkeys(
        [f"matplotlib.pyplot.{name}" for name in ("gca", "subplot", "axes", "subplot2grid")]
        + [
            f"seaborn.{name}"
            for name in [
                "boxplot",
                "barplot",
                "countplot",
                "violinplot",
                "stripplot",
                "swarmplot",
                "pointplot",
                "heatmap",
                "distplot",
                "kdeplot",
                "regplot",
                "scatterplot",
                "lineplot",
                "histplot",
            ]
        ],
        "axes",
    ),
}

#: Of these, keywords that change what comes back.
UNLESS = {
    "pandas.read_csv": _words("chunksize iterator squeeze"),
    "pandas.read_table": _words("chunksize iterator squeeze"),
    "pandas.read_sql": _words("chunksize"),
    "pandas.read_excel": _words("sheet_name sheetname squeeze"),
}

FRAME_TO_FRAME = _words(
    "copy head tail drop dropna fillna merge join append assign sort_values sort_index sort reset_index set_index rename replace "
    "query filter sample astype drop_duplicates corr cov describe transpose pivot_table pivot select_dtypes isnull notnull isna "
    "notna round abs applymap nlargest nsmallest interpolate add_prefix add_suffix ffill bfill shift diff cumsum reindex where "
    "mask clip get_dummies infer_objects convert_dtypes reindex_like truncate combine_first cumprod rank pct_change melt "
    "set_axis rename_axis explode T to_frame tz_localize tz_convert swaplevel convert_objects map"
)
FRAME_TO_SERIES = _words(
    "sum mean median std var min max count nunique skew kurt kurtosis idxmax idxmin mad prod sem any all duplicated dtypes "
    "memory_usage isin_any eval_series pop"
)
SERIES_TO_SERIES = _words(
    "copy head tail drop dropna fillna append sort_values sort_index sort order rename replace sample astype drop_duplicates "
    "isnull notnull isna notna round abs map apply nlargest nsmallest interpolate ffill bfill shift diff cumsum reindex where "
    "mask clip value_counts isin between duplicated mode rank pct_change combine_first cumprod str dt lower upper strip replace "
    "len contains startswith endswith to_datetime T add sub mul div"
)
#: Of a series by names: what gives another with the same ones.
KEEPS_LABELS = _words(
    "copy head tail drop dropna fillna sort_values sort_index sort order round abs astype nlargest nsmallest isnull notnull clip"
)
SERIES_TO_NUMBER = _words(
    "sum mean median std var min max count nunique skew kurt kurtosis mad prod sem quantile corr size argmax"
)
TO_ARRAY = _words("values as_matrix to_numpy unique get_values")
TO_LIST = _words("tolist to_list")
#: Attributes of a frame that are no columns, beside its methods.
FRAME_ATTRIBUTES = {
    "columns": "index",
    "index": "index",
    "shape": "tuple",
    "size": "number",
    "ndim": "number",
    "dtypes": "series",
    "values": "array",
    "T": "frame",
    "loc": "frame.loc",
    "iloc": "frame.iloc",
    "ix": "frame.ix",
    "at": "frame.at",
    "iat": "frame.iat",
    "plot": "frame.plot",
    "style": "style",
    "str": "",
    "empty": "number",
    "axes": "list",
    "is_copy": "",
    "blocks": "",
    "attrs": "dict",
    "flags": "",
}
GROUPED = _words("groupby resample rolling expanding ewm")
#: Attributes of a frame that are not its columns, also where they are not called.
NO_COLUMNS = (
    FRAME_TO_FRAME
    | FRAME_TO_SERIES
    | GROUPED
    | TO_ARRAY
    | FRAME_ATTRIBUTES.keys()
    | _words(
        "apply agg aggregate transform iterrows iteritems items itertuples stack unstack xs get keys eval pipe hist boxplot sparse groups indices ngroups"
    )
)
#: What matplotlib's objects give.
PLOTS = {
    ("figure", "gca"): "axes",
    ("figure", "add_subplot"): "axes",
    ("figure", "add_axes"): "axes",
    ("axes", "twinx"): "axes",
    ("axes", "twiny"): "axes",
    ("axes", "get_figure"): "figure",
    ("axes", "figure"): "figure",
}


#: What fits a model that a formula gives: its estimates are labelled by the terms of the formula.
FORMULAS = "@statsmodels.formula.api."
ESTIMATES = _words("params pvalues tvalues bse")


def located(index: ast.expr, inside: Kind) -> Kind:
    """What `.loc[…]` of a frame gives."""

    def many(node: ast.expr, kind: Kind) -> bool:
        return isinstance(node, (ast.Slice, ast.List)) or kind in ("series", "list", "array", "index")

    if not isinstance(index, ast.Tuple) or not isinstance(inside, tuple) or len(index.elts) != 2:
        if many(index, inside):
            return "frame"
        return "row" if isinstance(index, (ast.Constant, ast.UnaryOp)) else ""
    rows, columns = (many(node, kind) for node, kind in zip(index.elts, inside, strict=True))
    if rows and columns:
        return "frame"
    return "series" if rows and isinstance(index.elts[1], (ast.Constant, ast.UnaryOp)) else ""


def attribute_of(base: Kind, name: str) -> Kind:
    if not isinstance(base, str) or not base:
        return ""
    if base.startswith(":"):
        return ""
    if base == "frame" and name in FRAME_ATTRIBUTES:
        return FRAME_ATTRIBUTES[name]
    if base in ("series", "pandas", "row") and name in ("loc", "iloc", "ix", "at", "iat"):
        return f"{base}.{name}"
    if base in ("series", "pandas", "index", "row") and name in TO_ARRAY:
        return "array" if name == "values" else f"{base}.{name}"
    if base in ("series", "row") and name in ("str", "dt", "cat"):
        return f"series.{name}"
    if base == "array" and name == "T":
        return "array"
    if base.startswith(FORMULAS) and name in ESTIMATES:
        return "row"
    return f"{base}.{name}"


def called(function: str) -> Kind:
    return CALLS.get(function[1:], f"{function}()")


def method_result(function: str, node: ast.Call) -> Kind:
    base, _, name = function.rpartition(".")
    if base == "row":
        kind = method_result(f"series.{name}", node)
        return "row" if kind == "series" and name in KEEPS_LABELS else kind
    inplace = any(each.arg == "inplace" for each in node.keywords)
    if (base, name) in PLOTS:
        return PLOTS[base, name]
    if base == "figure" and name == "subplots":
        return "axes" if not node.args and not node.keywords else "axes-array"
    if function == "frame.iterrows":
        return "frame.iterrows()"
    if inplace or base not in (*PANDAS, "groupby", "array", "index", "series.str", "series.dt"):
        return ""
    if name in TO_ARRAY:
        return "array"
    if name in TO_LIST:
        return "list"
    if base == "groupby":
        return "groupby" if name in GROUPED else "pandas" if name not in ("groups", "get_group", "size") else ""
    if base == "array":
        return "array" if name in ("reshape", "astype", "copy", "ravel", "flatten", "transpose", "dot") else ""
    if base == "index":
        return ""
    if name in GROUPED:
        return "groupby"
    if base in ("series.str", "series.dt"):
        return "frame" if any(each.arg == "expand" for each in node.keywords) else "series"
    if base == "frame":
        if name in FRAME_TO_FRAME:
            return "frame"
        if name in FRAME_TO_SERIES:
            whole = not node.args and not any(each.arg == "axis" for each in node.keywords) and name != "duplicated"
            return "row" if whole else "series"
        return "pandas" if name in ("apply", "agg", "stack", "xs") else ""
    if base == "series":
        if name == "to_frame":
            return "frame"
        if name in ("reset_index", "unstack"):
            return "pandas"
        if name == "describe":
            return "row"
        if name == "value_counts":
            return "pandas"  # its labels are values, numbers included
        return "series" if name in SERIES_TO_SERIES else "number" if name in SERIES_TO_NUMBER else ""
    return "pandas" if name in FRAME_TO_FRAME & SERIES_TO_SERIES or name in ("reset_index", "unstack") else ""


def operated(left: Kind, right: Kind) -> Kind:
    for kind in ("frame", "pandas", "series", "row", "array"):
        if kind in (left, right):
            return kind
    if left == "list" and right in ("list", "number", ""):
        return "list"
    return left if left == right and left in ("number", "text", "list") else "text" if left == "text" else ""


def joined(kinds: Iterable[Kind]) -> Kind:
    """What something is that is one of several; of tables of both kinds that is known, too."""
    found = set(kinds)
    if len(found) == 1:
        return found.pop()
    if found == {"row", "series"}:
        return "series"
    return "pandas" if found <= set(PANDAS) and found else ""
