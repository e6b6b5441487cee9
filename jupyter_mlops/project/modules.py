"""Which file an import means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable


class ModuleIndex:
    """Finds the project's own modules.

    Args:
        paths: Python files, relative to the base.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = frozenset(path for path in paths if path.endswith(".py"))
        self._known: set[str] = {part.removesuffix(".py") for path in self._paths for part in path.split("/")}
        self._found: dict[tuple[str, str], str | None] = {}
        self._resolved: dict[tuple[str, str], tuple[str, str] | None] = {}
        self._tails: dict[str, list[str]] = defaultdict(list)
        for path in sorted(self._paths):
            parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
            for start in range(len(parts)):
                self._tails["/".join(parts[start:])].append(path)
        self._folders = {
            "/".join(path.split("/")[:depth]) for path in self._paths for depth in range(1, path.count("/") + 1)
        }

    def find(self, module: str, importer: str) -> str | None:
        """The file of a module.

        Args:
            module: dotted name, with leading dots when relative.
            importer: the file with the import.

        Returns:
            None when it is not the project's own.
        """
        if module.startswith("."):
            return self._relative(module, importer)
        if module.partition(".")[0] not in self._known:
            return None
        key = (module, importer.rpartition("/")[0])
        if key not in self._found:
            self._found[key] = self._absolute(module, importer)
        return self._found[key]

    def _absolute(self, module: str, importer: str) -> str | None:
        tail = module.replace(".", "/")
        parts = importer.split("/")[:-1]
        for depth in range(len(parts), -1, -1):
            for between in ("", "src/", "lib/"):
                prefix = "/".join(parts[:depth])
                found = self._file(f"{prefix}/{between}{tail}" if prefix else f"{between}{tail}")
                if found:
                    return found
        # A path entry that cannot be seen (PYTHONPATH, an editable install): the tail must be unmistakable.
        candidates = self._tails.get(tail, [])
        return candidates[0] if len(candidates) == 1 and "." in module else None

    def resolve(self, dotted: str, importer: str) -> tuple[str, str] | None:
        """The file and the rest of a dotted name: ``pkg.mod.Class.method`` → ``("pkg/mod.py", "Class.method")``."""
        if dotted[:1] != "." and dotted.partition(".")[0] not in self._known:
            return None
        key = (dotted, importer.rpartition("/")[0])
        if key not in self._resolved:
            self._resolved[key] = self._split(dotted, importer)
        return self._resolved[key]

    def _split(self, dotted: str, importer: str) -> tuple[str, str] | None:
        lead = len(dotted) - len(dotted.lstrip("."))
        parts = dotted[lead:].split(".")
        for length in range(len(parts), 0, -1):
            found = self.find("." * lead + ".".join(parts[:length]), importer)
            if found:
                twice = length == len(parts) > 1 and parts[-1] == parts[-2]
                package = f"{found.rpartition('/')[0]}/__init__.py" in self._paths
                if twice and not package and self.find("." * lead + ".".join(parts[:-1]), importer) == found:
                    # `from train import train` beside `train.py`, in a folder `train` that is no package: the function
                    return found, parts[-1]
                return found, ".".join(parts[length:])
        return None

    def find_served(self, module: str) -> str | None:
        """The file of a module that a container starts: its image may hold the code under another folder."""
        candidates = self._tails.get(module.replace(".", "/"), [])
        return candidates[0] if len(candidates) == 1 else None

    def is_own(self, module: str, importer: str) -> bool:
        """Whether a top-level name is a module or a package folder of the project."""
        head = module.partition(".")[0]
        if module.startswith(".") or self.find(head, importer):
            return True
        parts = importer.split("/")[:-1]
        prefixes = ["/".join(parts[:depth]) for depth in range(len(parts), -1, -1)]
        return any(
            (f"{prefix}/{between}{head}" if prefix else f"{between}{head}") in self._folders
            for prefix in prefixes
            for between in ("", "src/", "lib/")
        )

    def _relative(self, module: str, importer: str) -> str | None:
        level = len(module) - len(module.lstrip("."))
        folder = importer.split("/")[:-1]
        if level - 1 > len(folder):
            return None
        base = folder[: len(folder) - (level - 1)]
        return self._file("/".join([*base, *(part for part in module[level:].split(".") if part)]))

    def _file(self, stem: str) -> str | None:
        for path in (f"{stem}.py", f"{stem}/__init__.py"):
            if path in self._paths:
                return path
        return None
