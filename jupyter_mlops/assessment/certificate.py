"""A certificate: a file that says which level a commit has, and that anyone with the commit can make again.

It holds nothing that does not follow from the commit, the date and the ruleset. So it is checked by making it again and
comparing: a word that was changed shows.
"""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
import json
import posixpath
import re
from dataclasses import dataclass
from pathlib import Path

from jupyter_mlops.assessment.api import Assessment, UnitAssessment, assess
from jupyter_mlops.assessment.criterion import LEVELS
from jupyter_mlops.assessment.rulesets import RULESET
from jupyter_mlops.assessment.scoring import Result
from jupyter_mlops.assessment.secrets import mask
from jupyter_mlops.assessment.wording import beside_evidence, place_of, relative_path
from jupyter_mlops.errors import MlopsError
from jupyter_mlops.project.checkout import checked_out, resolve
from jupyter_mlops.project.git import Git, find_repository

FOLDER = ".mlops/certificates"
_FORM = 1
_FACTS = re.compile(r"^<!-- jupyter-mlops certificate\n(.*?)^-->$", re.DOTALL | re.MULTILINE)
_KEYS = ("form", "level", "path", "commit", "date", "ruleset", "evidence")


@dataclass(frozen=True)
class Certificate:
    """A certificate, or what it claims.

    Attributes:
        level: of the commit.
        path: of the assessed folder, relative to the top of the repository.
        commit: full name.
        date: day of the assessment.
        ruleset: it was made by.
        evidence: digest of the whole assessment.
        text: the file.
    """

    level: int
    path: str
    commit: str
    date: dt.date
    ruleset: str
    evidence: str
    text: str


@dataclass(frozen=True)
class Check:
    """What came out of checking a certificate.

    Attributes:
        claimed: what the file says.
        made: what its commit says.
        differences: lines of a diff, from what the commit says to what the file says; empty when it is valid.
    """

    claimed: Certificate
    made: Certificate
    differences: tuple[str, ...]

    @property
    def valid(self) -> bool:
        """Whether the file says what its commit says."""
        return not self.differences


def make_certificate(folder: str | Path, *, date: dt.date | str | None = None, commit: str = "HEAD") -> Certificate:
    """The certificate of a commit. What is not committed does not count, and nothing is written.

    Args:
        folder: the project's folder.
        date: day that it is for; today when None.
        commit: the commit.

    Raises:
        MlopsError: ``no-repository``, ``unknown-commit``, ``shallow-repository``, or what `assess` raises.
    """
    git, path = _repository(Path(folder))
    full = resolve(git, commit)
    with checked_out(git, full) as tree:
        place = tree / path
        if not place.is_dir():
            raise MlopsError("path-not-found", f"The commit {full[:12]} has no folder {path}.", path=path)
        return _certificate(assess(place, date=date), full, path)


def check_certificate(file: str | Path, *, repository: str | Path | None = None) -> Check:
    """Makes a certificate again from its commit, and compares.

    Args:
        file: the certificate.
        repository: a folder of a clone that has its commit; that of the file when None.

    Raises:
        MlopsError: ``invalid-certificate`` when the file is none, ``no-repository``, ``unknown-commit``,
            ``shallow-repository``, and ``other-ruleset`` when it was made by rules that this version does not have.
    """
    claimed = read_certificate(file)
    if claimed.ruleset != RULESET:
        raise MlopsError(
            "other-ruleset",
            f"It was made by ruleset {claimed.ruleset}, and this version of jupyter-mlops has {RULESET}. Check it with the "
            "version that made it, or have a new one made.",
            path=str(file),
            exit_status=3,
        )
    place = Path(repository) if repository is not None else Path(file).resolve().parent
    git, _ = _repository(place)
    full = resolve(git, claimed.commit)
    with checked_out(git, full) as tree:
        if not (tree / claimed.path).is_dir():
            raise MlopsError("invalid-certificate", f"Its commit has no folder {claimed.path!r}.", path=str(file))
        made = _certificate(assess(tree / claimed.path, date=claimed.date), full, claimed.path)
    lines = difflib.unified_diff(
        made.text.splitlines(), claimed.text.splitlines(), "what the commit says", "what the file says", "", "", 0, ""
    )
    return Check(claimed, made, tuple(lines))


def read_certificate(file: str | Path) -> Certificate:
    """What a certificate claims; nothing is checked but its form.

    Args:
        file: the certificate.

    Raises:
        MlopsError: ``invalid-certificate``.
    """
    try:
        # git may have changed the line ends; nothing else may.
        text = Path(file).read_bytes().decode("utf-8").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError):
        text = ""
    found = _FACTS.search(text)
    facts = dict(line.split(": ", 1) for line in (found[1] if found else "").splitlines() if ": " in line)
    claimed = _claimed(facts, text)
    if claimed is None:
        raise MlopsError(
            "invalid-certificate",
            "This is no certificate of jupyter-mlops, or its last lines are damaged. `history --record` writes one.",
            path=str(file),
        )
    return claimed


def _claimed(facts: dict[str, str], text: str) -> Certificate | None:
    if tuple(facts) != _KEYS or facts["form"] != str(_FORM) or not re.fullmatch(r"[0-9a-f]{40,64}", facts["commit"]):
        return None
    path = facts["path"]
    if path.startswith("/") or ".." in path.split("/") or posixpath.normpath(path) != path or "\\" in path:
        return None
    try:
        date, level = dt.date.fromisoformat(facts["date"]), int(facts["level"])
    except ValueError:
        return None
    return Certificate(level, path, facts["commit"], date, facts["ruleset"], facts["evidence"], text)


def _repository(folder: Path) -> tuple[Git, str]:
    """The repository of a folder, and the folder's path in it."""
    git = find_repository(folder) if folder.is_dir() else None
    if git is None or git.head is None:
        raise MlopsError(
            "no-repository",
            "A certificate is of a commit, and there is no git repository with one here.",
            path=str(folder),
        )
    path = folder.resolve().relative_to(git.top.resolve()).as_posix()
    return git, path


def _certificate(assessment: Assessment, commit: str, path: str) -> Certificate:
    document = json.dumps(assessment.to_dict(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    evidence = f"sha256:{hashlib.sha256(document.encode()).hexdigest()}"
    facts = (_FORM, assessment.level, path, commit, assessment.date.isoformat(), RULESET, evidence)
    return Certificate(
        level=assessment.level,
        path=path,
        commit=commit,
        date=assessment.date,
        ruleset=RULESET,
        evidence=evidence,
        text="\n".join(
            [
                f"# Certificate: Level {assessment.level}, {LEVELS[assessment.level]}{beside_evidence(assessment.headline)}",
                "",
                *_body(assessment, commit, path),
                "<!-- jupyter-mlops certificate",
                *(f"{key}: {value}" for key, value in zip(_KEYS, facts, strict=True)),
                "-->",
                "",
            ]
        ),
    )


def _body(assessment: Assessment, commit: str, path: str) -> list[str]:
    where = "this repository" if path == "." else f"`{path}` in this repository"
    said = (
        f"On {assessment.date.isoformat()}, by ruleset {RULESET} of jupyter-mlops, commit `{commit[:12]}` of {where} has what "
        f"Level {assessment.level} takes."
    )
    lines = [said, ""]
    for unit in assessment.units:
        if len(assessment.units) > 1:
            name = relative_path(assessment.project, unit.unit.path)
            lines += [f"## `{name}`: Level {unit.level}", ""]
        lines += ["| level | criterion | state | evidence |", "|---|---|---|---|"]
        lines += [_row(assessment, result) for result in _gate(unit)]
        lines.append("")
    lines += [
        "Anyone who has this commit can check it: `jupyter mlops verify-certificate FILE` makes it again and compares.",
        "",
    ]
    return lines


def _gate(unit: UnitAssessment) -> list[Result]:
    """What the level rests on; of Level 0, what Level 1 asks for."""
    reached = max(unit.level, 1)
    return [result for result in unit.results if result.criterion.required and result.criterion.level <= reached]


def _row(assessment: Assessment, result: Result) -> str:
    place = next(
        (place_of(assessment.project, finding) for finding in result.evidence if finding.path is not None), None
    )
    note = f" {result.note}" if result.note else ""
    evidence = mask(f"{result.message}{note}").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
    where = f" (`{place}`)" if place is not None else ""
    state = f"{result.state}, E{int(result.rung)}"
    return f"| {result.criterion.level} | {result.criterion.title} | {state} | {evidence}{where} |"
