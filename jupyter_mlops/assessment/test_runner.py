"""What the settings of pytest leave of the tests: where it looks, what it takes for a test, what it only lists."""

from __future__ import annotations

import ast
import configparser
import fnmatch
import re
import shlex
from dataclasses import dataclass
from typing import Any

from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import mapping, strings
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import PythonSource

#: Options with which pytest runs no test.
IDLE = frozenset(
    {"--collect-only", "--co", "--collectonly", "--fixtures", "--fixtures-per-test", "--markers", "--setup-plan", "-h"}
)
#: Characters of a setting whose quotes are understood: their time grows with the square of a word.
_LONGEST = 20_000
_WORD = lazy(r"\w[\w.\[\]-]*|[()]")


@dataclass(frozen=True)
class Runner:
    """Settings of pytest.

    Attributes:
        options: those of every run (`addopts`).
        places: folders that it looks in when it is given none.
        files: patterns of files with tests.
        functions: prefixes or patterns of tests.
        ignored: files and folders that are left out.
        problem: why no failure would be seen whatever is run.
    """

    options: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    files: tuple[str, ...] = ("test_*.py", "*_test.py", "tests.py", "test.py")
    functions: tuple[str, ...] = ("test",)
    ignored: tuple[str, ...] = ()
    problem: str | None = None

    def takes_file(self, name: str) -> bool:
        """Whether a file of that name is looked into."""
        return any(fnmatch.fnmatchcase(name, pattern) for pattern in self.files)

    def takes(self, name: str) -> bool:
        """Whether a function of that name is a test."""
        return any(name.startswith(one) or fnmatch.fnmatchcase(name, one) for one in self.functions)


def runner(unit: Unit) -> Runner:
    """The settings of the unit's pytest."""
    return unit.once("test runner", lambda: _read(unit))


def _read(unit: Unit) -> Runner:
    given = _settings(unit)
    options = given.get("addopts")
    found = Runner()
    sources = [file.path for file in unit.named("conftest.py")]
    hooks = [(path, source) for path in sources if (source := unit.project.python(path)) is not None]
    return Runner(
        options=tuple(_words(options)),
        places=tuple(_listed(given.get("testpaths"))),
        files=tuple(_listed(given.get("python_files"))) or found.files,
        functions=tuple(_listed(given.get("python_functions"))) or found.functions,
        ignored=tuple(place for path, source in hooks for place in _ignored(path, source)),
        problem=next((why for path, source in hooks if (why := _hidden(path, source))), None),
    )


def _settings(unit: Unit) -> dict[str, Any]:
    """The first of its files that pytest takes its settings from."""
    for name, section in (("pytest.ini", "pytest"), ("pyproject.toml", ""), ("tox.ini", "pytest"), ("setup.cfg", "tool:pytest")):  # fmt: skip
        path = unit.below(name)
        if path not in unit.project.by_path:
            continue
        if not section:
            tool = mapping(mapping(unit.project.toml(path).get("tool")).get("pytest"))
            if tool:
                return mapping(tool.get("ini_options")) or tool
            continue
        parser = configparser.ConfigParser(interpolation=None, strict=False)
        try:
            parser.read_string(unit.project.text(path) or "")
        except configparser.Error:
            continue
        if parser.has_section(section):
            return dict(parser.items(section))
    return {}


def _words(value: Any) -> list[str]:
    if isinstance(value, str):
        try:
            return shlex.split(value) if len(value) < _LONGEST else value.split()
        except ValueError:
            return value.split()
    return strings(value)


def _listed(value: Any) -> list[str]:
    return value.split() if isinstance(value, str) else strings(value)


def _ignored(path: str, source: PythonSource) -> list[str]:
    """`collect_ignore = ["slow.py"]` in a conftest, and patterns likewise."""
    folder = path.rpartition("/")[0]
    found: list[str] = []
    for node in source.tree.body:
        names = [target.id for target in getattr(node, "targets", []) if isinstance(target, ast.Name)]
        if isinstance(node, ast.Assign) and {"collect_ignore", "collect_ignore_glob"} & set(names):
            texts = [one.value for one in ast.walk(node.value) if isinstance(one, ast.Constant)]
            found += [f"{folder}/{text}".strip("/") for text in texts if isinstance(text, str)]
    return found


def _hidden(path: str, source: PythonSource) -> str | None:
    """What a hook of a conftest does to every run, without a condition: all tests taken out, or the end made a good one."""
    for node in source.tree.body:
        if not isinstance(node, ast.FunctionDef):
            continue
        if node.name == "pytest_collection_modifyitems" and any(_empties(statement) for statement in node.body):
            return f"{path} takes every test out"
        if node.name in ("pytest_sessionfinish", "pytest_unconfigure") and any(_ends_well(one) for one in node.body):
            return f"{path} lets every run end well"
    return None


def _empties(statement: ast.stmt) -> bool:
    text = ast.unparse(statement)
    if isinstance(statement, ast.For):
        return any(isinstance(one, ast.Expr) and re.search(r"add_marker\(.*\b(skip|xfail)\b", ast.unparse(one)) for one in statement.body)  # fmt: skip
    return re.fullmatch(r"items\.clear\(\)|items\[:\] = \[\]|del items\[:\]", text) is not None


def _ends_well(statement: ast.stmt) -> bool:
    return re.search(r"(\.exitstatus = (0|.*\.OK)$|os\._exit\(0\))", ast.unparse(statement)) is not None


def chosen(expression: str, path: str, name: str) -> bool:
    """Whether `-k` chooses a test.

    Args:
        expression: as given: words with `and`, `or`, `not`.
        path: the test's file.
        name: its name.
    """
    named = f"{path.rpartition('/')[2]}/{name}".lower()
    words = [
        word if word in ("and", "or", "not", "(", ")") else str(word.lower() in named)
        for word in _WORD.findall(expression[:500])
    ]
    try:
        tree = ast.parse(" ".join(words), mode="eval")
    except (SyntaxError, RecursionError, MemoryError):
        return True
    return _holds(tree.body)


def _holds(node: ast.expr) -> bool:
    if isinstance(node, ast.BoolOp):
        return (all if isinstance(node.op, ast.And) else any)(_holds(value) for value in node.values)
    if isinstance(node, ast.UnaryOp):
        return not _holds(node.operand)
    return not isinstance(node, ast.Constant) or node.value is True
