"""What a notebook under construction holds: names and what kind of value each has."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

#: Few names, so that they are used again for other things.
NAMES = ("a", "b", "c", "data", "items", "total", "df", "X", "y", "model", "result", "x", "tmp", "value")

#: How a value of a kind is shown; nothing in it may differ from process to process.
SHOWN = {
    "set": "sorted({0})",
    "array": "{0}.tolist()",
    "frame": "{0}.to_dict('list')",
    "series": "({0}.name, {0}.tolist())",
    "object": "sorted(vars({0}).items())",
    "deque": "list({0})",
    "counter": "sorted({0}.items())",
    "default": "sorted({0}.items())",
    "iterator": "next({0}, None)",
    "generator": "next({0}, None)",
    "function": "{0}()",
    "rng": "{0}.integers(100, size=2).tolist()",
    "legacy": "{0}.randint(100, size=2).tolist()",
    "random": "{0}.randrange(100)",
    "connection": "{0}.execute('select count(*) from t').fetchone()",
    "lock": "{0}.locked()",
    "handle": "{0}.read(3)",
    "regex": "{0}.findall('a1b22')",
    "class": "{0}.__name__",
    "estimator": "{0}.predict([[1.0], [4.0]]).round(9).tolist()",
}
#: Kinds whose showing changes them.
_CONSUMED = {"iterator", "generator", "rng", "legacy", "random", "handle"}


Block = Callable[["Scope"], str]


@dataclass
class Scope:
    """The notebook as far as it is written.

    Attributes:
        rng: where all choices come from.
        kinds: name → kind of its value.
        needs: function → names that it looks up when it is called.
        imported: modules that some cell has imported.
        files: files that some cell has written.
        counter: for names that must be new.
    """

    rng: random.Random
    kinds: dict[str, str] = field(default_factory=dict)
    needs: dict[str, set[str]] = field(default_factory=dict)
    imported: set[str] = field(default_factory=set)
    files: list[str] = field(default_factory=list)
    counter: int = 0
    _pending: dict[str, tuple[str, set[str] | None]] = field(default_factory=dict)
    _lines: set[str] = field(default_factory=set)

    def fresh(self, kind: str, *, new: bool = False, needs: set[str] | None = None) -> str:
        """A name that is about to be bound to a value of that kind; often one that was something else before."""
        if new:
            self.counter += 1
            name = f"{self.rng.choice(('make', 'get', 'Thing', 'part'))}_{self.counter}"
        else:
            # What a function looks up must stay what it is, or be there at least: other kinds are shown differently.
            free = [name for name in NAMES if not any(name in wanted for wanted in self.needs.values())]
            name = self.rng.choice(free or ["spare"])
        self.bind(name, kind, needs)
        return name

    def bind(self, name: str, kind: str, needs: set[str] | None = None) -> None:
        """Note that a name is bound once the block is written."""
        self._pending[name] = (kind, needs)

    def write(self, block: Block) -> str:
        """Write a block; what it binds counts from here on, if it is in what was written."""
        text = block(self)
        words = set(re.findall(r"\w+", text))
        for name, (kind, needs) in self._pending.items():
            if name in words:
                self.kinds[name] = kind
                self.needs.pop(name, None)
                if needs is not None:
                    self.needs[name] = needs
        self.imported |= {line for line in self._lines if line in text}
        self._pending, self._lines = {}, set()
        return text

    def drop(self, name: str) -> None:
        """Note that a name is deleted."""
        self.kinds.pop(name, None)
        self.needs.pop(name, None)

    def has(self, *kinds: str) -> list[str]:
        """Names that hold a value of one of the kinds."""
        return [name for name, kind in self.kinds.items() if kind in kinds]

    def pick(self, *kinds: str) -> str:
        """One of those names."""
        return self.rng.choice(self.has(*kinds))

    def free_to_drop(self) -> list[str]:
        """Names that no function looks up."""
        return [name for name in self.kinds if not any(name in wanted for wanted in self.needs.values())]

    def number(self) -> int:
        """A small number."""
        return self.rng.randrange(1, 9)

    def numbers(self, least: int = 2, most: int = 5) -> list[int]:
        """A few small numbers."""
        return [self.number() for _ in range(self.rng.randint(least, most))]

    def module(self, line: str) -> str:
        """An import line, sometimes left out where an earlier cell has it."""
        if line in self.imported and self.rng.random() < 0.8:
            return ""
        self._lines.add(line)
        return f"{line}\n"

    def show(self, name: str) -> str:
        """An expression that shows the value."""
        return SHOWN.get(self.kinds[name], "{0}").format(name)

    def shows(self, most: int = 3) -> Iterator[str]:
        """Expressions for a few names."""
        names = list(self.kinds)
        for name in self.rng.sample(names, min(most, len(names))):
            yield self.show(name)

    def steady(self) -> list[str]:
        """Names that can be shown without changing them."""
        return [name for name, kind in self.kinds.items() if kind not in _CONSUMED]


@dataclass(frozen=True)
class Registered:
    """A block and when it may be used."""

    write: Block
    wants: tuple[tuple[str, ...], ...]
    weight: float


BLOCKS: list[Registered] = []


def block(*wants: str | tuple[str, ...], weight: float = 1.0) -> Callable[[Block], Block]:
    """Register a block.

    Args:
        wants: kinds that the scope must have a name of; a tuple is satisfied by any of its kinds.
        weight: how often it is used, against others.
    """

    def register(write: Block) -> Block:
        BLOCKS.append(Registered(write, tuple((w,) if isinstance(w, str) else w for w in wants), weight))
        return write

    return register
