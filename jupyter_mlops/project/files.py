"""The files of a project or a part of it, found by their names without asking each."""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Iterator
from fnmatch import fnmatchcase
from functools import cached_property, lru_cache
from itertools import islice, takewhile
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")

MAX_FILES = 100_000
_WILD = re.compile(r"[*?\[]")


class File(NamedTuple):
    """A file that was found.

    Attributes:
        path: posix, relative to the project's base.
        tracked: it is in the commit that is checked out. False in a folder without git.
        special: "link", "special" (FIFO, socket, device) or "missing" (tracked but deleted); None for a plain file.
        base: the project's base.
    """

    path: str
    tracked: bool
    special: str | None = None
    base: str = "."

    @property
    def size(self) -> int:
        """Bytes, as the file is now; 0 where it cannot be told. Asks the file system: of few files among many, please."""
        if self.special is not None:
            return 0
        try:
            return os.lstat(f"{self.base}/{self.path}").st_size
        except (OSError, ValueError):
            return 0

    @property
    def name(self) -> str:
        """The last part of the path."""
        return _name(self.path)

    @property
    def folder(self) -> str:
        """The folder it is in; "." for the base."""
        return self.path.rpartition("/")[0] or "."

    @property
    def suffix(self) -> str:
        """The extension in lower case with its dot; "" without one."""
        return _suffix(self.path)


# Probes ask every file again and again.
@lru_cache(maxsize=2 * MAX_FILES)
def _name(path: str) -> str:
    return path.rpartition("/")[2]


@lru_cache(maxsize=2 * MAX_FILES)
def _suffix(path: str) -> str:
    stem, dot, extension = path.rpartition("/")[2].rpartition(".")
    return f".{extension.lower()}" if dot and stem else ""


class Files(tuple[File, ...]):  # noqa: SLOT001 - a tuple that keeps things
    """Files in a fixed order.

    While a server runs, the same object stands for the same files as long as none comes, goes or becomes another kind:
    what is worked out from their names alone is kept with them. Where a few come and go, their lists go on from before.
    """

    _earlier: _Earlier | None = None

    @cached_property
    def _kept(self) -> dict[Hashable, Any]:
        return {}

    @cached_property
    def _lists(self) -> dict[Hashable, list[File]]:
        return {}

    def once(self, key: Hashable, compute: Callable[[], T]) -> T:
        """A value worked out once for these files. It may depend on their names, kinds and commits, not on content."""
        if key not in self._kept:
            self._kept[key] = compute()
        value: T = self._kept[key]
        return value

    def which(
        self, key: Hashable, test: Callable[[File], bool], among: Callable[[], Iterable[File]] | None = None
    ) -> list[File]:
        """The files for which something holds, in order; asked of each file once, also when others come and go.

        Args:
            key: names the question.
            test: whether it holds for a file. It may depend on its name, kind and commit, not on content or other files.
            among: gives the only files that it can hold for, in order; all if not given.
        """
        if key not in self._lists:
            earlier = self._earlier.lists.get(key) if self._earlier is not None else None
            if self._earlier is None or earlier is None:
                found = [file for file in (self if among is None else among()) if test(file)]
            else:
                found = self._earlier.go_on(earlier, test)
            self._lists[key] = found
        return list(self._lists[key])

    def after(self, gone: Iterable[File], came: Iterable[File]) -> Files:
        """These files, which must be in the order of their paths, when some of them went and others came.

        Args:
            gone: those that are no longer there, or no longer of that kind.
            came: those that are there now, or are of another kind now.
        """
        earlier = _Earlier(self._lists, tuple(gone), tuple(came))
        files = Files(earlier.go_on(list(self), lambda _file: True))
        files._earlier = earlier
        return files

    def followed_by(self, others: Files) -> Files:
        """These files and then others."""
        if not others:
            return self
        # The others are kept with the answer, so that their number stays theirs.
        return self.once(("followed by", id(others)), lambda: (Files((*self, *others)), others))[0]

    @cached_property
    def missing(self) -> list[File]:
        """Files that git tracks and that were deleted, in order."""
        return self.which("missing", lambda file: file.special == "missing")

    @cached_property
    def by_path(self) -> dict[str, File]:
        """The files by path."""
        return {file.path: file for file in self}

    def suffixed(self, *suffixes: str) -> list[File]:
        """The plain files that have one of these extensions (lower case, with their dots), in order."""
        return self.which(
            ("suffixed", suffixes),
            lambda file: file.special is None and file.suffix in suffixes,
            lambda: self._at(at for suffix in suffixes for at in self._by_suffix.get(suffix, ())),
        )

    def inside(self, folder: str) -> list[File]:
        """The plain files right in a folder, in order."""
        return self.which(
            ("inside", folder),
            lambda file: file.special is None and file.folder == folder,
            lambda: self._at(self._by_folder.get(folder, ())),
        )

    def named(self, *patterns: str) -> list[File]:
        """The plain files whose name matches one of the patterns (`*` and `?`), case aside, in order."""
        lower = [pattern.lower() for pattern in patterns]
        return self.which(
            ("named", patterns),
            lambda file: file.special is None and any(_matches(file.name.lower(), pattern) for pattern in lower),
            lambda: self._at(at for pattern in lower for at in self._may_match(pattern)),
        )

    def _at(self, places: Iterable[int]) -> list[File]:
        return [self[at] for at in sorted(set(places))]

    def _may_match(self, pattern: str) -> Iterator[int]:
        """Positions of the plain files that a pattern may match, found by what it starts or ends with."""
        fixed = _WILD.split(pattern, maxsplit=1)[0]
        ending = "." + pattern.rpartition(".")[2]
        if not fixed and not _WILD.search(ending):
            return iter(self._by_ending.get(ending, []))
        start = bisect_left(self._by_name, (fixed, -1))
        return (
            at for _name, at in takewhile(lambda item: item[0].startswith(fixed), islice(self._by_name, start, None))
        )

    @cached_property
    def _by_name(self) -> list[tuple[str, int]]:
        return sorted((file.name.lower(), at) for at, file in enumerate(self) if file.special is None)

    @cached_property
    def _by_ending(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for name, at in self._by_name:
            if "." in name:
                found.setdefault("." + name.rpartition(".")[2], []).append(at)
        return found

    @cached_property
    def _by_suffix(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for at, file in enumerate(self):
            if file.special is None:
                found.setdefault(file.suffix, []).append(at)
        return found

    @cached_property
    def _by_folder(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for at, file in enumerate(self):
            if file.special is None:
                found.setdefault(file.folder, []).append(at)
        return found


class _Earlier(NamedTuple):
    """What was known of the files before, and what has changed.

    Attributes:
        lists: key → those that a test held for.
        gone: files that were there.
        came: files that were not.
    """

    lists: dict[Hashable, list[File]]
    gone: tuple[File, ...]
    came: tuple[File, ...]

    def go_on(self, found: list[File], test: Callable[[File], bool]) -> list[File]:
        """A list of before as it is now."""
        new = [file for file in self.came if test(file)]
        old = {file.path for file in self.gone if test(file)}
        if old:
            found = [file for file in found if file.path not in old]
        return sorted((*found, *new), key=lambda file: file.path) if new else found


def _matches(name: str, pattern: str) -> bool:
    return name == pattern or fnmatchcase(name, pattern)
