"""environment.yml of conda."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_mlops.project.requirements import normalise

if TYPE_CHECKING:
    from jupyter_mlops.lifts.manifests import Edits

TOOL = "conda"
RANK = 4
LOCKS: tuple[str, ...] = ("conda-lock.yml",)


def edit(text: str, edits: Edits) -> str:
    """The file with packages added: those that conda installed to its own list, others to that of pip.

    Only lines that change are touched: a file may indent its lists in more than one way.

    Args:
        text: the file.
        edits: what to change.
    """
    from ruamel.yaml import YAML

    document: Any = YAML().load(text)
    lines = text.splitlines()
    end = "\r\n" if "\r\n" in text else "\n"
    listed = document["dependencies"]
    # `- pip: 21` is a version that somebody mistyped.
    inner: Any = next((item for item in listed if isinstance(item, dict) and isinstance(item.get("pip"), list)), None)
    pip: Any = inner["pip"] if inner is not None else []
    _pin(lines, listed, edits, "=")
    _pin(lines, pip, edits, "==")
    own = [f"{name}={edits.add[name]}" for name in sorted(edits.add) if name in edits.by_conda]
    others = [edits.requirement(name) for name in sorted(edits.add) if name not in edits.by_conda]
    additions: list[tuple[int, list[str]]] = []
    plain = [index for index, item in enumerate(listed) if isinstance(item, str)]
    last, column = listed.lc.item(plain[-1] if plain else 0)
    dash = " " * (column - 2) + "- "
    if own:
        additions.append((last, [dash + item for item in own]))
    if others and len(pip):
        at, pip_column = pip.lc.item(len(pip) - 1)
        additions.append((at, [" " * (pip_column - 2) + "- " + item for item in others]))
    elif others:
        there = any(item == "pip" or str(item).startswith("pip=") for item in listed)
        rows = [] if there else [f"{dash}pip"]
        rows += [f"{dash}pip:", *(f"{' ' * column}  - {item}" for item in others)]
        additions.append((last, rows))
    for at, rows in sorted(additions, reverse=True):
        lines[at + 1 : at + 1] = rows
    return end.join(lines) + end


def _pin(lines: list[str], listed: Any, edits: Edits, sign: str) -> None:
    for index, item in enumerate(listed):
        name = normalise(item.rpartition("::")[2]) if isinstance(item, str) else ""
        if name in edits.pin:
            row, column = listed.lc.item(index)
            quote = 1 if lines[row][column] in "\"'" else 0
            after = column + quote + len(item)
            lines[row] = f"{lines[row][:after]}{sign}{edits.pin[name]}{lines[row][after:]}"
