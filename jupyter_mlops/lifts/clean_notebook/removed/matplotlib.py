"""matplotlib."""

from __future__ import annotations

import ast

from jupyter_mlops.lifts.clean_notebook.change import Change, Rewrite, Site, moved
from jupyter_mlops.lifts.clean_notebook.edits import Edit
from jupyter_mlops.lifts.clean_notebook.rewrites import attribute, first, given, keyword, quoted_like, template, without

_PLT = "import matplotlib.pyplot as plt\n"
_P = "matplotlib.pyplot"
_AX = ("axes",)


def _style(site: Site) -> list[Edit] | None:
    """Styles that look as seaborn's first did have the version of that seaborn in their names."""
    chosen = site.argument(0, "style")
    styles = chosen.elts if isinstance(chosen, (ast.List, ast.Tuple)) else [chosen]
    edits = []
    for each in styles:
        if (
            isinstance(each, ast.Constant)
            and isinstance(each.value, str)
            and each.value.partition("-")[0] == "seaborn"
            and "v0_8" not in each.value
        ):
            _, dash, rest = each.value.partition("-")
            edits.append(Edit(site.code.span(each), quoted_like(site.text(each), f'"seaborn-v0_8{dash}{rest}"')))
    return edits


def _projected(site: Site) -> list[Edit] | None:
    """`figure.gca(projection="3d")` as `figure.add_subplot(projection="3d")`."""
    if site.argument(None, "projection") is None:
        return []
    if site.kinds.name(site.node):
        return site.replaced(site.node, site.ref("matplotlib.pyplot.subplot"))
    return attribute("add_subplot")(site)


def _colour_map(site: Site) -> list[Edit] | None:
    return site.replaced(site.node, site.ref("matplotlib.pyplot.get_cmap"))


def _hist(site: Site) -> list[Edit] | None:
    return keyword("normed", "density")(site)


def _hold(site: Site) -> list[Edit] | None:
    """Holding was the default, and is how it is: a statement that asks for it does nothing."""
    held = site.argument(0, "b")
    asked = (held is None and site.call is not None) or (
        isinstance(held, ast.Constant) and held.value in (True, "on", 1)
    )
    if asked and isinstance(site.own, ast.Expr) and site.own.value is site.call and site.call is not None:
        return site.replaced(site.call, "pass")
    return None


def _scale(axis: str) -> Rewrite:
    return first(
        given(f"base{axis}", keyword(f"base{axis}", "base")),
        given(f"nonpos{axis}", keyword(f"nonpos{axis}", "nonpositive")),
    )


def _text_named(new: str) -> Rewrite:
    """A text that was given by the name `s`."""
    return keyword("s", new)


def _number(site: Site) -> list[Edit] | None:
    """A width that is given as text, `"1"`."""
    edits = []
    for name in ("linewidths", "linewidth", "lw"):
        found = site.argument(None, name)
        if isinstance(found, ast.Constant) and isinstance(found.value, str) and found.value.isdecimal():
            edits.append(Edit(site.code.span(found), found.value))
    return edits


def _quiet(site: Site) -> list[Edit] | None:
    return without("warn")(site)


def _as_many_labels(site: Site) -> list[Edit] | None:
    """As many labels as ticks: of more the first ones were shown, of less the other ticks had none."""
    if site.spread or site.call is None:
        return None
    if site.kinds.name(site.node):
        ticks, labels = site.argument(0, "ticks"), site.argument(1, "labels")
        places = site.text(ticks) if ticks is not None and _is_quiet(ticks) else ""
    else:
        labels = site.argument(0, "labels")
        axis = site.node.attr[4]  # type: ignore[attr-defined]
        places = f"{site.text(site.receiver)}.get_{axis}ticks()" if isinstance(site.receiver, ast.Name) else ""
    if labels is None or not places:
        return None
    return [Edit(site.code.span(labels), f'([*{site.text(labels)}] + [""] * len({places}))[:len({places})]')]


def _turned(site: Site) -> list[Edit] | None:
    """An angle that is written as a text."""
    edits = []
    for each in site.call.keywords if site.call is not None else ():
        angle = each.value
        if (
            each.arg in ("rotation", "rot", "labelrotation")
            and isinstance(angle, ast.Constant)
            and isinstance(angle.value, str)
        ):
            number = angle.value.strip().removesuffix(".0")
            edits += [Edit(site.code.span(angle), number)] if number.lstrip("-").isdigit() else []
    return edits


def _is_quiet(node: ast.expr) -> bool:
    """Whether code can be run again and gives the same."""
    calls = [each for each in ast.walk(node) if isinstance(each, ast.Call)]
    quiet = ("range", "arange", "len", "list")
    return all(getattr(each.func, "id", getattr(each.func, "attr", "")) in quiet for each in calls)


CHANGES = (
    Change(
        "matplotlib", "3.8", (f"{_P}.style.use", "matplotlib.style.use", f"{_P}.style.context", "matplotlib.style.context"), _style, before=f"{_PLT}plt.style.use('seaborn-whitegrid')",
        after=f"{_PLT}plt.style.use('seaborn-v0_8-whitegrid')", gives="plt.rcParams['axes.grid']",
        why="The styles that look like seaborn are called `seaborn-v0_8…` now.",
    ),
    Change(
        "matplotlib", "3.1", (f"{_P}.hist", f"{_P}.hist2d"), _hist, before=f"{_PLT}x = plt.hist([1, 2], bins=2, normed=True)[0]",
        after=f"{_PLT}x = plt.hist([1, 2], bins=2, density=True)[0]", gives="abs(x.sum() - 2) < 1e-9", why="`normed` is called `density`.",
    ),
    Change(
        "matplotlib", "3.1", (".hist", ".hist2d"), _hist, before=f"{_PLT}fig, ax = plt.subplots()\nx = ax.hist([1, 2], bins=2, normed=True)[0]",
        after=f"{_PLT}fig, ax = plt.subplots()\nx = ax.hist([1, 2], bins=2, density=True)[0]", gives="abs(x.sum() - 2) < 1e-9",
        on=("axes", "series", "frame", "pandas", "frame.plot", "?"), why="`normed` is called `density`.",
    ),
    Change(
        "matplotlib", "3.10", (f"{_P}.scatter", ".scatter"), _number,
        before=f"{_PLT}x = plt.scatter([1], [2], linewidths='1')\nplt.gcf().canvas.draw()", after=f"{_PLT}x = plt.scatter([1], [2], linewidths=1)\nplt.gcf().canvas.draw()",
        gives="x.get_linewidths()[0] == 1", on=(*_AX, "frame.plot", "?"), why="Widths are numbers; a text is no longer read as one.",
    ),
    Change(
        "matplotlib", "3.6", (".gca", f"{_P}.gca"), _projected, before=f"{_PLT}ax = plt.figure().gca(projection='3d')",
        after=f"{_PLT}ax = plt.figure().add_subplot(projection='3d')", gives="ax.name == '3d'", on=("figure", "?"),
        why="`gca` takes no projection; axes of one are added.",
    ),
    Change(
        "matplotlib", "2.2", (f"{_P}.subplot", f"{_P}.axes", f"{_P}.subplots", ".add_subplot"), keyword("axisbg", "facecolor"),
        before=f"{_PLT}ax = plt.subplot(111, axisbg='red')", after=f"{_PLT}ax = plt.subplot(111, facecolor='red')", gives="ax.get_facecolor()[0] == 1",
        on=("figure",), why="`axisbg` is called `facecolor`.",
    ),
    Change(
        "matplotlib", "2.2", (".set_axis_bgcolor",), attribute("set_facecolor"), before=f"{_PLT}ax = plt.gca()\nax.set_axis_bgcolor('red')",
        after=f"{_PLT}ax = plt.gca()\nax.set_facecolor('red')", gives="ax.get_facecolor()[1] == 0", on=(*_AX, "?"), why="`set_axis_bgcolor` is called `set_facecolor`.",
    ),
    Change(
        "matplotlib", "3.0", (f"{_P}.hold", ".hold"), _hold, before=f"{_PLT}plt.hold(True)", after=f"{_PLT}pass", gives="True", on=_AX, name=True,
        why="`hold` is gone: what is drawn always stays.",
    ),
    Change(
        "matplotlib", "3.9", (f"{_P}.cm.get_cmap", "matplotlib.cm.get_cmap"), _colour_map, before=f"{_PLT}x = plt.cm.get_cmap('jet', 4)",
        after=f"{_PLT}x = plt.get_cmap('jet', 4)", gives="x.N == 4", why="`cm.get_cmap` is gone; `plt.get_cmap` does the same.", name=True,
    ),
    moved(
        "matplotlib", "2.2", f"{_P}.cm.spectral matplotlib.cm.spectral", f"{_P}.cm.nipy_spectral", before=f"{_PLT}x = plt.cm.spectral(0.5)",
        after=f"{_PLT}x = plt.cm.nipy_spectral(0.5)", gives="len(x) == 4", why="The colours `spectral` are called `nipy_spectral`.",
    ),
    Change(
        "matplotlib", "3.11", (f"{_P}.boxplot", ".boxplot"), keyword("labels", "tick_labels"), before=f"{_PLT}plt.boxplot([1, 2], labels=['a'])",
        after=f"{_PLT}plt.boxplot([1, 2], tick_labels=['a'])", gives="True", on=_AX, why="`labels` is called `tick_labels`.",
    ),
    Change(
        "matplotlib", "3.6", (f"{_P}.grid", ".grid"), keyword("b", "visible"), before=f"{_PLT}plt.grid(b=True)", after=f"{_PLT}plt.grid(visible=True)",
        gives="True", on=(*_AX, "?"), why="`b` is called `visible`.",
    ),
    Change(
        "matplotlib", "3.0", (f"{_P}.bar", ".bar", f"{_P}.barh"), keyword("left", "x"), before=f"{_PLT}x = plt.bar(left=[1], height=[2])",
        after=f"{_PLT}x = plt.bar(x=[1], height=[2])", gives="len(x) == 1", on=_AX, why="`left` is called `x`.",
    ),
    Change(
        "matplotlib", "3.3", (f"{_P}.annotate", ".annotate"), _text_named("text"), before=f"{_PLT}x = plt.annotate(s='a', xy=(0, 0))",
        after=f"{_PLT}x = plt.annotate(text='a', xy=(0, 0))", gives="x.get_text() == 'a'", on=(*_AX, "?"), why="The text is called `text`, and not `s`.",
    ),
    Change(
        "matplotlib", "3.1", (f"{_P}.title",), _text_named("label"), before=f"{_PLT}x = plt.title(s='a')", after=f"{_PLT}x = plt.title(label='a')",
        gives="x.get_text() == 'a'", why="The text is called `label`, and not `s`.",
    ),
    Change(
        "matplotlib", "3.8", (f"{_P}.stem", ".stem"), without("use_line_collection"), before=f"{_PLT}x = plt.stem([1], [1], use_line_collection=True)",
        after=f"{_PLT}x = plt.stem([1], [1])", gives="x", on=_AX, why="`use_line_collection` is gone; it is always so.",
    ),
    Change(
        "matplotlib", "3.5", (f"{_P}.yscale", f"{_P}.semilogy", ".set_yscale", ".semilogy"), _scale("y"), before=f"{_PLT}plt.yscale('log', basey=2)",
        after=f"{_PLT}plt.yscale('log', base=2)", gives="plt.gca().get_yscale() == 'log'", on=_AX, why="`basey` and `nonposy` are `base` and `nonpositive`.",
    ),
    Change(
        "matplotlib", "3.5", (f"{_P}.xscale", f"{_P}.semilogx", ".set_xscale", ".semilogx"), _scale("x"), before=f"{_PLT}plt.xscale('log', basex=2)",
        after=f"{_PLT}plt.xscale('log', base=2)", gives="plt.gca().get_xscale() == 'log'", on=_AX, why="`basex` and `nonposx` are `base` and `nonpositive`.",
    ),
    Change(
        "matplotlib", "3.5", (f"{_P}.axis", ".axis"), without("aspect"), before=f"{_PLT}plt.axis(aspect='image')", after=f"{_PLT}plt.axis()",
        gives="True", on=_AX, why="`aspect` did nothing here, and is an error now; `.set_aspect` sets it.",
    ),
    Change(
        "matplotlib", "3.3", ("matplotlib.use",), _quiet, before="import matplotlib\nmatplotlib.use('agg', warn=False)", after="import matplotlib\nmatplotlib.use('agg')",
        gives="True", why="`warn` is gone; nothing is told that it could keep quiet.",
    ),
    Change(
        "matplotlib", "3.11", (f"{_P}.plot_date",), first(
            template("{@matplotlib.pyplot.plot}({x}, {y}, {fmt}{rest})", "x", "y", "fmt"), template('{@matplotlib.pyplot.plot}({x}, {y}, "o"{rest})', "x", "y"),
        ),
        before=f"{_PLT}import datetime\nx = plt.plot_date([datetime.date(2020, 1, 1)], [1], fmt='o')",
        after=f"{_PLT}import datetime\nx = plt.plot([datetime.date(2020, 1, 1)], [1], 'o')", gives="len(x) == 1", why="`plot_date` is gone; `plot` knows dates.", name=True,
    ),
    Change(
        "matplotlib", "3.1", ("matplotlib.mlab.normpdf",), template("{@scipy.stats.norm.pdf}({x}, {mean}, {deviation})", "x", "mean", "deviation"),
        before="import matplotlib.mlab as mlab\nx = mlab.normpdf(0, 0, 1)", after="import matplotlib.mlab as mlab\nfrom scipy import stats\nx = stats.norm.pdf(0, 0, 1)",
        gives="abs(x - 0.3989) < 1e-3", why="`mlab.normpdf` is gone; SciPy has it as `stats.norm.pdf`.", name=True,
    ),
    Change(
        "matplotlib", "3.1", ("matplotlib.mlab.bivariate_normal", "matplotlib.mlab.griddata", "matplotlib.mlab.PCA"), None, before="from matplotlib.mlab import PCA", name=True,
        why="`matplotlib.mlab` has lost what is not for figures: SciPy has `multivariate_normal` and `griddata`, scikit-learn `PCA`.",
    ),
    Change(
        "matplotlib", "2.2", ("matplotlib.finance",), None, before="from matplotlib.finance import candlestick_ohlc", name=True,
        why="It is a package of its own now, mplfinance, whose `mplfinance.original_flavor` has the old functions; the sources of quotes have closed.",
    ),
    moved(
        "matplotlib", "3.8", "mpl_toolkits.axes_grid", "mpl_toolkits.axes_grid1", before="from mpl_toolkits.axes_grid import make_axes_locatable",
        after="from mpl_toolkits.axes_grid1 import make_axes_locatable", gives="callable(make_axes_locatable)",
    ),
    Change(
        "matplotlib", "3.0", (f"{_P}.savefig", ".savefig"), without("frameon"), before=f"{_PLT}import io\nplt.savefig(io.BytesIO(), frameon=False)",
        after=f"{_PLT}import io\nplt.savefig(io.BytesIO())", gives="True", on=("figure",), why="`frameon` is gone; `transparent` or `facecolor` say how the frame looks.",
    ),
    Change(
        "matplotlib", "3.6", (".set_window_title",), template("{self}.manager.set_window_title({title})", "title"),
        before=f"{_PLT}plt.figure().canvas.set_window_title('a')", after=f"{_PLT}plt.figure().canvas.manager.set_window_title('a')", gives="True",
        on=("figure.canvas",), why="The window's title is set by `canvas.manager`.",
    ),
    Change(
        "matplotlib", "3.8", (".collections",), None, before=f"{_PLT}x = plt.contour([[1, 2], [2, 3]]).collections", on=(f"@{_P}.contour()", f"@{_P}.contourf()"),
        why="A contour is one collection now, whose own methods set what was set of each.",
    ),
    Change(
        "matplotlib", "3.3", (f"{_P}.xticks", f"{_P}.yticks"), _as_many_labels, before=f"{_PLT}plt.figure()\nx = plt.xticks(range(3), ['a', 'b'])",
        after=f"{_PLT}plt.figure()\nx = plt.xticks(range(3), ([*['a', 'b']] + [\"\"] * len(range(3)))[:len(range(3))])",
        gives="[each.get_text() for each in x[1]] == ['a', 'b', '']", error="number of FixedLocator locations",
        why="There have to be as many labels as ticks; of more, the first ones were shown, and of less, the other ticks had none.",
    ),
    Change(
        "matplotlib", "3.3", (".set_xticklabels", ".set_yticklabels"), _as_many_labels,
        before=f"{_PLT}_, ax = plt.subplots()\nax.set_xticks([1, 2])\nx = ax.set_xticklabels(['a', 'b', 'c'])",
        after=f"{_PLT}_, ax = plt.subplots()\nax.set_xticks([1, 2])\nx = ax.set_xticklabels(([*['a', 'b', 'c']] + [\"\"] * len(ax.get_xticks()))[:len(ax.get_xticks())])",
        gives="[each.get_text() for each in x] == ['a', 'b']", on=_AX, error="number of FixedLocator locations",
        why="There have to be as many labels as ticks; of more, the first ones were shown, and of less, the other ticks had none.",
    ),
    Change(
        "matplotlib", "3.6", (f"{_P}.xticks", f"{_P}.yticks", f"{_P}.xlabel", f"{_P}.ylabel", f"{_P}.text", f"{_P}.annotate", ".set_xticklabels", ".set_yticklabels"), _turned,
        before=f"{_PLT}plt.figure()\nx = plt.xticks(rotation='45')", after=f"{_PLT}plt.figure()\nx = plt.xticks(rotation=45)", gives="x", on=(*_AX, "?"),
        why="An angle is a number, and no text of one.",
    ),
    Change(
        "matplotlib", "3.6", ("()",), _turned, before="import pandas as pd\nx = pd.Series([1, 2]).plot(rot='45')", after="import pandas as pd\nx = pd.Series([1, 2]).plot(rot=45)",
        gives="x", error="rotation must be", why="An angle is a number, and no text of one.",
    ),
)  # fmt: skip
