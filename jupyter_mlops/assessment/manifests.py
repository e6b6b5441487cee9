"""Which packages a unit declares, and whether its lock is the one that CI and images install from."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from jupyter_mlops.assessment.findings import PARSED, Finding, Rung
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.commands import targets
from jupyter_mlops.project.files import File
from jupyter_mlops.project.marks import entries, items, mapping, strings
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.requirements import Requirement, normalise, parse_requirement
from jupyter_mlops.project.shell import join

REPRODUCIBLE = "pipeline-reproducible"
_SIDE = lazy(r"(dev|test|tests|doc|docs|lint|ci|build|style|extra|optional|constraints?)\b", re.IGNORECASE)


_CONDA = frozenset(
    {"environment.yml", "environment.yaml", "conda.yaml", "conda.yml", "conda_env.yml", "python_env.yaml"}
)
#: Folders that hold an environment of conda a file, as workflows name them for their rules.
_CONDA_FOLDERS = frozenset({"envs", "conda", "environments"})


class Manifest(NamedTuple):
    """A file that declares packages.

    Attributes:
        path: the file.
        tool: "requirements", "pyproject", "poetry", "conda", "pipfile", "setup".
        requirements: packages that running needs.
        others: packages of development groups and extras.
    """

    path: str
    tool: str
    requirements: tuple[Requirement, ...]
    others: tuple[Requirement, ...] = ()


def manifests(unit: Unit) -> list[Manifest]:
    """The files that declare packages, nearest to the unit's folder first."""
    return unit.once(
        "manifests", lambda: sorted(_manifests(unit), key=lambda found: (found.path.count("/"), found.path))
    )


_SUFFIXES = (".txt", ".toml", ".yml", ".yaml", ".cfg", ".py", "")


def _candidates(unit: Unit) -> list[File]:
    """Files that may declare packages, by their names."""
    return unit.files.which(
        "may declare packages",
        lambda file: file.special is None and file.suffix in _SUFFIXES and not unit.aside(file.path),
        lambda: unit.files.suffixed(*_SUFFIXES),
    )


def _manifests(unit: Unit) -> Iterator[Manifest]:
    for file in _candidates(unit):
        name = file.name.lower()
        if name.endswith(".txt") and ("requirements" in name or file.folder.rpartition("/")[2] == "requirements"):
            found = unit.project.requirements(file.path)
            side = _SIDE.search(name.removesuffix(".txt"))
            if found.requirements:
                yield Manifest(
                    file.path, "requirements", () if side else found.requirements, found.requirements if side else ()
                )
        elif name == "pyproject.toml":
            yield from _pyproject(unit, file.path)
        elif name in _CONDA or (file.suffix in (".yml", ".yaml") and file.folder.rpartition("/")[2] in _CONDA_FOLDERS):
            yield from _conda(unit, file.path)
        elif name == "pipfile":
            document = unit.project.toml(file.path)
            yield Manifest(
                file.path,
                "pipfile",
                tuple(_table(document.get("packages"))),
                tuple(_table(document.get("dev-packages"))),
            )
        elif name == "setup.py":
            found_here = tuple(_setup(unit, file.path))
            if found_here:
                yield Manifest(file.path, "setup", found_here)


def _pyproject(unit: Unit, path: str) -> Iterator[Manifest]:
    document = unit.project.toml(path)
    project = mapping(document.get("project"))
    listed = [
        parse_requirement(item, line) for item, line in entries(project.get("dependencies")) if isinstance(item, str)
    ]
    others = [
        parse_requirement(item, line)
        for group in (project.get("optional-dependencies"), document.get("dependency-groups"))
        for _name, content, _line in items(group)
        for item, line in entries(content)
        if isinstance(item, str)
    ]
    if listed or others or "dependencies" in project:
        yield Manifest(path, "pyproject", tuple(filter(None, listed)), tuple(filter(None, others)))
    poetry = mapping(mapping(document.get("tool")).get("poetry"))
    groups = [mapping(group).get("dependencies") for group in mapping(poetry.get("group")).values()]
    development = [requirement for table in (poetry.get("dev-dependencies"), *groups) for requirement in _table(table)]
    if "dependencies" in poetry:
        yield Manifest(path, "poetry", tuple(_table(poetry["dependencies"])), tuple(development))
    elif development:
        # Poetry 2: the project's table has the dependencies, Poetry's own the groups.
        yield Manifest(path, "poetry", (), tuple(development))


def _table(table: object) -> Iterator[Requirement]:
    """Packages of a table name → version, as Poetry and Pipenv write them."""
    for name, value, line in items(table):
        if name.lower() == "python":
            continue
        version = value if isinstance(value, str) else str(mapping(value).get("version") or "")
        exact = re.fullmatch(r"(?:==?)?\s*(\d+(?:\.\d+)+\S*)", version.strip())
        specifier = f"=={exact[1]}" if exact else "" if version.strip() in ("", "*") else version.replace(" ", "")
        yield Requirement(normalise(name), specifier, line=line)


def _conda(unit: Unit, path: str) -> Iterator[Manifest]:
    document = mapping(next(iter(unit.project.yaml(path)), None))
    found = []
    for item, line in entries(document.get("dependencies")):
        if isinstance(item, str):
            name, _, version = re.sub(r"\s+", "", item.rpartition("::")[2]).partition("=")
            plain = re.match(r"[\w.-]+", name)
            if plain and plain[0].lower() not in ("python", "pip"):
                # `pandas>=2.2`: what comes before the `=` is more than a name.
                exact = re.fullmatch(r"=?\d+(\.\d+)+.*", version) if name == plain[0] else None
                rest = name[len(plain[0]) :] + ("=" + version if version else "")
                found.append(
                    Requirement(
                        normalise(plain[0]),
                        f"=={version.lstrip('=').split('=')[0]}" if exact and "*" not in version else rest,
                        line=line,
                    )
                )
        else:
            for inner, inner_line in entries(mapping(item).get("pip")):
                requirement = parse_requirement(inner, inner_line) if isinstance(inner, str) else None
                if requirement is not None:
                    found.append(requirement)
    if found:
        yield Manifest(path, "conda", tuple(found))


def _setup(unit: Unit, path: str) -> Iterator[Requirement]:
    import ast

    source = unit.project.python(path)
    for call in source.calls if source is not None else []:
        if call.attribute == "setup":
            listed = call.argument(None, "install_requires")
            for element in listed.elts if isinstance(listed, (ast.List, ast.Tuple)) else []:
                if isinstance(element, ast.Constant) and isinstance(element.value, str):
                    requirement = parse_requirement(element.value, element.lineno)
                    if requirement is not None:
                        yield requirement


class LockTool(NamedTuple):
    """A tool that locks an environment.

    Attributes:
        id: the probe's id.
        title: for people.
        installs: first words of commands that install from the lock.
    """

    id: str
    title: str
    installs: tuple[str, ...]


def lock_findings(
    unit: Unit, tool: LockTool, lock: str, problem: str | None, line: int | None, *, checked: bool
) -> Iterator[Finding]:
    """What a lock is worth: for the pinned dependencies, and as a lock that matches.

    Args:
        unit: the unit.
        tool: the tool.
        lock: path of the lock.
        problem: why it does not match its manifest; None when it does.
        line: line in the lock of the problem, or of the project's entry.
        checked: the match was computed, rather than taken for granted.
    """
    if problem is not None:
        for part in ("dependencies", "lock"):
            yield Finding(
                tool.id,
                REPRODUCIBLE,
                Rung.E2,
                f"{lock} is stale: {problem}.",
                part=part,
                confidence=PARSED,
                path=lock,
                line=line,
                effect="cap",
                raise_by=f"Lock again with {tool.title} and commit {lock}.",
            )
        return
    ignored = _ignored_by(unit, tool)
    if ignored is not None:
        for part in ("dependencies", "lock"):
            yield Finding(
                tool.id,
                REPRODUCIBLE,
                Rung.E2,
                f"{lock} matches, but {ignored[0]} installs with pip and ignores it.",
                part=part,
                confidence=PARSED,
                path=ignored[0],
                line=ignored[1],
                effect="cap",
                raise_by=f"Install from the lock there: `{tool.installs[0]}`.",
            )
        return
    rung = Rung.E4 if checked else Rung.E3
    for part in ("dependencies", "lock"):
        yield Finding(
            tool.id,
            REPRODUCIBLE,
            rung,
            f"{lock} locks every package{', and matches its manifest' if checked else ''}.",
            part=part,
            confidence=PARSED if checked else 0.85,
            path=lock,
            line=line,
        )


def _ignored_by(unit: Unit, tool: LockTool) -> tuple[str, int | None] | None:
    """A CI job or an image that installs the project without its lock, where none uses the lock."""
    without = None
    for launch in unit.launches:
        if launch.kind not in ("ci", "container", "image"):
            continue
        for command in launch.commands:
            text = " ".join(command.words)
            if (
                any(text.startswith(words) for words in tool.installs)
                or command.words[0] == tool.installs[0].split()[0]
            ):
                return None
            for target in targets(command, launch.folder):
                installs = (
                    target.kind == "tool" and target.value in ("pip", "pip3") and target.arguments[:1] == ("install",)
                )
                installs = installs or (
                    target.kind == "module" and target.value == "pip" and target.arguments[:1] == ("install",)
                )
                packages = [word for word in target.arguments[1:] if not word.startswith("-")]
                own = "-r" in target.arguments or "." in packages or any(word.startswith(".[") for word in packages)
                if installs and own and without is None:
                    without = (launch.path, launch.line_of(command))
    return without


def folder_of(path: str) -> str:
    """The folder of a file; "." for the base."""
    return posixpath.dirname(path) or "."


def beside(path: str, name: str) -> str:
    """A file in the same folder."""
    return join(folder_of(path), name)


def python_names(value: object) -> list[str]:
    """Normalised names in a list of requirement texts."""
    return [found.name for text in strings(value) if (found := parse_requirement(text))]
