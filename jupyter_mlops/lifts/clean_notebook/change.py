"""A change of a library that stops old notebooks, and how code is brought to what the library has today."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable
from dataclasses import dataclass, field

from jupyter_mlops.lifts.clean_notebook.columns import TextColumns
from jupyter_mlops.lifts.clean_notebook.edits import Code, Edit, Span
from jupyter_mlops.lifts.clean_notebook.kinds import Kinds
from jupyter_mlops.lifts.clean_notebook.seen import Seen, Value

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
        seen: the run that stopped there; None where only the code is known.
        needed: imports that code which was put in needs.
        texts: whether the notebook's tables have columns of text, as far as that can be told.
        named_texts: which of their columns surely are.
    """

    code: Code
    kinds: Kinds
    node: ast.expr
    call: ast.Call | None
    statement: ast.stmt
    own: ast.stmt
    parent: ast.AST
    texts: Callable[[], bool] = lambda: True
    named_texts: Callable[[], TextColumns] = TextColumns
    seen: Seen | None = None
    needed: list[str] = field(default_factory=list)

    def value(self, node: ast.AST | None) -> Value:
        """What an expression was when a run stopped there."""
        return self.seen.values.get(id(node), Value()) if self.seen is not None else Value()

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
        at: dotted names of what is used, or ".name" of methods and attributes; "[]" what is taken by brackets, "[]=" what is
            put there, "()" any call.
        do: repairs a use; None where no repair is sure.
        before: an example that fails today.
        after: the same, repaired; "" where there is no sure repair.
        gives: an expression that is true after `after`, and not after `before`.
        on: kinds of what methods and attributes are of; "?" where that cannot be told and nothing else has that name.
        why: what changed, and what takes its place, one sentence.
        name: whether the name itself is gone, so that importing it fails.
        error: what a run has to have stopped with there for this to be sure, a regular expression; "" where the code says it.
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
    error: str = ""

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
