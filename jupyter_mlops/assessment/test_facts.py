"""The tests of a unit: which count, and why the others do not."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple

from jupyter_mlops.assessment.test_runner import Runner, runner
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.assessment.vacuous_assertions import cannot_fail
from jupyter_mlops.project.modules import ModuleIndex
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Call, PythonSource, Scope, constant_truth
from jupyter_mlops.project.shell import join

_SKIPS = lazy(r"(^|\.)(skip|xfail)(\(\))?$")
#: Calls that run something of the project without importing it.
_INDIRECT = lazy(
    r"(execute_notebook|testbook|TestClient\(\)\.\w+|test_client\(\)\.\w+|invoke|run_path|import_module|subprocess\.(run|call|check_call|check_output|Popen)|os\.system|repro)$"
)
#: Managers that take a failed assertion in.
_HOLDS = lazy(r"(suppress|raises|assertRaises)\(.*\b(AssertionError|Exception|BaseException)\b")
_ASSERTS = lazy(r"(^self\.(assert\w+|fail\w*)|^pytest\.fail|(^|\.)assert_\w+|(^|\.)raises|(^|\.)warns)$")


class Test(NamedTuple):
    """A test.

    Attributes:
        path: its file.
        line: 1-based.
        name: its name.
        problem: why it does not count; None when it does.
        calls: what it calls of the project.
        chain: where that is defined.
        near: it is more than an empty shell.
        cell: cell of a notebook, in which `line` is.
    """

    path: str
    line: int
    name: str
    problem: str | None
    calls: str = ""
    chain: tuple[str, ...] = ()
    near: bool = False
    cell: int | None = None


def tests(unit: Unit) -> list[Test]:
    """All tests that a runner finds."""
    return unit.once("tests", lambda: list(_tests(unit)))


def _modules(unit: Unit) -> ModuleIndex:
    return ModuleIndex(file.path for file in unit.all_files if file.suffix == ".py")


def _tests(unit: Unit) -> Iterator[Test]:
    index = unit.all_files.once("modules, tests included", lambda: _modules(unit))
    settings = runner(unit)
    named = _named_files(unit)
    for file in unit.files.suffixed(".py"):
        ignored = any(file.path == place or file.path.startswith(f"{place}/") or fnmatchcase(file.path, place) for place in settings.ignored)  # fmt: skip
        taken = settings.takes_file(file.name) or any(fnmatchcase(file.path, pattern) for pattern in named)
        if taken and not ignored and not unit.aside(file.path):
            source = unit.project.python(file.path)
            if source is not None:
                reader = _Reader(unit, file.path, source, index)
                yield from (reader.test(scope) for scope in _collected(source, settings))
    yield from _notebook_tests(unit)


def _notebook_tests(unit: Unit) -> Iterator[Test]:
    """Notebooks that `pytest --nbmake` runs: each is a test, which fails where a cell does."""
    for path in sorted(_run_as_tests(unit)):
        notebook, source = unit.project.notebook(path), unit.project.python(path)
        if notebook is None or source is None:
            continue
        claims = [found for found in _assertions(source.tree) if not cannot_fail(found.test, frozenset())]
        cell, line = notebook.place(claims[0].lineno if claims else 1)
        problem = None if claims else "it asserts nothing that can fail"
        yield Test(path, line, path, problem, "its cells", (f"{path}#{cell}:{line}",), near=True, cell=cell)


def _run_as_tests(unit: Unit) -> set[str]:
    """Notebooks that a command has nbmake run: those that it names, or all below its folders."""
    found: set[str] = set()
    for launch in unit.launches:
        for target, _command in unit.reach.targets(launch):
            if target.kind != "tests" or not any(word.partition("=")[0] == "--nbmake" for word in target.arguments):
                continue
            words = [word.rstrip("/") for word in target.arguments if not word.startswith("-")]
            named = any(word.endswith(".ipynb") for word in words)
            places = [place for word in words if unit.project.exists(place := join(target.folder, word))]
            places = places or ([] if named else [target.folder])
            found |= {
                path
                for path in unit.sources
                if path.endswith(".ipynb")
                and any(place in (".", path) or path.startswith(f"{place}/") for place in places)
            }
    return found


def _named_files(unit: Unit) -> frozenset[str]:
    """Files, and patterns of files, that commands tell the runner to take whatever they are called."""
    found = set()
    for launch in unit.launches:
        for target, _command in unit.reach.targets(launch):
            if target.kind == "tests":
                words = [word.partition("::")[0] for word in target.arguments]
                found |= {join(target.folder, word) for word in words if word.endswith(".py") and "=" not in word}
                found |= {
                    join(target.folder, f"*{word.partition('=')[2]}")
                    for word in words
                    if word.startswith("python_files=")
                }
    return frozenset(found)


def _collected(source: PythonSource, settings: Runner) -> Iterator[Scope]:
    """Functions that pytest or unittest collects."""
    for scope in source.module.children.values():
        if scope.kind == "function" and settings.takes(scope.name):
            yield scope
        elif scope.kind == "class":
            case = any(base.endswith("TestCase") for base in scope.bases)
            if case or (scope.name.startswith("Test") and "__init__" not in scope.children):
                yield from (
                    child
                    for name, child in scope.children.items()
                    if child.kind == "function" and (name.startswith("test") if case else settings.takes(name))
                )


class _Reader:
    def __init__(self, unit: Unit, path: str, source: PythonSource, index: ModuleIndex) -> None:
        self.unit = unit
        self.path = path
        self.source = source
        self.index = index
        self.folders = list(dict.fromkeys(folder for folder in self._path_entries() if folder))
        self.skipped_module = any(
            _SKIPS.search(call.name) for call in source.module.calls if call.name.startswith("pytest.")
        ) or any(self._skips_module(node) for node in source.tree.body)

    def _skips_module(self, node: ast.stmt) -> bool:
        """`pytestmark = pytest.mark.skip`, and `__test__ = False`."""
        names = [target.id for target in getattr(node, "targets", []) if isinstance(target, ast.Name)]
        if not isinstance(node, ast.Assign):
            return False
        if "__test__" in names:
            return constant_truth(node.value) is False
        marks = node.value.elts if isinstance(node.value, (ast.List, ast.Tuple)) else [node.value]
        return "pytestmark" in names and any(_skips(self.source.module, mark) for mark in marks)

    def test(self, scope: Scope) -> Test:
        name, line = scope.name, scope.line
        parents = [scope, *([scope.parent] if scope.parent is not None and scope.parent.kind == "class" else [])]
        marks = [(owner, mark) for owner in parents for mark in getattr(owner.node, "decorator_list", [])]
        at_once = any(_skips(scope, node.value) for node in scope.body if isinstance(node, ast.Expr))
        if self.skipped_module or at_once or any(_skips(owner.parent or owner, mark) for owner, mark in marks):
            return Test(self.path, line, name, "it is skipped", near=True)
        calls = self._own_call(scope)
        asserts = self._asserts(scope)
        if calls is None:
            return Test(self.path, line, name, "it calls no code of the project", near=asserts)
        if not asserts:
            return Test(self.path, line, name, "it asserts nothing that can fail", near=True)
        return Test(
            self.path,
            line,
            name,
            None,
            calls[0],
            (f"{self.path}:{line}", calls[1]) if calls[1] else (f"{self.path}:{line}",),
        )

    def _own_call(self, scope: Scope) -> tuple[str, str] | None:
        """What of the project a test calls, itself or through helpers, fixtures and set-up of its file."""
        if (notebook := self._notebook(scope)) is not None:
            return "testbook", notebook
        for inner in self._involved(scope):
            for call in inner.calls:
                target = self._target(call)
                if target is not None:
                    return target
        return None

    def _notebook(self, scope: Scope) -> str | None:
        """The notebook whose cells a test has run for it: `@testbook("explore.ipynb", execute=True)`."""
        folders = (self.unit.path, self.path.rpartition("/")[0])
        for mark in getattr(scope.node, "decorator_list", []):
            if isinstance(mark, ast.Call) and ast.unparse(mark.func).rpartition(".")[2] == "testbook" and mark.args:
                given = mark.args[0].value if isinstance(mark.args[0], ast.Constant) else None
                paths = [join(folder, given) for folder in folders] if isinstance(given, str) else []
                return next((path for path in paths if self.unit.project.kind(path) == "file"), None)
        return None

    def _involved(self, scope: Scope) -> list[Scope]:
        found = [scope]
        names = set(scope.names) | set(scope.bound)
        if scope.parent is not None and scope.parent.kind == "class":
            found += [
                child
                for name, child in scope.parent.children.items()
                if name in ("setUp", "setup_method", "setUpClass", "setup_class")
            ]
            names |= {name for name in scope.names if name in scope.parent.children}
        for name, child in self.source.module.children.items():
            if child.kind == "function" and name in names and child is not scope:
                found.append(child)
        found += self._fixtures(names)
        for child in scope.children.values():
            found.append(child)
        return found

    def _fixtures(self, names: set[str]) -> list[Scope]:
        """Fixtures of the conftest files around the test."""
        found = []
        folder = self.path
        while folder:
            folder = folder.rpartition("/")[0]
            conftest = f"{folder}/conftest.py" if folder else "conftest.py"
            source = self.unit.project.python(conftest) if conftest in self.unit.project.by_path else None
            if source is not None:
                found += [child for name, child in source.module.children.items() if name in names]
        return found

    def _target(self, call: Call) -> tuple[str, str] | None:
        name = call.name.replace("()", "").replace("[]", "")
        if name and name[0] not in ":?":
            found = self.index.resolve(name, self.path) or self._on_path(name)
            if found is not None and found[1] and not self.unit.is_test(found[0]):
                # Of `clean(days).tolist()` the project's own part is `clean`.
                return call.name.partition("()")[0].replace("[]", "").rpartition(".")[2], found[0]
        if _INDIRECT.search(call.name) and not call.name.startswith("?"):
            return call.attribute, ""
        if (
            call.name.startswith("?")
            and call.name.count(".") == 1
            and call.attribute in ("get", "post")
            and "client" in call.name
        ):
            return call.attribute, ""
        return None

    def _on_path(self, name: str) -> tuple[str, str] | None:
        """What a name means in the folders that the test, a conftest or the runner's settings put on the path."""
        module, _, rest = name.partition(".")
        for folder in self.folders:
            found = self.index.find_served(f"{folder}/{module}".replace("/", "."))
            if found is not None:
                return found, rest
        return None

    def _path_entries(self) -> Iterator[str]:
        folder, sources = self.path, [self.source]
        while folder:
            folder = folder.rpartition("/")[0]
            conftest = f"{folder}/conftest.py" if folder else "conftest.py"
            source = self.unit.project.python(conftest) if conftest in self.unit.project.by_path else None
            sources += [source] if source is not None else []
        for source in sources:
            for call in source.calls:
                if call.name in ("sys.path.insert", "sys.path.append", "site.addsitedir"):
                    yield _said_folder(source, call)
        yield from _paths_of_commands(self.unit)
        for file in self.unit.named("pyproject.toml"):
            tool = self.unit.project.toml(file.path).get("tool") or {}
            options = ((tool.get("pytest") or {}) if isinstance(tool, dict) else {}).get("ini_options")
            given = options.get("pythonpath") if isinstance(options, dict) else None
            yield from (
                word.strip("./") for word in (given if isinstance(given, list) else []) if isinstance(word, str)
            )

    def _asserts(self, scope: Scope) -> bool:
        called = [child for name, child in scope.children.items() if name in scope.names]
        for inner in [scope, *called, *self._helpers(scope)]:
            if any(_ASSERTS.search(call.name) and not self._only_held(inner, call) for call in inner.calls):
                return True
            fixed = _fixed(inner.body)
            if inner.node is not None and any(not cannot_fail(found.test, fixed) for found in _assertions(inner.node)):
                return True
        return False

    def _only_held(self, scope: Scope, call: Call) -> bool:
        """Whether `with pytest.raises(Exception)` holds assertions alone: what it waits for is that they fail."""
        if not call.name.endswith("raises") or not call.node.args:
            return False
        caught = scope.dotted(call.node.args[0])
        holder = next(
            (
                node
                for statement in scope.body
                for node in ast.walk(statement)
                if isinstance(node, ast.With) and any(item.context_expr is call.node for item in node.items)
            ),
            None,
        )
        broad = caught in ("Exception", "BaseException", "AssertionError")
        return broad and holder is not None and all(isinstance(node, ast.Assert) for node in holder.body)

    def _helpers(self, scope: Scope) -> list[Scope]:
        return [
            child
            for name, child in self.source.module.children.items()
            if child.kind == "function" and name in scope.names
        ]


def _paths_of_commands(unit: Unit) -> list[str]:
    """The folders that commands put on the path of the tests: `PYTHONPATH=jobs pytest`."""
    return unit.once("paths of test commands", lambda: list(_on_paths(unit)))


def _on_paths(unit: Unit) -> Iterator[str]:
    for launch in unit.launches:
        for target, command in unit.reach.targets(launch):
            given = [word for word in command.assigned if word.startswith("PYTHONPATH=")]
            for place in given[-1].partition("=")[2].split(":") if target.kind == "tests" and given else ():
                yield place.strip("./") if "$" not in place else place.rpartition("/")[2]


def _said_folder(source: PythonSource, call: Call) -> str:
    """The folder that a call puts on the path, by the words in it and in what its names stand for: `insert(0, JOBS)`."""
    pending: list[ast.AST] = [*call.node.args]
    words: list[str] = []
    known = set()
    while pending:
        node = pending.pop(0)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            words += node.value.split("/")
        elif isinstance(node, ast.Name) and node.id not in known:
            known.add(node.id)
            pending[:0] = [
                statement.value
                for statement in source.tree.body
                if isinstance(statement, ast.Assign)
                and any(isinstance(target, ast.Name) and target.id == node.id for target in statement.targets)
            ]
        else:
            pending[:0] = sorted(
                ast.iter_child_nodes(node),
                key=lambda child: (getattr(child, "lineno", 0), getattr(child, "col_offset", 0)),
            )
    return "/".join(word for word in words if word not in ("", ".", ".."))


def _assertions(node: ast.AST) -> Iterator[ast.Assert]:
    """The assertions below a node whose failure comes out: not those in a `try` that takes every error for fine."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Assert):
            yield child
        elif isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue  # it may never be called
        elif isinstance(child, ast.With) and any(_HOLDS.search(ast.unparse(item.context_expr)) for item in child.items):
            continue
        elif isinstance(child, ast.If) and not child.orelse and _raises(child.body):
            yield ast.copy_location(ast.Assert(test=child.test), child)
        elif isinstance(child, ast.Try) and any(_swallows(handler) for handler in child.handlers):
            for part in (*child.handlers, *child.orelse, *child.finalbody):
                yield from _assertions(part)
        else:
            yield from _assertions(child)


def _swallows(handler: ast.ExceptHandler) -> bool:
    caught = [] if handler.type is None else [node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)]
    fails = any(
        isinstance(node, (ast.Raise, ast.Assert)) or (isinstance(node, ast.Attribute) and node.attr == "fail")
        for statement in handler.body
        for node in ast.walk(statement)
    )
    return not fails and (not caught or bool({"Exception", "BaseException", "AssertionError"} & set(caught)))


def _raises(body: list[ast.stmt]) -> bool:
    """Whether a block does nothing but fail: `raise AssertionError(…)`."""
    return len(body) == 1 and isinstance(body[0], ast.Raise) and "AssertionError" in ast.unparse(body[0])


def _fixed(body: list[ast.stmt]) -> frozenset[str]:
    """Names that a test sets to constants, and to nothing else."""
    constant = {
        target.id
        for statement in body
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }
    stored = [
        node.id
        for statement in body
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]
    return frozenset(name for name in constant if stored.count(name) == 1)


def _skips(scope: Scope, mark: ast.expr) -> bool:
    """Whether a mark, or a call, keeps a test from counting whatever happens."""
    dotted = scope.dotted(mark)
    if _SKIPS.search(dotted) or dotted.endswith("expectedFailure"):
        return True
    if not isinstance(mark, ast.Call) or not mark.args:
        return False
    first = mark.args[0]
    truth = constant_truth(first)
    if isinstance(first, ast.Constant) and first.value in ("True", "1"):
        truth = True
    name = dotted.removesuffix("()").rpartition(".")[2]
    if name == "parametrize" and len(mark.args) > 1:
        return constant_truth(mark.args[1]) is False
    return truth is True if name in ("skipif", "skipIf") else truth is False and name == "skipUnless"
