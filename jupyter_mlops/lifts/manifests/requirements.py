"""requirements.txt."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jupyter_mlops.project.requirements import normalise

if TYPE_CHECKING:
    from jupyter_mlops.lifts.manifests import Edits

TOOL = "requirements"
RANK = 2
LOCKS: tuple[str, ...] = ()
_LINE = re.compile(r"^(\s*)([A-Za-z0-9][A-Za-z0-9._-]*)(\s*\[[^\]]*\])?(.*)$")


def edit(text: str, edits: Edits) -> str:
    """The file with packages added at its end, and those without a version pinned where they stand.

    Args:
        text: the file.
        edits: what to change.
    """
    end = "\r\n" if "\r\n" in text else "\n"
    lines = [_edited(line, edits) for line in text.splitlines()]
    new = [edits.requirement(name) for name in sorted(edits.add)]
    return end.join([*lines, *new]) + end


def _edited(line: str, edits: Edits) -> str:
    found = _LINE.match(line)
    if found is None:
        return line
    indent, written, extras, rest = found[1], found[2], found[3] or "", found[4]
    name = normalise(written)
    if name in edits.replace:
        written = edits.replace[name]
        name = written
    if name in edits.pin and (not rest.strip() or rest.lstrip().startswith((";", "#", "@"))):
        # A file of one machine (`@ file:///…`, as conda writes) is no version that others could install.
        rest = "" if rest.lstrip().startswith("@") or not rest.strip() else rest
        return f"{indent}{written}{extras}=={edits.pin[name]}{rest}"
    return f"{indent}{written}{extras}{rest}"
