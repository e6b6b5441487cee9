"""Git facts, asked of the git executable.

Nothing here can change the repository or run what the repository configures: no optional locks, no hooks, no file
system monitor, no pager, no lazy fetching. The user's and the machine's own configuration is left out, so that the
same tree gives the same answer everywhere.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from jupyter_mlops.project.git_state import blocks, door_blocks, state_of

T = TypeVar("T")

_SAFE = (
    "--no-pager",
    *("-c", "safe.directory=*"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.excludesFile=/dev/null"),
    *("-c", "core.attributesFile=/dev/null"),
    *("-c", "core.quotePath=false"),
    *("-c", "log.showSignature=false"),
    *("-c", "log.mailmap=false"),
)
_TIMEOUT_S = 60.0
_GITLINK = "160000"


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {
        "LC_ALL": "C",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }


class Blob(NamedTuple):
    """A file in a commit or in the index. `size` is in bytes, None where it was not asked for."""

    oid: str
    mode: str
    size: int | None = None


@dataclass(frozen=True)
class Git:
    """One repository, as it is: another commit, index or configuration is another one of these.

    Attributes:
        top: its top folder.
        head: the commit that is checked out; None in a repository without commits.
    """

    top: Path
    head: str | None

    @cached_property
    def _kept(self) -> dict[Hashable, Any]:
        return {}

    def once(self, key: Hashable, compute: Callable[[], T]) -> T:
        """A value worked out once for this state of the repository: it may depend on the commit and the index, on nothing else."""
        if key not in self._kept:
            self._kept[key] = compute()
        value: T = self._kept[key]
        return value

    def run(self, *arguments: str) -> bytes | None:
        """What a git command prints; None when it fails."""
        return _run(self.top, *arguments)

    @cached_property
    def index(self) -> dict[str, Blob]:
        """Paths in the index → their blob, links to other repositories left out."""
        return {path: blob for path, blob in self._staged.items() if blob.mode != _GITLINK}

    @cached_property
    def submodules(self) -> tuple[str, ...]:
        """Paths that are repositories of their own."""
        return tuple(sorted(path for path, blob in self._staged.items() if blob.mode == _GITLINK))

    @cached_property
    def _staged(self) -> dict[str, Blob]:
        return _read_index(self._listing or b"")

    @cached_property
    def _listing(self) -> bytes | None:
        return self.run("ls-files", "-z", "--stage")

    @property
    def has_index(self) -> bool:
        """Whether git can say what is tracked; else nothing can be told from this repository."""
        return self._listing is not None

    @property
    def lost_commit(self) -> bool:
        """Whether objects of the commit that is checked out are not there or broken."""
        try:
            return self.head is not None and _read_commit(self.top, self.head) is None
        except LookupError:
            return True

    @cached_property
    def committed(self) -> dict[str, Blob]:
        """Paths in the commit that is checked out → their blob, with sizes."""
        try:
            return _read_commit(self.top, self.head) if self.head is not None else {}
        except LookupError:
            return {}

    def untracked(self, under: str, excluded: tuple[str, ...]) -> list[str]:
        """Files that git neither tracks nor ignores.

        Args:
            under: folder to list, relative to the top; "." for all.
            excluded: folder names to leave out whatever git thinks of them.
        """
        patterns = [f"--exclude={name}/" for name in excluded]
        standard = () if self._waits_at_ignored else ("--exclude-standard",)
        listing = self.run("ls-files", "-z", "--others", *standard, *patterns, "--", under) or b""
        return [os.fsdecode(path) for path in listing.split(b"\0") if path]

    def ignores(self, path: str) -> bool:
        """Whether git ignores this path (tracked files are never ignored)."""
        return not self._waits_at_ignored and self.run("check-ignore", "--quiet", "--", path) is not None

    @property
    def _waits_at_ignored(self) -> bool:
        """Whether what says what is ignored is a pipe somewhere, at which git would wait for ever."""
        folders = self.once(
            "folders", lambda: {"", *(f"{path.rpartition('/')[0]}/" for path in self.index if "/" in path)}
        )
        return blocks(f"{self.top}/{folder}.gitignore" for folder in folders)

    @cached_property
    def commits(self) -> int:
        """How many commits there are, counted up to two. A shallow clone knows its last commit's parent."""
        if self.head is None:
            return 0
        body = self.run("cat-file", "-p", "HEAD") or b""
        return 2 if any(line.startswith(b"parent ") for line in body.split(b"\n\n", 1)[0].splitlines()) else 1

    def last_change(self, path: str) -> int | None:
        """Seconds since the epoch of the last commit that touched `path`; None when none did."""
        if self.head is None:
            return None
        if path not in self._last_changes:
            stamp = (self.run("log", "-1", "--format=%ct", "--", path) or b"").strip()
            self._last_changes[path] = int(stamp) if stamp.isdigit() else None
        return self._last_changes[path]

    @cached_property
    def _last_changes(self) -> dict[str, int | None]:
        return {}

    @cached_property
    def has_merges(self) -> bool:
        """Whether there is a merge in the history of the commit that is checked out."""
        return bool((self.run("rev-list", "--merges", "-n", "1", "HEAD") or b"").strip())

    @cached_property
    def has_remote(self) -> bool:
        """Whether a remote is configured."""
        return bool((self.run("remote") or b"").strip())

    def content(self, oids: list[str]) -> dict[str, bytes]:
        """The content of blobs, in one call.

        Args:
            oids: object names, as in `committed`.
        """
        if not oids:
            return {}
        listing = _run(self.top, "cat-file", "--batch", stdin="".join(f"{oid}\n" for oid in oids).encode("ascii"))
        found: dict[str, bytes] = {}
        rest = listing or b""
        for oid in oids:
            header, _, rest = rest.partition(b"\n")
            parts = header.split(b" ")
            if len(parts) != 3:  # "… missing": a partial clone
                continue
            size = int(parts[2])
            found[oid], rest = rest[:size], rest[size + 1 :]
        return found


# A server assesses the same project again and again: a commit never changes, and the same listing has the same files.
@lru_cache(maxsize=4)
def _read_commit(top: Path, commit: str) -> dict[str, Blob]:
    listing = _run(top, "ls-tree", "-r", "-l", "-z", commit)
    if listing is None:
        raise LookupError(commit)  # it is not remembered that git gave no answer
    found: dict[str, Blob] = {}
    for record in os.fsdecode(listing).split("\0"):
        meta, _, path = record.partition("\t")
        if path:
            mode, kind, oid, size = meta.split()
            if kind == "blob":
                found[path] = Blob(oid, mode, int(size) if size.isdigit() else None)
    return found


@lru_cache(maxsize=4)
def _read_index(listing: bytes) -> dict[str, Blob]:
    found = {}
    for record in os.fsdecode(listing).split("\0"):
        meta, _, path = record.partition("\t")
        if path:
            mode, oid, _stage = meta.split(" ")
            found[path] = Blob(oid, mode)
    return found


def find_repository(folder: Path) -> Git | None:
    """The repository that `folder` is part of.

    Args:
        folder: an existing folder.

    Returns:
        None outside of any repository, where git is not installed, and in a folder that the repository ignores
        (it then has no history there).
    """
    resolved = folder.resolve()
    if door_blocks(resolved):
        return None
    state = state_of(resolved)  # first: what changes while git is asked shows next time
    kept = _KEPT.get(resolved)
    if kept is not None and state is not None and kept[0] == state:
        repository = kept[1]
    else:
        found = _find(folder)
        if found is None:
            return None
        repository = found
        if state is not None:
            _KEPT[resolved] = (state, repository)
            while len(_KEPT) > _MOST_KEPT:
                _KEPT.pop(next(iter(_KEPT)))
    if resolved != repository.top.resolve() and repository.ignores(str(resolved)):
        return None
    return repository


#: Repositories that were asked in this process, with the state that their facts belong to: a server asks again and again.
_KEPT: dict[Path, tuple[tuple[object, ...], Git]] = {}
_MOST_KEPT = 8


def _find(folder: Path) -> Git | None:
    answer = _run(folder, "rev-parse", "--show-toplevel")
    if answer is None:
        return None
    top = Path(os.fsdecode(answer.rstrip(b"\r\n")))
    head = (_run(top, "rev-parse", "--verify", "-q", "HEAD") or b"").decode("ascii").strip() or None
    return Git(top, head)


def _run(folder: Path, *arguments: str, stdin: bytes = b"") -> bytes | None:
    try:
        done = subprocess.run(
            ["git", *_SAFE, *arguments],
            cwd=folder,
            env=_environment(),
            input=stdin,
            capture_output=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
