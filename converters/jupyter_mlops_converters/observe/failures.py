"""Failures of the user's cells, told so that it is clear what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from jupyter_mlops_converters.analysis.cells import AnalysedCell, Analysis
from jupyter_mlops_converters.errors import MlopsError
from jupyter_mlops_converters.observe.session import CellFailedError
from jupyter_mlops_converters.source.order import missing_counts

#: Import name → distribution, where they differ, for the message about a missing package.
_DISTRIBUTIONS = {
    "sklearn": "scikit-learn", "cv2": "opencv-python", "PIL": "pillow", "yaml": "pyyaml", "bs4": "beautifulsoup4",
    "skimage": "scikit-image", "dateutil": "python-dateutil", "Bio": "biopython", "dotenv": "python-dotenv",
}  # fmt: skip
#: Modules and names that are gone since Python 2.
_PYTHON_2 = frozenset(
    {"ConfigParser", "HTMLParser", "Queue", "StringIO", "Tkinter", "__builtin__", "cPickle", "cStringIO", "commands", "httplib",
     "urllib2", "urlparse"}
)  # fmt: skip
_PYTHON_2_NAMES = frozenset({"basestring", "execfile", "long", "raw_input", "reduce", "unichr", "unicode", "xrange"})
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


def explained(failure: CellFailedError, cell: AnalysedCell, analysis: Analysis, limit: float | None) -> MlopsError:
    """A failure of the user's cell as an error that says what to do.

    Args:
        failure: what the kernel said.
        cell: the cell that was running.
        analysis: the notebook.
        limit: seconds that the cell could take; None for no limit.

    Returns:
        The error to raise.
    """
    path = str(analysis.notebook.path)
    where: dict[str, Any] = {"cell": cell.index, "path": path}
    if failure.kind == "timeout":
        return MlopsError(
            "cell-timeout",
            f"The cell ran longer than the limit of {limit:g} s. Raise it with --timeout, or make the cell shorter.",
            **where,
        )
    if failure.kind == "kernel-died":
        return MlopsError(
            "kernel-died",
            "The kernel died while this cell ran, most often because memory ran out. Try it on less data.",
            **where,
        )
    traceback = _ANSI.sub("", failure.traceback)
    # The outermost frame is the cell itself; deeper ones are in libraries or in functions of other cells.
    lines = re.findall(r"^Cell In\[\d+\], line (\d+)", traceback, re.MULTILINE)
    where["line"] = int(lines[0]) if lines else None
    where["detail"] = traceback
    # Some errors are essays: what they are about is in their first paragraph; all of it is in the traceback.
    first = failure.evalue.strip().partition("\n\n")[0]
    said = " ".join(f"{failure.ename}: {first}".split())[:500].rstrip(".")
    if failure.ename == "StdinNotImplementedError":
        return MlopsError(
            "needs-input",
            "The cell asks for input, which a pipeline cannot give. Put the answer in a variable instead; it can become a parameter.",
            **where,
        )
    if failure.ename in {"ModuleNotFoundError", "ImportError"}:
        missing = re.search(r"No module named '([\w.]+)'", failure.evalue)
        if missing:
            package = missing.group(1).split(".")[0]
            if package in _PYTHON_2:
                advice = "That is a module of Python 2: convert the notebook to Python 3 first"
            else:
                advice = f"Install it with: pip install {_DISTRIBUTIONS.get(package, package)}"
            return MlopsError(
                "missing-package",
                f"The notebook needs the package {package!r}, which is not installed. {advice}",
                exit_status=3,
                **where,
            )
    if failure.ename in {"FileNotFoundError", "NotADirectoryError"}:
        return MlopsError(
            "missing-data",
            f"The cell looks for a file that is not there: {said}. Put it there, or correct the path.",
            **where,
        )
    undefined = re.fullmatch(r"name '(\w+)' is not defined(?:\..*)?", failure.evalue)
    if failure.ename == "NameError" and undefined:
        name = undefined.group(1)
        if name in _PYTHON_2_NAMES:
            said += ". That is a name of Python 2: convert the notebook to Python 3 first"
        elif hidden := _hidden_state(name, cell, analysis):
            return MlopsError("hidden-state", f"The notebook does not run from top to bottom: {hidden}", **where)
    return MlopsError(
        "notebook-raises",
        f"The notebook does not run: {said}. Correct the cell (or tag it `raises-exception` if that is meant, or `skip` to leave it out).",
        **where,
    )


def _hidden_state(name: str, cell: AnalysedCell, analysis: Analysis) -> str | None:
    """Where the value of an undefined name came from when the notebook was written."""
    if name not in analysis.names and not any(name in free for free in _deferred(analysis)):
        return None
    order = [other.index for other in analysis.cells]
    below = [
        other.index
        for other in analysis.cells[order.index(cell.index) + 1 :]
        if name in other.facts.all_binds and name not in other.facts.uses
    ]
    if below:
        return f"this cell uses `{name}`, which is defined only below, in cell {below[0]}. Move that cell up."
    if any(name in other.facts.all_binds for other in analysis.cells):
        return None
    gone = missing_counts(analysis.notebook)
    trace = f" (of the execution counts, {_listed(gone)} are missing)" if gone else ""
    return f"this cell uses `{name}`, and no cell defines `{name}`. Its cell was probably deleted{trace}; add it again."


def _deferred(analysis: Analysis) -> Iterator[set[str]]:
    for cell in analysis.cells:
        for statement in cell.statements:
            yield from statement.facts.deferred.values()


def _listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers[:6])) + (" and more" if len(numbers) > 6 else "")
