"""A change of a library that stops old notebooks, and how code is brought to what the library has today."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from jupyter_mlops.lifts.clean_notebook.edits import Code, Edit, Span
from jupyter_mlops.lifts.clean_notebook.kinds import Kinds

#: How imports are usually written that a repair may need.
_USUAL = {
    "numpy": "import numpy as np",
    "pandas": "import pandas as pd",
    "matplotlib": "import matplotlib",
    "matplotlib.pyplot": "import matplotlib.pyplot as plt",
    "seaborn": "import seaborn as sns",
    "scipy.stats": "from scipy import stats",
    "os": "import os",
}
_SIMPLE = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant, ast.List, ast.Dict, ast.Set, ast.ListComp)


@dataclass
class Site:
    """A place where a notebook uses something that a change is about.

    Attributes:
        code: the notebook's.
        kinds: what its expressions are.
        node: the name or attribute that is used.
        call: the call of it; None where it is not called.
        statement: the statement of the cell that it is in.
        own: the innermost statement that it is in.
        parent: the node that it is a part of.
        needed: imports that code which was put in needs.
        texts: whether the notebook's tables have columns of text, as far as that can be told.
    """

    code: Code
    kinds: Kinds
    node: ast.expr
    call: ast.Call | None
    statement: ast.stmt
    own: ast.stmt
    parent: ast.AST
    texts: Callable[[], bool] = lambda: True
    needed: list[str] = field(default_factory=list)

    def text(self, node: ast.AST) -> str:
        """The code of a node."""
        return self.code.text(node)

    def atom(self, node: ast.expr) -> str:
        """The code of a node so that an attribute of it can be taken."""
        text = self.text(node)
        plain = isinstance(node, _SIMPLE) and not (
            isinstance(node, ast.Constant) and isinstance(node.value, (int, float))
        )
        return text if plain else f"({text})"

    @property
    def receiver(self) -> ast.expr | None:
        """What an attribute is of."""
        return self.node.value if isinstance(self.node, ast.Attribute) else None

    def argument(self, position: int | None, name: str | None = None) -> ast.expr | None:
        """An argument of the call, by position or name."""
        if self.call is None:
            return None
        for keyword in self.call.keywords:
            if name is not None and keyword.arg == name:
                return keyword.value
        if position is not None and position < len(self.call.args):
            found = self.call.args[position]
            return None if any(isinstance(each, ast.Starred) for each in self.call.args[: position + 1]) else found
        return None

    @property
    def spread(self) -> bool:
        """Whether arguments are given that cannot be told: `*args`, `**settings`."""
        return self.call is not None and (
            any(isinstance(each, ast.Starred) for each in self.call.args)
            or any(each.arg is None for each in self.call.keywords)
        )

    def ref(self, dotted: str) -> str:
        """Code that means an object, by what the notebook has imported; what else it needs is imported.

        Args:
            dotted: its name; a builtin has no dots.
        """
        if "." not in dotted and hasattr(builtins, dotted):
            return dotted
        line = self.statement.lineno
        if known := self.kinds.imported(dotted, line):
            return known
        module, _, name = dotted.rpartition(".")
        around = module
        while around:
            known = self.kinds.imported(around, line)
            # The modules of these are there once the package is; of others only those that were imported.
            if known and (
                around in (module, "matplotlib.pyplot")
                or around.partition(".")[0] in ("numpy", "scipy", "pandas", "seaborn")
            ):
                return known + dotted[len(around) :]
            around = around.rpartition(".")[0]
        usual = next((each for each in (dotted, module, module.rpartition(".")[0]) if each in _USUAL), "")
        statement = _USUAL[usual] if usual else f"from {module} import {name}" if module else f"import {name}"
        self.needed.append(statement)
        return statement.split()[-1] + (dotted[len(usual) :] if usual else "")

    def replaced(self, node: ast.AST, text: str) -> list[Edit]:
        """Edits that put code in a node's place, with the imports that it needs."""
        return [*self.imports(), Edit(self.code.span(node), text)]

    def imports(self) -> list[Edit]:
        """Edits for the imports that code of `ref` needs, before the statement."""
        if not self.needed:
            return []
        line = self.statement.lineno
        for decorator in getattr(self.statement, "decorator_list", ()):
            line = min(line, decorator.lineno)
        lines = "".join(f"{statement}\n" for statement in dict.fromkeys(self.needed))
        return [Edit(Span(line, 0, line, 0), lines)]


#: Edits that repair a use; None where that is not sure.
Rewrite = Callable[[Site], list[Edit] | None]


@dataclass(frozen=True)
class Change:
    """Something that a library no longer has, or has changed so that old code fails.

    Attributes:
        library: the distribution.
        gone: version since which old code fails.
        at: dotted names of what is used, or ".name" of methods and attributes.
        do: repairs a use; None where no repair is sure.
        before: an example that fails today.
        after: the same, repaired; "" where there is no sure repair.
        gives: an expression that is true after `after`, and not after `before`.
        on: kinds of what methods and attributes are of; "?" where that cannot be told and nothing else has that name.
        why: what changed, and what takes its place, one sentence.
        name: whether the name itself is gone, so that importing it fails.
    """

    library: str
    gone: str
    at: tuple[str, ...]
    do: Rewrite | Moved | None
    before: str
    after: str = ""
    gives: str = ""
    on: tuple[str, ...] = ()
    why: str = ""
    name: bool = False

    @property
    def module(self) -> str:
        """The library's top module."""
        return "sklearn" if self.library == "scikit-learn" else self.library

    @property
    def version(self) -> str:
        """Library and version, for people."""
        return f"{self.library} {self.gone}".strip()


@dataclass(frozen=True)
class Moved:
    """A new place for what has an old one: imports and uses are rewritten.

    Attributes:
        places: old dotted name → new one; of a module, for all that is in it.
    """

    places: dict[str, str]

    def new(self, dotted: str) -> str | None:
        """Where something is now; None where it has not moved."""
        if dotted in self.places:
            return self.places[dotted]
        for old, new in self.places.items():
            if dotted.startswith(f"{old}."):
                return new + dotted[len(old) :]
        return None


def moved(library: str, gone: str, old: str, new: str, *, before: str, after: str, gives: str, why: str = "") -> Change:
    """A change of a name's place, or of its name.

    Args:
        library: the distribution.
        gone: version since which the old place is gone.
        old: dotted name; several with blanks between them have the same new names as there are, or one for all.
        new: dotted name; a builtin or a module of its own has no dots.
        before: as of a change.
        after: as of a change.
        gives: as of a change.
        why: as of a change; it names both places unless given.
    """
    olds, news = old.split(), new.split()
    places = dict(zip(olds, news if len(news) == len(olds) else news * len(olds), strict=True))
    told = (
        why
        or f"`{olds[0]}` is gone; {'that is' if len(olds) == 1 else 'those are'} `{news[0]}`{' …' if len(news) > 1 else ''} now."
    )
    return Change(library, gone, tuple(olds), Moved(places), before, after, gives, why=told, name=True)


# --- rewrites of calls


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


# --- rewrites of attributes


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
