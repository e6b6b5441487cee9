"""A unit: one project inside the assessed folder, as probes see it."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any, TypeVar

from jupyter_mlops.assessment.findings import Finding, Rung
from jupyter_mlops.assessment.mentions import Mentions
from jupyter_mlops.assessment.probe import Pipeline
from jupyter_mlops.project.files import File, Files
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.modules import ModuleIndex
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.project import Project
from jupyter_mlops.project.reach import Reach

T = TypeVar("T")

#: Folders whose content shows how something could be done, not that it is.
_ASIDE = frozenset(
    {
        *("examples", "example", "docs", "doc", "templates", "site-packages", "mlruns", "wandb"),
        *(
            "vendor",
            "vendors",
            "vendored",
            "_vendor",
            "_vendored",
            "third_party",
            "third-party",
            "thirdparty",
            "3rdparty",
        ),
    }
)
#: Folders in which people put away what they no longer run; other code may still lead there.
_PUT_AWAY = frozenset(
    {
        *("archive", "archived", "attic", "backup", "backups", "deprecated", "graveyard", "legacy", "obsolete", "old"),
        *("trash", "unused"),
    }
)
#: Launches that tell most come first: chains start there.
_ORDER = ("ci", "schedule", "container", "image", "console", "make", "environment", "shell", "stage")


#: (base, unit) → which of its texts were found to have which words, in this process.
_MENTIONED: OrderedDict[tuple[str, str], Mentions] = OrderedDict()
_MOST_KEPT = 64

#: What a runner of tests would find.
_HAS_TESTS = lazy(
    r"^[ \t]*(async +)?def +test|^[ \t]*class +Test|\b(unittest|pytest|doctest|hypothesis)\b", re.MULTILINE
)


@dataclass
class Unit:
    """A unit.

    Attributes:
        project: what it is part of.
        path: its folder, relative to the project's base.
        kind: "ml-project", "library", "infrastructure" or "example".
        files: its own files.
        covering: files of the repository outside of it that may cover it.
    """

    project: Project
    path: str
    kind: str
    files: Files
    covering: Files = field(default_factory=Files)
    launches: tuple[Launch, ...] = ()
    pipelines: tuple[Pipeline, ...] = ()
    _memo: dict[str, Any] = field(default_factory=dict, repr=False)
    _aside: dict[str, bool] = field(default_factory=dict, repr=False)

    @cached_property
    def all_files(self) -> Files:
        """Its own files and those that may cover it."""
        return self.files.followed_by(self.covering)

    @cached_property
    def inherited(self) -> frozenset[str | None]:
        """Paths of the files that may cover it without being its own."""
        return frozenset(file.path for file in self.covering)

    def named(self, *patterns: str) -> list[File]:
        """Its own plain files whose name matches one of the patterns (`*` and `?`), case aside."""
        return self.files.named(*patterns)

    def below(self, folder: str) -> str:
        """A path of the unit's folder, relative to the base."""
        return folder if self.path == "." else self.path if folder == "." else f"{self.path}/{folder}"

    def local(self, path: str) -> str:
        """A path of the base, relative to the unit's folder where it is below."""
        return path.removeprefix(f"{self.path}/") if self.path != "." else path

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """Its Python files and notebooks that are code of the project, by path."""
        replaced = self.project.replaced
        kept = (file for file in self.files.suffixed(".py", ".ipynb") if file.path not in replaced)
        return self.files.once(
            ("sources", replaced), lambda: tuple(file.path for file in kept if not self.aside(file.path))
        )

    def mentioning(self, *words: str) -> tuple[str, ...]:
        """Sources whose text has one of the words: a cheap choice of what to parse."""
        return self._mentions.of(words)

    @cached_property
    def _mentions(self) -> Mentions:
        # Kept when a file comes or goes, too: the texts of the others are what they were.
        key = (str(self.project.base), self.path)
        now = Mentions({path: self._raw(path) for path in self.sources}, _MENTIONED.pop(key, None))
        _MENTIONED[key] = now
        while len(_MENTIONED) > _MOST_KEPT:
            _MENTIONED.popitem(last=False)
        return now

    def _raw(self, path: str) -> str:
        if path.endswith(".ipynb"):
            notebook = self.project.unwatched.notebook(path)
            return notebook.code if notebook is not None and notebook.language == "python" else ""
        return self.project.unwatched.text(path) or ""

    def aside(self, path: str) -> bool:
        """Whether a path is in a folder of examples, documentation, templates or other people's code."""
        folder = path.rpartition("/")[0]
        if "templates" in folder and path.endswith((".yaml", ".yml", ".tpl")) and self._in_chart(path):
            return _is_aside([part for part in self.local(path).split("/")[:-1] if part != "templates"])
        if folder not in self._aside:
            self._aside[folder] = _is_aside(self.local(path).split("/")[:-1])
        return self._aside[folder]

    def _in_chart(self, path: str) -> bool:
        """Whether a path is in the templates of a Helm chart, which are not templates of projects."""
        return f"{path.rpartition('/templates/')[0]}/Chart.yaml" in self.project.by_path

    def is_test(self, path: str) -> bool:
        """Whether a Python file holds tests."""
        name = path.rpartition("/")[2]
        parts = self.local(path).split("/")[:-1]
        if name.endswith(".ipynb"):
            return False
        if name == "conftest.py" or "tests" in parts or "test" in parts:
            return True
        if not name.endswith("_test.py") and not (name.startswith("test_") and name.endswith(".py")):
            return False
        return not self.once(f"script {path}", lambda: self._is_script(path))

    def _is_script(self, path: str) -> bool:
        """Whether a file is called like tests and does something without having any: `python src/test_data.py` is a stage."""
        source = self.project.python(path) if not _HAS_TESTS.search(self.project.text(path) or "") else None
        return source is not None and (source.has_main_guard or bool(source.module.calls))

    @cached_property
    def reach(self) -> Reach:
        """What runs, and from where. Tests are not entry points: what only they call does not run for real."""
        ordered = sorted(
            self.launches, key=lambda launch: (_ORDER.index(launch.kind), launch.path, launch.line or 0, launch.id)
        )
        tests = frozenset(path for path in self.sources if self.is_test(path) or self._is_put_away(path))
        modules = self.files.once(("modules", self.sources), lambda: ModuleIndex(self.sources))
        return Reach(self.project.unwatched, self.sources, ordered, tests, modules)

    def _is_put_away(self, path: str) -> bool:
        return not _PUT_AWAY.isdisjoint(part.lower() for part in self.local(path).split("/")[:-1])

    def once(self, name: str, compute: Callable[[], T]) -> T:
        """A value computed once for this unit: facts that several probes share."""
        watch = self.project.watch
        if name not in self._memo:
            self._memo[name] = compute() if watch is None else watch.computing(self.path, name, compute)
        elif watch is not None:
            watch.shared(self.path, name)
        value: T = self._memo[name]
        return value

    def settle(self, findings: Iterable[Finding]) -> list[Finding]:
        """Findings limited to what their files are worth: committed ones, outside of examples and templates."""
        return [self._settled(finding) for finding in findings]

    def _settled(self, finding: Finding) -> Finding:
        file = self.project.by_path.get(finding.path or "")
        if file is not None and file.size == 0 and file.special is None:
            finding = replace(finding, line=None, end_line=None)  # an empty file has no lines
        if finding.effect != "support" or finding.path is None:
            return finding
        if self.aside(finding.path) and not finding.anywhere:
            finding = finding.capped(Rung.E1, "in a folder of examples, documentation or templates")
        links = [path_of(link) for link in finding.chain]
        if all(self.committed(path) for path in (finding.path, *links) if path):
            return finding
        if self.project.git is None:
            return finding.capped(Rung.E2, "not under git", "Put the project under git.")
        return finding.capped(Rung.E2, "not committed yet", "Commit it.")

    def committed(self, path: str) -> bool:
        """Whether a path is in the commit that is checked out; folders are when anything below them is."""
        file = self.project.by_path.get(path)
        if file is not None:
            return file.tracked
        return self.project.git is not None and path in self.project.git.committed


def _is_aside(parts: list[str]) -> bool:
    return any(part.lower() in _ASIDE or "{{" in part for part in parts) or _is_fixture(parts) or _is_built(parts)


def _is_built(parts: list[str]) -> bool:
    """Whether a folder is what setuptools makes: a copy of the code in `build/lib`, or facts about the package."""
    copied = any(part == "build" and inner.split(".")[0] in ("lib", "bdist") for part, inner in pairwise(parts))
    return copied or any(part.endswith(".egg-info") for part in parts)


def _is_fixture(parts: list[str]) -> bool:
    return any(
        part in ("fixtures", "data") and parts[depth - 1] in ("tests", "test")
        for depth, part in enumerate(parts)
        if depth
    )


def path_of(link: str) -> str:
    """The file that a link of a chain is in."""
    return (
        link.partition("#")[0]
        if "#" in link
        else link.rpartition(":")[0]
        if link.rpartition(":")[2].isdigit()
        else link
    )
