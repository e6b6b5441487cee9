"""Dockerfiles: instructions with lines, stages, what is copied, what runs."""

from __future__ import annotations

import json
import re
import shlex
from typing import NamedTuple

from jupyter_mlops.project.patterns import lazy

_INSTRUCTION = lazy(r"^\s*([A-Za-z]+)\s+(.*)$", re.DOTALL)
_HEREDOC = lazy(r"<<-?(['\"]?)(\w+)\1")
_KNOWN = frozenset(
    [
        "FROM",
        "RUN",
        "CMD",
        "LABEL",
        "MAINTAINER",
        "EXPOSE",
        "ENV",
        "ADD",
        "COPY",
        "ENTRYPOINT",
        "VOLUME",
        "USER",
        "WORKDIR",
        "ARG",
        "ONBUILD",
        "STOPSIGNAL",
        "HEALTHCHECK",
        "SHELL",
    ]
)


class Instruction(NamedTuple):
    """One instruction: its name in capitals, its text and its 1-based first line."""

    name: str
    text: str
    line: int

    @property
    def words(self) -> tuple[str, ...]:
        """Its arguments: those of the exec form, or the words of the shell form."""
        text = self.text.strip()
        if text.startswith("["):
            try:
                parsed = json.loads(text)
            except ValueError:
                parsed = None
            if isinstance(parsed, list):
                return tuple(str(word) for word in parsed)
        try:
            # Its time grows with the square of a word's length.
            return tuple(shlex.split(text) if len(text) < _LONGEST else text.split())
        except ValueError:
            return tuple(text.split())


#: Characters of an instruction whose quotes are understood.
_LONGEST = 20_000
#: What Dockerfiles are called: `Dockerfile`, `Dockerfile.api`, `dockerfile-api`, `api.Dockerfile`.
NAMES = ("Dockerfile", "Dockerfile.*", "Dockerfile-*", "Dockerfile_*", "*.Dockerfile", "Containerfile")


class Dockerfile(NamedTuple):
    """The instructions of a Dockerfile, in order."""

    instructions: tuple[Instruction, ...]

    def named(self, *names: str) -> tuple[Instruction, ...]:
        """Instructions of these names."""
        return tuple(instruction for instruction in self.instructions if instruction.name in names)

    @property
    def copied(self) -> tuple[tuple[str, Instruction], ...]:
        """Paths copied from the build context, each with its instruction."""
        found = []
        for instruction in self.named("COPY", "ADD"):
            words = [word for word in instruction.words if not word.startswith("--")]
            if not any(word.startswith("--from") for word in instruction.words):
                found += [(source, instruction) for source in words[:-1]]
        return tuple(found)

    @property
    def launch(self) -> Instruction | None:
        """What the container runs: the last CMD or ENTRYPOINT (the CMD of a pair whose ENTRYPOINT is a bare shell)."""
        entry = self.named("ENTRYPOINT")
        command = self.named("CMD")
        if entry and command:
            joined = " ".join(shlex.quote(word) for word in (*entry[-1].words, *command[-1].words))
            return Instruction("ENTRYPOINT", joined, entry[-1].line)
        return (entry or command or (None,))[-1]


def read_dockerfile(text: str) -> Dockerfile:
    """A Dockerfile.

    Args:
        text: its content. Lines that are no instruction are left out.
    """
    found: list[Instruction] = []
    pending = ""
    start = 1
    heredoc = ""
    for number, line in enumerate(text.splitlines(), 1):
        if heredoc:
            if line.strip() == heredoc:
                heredoc = ""
            elif found:
                last = found[-1]
                found[-1] = Instruction(last.name, f"{last.text}\n{line}", last.line)
            continue
        if line.lstrip().startswith("#") or (not line.strip() and not pending):
            continue
        if not pending:
            start = number
        if line.rstrip().endswith("\\"):
            pending += line.rstrip()[:-1] + " "
            continue
        instruction = _INSTRUCTION.match(pending + line)
        pending = ""
        if instruction and instruction[1].upper() in _KNOWN:
            found.append(Instruction(instruction[1].upper(), instruction[2].strip(), start))
            marker = _HEREDOC.search(instruction[2])
            if marker:
                heredoc = marker[2]
    return Dockerfile(tuple(found))
