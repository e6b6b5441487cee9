"""Paths of the REST interface: posix, relative to the server root, and unable to leave it."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from jupyter_mlops.server.errors import RequestError

#: A folder that holds one of these is taken for a project when there is no git repository around it, as conversions do.
_PROJECT_MARKERS = (
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "requirements.txt",
    "environment.yml",
    "environment.yaml",
    "dvc.yaml",
    "MLproject",
    ".mlops",
    ".dvc",
)


class ServerFiles:
    """The files on local disk that the server's contents manager serves.

    Args:
        root: the server root on disk; None when the server keeps its files elsewhere.
    """

    def __init__(self, root: Path | None) -> None:
        self._root = root.resolve() if root is not None else None

    @classmethod
    def of(cls, contents_manager: Any) -> ServerFiles:
        """The files that a contents manager serves from disk.

        Args:
            contents_manager: the server's; only one that works on files has a root on disk (all have a `root_dir`).

        Returns:
            The files, without a root for databases, object stores and the like.
        """
        from jupyter_server.services.contents.fileio import FileManagerMixin

        if not isinstance(contents_manager, FileManagerMixin):
            return cls(None)
        root: str = contents_manager.root_dir  # type: ignore[attr-defined]
        return cls(Path(root).expanduser())

    @property
    def available(self) -> bool:
        """Whether there are local files at all."""
        return self._root is not None

    @property
    def root(self) -> Path:
        """The server root on disk.

        Raises:
            RequestError: 501 `no-local-files` when the server keeps its files elsewhere.
        """
        if self._root is None:
            raise RequestError(
                501,
                "no-local-files",
                "This server keeps its files somewhere else than on its local disk, so there is no project to read. "
                "Open the project on a server that works on local files.",
            )
        return self._root

    def local(self, path: str) -> Path:
        """The place on disk of a path of the REST interface.

        Args:
            path: posix, relative to the server root; a leading slash is ignored.

        Returns:
            The absolute place, with links resolved. It exists.

        Raises:
            RequestError: 400 `invalid-path`, 403 `outside-root`, 404 `not-found`, 501 `no-local-files`.
        """
        local = self.place(path)
        if not local.exists():
            raise RequestError(
                404, "not-found", f"There is no {path!r} on this server. Refresh the file browser.", path=path
            )
        return local

    def place(self, path: str) -> Path:
        """Like `local`, for something that need not exist yet."""
        root = self.root
        relative = path.strip("/")
        if "\0" in relative or "\\" in relative or PureWindowsPath(relative).drive:
            raise RequestError(
                400, "invalid-path", f"{path!r} is not a path below the server root with / between its parts."
            )
        if ".." in PurePosixPath(relative).parts:
            raise _outside(path)
        try:
            local = (root / relative).resolve()
            local.exists()  # raises for a name that no file can have
        except (OSError, RuntimeError) as error:
            raise RequestError(400, "invalid-path", f"{path!r} cannot be read: {error}", path=path) from error
        if not local.is_relative_to(root):
            raise _outside(path)
        return local

    def served(self, local: Path) -> str | None:
        """The path of the REST interface for a place on disk.

        Args:
            local: an absolute place.

        Returns:
            The posix path relative to the server root ("" for the root itself); None when it is outside.
        """
        try:
            relative = local.resolve().relative_to(self.root)
        except (OSError, RuntimeError, ValueError):
            return None
        return "" if relative == Path() else relative.as_posix()

    def project_of(self, local: Path) -> Path:
        """The project that a file or folder belongs to.

        For a tutorial's notebook the project of its sandbox. Else the git top level; without one the nearest folder upwards
        with a project marker, the home folder apart; else the folder itself. Never above the server root: what is above it is
        not this server's to show.

        Args:
            local: a file or folder below the server root.

        Returns:
            The project's folder.
        """
        from jupyter_mlops.tutorials import project_around

        folder = local if local.is_dir() else local.parent
        sandbox = project_around(folder)
        if sandbox is not None and sandbox.is_relative_to(self.root):
            return sandbox
        inside = [folder, *(parent for parent in folder.parents if parent.is_relative_to(self.root))]
        for candidate in inside:
            if (candidate / ".git").exists():
                return candidate
        for candidate in inside:
            if candidate != Path.home() and any((candidate / marker).exists() for marker in _PROJECT_MARKERS):
                return candidate
        return folder


def _outside(path: str) -> RequestError:
    return RequestError(403, "outside-root", f"{path!r} leads out of the folder that this server serves.", path=path)
