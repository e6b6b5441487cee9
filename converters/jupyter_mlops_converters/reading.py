"""Read a notebook for a conversion: secrets moved to the environment, installs left out, cells in the order asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from jupyter_mlops_converters.errors import MlopsError
from jupyter_mlops_converters.observe.observation import Observation
from jupyter_mlops_converters.plan.pipeline import Finding
from jupyter_mlops_converters.plan.remembered import cell_digests
from jupyter_mlops_converters.source.conceal import concealed
from jupyter_mlops_converters.source.installs import without_installs
from jupyter_mlops_converters.source.notebook import Install, SourceNotebook, read_notebook
from jupyter_mlops_converters.source.order import in_recorded_order, is_out_of_order
from jupyter_mlops_converters.source.secrets import masked
from jupyter_mlops_converters.verify.outputs import compare_outputs

Order = Literal["document", "recorded"]


def read(path: Path | str, order: Order | Sequence[Any] = "document") -> SourceNotebook:
    """Read a notebook.

    Args:
        path: the notebook.
        order: "document"; "recorded", in which its cells were last run; or the indices of its cells in another order.

    Returns:
        The notebook, its cells in that order.

    Raises:
        MlopsError: as `source.notebook.read_notebook`; ``no-recorded-order``; ``secret-in-text``.
    """
    notebook = without_installs(concealed(read_notebook(path)))
    if order == "document":
        return notebook
    if order == "recorded":
        recorded = in_recorded_order(notebook)
        if recorded is None:
            raise MlopsError(
                "no-recorded-order",
                "The execution counts of the cells tell of no other order than the written one. Leave --order out.",
                path=str(path),
            )
        return recorded
    return _ordered(notebook, order)


def in_remembered_order(notebook: SourceNotebook, document: Mapping[str, Any]) -> SourceNotebook:
    """The notebook in the order in which its pipeline was made.

    Args:
        notebook: as it is written.
        document: the `conversion.json` of the pipeline.

    Returns:
        The notebook as it is when that is how the pipeline was made. Where cells changed since, the order in which they
        were last run, if that is another one than the written.
    """
    if not isinstance(order := document.get("order"), list):
        return notebook
    kept = _ordered(notebook, order)
    if cell_digests(kept) == document.get("cells"):
        return kept
    return in_recorded_order(notebook) or notebook


def _ordered(notebook: SourceNotebook, order: Sequence[Any]) -> SourceNotebook:
    by_index = {cell.index: cell for cell in notebook.cells}
    listed = [by_index.pop(index) for index in order if index in by_index]
    return replace(notebook, cells=(*listed, *by_index.values()))


def is_written_order(notebook: SourceNotebook) -> bool:
    """Whether the cells are in the order in which they are written."""
    return [cell.index for cell in notebook.cells] == sorted(cell.index for cell in notebook.cells)


def offered(error: MlopsError, notebook: SourceNotebook, *, works: bool) -> MlopsError:
    """The failure of a notebook from top to bottom, when its cells were last run in another order.

    Args:
        error: why it does not run.
        notebook: its cells in the order in which they were last run.
        works: whether it runs in that order.

    Returns:
        The error to raise.
    """
    said = error.message.removeprefix("The notebook does not run from top to bottom: ")
    said = said.removeprefix("The notebook does not run: ")
    order = [cell.index for cell in notebook.code_cells]
    shown = ", ".join(map(str, order[:12])) + (", …" if len(order) > 12 else "")
    advice = (
        f"In the order in which the cells were last run ({shown}) it does: put them into that order, or convert it so with "
        "--order recorded."
        if works
        else "In the order in which the cells were last run it does not run either."
    )
    if not works and error.code != "hidden-state":
        return error
    return MlopsError(
        "hidden-state",
        f"The notebook does not run from top to bottom: {said} {advice}",
        cell=error.cell,
        line=error.line,
        path=error.path,
        detail=error.detail,
    )


def reading_findings(notebook: SourceNotebook, observation: Observation | None) -> Iterator[Finding]:
    """What the user should know about the notebook as it was read.

    Args:
        notebook: what was read.
        observation: its run, if there was one.
    """
    for secret in sorted(notebook.secrets, key=lambda secret: (secret.cell, secret.line)):
        yield Finding(
            "secret",
            "error",
            f"The cell holds a secret. The pipeline reads it from the environment variable {secret.name}; take it out of the "
            "notebook, and make a new one if this one was ever shared.",
            secret.cell,
            secret.line,
        )
    for cell in observation.cells if observation is not None and notebook.secrets else ():
        if masked(list(cell.outputs), notebook.secrets) != list(cell.outputs):
            text = "The cell shows a secret, so the executed notebooks of the pipeline hold it, too. Do not show it."
            yield Finding("secret-shown", "error", text, cell.index)
    for install in notebook.installs:
        yield Finding("install-in-notebook", "warning", _said_of(install, observation), install.cell, install.line)
    if not is_written_order(notebook):
        text = "The cells are in the order in which they were last run, since the notebook does not run from top to bottom."
        yield Finding("recorded-order", "warning", text)
    elif is_out_of_order(notebook):
        text = "The cells were last run in another order. The pipeline gives what they give from top to bottom"
        changed = _shows_something_else(notebook, observation) if observation is not None else []
        if changed:
            cells = "cell" if len(changed) == 1 else "cells"
            text += f", which is not what the notebook shows in {cells} {', '.join(map(str, changed[:8]))}"
        yield Finding("run-out-of-order", "warning", f"{text}.", changed[0] if changed else None)


def _said_of(install: Install, observation: Observation | None) -> str:
    said = f"`{install.text}` was not run, and is a comment in the pipeline: no stage installs anything."
    if install.requirements:
        said += " What it asks for is in requirements.txt."
    others = _in_another_version(install, observation.distributions) if observation is not None else []
    if others:
        said += f" The notebook was run with what is there instead: {', '.join(others)}."
    if not install.known:
        said += " Not all that it asks for can be told from the cell: see that it is there wherever the pipeline runs."
    return said


def _in_another_version(install: Install, there: Mapping[str, str]) -> list[str]:
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    versions = {canonicalize_name(name): (name, version) for name, version in there.items()}
    found = []
    for line in install.requirements:
        requirement = Requirement(line)
        name, version = versions.get(canonicalize_name(requirement.name), ("", ""))
        if version and not requirement.specifier.contains(version, prereleases=True):
            found.append(f"{name} {version}")
    return found


def _shows_something_else(notebook: SourceNotebook, observation: Observation) -> list[int]:
    """Cells that show something else now than what is stored in the notebook."""
    return [
        cell.index
        for cell in observation.cells
        if (stored := notebook.cell(cell.index).outputs)
        and compare_outputs(list(stored), list(cell.outputs)).verdict == "differs"
    ]
