"""Ambient state: which statements configure the process instead of computing a value.

A stage runs in its own process, so configuration made in an earlier cell has to be made again where it matters. The
table below names the calls and assignments that do nothing else.
"""

from __future__ import annotations

import ast

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
    "os.chdir": "cwd",
    "sys.path": "path",
    "sys.setrecursionlimit": "python",
    "decimal.getcontext": "python",
    "decimal.setcontext": "python",
    "gc.disable": "python",
    "IPython.core.interactiveshell.InteractiveShell.ast_node_interactivity": "ipython",
    "IPython.core.interactiveshell.InteractiveShell.": "ipython",
}
#: What makes objects that are the same wherever they are made, until they are configured.
_MADE_AGAIN = frozenset({"logging.getLogger", "logging.StreamHandler", "logging.Formatter"})
_METHODS_THAT_ONLY_READ = frozenset({"get", "keys", "items", "values", "copy", "index", "count"})


def configures(node: ast.stmt, modules: dict[str, str]) -> str | None:
    """The subsystem that a statement configures, if it does nothing else.

    Args:
        node: a top-level statement.
        modules: name → dotted module, as `analysis.cells.imported_modules` gives.

    Returns:
        "plotting", "pandas", "numpy", "warnings", "environment", "cwd", "path", … or None.
    """
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        name = _dotted(node.value.func, modules)
        if name is None or name.rpartition(".")[2] in _METHODS_THAT_ONLY_READ:
            return None
        return _lookup(name)
    if isinstance(node, ast.Assign):
        found = [_lookup(_dotted(target, modules) or "") for target in node.targets if not isinstance(target, ast.Name)]
        return found[0] if len(found) == len(node.targets) else None
    if isinstance(node, ast.With):
        return None
    return None


def made_again(node: ast.stmt, modules: dict[str, str]) -> str | None:
    """The dotted name of the call that makes an object which other processes can make themselves (`logger = …`).

    Args:
        node: a top-level statement.
        modules: as for `configures`.

    Returns:
        "logging.getLogger", … or None.
    """
    if not isinstance(node, ast.Assign) or not all(isinstance(target, ast.Name) for target in node.targets):
        return None
    if not isinstance(node.value, ast.Call):
        return None
    name = _dotted(node.value.func, modules)
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
    if isinstance(node, ast.Name) and node.id in modules:
        return ".".join([modules[node.id], *reversed(parts)])
    return None
