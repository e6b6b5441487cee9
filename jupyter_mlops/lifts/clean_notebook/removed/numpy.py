"""NumPy."""

from __future__ import annotations

import ast

from jupyter_mlops.lifts.clean_notebook.change import Change, Site, moved
from jupyter_mlops.lifts.clean_notebook.edits import Edit
from jupyter_mlops.lifts.clean_notebook.rewrites import keyword, template

_NP = "import numpy as np\n"


def _alias(old: str, gives: str, new: str = "") -> Change:
    """A name for a builtin type: `np.float` never meant anything but `float`."""
    new = new or old
    return moved(
        "numpy",
        "1.24",
        f"numpy.{old}",
        new,
        before=f"{_NP}x = np.array([1, 0]).astype(np.{old})",
        after=f"{_NP}x = np.array([1, 0]).astype({new})",
        gives=gives,
        why=f"`np.{old}` was another name for the builtin `{new}`, and is gone.",
    )


def _renamed(gone: str, old: str, new: str, call: str, gives: str) -> Change:
    """A function with another name; `call` is what it is called with."""
    return moved(
        "numpy",
        gone,
        f"numpy.{old}",
        f"numpy.{new}",
        before=f"{_NP}x = np.{old}{call}",
        after=f"{_NP}x = np.{new}{call}",
        gives=gives,
        why=f"`np.{old}` is gone; it was another name for `np.{new}`.",
    )


def _whole(site: Site) -> list[Edit] | None:
    """The number of points as a whole number: what a division gives is one with a fraction."""
    count = site.argument(2, "num")
    if not isinstance(count, (ast.BinOp, ast.Constant)) or site.spread:
        return []
    if isinstance(count, ast.Constant) and isinstance(count.value, float) and count.value.is_integer():
        return [Edit(site.code.span(count), str(int(count.value)))]
    if isinstance(count, ast.BinOp) and isinstance(count.op, ast.Div):
        return [Edit(site.code.span(count), f"int({site.text(count)})")]
    return []


def _listed(site: Site) -> list[Edit] | None:
    found = site.argument(0)
    if not isinstance(found, ast.GeneratorExp):
        return []
    text = site.text(found)
    alone = site.call is not None and len(site.call.args) == 1 and not site.call.keywords
    inner = text[1:-1] if text.startswith("(") and text.endswith(")") else text
    return [Edit(site.code.span(found), f"([{inner}])" if alone and text.startswith("(") else f"[{inner}]")]


CHANGES = (
    _alias("int", "x.dtype.kind == 'i'"),
    _alias("float", "x.dtype == float"),
    _alias("object", "x.dtype == object"),
    _alias("str", "x.tolist() == ['1', '0']"),
    _alias("complex", "x.dtype == complex"),
    _alias("unicode", "x.tolist() == ['1', '0']", "str"),
    _renamed("2.0", "float_", "float64", "(1)", "x == 1.0"),
    _renamed("2.0", "complex_", "complex128", "(1)", "x == 1"),
    _renamed("2.0", "unicode_", "str_", "('a')", "x == 'a'"),
    _renamed("2.0", "string_", "bytes_", "(b'a')", "x == b'a'"),
    moved(
        "numpy",
        "2.0",
        "numpy.NaN numpy.NAN",
        "numpy.nan",
        before=f"{_NP}x = np.NaN",
        after=f"{_NP}x = np.nan",
        gives="x != x",
    ),
    moved(
        "numpy",
        "2.0",
        "numpy.Inf numpy.Infinity numpy.infty numpy.PINF",
        "numpy.inf",
        before=f"{_NP}x = np.Inf",
        after=f"{_NP}x = np.inf",
        gives="x == float('inf')",
    ),
    Change(
        "numpy",
        "2.0",
        ("numpy.NINF",),
        lambda site: site.replaced(site.node, f"-{site.ref('numpy.inf')}"),
        before=f"{_NP}x = np.NINF",
        after=f"{_NP}x = -np.inf",
        gives="x == float('-inf')",
        why="`np.NINF` is gone; it is `-np.inf`.",
        name=True,
    ),
    _renamed("2.0", "product", "prod", "([2, 3])", "x == 6"),
    _renamed("2.0", "cumproduct", "cumprod", "([2, 3])", "x.tolist() == [2, 6]"),
    _renamed("2.0", "sometrue", "any", "([0, 1])", "x"),
    _renamed("2.0", "alltrue", "all", "([1, 1])", "x"),
    _renamed("2.0", "round_", "round", "(1.26, 1)", "x == 1.3"),
    _renamed("2.0", "mat", "asmatrix", "([[1, 2]])", "x.shape == (1, 2)"),
    _renamed("2.4", "in1d", "isin", "([1, 2], [2])", "x.tolist() == [False, True]"),
    _renamed("2.4", "trapz", "trapezoid", "([1, 2, 3])", "x == 4"),
    _renamed("1.18", "rank", "ndim", "([[1]])", "x == 2"),
    Change(
        "numpy",
        "1.23",
        ("numpy.asscalar",),
        template("{a}.item()", "a"),
        before=f"{_NP}x = np.asscalar(np.array([3]))",
        after=f"{_NP}x = np.array([3]).item()",
        gives="x == 3",
        why="`np.asscalar` is gone; arrays have `.item()`.",
        name=True,
    ),
    Change(
        "numpy",
        "2.0",
        ("numpy.asfarray",),
        template("{@numpy.asarray}({a}, dtype=float)", "a"),
        before=f"{_NP}x = np.asfarray([3])",
        after=f"{_NP}x = np.asarray([3], dtype=float)",
        gives="x.dtype == float",
        why="`np.asfarray` is gone; `np.asarray` takes the type.",
        name=True,
    ),
    Change(
        "numpy",
        "2.0",
        ("numpy.msort",),
        template("{@numpy.sort}({a}, axis=0)", "a"),
        before=f"{_NP}x = np.msort([3, 1])",
        after=f"{_NP}x = np.sort([3, 1], axis=0)",
        gives="x.tolist() == [1, 3]",
        why="`np.msort` is gone; it is `np.sort` along the first axis.",
        name=True,
    ),
    Change(
        "numpy",
        "1.24",
        ("numpy.histogram", "numpy.histogram2d", "numpy.histogramdd"),
        keyword("normed", "density"),
        before=f"{_NP}x = np.histogram([1, 2], bins=2, normed=True)",
        after=f"{_NP}x = np.histogram([1, 2], bins=2, density=True)",
        gives="abs(x[0].sum() - 2) < 1e-9",
        why="`normed` is called `density` now.",
    ),
    Change(
        "numpy",
        "1.18",
        ("numpy.linspace",),
        _whole,
        before=f"{_NP}x = np.linspace(0, 1, 10 / 2)",
        after=f"{_NP}x = np.linspace(0, 1, int(10 / 2))",
        gives="len(x) == 5",
        why="The number of points has to be a whole number.",
    ),
    Change(
        "numpy",
        "2.0",
        (".ptp",),
        template("{@numpy.ptp}({self}{rest})"),
        before=f"{_NP}x = np.array([3, 7]).ptp()",
        after=f"{_NP}x = np.ptp(np.array([3, 7]))",
        gives="x == 4",
        on=("array",),
        why="The method `.ptp()` is gone; the function `np.ptp` is there.",
    ),
    Change(
        "numpy",
        "2.3",
        (".tostring",),
        template("{self}.tobytes({rest})"),
        before=f"{_NP}x = np.zeros(1).tostring()",
        after=f"{_NP}x = np.zeros(1).tobytes()",
        gives="x == bytes(8)",
        on=("array",),
        why="`.tostring()` is gone; it gave bytes, and is called `.tobytes()`.",
    ),
    Change(
        "numpy",
        "1.24",
        ("numpy.vstack", "numpy.hstack", "numpy.concatenate", "numpy.stack"),
        _listed,
        before=f"{_NP}x = np.vstack(row for row in ([1], [2]))",
        after=f"{_NP}x = np.vstack([row for row in ([1], [2])])",
        gives="x.tolist() == [[1], [2]]",
        why="It takes a list, and no longer a generator.",
    ),
    moved(
        "numpy",
        "1.25",
        "numpy.math",
        "math",
        before=f"{_NP}x = np.math.factorial(3)",
        after=f"{_NP}import math\nx = math.factorial(3)",
        gives="x == 6",
        why="`np.math` was Python's own module `math`, and is gone.",
    ),
    Change(
        "numpy",
        "2.0",
        ("numpy.cast", "numpy.source", "numpy.lookfor", "numpy.who", "numpy.deprecate", "numpy.safe_eval"),
        None,
        before=f"{_NP}np.lookfor('mean')",
        why="It is gone, and nothing stands for it in all cases.",
        name=True,
    ),
)
