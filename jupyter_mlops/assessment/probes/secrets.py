"""Secrets in files: code, notebooks, configuration, and what is committed but deleted here."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_mlops.assessment.findings import CONFIGURED, CONVENTION, Finding, Rung
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.probes.notebooks import issues
from jupyter_mlops.assessment.secrets import find_secrets
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.files import File

_TEXT = frozenset(
    {
        ".py",
        ".yml",
        ".yaml",
        ".toml",
        ".json",
        ".cfg",
        ".ini",
        ".env",
        ".sh",
        ".tf",
        ".tfvars",
        ".properties",
        ".conf",
        ".md",
        ".r",
        ".sql",
    }
)
_LARGEST = 300_000


def _texts(unit: Unit) -> list[File]:
    """Files that people write secrets into."""

    def may_hold(file: File) -> bool:
        text = file.special is None and (file.suffix in _TEXT or file.name.startswith(".env"))
        return text and not unit.aside(file.path) and not file.name.endswith((".lock", "package-lock.json"))

    return unit.files.which("may hold secrets", may_hold)


def _findings(unit: Unit) -> Iterator[Finding]:
    count = 0
    for file in _texts(unit):
        if 0 < file.size < _LARGEST:
            for number, what in find_secrets(unit.project.text(file.path) or ""):
                count += 1
                yield _leak(unit, file.path, number, None, what)
    for issue in issues(unit):
        if issue.code == "secret":
            count += 1
            yield _leak(unit, issue.path, issue.line, issue.cell, issue.message.removeprefix("It holds ").rstrip("."))
    for path, what in _deleted(unit):
        count += 1
        yield Finding(
            "secrets",
            "no-secrets",
            Rung.E0,
            f"{path}, deleted here but committed, holds {what}.",
            confidence=CONVENTION,
            path=path,
            effect="cap",
            raise_by="Revoke it, and take it out of the history.",
        )
    if not count:
        yield Finding(
            "secrets",
            "no-secrets",
            Rung.E3,
            "No secrets were found in text files and notebooks.",
            confidence=CONVENTION,
        )


def _leak(unit: Unit, path: str, line: int | None, cell: int | None, what: str) -> Finding:
    rung = Rung.E1 if unit.is_test(path) else Rung.E0
    return Finding(
        "secrets",
        "no-secrets",
        rung,
        f"{path} holds {what}.",
        confidence=CONFIGURED,
        path=path,
        line=line,
        cell=cell,
        effect="cap",
        raise_by="Read it from the environment, and revoke this one.",
    )


def _deleted(unit: Unit) -> Iterator[tuple[str, str]]:
    """Files of the commit that are gone from the folder."""
    git = unit.project.git
    if git is None:
        return
    gone = [
        (file.path, git.committed[file.path])
        for file in unit.files.missing
        if file.path in git.committed
        and (file.suffix in _TEXT or file.suffix == ".ipynb" or file.name.startswith(".env"))
    ]
    small = [(path, blob.oid) for path, blob in gone if (blob.size or 0) < _LARGEST][:200]
    contents = git.content([oid for _path, oid in small])
    for path, oid in small:
        for _number, what in find_secrets(contents.get(oid, b"").decode("utf-8", "replace")):
            yield path, what
            break


PROBE = Probe(
    id="secrets",
    title="secrets",
    reads="text files and notebooks of the folder; text files of the commit that are deleted in the folder",
    credits="wired: none found; a secret anywhere closes it",
    findings=_findings,
)
