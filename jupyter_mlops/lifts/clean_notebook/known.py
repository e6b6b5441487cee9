"""What calls and attributes of the usual libraries give, as far as it can be told without running them.

Kinds are texts: "frame", "series", "pandas" (one of both), "array", "list", "dict", "text", "number", "index", "groupby",
"figure", "axes", "file" …; an imported object is its dotted name, and what a call of it gives that name with "()".
"""

from __future__ import annotations


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
