"""Builds the scopes of a module: one pass over its syntax tree."""

from __future__ import annotations

import ast

from jupyter_mlops.project.python_source import (
    Call,
    Scope,
    blocks,
    constant_truth,
    imports_of,
    is_main_guard,
    live,
)

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_IMPORTS = (ast.Import, ast.ImportFrom)
#: Names of chained calls are cut here: `df = df.step()` a thousand times over would grow without bound.
_LONGEST = 160
_IGNORED = (ast.expr_context, ast.operator, ast.cmpop, ast.boolop, ast.unaryop)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def build_scopes(tree: ast.Module) -> list[Scope]:
    """The scopes of a module, itself first. A `__main__` block is a scope of its own, called ``__main__``."""
    builder = _Builder()
    module = Scope("", "module", None, 1, body=tree.body)
    builder.scopes.append(module)
    builder.block(tree.body, module)
    builder.bodies()
    return builder.scopes


class _Builder:
    def __init__(self) -> None:
        self.scopes: list[Scope] = []
        self.pending: list[tuple[list[ast.stmt], Scope]] = []

    def bodies(self) -> None:
        """Bodies of functions, once all names around them are bound: they may call what is defined below them."""
        for body, scope in self.pending:  # grows while functions hold functions
            self.block(body, scope)

    def block(self, body: list[ast.stmt], scope: Scope) -> None:
        for node in live(body):
            self.statement(node, scope)

    def statement(self, node: ast.stmt, scope: Scope) -> None:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for item in imports_of(node):
                plain = isinstance(node, ast.Import) and item.bound == item.module.partition(".")[0]
                if item.name == "*":
                    # Of two, it cannot be told which of them a name is from.
                    scope.bound["*"] = "" if scope.bound.get("*", item.module) != item.module else item.module
                    continue
                scope.bound[item.bound] = item.bound if plain else item.dotted
        elif isinstance(node, _FUNCTIONS):
            self.function(node, scope)
        elif isinstance(node, ast.ClassDef):
            self.klass(node, scope)
        elif isinstance(node, ast.If) and scope.kind == "module" and is_main_guard(node.test):
            inner = self.open("__main__", "function", scope, node)
            self.block(node.body, inner)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            self.assignment(node, scope)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            for manager in node.items:
                self.expression(manager.context_expr, scope)
                if manager.optional_vars is not None:
                    self.bind(manager.optional_vars, manager.context_expr, scope)
            self.block(node.body, scope)
        elif isinstance(node, (ast.If, ast.While)):
            self.expression(node.test, scope)
            for block in blocks(node):
                self.block(block, scope)
        elif isinstance(node, ast.Try):
            self.attempt(node, scope)
        else:
            if isinstance(node, (ast.For, ast.AsyncFor)):
                self.bind(node.target, None, scope)
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr):
                    self.expression(child, scope)
            for block in blocks(node):
                self.block(block, scope)

    def attempt(self, node: ast.Try, scope: Scope) -> None:
        """A `try`: after `try: import mlflow` and `except ImportError: mlflow = None`, the name means the import."""
        for block in (node.body, node.orelse):
            self.block(block, scope)
        tried = {item.bound for child in node.body if isinstance(child, _IMPORTS) for item in imports_of(child)}
        imported = {name: scope.bound[name] for name in tried if name in scope.bound}
        for handler in node.handlers if not all(isinstance(inner, ast.Pass) for inner in node.body) else ():
            if handler.type is not None:
                self.expression(handler.type, scope)
            self.block(handler.body, scope)
        scope.bound |= imported
        self.block(node.finalbody, scope)

    def open(self, name: str, kind: str, parent: Scope, node: ast.AST) -> Scope:
        qualified = f"{parent.name}.{name}" if parent.name else name
        scope = Scope(qualified, kind, parent, getattr(node, "lineno", 1), node, body=getattr(node, "body", []))
        parent.children[name] = scope
        self.scopes.append(scope)
        return scope

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> None:
        inner = self.open(node.name, "function", scope, node)
        inner.decorators = self.decorated(node.decorator_list, scope)
        arguments = node.args
        for default in (*arguments.defaults, *arguments.kw_defaults):
            if default is not None:
                self.expression(default, scope)
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            if argument.annotation is not None:
                self.expression(argument.annotation, scope)
                typed = scope.dotted(argument.annotation)
                if typed:
                    inner.bound[argument.arg] = f"{typed}()"
                    continue
            inner.bound[argument.arg] = "self" if argument.arg == "self" else f"?{argument.arg}"
        scope.bound[node.name] = f":{inner.name}"
        self.pending.append((node.body, inner))

    def named_lambda(self, name: str, node: ast.Lambda, scope: Scope) -> None:
        """`log = lambda value: …` is a function of that name: what is in it runs where that is called."""
        arguments = node.args
        for default in (*arguments.defaults, *arguments.kw_defaults):
            if default is not None:
                self.expression(default, scope)
        inner = self.open(name, "function", scope, node)
        inner.body = [ast.copy_location(ast.Expr(node.body), node.body)]
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            inner.bound[argument.arg] = f"?{argument.arg}"
        scope.bound[name] = f":{inner.name}"
        self.pending.append((inner.body, inner))

    def klass(self, node: ast.ClassDef, scope: Scope) -> None:
        inner = self.open(node.name, "class", scope, node)
        inner.decorators = self.decorated(node.decorator_list, scope)
        inner.bases = tuple(scope.dotted(base) for base in node.bases)
        for base in (*node.bases, *(keyword.value for keyword in node.keywords)):
            self.expression(base, scope)
        scope.bound[node.name] = f":{inner.name}"
        self.block(node.body, inner)

    def decorated(self, decorators: list[ast.expr], scope: Scope) -> tuple[str, ...]:
        for decorator in decorators:
            self.expression(decorator, scope)
        return tuple(scope.dotted(decorator) for decorator in decorators)

    def assignment(self, node: ast.Assign | ast.AnnAssign, scope: Scope) -> None:
        if node.value is None:
            return
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if isinstance(node.value, ast.Lambda) and isinstance(targets[0], ast.Name) and len(targets) == 1:
            self.named_lambda(targets[0].id, node.value, scope)
            return
        self.expression(node.value, scope)
        for target in targets:
            self.bind(target, node.value, scope)
            if isinstance(target, ast.Subscript):
                self.expression(target, scope)

    def bind(self, target: ast.expr, value: ast.expr | None, scope: Scope) -> None:
        if isinstance(target, ast.Name):
            text = scope.string(value) if value is not None and target.id not in scope.bound else None
            known = scope.dotted(value) if value is not None else ""
            scope.bound[target.id] = known[:_LONGEST] or f"?{target.id}"
            if text is None:
                scope.constants.pop(target.id, None)
            else:
                scope.constants[target.id] = text
        elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self":
            owner = scope.parent
            known = scope.dotted(value) if value is not None else ""
            if owner is not None and owner.kind == "class" and known:
                owner.bound.setdefault(f"self.{target.attr}", known[:_LONGEST])
        elif isinstance(target, (ast.Tuple, ast.List)):
            pairs = value.elts if isinstance(value, (ast.Tuple, ast.List)) else [None] * len(target.elts)
            for position, element in enumerate(target.elts):
                self.bind(element, pairs[position] if position < len(pairs) else None, scope)

    def expression(self, root: ast.expr, scope: Scope) -> None:
        # The innermost loop of the assessment: types are compared, fields of the frequent nodes are named.
        names = scope.names
        pending: list[ast.AST] = [root]
        while pending:
            node = pending.pop()
            kind = node.__class__
            if kind is ast.Name:
                if node.ctx.__class__ is ast.Load:  # type: ignore[attr-defined]
                    names.setdefault(node.id, node.lineno)  # type: ignore[attr-defined]
            elif kind is ast.Constant:
                pass
            elif kind is ast.Attribute:
                names.setdefault(node.attr, node.lineno)  # type: ignore[attr-defined]
                pending.append(node.value)  # type: ignore[attr-defined]
            elif isinstance(node, ast.Call):
                scope.calls.append(Call(scope.dotted(node.func), node, scope))
                pending.append(node.func)
                pending += node.args
                pending += [keyword.value for keyword in node.keywords]
            else:
                self.rarer(node, scope, pending)

    def rarer(self, node: ast.AST, scope: Scope, pending: list[ast.AST]) -> None:
        if isinstance(node, ast.IfExp):
            truth = constant_truth(node.test)
            if truth is not None:
                pending.append(node.body if truth else node.orelse)
                return
        elif isinstance(node, ast.BoolOp):
            decisive = isinstance(node.op, ast.Or)
            for operand in node.values:
                pending.append(operand)
                if constant_truth(operand) is decisive:  # what is behind it is never asked
                    return
            return
        elif isinstance(node, ast.NamedExpr):
            self.bind(node.target, node.value, scope)
        elif isinstance(node, _COMPREHENSIONS):
            for generator in node.generators:
                self.bind(generator.target, None, scope)
        # Not its attributes: who shows tracebacks in this process may have given nodes a parent, those that all trees
        # of the interpreter share among them, and from there every other tree could be reached, for ever.
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, list):
                pending += [item for item in value if isinstance(item, ast.AST)]
            elif isinstance(value, ast.AST) and not isinstance(value, _IGNORED):
                pending.append(value)
