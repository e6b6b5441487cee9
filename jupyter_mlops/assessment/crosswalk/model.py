"""What a model is, and how a unit's results are read in its terms."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple

from jupyter_mlops.assessment.crosswalk.observed import Observed
from jupyter_mlops.assessment.findings import Rung
from jupyter_mlops.assessment.scoring import Result
from jupyter_mlops.assessment.unit import Unit

#: "seen": wired up, in the files; "partly": there, and not wired or not whole; "missing": looked for and not there;
#: "attested": somebody vouches for it; "not-visible": files do not show it; "not-applicable": the question does not arise.
State = Literal["seen", "partly", "missing", "attested", "not-visible", "not-applicable"]
_WEAKEST_FIRST: tuple[State, ...] = ("missing", "partly", "not-visible", "attested", "seen", "not-applicable")


class Item(NamedTuple):
    """Something that a model asks for.

    Attributes:
        text: in our words.
        shown_by: criteria that show it, all of them needed, as ``criterion`` or ``criterion/part``; empty where files
            cannot show it.
        observed: what looks for it in the files where no criterion shows it.
    """

    text: str
    shown_by: tuple[str, ...] = ()
    observed: Callable[[Unit], Observed] | None = None


class Group(NamedTuple):
    """A level, phase or section of a model.

    Attributes:
        name: short.
        items: what it asks for.
    """

    name: str
    items: tuple[Item, ...]


class Seen(NamedTuple):
    """How an item stands.

    Attributes:
        group: where it belongs.
        item: what is asked for.
        state: how it stands.
    """

    group: str
    item: Item
    state: State


class Model(NamedTuple):
    """Another maturity model.

    Attributes:
        id: short name.
        title: for people.
        source: where it is described.
        groups: its levels, lowest first, or its sections.
        summarise: what the items come to: (what is reached, a score or None, what is next or None).
    """

    id: str
    title: str
    source: str
    groups: tuple[Group, ...]
    summarise: Callable[[Model, tuple[Seen, ...]], tuple[str, float | None, str | None]]


class Standing(NamedTuple):
    """Where a unit stands in a model.

    Attributes:
        model: which.
        reached: level, phase or band.
        score: where the model has one.
        next: the first group that is not reached.
        items: everything it asks for.
    """

    model: Model
    reached: str
    score: float | None
    next: str | None
    items: tuple[Seen, ...]


def stand(model: Model, results: Iterable[Result], unit: Unit | None = None) -> Standing:
    """Read results in the terms of a model.

    Args:
        model: the model.
        results: those of a unit.
        unit: the unit, for what no criterion shows.
    """
    by_name = {result.criterion.id: result for result in results}
    items = tuple(Seen(group.name, item, _state(item, by_name, unit)) for group in model.groups for item in group.items)
    reached, score, following = model.summarise(model, items)
    return Standing(model, reached, score, following, items)


def by_level(model: Model, items: tuple[Seen, ...]) -> tuple[str, float | None, str | None]:
    """The highest group of which, and of all below, everything that files can show is there."""
    open_groups = {seen.group for seen in items if seen.state in ("missing", "partly")}
    shown = {seen.group for seen in items if seen.state in ("seen", "attested")}
    reached = model.groups[0].name
    for group in model.groups[1:]:
        if group.name in open_groups or group.name not in shown:
            return reached, None, group.name
        reached = group.name
    return reached, None, None


def _state(item: Item, results: dict[str, Result], unit: Unit | None) -> State:
    if item.observed is not None and unit is not None:
        return item.observed(unit)
    states = [state for name in item.shown_by if (state := _shown(name, results)) is not None]
    if not states:
        return "not-visible"
    asked = [state for state in states if state != "not-applicable"]
    return min(asked, key=_WEAKEST_FIRST.index) if asked else "not-applicable"


def _shown(name: str, results: dict[str, Result]) -> State | None:
    criterion, _, part = name.partition("/")
    result = results.get(criterion)
    if result is None:  # left out by the project's settings
        return None
    declared = result.state == "not-applicable" and result.by is not None  # other models know nothing of our exemptions
    if result.state in ("attested", "not-applicable", "not-visible") and not declared:
        return result.state  # type: ignore[return-value]
    if result.state == "pass":
        return "seen"
    if part:
        # A criterion is as weak as its weakest part; the part that is asked for may be stronger.
        own = [f for f in result.evidence if f.part == part and f.effect in ("support", "cap")]
        caps = [f.rung for f in own if f.effect == "cap"]
        rung = min([max((f.rung for f in own), default=Rung.E0), *caps])
        return "seen" if rung >= Rung.E3 else "partly" if rung >= Rung.E1 else "missing"
    return "partly" if result.rung >= Rung.E1 else "missing"
