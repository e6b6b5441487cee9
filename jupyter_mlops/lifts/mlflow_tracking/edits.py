"""Statements put into Python code without touching the rest: formatting, comments and blank lines stay as they are."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Wrap:
    """A `with` block around statements of one list.

    Attributes:
        last: line of the last statement in it.
        head: the block's head.
        outside: statements before the block.
    """

    last: int
    head: str
    outside: tuple[str, ...] = ()


@dataclass
class Edits:
    """What is put into a piece of code. Lines are those on which statements begin, 1-based.

    Attributes:
        imports: whether `import mlflow` is needed.
        opening: statements after the imports at the head.
        before: line → statements before the one that begins there.
        after: line → statements after it.
        wraps: line of the first statement → block around it and those that follow.
    """

    imports: bool = False
    opening: list[str] = field(default_factory=list)
    before: dict[int, list[str]] = field(default_factory=dict)
    after: dict[int, list[str]] = field(default_factory=dict)
    wraps: dict[int, Wrap] = field(default_factory=dict)

    def put_before(self, line: int, *statements: str) -> None:
        """Add statements before the one that begins on a line."""
        self.before.setdefault(line, []).extend(statements)

    def put_first(self, line: int, *statements: str) -> None:
        """Add statements before those that are put before a line already."""
        self.before[line] = [*statements, *self.before.get(line, [])]

    def put_after(self, line: int, *statements: str) -> None:
        """Add statements after the one that begins on a line."""
        self.after.setdefault(line, []).extend(statements)

    def __bool__(self) -> bool:
        return bool(self.imports or self.opening or self.before or self.after or self.wraps)


def edited(code: str, edits: Edits, *, own: Iterable[str] = ()) -> str | None:
    """The code with the edits made.

    Args:
        code: the code; it parses.
        edits: what is put in.
        own: modules of the project, which imports keep apart from packages.

    Returns:
        None where the result would not be the same program with the additions: the edits did not fit.
    """
    import libcst
    from libcst.metadata import MetadataWrapper, PositionProvider

    wrapper = MetadataWrapper(libcst.parse_module(code), unsafe_skip_copy=True)
    positions = wrapper.resolve(PositionProvider)

    def line_of(node: Any) -> int:
        line: int = positions[node].start.line
        return line

    result = wrapper.module.visit(_inserter(edits, line_of, wrapper.module.config_for_parsing))
    if edits.imports:
        result = _with_import(result, frozenset(own) | sys.stdlib_module_names)
    if edits.opening:
        result = _with_opening(result, edits.opening)
    new = str(result.code)
    return new if _same_but_for_additions(code, new) else None


def _inserter(edits: Edits, line_of: Callable[[Any], int], config: Any) -> Any:
    """What rebuilds the lists of statements that something is put into."""
    import libcst

    def parsed(texts: Iterable[str]) -> list[Any]:
        return [libcst.parse_statement(text, config=config) for text in texts]

    def with_additions(line: int, node: Any) -> list[Any]:
        before = parsed(edits.before.get(line, ()))
        after = parsed(edits.after.get(line, ()))
        if before:
            before[0], node = _handed(node, before[0])
        return [*before, node, *after]

    def rebuilt(originals: Sequence[Any], updates: Sequence[Any]) -> list[Any]:
        lines = [line_of(node) for node in originals]
        body: list[Any] = []
        position = 0
        while position < len(updates):
            wrap = edits.wraps.get(lines[position])
            end = lines.index(wrap.last) if wrap is not None and wrap.last in lines else position
            inner = [part for at in range(position, end + 1) for part in with_additions(lines[at], updates[at])]
            if wrap is not None:
                outside = [*parsed(wrap.outside), parsed([f"{wrap.head}\n    pass"])[0]]
                outside[0], inner[0] = _handed(inner[0], outside[0])
                outside[-1] = outside[-1].with_changes(body=outside[-1].body.with_changes(body=inner))
                inner = outside
            body += inner
            position = end + 1
        return body

    class Inserter(libcst.CSTTransformer):  # type: ignore[misc]
        def leave_Module(self, original: Any, updated: Any) -> Any:  # noqa: N802
            return updated.with_changes(body=rebuilt(original.body, updated.body))

        def leave_IndentedBlock(self, original: Any, updated: Any) -> Any:  # noqa: N802
            return updated.with_changes(body=rebuilt(original.body, updated.body))

    return Inserter()


def _handed(old: Any, new: Any) -> tuple[Any, Any]:
    """Comments and blank lines before a statement, handed to the one that now comes first."""
    return new.with_changes(leading_lines=old.leading_lines), old.with_changes(leading_lines=[])


def _with_import(module: Any, known: frozenset[str]) -> Any:
    """`import mlflow` where a sorted list of imports would have it.

    Args:
        module: the code.
        known: modules of Python and of the project.
    """
    import libcst

    line = libcst.parse_statement("import mlflow", config=module.config_for_parsing)
    body = list(module.body)
    heads = [_head(module, node) for node in body]
    begin = next((index for index, found in enumerate(heads) if found is not None), None)
    if begin is None:
        at = 1 if ast.get_docstring(ast.parse(module.code)) is not None else 0
        if body and not at:
            # The comments at the head of a file stay there.
            line, body[0] = _handed(body[0], line)
        body.insert(at, line)
        return module.with_changes(body=body)
    # The imports at the head: one in the middle of the code comes too late.
    end = next((index for index in range(begin, len(heads)) if heads[index] is None), len(heads))
    packages = [index for index in range(begin, end) if (heads[index] or ("", ""))[1] not in known]
    plain = [index for index in packages if (heads[index] or ("", ""))[0] == "import"]
    earlier = [index for index in plain if (heads[index] or ("", ""))[1].lower() < "mlflow"]
    if earlier:
        body.insert(max(earlier) + 1, line)
    elif packages:
        at = packages[0]
        line, body[at] = _handed(body[at], line)
        body.insert(at, line)
    else:
        body.insert(end, line.with_changes(leading_lines=[libcst.EmptyLine(indent=False)]))
    return module.with_changes(body=body)


def _with_opening(module: Any, texts: list[str]) -> Any:
    """Statements after the last import of a line of its own at the top level."""
    import libcst

    body = list(module.body)
    at = max((index for index, node in enumerate(body) if _head(module, node) is not None), default=-1) + 1
    new = [libcst.parse_statement(text, config=module.config_for_parsing) for text in texts]
    if at:
        new[0] = new[0].with_changes(leading_lines=[libcst.EmptyLine(indent=False)])
    return module.with_changes(body=[*body[:at], *new, *body[at:]])


def _head(module: Any, node: Any) -> tuple[str, str] | None:
    """Kind and top-level module of an import that has a line of its own."""
    import libcst

    if not isinstance(node, libcst.SimpleStatementLine) or len(node.body) != 1:
        return None
    statement = node.body[0]
    if isinstance(statement, libcst.Import):
        return "import", module.code_for_node(statement.names[0].name).split(".")[0]
    if isinstance(statement, libcst.ImportFrom) and statement.module is not None and not statement.relative:
        return "from", module.code_for_node(statement.module).split(".")[0]
    return ("from", "") if isinstance(statement, libcst.ImportFrom) else None


def _same_but_for_additions(old: str, new: str) -> bool:
    try:
        before, after = ast.parse(old), ast.parse(new)
    except (SyntaxError, ValueError):
        return False
    return ast.dump(_Without().visit(before)) == ast.dump(_Without().visit(after))


class _Without(ast.NodeTransformer):
    """Code without what tracking adds."""

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        """Calls of MLflow."""
        return None if _is_ours(node.value) else node

    def visit_Import(self, node: ast.Import) -> ast.Import | None:
        """The import."""
        return None if [alias.name for alias in node.names] == ["mlflow"] else node

    def visit_If(self, node: ast.If) -> ast.AST | None:
        """The choice of the store."""
        if _is_ours(node.test.operand) if isinstance(node.test, ast.UnaryOp) else False:
            return None
        return self.generic_visit(node)

    def visit_With(self, node: ast.With) -> ast.AST | list[ast.stmt]:
        """The block of a run: what is in it stays."""
        found = self.generic_visit(node)
        assert isinstance(found, ast.With)
        return found.body if _is_ours(found.items[0].context_expr) else found


def _is_ours(node: ast.expr) -> bool:
    while isinstance(node, (ast.Call, ast.Attribute)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return isinstance(node, ast.Name) and node.id == "mlflow"
