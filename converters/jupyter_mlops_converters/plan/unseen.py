"""What stands in the way of handing a value over, as far as code alone can tell: nothing was tried in a file."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from jupyter_mlops_converters.analysis.cells import dotted
from jupyter_mlops_converters.plan.program import Program

#: Calls whose results hold something of the process: files, connections, locks, iterators.
_OF_THE_PROCESS = ("open", "iter", "map", "filter", "zip", "reversed", "enumerate", "csv.reader", "csv.DictReader",
                   "sqlite3.connect", "sqlalchemy.create_engine", "threading.", "multiprocessing.", "socket.",
                   "subprocess.Popen", "tempfile.")  # fmt: skip
_MAKES_CLASSES = frozenset({"namedtuple", "NamedTuple", "make_dataclass", "TypedDict", "Enum", "type"})
#: Builtins whose results hold nothing of what they are given, or only what it goes over.
_PLAIN = frozenset({"abs", "all", "any", "bool", "bytes", "divmod", "float", "hash", "id", "int", "isinstance", "len", "ord",
                    "pow", "print", "range", "repr", "round", "str", "sum"})  # fmt: skip
_GATHERING = frozenset({"dict", "frozenset", "list", "max", "min", "next", "set", "sorted", "tuple"})
#: Methods that give texts, numbers or tables, whatever they are called on and given: a file's, a text's, a table's.
_PLAIN_METHODS = frozenset(
    {"read", "readline", "readlines", "read_text", "read_bytes", "split", "splitlines", "strip", "lower", "upper", "replace",
     "join", "format", "count", "mean", "sum", "std", "apply", "map", "applymap", "assign", "agg", "aggregate", "transform",
     "sort_values", "query", "fetchall", "fetchone", "json"}
)  # fmt: skip
#: Functions that read all of what they are given.
_READING = (
    "json.load",
    "pickle.load",
    "joblib.load",
    "yaml.safe_load",
    "pandas.read_",
    "numpy.load",
    "numpy.genfromtxt",
)


def unseen_obstacle(program: Program, name: str) -> str | None:
    """Why a value may not be written to a file.

    Args:
        program: the steps, without observation.
        name: the variable.

    Returns:
        The reason, or None where nothing in the code speaks against it.
    """
    judge = _Judge(program)
    for holder in _holders(program, name):
        for statement in program.binders.get(holder, ()):
            if statement.kind in {"import", "definition"}:
                continue
            for what in judge.bound(statement.node, holder):
                return f"`{name}` may hold {what}, and without a run it is not known whether a file would keep that"
    return None


def _holders(program: Program, name: str) -> set[str]:
    """The name, and those that it may share objects with."""
    return {name}.union(*(group for group in program.shared if name in group))


class _Judge:
    """Tells what values may hold that a file may not keep."""

    def __init__(self, program: Program) -> None:
        self._modules = program.analysis.modules
        self._classes = _own_classes(program)

    def bound(self, statement: ast.AST, name: str) -> Iterator[str]:
        """What a name may hold that the statement binds somewhere."""
        known = False
        for node in ast.walk(statement):
            if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.NamedExpr):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                # Of several names at once, each may get any part of the value.
                if node.value is not None and any(name in _names(target) for target in targets):
                    known = True
                    yield from self.held(node.value)
            elif isinstance(node, ast.For | ast.AsyncFor) and name in _names(node.target):
                known = True
                yield from self.elements(node.iter)
            elif isinstance(node, ast.With | ast.AsyncWith):
                for item in node.items:
                    if item.optional_vars is not None and name in _names(item.optional_vars):
                        known = True
                        yield from self.held(item.context_expr)
        if not known:
            yield from (what for node in ast.walk(statement) if isinstance(node, ast.expr) for what in self.held(node))

    def held(self, node: ast.AST) -> Iterator[str]:
        """What the value of an expression may hold."""
        if isinstance(node, ast.Lambda):
            yield "a function without a name"
        elif isinstance(node, ast.GeneratorExp | ast.Yield | ast.YieldFrom):
            yield "a generator"
        elif isinstance(node, ast.Name):
            if node.id in self._classes:
                yield f"objects of `{node.id}`, a class of the notebook"
        elif isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp):
            yield from self._gathered(node)
        elif isinstance(node, ast.Call):
            yield from self._given_back(node)
        elif not isinstance(node, ast.Compare | ast.JoinedStr | ast.Constant):
            for child in ast.iter_child_nodes(node):
                yield from self.held(child)

    def elements(self, node: ast.AST) -> Iterator[str]:
        """What the values may hold that come from going over the value of an expression."""
        if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp):
            yield from self._gathered(node)
        elif isinstance(node, ast.Call) and self._called(node) in {"open", "csv.reader", "csv.DictReader"}:
            return  # lines of text
        elif isinstance(node, ast.Call) and self._is_of_the_process(node):
            for part in node.args:
                is_function = isinstance(part, ast.Lambda | ast.Name) and self._called(node) in {"map", "filter"}
                made = isinstance(part, ast.Name) and part.id in _OF_THE_PROCESS
                if made:
                    yield "something of the process"
                elif not is_function or (isinstance(part, ast.Name) and part.id in self._classes):
                    yield from self.elements(part) if not isinstance(part, ast.Name) else self.held(part)
        else:
            yield from self.held(node)

    def _gathered(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> Iterator[str]:
        made = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        for part in made:
            yield from self.held(part)
        names = {inner.id for part in made for inner in ast.walk(part) if isinstance(inner, ast.Name)}
        for generator in node.generators:
            if names & _names(generator.target):
                yield from self.elements(generator.iter)

    def _given_back(self, node: ast.Call) -> Iterator[str]:
        called = self._called(node)
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        if self._is_of_the_process(node):
            yield "something of the process"
        elif called in _PLAIN or method in _PLAIN_METHODS or called.startswith(_READING):
            return
        elif called in _GATHERING:
            for part in node.args:
                yield from self.elements(part)
        else:
            yield from self.held(node.func)
            for part in given:
                yield from self.held(part)

    def _called(self, node: ast.Call) -> str:
        return dotted(node.func, self._modules) or str(getattr(node.func, "id", ""))

    def _is_of_the_process(self, node: ast.Call) -> bool:
        called = self._called(node)
        return called.startswith(_OF_THE_PROCESS) and (called in _OF_THE_PROCESS or "." in called)


def _names(target: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}


def _own_classes(program: Program) -> set[str]:
    found = set()
    for name, binders in program.binders.items():
        for statement in binders:
            value = statement.node.value if isinstance(statement.node, ast.Assign) else None
            made = isinstance(value, ast.Call) and ast.unparse(value.func).rpartition(".")[2] in _MAKES_CLASSES
            if made or isinstance(statement.node, ast.ClassDef):
                found.add(name)
    return found
