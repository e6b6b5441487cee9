"""Read a notebook file into plain dataclasses, or say exactly what is wrong with it.

Notebooks of format 4 are read with the standard `json` module: importing nbformat alone costs more than planning.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from jupyter_mlops_converters.errors import MlopsError

CellKind = Literal["code", "markdown", "raw"]


@dataclass(frozen=True)
class SourceCell:
    """One cell of the original notebook.

    Attributes:
        index: 0-based position among all cells.
        kind: its type.
        source: its text.
        metadata: as stored.
        outputs: as stored (code cells only), in nbformat 4 form.
        execution_count: as stored.
        attachments: of a markdown cell.
    """

    index: int
    kind: CellKind
    source: str
    metadata: dict[str, Any] = field(default_factory=dict)
    outputs: tuple[dict[str, Any], ...] = ()
    execution_count: int | None = None
    attachments: dict[str, Any] | None = None

    @property
    def tags(self) -> tuple[str, ...]:
        """The cell's tags."""
        tags = self.metadata.get("tags") or ()
        return tuple(str(tag) for tag in tags) if isinstance(tags, list) else ()


@dataclass(frozen=True)
class Secret:
    """A secret that was found in a notebook and is read from the environment instead.

    Attributes:
        name: of the environment variable.
        value: what must not be copied anywhere.
        cell: index of the first cell that holds it.
        line: 1-based line in that cell.
    """

    name: str
    value: str = field(repr=False)
    cell: int
    line: int


@dataclass(frozen=True)
class Install:
    """A line of a cell that installs (or removes) packages, and is not run.

    Attributes:
        cell: index of the cell.
        line: 1-based line in that cell.
        text: the line.
        requirements: what it asks for, as lines of a requirements file.
        known: whether that is all that it asks for.
        surely: whether the line runs whenever the cell does: it is not in a block.
    """

    cell: int
    line: int
    text: str
    requirements: tuple[str, ...]
    known: bool
    surely: bool


@dataclass(frozen=True)
class SourceNotebook:
    """The original notebook.

    Attributes:
        path: absolute path of the file.
        sha256: of its bytes.
        cells: all cells, in the order in which they run.
        kernel_name: the kernel it asks for, if any.
        metadata: the notebook's own metadata.
        secrets: what its text reads from the environment now, see `source.secrets`.
        installs: what was taken out of its text, see `source.installs`.
    """

    path: Path
    sha256: str
    cells: tuple[SourceCell, ...]
    kernel_name: str | None
    metadata: dict[str, Any]
    secrets: tuple[Secret, ...] = ()
    installs: tuple[Install, ...] = ()

    @property
    def code_cells(self) -> tuple[SourceCell, ...]:
        """The code cells that hold any text."""
        return tuple(cell for cell in self.cells if cell.kind == "code" and cell.source.strip())

    def cell(self, index: int) -> SourceCell:
        """The cell with that index. Raises StopIteration when there is none."""
        return next(cell for cell in self.cells if cell.index == index)


def read_notebook(path: Path | str) -> SourceNotebook:
    """Read a notebook.

    Args:
        path: a `.ipynb` file.

    Returns:
        The notebook, upgraded to format 4 where it was older.

    Raises:
        MlopsError: ``notebook-not-found``, ``invalid-notebook`` or ``not-python``, saying what to do.
    """
    file = Path(path)
    shown = str(path)
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        raise MlopsError("notebook-not-found", "There is no such file. Check the path.", path=shown) from None
    except IsADirectoryError:
        raise MlopsError(
            "notebook-not-found", "This is a folder. Name one notebook (.ipynb) in it.", path=shown
        ) from None
    except OSError as error:
        raise MlopsError("notebook-not-found", f"The file cannot be read: {error.strerror}.", path=shown) from None
    document = _upgraded(_parsed(content, shown), shown)
    metadata = document.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    _refuse_other_languages(metadata, shown)
    cells = tuple(_cell(index, raw, shown) for index, raw in enumerate(document["cells"]))
    kernelspec = metadata.get("kernelspec")
    kernel_name = kernelspec.get("name") if isinstance(kernelspec, dict) else None
    return SourceNotebook(
        path=file.resolve(),
        sha256=hashlib.sha256(content).hexdigest(),
        cells=cells,
        kernel_name=kernel_name if isinstance(kernel_name, str) else None,
        metadata=metadata,
    )


def _parsed(content: bytes, shown: str) -> dict[str, Any]:
    if not content.strip():
        raise MlopsError("invalid-notebook", "The file is empty. Save the notebook again from Jupyter.", path=shown)
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise MlopsError(
            "invalid-notebook", "The file is not text in UTF-8, so it is no notebook (or it is encrypted).", path=shown
        ) from None
    except json.JSONDecodeError as error:
        hint = "It seems to be cut off: restore" if error.pos >= len(error.doc.rstrip()) - 1 else "Restore"
        raise MlopsError(
            "invalid-notebook",
            f"The file is not valid JSON ({error.msg}, column {error.colno}). {hint} it from a copy, or open and save it in Jupyter.",
            path=shown,
            line=error.lineno,
        ) from None
    except RecursionError:
        raise MlopsError("invalid-notebook", "The file is nested too deeply to be a notebook.", path=shown) from None
    if not isinstance(document, dict) or "nbformat" not in document:
        raise MlopsError("invalid-notebook", "This is JSON, but not a notebook: it has no `nbformat`.", path=shown)
    return document


def _upgraded(document: dict[str, Any], shown: str) -> dict[str, Any]:
    version = document["nbformat"]
    if not isinstance(version, int) or version > 4 or version < 1:
        raise MlopsError(
            "invalid-notebook",
            f"Notebook format {version!r} is unknown here. Save it as format 4 in Jupyter.",
            path=shown,
        )
    if version < 4:
        import nbformat

        try:
            # The reader of the old format joins texts that are lists of lines, which the upgrade expects.
            old = nbformat.reader.reads(json.dumps(document))
            document = json.loads(nbformat.writes(nbformat.convert(old, 4)))
        except Exception as error:
            raise MlopsError(
                "invalid-notebook",
                f"Notebook format {version} could not be upgraded ({error}). Open and save it in Jupyter.",
                path=shown,
            ) from error
    if not isinstance(document.get("cells"), list):
        raise MlopsError("invalid-notebook", "The notebook has no list of cells.", path=shown)
    return document


def _refuse_other_languages(metadata: dict[str, Any], shown: str) -> None:
    info = metadata.get("language_info")
    spec = metadata.get("kernelspec")
    language = (info.get("name") if isinstance(info, dict) else None) or (
        spec.get("language") if isinstance(spec, dict) else None
    )
    if isinstance(language, str) and language.lower() not in {"python", "ipython", "python3", "python2"}:
        raise MlopsError(
            "not-python", f"The notebook is written in {language}; only Python notebooks can be converted.", path=shown
        )


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return "".join(value)
    return None


def _cell(index: int, raw: Any, shown: str) -> SourceCell:
    if not isinstance(raw, dict) or raw.get("cell_type") not in {"code", "markdown", "raw", "heading"}:
        raise MlopsError("invalid-notebook", "This cell is not valid: it has no known type.", path=shown, cell=index)
    source = _text(raw.get("source", ""))
    if source is None:
        raise MlopsError("invalid-notebook", "This cell is not valid: its source is not text.", path=shown, cell=index)
    metadata = raw.get("metadata")
    outputs = raw.get("outputs")
    count = raw.get("execution_count")
    attachments = raw.get("attachments")
    return SourceCell(
        index=index,
        kind="markdown" if raw["cell_type"] == "heading" else raw["cell_type"],
        source=source,
        metadata=metadata if isinstance(metadata, dict) else {},
        outputs=tuple(output for output in outputs if isinstance(output, dict)) if isinstance(outputs, list) else (),
        execution_count=count if isinstance(count, int) else None,
        attachments=attachments if isinstance(attachments, dict) and attachments else None,
    )
