"""Files that commands fetch: `curl -o data/raw.csv …`, and whether a checksum beside it says which version that must be."""

from __future__ import annotations

import re
from typing import NamedTuple

from jupyter_mlops.assessment.pinned_addresses import PINNED
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.shell import Command, join

_CHECKERS = frozenset({"sha256sum", "sha512sum", "sha1sum", "md5sum", "b2sum", "shasum"})
_DIGEST = lazy(r"(?<![0-9a-fA-F])[0-9a-fA-F]{32,128}(?![0-9a-fA-F])")
_ADDRESS = lazy(r"^(https?|ftp|s3|gs)://|^\$|\{")
#: Programs that copy from a store: what is fetched comes first, and then where to.
_COPIES = {"aws": ("s3", "cp"), "gsutil": ("cp",), "gcloud": ("storage", "cp"), "azcopy": ("copy",)}


class Fetched(NamedTuple):
    """A file that a command fetches.

    Attributes:
        checked: a checksum is compared before anything goes on, or the address names a version.
        path: where the command is written.
        line: 1-based.
    """

    checked: bool
    path: str
    line: int | None


def fetched(unit: Unit) -> dict[str, Fetched]:
    """The files that commands of a unit fetch, by path."""
    return unit.once("fetched files", lambda: _fetched(unit))


def _fetched(unit: Unit) -> dict[str, Fetched]:
    found: dict[str, Fetched] = {}
    for launch in unit.launches:
        if launch.kind == "container":
            continue
        for command in launch.commands:
            target = _target(command)
            if target:
                path = join(join(launch.folder, command.folder), target)
                pinned = any("://" in word and PINNED.search(word) for word in command.words)
                found[path] = Fetched(pinned or _is_checked(unit, launch), launch.path, launch.line_of(command))
    return found


def _target(command: Command) -> str | None:
    """The file that a command writes what it fetches to; None where it fetches nothing."""
    words = list(command.words)
    program = words[0].rpartition("/")[2] if words else ""
    if program in ("curl", "wget"):
        wanted = ("-o", "--output", ">") if program == "curl" else ("-O", "--output-document", ">")
        for position, word in enumerate(words[:-1]):
            short = program == "curl" and re.fullmatch(r"-[a-zA-Z]*o", word)
            if word in wanted or short:
                return words[position + 1]
        return next(
            (word.partition("=")[2] for word in words if word.startswith(("--output=", "--output-document="))), None
        )
    verbs = _COPIES.get(program)
    if verbs and tuple(words[1 : 1 + len(verbs)]) == verbs:
        plain = [word for word in words[1 + len(verbs) :] if not word.startswith("-")]
        if len(plain) >= 2 and _ADDRESS.match(plain[0]) and "://" not in plain[1]:
            return plain[1]
    return None


def _is_checked(unit: Unit, launch: Launch) -> bool:
    """Whether the commands stop where a file is not the one that a digest names, written there or in a file of the project."""
    for command in launch.commands:
        program = command.words[0].rpartition("/")[2] if command.words else ""
        checks = {"-c", "--check"} & set(command.words) or any(
            re.fullmatch(r"-[a-z]*c[a-z]*", word) for word in command.words[1:]
        )
        if program not in _CHECKERS or not checks or command.neutralised:
            continue
        files = [
            join(join(launch.folder, command.folder), word) for word in command.words[1:] if not word.startswith("-")
        ]
        texts = [launch.script, *(unit.project.text(file) or "" for file in files if unit.committed(file))]
        if any(_DIGEST.search(text) for text in texts):
            return True
    return False
