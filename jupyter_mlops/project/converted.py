"""What conversions made, and of which notebooks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, NamedTuple

from jupyter_mlops.project.project import Project

#: Verdicts of a proof that found the results equal.
_EQUAL = ("equivalent", "equivalent-within-tolerance")


class Converted(NamedTuple):
    """A pipeline that a conversion made.

    Attributes:
        folder: of the pipeline, relative to the base.
        notebooks: it was made of, relative to the base → the SHA-256 of their bytes at that time; "" where it is not told.
        proven: whether it gives what they give.
    """

    folder: str
    notebooks: dict[str, str]
    proven: bool

    @property
    def notebook_folders(self) -> tuple[str, ...]:
        """Folders of the notebooks that were generated or have run; each ends with a slash."""
        return tuple(f"{self.folder}/{part}/" for part in ("stages", "products", "tests"))


def conversions(project: Project) -> Iterator[Converted]:
    """The pipelines that conversions made.

    Args:
        project: that is read.
    """
    for file in project.walk.files.named("conversion.json"):
        found = project.json(file.path)
        document = found if isinstance(found, dict) else {}
        verification = document.get("verification")
        verdict = verification.get("verdict") if isinstance(verification, dict) else None
        yield Converted(file.folder, dict(_sources(document)), verdict in _EQUAL)


def _sources(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    several = document.get("notebooks")
    entries = several if isinstance(several, list) else []
    pairs = [(one.get("path"), one.get("sha256")) for one in entries if isinstance(one, dict)]
    for path, digest in pairs or [(document.get("notebook"), document.get("notebook_sha256"))]:
        if isinstance(path, str):
            yield path, digest if isinstance(digest, str) else ""


def is_proven(project: Project, path: str) -> bool:
    """Whether a notebook, as it is now, ran to its end in a conversion that was proven.

    Args:
        project: it belongs to.
        path: relative to the base.
    """
    digests = [one.notebooks[path] for one in conversions(project) if one.proven and path in one.notebooks]
    return bool(digests) and hashlib.sha256((project.base / path).read_bytes()).hexdigest() in digests
