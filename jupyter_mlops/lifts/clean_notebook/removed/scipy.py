"""SciPy."""

from __future__ import annotations

import ast

from jupyter_mlops.lifts.clean_notebook.change import Change, Site, moved
from jupyter_mlops.lifts.clean_notebook.edits import Edit
from jupyter_mlops.lifts.clean_notebook.rewrites import added, named, template

#: Functions that were NumPy's.
_NUMPY = "mean std var median exp sin cos array zeros ones linspace arange logspace dot where pi inf nan sum cumsum polyfit polyval"
_WINDOWS = (
    "hann hamming blackman triang bartlett boxcar gaussian kaiser parzen bohman nuttall flattop blackmanharris tukey"
)


def _simpson(site: Site) -> list[Edit] | None:
    edits = named("y", "x", "dx", "axis", keep=1)(site)
    return (
        None
        if edits is None or site.call is None
        else [*site.replaced(site.node, site.ref("scipy.integrate.simpson")), *edits]
    )


def _mode_indexed(site: Site) -> list[Edit] | None:
    """Where more than one index follows, an array was expected."""
    end = site.code.span(site.call) if site.call is not None else None
    rest = site.code.rows[end.end_line - 1][end.end_column :].replace(".mode[", "[0][") if end is not None else ""
    return added("keepdims", "True")(site) if rest.startswith("[0][0]") else []


def _mode_of_text(site: Site) -> list[Edit] | None:
    """The commonest text of a series, `mode(series).mode[0]`: the series itself tells it."""
    series = site.argument(0, "a")
    if series is None or site.value(series).kind not in ("series", "row"):
        return []
    for node in ast.walk(site.own):
        inner = node.value if isinstance(node, ast.Subscript) and _is_zero(node.slice) else None
        first = isinstance(inner, ast.Attribute) and inner.attr == "mode"
        first = first or (isinstance(inner, ast.Subscript) and _is_zero(inner.slice))
        if isinstance(node, ast.Subscript) and first and inner.value is site.call:  # type: ignore[union-attr]
            return [Edit(site.code.span(node), f"{site.atom(series)}.mode().iloc[0]")]
    return None


def _is_zero(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == 0


CHANGES = (
    moved(
        "scipy", "1.12", " ".join(f"scipy.{name}" for name in _NUMPY.split()), " ".join(f"numpy.{name}" for name in _NUMPY.split()),
        before="import scipy as sp\nx = sp.mean([1, 3])", after="import scipy as sp\nimport numpy as np\nx = np.mean([1, 3])", gives="x == 2",
        why="SciPy had NumPy's functions under its own name, and has them no more.",
    ),
    moved(
        "scipy", "1.12", "scipy.sqrt scipy.log scipy.log10 scipy.log2", "numpy.emath.sqrt numpy.emath.log numpy.emath.log10 numpy.emath.log2",
        before="import numpy as np\nimport scipy as sp\nx = sp.sqrt(-1)", after="import numpy as np\nimport scipy as sp\nx = np.emath.sqrt(-1)", gives="x == 1j",
        why="SciPy had NumPy's functions under its own name: these are complex where the others have no value.",
    ),
    moved(
        "scipy", "1.12", "scipy.rand scipy.randn", "numpy.random.rand numpy.random.randn", before="from scipy import randn\nx = randn(3)",
        after="from numpy.random import randn\nx = randn(3)", gives="x.shape == (3,)", why="SciPy had NumPy's functions under its own name, and has them no more.",
    ),
    moved(
        "scipy", "1.2", "scipy.interp", "numpy.interp", before="from scipy import interp\nx = interp(1, [0, 2], [0, 4])", after="from numpy import interp\nx = interp(1, [0, 2], [0, 4])",
        gives="x == 2", why="`scipy.interp` was NumPy's function, and is gone.",
    ),
    moved(
        "scipy", "1.0", "scipy.misc.factorial scipy.misc.comb scipy.misc.logsumexp scipy.misc.factorial2",
        "scipy.special.factorial scipy.special.comb scipy.special.logsumexp scipy.special.factorial2",
        before="from scipy.misc import factorial\nx = factorial(3)", after="from scipy.special import factorial\nx = factorial(3)", gives="x == 6",
        why="What `scipy.misc` had of special functions is in `scipy.special`.",
    ),
    moved(
        "scipy", "1.12", "scipy.misc.face scipy.misc.ascent scipy.misc.electrocardiogram", "scipy.datasets.face scipy.datasets.ascent scipy.datasets.electrocardiogram",
        before="from scipy.misc import face", after="from scipy.datasets import face", gives="callable(face)",
        why="The examples are in `scipy.datasets`, which loads them with the package pooch.",
    ),
    Change(
        "scipy", "1.3", ("scipy.misc.imread", "scipy.ndimage.imread", "scipy.misc.imresize", "scipy.misc.imsave", "scipy.misc.toimage", "scipy.misc.imrotate", "scipy.misc.imfilter", "scipy.misc.imshow"), None,
        before="from scipy.misc import imresize", name=True, why="SciPy no longer reads or changes pictures; Pillow does (`Image.open`, `.resize`, `.save`).",
    ),
    Change(
        "scipy", "1.12", ("scipy.misc.derivative",), None, before="from scipy.misc import derivative\nx = derivative(lambda x: x**2, 3.0, dx=1e-3)", name=True,
        why="`derivative` is gone; `scipy.differentiate.derivative` and the package numdifftools take its place, with other arguments.",
    ),
    Change(
        "scipy", "1.12", ("scipy.stats.binom_test",), template("{@scipy.stats.binomtest}({x}, {n}{rest}).pvalue", "x", "n"),
        before="from scipy import stats\nx = stats.binom_test(3, 10, p=0.5)", after="from scipy import stats\nx = stats.binomtest(3, 10, p=0.5).pvalue", gives="0.3 < x < 0.4",
        why="`binom_test` is gone; `binomtest(…).pvalue` gives the same.", name=True,
    ),
    Change(
        "scipy", "1.0", ("scipy.stats.chisqprob",), template("{@scipy.stats.chi2.sf}({chisq}, {df})", "chisq", "df"),
        before="from scipy import stats\nx = stats.chisqprob(3.84, 1)", after="from scipy import stats\nx = stats.chi2.sf(3.84, 1)", gives="abs(x - 0.05) < 1e-3",
        why="`chisqprob` is gone; it is `chi2.sf`.", name=True,
    ),
    Change(
        "scipy", "1.3", ("scipy.stats.itemfreq",), template("{@numpy.column_stack}({@numpy.unique}({a}, return_counts=True))", "a"),
        before="from scipy import stats\nx = stats.itemfreq([1, 1, 2])", after="from scipy import stats\nimport numpy as np\nx = np.column_stack(np.unique([1, 1, 2], return_counts=True))",
        gives="x.tolist() == [[1, 2], [2, 1]]", why="`itemfreq` is gone; `np.unique` counts.", name=True,
    ),
    moved(
        "scipy", "1.0", "scipy.stats.nanmean scipy.stats.nanmedian scipy.stats.nanstd", "numpy.nanmean numpy.nanmedian numpy.nanstd",
        before="from scipy.stats import nanmean\nx = nanmean([1, float('nan')])", after="from numpy import nanmean\nx = nanmean([1, float('nan')])", gives="x == 1",
    ),
    Change(
        "scipy", "1.5", ("scipy.stats.median_absolute_deviation",), template('{@scipy.stats.median_abs_deviation}({x}, scale="normal"{rest})', "x"),
        before="from scipy import stats\nx = stats.median_absolute_deviation([1, 2, 3])", after='from scipy import stats\nx = stats.median_abs_deviation([1, 2, 3], scale="normal")',
        gives="1.4 < x < 1.5", why="`median_absolute_deviation` is gone; `median_abs_deviation` gives the same with the scale of the normal distribution.", name=True,
    ),
    moved(
        "scipy", "1.13", " ".join(f"scipy.signal.{name}" for name in _WINDOWS.split()), " ".join(f"scipy.signal.windows.{name}" for name in _WINDOWS.split()),
        before="from scipy import signal\nx = signal.hann(3)", after="from scipy import signal\nx = signal.windows.hann(3)", gives="x.tolist() == [0, 1, 0]",
        why="Windows are in `scipy.signal.windows`.",
    ),
    Change(
        "scipy", "1.15", ("scipy.signal.cwt", "scipy.signal.ricker", "scipy.signal.morlet", "scipy.signal.daub"), None, before="from scipy.signal import cwt", name=True,
        why="Wavelets are gone from SciPy; the package PyWavelets has them.",
    ),
    moved(
        "scipy", "1.14", "scipy.integrate.trapz scipy.integrate.cumtrapz", "scipy.integrate.trapezoid scipy.integrate.cumulative_trapezoid",
        before="from scipy.integrate import trapz\nx = trapz([1, 2, 3])", after="from scipy.integrate import trapezoid\nx = trapezoid([1, 2, 3])", gives="x == 4",
    ),
    Change(
        "scipy", "1.14", ("scipy.integrate.simps",), _simpson, before="from scipy import integrate\nx = integrate.simps([1, 2, 3], [0, 1, 2])",
        after="from scipy import integrate\nx = integrate.simpson([1, 2, 3], x=[0, 1, 2])", gives="x == 4", why="`simps` is called `simpson`, and takes only the values without a name.", name=True,
    ),
    Change(
        "scipy", "1.15", ("scipy.integrate.romberg", "scipy.integrate.quadrature"), None, before="from scipy.integrate import romberg", name=True,
        why="It is gone; `quad` integrates functions.",
    ),
    Change(
        "scipy", "1.14", ("scipy.interpolate.interp2d",), None, before="from scipy.interpolate import interp2d\ninterp2d([0, 1], [0, 1], [[0, 1], [1, 2]])", name=True,
        why="`interp2d` is gone; `RegularGridInterpolator` takes values on a grid, `griddata` those that are not.",
    ),
    moved(
        "scipy", "1.9", "scipy.linalg.pinv2", "scipy.linalg.pinv", before="from scipy.linalg import pinv2\nx = pinv2([[2.0]])", after="from scipy.linalg import pinv\nx = pinv([[2.0]])",
        gives="x[0][0] == 0.5",
    ),
    moved(
        "scipy", "1.13", "scipy.linalg.kron scipy.linalg.tri scipy.linalg.tril scipy.linalg.triu", "numpy.kron numpy.tri numpy.tril numpy.triu",
        before="from scipy.linalg import kron\nx = kron([[1]], [[2]])", after="from numpy import kron\nx = kron([[1]], [[2]])", gives="x.tolist() == [[2]]",
    ),
    Change(
        "scipy", "1.11", ("scipy.stats.mode",), _mode_indexed, before="from scipy import stats\nx = stats.mode([1, 2, 2])[0][0]",
        after="from scipy import stats\nx = stats.mode([1, 2, 2], keepdims=True)[0][0]", gives="x == 2", why="It gave an array of one; now it has to be asked to.",
    ),
    Change(
        "scipy", "1.11", ("scipy.stats.mode",), _mode_of_text,
        before="import pandas as pd\nfrom scipy import stats\nf = lambda x: stats.mode(x, keepdims=True).mode[0]\nx = pd.Series(['u', 'v', 'v']).groupby([1, 1, 1]).agg(f)",
        after="import pandas as pd\nfrom scipy import stats\nf = lambda x: x.mode().iloc[0]\nx = pd.Series(['u', 'v', 'v']).groupby([1, 1, 1]).agg(f)",
        gives="x[1] == 'v'", error="not recognized as numeric",
        why="It takes no texts any more; `series.mode()` tells the commonest, the first of them in order.",
    ),
)  # fmt: skip
