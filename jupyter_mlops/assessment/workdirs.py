"""Which folder of the project the working directory of a container is."""

from __future__ import annotations

import posixpath

from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.shell import join


def working_folder(unit: Unit, dockerfile: str) -> str | None:
    """The project's folder whose content an image has in its working directory; None where the Dockerfile does not say.

    After `WORKDIR /app` and `COPY service/ /app/` that is `service`.

    Args:
        unit: the unit.
        dockerfile: path of the Dockerfile.
    """
    here = "/"
    copied: list[tuple[str, str]] = []
    for instruction in unit.project.dockerfile(dockerfile).named("FROM", "WORKDIR", "COPY", "ADD"):
        words = [word for word in instruction.words if not word.startswith("--")]
        if instruction.name == "FROM":
            here, copied = "/", []
        elif instruction.name == "WORKDIR" and words:
            here = posixpath.normpath(posixpath.join(here, words[0]))
        elif len(words) >= 2 and not any(word.startswith("--from") for word in instruction.words):
            target = posixpath.normpath(posixpath.join(here, words[-1]))
            copied += [(source, target) for source in words[:-1]]
    contexts = dict.fromkeys((posixpath.dirname(dockerfile) or ".", unit.path))
    for source, target in copied:
        inside = here.startswith(f"{target.rstrip('/')}/")
        whole = source.strip("./*") == ""
        if not inside and (here != target or whole):
            continue
        for context in contexts:
            place = join(join(context, source.rstrip("/*").lstrip("/") or "."), here[len(target) :].strip("/") or ".")
            if unit.project.kind(place) == "folder" and any(path.startswith(f"{place}/") for path in unit.sources):
                return place
    return None
