"""seaborn."""

from __future__ import annotations

from jupyter_mlops.lifts.clean_notebook.change import Change, Rewrite, Site, moved
from jupyter_mlops.lifts.clean_notebook.edits import Edit, Span
from jupyter_mlops.lifts.clean_notebook.rewrites import keyword, named, without

_SNS = "import pandas as pd\nimport seaborn as sns\ndf = pd.DataFrame({'a': [1, 2, 3, 4], 'b': [2, 1, 4, 3], 'c': ['x', 'y', 'x', 'y']})\n"
#: Functions whose first argument is the table now, and was what to draw.
_BY_AXES = tuple(
    f"seaborn.{name}"
    for name in [
        "scatterplot",
        "lineplot",
        "barplot",
        "boxplot",
        "violinplot",
        "stripplot",
        "swarmplot",
        "pointplot",
        "boxenplot",
        "regplot",
        "residplot",
        "jointplot",
        "lmplot",
        "catplot",
        "relplot",
        "kdeplot",
        "countplot",
        "factorplot",
    ]
)
_FIRST = ("x", "y", "hue", "data")


def _axes(site: Site) -> list[Edit] | None:
    """`sns.boxplot(a, b)` drew `a` and `b`; the first argument is the table now."""
    call = site.call
    if call is None or not call.args:
        return []
    name = site.kinds.name(site.node).rpartition(".")[2]
    names = {"regplot": ("x", "y", "data"), "residplot": ("x", "y", "data"), "jointplot": ("x", "y", "data"), "lmplot": ("x", "y", "data"),
             "kdeplot": ("x", "y")}.get(name, _FIRST)  # fmt: skip
    kinds = [site.kinds.of(each) for each in call.args]
    given = {each.arg for each in call.keywords}
    if kinds[0] in ("frame", "dict") and len(call.args) == 1:
        return []
    if site.spread or len(call.args) > len(names):
        return None
    if len(call.args) == 1 and "data" not in given:
        # One thing alone is drawn as it was by most; counted it has to be named.
        return named("x")(site) if name == "countplot" and kinds[0] in ("series", "pandas") else []
    if kinds[0] == "frame":
        return None
    return named(*names)(site)


def _drawn_alone(site: Site) -> list[Edit] | None:
    """One series alone was drawn along the horizontal axis."""
    call = site.call
    alone = (
        call is not None
        and len(call.args) == 1
        and not {each.arg for each in call.keywords} & {"x", "y", "data", "hue"}
    )
    if (
        not alone
        or call is None
        or site.kinds.of(call.args[0]) != "series"
        or any(each.arg in ("orient", "vert") for each in call.keywords)
    ):
        return []
    return None if site.spread else named("x")(site)


def _size(site: Site) -> list[Edit] | None:
    return keyword("size", "height")(site)


def _factor(site: Site) -> list[Edit] | None:
    """`factorplot` drew points by default, and `catplot` draws single values."""
    if site.call is None or site.spread:
        return None
    edits = [*(keyword("size", "height")(site) or []), *site.replaced(site.node, site.ref("seaborn.catplot"))]
    if not any(each.arg == "kind" for each in site.call.keywords):
        end = site.code.span(site.call)
        spans = [site.code.span(each) for each in (*site.call.args, *site.call.keywords)]
        last = max(spans, key=lambda one: (one.end_line, one.end_column), default=None)
        line, column = (last.end_line, last.end_column) if last is not None else (end.end_line, end.end_column - 1)
        edits.append(Edit(Span(line, column, line, column), f'{", " if last is not None else ""}kind="point"'))
    return edits


def _changed(names: tuple[str, ...], do: Rewrite, gone: str, before: str, after: str, gives: str, why: str) -> Change:
    return Change("seaborn", gone, names, do, before=f"{_SNS}{before}", after=f"{_SNS}{after}", gives=gives, why=why)


CHANGES = (
    _changed(
        _BY_AXES, _axes, "0.12", "ax = sns.boxplot(df.c, df.a)", "ax = sns.boxplot(x=df.c, y=df.a)", "ax.get_xlabel() == 'c'",
        "Only the table may be given without a name: what is drawn is `x=` and `y=`.",
    ),
    _changed(
        ("seaborn.boxplot", "seaborn.violinplot", "seaborn.stripplot", "seaborn.swarmplot", "seaborn.barplot", "seaborn.pointplot", "seaborn.boxenplot"),
        _drawn_alone, "0.13", "ax = sns.boxplot(df['a'])", "ax = sns.boxplot(x=df['a'])", "ax.get_xlabel() == 'a'",
        "A series alone is drawn along the vertical axis now; named `x=` it is drawn as it was.",
    ),
    _changed(
        ("seaborn.lmplot", "seaborn.FacetGrid", "seaborn.factorplot"), _size, "0.11", "g = sns.FacetGrid(df, size=2)", "g = sns.FacetGrid(df, height=2)",
        "g.figure.get_figheight() == 2", "`size` is called `height`.",
    ),
    Change(
        "seaborn", "0.11", ("seaborn.factorplot",), _factor, before=f"{_SNS}g = sns.factorplot(x='c', y='a', data=df)",
        after=f"{_SNS}g = sns.catplot(x='c', y='a', data=df, kind=\"point\")", gives="g.ax.get_xlabel() == 'c'",
        why="`factorplot` is called `catplot`, which draws points only when asked to.", name=True,
    ),
    _changed(
        ("seaborn.jointplot",), without("stat_func"), "0.11", "g = sns.jointplot(x='a', y='b', data=df, stat_func=None)", "g = sns.jointplot(x='a', y='b', data=df)",
        "g.ax_joint.get_xlabel() == 'a'", "`stat_func` is gone; nothing is computed beside the figure.",
    ),
    _changed(
        ("seaborn.stripplot", "seaborn.swarmplot"), keyword("split", "dodge"), "0.11", "ax = sns.swarmplot(x='c', y='a', data=df, split=False)",
        "ax = sns.swarmplot(x='c', y='a', data=df, dodge=False)", "ax.get_xlabel() == 'c'", "`split` is called `dodge`.",
    ),
    _changed(
        ("seaborn.FacetGrid", "seaborn.PairGrid"), named("data", "row", "col", "hue", keep=1), "0.12", "g = sns.FacetGrid(df, 'c')", "g = sns.FacetGrid(df, row='c')",
        "g.axes.shape == (2, 1)", "Everything but the table has to be named.",
    ),
    moved(
        "seaborn", "0.9", "seaborn.plt", "matplotlib.pyplot", before="import seaborn as sns\nx = sns.plt.figure()",
        after="import seaborn as sns\nimport matplotlib.pyplot as plt\nx = plt.figure()", gives="x", why="`sns.plt` was matplotlib's `pyplot`, and is gone.",
    ),
    moved(
        "seaborn", "0.10", "seaborn.apionly", "seaborn", before="import seaborn.apionly as sns\nx = sns.color_palette()", after="import seaborn as sns\nx = sns.color_palette()",
        gives="len(x) == 10", why="`seaborn.apionly` is gone: the package itself changes no styles any more.",
    ),
    Change(
        "seaborn", "0.10", ("seaborn.tsplot",), None, before=f"{_SNS}sns.tsplot(df.a)", name=True,
        why="`tsplot` is gone; `lineplot` draws tables that have a row for each time.",
    ),
    Change(
        "seaborn", "0.10", ("seaborn.corrplot", "seaborn.coefplot", "seaborn.interactplot"), None, before=f"{_SNS}sns.corrplot(df)", name=True,
        why="It is gone; `heatmap(table.corr())` shows how columns go together.",
    ),
)  # fmt: skip
