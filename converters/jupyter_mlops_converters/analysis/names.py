"""Which names a piece of top-level code binds, uses, may mutate, and leaves to be looked up later.

This is a small definite-assignment analysis over Python's own syntax tree. It leans to the safe side: a name that might
be needed counts as used, one that might not be bound counts as maybe bound.
"""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass, field

from jupyter_mlops_converters.analysis.quoted import quoted_names

BUILTINS = frozenset(dir(builtins)) | {"get_ipython", "display", "In", "Out", "exit", "quit"}
#: Builtins that take an argument without changing it.
_PURE_CALLS = frozenset(
    {"print", "len", "display", "range", "str", "repr", "int", "float", "bool", "type", "isinstance", "sum", "min", "max",
     "sorted", "abs", "round", "zip", "enumerate", "list", "tuple", "set", "frozenset", "dict", "any", "all", "format",
     "hash", "id", "dir", "help", "callable", "getattr", "hasattr", "issubclass", "reversed", "map", "filter"}
)  # fmt: skip
#: Calls that reach names which no analysis of names can see.
_OPAQUE_CALLS = frozenset({"exec", "eval", "globals", "locals", "vars", "compile"})


@dataclass
class NameFacts:
    """What a piece of code does to names.

    Attributes:
        binds: certainly bound when it has run.
        maybe_binds: bound on some path.
        uses: looked up while it runs, before it certainly binds them itself.
        loads: all names looked up at top level.
        touches: may be mutated in place.
        deletes: removed by `del`.
        sets_attributes: given an attribute by assignment (`connection.row_factory = …`).
        deferred: function or class name → global names its body looks up when it is called.
        deferred_writes: function or class name → globals that it binds by `global`.
        star_imports: modules of `from m import *`.
        opaque: why names cannot be known (`exec`, `globals()`), or None.
    """

    binds: set[str] = field(default_factory=set)
    maybe_binds: set[str] = field(default_factory=set)
    uses: set[str] = field(default_factory=set)
    loads: set[str] = field(default_factory=set)
    touches: set[str] = field(default_factory=set)
    deletes: set[str] = field(default_factory=set)
    sets_attributes: set[str] = field(default_factory=set)
    deferred: dict[str, set[str]] = field(default_factory=dict)
    deferred_writes: dict[str, set[str]] = field(default_factory=dict)
    star_imports: list[str] = field(default_factory=list)
    opaque: str | None = None

    @property
    def all_binds(self) -> set[str]:
        """Names that are bound on any path."""
        return self.binds | self.maybe_binds


def name_facts(statements: list[ast.stmt]) -> NameFacts:
    """Analyse top-level statements in order.

    Args:
        statements: of a module or of a part of one.

    Returns:
        The facts.
    """
    visitor = _TopLevel()
    visitor.block(statements)
    facts = visitor.facts
    facts.binds = set(visitor.bound)
    facts.maybe_binds -= facts.binds
    return facts


class _TopLevel(ast.NodeVisitor):
    def __init__(self) -> None:
        self.facts = NameFacts()
        self.bound: set[str] = set()

    def block(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            self.visit(statement)

    def _branches(self, *blocks: list[ast.stmt], all_paths: bool) -> None:
        """Visits alternative blocks; what every one binds is bound after, when one of them is certain to run."""
        before = set(self.bound)
        results = []
        for statements in blocks:
            self.bound = set(before)
            self.block(statements)
            if not _leaves(statements):
                results.append(set(self.bound))
            self.facts.maybe_binds |= self.bound
        self.bound = set.intersection(*results) if all_paths and results else before

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self._load(node.id)
        elif isinstance(node.ctx, ast.Store):
            self._bind(node.id)
        else:
            self._load(node.id)
            self.bound.discard(node.id)
            self.facts.deletes.add(node.id)

    def _load(self, name: str) -> None:
        self.facts.loads.add(name)
        if name not in self.bound:
            self.facts.uses.add(name)
        for written in self.facts.deferred_writes.get(name, ()):
            self.facts.maybe_binds.add(written)

    def _bind(self, name: str) -> None:
        self.bound.add(name)
        self.facts.maybe_binds.add(name)
        self.facts.deferred.pop(name, None)
        self.facts.deferred_writes.pop(name, None)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        for target in node.targets:
            self.visit(target)
        if isinstance(node.value, ast.Lambda):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    self.facts.deferred[target.id] = free_names(node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.visit(node.annotation)
        if node.value is not None:
            self.visit(node.value)
            self.visit(node.target)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.visit(node.value)
        if isinstance(node.target, ast.Name):
            self._load(node.target.id)
            self.facts.touches.add(node.target.id)
            self._bind(node.target.id)
        else:
            self.visit(node.target)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if not isinstance(node.ctx, ast.Load):
            self._touch(node)
            if isinstance(node.value, ast.Name):
                self.facts.sets_attributes.add(node.value.id)
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if not isinstance(node.ctx, ast.Load):
            self._touch(node)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        plain = isinstance(node.func, ast.Name) and node.func.id in _PURE_CALLS
        if isinstance(node.func, ast.Attribute):
            self._touch(node.func)
        if isinstance(node.func, ast.Name) and node.func.id in _OPAQUE_CALLS:
            self.facts.opaque = f"`{node.func.id}(…)` can reach any name"
        for name in sorted(quoted_names(node)):
            self._load(name)
        if not plain:
            for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
                self._touch(argument)
        self.generic_visit(node)

    def _touch(self, node: ast.AST) -> None:
        while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred | ast.Call):
            node = node.func if isinstance(node, ast.Call) else node.value
        if isinstance(node, ast.Name):
            self.facts.touches.add(node.id)
        elif isinstance(node, ast.List | ast.Tuple | ast.Set):
            for element in node.elts:
                self._touch(element)
        elif isinstance(node, ast.Dict):
            for value in node.values:
                self._touch(value)

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        if _is_main_guard(node.test):
            self.block(node.body)
            return
        self._branches(node.body, node.orelse, all_paths=True)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        before = set(self.bound)
        self.visit(node.target)
        self.block(node.body)
        self.facts.maybe_binds |= self.bound
        self.bound = before
        self._branches(node.orelse, all_paths=False)

    visit_AsyncFor = visit_For

    def visit_While(self, node: ast.While) -> None:
        self.visit(node.test)
        self._branches(node.body, all_paths=False)
        self._branches(node.orelse, all_paths=False)

    def visit_Try(self, node: ast.Try) -> None:
        before = set(self.bound)
        self.block([*node.body, *node.orelse])
        whole = set(self.bound)
        self.facts.maybe_binds |= whole
        ends = [whole]
        for handler in node.handlers:
            self.bound = set(before)
            if handler.type is not None:
                self.visit(handler.type)
            if handler.name:
                self._bind(handler.name)
            self.block(handler.body)
            if handler.name:
                self.bound.discard(handler.name)
                self.facts.maybe_binds.discard(handler.name)
            if not _leaves(handler.body):
                ends.append(set(self.bound))
            self.facts.maybe_binds |= self.bound
        self.bound = set.intersection(*ends)
        self.block(node.finalbody)

    visit_TryStar = visit_Try

    def visit_With(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            self.visit(item.context_expr)
            if item.optional_vars is not None:
                self.visit(item.optional_vars)
        self.block(node.body)

    visit_AsyncWith = visit_With

    def visit_Match(self, node: ast.Match) -> None:
        self.visit(node.subject)
        before = set(self.bound)
        for case in node.cases:
            self.bound = set(before)
            for pattern in ast.walk(case.pattern):
                captured = getattr(pattern, "name", None) or getattr(pattern, "rest", None)
                if isinstance(captured, str):
                    self._bind(captured)
                if isinstance(pattern, ast.MatchValue):
                    self.visit(pattern.value)
            if case.guard is not None:
                self.visit(case.guard)
            self.block(case.body)
            self.facts.maybe_binds |= self.bound
        self.bound = before

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for decorator in node.decorator_list:
            self.visit(decorator)
        self._signature(node)
        free = free_names(node)
        writes = _global_writes(node)
        self._bind(node.name)
        self.facts.deferred[node.name] = free
        if writes:
            self.facts.deferred_writes[node.name] = writes
        if node.decorator_list:
            # A decorator may call it at once.
            for name in sorted(free):
                self._load(name)

    visit_AsyncFunctionDef = visit_FunctionDef

    def _signature(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        for default in [*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)]:
            self.visit(default)
        if not isinstance(node, ast.Lambda):
            arguments = node.args
            for argument in [
                *arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg,
            ]:  # fmt: skip
                if argument is not None and argument.annotation is not None:
                    self.visit(argument.annotation)
            if node.returns is not None:
                self.visit(node.returns)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for expression in [*node.decorator_list, *node.bases, *(k.value for k in node.keywords)]:
            self.visit(expression)
        free, writes = set(), set()
        local: set[str] = set()
        for statement in node.body:
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
                for expression in [*statement.decorator_list, *statement.args.defaults]:
                    for name in _loaded(expression) - local:
                        self._load(name)
                free |= free_names(statement)
                writes |= _global_writes(statement)
                local.add(statement.name)
            else:
                inner = name_facts([statement])
                for name in sorted(inner.uses - local):
                    self._load(name)
                local |= inner.all_binds
        self._bind(node.name)
        self.facts.deferred[node.name] = free - {node.name}
        if writes:
            self.facts.deferred_writes[node.name] = writes

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._signature(node)
        for name in sorted(free_names(node)):
            self._load(name)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        self.visit(node.generators[0].iter)
        for name in sorted(free_names(node)):
            self._load(name)
        for inner in ast.walk(node):
            if isinstance(inner, ast.NamedExpr) and isinstance(inner.target, ast.Name):
                self.facts.maybe_binds.add(inner.target.id)
            if isinstance(inner, ast.Call):
                if isinstance(inner.func, ast.Attribute):
                    self._touch(inner.func)
                for argument in inner.args:
                    self._touch(argument)

    visit_ListComp = visit_SetComp = visit_GeneratorExp = visit_DictComp = _comprehension

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self.visit(node.target)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._bind(alias.asname or alias.name.split(".")[0])

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.name == "*":
                self.facts.star_imports.append(node.module or "")
            else:
                self._bind(alias.asname or alias.name)


def _leaves(statements: list[ast.stmt]) -> bool:
    return bool(statements) and isinstance(statements[-1], ast.Raise | ast.Return | ast.Continue | ast.Break)


def _is_main_guard(test: ast.expr) -> bool:
    return (
        isinstance(test, ast.Compare)
        and isinstance(test.left, ast.Name)
        and test.left.id == "__name__"
        and isinstance(test.ops[0], ast.Eq)
    )


def _loaded(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def _global_writes(node: ast.AST) -> set[str]:
    return {name for n in ast.walk(node) if isinstance(n, ast.Global) for name in n.names}


def free_names(node: ast.AST) -> set[str]:
    """Names that a function, lambda or comprehension looks up outside itself when it runs (builtins too).

    Args:
        node: the definition.

    Returns:
        The free names, those declared `global` included.
    """
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        arguments = node.args
        bound = {
            a.arg
            for a in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
            if a is not None
        }
        body: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else list(node.body)
        return _free_in(body, bound)
    if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
        bound = {n.id for g in node.generators for n in ast.walk(g.target) if isinstance(n, ast.Name)}
        parts: list[ast.AST] = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        for position, generator in enumerate(node.generators):
            parts.extend(generator.ifs)
            if position:
                parts.append(generator.iter)
        return _free_in(parts, bound) | _free_in([node.generators[0].iter], set())
    return _free_in([node], set())


def _free_in(nodes: list[ast.AST], bound: set[str]) -> set[str]:
    collector = _ScopeCollector()
    for node in nodes:
        collector.visit(node)
    local = (bound | collector.stored) - collector.declared_global
    return (collector.loaded - local) | (collector.nested_free - local) | collector.declared_global


class _ScopeCollector(ast.NodeVisitor):
    """Loads and stores of one scope; nested scopes contribute their free names."""

    def __init__(self) -> None:
        self.loaded: set[str] = set()
        self.stored: set[str] = set()
        self.nested_free: set[str] = set()
        self.declared_global: set[str] = set()

    def visit_Name(self, node: ast.Name) -> None:
        (self.loaded if isinstance(node.ctx, ast.Load) else self.stored).add(node.id)

    def visit_Call(self, node: ast.Call) -> None:
        self.loaded |= quoted_names(node)
        self.generic_visit(node)

    def visit_Global(self, node: ast.Global) -> None:
        self.declared_global |= set(node.names)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self.stored.add(node.name)
        self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        self.stored |= {alias.asname or alias.name.split(".")[0] for alias in node.names}

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        self.stored |= {alias.asname or alias.name for alias in node.names}

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.stored.add(node.name)
        for part in [*node.decorator_list, *node.args.defaults, *(d for d in node.args.kw_defaults if d)]:
            self.visit(part)
        self.nested_free |= free_names(node)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.stored.add(node.name)
        inner = _ScopeCollector()
        for part in [*node.decorator_list, *node.bases, *(k.value for k in node.keywords), *node.body]:
            inner.visit(part)
        self.nested_free |= inner.loaded | inner.nested_free

    def _nested_scope(self, node: ast.AST) -> None:
        self.nested_free |= free_names(node)

    visit_Lambda = visit_ListComp = visit_SetComp = visit_GeneratorExp = visit_DictComp = _nested_scope
