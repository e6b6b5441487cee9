"""Makefiles, Justfiles and Taskfiles: targets, what they need, what they run."""

from __future__ import annotations

from dataclasses import dataclass, field

from jupyter_mlops.project.patterns import lazy

_RULE = lazy(r"^([^\s:#=][^:#=]*)(::?)(?!=)\s*([^#;]*)(?:;\s*(.*))?")
_VARIABLE = lazy(r"^\s*(?:export\s+)?([A-Za-z_.][\w.]*)\s*(?::{0,3}|\?|\+)=\s*(.*)$")
_IGNORING = lazy(r"(^|\s)(-?[a-zA-Z]*i[a-zA-Z]*|--ignore-errors)(\s|$)")
_REFERENCE = lazy(r"\$[({]([\w.]+)[)}]")


@dataclass
class Target:
    """A target.

    Attributes:
        name: as written, variables resolved.
        line: 1-based line of its rule.
        needs: its prerequisites, order-only ones included.
        recipe: (1-based line, command) without `@` and with the `-` that ignores failure kept.
        phony: it is declared not to be a file.
        ignored: make goes on when its commands fail (`.IGNORE`, `MAKEFLAGS += -i`).
    """

    name: str
    line: int
    needs: list[str] = field(default_factory=list)
    recipe: list[tuple[int, str]] = field(default_factory=list)
    phony: bool = False
    ignored: bool = False


def read_makefile(text: str) -> dict[str, Target]:
    """The targets of a Makefile, in order.

    Args:
        text: the file's content.
    """
    targets: dict[str, Target] = {}
    variables = {"MAKE": "make"}
    phony: set[str] = set()
    ignored: set[str] = set()
    current: list[Target] = []
    for number, line in _joined(text):
        if line.startswith("\t") or (current and line.startswith("    ") and not _VARIABLE.match(line)):
            for target in current:
                command = _expand(line.strip(), variables).replace("$$", "$")
                if command and not command.startswith("#"):
                    target.recipe.append((number, command.lstrip("@+")))
            continue
        variable = _VARIABLE.match(line)
        rule = None if variable else _RULE.match(line)
        if variable:
            variables[variable[1]] = _expand(variable[2].strip(), variables)
        elif rule:
            needs = [need for need in _expand(rule[3], variables).split() if need != "|"]
            current = []
            for name in _expand(rule[1], variables).split():
                if name == ".PHONY":
                    phony.update(needs)
                elif name == ".IGNORE":
                    ignored.update(needs or [".IGNORE"])
                elif not name.startswith("."):
                    target = targets.setdefault(name, Target(name, number))
                    target.needs += needs
                    if rule[4]:
                        target.recipe.append((number, _expand(rule[4], variables).lstrip("@+")))
                    current.append(target)
        elif line.strip() and not line.lstrip().startswith("#"):
            current = []
    for name in phony & targets.keys():
        targets[name].phony = True
    all_ignored = ".IGNORE" in ignored or _IGNORING.search(variables.get("MAKEFLAGS", "")) is not None
    for name, target in targets.items():
        target.ignored = all_ignored or name in ignored
    return targets


def _joined(text: str) -> list[tuple[int, str]]:
    lines = []
    pending = ""
    start = 1
    for number, line in enumerate(text.splitlines(), 1):
        if not pending:
            start = number
        if line.endswith("\\"):
            pending += line[:-1] + " "
            continue
        lines.append((start, pending + line))
        pending = ""
    if pending:
        lines.append((start, pending))
    return lines


def _expand(text: str, variables: dict[str, str]) -> str:
    for _round in range(3):
        replaced = _REFERENCE.sub(lambda found: variables.get(found[1], found[0]), text)[:10_000]
        if replaced == text:
            break
        text = replaced
    return text
