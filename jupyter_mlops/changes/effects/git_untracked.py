"""Files that git no longer tracks. They stay in the folder, and git keeps all their earlier versions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from jupyter_mlops.changes.effects._git import git


@dataclass(frozen=True)
class GitUntracked:
    """`git rm --cached`: the index lets go of some files.

    Attributes:
        entries: path from the root, mode and object of each, as the index had them.
    """

    kind: ClassVar[str] = "git-untracked"
    entries: tuple[tuple[str, str, str], ...]

    @property
    def text(self) -> str:
        """What it does."""
        first = self.entries[0][0]
        what = first if len(self.entries) == 1 else f"{len(self.entries)} files ({first} …)"
        return f"Runs `git rm --cached` on {what}. The files stay where they are, and git's history keeps its versions."

    def as_dict(self) -> dict[str, Any]:
        """Data for the journal."""
        return {"kind": self.kind, "entries": [list(entry) for entry in self.entries]}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> GitUntracked:
        """Made again from the journal."""
        return cls(tuple((str(path), str(mode), str(oid)) for path, mode, oid in data["entries"]))

    def do(self, root: Path) -> None:
        """Take the files out of the index."""
        listed = b"".join(path.encode("utf-8", "surrogateescape") + b"\0" for path, _mode, _oid in self.entries)
        git(root, "update-index", "--force-remove", "-z", "--stdin", stdin=listed)

    def objection(self, root: Path) -> str | None:
        """What the index had may have been thrown away."""
        wanted = "".join(f"{oid}\n" for _path, _mode, oid in self.entries)
        answer = git(root, "cat-file", "--batch-check", stdin=wanted.encode(), fails=False) or b""
        gone = [entry[0] for entry, line in zip(self.entries, answer.splitlines(), strict=False) if b"missing" in line]
        return f"git no longer has {gone[0]} as it was" if gone else None

    def undo(self, root: Path) -> None:
        """Put the entries back that are not there; a file that was added again since stays as it was added."""
        there = set((git(root, "ls-files", "-z") or b"").split(b"\0"))
        lines = [
            f"{mode} {oid}\t".encode() + name
            for path, mode, oid in self.entries
            if (name := path.encode("utf-8", "surrogateescape")) not in there
        ]
        git(root, "update-index", "-z", "--index-info", stdin=b"".join(line + b"\0" for line in lines))


EFFECT = GitUntracked
