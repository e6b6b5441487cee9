"""The project that is assessed: its files, and one cached parser a kind."""

from __future__ import annotations

import codecs
import json
import os
import posixpath
import stat
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from jupyter_mlops.errors import MlopsError
from jupyter_mlops.project.dockerfile import Dockerfile, read_dockerfile
from jupyter_mlops.project.files import File
from jupyter_mlops.project.git import Git, find_repository
from jupyter_mlops.project.makefile import Target, read_makefile
from jupyter_mlops.project.notebook import CLEAN, Notebook, clean_copy_of, copy_of, read_notebook
from jupyter_mlops.project.python_source import PythonSource
from jupyter_mlops.project.requirements import RequirementsFile, read_requirements
from jupyter_mlops.project.stamp import Stamp, is_settled, stamp_of
from jupyter_mlops.project.toml_reader import read_toml
from jupyter_mlops.project.walk import Walk, walk_folder, walk_repository
from jupyter_mlops.project.watch import Watch
from jupyter_mlops.project.yaml_reader import DocumentError, read_yaml

T = TypeVar("T")

#: Larger files are named, not read. Notebooks carry their outputs, so they may be larger.
MAX_BYTES = 5_000_000
MAX_NOTEBOOK_BYTES = 60_000_000


class Note(NamedTuple):
    """Something the reader of an answer should know about what could not be read.

    Attributes:
        path: relative to the base.
        message: one sentence.
        line: 1-based, None when it is about the whole file.
    """

    path: str
    message: str
    line: int | None = None


@dataclass
class Project:
    """What is in the project.

    All paths are posix and relative to `base`.

    Attributes:
        base: the git top level, or the assessed folder outside of git.
        folder: the assessed folder, relative to the base.
        git: the repository, None outside of one.
        walk: the files found below `folder`.
        overrides: text that stands in for the content of files: what an editor holds and has not saved.
        watch: who looks at a file, where somebody wants to know.
    """

    base: Path
    folder: str
    git: Git | None
    walk: Walk
    overrides: dict[str, str] = field(default_factory=dict)
    watch: Watch | None = None
    _cache: dict[tuple[str, str], Any] = field(default_factory=dict, repr=False)
    _notes: dict[tuple[str, str], Note] = field(default_factory=dict, repr=False)
    _noted: dict[str, list[Note]] = field(default_factory=dict, repr=False)
    _kinds: dict[str, str | None] = field(default_factory=dict, repr=False)
    _folders: dict[str, bool] = field(default_factory=dict, repr=False)
    _stamps: dict[str, Stamp | None] = field(default_factory=dict, repr=False)

    @property
    def unwatched(self) -> Project:
        """The same for what everybody shares: looking through all code is not an interest in one file."""
        return self if self.watch is None else replace(self, watch=None)

    @cached_property
    def by_path(self) -> dict[str, File]:
        """Files by path, those above the assessed folder included."""
        below = self.walk.files.by_path
        return {file.path: file for file in self.above} | below if self.above else below

    @cached_property
    def above(self) -> tuple[File, ...]:
        """Files of the repository outside of the assessed folder that may cover it: those of its own and hidden folders."""
        if self.git is None or self.folder == ".":
            return ()
        parents = {"."} | {"/".join(self.folder.split("/")[:depth]) for depth in range(1, self.folder.count("/") + 1)}
        found = []
        for path in sorted(self.git.index):
            head = path.rpartition("/")[0] or "."
            if not path.startswith(f"{self.folder}/") and (head in parents or _is_tooling(path, parents)):
                status = _lstat(self.base / path)
                if status is not None and stat.S_ISREG(status.st_mode):
                    found.append(File(path, path in self.git.committed, None, str(self.base)))
        return tuple(found)

    @cached_property
    def replaced(self) -> frozenset[str]:
        """Notebooks that a clean copy beside them, which says so, stands for: they are kept, and not what is worked with."""
        notebooks = self.walk.files.suffixed(".ipynb")
        copies = {file.path for file in notebooks if file.name.endswith(f"{CLEAN}.ipynb")}
        return frozenset(
            file.path
            for file in notebooks
            if (copy := copy_of(file.path)) in copies and clean_copy_of(self.json(copy)) == file.name
        )

    @property
    def unread(self) -> frozenset[str]:
        """Files that could not be read, so far."""
        return frozenset(path for path, _message in self._notes if path in self.by_path)

    @property
    def notes(self) -> tuple[Note, ...]:
        """What could not be read, so far, by path."""
        return tuple(note for _key, note in sorted(self._notes.items()))

    def note(self, path: str, message: str, line: int | None = None) -> None:
        """Records that something could not be read."""
        if (path, message) not in self._notes:
            self._notes[path, message] = Note(path, message, line)
            self._noted.setdefault(path, []).append(self._notes[path, message])

    def exists(self, path: str) -> bool:
        """Whether there is a file or folder of that path inside the project, ignored ones included."""
        return self.kind(path) is not None

    def kind(self, path: str) -> str | None:
        """What is at `path` inside the project: "file", "folder", or None (nothing, a link that leaves, a FIFO …)."""
        if path not in self._kinds:
            self._kinds[path] = self._kind(posixpath.normpath(path))
        return self._kinds[path]

    def _kind(self, path: str) -> str | None:
        if path in self.overrides:
            return "file"
        if not self._inside(path):
            return None
        try:
            mode = (self.base / path).lstat().st_mode
            if stat.S_ISLNK(mode):
                if not self._inside(_target(self.base, path)):
                    return None
                mode = (self.base / path).stat().st_mode
        except (OSError, ValueError):
            return None
        return "file" if stat.S_ISREG(mode) else "folder" if stat.S_ISDIR(mode) else None

    def _inside(self, path: str) -> bool:
        """Whether the folder that holds `path` is really below the base: no link leads out."""
        if path.startswith(("/", "../")) or path == ".." or "\0" in path:
            return False
        folder = posixpath.dirname(path)
        if folder not in self._folders:
            real = os.path.realpath(self.base / folder)
            top = os.path.realpath(self.base)
            self._folders[folder] = real == top or real.startswith(top.rstrip(os.sep) + os.sep)
        return self._folders[folder]

    def read(self, path: str, limit: int = MAX_BYTES) -> bytes | None:
        """The bytes of a file; None, with a note, where it cannot or should not be read."""
        if self.watch is not None:
            self.watch.saw(path)
        if path in self.overrides:
            return self.overrides[path].encode("utf-8", "surrogatepass")
        if self.kind(path) != "file":
            return None
        try:
            descriptor = os.open(
                self.base / path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
            )
            with os.fdopen(descriptor, "rb") as stream:
                status = os.fstat(stream.fileno())
                if not stat.S_ISREG(status.st_mode):
                    return None
                if status.st_size > limit:
                    self.note(path, f"not read: larger than {limit // 1_000_000} MB")
                    return None
                return stream.read(limit + 1)
        except OSError:
            self.note(path, "cannot be read: permission denied")
            return None

    def text(self, path: str, limit: int = MAX_BYTES) -> str | None:
        """The text of a file; None for one that cannot be read or holds no text."""
        return self._cached("text", path, lambda: self._decode(path, limit))

    def _decode(self, path: str, limit: int) -> str | None:
        data = self.read(path, limit)
        if data is None:
            return None
        try:
            # What PowerShell writes with `>`: `pip freeze > requirements.txt` makes such files.
            if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                return data.decode("utf-16")
            if b"\0" in data[:8192]:
                raise DocumentError("binary, where text was expected")
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise DocumentError("not valid UTF-8") from None

    def yaml(self, path: str) -> list[Any]:
        """The documents of a YAML file; none where it does not parse."""
        return self._cached("yaml", path, lambda: read_yaml(self.text(path) or "")) or []

    def toml(self, path: str) -> dict[str, Any]:
        """A TOML file; empty where it does not parse."""
        return self._cached("toml", path, lambda: read_toml(self.text(path) or "")) or {}

    def json(self, path: str) -> Any:
        """A JSON file; None where it does not parse."""
        return self._cached("json", path, lambda: _read_json(self.text(path, 20_000_000) or ""))

    def python(self, path: str) -> PythonSource | None:
        """A Python file, or the code of a notebook; None where it does not parse."""
        if path.endswith(".ipynb"):
            return self._cached("python", path, lambda: self._notebook_code(path))
        return self._cached("python", path, lambda: PythonSource(self.text(path) or ""))

    def _notebook_code(self, path: str) -> PythonSource | None:
        notebook = self.notebook(path)
        if notebook is None or notebook.language != "python":
            return None
        return PythonSource(notebook.tree, handed_over=any("parameters" in cell.tags for cell in notebook.cells))

    def notebook(self, path: str) -> Notebook | None:
        """A notebook; None where it does not parse."""
        return self._cached("notebook", path, lambda: read_notebook(path, self.text(path, MAX_NOTEBOOK_BYTES) or ""))

    def makefile(self, path: str) -> dict[str, Target]:
        """The targets of a Makefile."""
        return self._cached("makefile", path, lambda: read_makefile(self.text(path) or "")) or {}

    def dockerfile(self, path: str) -> Dockerfile:
        """A Dockerfile; without instructions where it cannot be read."""
        found = self._cached("dockerfile", path, lambda: read_dockerfile(self.text(path) or ""))
        return found or Dockerfile(())

    def requirements(self, path: str) -> RequirementsFile:
        """A requirements file; empty where it cannot be read."""
        found = self._cached("requirements", path, lambda: read_requirements(self.text(path) or ""))
        return found or RequirementsFile((), (), (), "")

    def line(self, path: str, line: int | None, cell: int | None = None) -> str:
        """The text of a line; "" where there is none."""
        if line is None:
            return ""
        if cell is not None:
            notebook = self.notebook(path)
            source = notebook.cells[cell].source if notebook is not None and cell < len(notebook.cells) else ""
        else:
            source = self.text(path) or ""
        lines = source.split("\n")
        return lines[line - 1].strip() if 0 < line <= len(lines) else ""

    def _cached(self, kind: str, path: str, parse: Callable[[], T | None]) -> T | None:
        if self.watch is not None:
            self.watch.saw(path)
        key = (kind, path)
        if key not in self._cache:
            stamp = self._stamp(path)
            shared = _PARSED.get((kind, self._place, path))
            if stamp is not None and shared is not None and shared.stamp == stamp:
                outcome = shared
            else:
                outcome = self._outcome(path, stamp, parse)
                if stamp is not None and is_settled(stamp):
                    _remember((kind, self._place, path), outcome)
            for message, line in outcome.errors:
                self.note(path, message, line)
            self._cache[key] = outcome.value
        value: T | None = self._cache[key]
        return value

    @cached_property
    def _place(self) -> str:
        return str(self.base)

    def _stamp(self, path: str) -> Stamp | None:
        """The state of a file when this project first asked for it: it may change between two parses."""
        if path in self.overrides:
            return None
        if path not in self._stamps:
            self._stamps[path] = stamp_of(f"{self._place}/{path}")
        return self._stamps[path]

    def _outcome(self, path: str, stamp: Stamp | None, parse: Callable[[], object]) -> _Outcome:
        """What parsing gives, with all that was noted about the file: what is parsed from its text has the text's notes."""
        value = None
        try:
            value = parse()
        except DocumentError as error:
            self.note(path, error.message, error.line)
        return _Outcome(stamp, value, tuple((note.message, note.line) for note in self._noted.get(path, ())))


class _Outcome(NamedTuple):
    """What parsing a file gave: a value, or errors; and the state that the file was in."""

    stamp: Stamp | None
    value: Any
    errors: tuple[tuple[str, int | None], ...] = ()


#: What was parsed in this process, for files that have not changed since: a server assesses again and again.
_PARSED: OrderedDict[tuple[str, str, str], _Outcome] = OrderedDict()
_MOST_PARSED = 5_000


def _remember(key: tuple[str, str, str], outcome: _Outcome) -> None:
    _PARSED[key] = outcome
    _PARSED.move_to_end(key)
    while len(_PARSED) > _MOST_PARSED:
        _PARSED.popitem(last=False)


def open_project(path: str | Path, *, overrides: dict[str, str] | None = None) -> Project:
    """The project at `path`.

    Args:
        path: a folder, or a file in it.
        overrides: absolute path → text that stands in for a file's content.

    Raises:
        MlopsError: ``path-not-found`` when nothing is there.
    """
    given = Path(path)
    try:
        found = given if given.is_dir() else given.parent if given.exists() else None
    except (OSError, ValueError):
        found = None
    if found is None:
        raise MlopsError(
            "path-not-found", f"There is no file or folder {str(path)!r}. Name an existing project.", path=str(path)
        )
    folder = found.resolve()
    git = find_repository(folder)
    if git is not None and not git.has_index:
        git = None
    base = git.top.resolve() if git else folder
    relative = folder.relative_to(base).as_posix() if git else "."
    walk = walk_repository(git, relative) if git else walk_folder(base)
    held = {_relative(base, name): text for name, text in (overrides or {}).items()}
    project = Project(base, relative, git, walk, {name: text for name, text in held.items() if name is not None})
    if git is None and os.path.lexists(folder / ".git"):
        project.note(".git", "git cannot read this repository; the folder is assessed as one without git")
    elif git is None and all((folder / name).is_dir() for name in ("objects", "refs")) and (folder / "HEAD").is_file():
        project.note(".", "a bare repository; clone it to have its files assessed")
    elif git is not None and git.lost_commit:
        project.note(".", "git cannot read the commit that is checked out; `git fsck` says what is broken")
    return project


def suffixes(files: Iterable[File], *wanted: str) -> list[File]:
    """The files that have one of these extensions."""
    return [file for file in files if file.suffix in wanted]


def _read_json(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise DocumentError(f"not valid JSON: {error.msg}", error.lineno) from None
    except (RecursionError, ValueError):
        raise DocumentError("nested too deeply, or numbers too long, to be read as JSON") from None


def _is_tooling(path: str, parents: set[str]) -> bool:
    """Files in a hidden folder beside or above the assessed folder, such as `.github/workflows/ci.yml`."""
    parts = path.split("/")
    for depth, part in enumerate(parts[:-1]):
        if part.startswith(".") and ("/".join(parts[:depth]) or ".") in parents:
            return True
    return False


def _lstat(path: Path) -> os.stat_result | None:
    try:
        return os.lstat(path)
    except OSError:
        return None


def _target(base: Path, path: str) -> str:
    real = os.path.realpath(base / path)
    return os.path.relpath(real, os.path.realpath(base)).replace(os.sep, "/")


def _relative(base: Path, name: str) -> str | None:
    try:
        return Path(name).resolve().relative_to(base).as_posix()
    except ValueError:
        return None
