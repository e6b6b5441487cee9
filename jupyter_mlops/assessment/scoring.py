"""From findings to states, levels, progress and score."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import NamedTuple

from jupyter_mlops.assessment.criterion import CHECKLIST, DIMENSIONS, Criterion, Part
from jupyter_mlops.assessment.findings import Finding, Rung

#: What a rung is worth. Fractions: sums must not depend on the order of addition.
CREDIT = {
    Rung.E0: Fraction(0),
    Rung.E1: Fraction(15, 100),
    Rung.E2: Fraction(1, 2),
    Rung.E3: Fraction(1),
    Rung.E4: Fraction(1),
}
#: Share of a gate's weight that its recommended criteria have together.
RECOMMENDED_SHARE = Fraction(30, 100)
#: How sure one can be that nothing is there, having looked at every file.
ABSENT = 0.9
#: What a file that cannot be read, beside the evidence, takes from its confidence.
DOUBT = 0.2
#: States that let a gate through.
OPEN = frozenset({"pass", "not-applicable", "waived", "attested"})


@dataclass(frozen=True)
class Result:
    """How a criterion stands in a unit.

    Attributes:
        criterion: the criterion.
        state: "pass", "partial", "fail", "not-applicable", "not-visible", "attested", "waived" or "error".
        rung: of its weakest part.
        confidence: 0 to 1.
        message: one or two sentences.
        evidence: findings that decide it, the most telling first.
        raise_by: what would raise it; None when it passes.
        note: what a waiver, an attestation, a profile or an error adds.
        by: what people decided it with: "waiver", "attestation", "exemption" or "profile"; None where the files say it.
    """

    criterion: Criterion
    state: str
    rung: Rung
    confidence: float
    message: str
    evidence: tuple[Finding, ...] = ()
    raise_by: str | None = None
    note: str | None = None
    by: str | None = None

    @property
    def credit(self) -> Fraction:
        """What it earns towards the level: waived ones nothing, attested ones all."""
        if self.state == "attested":
            return Fraction(1)
        return Fraction(0) if self.state == "waived" else CREDIT[self.rung]


class _PartResult(NamedTuple):
    part: Part
    state: str
    rung: Rung
    confidence: float
    message: str
    raise_by: str | None
    evidence: tuple[Finding, ...] = field(default=())


def judge(criterion: Criterion, findings: Iterable[Finding]) -> Result:
    """How a criterion stands.

    A part is worth its best finding, limited by its caps. A criterion is worth its weakest part; where some parts pass and
    others do not, it is partial.

    Args:
        criterion: the criterion.
        findings: those of all probes about it.
    """
    by_part: dict[str, list[Finding]] = {part.id: [] for part in criterion.parts}
    for finding in findings:
        by_part[finding.part].append(finding)
    parts = [_judge_part(part, by_part[part.id]) for part in criterion.parts]
    asked = [part for part in parts if part.state != "not-applicable"]
    if not asked:
        evidence = tuple(finding for part in parts for finding in part.evidence)
        message = " ".join(dict.fromkeys(part.message for part in parts))
        return Result(criterion, "not-applicable", Rung.E0, _least(parts), message, evidence)
    lowest = min(part.rung for part in asked)
    highest = max(part.rung for part in asked)
    rung = lowest if lowest >= criterion.passes_at else min(highest, Rung.E2)
    open_parts = [part for part in asked if part.rung < criterion.passes_at]
    unseen = [part for part in open_parts if part.state == "not-visible"]
    if not open_parts:
        state = "pass"
    elif unseen and len(unseen) == len(open_parts):
        state = "not-visible"
    else:
        state = "partial" if rung >= Rung.E2 else "fail"
    telling = open_parts or asked
    telling = [part for part in telling if part.evidence] + [part for part in telling if not part.evidence]
    evidence = tuple(
        finding for part in (*telling, *(part for part in asked if part not in telling)) for finding in part.evidence
    )
    message = " ".join(dict.fromkeys(part.message for part in telling))
    raise_by = " ".join(dict.fromkeys(part.raise_by for part in open_parts if part.raise_by)) or None
    return Result(criterion, state, rung, _least(asked), message, evidence, raise_by)


def _least(parts: Sequence[_PartResult]) -> float:
    return min((part.confidence for part in parts), default=ABSENT)


def _judge_part(part: Part, findings: list[Finding]) -> _PartResult:
    support = sorted((finding for finding in findings if finding.effect == "support"), key=_telling)
    caps = sorted(
        (finding for finding in findings if finding.effect == "cap"), key=lambda cap: (cap.rung, *_telling(cap)[2:])
    )
    skipped = [finding for finding in findings if finding.effect == "not-applicable"]
    unseen = [finding for finding in findings if finding.effect == "not-visible"]
    # What limits a part is there at least: a stale lock is a lock.
    best = max((finding.rung for finding in (*support, *caps)), default=Rung.E0)
    if skipped and best == Rung.E0 and not caps:
        first = skipped[0]
        return _PartResult(part, "not-applicable", Rung.E0, first.confidence, first.message, None, tuple(skipped))
    if unseen and best < Rung.E3:
        first = unseen[0]
        return _PartResult(
            part, "not-visible", best, first.confidence, first.message, first.raise_by, (*unseen, *support)
        )
    rung = min([best, *(cap.rung for cap in caps)])
    deciding = [finding for finding in support if finding.rung == best] if best else []
    confidence = ABSENT
    if deciding:
        extra = len({finding.probe for finding in deciding}) - 1
        confidence = min(max(finding.confidence for finding in deciding) + 0.05 * extra, 0.99)
    if caps and (caps[0].rung < best or not support):
        first = caps[0]
        return _PartResult(
            part, "capped", rung, first.confidence, first.message, first.raise_by or part.raise_by, (*caps, *support)
        )
    if not support:
        return _PartResult(part, "absent", Rung.E0, ABSENT, part.absent, part.raise_by, tuple(caps))
    first = support[0]
    advice = None if rung >= Rung.E3 else first.raise_by or part.raise_by
    # What is missing in one place does not matter where another has it.
    shown = tuple(finding for finding in support if rung < Rung.E3 or finding.rung > Rung.E0)
    return _PartResult(part, "found", rung, confidence, first.message, advice, shown)


def _telling(finding: Finding) -> tuple[int, float, str, int, int, str]:
    return (
        -finding.rung,
        -finding.confidence,
        finding.path or "",
        -1 if finding.cell is None else finding.cell,
        finding.line or 0,
        finding.message,
    )


def doubted(results: Iterable[Result], unread: Iterable[str]) -> tuple[Result, ...]:
    """Results, less sure where a file beside the evidence, of the same kind, could not be read: it may say otherwise.

    Args:
        results: as judged.
        unread: paths of files that could not be read.
    """
    places = {_beside(path) for path in unread}
    return tuple(
        replace(result, confidence=max(round(result.confidence - DOUBT, 2), 0.0))
        if result.state == "pass"
        and any(finding.path is not None and _beside(finding.path) in places for finding in result.evidence)
        else result
        for result in results
    )


def _beside(path: str) -> tuple[str, str]:
    folder, _, name = path.rpartition("/")
    return folder, name.rpartition(".")[2].lower()


def level_of(results: Iterable[Result]) -> int:
    """The highest level of which all required criteria, and those of all levels below, let the gate through.

    A gate at which nothing is asked, because all of it was declared not to arise, is not one that was passed.
    """
    required = [result for result in results if result.criterion.required]
    closed = {result.criterion.level for result in required if result.state not in OPEN}
    asked = {result.criterion.level for result in required if result.state != "not-applicable"}
    closed |= {result.criterion.level for result in required} - asked
    level = 0
    while level < 4 and level + 1 not in closed:
        level += 1
    return level


def progress_to(level: int, results: Iterable[Result]) -> int:
    """How far the gate of `level` is, 0 to 100, rounded down; at most 99 while a required criterion is open."""
    gate = [result for result in results if result.criterion.level == level and result.state != "not-applicable"]
    required = [result for result in gate if result.criterion.required]
    recommended = [result for result in gate if not result.criterion.required]
    share = RECOMMENDED_SHARE if required and recommended else Fraction(0) if required else Fraction(1)
    earned = (1 - share) * _mean(required) + share * _mean(recommended)
    percent = math.floor(100 * earned)
    closed = not required or any(result.state not in OPEN for result in required)
    return min(percent, 99) if closed else percent


def _mean(results: list[Result]) -> Fraction:
    return sum((result.credit for result in results), Fraction(0)) / len(results) if results else Fraction(0)


def score_of(level: int, progress: int) -> int:
    """The total, 0 to 100: it grows with the work and cannot jump a gate."""
    return 100 if level == 4 else 25 * level + 25 * progress // 100


class Dimension(NamedTuple):
    """How far one dimension would let the level go.

    Attributes:
        id: one of `DIMENSIONS`.
        level: the highest level that none of its required criteria stands in the way of.
        open: its required criteria that do so for the next one.
        credit: share of what that next level asks of it, 0 to 100.
    """

    id: str
    level: int
    open: tuple[str, ...]
    credit: int


def dimensions(results: Sequence[Result]) -> tuple[Dimension, ...]:
    """The dimensions that gates ask something of, each with the level that it lets through; the least is that of the whole."""
    found = []
    for name in DIMENSIONS:
        own = [result for result in results if result.criterion.required and result.criterion.dimension == name]
        closed = [result for result in own if result.state not in OPEN]
        level = min((result.criterion.level for result in closed), default=5) - 1
        gate = [result for result in own if result.criterion.level == level + 1 and result.state != "not-applicable"]
        open_ids = tuple(result.criterion.id for result in closed if result.criterion.level == level + 1)
        if own:
            found.append(Dimension(name, level, open_ids, math.floor(100 * _mean(gate)) if gate else 100))
    return tuple(found)


def weakest(found: Sequence[Dimension]) -> Dimension | None:
    """The dimension that holds the level down most; None where none does."""
    least = min(found, key=lambda one: (one.level, one.credit), default=None)
    return None if least is None or not least.open else least


class Answer(NamedTuple):
    """The answer that the files give to a question of the checklist."""

    id: str
    question: str
    score: int
    state: str


def answers(results: Sequence[Result]) -> tuple[Answer, ...]:
    """The five questions, answered by evidence."""
    return tuple(_answer(name, question, results) for name, question in CHECKLIST.items())


def _answer(name: str, question: str, results: Sequence[Result]) -> Answer:
    mapped = [
        result
        for result in results
        if result.criterion.required
        and result.criterion.checklist == name
        and (result.criterion.level <= 3 or result.criterion.id == "governed")
    ]
    good = [result for result in mapped if result.state in ("pass", "attested")]
    telling = [result for result in good if result.criterion.id != "code-versioned"]
    some = [
        result
        for result in mapped
        if result.state in ("pass", "attested", "partial", "waived", "not-visible")
        and result.criterion.id != "code-versioned"
    ]
    if all(result.state in ("pass", "attested", "not-applicable") for result in mapped) and telling:
        state = "yes"
    else:
        state = "partly" if some else "no"
    asked = [result for result in mapped if result.state != "not-applicable"]
    return Answer(name, question, math.floor(100 * _mean(asked)), state)
