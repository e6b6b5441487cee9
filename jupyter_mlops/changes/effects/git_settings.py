"""Settings of this clone of the repository: filters and diff drivers, which git takes from no file that is committed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from jupyter_mlops.changes.effects._git import git


@dataclass(frozen=True)
class GitSettings:
    """Settings that are made where nobody made them before.

    Attributes:
        settings: names and values.
    """

    kind: ClassVar[str] = "git-settings"
    settings: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """What it does."""
        return f"Sets in this clone's git settings: {', '.join(name for name, _value in self.settings)}."

    def as_dict(self) -> dict[str, Any]:
        """Data for the journal."""
        return {"kind": self.kind, "settings": [list(pair) for pair in self.settings]}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> GitSettings:
        """Made again from the journal."""
        return cls(tuple((str(name), str(value)) for name, value in data["settings"]))

    def do(self, root: Path) -> None:
        """Set what is not set."""
        for name, value in self.settings:
            if _local(root, name) is None:
                git(root, "config", "--local", name, value)

    def objection(self, root: Path) -> str | None:
        """A setting that was changed since simply stays."""
        del root
        return None

    def undo(self, root: Path) -> None:
        """Unset what still has these values; sections that are left empty go with it."""
        for name, value in self.settings:
            if _local(root, name) == value:
                git(root, "config", "--local", "--unset", name)
                section = name.rpartition(".")[0]
                if not git(
                    root, "config", "--local", "--get-regexp", f"^{section.replace('.', chr(92) + '.')}[.]", fails=False
                ):
                    git(root, "config", "--local", "--remove-section", section, fails=False)


def _local(root: Path, name: str) -> str | None:
    found = git(root, "config", "--local", "--get", name, fails=False)
    return None if found is None else found.decode("utf-8", "replace").rstrip("\n")


EFFECT = GitSettings
