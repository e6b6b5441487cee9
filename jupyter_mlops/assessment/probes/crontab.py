"""crontab: files of times and commands that an image or a command hands to cron."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.dockerfile import NAMES as DOCKERFILES
from jupyter_mlops.project.files import File
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.patterns import lazy

_ENTRY = lazy(
    r"^\s*(?:@(?:hourly|daily|weekly|monthly|yearly|annually|midnight)|(?:[\d*/,A-Za-z-]+\s+){4}[\d*/,A-Za-z-]+)\s+(\S.*)$"
)
_USERS = frozenset({"root", "app", "appuser", "www-data", "nobody", "airflow", "ubuntu", "mlops", "user"})
_LARGEST = 50_000


def _launches(unit: Unit) -> Iterator[Launch]:
    for file in _crontabs(unit):
        text = unit.project.text(file.path) or ""
        for number, line in enumerate(text.splitlines(), 1):
            entry = _ENTRY.match(line) if not line.lstrip().startswith("#") else None
            if entry:
                user, _, rest = entry[1].partition(" ")
                command = rest if user in _USERS else entry[1]
                yield Launch(
                    f"{file.path}#{number}",
                    "schedule",
                    file.path,
                    number,
                    command,
                    unit.path,
                    f"line {number} of {unit.local(file.path)}",
                    triggers=frozenset({"schedule"}),
                )


def _crontabs(unit: Unit) -> list[File]:
    found = [
        file
        for file in unit.files
        if "cron" in file.path.lower()  # the quick look at each of very many
        and (
            file.name.lower().startswith(("crontab", "cronjobs"))
            or file.name.endswith(".cron")
            or "cron.d/" in file.path
        )
        and file.size < _LARGEST
        and file.suffix in ("", ".txt", ".cron")
    ]
    return [file for file in found if _is_handed(unit, file)] if found else []


def _is_handed(unit: Unit, file: File) -> bool:
    """Whether an image takes the file in, or a command or a compose file names it: `crontab deploy/crontab`, `supercronic`."""
    for image in unit.named(*DOCKERFILES):
        for source, _instruction in unit.project.dockerfile(image.path).copied:
            place = posixpath.normpath(posixpath.join(unit.path, source)).rstrip("/")
            if file.path in (place, source.removeprefix("./")) or file.path.startswith(f"{place}/"):
                return True
    holders = [*unit.files.suffixed(".sh", ".yml", ".yaml"), *unit.named("Makefile", "Procfile")]
    local = unit.local(file.path)
    return any(
        local in line and not line.lstrip().startswith("#")
        for holder in holders
        if holder.size < _LARGEST
        for line in (unit.project.text(holder.path) or "").splitlines()
    )


PROBE = Probe(
    id="crontab",
    title="cron",
    reads="crontab, *.cron, cron.d/*, and what hands them to cron",
    credits="earns nothing by itself: shows what runs by a schedule",
    launches=_launches,
)
