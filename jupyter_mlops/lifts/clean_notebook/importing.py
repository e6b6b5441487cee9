"""Imports of what has moved: rewritten, with the names by which the notebook knows it."""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING

from jupyter_mlops.lifts.clean_notebook.change import Change, Moved, Site
from jupyter_mlops.lifts.clean_notebook.edits import Code, Edit, Proposal, Repair, Span
from jupyter_mlops.lifts.clean_notebook.kinds import Kinds

if TYPE_CHECKING:
    from jupyter_mlops.lifts.clean_notebook.mending import Table


def renamed_reference(move: Moved, site: Site) -> list[Edit] | None:
    """Edits that let a use by attributes, `np.float`, mean the new place. Names of imports follow their import."""
    dotted = site.kinds.name(site.node)
    new = move.new(dotted)
    if isinstance(site.node, ast.Name) or new is None:
        return []
    if "." not in new and hasattr(builtins, new) and new in site.kinds.bound:
        return None
    return site.replaced(site.node, site.ref(new))


def import_proposals(code: Code, kinds: Kinds, table: Table) -> tuple[list[Proposal], list[tuple[ast.stmt, Change]]]:
    """Imports, rewritten where what they import has moved, or is gone and no longer used.

    Args:
        code: the notebook's.
        kinds: what its expressions are.
        table: what is gone.

    Returns:
        What to do, and the imports of what is gone and cannot be repaired.
    """
    names = _uses_by_name(code.tree)
    proposals: list[Proposal] = []
    lost: list[tuple[ast.stmt, Change]] = []
    for node in ast.walk(code.tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)) and not getattr(node, "level", 0):
            proposal = _rewritten(node, code, kinds, table, names)
            if proposal is not None:
                proposals.append(proposal)
            elif (change := _lost(node, table)) is not None:
                lost.append((node, change))
    return proposals, lost


def _lost(node: ast.Import | ast.ImportFrom, table: Table) -> Change | None:
    for alias in node.names:
        module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
        for dotted in (module, f"{module}.{alias.name}" if module else alias.name):
            if (change := table.lost(dotted)) is not None:
                return change
    return None


def _uses_by_name(tree: ast.Module) -> dict[str, list[ast.Name]]:
    found: dict[str, list[ast.Name]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found.setdefault(node.id, []).append(node)
    return found


def _rewritten(
    node: ast.Import | ast.ImportFrom, code: Code, kinds: Kinds, table: Table, names: dict[str, list[ast.Name]]
) -> Proposal | None:
    kept: list[str] = []
    lines: dict[str, list[str]] = {}
    edits: list[Edit] = []
    changes: list[Change] = []
    for alias in node.names:
        module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
        dotted = f"{module}.{alias.name}" if module else alias.name
        asked = module if alias.name == "*" else dotted
        written = f"{alias.name} as {alias.asname}" if alias.asname else alias.name
        found = table.moved(asked)
        lost = table.lost(dotted) if found is None else None
        bound = alias.asname or alias.name
        if lost is not None and isinstance(node, ast.ImportFrom) and not names.get(bound):
            changes.append(lost)
            continue
        if found is None:
            kept.append(written)
            continue
        change, new = found
        changes.append(change)
        statement, renames = _import_of(new, alias, isinstance(node, ast.ImportFrom), kinds, names)
        lines.setdefault(statement[0], []).append(statement[1])
        for name, text in renames:
            edits.append(Edit(code.span(name), text))
    if not changes:
        return None
    statements = [f"{head} {', '.join(dict.fromkeys(parts))}" for head, parts in lines.items()]
    if kept:
        head = f"from {node.module} import" if isinstance(node, ast.ImportFrom) else "import"
        statements.insert(0, f"{head} {', '.join(kept)}")
    span = code.span(node)
    indent = code.rows[span.line - 1][: span.column]
    text = f"\n{indent}".join(statements) if not indent.strip() else "; ".join(statements)
    if not statements:
        cell, line = code.notebook.place(span.end_line)
        more = line < code.notebook.cells[cell].python[0].count("\n") + 1
        if indent or len(code.rows[span.end_line - 1].rstrip()) > span.end_column:
            text = "pass"
        elif more and code.notebook.place(span.line)[0] == cell:
            span = Span(span.line, 0, span.end_line + 1, 0)
    change = changes[0]
    what = f"`{' '.join(code.text(node).split())[:100]}`"
    return Proposal([Edit(span, text), *edits], Repair("api", -1, 0, what, change.why, change.version))


def _import_of(
    new: str, alias: ast.alias, taken: bool, kinds: Kinds, names: dict[str, list[ast.Name]]
) -> tuple[tuple[str, str], list[tuple[ast.Name, str]]]:
    """How something is imported from its new place, and which names of the notebook change with that.

    Args:
        new: its new dotted name.
        alias: how it was imported.
        taken: whether by `from`.
        kinds: what the notebook's expressions are.
        names: its names, by what they are called.
    """
    module, _, name = new.rpartition(".")
    if alias.name == "*":
        return (f"from {new} import", "*"), []
    if not taken:
        # `import a` binds `a`, and `import a.b` as well.
        bound = alias.asname or ("" if "." in alias.name or alias.name == new else alias.name)
        return ("import", f"{new} as {bound}" if bound else new), []
    head = f"from {module} import" if module else "import"
    bound = alias.asname or alias.name
    if name == bound:
        return (head, name), []
    if alias.asname or name in kinds.bound or not _only_import(bound, names, kinds):
        return (head, f"{name} as {bound}"), []
    return (head, name), [(each, name) for each in names.get(bound, ())]


def _only_import(bound: str, names: dict[str, list[ast.Name]], kinds: Kinds) -> bool:
    """Whether a name means the import wherever it is used."""
    uses = names.get(bound, [])
    return all(isinstance(each.ctx, ast.Load) and kinds.name(each) for each in uses)
