"""Shell scripts as trees: lists, pipelines, conditions, loops, functions. What cannot be read is left out, never an error."""

from __future__ import annotations

import shlex
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from jupyter_mlops.project.patterns import lazy

_HEREDOC = lazy(r"<<(-?)\s*(['\"]?)(\w+)\2")
_FUNCTION = lazy(r"(?:function\s+([\w.:-]+)\s*(?:\(\s*\))?|([A-Za-z_][\w.:-]*)\s*\(\s*\))\s*(?=[{(\n])")
_WORD = lazy(r"[A-Za-z]+|[{}!]")
_ASSIGNMENT = lazy(r"[A-Za-z_]\w*\+?=")
_ENDS = frozenset({"then", "else", "elif", "fi", "do", "done", "esac", "}"})
_DELIMITERS = frozenset(" \t\r\n;&|()")
#: Deeper than anyone writes; what is below is read as words.
_DEEPEST = 40
_LONGEST = 20_000


@dataclass(frozen=True, eq=False)
class Simple:
    """A program with its arguments, or assignments alone.

    Attributes:
        words: the program and its arguments.
        assigned: the assignments before it.
        line: 0-based line in the script.
        text: as written.
    """

    words: tuple[str, ...]
    assigned: tuple[str, ...]
    line: int
    text: str


@dataclass(frozen=True, eq=False)
class Pipeline:
    """Commands joined by `|`, perhaps with `!` before them."""

    parts: tuple[Node, ...]
    negated: bool = False


@dataclass(frozen=True, eq=False)
class AndOr:
    """Pipelines joined by `&&` and `||`: each with the operator before it, the first with none."""

    parts: tuple[tuple[str, Pipeline], ...]
    background: bool = False


@dataclass(frozen=True, eq=False)
class Block:
    """One after the other; in a shell of its own where it stands in parentheses."""

    items: tuple[AndOr, ...]
    own_shell: bool = False


@dataclass(frozen=True, eq=False)
class If:
    """Conditions with what they lead to, and what is done otherwise."""

    branches: tuple[tuple[Block, Block], ...]
    otherwise: Block | None = None


@dataclass(frozen=True, eq=False)
class Loop:
    """`while`, `until`, or `for`, which has words in the place of a condition."""

    kind: str
    condition: Block
    words: str
    body: Block


@dataclass(frozen=True, eq=False)
class Case:
    """What is done for one word or another."""

    bodies: tuple[Block, ...]


@dataclass(frozen=True, eq=False)
class Function:
    """A function: it runs where it is called."""

    name: str
    body: Node


Node: TypeAlias = "Simple | Block | If | Loop | Case | Function"


def parts_of(node: Node | AndOr | Pipeline) -> Iterator[Node | AndOr]:
    """What a node consists of, as it is written.

    Args:
        node: part of a script's tree.
    """
    if isinstance(node, Block):
        yield from node.items
    elif isinstance(node, AndOr):
        for _operator, pipeline in node.parts:
            yield from pipeline.parts
    elif isinstance(node, Pipeline):
        yield from node.parts
    elif isinstance(node, If):
        for condition, body in node.branches:
            yield condition
            yield body
        if node.otherwise is not None:
            yield node.otherwise
    elif isinstance(node, Loop):
        yield node.condition
        yield node.body
    elif isinstance(node, Case):
        yield from node.bodies
    elif isinstance(node, Function):
        yield node.body


def commands_in(node: Node | AndOr | Pipeline) -> Iterator[Simple]:
    """The simple commands below a node, as they are written.

    Args:
        node: part of a script's tree.
    """
    if isinstance(node, Simple):
        yield node
    for part in parts_of(node):
        yield from commands_in(part)


def parse(script: str) -> Block:
    """The tree of a script.

    Args:
        script: shell text.
    """
    return _Parser(script.replace("\r\n", "\n").replace("\\\n", " \1")).script()


def words_of(text: str) -> list[str]:
    """The words of a simple command, quotes taken off.

    Args:
        text: as written.
    """
    try:
        # Its time grows with the square of a word's length.
        parts = shlex.split(text, comments=False) if len(text) < _LONGEST else text.split()
    except ValueError:
        parts = text.split()
    words: list[str] = []
    open_ones = 0
    for part in parts:  # `$(git rev-parse HEAD)` is one word
        if open_ones > 0:
            words[-1] += f" {part}"
        else:
            words.append(part)
        if open_ones > 0 or "$(" in part:
            open_ones += part.count("(") - part.count(")")
    return words


class _Parser:
    """Reads from the left. The character of code 1 stands for a line that goes on in the next."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0
        self.heredocs: list[str] = []
        self.breaks = [place for place, char in enumerate(text) if char in "\n\1"]

    def script(self) -> Block:
        items: list[AndOr] = []
        while self.at < len(self.text):
            items += self._block(frozenset()).items
            # What closes nothing is passed over.
            self.at += len(self._reserved()) or 1
        return Block(tuple(items))

    def _block(self, ends: frozenset[str]) -> Block:
        items: list[AndOr] = []
        while True:
            self._gap()
            if self.at >= len(self.text) or self._peek(")") or self._peek(";;") or self._peek(";&"):
                break
            word = self._reserved()
            if word in _ENDS:
                if word in ends or not ends or self.depth:
                    break
                self.at += len(word)
                continue
            before = self.at
            item = self._and_or()
            if item is not None:
                items.append(item)
            if self.at == before:
                self.at += 1
        return Block(tuple(items))

    def _and_or(self) -> AndOr | None:
        parts: list[tuple[str, Pipeline]] = []
        operator = ""
        while True:
            pipeline = self._pipeline()
            if pipeline is not None:
                parts.append((operator, pipeline))
            self._blank()
            if self._peek("&&") or self._peek("||"):
                operator = self.text[self.at : self.at + 2]
                self.at += 2
                self._gap()
                continue
            background = self._peek("&")
            if background or (self._peek(";") and not self._peek(";;")):
                self.at += 1
            return AndOr(tuple(parts), background) if parts else None

    def _pipeline(self) -> Pipeline | None:
        parts: list[Node] = []
        negated = False
        self._blank()
        while self._reserved() in ("!", "time") and self._reserved():
            negated ^= self._reserved() == "!"
            self.at += len(self._reserved())
            self._blank()
        while True:
            command = self._command()
            if command is not None:
                parts.append(command)
            self._blank()
            if self._peek("|") and not self._peek("||"):
                self.at += 2 if self._peek("|&") else 1
                self._gap()
                continue
            return Pipeline(tuple(parts), negated) if parts else None

    def _command(self) -> Node | None:
        self._blank()
        if self.depth >= _DEEPEST:
            return self._simple()
        self.depth += 1
        try:
            return self._compound()
        finally:
            self.depth -= 1

    def _compound(self) -> Node | None:
        function = _FUNCTION.match(self.text, self.at)
        if function:
            self.at = function.end()
            self._gap()
            body = self._command()
            return Function(function[1] or function[2], body or Block(()))
        if self._peek("(") and not self._peek("(("):
            self.at += 1
            body = self._block(frozenset({")"}))
            self._take(")")
            return self._redirected(Block(body.items, own_shell=True))
        word = self._reserved()
        if word in _ENDS:
            return None
        if word == "{":
            self.at += 1
            body = self._block(frozenset({"}"}))
            self._take("}")
            return self._redirected(body)
        if word == "if":
            return self._redirected(self._if())
        if word in ("while", "until"):
            self.at += len(word)
            condition = self._block(frozenset({"do"}))
            return self._redirected(self._loop(word, condition, ""))
        if word in ("for", "select"):
            self.at += len(word)
            words = self._rest()
            self._gap()
            return self._redirected(self._loop("for", Block(()), words))
        if word == "case":
            return self._redirected(self._case())
        return self._simple()

    def _if(self) -> If:
        branches: list[tuple[Block, Block]] = []
        otherwise = None
        while self._reserved() in ("if", "elif"):
            self.at += len(self._reserved())
            condition = self._block(frozenset({"then"}))
            self._take("then")
            branches.append((condition, self._block(frozenset({"elif", "else", "fi"}))))
        if self._take("else"):
            otherwise = self._block(frozenset({"fi"}))
        self._take("fi")
        return If(tuple(branches), otherwise)

    def _loop(self, kind: str, condition: Block, words: str) -> Loop:
        self._take("do")
        body = self._block(frozenset({"done"}))
        self._take("done")
        return Loop(kind, condition, words, body)

    def _case(self) -> Case:
        self.at += len("case")
        start = self.at
        while self.at < len(self.text) and not (self._reserved() == "in" and self.at > start):
            self._piece()
        self._take("in")
        bodies: list[Block] = []
        while True:
            self._gap()
            if self.at >= len(self.text) or self._take("esac"):
                return Case(tuple(bodies))
            if self._peek("("):
                self.at += 1
            while self.at < len(self.text) and self.text[self.at] not in ")\n":
                self._piece()
            self.at += 1
            bodies.append(self._block(frozenset({"esac"})))
            while self._peek(";") or self._peek("&"):
                self.at += 1
            if self._peek(")"):
                self.at += 1

    def _simple(self) -> Simple | None:
        start = self.at
        rest = self._rest()
        written = rest.replace("\1", "").strip()
        words = words_of(rest.replace("\1", " "))
        position = 0
        while position < len(words) and _ASSIGNMENT.match(words[position]):
            position += 1
        if not words:
            return None
        line = bisect_right(self.breaks, start - 1)
        return Simple(tuple(words[position:]), tuple(words[:position]), line, written)

    def _redirected(self, node: Node) -> Node:
        """`done < file`: where a compound command reads and writes says nothing of what it does."""
        if not self._peek("\n"):
            self._rest()
        return node

    def _rest(self) -> str:
        """What is left of a simple command, quotes and substitutions whole, comments left out."""
        self._blank()
        start = self.at
        if self._peek("[[") or self._peek("(("):
            close = self.text.find("]]" if self._peek("[[") else "))", self.at)
            self.at = len(self.text) if close < 0 else close + 2
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == "#" and (self.at == start or self.text[self.at - 1] in " \t\1"):
                found = self.text[start : self.at]
                self._comment()
                return found
            if char == "&" and (self.text[self.at - 1] in "<>" or self.text[self.at + 1 : self.at + 2] == ">"):
                self.at += 1
                continue
            if char in "\n;&|)":
                break
            self._piece()
        return self.text[start : self.at]

    def _piece(self) -> None:
        """Passes over one character, or what hangs together: a quotation, a substitution."""
        char = self.text[self.at]
        if char == "\\":
            self.at += 2
        elif char in "'\"`":
            self._quoted(char)
        elif char == "(" or self.text.startswith("${", self.at):
            self._nested()
        elif char == "<" and not self._peek("<<<") and (marker := _HEREDOC.match(self.text, self.at)):
            self.heredocs.append(marker[3])
            self.at = marker.end()
        elif self._peek("<<<"):
            self.at += 3
        else:
            self.at += 1

    def _quoted(self, quote: str) -> None:
        self.at += 1
        while self.at < len(self.text) and self.text[self.at] != quote:
            self.at += 2 if self.text[self.at] == "\\" and quote != "'" else 1
        self.at += 1

    def _nested(self) -> None:
        """What stands in parentheses or braces."""
        depth = 0
        while self.at < len(self.text):
            char = self.text[self.at]
            if char in "'\"`":
                self._quoted(char)
                continue
            if char in "({":
                depth += 1
            elif char in ")}":
                depth -= 1
            self.at += 2 if char == "\\" else 1
            if depth <= 0 and char in ")}":
                return

    def _blank(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in " \t\r\1":
            self.at += 1
        if self.at < len(self.text) and self.text[self.at] == "#":
            self._comment()

    def _comment(self) -> None:
        end = self.text.find("\n", self.at)
        self.at = len(self.text) if end < 0 else end

    def _gap(self) -> None:
        """Passes over white space, ends of lines with the documents that start there, and lone semicolons."""
        while True:
            self._blank()
            if self._peek("\n"):
                self.at += 1
                while self.heredocs and self.at < len(self.text):
                    end = self.text.find("\n", self.at)
                    end = len(self.text) if end < 0 else end
                    if self.text[self.at : end].strip() == self.heredocs[0]:
                        self.heredocs.pop(0)
                    self.at = end + 1
            elif self._peek(";") and not self._peek(";;") and not self._peek(";&"):
                self.at += 1
            else:
                return

    def _peek(self, text: str) -> bool:
        return self.text.startswith(text, self.at)

    def _reserved(self) -> str:
        """The word that is next, if it could be one of the language's own."""
        found = _WORD.match(self.text, self.at)
        if found is None or (found.end() < len(self.text) and self.text[found.end()] not in _DELIMITERS):
            return ""
        return found[0]

    def _take(self, word: str) -> bool:
        self._gap()
        there = self._peek(word) if word == ")" else self._reserved() == word
        if there:
            self.at += len(word)
        return there
