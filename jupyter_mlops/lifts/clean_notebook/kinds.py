"""What each expression of a notebook is, as far as its code makes that sure: an imported name, a table, a list."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from jupyter_mlops.lifts.clean_notebook import known
from jupyter_mlops.lifts.clean_notebook.known import Kind
from jupyter_mlops.lifts.clean_notebook.tables_syntax import (
    assigned,
    by_row,
    is_mask,
    labels_rows,
    numbers_columns,
    one_by_one,
)
from jupyter_mlops.project.python_source import imports_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST = 200
_DEEPEST_LOOP = 3
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Kinds:
    """The kinds of a module's expressions.

    Args:
        tree: the module; its statements run in order.
        seen: id of an expression → what it was when a run stopped there.

    Attributes:
        numbered: whether a table may have numbers as names of its columns.
        counted: whether the rows of all its tables are labelled by their numbers, as they are when read.
        each: names that stand for one thing after the other, or for what a function is given.
        bound: names that anything in it binds.
        stars: modules that all names are imported from.
    """

    def __init__(self, tree: ast.Module, seen: Mapping[int, Kind] | None = None) -> None:
        self.numbered = any(numbers_columns(node) for node in ast.walk(tree))
        self.counted = not any(labels_rows(node) for node in ast.walk(tree))
        self.each = {name for node in ast.walk(tree) for name in one_by_one(node)}
        self.bound: set[str] = set()
        self.stars: list[str] = []
        self._of: dict[int, Kind] = {}
        self._seen = seen or {}
        self._scopes: list[dict[str, Kind]] = [{}]
        self._ever: dict[str, set[Kind]] = {}
        self._imported: dict[str, dict[str, int]] = {}
        self._modules: set[str] = set()
        self._pending: list[tuple[ast.FunctionDef | ast.AsyncFunctionDef, str | None]] = []
        self._arguments: dict[str, list[tuple[ast.Call, list[Kind], dict[str, Kind]]]] = {}
        self._loops = 0
        self._rows: dict[int, Kind] = {}
        self._asked: set[int] = set()
        try:
            self._block(tree.body)
            self._functions()
        except RecursionError:
            self._of.clear()

    def of(self, node: ast.AST) -> Kind:
        """What an expression is; "" where that cannot be told."""
        return self._of.get(id(node), "")

    def name(self, node: ast.AST) -> str:
        """Dotted name of an imported object; "" for everything else."""
        kind = self.of(node)
        return kind[1:] if isinstance(kind, str) and kind.startswith("@") else ""

    # --- statements

    def _functions(self) -> None:
        """Bodies of functions, once all names around them are bound."""
        module = self._scopes[0]
        for name, kinds in self._ever.items():
            module[name] = known.joined(kinds)
        while self._pending:
            node, owner = self._pending.pop(0)
            self._scopes.append(self._parameters(node, owner))
            self._block(node.body)
            self._scopes.pop()

    def _parameters(self, node: ast.FunctionDef | ast.AsyncFunctionDef, owner: str | None) -> dict[str, Kind]:
        arguments = node.args
        plain = [*arguments.posonlyargs, *arguments.args]
        found: dict[str, Kind] = {}
        for one in (*plain, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg):
            if one is not None:
                self.bound.add(one.arg)
                annotated = self._value(one.annotation) if one.annotation is not None else ""
                found[one.arg] = known.called(annotated) if isinstance(annotated, str) and annotated[:1] == "@" else ""
        calls = self._arguments.get(node.name, []) if owner is None else []
        for position, one in enumerate(plain):
            given = [
                keywords.get(one.arg, values[position] if position < len(values) else "")
                for _, values, keywords in calls
            ]
            if given and not found[one.arg]:
                found[one.arg] = known.joined(given)
        return found

    def uses(self, module: str) -> bool:
        """Whether anything of a top module is imported."""
        return any(name.partition(".")[0] == module for name in (*self._modules, *self.stars))

    def imported_only(self, name: str) -> str:
        """The dotted name of the import that a name means wherever it is bound; "" where it is none, or several."""
        kinds = self._ever.get(name, set())
        kind = next(iter(kinds)) if len(kinds) == 1 else ""
        return kind[1:] if isinstance(kind, str) and kind.startswith("@") else ""

    def imported_from(self, name: str) -> int:
        """The line of the first import that binds a name; 0 where none does."""
        return min((names[name] for names in self._imported.values() if name in names), default=0)

    def imported(self, dotted: str, before: int) -> str:
        """The name that the notebook knows an imported object by; "" where it does not, or only below a line."""
        found = [
            (line, name)
            for name, line in self._imported.get(dotted, {}).items()
            if self._ever.get(name) == {f"@{dotted}"}
        ]
        return min(found)[1] if found and min(found)[0] <= before else ""

    def _block(self, body: Iterable[ast.stmt]) -> None:
        for statement in body:
            self._statement(statement)

    def _statement(self, node: ast.stmt) -> None:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            self._import(node)
        elif isinstance(node, _FUNCTIONS):
            defaults = (*node.args.defaults, *node.args.kw_defaults)
            for each in filter(None, (*node.decorator_list, *defaults, node.returns)):
                self._value(each)
            self._bind_name(node.name, f":{node.name}")
            self._pending.append((node, None))
        elif isinstance(node, ast.ClassDef):
            self._class(node)
        elif isinstance(node, ast.Assign):
            kind = self._value(node.value)
            for target in node.targets:
                self._bind(target, kind)
        elif isinstance(node, ast.AnnAssign):
            self._value(node.annotation)
            self._bind(node.target, self._value(node.value) if node.value is not None else "")
        elif isinstance(node, ast.AugAssign):
            self._value(node.value)
            if not isinstance(node.target, ast.Name):
                self._value(node.target)
        elif isinstance(node, (ast.For, ast.AsyncFor)):
            self._loop(node)
        elif isinstance(node, ast.While):
            self._value(node.test)
            self._again(node.body)
            self._block(node.orelse)
        elif isinstance(node, ast.If):
            self._value(node.test)
            self._either([node.body, node.orelse])
        elif isinstance(node, ast.Try):
            self._either([node.body, *(handler.body for handler in node.handlers)], first_wins=True)
            for handler in node.handlers:
                if handler.type is not None:
                    self._value(handler.type)
            self._block(node.orelse)
            self._block(node.finalbody)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            for item in node.items:
                kind = self._value(item.context_expr)
                if item.optional_vars is not None:
                    self._bind(item.optional_vars, kind if kind in ("file", "figure") else "")
            self._block(node.body)
        else:
            self._rest(node)

    def _rest(self, node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self._value(child)
            elif isinstance(child, ast.stmt):
                self._statement(child)
            elif not isinstance(child, (ast.expr_context, ast.operator, ast.pattern)):
                self._rest(child)

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        for item in imports_of(node):
            if item.name == "*":
                self.stars.append(item.module)
                continue
            plain = isinstance(node, ast.Import) and item.bound == item.module.partition(".")[0]
            dotted = item.bound if plain else item.dotted
            self._modules.add(item.module)
            if len(self._scopes) == 1:
                self._imported.setdefault(dotted, {}).setdefault(item.bound, node.lineno)
            self._bind_name(item.bound, f"@{dotted}")

    def _class(self, node: ast.ClassDef) -> None:
        for each in (*node.bases, *node.decorator_list, *(keyword.value for keyword in node.keywords)):
            self._value(each)
        self._bind_name(node.name, f":{node.name}")
        self._scopes.append({})
        for statement in node.body:
            if isinstance(statement, _FUNCTIONS):
                self._pending.append((statement, node.name))
                self.bound.add(statement.name)
            else:
                self._statement(statement)
        self._scopes.pop()

    def _loop(self, node: ast.For | ast.AsyncFor) -> None:
        over = self._value(node.iter)
        each: Kind = ""
        if over == "axes-array":
            each = "axes"
        elif over == "frame.iterrows()":
            each = ("", "row")
        self._bind(node.target, each)
        self._again(node.body)
        self._block(node.orelse)

    def _again(self, body: list[ast.stmt]) -> None:
        """A loop's body: what it binds may be what an earlier turn bound."""
        scope = self._scopes[-1]
        before = dict(scope)
        self._loops += 1
        if self._loops <= _DEEPEST_LOOP:
            pending = len(self._pending)
            self._block(body)
            del self._pending[pending:]
        else:
            for name in assigned(body):
                scope[name] = ""
        for name, kind in scope.items():
            scope[name] = kind if name not in before or before[name] == kind else known.joined([before[name], kind])
        self._block(body)
        self._loops -= 1

    def _either(self, blocks: list[list[ast.stmt]], *, first_wins: bool = False) -> None:
        """Blocks of which one runs. After `try: import x` and `except: x = None`, the name means the import."""
        before = dict(self._scopes[-1])
        ends = []
        for block in blocks:
            self._scopes[-1] = dict(before)
            self._block(block)
            if not (block and isinstance(block[-1], (ast.Return, ast.Raise, ast.Continue, ast.Break))):
                ends.append(self._scopes[-1])
        merged = dict(before)
        for name in {name for end in ends for name in end}:
            kinds = [end.get(name, before.get(name, "")) for end in ends]
            imported = first_wins and isinstance(kinds[0], str) and kinds[0].startswith("@")
            merged[name] = kinds[0] if imported else known.joined(kinds)
        self._scopes[-1] = merged

    # --- names

    def _bind(self, target: ast.expr, kind: Kind) -> None:
        if isinstance(target, ast.Name):
            self._bind_name(target.id, kind)
            self._of[id(target)] = kind
        elif isinstance(target, (ast.Tuple, ast.List)):
            for position, element in enumerate(target.elts):
                inner: Kind = ""
                if isinstance(kind, tuple) and position < len(kind):
                    inner = kind[position]
                elif kind == "axes-array":
                    inner = "axes"
                self._bind(element, inner)
        elif isinstance(target, ast.Starred):
            self._bind(target.value, "")
        else:
            self._value(target)

    def _bind_name(self, name: str, kind: Kind) -> None:
        if isinstance(kind, str) and len(kind) > _LONGEST:
            kind = ""
        self.bound.add(name)
        self._scopes[-1][name] = kind
        if len(self._scopes) == 1:
            self._ever.setdefault(name, set()).add(kind)

    def _lookup(self, name: str) -> Kind:
        for scope in reversed(self._scopes):
            if name in scope:
                return scope[name]
        return f"@{name}" if hasattr(builtins, name) else ""

    # --- expressions

    def _value(self, node: ast.expr) -> Kind:
        kind = self._kind(node)
        kind = self._seen.get(id(node), kind)
        self._of[id(node)] = kind
        return kind

    def _kind(self, node: ast.expr) -> Kind:
        if isinstance(node, ast.Name):
            return self._lookup(node.id)
        if isinstance(node, ast.Constant):
            return "text" if isinstance(node.value, str) else "number" if isinstance(node.value, (int, float)) else ""
        if isinstance(node, ast.Attribute):
            kind = known.attribute_of(self._value(node.value), node.attr)
            for table, of_column in (("frame", "series"), ("groupby", "groupby")):
                if kind == f"{table}.{node.attr}" and node.attr not in known.NO_COLUMNS and id(node) not in self._asked:
                    return of_column
            return kind
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.Subscript):
            return self._item(node)
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            inner = tuple(self._value(each) for each in node.elts)
            return inner if isinstance(node, ast.Tuple) else "list" if isinstance(node, ast.List) else "set"
        if isinstance(node, ast.Dict):
            for each in (*filter(None, node.keys), *node.values):
                self._value(each)
            return "dict"
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
            return self._comprehension(node)
        if isinstance(node, ast.Lambda):
            row = self._rows.get(id(node), "")
            names = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
            with self._inner({one.arg: row for one in names if one is not None}):
                self._value(node.body)
            return "function"
        return self._operation(node)

    def _operation(self, node: ast.expr) -> Kind:
        if isinstance(node, ast.BinOp):
            return known.operated(self._value(node.left), self._value(node.right))
        if isinstance(node, ast.Compare):
            kinds = [self._value(node.left), *(self._value(each) for each in node.comparators)]
            plain = all(isinstance(op, (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE)) for op in node.ops)
            return next((kind for kind in kinds if kind in (*known.PANDAS, "array")), "bool") if plain else "bool"
        if isinstance(node, ast.UnaryOp):
            return self._value(node.operand)
        if isinstance(node, ast.IfExp):
            self._value(node.test)
            return known.joined([self._value(node.body), self._value(node.orelse)])
        if isinstance(node, ast.NamedExpr):
            kind = self._value(node.value)
            self._bind(node.target, kind)
            return kind
        if isinstance(node, ast.JoinedStr):
            self._rest(node)
            return "text"
        if isinstance(node, (ast.Await, ast.Starred)):
            self._value(node.value)
            return ""
        self._rest(node)
        return ""

    @contextmanager
    def _inner(self, names: dict[str, Kind]) -> Iterator[None]:
        self.bound |= names.keys()
        self._scopes.append(names)
        yield
        self._scopes.pop()

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Kind:
        with self._inner({}):
            for generator in node.generators:
                self._value(generator.iter)
                self._bind(generator.target, "")
                for test in generator.ifs:
                    self._value(test)
            for each in [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]:
                self._value(each)
        if isinstance(node, ast.GeneratorExp):
            return "generator"
        return "list" if isinstance(node, ast.ListComp) else "dict" if isinstance(node, ast.DictComp) else "set"

    def _call(self, node: ast.Call) -> Kind:
        self._asked.add(id(node.func))
        function = self._value(node.func)
        if function == "frame.apply" and node.args and by_row(node):
            # A function that is given the rows of a table.
            self._rows[id(node.args[0])] = "row"
        values = [self._value(each) for each in node.args]
        keywords = {each.arg or "": self._value(each.value) for each in node.keywords}
        if isinstance(function, str) and function.startswith(":"):
            self._arguments.setdefault(function[1:], []).append((node, values, keywords))
            return ""
        if not isinstance(function, str) or not function:
            return ""
        if function.endswith(("().fit", "().set_params")):
            return function.rpartition(".")[0]
        if function.startswith("@"):
            return self._result(function[1:], node, values)
        return known.method_result(function, node)

    def _result(self, name: str, node: ast.Call, values: list[Kind]) -> Kind:
        given = {keyword.arg for keyword in node.keywords}
        if name.endswith("train_test_split"):
            return tuple(value for value in values for _ in range(2))
        if name == "matplotlib.pyplot.subplots":
            plain = not node.args and not given & {"nrows", "ncols"}
            return ("figure", "axes" if plain else "axes-array")
        if name in known.CALLS and not given & known.UNLESS.get(name, frozenset()):
            return known.CALLS[name]
        if name in ("numpy.log", "numpy.exp", "numpy.sqrt", "numpy.abs") and values and values[0] in known.PANDAS:
            return values[0]
        if name in ("pandas.isnull", "pandas.isna", "pandas.notnull", "pandas.notna"):
            return values[0] if values and values[0] in known.PANDAS else ""
        if name == "pandas.to_datetime" and values and values[0] in ("series", "pandas"):
            return "series"
        if name == "pandas.to_numeric" and values and values[0] == "series":
            return "series"
        return f"@{name}()"

    def _item(self, node: ast.Subscript) -> Kind:
        kind = self._value(node.value)
        inside = self._value(node.slice)
        index = node.slice
        if isinstance(kind, tuple):
            if (
                isinstance(index, ast.Constant)
                and isinstance(index.value, int)
                and -len(kind) <= index.value < len(kind)
            ):
                return kind[index.value]
            return ""
        if kind == "axes-array":
            return "axes" if isinstance(index, (ast.Tuple, ast.Constant)) else ""
        if kind in ("frame", "groupby"):
            many = isinstance(index, (ast.List, ast.ListComp, ast.Slice)) or inside in (
                "series",
                "list",
                "array",
                "frame",
            )
            if kind == "groupby":
                return "groupby"
            if many or inside == "index" or is_mask(index):
                return "frame"
            return "series" if isinstance(index, ast.Constant) and isinstance(index.value, str) else "pandas"
        if kind in ("series", "row"):
            return kind if isinstance(index, ast.Slice) or inside in ("series", "list", "array") else ""
        if kind in ("frame.loc", "frame.iloc", "frame.ix"):
            return known.located(index, inside)
        if kind == "pandas" and (isinstance(index, ast.Slice) or inside in ("series", "array")):
            return "pandas"
        if kind == "array" and isinstance(index, (ast.Slice, ast.Tuple)):
            return "array" if isinstance(index, ast.Slice) or any(isinstance(e, ast.Slice) for e in index.elts) else ""
        return ""
