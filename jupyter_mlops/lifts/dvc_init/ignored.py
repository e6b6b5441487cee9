"""`.gitignore` for data under DVC: git leaves the data alone, and still sees the `.dvc` files beside it."""

from __future__ import annotations

import posixpath
import re

from jupyter_mlops.lifts.ignoring import escaped
from jupyter_mlops.lifts.lift import Refusal
from jupyter_mlops.lifts.scene import Scene


class Ignores:
    """Collects what `.gitignore` files should become.

    Args:
        scene: the project.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._texts: dict[str, str] = {}

    @property
    def files(self) -> dict[str, bytes]:
        """The files that change: path → content."""
        return {path: text.encode("utf-8", "surrogateescape") for path, text in self._texts.items()}

    def leave_to_dvc(self, path: str) -> Refusal | None:
        """Make git ignore something, and not the `.dvc` file beside it.

        Args:
            path: from the root.

        Returns:
            Why that cannot be done; None when it can.
        """
        refusal = self._show_dvc_file(path)
        if refusal is not None:
            return refusal
        if self._asked(path) is None:
            folder, _, name = path.rpartition("/")
            file = f"{folder}/.gitignore".lstrip("/")
            text = self._text(file)
            line = escaped(name)
            if line not in text.splitlines():
                end = "\r\n" if "\r\n" in text else "\n"
                self._texts[file] = (text if not text or text.endswith("\n") else text + end) + line + end
        return None

    def _show_dvc_file(self, path: str) -> Refusal | None:
        """Take back a pattern that hides the `.dvc` file: `data/` in a `.gitignore` hides all that is in it."""
        answer = self._asked(f"{path}.dvc")
        if answer is None:
            return None
        file, line, pattern = answer
        text = self._text(file)
        rows = text.splitlines()
        base = pattern.rstrip("/").removesuffix("/**").removesuffix("/*")
        inside = posixpath.relpath(path, posixpath.dirname(file) or ".")
        plain = not any(mark in base for mark in "*?[!\\") and rows[line - 1].strip() == pattern
        if not file.endswith(".gitignore") or not plain or base.strip("/") not in _heads(inside):
            why = f"{file} line {line} hides {path}.dvc from git ({pattern}); change that line and lift again"
            return Refusal(path, why, file, line=line)
        if "/" not in base:
            base = f"**/{base}"
        new = [f"{base}/**", f"!{base}/**/", f"!{base}/**/*.dvc", f"!{base}/**/.gitignore"]
        if new[0] not in rows:
            rows[line - 1 : line] = new
            end = "\r\n" if "\r\n" in text else "\n"
            self._texts[file] = end.join(rows) + end
        return None

    def _asked(self, path: str) -> tuple[str, int, str] | None:
        """Which line of which file makes git ignore a path."""
        git = self._scene.git
        assert git is not None
        said = (git.run("check-ignore", "--verbose", "--no-index", "--", path) or b"").decode(
            "utf-8", "surrogateescape"
        )
        found = re.match(r"(.*?):(\d+):(.*)\t", said)
        return None if found is None or found[3].startswith("!") else (found[1], int(found[2]), found[3])

    def _text(self, file: str) -> str:
        if file in self._texts:
            return self._texts[file]
        place = self._scene.root / file
        return place.read_bytes().decode("utf-8", "surrogateescape") if place.is_file() else ""


def _heads(path: str) -> set[str]:
    """A path's folders, from its start and by their own names."""
    parts = path.split("/")[:-1]
    return {"/".join(parts[:depth]) for depth in range(1, len(parts) + 1)} | set(parts)
