"""What one run of the notebook showed: the dataclasses, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Change:
    """What a cell did to a name.

    Attributes:
        bound: it is bound to another object now.
        changed: its value is another one now; None when that cannot be known.
        kind: "value", "function", "class" or "module".
        type: qualified type name.
        home: the module its class (or itself, for functions and classes) belongs to.
        importable: whether another process can import it by its name, of a function or class.
        fingerprint: of the value; None when it has none.
        reason: why it has none.
        about: description of the value.
        model: facts of a fitted model, see `observe.agent`.
        number: the value itself, of a plain number.
    """

    bound: bool
    changed: bool | None
    kind: str
    type: str
    home: str
    importable: bool = True
    fingerprint: str | None = None
    reason: str | None = None
    about: dict[str, Any] = field(default_factory=dict)
    model: dict[str, Any] | None = None
    number: float | None = None


@dataclass(frozen=True)
class Choice:
    """A hand-over format that was tried on the live value.

    Attributes:
        format: key of the format; None when nothing could carry the value.
        why: the reason, either way.
        bytes: size of the file.
        file: the saved value, for comparisons.
        needs: functions and classes of the notebook that must be defined where it is loaded.
        tables: name → for each column its name, kind, share of missing values, lowest and highest number.
    """

    format: str | None
    why: str
    bytes: int = 0
    file: str | None = None
    needs: tuple[str, ...] = ()
    tables: dict[str, list[tuple[str, str, float, float | None, float | None]]] = field(default_factory=dict)


@dataclass(frozen=True)
class ObservedCell:
    """What one cell did.

    Attributes:
        index: the cell.
        seconds: its run time, without the time that it waited for a processor.
        outputs: as nbformat 4.
        changes: name → what happened to it; names that were looked at and did not change are there too.
        removed: names that are gone.
        reads: project files it read, relative to the root.
        writes: project files it wrote, or deleted.
        deleted: project files that are gone after it.
        outside: data files outside the project that it read, absolute.
        network: addresses it talked to.
        random: generator → state after it.
        cwd: working directory after it, relative to the root.
        environment: variables it set.
        path: entries it put on `sys.path`.
        plotting: matplotlib settings it changed.
        shared: groups of live names that share mutable objects after it.
        states: generator → file with its state, where stages may be cut after it.
        choices: comma-joined names → format tried, where stages may be cut after it.
        modules: modules of the project that it was the first to load → those of them that each refers to.
        modules_changed: modules of the project, loaded before it, that hold something else after it.
        imported: how many modules, of whatever package, were loaded while it ran.
    """

    index: int
    seconds: float
    outputs: tuple[dict[str, Any], ...]
    changes: dict[str, Change]
    removed: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    network: tuple[str, ...] = ()
    random: dict[str, str] = field(default_factory=dict)
    cwd: str = "."
    environment: dict[str, str] = field(default_factory=dict)
    path: tuple[str, ...] = ()
    plotting: tuple[str, ...] = ()
    shared: tuple[tuple[str, ...], ...] = ()
    states: dict[str, str] = field(default_factory=dict)
    choices: dict[str, Choice] = field(default_factory=dict)
    modules: dict[str, tuple[str, ...]] = field(default_factory=dict)
    modules_changed: tuple[str, ...] = ()
    imported: int = 0


@dataclass(frozen=True)
class Observation:
    """One whole run.

    Attributes:
        cells: in order.
        seconds: of the user's cells in all.
        final_files: files that exist at the end and were written by the notebook.
        distributions: distribution → version, of what the notebook imports.
        python_version: of the kernel, "3.11".
        memory: the most bytes that cells needed; 0 when that is not known.
        workdir: where the notebook started, relative to the root.
    """

    cells: tuple[ObservedCell, ...]
    seconds: float = 0.0
    final_files: frozenset[str] = frozenset()
    distributions: dict[str, str] = field(default_factory=dict)
    python_version: str = ""
    memory: int = 0
    workdir: str = "."

    def before(self, index: int) -> tuple[ObservedCell, ...]:
        """The cells that ran before that one, in order."""
        order = [cell.index for cell in self.cells]
        return self.cells[: order.index(index)] if index in order else ()

    def cell(self, index: int) -> ObservedCell:
        """What that cell did. Raises KeyError when it was not run."""
        for cell in self.cells:
            if cell.index == index:
                return cell
        raise KeyError(index)
