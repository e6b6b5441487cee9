"""Shell scripts as lists of simple commands, each with what keeps its failure from being seen."""

from __future__ import annotations

import shlex
from typing import NamedTuple

from jupyter_mlops.project.patterns import lazy

_HEREDOC = lazy(r"<<-?\s*(['\"]?)(\w+)\1")
_SEPARATOR = lazy(r"(\|\||&&|;;|[;|&])")
_KEYWORDS = frozenset({"then", "do", "else", "{", "(", "!", "if", "while", "until", "elif", "time"})
_CLOSERS = frozenset({"fi", "done", "esac", "}", ")"})
_HARMLESS = frozenset({"true", ":", "echo", "printf", "exit"})
_ASSIGNMENT = lazy(r"[A-Za-z_]\w*=")


class Command(NamedTuple):
    """A simple command.

    Attributes:
        words: the program and its arguments, leading assignments left out.
        line: 0-based line in the script.
        folder: folder it runs in, relative to where the script starts (followed through `cd`).
        neutralised: why a failure would go unseen; None when it counts.
        text: as written.
    """

    words: tuple[str, ...]
    line: int
    folder: str = "."
    neutralised: str | None = None
    text: str = ""


def read_script(
    script: str, *, stops_at_errors: bool = True, pipefail: bool = True, folder: str = "."
) -> list[Command]:
    """The simple commands of a script, in order.

    Args:
        script: shell text.
        stops_at_errors: whether the shell runs with `-e`, as CI systems start it.
        pipefail: whether a failure on the left of a pipe counts.
        folder: folder the script starts in.
    """
    return _Reader(stops_at_errors, pipefail, folder).read(script)


class _Reader:
    def __init__(self, stops: bool, pipefail: bool, folder: str) -> None:
        self.stops = stops
        self.pipefail = pipefail
        self.folder = folder
        self.dead = 0
        self.found: list[Command] = []

    def read(self, script: str) -> list[Command]:
        for line, text in _logical_lines(script):
            self._line(line, text)
        if not self.stops:
            last = self.found[-1] if self.found else None
            self.found = [
                command
                if command is last or command.neutralised
                else Command(
                    command.words, command.line, command.folder, "the script goes on after errors", command.text
                )
                for command in self.found
            ]
        return self.found

    def _line(self, line: int, text: str) -> None:
        parts = _split(text)
        commands = parts[0::2]
        operators = [*parts[1::2], ""]
        for position, part in enumerate(commands):
            words = _words(part)
            while words and words[0] in _KEYWORDS:
                if words[0] == "if" and words[1:] in (["false"], ["[", "1", "=", "0", "]"]):
                    self.dead += 1
                words = words[1:]
            if words and words[0] in _CLOSERS:
                if words[0] == "fi" and self.dead:
                    self.dead -= 1
                words = words[1:]
            while words and _ASSIGNMENT.match(words[0]):
                words = words[1:]
            if not words:
                continue
            if words[0] == "set":
                self._option(words[1:])
            elif words[0] == "cd" and len(words) > 1:
                self.folder = join(self.folder, words[1])
            reason = self._neutralised(position, commands, operators)
            self.found.append(Command(tuple(words), line, self.folder, reason, part.strip()))

    def _option(self, words: list[str]) -> None:
        for word in words:
            if word.startswith("+") and "e" in word:
                self.stops = False
            elif word.startswith("-") and not word.startswith("--") and "e" in word:
                self.stops = True
            if word == "pipefail":
                self.pipefail = True

    def _neutralised(self, position: int, commands: list[str], operators: list[str]) -> str | None:
        if self.dead:
            return "it is under `if false`"
        operator = operators[position]
        following = _words(commands[position + 1]) if position + 1 < len(commands) else []
        if operator == "||" and following:
            if following[0] in ("true", ":", "echo", "printf") or following[:2] == ["exit", "0"]:
                if following[0] in ("echo", "printf") and any(
                    _words(later)[:1] == ["exit"] and _words(later)[1:2] != ["0"] for later in commands[position + 2 :]
                ):
                    return None
                return f"`|| {' '.join(following[:2])}` hides its failure"
        elif operator == "&":
            return "it runs in the background"
        elif operator == "|" and not self.pipefail and following and following[0] not in _HARMLESS:
            return f"`| {following[0]}` hides its failure (no `pipefail`)"
        elif operator == ";" and following[:2] == ["exit", "0"]:
            return "`; exit 0` hides its failure"
        elif operator == ";" and following and following[0] in ("true", ":"):
            return f"`; {following[0]}` hides its failure"
        return None


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
    return "/".join(parts) or "."


def _logical_lines(script: str) -> list[tuple[int, str]]:
    lines: list[tuple[int, str]] = []
    pending = ""
    start = 0
    heredoc = ""
    for number, raw in enumerate(script.split("\n")):
        if heredoc:
            if raw.strip() == heredoc:
                heredoc = ""
            continue
        if not pending:
            start = number
        line = raw.rstrip("\r")
        if line.endswith("\\"):
            pending += line[:-1] + " "
            continue
        pending += line
        if _open_quote(pending):
            pending += "\n"
            continue
        marker = _HEREDOC.search(pending)
        if marker:
            heredoc = marker[2]
        # `cmd ||` and `cmd &&` at the end of a line go on in the next one.
        if pending.rstrip().endswith(("||", "&&", "|")):
            pending = pending.rstrip() + " "
            continue
        lines.append((start, pending))
        pending = ""
    if pending:
        lines.append((start, pending))
    return lines


def _open_quote(text: str) -> bool:
    quote = ""
    escaped = False
    for position, char in enumerate(text):
        if escaped:
            escaped = False
        elif char == "\\" and quote != "'":
            escaped = True
        elif quote:
            if char == quote:
                quote = ""
        elif char in "'\"":
            quote = char
        elif char == "#" and (position == 0 or text[position - 1].isspace()):
            return False
    return bool(quote)


def _split(text: str) -> list[str]:
    """Commands and the operators between them, alternating; quotes and comments respected."""
    parts: list[str] = []
    current = ""
    quote = ""
    position = 0
    depth = 0
    while position < len(text):
        char = text[position]
        if quote:
            current += char
            if char == "\\" and quote == '"' and position + 1 < len(text):
                current += text[position + 1]
                position += 1
            elif char == quote:
                quote = ""
        elif char in "'\"":
            quote = char
            current += char
        elif text.startswith("$(", position) or text.startswith("${", position):
            depth += 1
            current += text[position : position + 2]
            position += 1
        elif depth and char in ")}":
            depth -= 1
            current += char
        elif char == "#" and (position == 0 or text[position - 1].isspace()):
            break
        elif not depth and (operator := _SEPARATOR.match(text, position)):
            redirect = operator[1] == "&" and (current.endswith((">", "<")) or text[position + 1 : position + 2] == ">")
            if redirect:
                current += char
            else:
                parts += [current, operator[1]]
                current = ""
                position += len(operator[1]) - 1
        else:
            current += char
        position += 1
    return [*parts, current]


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text.strip(), comments=False)
    except ValueError:
        return text.split()
