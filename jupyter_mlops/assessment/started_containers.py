"""What a command of Docker runs of the project: the steps of an image that it builds, the command of a service that it starts."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from jupyter_mlops.assessment.compose_files import compose_files
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.commands import Target
from jupyter_mlops.project.dockerfile import Dockerfile
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.shell import join

_PROGRAMS = frozenset({"docker", "podman", "buildah", "docker-compose", "podman-compose"})
#: Options by which `compose up` ends as the service did.
_HANDED_ON = frozenset({"--exit-code-from", "--abort-on-container-exit", "--abort-on-container-failure"})
_VALUED = frozenset(
    {"-f", "--file", "-p", "--project-name", "--profile", "--env-file", "-e", "--env", "-v", "--volume"}
)


def started_launches(unit: Unit, target: Target) -> Iterator[Launch]:
    """The launches that a command of Docker runs, and whose failure makes it fail.

    Args:
        unit: the unit.
        target: what is run.
    """
    if target.kind != "tool" or target.value not in _PROGRAMS:
        return
    words = list(target.arguments)
    if target.value.endswith("compose"):
        yield from _services(unit, words)
    elif words[:1] == ["compose"]:
        yield from _services(unit, words[1:])
    elif words[:1] in (["build"], ["bud"]) or words[:2] == ["buildx", "build"] or words[:2] == ["image", "build"]:
        yield from _built(unit, target, words[words.index("build" if "build" in words else "bud") + 1 :])


def _option(words: list[str], *names: str) -> str:
    for position, word in enumerate(words):
        name, _, value = word.partition("=")
        if name in names:
            return value or (words[position + 1] if position + 1 < len(words) else "")
    return ""


def _built(unit: Unit, target: Target, words: list[str]) -> Iterator[Launch]:
    plain = [word for word in words if not word.startswith("-")]
    context = plain[-1] if plain else "."
    given = _option(words, "-f", "--file")
    path = join(target.folder, given or posixpath.join(context, "Dockerfile"))
    if path not in unit.project.by_path:
        return
    lines = _lines_of(unit.project.dockerfile(path), _option(words, "--target"))
    yield from (one for one in unit.launches if one.kind == "image" and one.path == path and (one.line or 0) in lines)


def _lines_of(dockerfile: Dockerfile, wanted: str) -> set[int]:
    """The lines of a stage and of those that it is made from; of the last stage where none is named."""
    stages: list[tuple[str, str, set[int], set[str]]] = []
    for instruction in dockerfile.instructions:
        words = instruction.words
        if instruction.name == "FROM":
            plain = [word for word in words if not word.startswith("--")]
            named = plain[2] if len(plain) > 2 and plain[1].lower() == "as" else str(len(stages))
            stages.append((named, plain[0] if plain else "", set(), set()))
        elif stages:
            stages[-1][2].add(instruction.line)
            stages[-1][3].update(word.partition("=")[2] for word in words if word.startswith("--from="))
    known = {name: (base, lines, taken) for name, base, lines, taken in stages}
    pending = [wanted or (stages[-1][0] if stages else "")]
    found: set[int] = set()
    seen: set[str] = set()
    while pending:
        name = pending.pop()
        if name in known and name not in seen:
            seen.add(name)
            base, lines, taken = known[name]
            found |= lines
            pending += [base, *taken]
    return found


def _services(unit: Unit, words: list[str]) -> Iterator[Launch]:
    """The command of a service, where `run` gives it no other, and `up` ends as it does."""
    verb = next((position for position, word in enumerate(words) if word in ("run", "up")), None)
    if verb is None:
        return
    rest, names, position = words[verb + 1 :], [], 0
    while position < len(rest):
        word = rest[position]
        if not word.startswith("-"):
            names.append(word)
        elif word in _VALUED:
            position += 1
        position += 1
    if words[verb] == "up":
        if not _HANDED_ON & {word.partition("=")[0] for word in rest}:
            return
        named = _option(rest, "--exit-code-from")
        names = [named] if named else names
    elif len(names) != 1:
        return
    paths = {file.path for file in compose_files(unit)}
    yield from (one for one in unit.launches if one.kind == "container" and one.path in paths and one.name in names)
