"""CODEOWNERS: who is asked before code and models change."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatch

from jupyter_mlops.assessment.findings import PARSED, Finding, Rung
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.trainings import trainings
from jupyter_mlops.assessment.unit import Unit

_PLACES = frozenset({".", ".github", ".gitlab", "docs"})
#: Files that decide what is trained and promoted, beside the code that trains.
_MATTERS = ("dvc.yaml", "params.yaml", "MODEL_CARD.md", "model_card.md")


def _findings(unit: Unit) -> Iterator[Finding]:
    for file in unit.all_files.named("CODEOWNERS"):
        if file.name == "CODEOWNERS" and file.folder in _PLACES:
            found = _judged(unit, file.path)
            if found is not None:
                yield found
                return


def _judged(unit: Unit, path: str) -> Finding | None:
    rules = [
        (number, words[0], [word for word in words[1:] if "@" in word])
        for number, line in enumerate((unit.project.text(path) or "").splitlines(), 1)
        if (words := line.split("#")[0].split()) and not words[0].startswith("[")
    ]
    if not rules:
        return None
    matters = sorted({site.path for site in trainings(unit)} | {file.path for file in unit.named(*_MATTERS)})
    for place in matters:
        # The last rule that fits counts.
        line, _pattern, owners = next((rule for rule in reversed(rules) if _fits(rule[1], place)), (0, "", []))
        if owners:
            return Finding(
                "codeowners",
                "governed",
                Rung.E2,
                f"{owners[0]} owns {place}; whether the forge asks for the review is not visible.",
                part="approval",
                confidence=PARSED,
                path=path,
                line=line,
                chain=(place,),
                raise_by="Put the promotion behind a protected environment with reviewers, or a policy.",
            )
    return Finding(
        "codeowners",
        "governed",
        Rung.E1,
        "CODEOWNERS names nobody for the code that trains.",
        part="approval",
        confidence=PARSED,
        path=path,
        line=rules[0][0],
        raise_by="Name owners of the code that trains and promotes.",
    )


def _fits(pattern: str, path: str) -> bool:
    plain = pattern.strip("/")
    if pattern.startswith("/") or "/" in plain:
        return fnmatch(path, plain) or path.startswith(f"{plain}/") or fnmatch(path, f"{plain}/*")
    return any(fnmatch(part, plain) for part in path.split("/"))


PROBE = Probe(
    id="codeowners",
    title="CODEOWNERS",
    reads="CODEOWNERS",
    credits="declared: owners of other files · configured: owners of the code that trains; what the forge enforces is not visible",
    findings=_findings,
)
