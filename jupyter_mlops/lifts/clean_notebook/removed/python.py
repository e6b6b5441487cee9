"""Python itself, IPython, and where notebooks used to run."""

from __future__ import annotations

from jupyter_mlops.lifts.clean_notebook.change import Change, Site, moved
from jupyter_mlops.lifts.clean_notebook.edits import Edit
from jupyter_mlops.lifts.clean_notebook.rewrites import left_out, template

_PYTHON = "Python"


def _builtin(old: str, new: str, call: str, gives: str) -> Change:
    """A builtin of Python 2 with another name."""
    return Change(
        _PYTHON,
        "3.0",
        (f"builtins.{old}",),
        lambda site: site.replaced(site.node, site.ref(new)),
        before=f"x = {old}{call}",
        after=(f"from functools import reduce\nx = {old}{call}" if "." in new else f"x = {new}{call}"),
        gives=gives,
        why=f"`{old}` is of Python 2; it is `{new}` now.",
    )


def _has_key(site: Site) -> list[Edit] | None:
    if site.call is None or len(site.call.args) != 1 or site.receiver is None:
        return None
    return site.replaced(site.call, f"({site.text(site.call.args[0])} in {site.atom(site.receiver)})")


CHANGES = (
    _builtin("xrange", "range", "(3)", "list(x) == [0, 1, 2]"),
    _builtin("unichr", "chr", "(65)", "x == 'A'"),
    _builtin("unicode", "str", "(1)", "x == '1'"),
    _builtin("basestring", "str", "()", "x == ''"),
    _builtin("raw_input", "input", ".__name__", "x == 'input'"),
    _builtin("long", "int", "(1)", "x == 1"),
    _builtin("reduce", "functools.reduce", "(lambda a, b: a + b, [1, 2])", "x == 3"),
    Change(
        _PYTHON, "3.0", (".has_key",), _has_key, before="d = {'a': 1}\nx = d.has_key('a')", after="d = {'a': 1}\nx = ('a' in d)", gives="x",
        on=("dict",), why="`.has_key` is of Python 2; `in` asks the same.",
    ),
    *(
        Change(
            _PYTHON, "3.0", (f".iter{name}",), template(f"{{self}}.{name}()"), before=f"d = {{'a': 1}}\nx = list(d.iter{name}())",
            after=f"d = {{'a': 1}}\nx = list(d.{name}())", gives="x", on=("dict",), why=f"`.iter{name}()` is of Python 2; it is `.{name}()` now.",
        )
        for name in ("items", "values", "keys")
    ),
    moved(
        _PYTHON, "3.0", "cPickle StringIO cStringIO urllib2 urlparse Queue ConfigParser", "pickle io io urllib.request urllib.parse queue configparser",
        before="import cPickle\nx = cPickle.dumps(1)", after="import pickle as cPickle\nx = cPickle.dumps(1)", gives="x", why="It is a module of Python 2; Python 3 has it in another place.",
    ),
    moved(
        _PYTHON, "3.0", "urllib.urlencode urllib.quote urllib.urlopen urllib.urlretrieve", "urllib.parse.urlencode urllib.parse.quote urllib.request.urlopen urllib.request.urlretrieve",
        before="import urllib\nx = urllib.urlencode({'a': 1})", after="import urllib\nfrom urllib.parse import urlencode\nx = urlencode({'a': 1})", gives="x == 'a=1'",
        why="Python 3 has it in `urllib.request` and `urllib.parse`.",
    ),
    moved(
        _PYTHON, "3.0", "itertools.izip itertools.imap itertools.ifilter itertools.izip_longest", "zip map filter itertools.zip_longest",
        before="import itertools\nx = list(itertools.izip([1], [2]))", after="import itertools\nx = list(zip([1], [2]))", gives="x == [(1, 2)]",
        why="It is of Python 2; the builtin does the same now.",
    ),
    moved(
        _PYTHON, "3.8", "time.clock", "time.perf_counter", before="import time\nx = time.clock()", after="import time\nx = time.perf_counter()", gives="x >= 0",
        why="`time.clock` is gone; `time.perf_counter` measures time.",
    ),
    moved(
        _PYTHON, "3.10", " ".join(f"collections.{name}" for name in ("Iterable", "Mapping", "Sequence", "Callable", "MutableMapping", "Iterator", "Hashable", "Sized")),
        " ".join(f"collections.abc.{name}" for name in ("Iterable", "Mapping", "Sequence", "Callable", "MutableMapping", "Iterator", "Hashable", "Sized")),
        before="from collections import Iterable\nx = isinstance([], Iterable)", after="from collections.abc import Iterable\nx = isinstance([], Iterable)", gives="x",
        why="What classes have to have is in `collections.abc`.",
    ),
    moved(
        _PYTHON, "3.9", "fractions.gcd", "math.gcd", before="from fractions import gcd\nx = gcd(4, 6)", after="from math import gcd\nx = gcd(4, 6)", gives="x == 2",
    ),
    moved(
        "IPython", "8.24", "IPython.display.set_matplotlib_formats IPython.core.pylabtools.set_matplotlib_formats", "matplotlib_inline.backend_inline.set_matplotlib_formats",
        before="from IPython.display import set_matplotlib_formats", after="from matplotlib_inline.backend_inline import set_matplotlib_formats",
        gives="callable(set_matplotlib_formats)", why="It is in the package that draws figures into notebooks.",
    ),
    moved(
        "IPython", "9.0", "IPython.core.display.display", "IPython.display.display", before="from IPython.core.display import display", after="from IPython.display import display",
        gives="callable(display)",
    ),
    moved(
        "IPython", "5.0", "IPython.html.widgets", "ipywidgets", before="from IPython.html.widgets import IntSlider", after="from ipywidgets import IntSlider", gives="IntSlider",
        why="Widgets are a package of their own, ipywidgets.",
    ),
    Change(
        "google-colab", "", ("google.colab.drive.mount",), left_out, before="from google.colab import drive\ndrive.mount('/content/drive')", after="pass  # drive.mount('/content/drive')",
        gives="True", why="There is no drive to mount outside of Colab.", name=True,
    ),
    Change(
        "google-colab", "", ("google.colab.drive", "google.colab.files"), lambda _site: [], before="from google.colab import drive", after="", gives="True",
        why="There is no drive to mount outside of Colab.", name=True,
    ),
    Change(
        "google-colab", "", ("google.colab.files.upload",), None, before="from google.colab import files\nup = files.upload()", name=True,
        why="There is no upload outside of Colab; read the file from the project.",
    ),
)  # fmt: skip
