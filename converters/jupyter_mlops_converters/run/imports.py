"""What the notebooks of stages import, as far as it may be imported ahead of them.

Nothing here decides what a notebook does: what is not found is imported when its cell runs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

#: Packages that take time to import and that bear it: importing them starts no threads that a fork would lose, draws no
#: random numbers, and looks neither at the notebook nor at the working directory.
_AHEAD = frozenset(
    {"joblib", "lightgbm", "networkx", "numpy", "pandas", "patsy", "pyarrow", "scipy", "sklearn", "statsmodels"}
)
#: pyplot looks for the notebook it is in; all that it imports does not.
_FIGURES = (
    "matplotlib.figure",
    "matplotlib.image",
    "matplotlib.projections",
    "matplotlib.widgets",
    "matplotlib.mlab",
    "matplotlib.style",
    "matplotlib.backends.backend_agg",
)
_INSTEAD = {
    "matplotlib": _FIGURES,
    "seaborn": ("pandas", "scipy.stats", "scipy.cluster.hierarchy", *_FIGURES),
}
_PARQUET = ("pandas", "pandas.io.parquet", "pyarrow.parquet", "pyarrow.dataset")
_IMPORT = re.compile(
    r"^(?:import +(?P<modules>[\w., ]+)|from +(?P<module>[\w.]+) +import +\(?(?P<names>[\w, ]*))", re.MULTILINE
)
#: Code before which nothing may be imported: packages read the environment, and their own place, when they are.
_BEFORE_IMPORTS = re.compile(
    r"environ|putenv|[%!] *(?:set_)?env\b|sys\.path *(?:=|\[|\.insert)|sys\.modules|(?:pip3?|conda|mamba|uv) +install"
)
_UNPICKLING = re.compile(r"(?:joblib|pickle)\.loads?\(_inputs\[\\?[\"'](\w+)")
_FOLDER = re.compile(r"^os\.chdir\(_pipeline / (?P<quote>[\"'])(?P<path>[^\"']+)(?P=quote)\)", re.MULTILINE)


def importable_ahead(notebook: Path) -> tuple[str, ...] | None:
    """The modules to import before a stage's kernel is forked.

    Args:
        notebook: the stage's.

    Returns:
        Their names, in order; None when the stage has to start in a process of its own.
    """
    try:
        cells = json.loads(notebook.read_text("utf-8"))["cells"]
        texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    text = "\n".join(texts)
    if _BEFORE_IMPORTS.search(text):
        return None
    modules = [*_imported(text), *(_PARQUET if "parquet(" in text else ())]
    found = _FOLDER.search(text)
    folders = [notebook.parent, *([notebook.parent.parent / found["path"]] if found else [])]
    return tuple(dict.fromkeys(module for module in modules if not _is_of_the_project(module, folders)))


def unpickles_from(notebook: Path) -> tuple[str, ...]:
    """The stages whose pickled objects a stage loads: what they import is imported again for that."""
    try:
        text = notebook.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ()
    return tuple(dict.fromkeys(_UNPICKLING.findall(text)))


def _imported(text: str) -> Iterable[str]:
    for match in _IMPORT.finditer(text):
        if match["module"]:
            modules = [match["module"]]
            if "." not in match["module"]:
                modules += [
                    f"{match['module']}.{name}" for name in re.findall(r"\w+", match["names"]) if name.islower()
                ]
        else:
            modules = [part.split()[0] for part in match["modules"].split(",") if part.strip()]
        for module in modules:
            package = module.partition(".")[0]
            if package in _AHEAD:
                yield module
            else:
                yield from _INSTEAD.get(package, ())


def _is_of_the_project(module: str, folders: Iterable[Path]) -> bool:
    """Whether a file beside the notebook takes the place of the package, or changes what it is at its import."""
    package = module.partition(".")[0]
    names = [package, f"{package}.py", *(["matplotlibrc"] if package == "matplotlib" else [])]
    return any((folder / name).exists() for folder in folders for name in names)
