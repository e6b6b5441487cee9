"""Ambient state: which statements configure the process instead of computing a value.

A stage runs in its own process, so configuration made in an earlier cell has to be made again where it matters. The
table below names the calls and assignments that do nothing else.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence

#: Dotted name (or its beginning, where it ends in a dot) → subsystem.
_CONFIGURATION = {
    "matplotlib.use": "plotting",
    "matplotlib.rc": "plotting",
    "matplotlib.rcParams": "plotting",
    "matplotlib.rcdefaults": "plotting",
    "matplotlib.style.use": "plotting",
    "matplotlib.pyplot.rc": "plotting",
    "matplotlib.pyplot.rcParams": "plotting",
    "matplotlib.pyplot.rcdefaults": "plotting",
    "matplotlib.pyplot.style.use": "plotting",
    "matplotlib.pyplot.ion": "plotting",
    "matplotlib.pyplot.ioff": "plotting",
    "matplotlib.pyplot.set_cmap": "plotting",
    "matplotlib.pyplot.switch_backend": "plotting",
    "matplotlib.pyplot.xkcd": "plotting",
    "matplotlib.rc_file": "plotting",
    "matplotlib.pylab.rcParams": "plotting",
    "pylab.rcParams": "plotting",
    "matplotlib_inline.": "plotting",
    "IPython.display.set_matplotlib_formats": "plotting",
    "seaborn.set": "plotting",
    "seaborn.set_": "plotting",
    "seaborn.reset_": "plotting",
    "seaborn.despine": "",
    "plotly.io.templates.default": "plotting",
    "plotly.io.renderers.default": "plotting",
    "plotly.offline.init_notebook_mode": "plotting",
    "cufflinks.go_offline": "plotting",
    "altair.renderers.enable": "plotting",
    "altair.themes.enable": "plotting",
    "arviz.rcParams": "plotting",
    "arviz.style.use": "plotting",
    "jupyterthemes.jtplot.style": "plotting",
    "mplhep.style.use": "plotting",
    "plotnine.options.": "plotting",
    "plotnine.theme_set": "plotting",
    "altair.data_transformers.": "plotting",
    "pandas.set_option": "pandas",
    "pandas.reset_option": "pandas",
    "pandas.options.": "pandas",
    "pandas.plotting.register_matplotlib_converters": "plotting",
    "tqdm.tqdm.pandas": "pandas",
    "tqdm.notebook.tqdm.pandas": "pandas",
    "tqdm.auto.tqdm.pandas": "pandas",
    "numpy.set_printoptions": "numpy",
    "numpy.seterr": "numpy",
    "torch.set_printoptions": "torch",
    "torch.set_default_dtype": "torch",
    "torch.set_default_tensor_type": "torch",
    "torch.set_num_threads": "torch",
    "torch.backends.": "torch",
    "sklearn.set_config": "sklearn",
    "warnings.filterwarnings": "warnings",
    "warnings.simplefilter": "warnings",
    "warnings.resetwarnings": "warnings",
    "warnings.warn": "",
    "warnings.showwarning": "warnings",
    "logging.basicConfig": "logging",
    "logging.getLogger.addFilter": "logging",
    "logging.getLogger.addHandler": "logging",
    "logging.getLogger.disabled": "logging",
    "logging.getLogger.handlers": "logging",
    "logging.getLogger.propagate": "logging",
    "logging.getLogger.removeHandler": "logging",
    "logging.getLogger.setLevel": "logging",
    "logging.StreamHandler.setFormatter": "logging",
    "logging.StreamHandler.setLevel": "logging",
    "logging.disable": "logging",
    "locale.setlocale": "locale",
    "os.environ": "environment",
    "os.putenv": "environment",
    "dotenv.load_dotenv": "environment",
    "time.tzset": "environment",
    "os.chdir": "cwd",
    "sys.path": "path",
    "sys.setrecursionlimit": "python",
    "decimal.getcontext": "python",
    "decimal.setcontext": "python",
    "gc.disable": "python",
    "multiprocessing.set_start_method": "python",
    "socket.setdefaulttimeout": "python",
    "sys.set_int_max_str_digits": "python",
    "dask.config.set": "dask",
    "jax.config.": "jax",
    "polars.Config.": "polars",
    "sympy.init_printing": "ipython",
    "sympy.interactive.init_printing": "ipython",
    "sympy.interactive.printing.init_printing": "ipython",
    "xarray.set_options": "xarray",
    "bokeh.io.output_notebook": "plotting",
    "bokeh.plotting.output_notebook": "plotting",
    "holoviews.extension": "plotting",
    "hvplot.extension": "plotting",
    "panel.extension": "plotting",
    "shap.initjs": "plotting",
    "IPython.core.interactiveshell.InteractiveShell.ast_node_interactivity": "ipython",
    "IPython.core.interactiveshell.InteractiveShell.": "ipython",
    "get_ipython.ast_node_interactivity": "ipython",
    "get_ipython.ast_transformers": "ipython",
    "get_ipython.display_formatter": "ipython",
    "get_ipython.events": "ipython",
    "get_ipython.register_magic_function": "ipython",
    "get_ipython.register_magics": "ipython",
}
#: Modules that bring along all of others.
_BRINGS = dict.fromkeys(("pylab", "matplotlib.pylab"), ("pylab", "matplotlib.pylab", "matplotlib.pyplot", "numpy"))
#: Line magics that configure the session.
_MAGICS = {
    "alias": "ipython",
    "alias_magic": "ipython",
    "cd": "cwd",
    "config": "ipython",
    "env": "environment",
    "load_ext": "ipython",
    "matplotlib": "plotting",
    "pprint": "ipython",
    "precision": "ipython",
    "pylab": "plotting",
    "set_env": "environment",
    "xmode": "ipython",
}
#: Decorators that make a library or IPython know a function or class.
_REGISTERS = ("IPython.core.magic.register_", "IPython.core.magic.magics_class", "pandas.api.extensions.register_")
#: Names that are there without an import.
_ALWAYS = {"os": "os", "get_ipython": "get_ipython"}
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
#: What makes objects that are the same wherever they are made, until they are configured.
_MADE_AGAIN = frozenset(
    {
        "logging.getLogger",
        "logging.StreamHandler",
        "logging.Formatter",
        "os.getenv",
        "os.environ.get",
        "os.environ",
        "get_ipython",
        "collections.namedtuple",
        "enum.Enum",
        "typing.NamedTuple",
        "typing.NewType",
        "typing.TypeVar",
    }
)
_METHODS_THAT_ONLY_READ = frozenset({"get", "keys", "items", "values", "copy", "index", "count"})


def configures(node: ast.stmt, modules: dict[str, str]) -> str | None:
    """The subsystem that a statement configures, if it does nothing else.

    Args:
        node: a top-level statement.
        modules: name → dotted module, as `analysis.cells.imported_modules` gives.

    Returns:
        "plotting", "pandas", "numpy", "warnings", "environment", "cwd", "path", "patch", … or None.
    """
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        registers = any((_dotted(d, modules) or "").startswith(_REGISTERS) for d in node.decorator_list)
        return "ipython" if registers else None
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        name = _dotted(node.value.func, modules)
        if name is None or name.rpartition(".")[2] in _METHODS_THAT_ONLY_READ:
            return None
        return _lookup(name)
    if isinstance(node, ast.Assign | ast.AugAssign | ast.Delete):
        targets = [node.target] if isinstance(node, ast.AugAssign) else node.targets
        names = [_dotted(target, modules) for target in targets if not isinstance(target, ast.Name)]
        if len(names) < len(targets) or None in names:
            return None
        return _lookup(names[0] or "") or ("patch" if _is_plain(node) else None)
    return None


def configuring_functions(trees: Sequence[ast.Module], modules: dict[str, str]) -> dict[str, str]:
    """Functions of the notebook that do nothing but configure: `def set_style(): plt.rcParams[…] = …`.

    Args:
        trees: of all cells.
        modules: as for `configures`.

    Returns:
        Name → the subsystem that a call of it configures.
    """
    names = [node.name for tree in trees for node in ast.walk(tree) if isinstance(node, _DEFINITIONS)]
    found = {}
    for node in (node for tree in trees for node in tree.body):
        if not isinstance(node, ast.FunctionDef) or node.decorator_list or names.count(node.name) > 1:
            continue
        given = {argument.arg for argument in ast.walk(node.args) if isinstance(argument, ast.arg)}
        known = {name: origin for name, origin in modules.items() if name not in given}
        subsystems = {configures(inner, known) for inner in node.body if not _prepares_only(inner)}
        if subsystems and None not in subsystems:
            found[node.name] = str(subsystems.pop()) if len(subsystems) == 1 else "python"
    return found


def _prepares_only(node: ast.stmt) -> bool:
    """Whether a statement of a function is an import, a text about it, or puts what is written out under a name of its own."""
    if isinstance(node, ast.Assign):
        return _is_plain(node) and all(isinstance(target, ast.Name) for target in node.targets)
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_text or isinstance(node, ast.Import | ast.ImportFrom | ast.Pass)


def star_names(modules: Iterable[str]) -> dict[str, str]:
    """What star imports bring to configure with: `init_printing` of `from sympy import *`.

    Args:
        modules: that are imported so.

    Returns:
        Name → where it comes from, dotted.
    """
    homes = [f"{home}." for module in sorted(modules) for home in _BRINGS.get(module, (module,))]
    found = {}
    for key in _CONFIGURATION:
        for home in homes:
            name = key.removeprefix(home).partition(".")[0] if key.startswith(home) else ""
            if name and not name.endswith("_"):
                found[name] = home + name
    return found


def magic_configures(name: str, argument: str) -> str | None:
    """The subsystem that a line magic configures; None when it does something else."""
    if name in {"env", "set_env"} and not re.match(r"\w+(?:=|\s)\s*\S", argument):
        return None
    if name == "config" and argument.startswith("InlineBackend"):
        return "plotting"
    return _MAGICS.get(name)


def magic_text(name: str, argument: str) -> str:
    """The line of a configuring magic, so that it prints nothing."""
    if name == "cd":
        return f"%cd -q {argument.removeprefix('-q').strip()}".rstrip()
    if name in {"env", "set_env"} and (
        match := re.fullmatch(r"(\w+)(?:=|\s)\s*([^\"'\\]*(?:os\.environ\[.*\].*)?)", argument)
    ):
        value = re.sub(r"(?<!\$)\$(\w+)", r"{\1}", match[2].strip()).replace('"', "'")
        return f'os.environ["{match[1]}"] = {"f" if "{" in value else ""}"{value}"'
    return f"%{name} {argument}".rstrip()


def _is_plain(node: ast.stmt) -> bool:
    """Whether a library is changed in a way that can be repeated: nothing is called for it."""
    return not any(isinstance(inner, ast.Call | ast.Await) for inner in ast.walk(node))


def made_again(node: ast.stmt, modules: dict[str, str]) -> str | None:
    """The dotted name of the call that makes an object which other processes can make themselves (`logger = …`).

    Args:
        node: a top-level statement.
        modules: as for `configures`.

    Returns:
        "logging.getLogger", … or None.
    """
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    if not targets or not all(isinstance(target, ast.Name) for target in targets):
        return None
    value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
    if not isinstance(value, ast.Call | ast.Subscript):
        return None
    name = _dotted(value.func if isinstance(value, ast.Call) else value.value, modules)
    return name if name in _MADE_AGAIN else None


def _lookup(name: str) -> str | None:
    if not name:
        return None
    best = max(
        (
            key
            for key in _CONFIGURATION
            if name == key or name.startswith((key + ".", key) if key[-1] in "._" else key + ".")
        ),
        key=len,
        default=None,
    )
    return (_CONFIGURATION[best] or None) if best else None


def _dotted(node: ast.AST, modules: dict[str, str]) -> str | None:
    parts: list[str] = []
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
        node = node.func if isinstance(node, ast.Call) else node.value
    origin = modules.get(node.id, _ALWAYS.get(node.id)) if isinstance(node, ast.Name) else None
    return ".".join([origin, *reversed(parts)]) if origin else None
