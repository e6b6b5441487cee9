"""Brings the code of a notebook to what its libraries have today, by the table of their changes."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from jupyter_mlops.lifts.clean_notebook import removed
from jupyter_mlops.lifts.clean_notebook.change import Change, Moved, Site
from jupyter_mlops.lifts.clean_notebook.columns import TextColumns
from jupyter_mlops.lifts.clean_notebook.edits import Code, Draft, Edit, Open, Proposal, Repair
from jupyter_mlops.lifts.clean_notebook.importing import import_proposals, renamed_reference
from jupyter_mlops.lifts.clean_notebook.kinds import Kinds
from jupyter_mlops.lifts.clean_notebook.seen import Seen, Stop, seen_in

_ROUNDS = 12
#: Characters of code that are shown in a sentence.
_LONGEST_SHOWN = 72


@cache
def all_changes() -> tuple[Change, ...]:
    """Every change of the table, library by library: the files in `removed/`."""
    names = sorted(info.name for info in iter_modules(removed.__path__))
    return tuple(change for name in names for change in import_module(f"{removed.__name__}.{name}").CHANGES)


class Table:
    """Changes that count for a project.

    Args:
        changes: which.
        texts: whether tables that the notebook reads have columns of text, as far as that can be told.
        named_texts: which of their columns surely are.
    """

    def __init__(
        self,
        changes: tuple[Change, ...],
        texts: Callable[[], bool] = lambda: True,
        named_texts: Callable[[], TextColumns] = TextColumns,
    ) -> None:
        self.by_name: dict[str, list[Change]] = defaultdict(list)
        self.moves = [change for change in changes if isinstance(change.do, Moved)]
        self.texts = texts
        self.named_texts = named_texts
        for change in changes:
            for name in change.at:
                self.by_name[name].append(change)

    def moved(self, dotted: str) -> tuple[Change, str] | None:
        """The change that moved an object, and its new name."""
        if self.lost(dotted) is not None:
            return None
        for change in self.moves:
            assert isinstance(change.do, Moved)
            new = change.do.new(dotted)
            if new is not None:
                return change, new
        return None

    def lost(self, dotted: str) -> Change | None:
        """A change by which a name is gone that has not moved."""
        return next((one for one in self.by_name.get(dotted, ()) if one.name and not isinstance(one.do, Moved)), None)


def mend(draft: Draft, table: Table) -> None:
    """Repair all uses of what is gone, and note those that no repair is sure for.

    Args:
        draft: the notebook.
        table: what is gone.
    """
    for _ in range(_ROUNDS):
        code = Code(draft.notebook)
        kinds = Kinds(code.tree)
        proposals: list[Proposal] = []
        unsure: list[Open] = []
        for change, site in _uses(code, kinds, table):
            _propose(draft, change, site, proposals, unsure)
        rewritten, lost = import_proposals(code, kinds, table)
        unsure += [_unsure(draft, code, node, change) for node, change in lost]
        proposals += rewritten
        if not draft.apply(proposals):
            break
    draft.open += [one for one in dict.fromkeys(unsure) if one not in draft.open]


def mend_stop(draft: Draft, table: Table, stop: Stop) -> bool:
    """Repair what a run stopped at, by what it was seen to be there; whether anything was.

    Only the statement that was running is touched: that of the innermost call which something is known for.

    Args:
        draft: the notebook, as it ran.
        table: what is gone.
        stop: of the run.
    """
    code = Code(draft.notebook)
    for frame in reversed(stop.frames):
        seen = seen_in(draft.notebook, stop, frame)
        if seen is None:
            continue
        kinds = Kinds(code.tree, seen.kinds())
        kinds.numbered, kinds.counted = seen.numbered, seen.counted
        proposals: list[Proposal] = []
        for change, site in _uses(code, kinds, table, seen):
            _propose(draft, change, site, proposals, [])
        if draft.apply(proposals):
            return True
    return False


def _propose(draft: Draft, change: Change, site: Site, proposals: list[Proposal], unsure: list[Open]) -> None:
    answer = None
    if isinstance(change.do, Moved):
        answer = renamed_reference(change.do, site)
    elif change.do is not None:
        answer = change.do(site)
    if answer == []:
        return
    if answer is None:
        unsure.append(_unsure(draft, site.code, site.call or site.node, change))
    elif site.code.is_itself(site.call or site.node):
        cell, line, what, why, version = _unsure(draft, site.code, site.call or site.node, change)
        new = _rewritten(site, answer)
        what = f"{what} becomes `{new}`" if new else what
        error = site.seen.error if site.seen is not None else ""
        proposals.append(Proposal(answer, Repair("api", cell, line, what, why, version, error)))


def _rewritten(site: Site, edits: list[Edit]) -> str:
    """The code of a use after its repair; "" where it is too long to be shown."""
    span = site.code.span(site.call or site.node)
    if span.line != span.end_line:
        return ""
    text = site.code.rows[span.line - 1]
    inside = [edit for edit in edits if (edit.span.line, edit.span.end_line) == (span.line, span.line)]
    inside = [edit for edit in inside if edit.span.column >= span.column and edit.span.end_column <= span.end_column]
    end = span.end_column
    for edit in sorted(inside, key=lambda one: one.span, reverse=True):
        text = text[: edit.span.column] + edit.text + text[edit.span.end_column :]
        end += len(edit.text) - (edit.span.end_column - edit.span.column)
    new = text[span.column : end]
    return new if inside and len(new) <= _LONGEST_SHOWN and "\n" not in new else ""


def _unsure(draft: Draft, code: Code, node: ast.AST, change: Change) -> Open:
    """A use, by its place and its code."""
    cell, line = draft.notebook.place(code.span(node).line)
    what = " ".join(code.text(node).split())
    what = f"`{what[: _LONGEST_SHOWN - 2]} …`" if len(what) > _LONGEST_SHOWN else f"`{what}`"
    return Open(cell, draft.original(cell, line), what, change.why, change.version)


def _uses(code: Code, kinds: Kinds, table: Table, seen: Seen | None = None) -> Iterator[tuple[Change, Site]]:
    """Uses of what the table is about: all that the code makes sure, or those in the statement that a run stopped at."""
    for change, site in _all_uses(code, kinds, table):
        if seen is None:
            if not change.error:
                yield change, site
        elif site.own is seen.statement and re.search(change.error, seen.error):
            site.seen, site.texts = seen, lambda: bool(seen.texts)
            site.named_texts = lambda: TextColumns(seen.texts)
            yield change, site


def _all_uses(code: Code, kinds: Kinds, table: Table) -> Iterator[tuple[Change, Site]]:
    """Places that the table may be about, those inside of others last."""
    for top in code.tree.body:
        pending: list[tuple[ast.AST, ast.stmt, ast.AST]] = [(top, top, top)]
        while pending:
            node, own, parent = pending.pop()
            if isinstance(node, (ast.Name, ast.Attribute)) and not isinstance(node.ctx, ast.Store):
                call = parent if isinstance(parent, ast.Call) and parent.func is node else None
                for change in _about(node, kinds, table):
                    yield change, Site(code, kinds, node, call, top, own, parent, table.texts, table.named_texts)
            elif isinstance(node, ast.Call):
                for change in table.by_name.get("()", ()):
                    yield change, Site(code, kinds, node.func, node, top, own, parent, table.texts, table.named_texts)
            elif isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Del):
                stored = isinstance(node.ctx, ast.Store)
                for change in table.by_name.get("[]=" if stored else "[]", ()):
                    if not stored and not _fits(kinds.of(node.value), change):
                        continue
                    yield change, Site(code, kinds, node, None, top, own, parent, table.texts, table.named_texts)
            children = ast.iter_child_nodes(node)
            pending += [(child, child if isinstance(child, ast.stmt) else own, node) for child in children]


def _about(node: ast.Name | ast.Attribute, kinds: Kinds, table: Table) -> Iterator[Change]:
    dotted = kinds.name(node)
    if isinstance(node, ast.Name) and not dotted and node.id not in kinds.bound and not kinds.stars:
        # Nothing binds it, and it is no builtin: of an older Python it was one.
        yield from table.by_name.get(f"builtins.{node.id}", ())
    base = kinds.name(node.value) if isinstance(node, ast.Attribute) else ""
    # What is taken from a module that has moved follows its import.
    follows = bool(base) and table.moved(base) is not None
    if dotted:
        yield from (
            one for one in table.by_name.get(dotted, ()) if not isinstance(one.do, Moved) or (base and not follows)
        )
        if base and not follows and dotted not in table.by_name and (found := table.moved(dotted)):
            yield found[0]
    if isinstance(node, ast.Attribute):
        for change in table.by_name.get(f".{node.attr}", ()):
            if _fits(kinds.of(node.value), change) or (
                # Nothing else that the notebook knows has a method of that name.
                kinds.of(node.value) == ""
                and "?" in change.on
                and kinds.uses(change.module)
                and node.attr not in kinds.bound
            ):
                yield change


def _fits(kind: object, change: Change) -> bool:
    if not isinstance(kind, str):
        return False
    if kind == "row" and "series" in change.on:
        return True
    return kind in change.on or any(one.endswith("*") and kind.startswith(one[:-1]) for one in change.on)
