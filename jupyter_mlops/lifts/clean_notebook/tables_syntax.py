"""What the syntax of an expression alone says of the tables and loops of a notebook."""

from __future__ import annotations

import ast


def is_mask(node: ast.expr) -> bool:
    """Whether an index is a comparison, or several: those choose rows."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.BitAnd, ast.BitOr)):
        return is_mask(node.left) or is_mask(node.right)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert):
        return is_mask(node.operand)
    return isinstance(node, ast.Compare)


def labels_rows(node: ast.AST) -> bool:
    """Whether an expression gives rows other labels than their numbers."""
    if isinstance(node, ast.Attribute):
        other = (
            "set_index",
            "reindex",
            "pivot",
            "pivot_table",
            "groupby",
            "T",
            "transpose",
            "resample",
            "describe",
            "corr",
        )
        return node.attr in other or (node.attr == "index" and isinstance(node.ctx, ast.Store))
    return isinstance(node, ast.keyword) and node.arg in ("index_col", "index", "keys")


#: Methods that leave rows labelled by numbers where they were, `drop` included: what it leaves keeps its labels.
_SAME_LABELS = (
    *(
        "copy",
        "drop",
        "dropna",
        "fillna",
        "sort_values",
        "reset_index",
        "replace",
        "astype",
        "rename",
        "assign",
        "head",
        "tail",
    ),
    *("drop_duplicates", "sample", "query", "round", "ffill", "bfill", "interpolate", "merge"),
)


def rows_numbered(tree: ast.Module, name: str) -> bool:
    """Whether the rows of a table are labelled by numbers, wherever a module gives it a value."""
    values: list[ast.expr] = []
    for node in ast.walk(tree):
        for target in node.targets if isinstance(node, ast.Assign) else ():
            if _is_named(target, name):
                values.append(node.value)  # type: ignore[attr-defined]
            elif (isinstance(target, (ast.Tuple, ast.List)) and any(_is_named(each, name) for each in target.elts)) or (
                isinstance(target, ast.Attribute) and target.attr == "index" and _is_named(target.value, name)
            ):
                return False
        if isinstance(node, ast.arg) and node.arg == name:
            return False
        called = node.func if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else None
        if called is not None and called.attr == "set_index" and _is_named(called.value, name):
            return False
    return bool(values) and all(_numbers_rows(value, name) for value in values)


def _is_named(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _numbers_rows(value: ast.expr, name: str) -> bool:
    """Whether a value of a table has such rows: one that is read, or made of the table itself."""
    while True:
        if _is_named(value, name):
            return True
        if isinstance(value, ast.Subscript) and (is_mask(value.slice) or isinstance(value.slice, ast.List)):
            value = value.value
            continue
        if not (isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute)):
            return False
        if value.func.attr in ("read_csv", "read_excel", "read_table"):
            return not any(each.arg in ("index_col", None) for each in value.keywords)
        if value.func.attr not in _SAME_LABELS or any(
            each.arg in ("index", "left_index", "right_index") for each in value.keywords
        ):
            return False
        value = value.func.value


def one_by_one(node: ast.AST) -> set[str]:
    """Names that stand for one thing after the other: of loops, and of what functions are given."""
    if isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
        return {each.id for each in ast.walk(node.target) if isinstance(each, ast.Name)}
    return {node.arg} if isinstance(node, ast.arg) else set()


def by_row(node: ast.Call) -> bool:
    """Whether a function is applied to rows, `table.apply(f, axis=1)`."""
    axis = next(
        (each.value for each in node.keywords if each.arg == "axis"), node.args[1] if len(node.args) > 1 else None
    )
    return isinstance(axis, ast.Constant) and axis.value in (1, "columns")


def numbers_columns(node: ast.AST) -> bool:
    """Whether an expression makes a table whose columns may be called by numbers."""
    if isinstance(node, ast.Attribute):
        return node.attr in ("T", "transpose", "pivot", "pivot_table", "unstack", "crosstab", "from_records")
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    named = {each.arg: each.value for each in node.keywords}
    if name == "DataFrame":
        plain = not node.args or isinstance(node.args[0], ast.Dict)
        return "columns" not in named and not plain
    header = named.get("header")
    return isinstance(header, ast.Constant) and header.value is None


def assigned(body: list[ast.stmt]) -> set[str]:
    """Names that statements bind."""
    return {
        node.id
        for statement in body
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
