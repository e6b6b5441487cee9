"""Ways to repair a use of what a library no longer has: of a call's arguments, of a call as a whole, of an attribute."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from jupyter_mlops.lifts.clean_notebook.change import Rewrite, Site
from jupyter_mlops.lifts.clean_notebook.edits import Edit, Span


def keyword(old: str, new: str) -> Rewrite:
    """A keyword that has another name."""

    def rewrite(site: Site) -> list[Edit] | None:
        for each in site.call.keywords if site.call is not None else ():
            if each.arg == old:
                if any(other.arg == new for other in site.call.keywords):  # type: ignore[union-attr]
                    return None
                span = site.code.span(each)
                return [Edit(Span(span.line, span.column, span.line, span.column + len(old)), new)]
        return []

    return rewrite


def without(*names: str, only: Callable[[ast.expr], bool] = lambda _value: True) -> Rewrite:
    """Keywords that are gone, and changed nothing; where `only` says no of a value, leaving it out is not sure."""

    def rewrite(site: Site) -> list[Edit] | None:
        found = [each for each in site.call.keywords if each.arg in names] if site.call is not None else []
        if not all(only(each.value) for each in found):
            return None
        # One at a time: the commas around them are shared.
        return [Edit(_with_comma(site, each), "") for each in found[:1]]

    return rewrite


def value(position: int | None, name: str, values: dict[object, str]) -> Rewrite:
    """An argument whose values are called otherwise: value → code of the new one."""

    def rewrite(site: Site) -> list[Edit] | None:
        found = site.argument(position, name)
        if isinstance(found, ast.Constant) and isinstance(found.value, (str, bool, int)) and found.value in values:
            return [Edit(site.code.span(found), quoted_like(site.text(found), values[found.value]))]
        return []

    return rewrite


def quoted_like(old: str, new: str) -> str:
    """The code of a text in the quotes that the one in whose place it comes has."""
    return f"'{new[1:-1]}'" if old.startswith("'") and new.startswith('"') and "'" not in new else new


def named(*names: str, keep: int = 0, most: int | None = None) -> Rewrite:
    """Arguments that have to be named: those after the first `keep`, by these names."""

    def rewrite(site: Site) -> list[Edit] | None:
        if site.call is None or len(site.call.args) <= keep:
            return []
        if site.spread or len(site.call.args) > (most or len(names)):
            return None
        given = {each.arg for each in site.call.keywords}
        edits = []
        for argument, name in list(zip(site.call.args, names, strict=False))[keep:]:
            if name in given:
                return None
            span = site.code.span(argument)
            edits.append(Edit(Span(span.line, span.column, span.line, span.column), f"{name}="))
        return edits

    return rewrite


def template(text: str, *names: str, least: int = 0) -> Rewrite:
    """Code in the place of a call.

    Args:
        text: the code, with `{name}` for arguments, `{self}` for what a method is of, `{rest}` for all other arguments (with
            a comma before them), `{@dotted.name}` for an imported object.
        names: of the arguments, by position.
        least: how many of them have to be given.
    """
    wanted = set(re.findall(r"\{(\w+)\}", text)) - {"self", "rest"}

    def rewrite(site: Site) -> list[Edit] | None:
        if site.call is None or site.spread:
            return None
        given: dict[str, ast.expr] = {}
        rest = []
        for position, argument in enumerate(site.call.args):
            if position < len(names):
                given[names[position]] = argument
            else:
                rest.append(site.text(argument))
        for each in site.call.keywords:
            if each.arg in names:
                given[each.arg] = each.value
            else:
                rest.append(site.text(each))
        rest += [f"{name}={site.text(given[name])}" for name in names if name in given and name not in wanted]
        if wanted - given.keys() or (rest and "{rest}" not in text) or len(given) < least:
            return None
        return site.replaced(site.call, _filled(site, text, given, rest))

    return rewrite


def _filled(site: Site, text: str, given: dict[str, ast.expr], rest: list[str]) -> str:
    def put(match: re.Match[str]) -> str:
        name = match[1]
        if name.startswith("@"):
            return site.ref(name[1:])
        if name == "rest":
            before = text[: match.start()]
            return ("" if before.endswith("(") else ", ") + ", ".join(rest) if rest else ""
        node = site.receiver if name == "self" else given[name]
        assert node is not None
        dotted = text[match.end() : match.end() + 1] in (".", "[")
        return site.atom(node) if dotted else site.text(node)

    return re.sub(r"\{(@?[\w.]+)\}", put, text)


def added(name: str, code: str) -> Rewrite:
    """A keyword that has to be given now, where it is not."""

    def rewrite(site: Site) -> list[Edit] | None:
        if site.call is None or site.argument(None, name) is not None:
            return []
        if site.spread:
            return None
        spans = sorted(_arguments(site), key=lambda one: (one.end_line, one.end_column))
        end = site.code.span(site.call)
        if spans:
            span = Span(spans[-1].end_line, spans[-1].end_column, spans[-1].end_line, spans[-1].end_column)
            return [Edit(span, f", {name}={code}")]
        return [Edit(Span(end.end_line, end.end_column - 1, end.end_line, end.end_column - 1), f"{name}={code}")]

    return rewrite


def left_out(site: Site) -> list[Edit] | None:
    """A statement that is nothing but the call, and that nothing depends on any more: a comment is left of it."""
    call = site.call
    if call is None or not (isinstance(site.own, ast.Expr) and site.own.value is call):
        return None
    text, span = site.text(call), site.code.span(call)
    alone = "\n" not in text and not site.code.rows[span.end_line - 1][span.end_column :].strip(" ;")
    return site.replaced(call, f"pass  # {text}") if alone else None


def first(*rewrites: Rewrite) -> Rewrite:
    """The first rewrite that is sure and changes something."""

    def rewrite(site: Site) -> list[Edit] | None:
        answers = []
        for each in rewrites:
            answer = each(site)
            if answer:
                return answer
            answers.append(answer)
        return None if None in answers else []

    return rewrite


def both(*rewrites: Rewrite) -> Rewrite:
    """All of several rewrites."""

    def rewrite(site: Site) -> list[Edit] | None:
        edits: list[Edit] = []
        for each in rewrites:
            answer = each(site)
            if answer is None:
                return None
            edits += answer
        return edits

    return rewrite


def given(name: str, then: Rewrite) -> Rewrite:
    """A rewrite of calls with a keyword; of others nothing."""

    def rewrite(site: Site) -> list[Edit] | None:
        return then(site) if site.argument(None, name) is not None else []

    return rewrite


def attribute(text: str) -> Rewrite:
    """Code in the place of an attribute: a new name, or more with `{self}` for what it is of."""

    def rewrite(site: Site) -> list[Edit] | None:
        if site.receiver is None:
            return None
        if "{" not in text:
            span, base = site.code.span(site.node), site.code.span(site.receiver)
            between = site.code.between(Span(base.end_line, base.end_column, span.end_line, span.end_column))
            name = site.node.attr  # type: ignore[attr-defined]
            if not between.endswith(name):
                return None
            return [Edit(Span(span.end_line, span.end_column - len(name), span.end_line, span.end_column), text)]
        return site.replaced(site.node, _filled(site, text, {}, []))

    return rewrite


def brackets(site: Site, text: str) -> list[Edit] | None:
    """Code before the brackets of `value[…]`."""
    node = site.node
    assert isinstance(node, ast.Subscript)
    span = site.code.span(node.value)
    # A bracket around what the number is taken of belongs to it.
    rest = site.code.between(Span(span.end_line, span.end_column, *site.code.span(node)[2:]))
    shift = rest.find("[")
    if shift < 0 or "\n" in rest[:shift]:
        return None
    column = span.end_column + shift
    return [Edit(Span(span.end_line, column, span.end_line, column), text)]


def _with_comma(site: Site, keyword: ast.keyword) -> Span:
    """A keyword with the comma that parts it from the argument before it, or else from the next."""
    assert site.call is not None
    span = site.code.span(keyword)
    others = sorted(_arguments(site), key=lambda one: (one.line, one.column))
    position = others.index(span)
    if position:
        before = others[position - 1]
        gap = site.code.between(Span(before.end_line, before.end_column, span.line, span.column))
        if "#" in gap or gap.count(",") != 1:
            return span
        # What stands before the comma, such as a bracket, belongs to the argument before it.
        head = gap[: gap.index(",")]
        line = before.end_line + head.count("\n")
        column = len(head) - head.rfind("\n") - 1 if "\n" in head else before.end_column + len(head)
        return Span(line, column, span.end_line, span.end_column)
    if len(others) > 1:
        return Span(span.line, span.column, others[1].line, others[1].column)
    return span


def _arguments(site: Site) -> Iterator[Span]:
    assert site.call is not None
    for each in (*site.call.args, *site.call.keywords):
        yield site.code.span(each)
