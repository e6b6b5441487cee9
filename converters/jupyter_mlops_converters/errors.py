"""The one error family of the product.

Every failure a user can meet is an `MlopsError`: a stable `code`, a message that says what to do next, the place, and
the exit status that the command line gives back. `jupyter_mlops.errors` re-exports it.
"""

from __future__ import annotations

from typing import Any


class MlopsError(Exception):
    """A failure that is explained to the user instead of shown as a traceback.

    Args:
        code: stable kebab-case identifier, documented in `docs/errors.md`, e.g. ``"invalid-notebook"``.
        message: what is wrong and what to do next, in one or two sentences.
        cell: 0-based index among all cells of the notebook, where the failure is about a cell.
        line: 1-based line in the cell (or in the file at `path`).
        path: the file it is about, as the user would write it.
        exit_status: 1 the answer is "no", 2 the request or the input is wrong, 3 the environment lacks something.
        detail: longer text shown below the message (a traceback of the user's own code, for one).
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        cell: int | None = None,
        line: int | None = None,
        path: str | None = None,
        exit_status: int = 2,
        detail: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.cell = cell
        self.line = line
        self.path = path
        self.exit_status = exit_status
        self.detail = detail

    def __reduce__(self) -> tuple[Any, ...]:
        """How it comes through a pipe from another process: as it is."""
        return _restored, (type(self), self.__dict__)

    def as_dict(self) -> dict[str, Any]:
        """The error as the JSON object that commands and the server answer with."""
        return {
            "code": self.code,
            "message": self.message,
            "cell": self.cell,
            "line": self.line,
            "path": self.path,
            "exit_status": self.exit_status,
            "detail": self.detail,
        }


def _restored(kind: type[MlopsError], state: dict[str, Any]) -> MlopsError:
    error = kind.__new__(kind, state["message"])
    error.__dict__.update(state)
    return error


class MissingDependencyError(MlopsError):
    """A package or an executable that the request needs is not installed; names the command that installs it."""

    def __init__(self, what: str, install: str, why: str) -> None:
        super().__init__("missing-dependency", f"{why} needs {what}. Install it with: {install}", exit_status=3)
