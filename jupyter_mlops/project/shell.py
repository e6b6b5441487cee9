"""Shell scripts as lists of simple commands, each with what keeps its failure from being seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from jupyter_mlops.project.shell_outcome import Outcome
from jupyter_mlops.project.shell_syntax import AndOr, Block, Node, Simple, parse, parts_of, words_of


class Command(NamedTuple):
    """A simple command.

    Attributes:
        words: the program and its arguments, leading assignments left out.
        line: 0-based line in the script.
        folder: folder it runs in, relative to where the script starts (followed through `cd`).
        neutralised: why a failure would go unseen; None when it counts.
        text: as written.
        assigned: variables of the environment that are known to be set for it, as "NAME=value".
    """

    words: tuple[str, ...]
    line: int
    folder: str = "."
    neutralised: str | None = None
    text: str = ""
    assigned: tuple[str, ...] = ()


def read_script(
    script: str,
    *,
    stops_at_errors: bool = True,
    pipefail: bool = True,
    folder: str = ".",
    assigned: tuple[str, ...] = (),
) -> list[Command]:
    """The simple commands of a script, in order.

    Args:
        script: shell text.
        stops_at_errors: whether the shell runs with `-e`, as CI systems start it.
        pipefail: whether a failure on the left of a pipe counts.
        folder: folder the script starts in.
        assigned: variables of the environment that it starts with, as "NAME=value".
    """
    tree = parse(script)
    outcome = Outcome(tree, stops=stops_at_errors, pipefail=pipefail)
    return list(_commands(tree, outcome, _Place(folder, assigned)))


@dataclass
class _Place:
    """The folder that a shell is in, and the variables that it hands to what it starts."""

    folder: str
    exported: tuple[str, ...] = ()
    variables: dict[str, str] = field(default_factory=dict)

    def held(self, word: str) -> list[str]:
        """The words that a variable holds which stands for a command: `$TEST` after `TEST="pytest tests"`."""
        value = self.variables.get(word.strip("${}")) if word.startswith("$") else None
        return words_of(value) if value else [word]


def _commands(node: Node | AndOr, outcome: Outcome, place: _Place) -> Iterator[Command]:
    """The commands of part of a script, with the folder that each runs in."""
    if isinstance(node, Simple):
        if not node.words:
            place.variables |= {name: value for name, _, value in (one.partition("=") for one in node.assigned)}
            return
        if node.words[0] in ("cd", "pushd") and len(node.words) > 1:
            place.folder = join(place.folder, node.words[1])
        if node.words[0] == "export":
            place.exported += tuple(word for word in node.words[1:] if "=" in word)
        words = (*place.held(node.words[0]), *node.words[1:])
        assigned = (*place.exported, *node.assigned)
        yield Command(words, node.line, place.folder, outcome.hides(node), node.text, assigned)
        return
    before = place.folder, place.exported
    for part in parts_of(node):
        yield from _commands(part, outcome, place)
    if isinstance(node, Block) and node.own_shell:
        place.folder, place.exported = before


def join(folder: str, path: str) -> str:
    """`path` seen from `folder`, posix, with `.` and `..` resolved as far as can be told.

    Args:
        folder: posix folder.
        path: posix path; one with variables or an absolute one is returned as it is.
    """
    if path.startswith(("/", "~")) or "$" in path:
        return path
    parts: list[str] = []
    for part in f"{folder}/{path}".split("/"):
        if part in ("", "."):
            continue
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        else:
            parts.append(part)
    return f"/{'/'.join(parts)}" if folder.startswith("/") else "/".join(parts) or "."
