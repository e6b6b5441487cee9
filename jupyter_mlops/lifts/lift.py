"""What a lift is: an automated step that raises a criterion, as a plan that is shown before it is carried out."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from jupyter_mlops.assessment.criterion import Effort, Role
from jupyter_mlops.changes import ChangeSet
from jupyter_mlops.lifts.notebook_changes import changes_as_data
from jupyter_mlops.lifts.scene import Scene

State = Literal["applies", "done", "not-here"]


class Option(NamedTuple):
    """Something about a lift that a person may choose.

    Attributes:
        name: in `-O NAME=VALUE`.
        what: what it chooses, for people.
        values: those it can have; any text where empty.
        default: what it is unless chosen; "" for nothing.
    """

    name: str
    what: str
    values: tuple[str, ...] = ()
    default: str = ""


class Need(NamedTuple):
    """A package or program without which a lift cannot be planned.

    Attributes:
        module: importable name of the package.
        install: command that installs it.
    """

    module: str
    install: str


class Act(NamedTuple):
    """Something that is left to a person.

    Attributes:
        what: in the imperative, one sentence.
        command: that does it, run in the project's root; None where no command can.
        opens: id of the criterion that it is there for alone: once that is open, nothing is left of it.
    """

    what: str
    command: str | None = None
    opens: str | None = None

    def as_dict(self) -> dict[str, str | None]:
        """It, as JSON-like data."""
        return {"what": self.what, "command": self.command}


class Refusal(NamedTuple):
    """Something that the lift does not do here.

    Attributes:
        what: it would have done, as a noun phrase.
        why: one sentence.
        path: file that it is about, relative to the root.
        cell: 0-based cell of a notebook.
        line: 1-based, in the file or in the cell.
    """

    what: str
    why: str
    path: str | None = None
    cell: int | None = None
    line: int | None = None


@dataclass(frozen=True)
class Plan:
    """What a lift would do to a project.

    Attributes:
        state: whether it has something to do here, has nothing left to do, or does not fit.
        why: one sentence about that.
        changes: what is written; empty unless it applies.
        found: what the plan rests on, one sentence each.
        left: what is left to a person, in order.
        cannot: what it does not do here, and why.
        shown: path → what to show of its change instead of the file's own diff: of notebooks, what changes in their cells.
        copies: path of a new notebook → the notebook that it is a changed copy of.
        secrets: texts in notebooks that are shown masked.
    """

    state: State
    why: str
    changes: ChangeSet
    found: tuple[str, ...] = ()
    left: tuple[Act, ...] = ()
    cannot: tuple[Refusal, ...] = ()
    shown: Mapping[str, str] = field(default_factory=dict)
    copies: Mapping[str, str] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()

    def as_dict(self) -> dict[str, Any]:
        """The plan as JSON-like data."""
        return {
            "state": self.state,
            "why": self.why,
            **self.changes.as_dict(),
            "changes": changes_as_data(self.changes, self.copies, self.secrets),
            "found": list(self.found),
            "left": [act.as_dict() for act in self.left],
            "cannot": [refusal._asdict() for refusal in self.cannot],
            "shown": dict(self.shown),
        }


@dataclass(frozen=True)
class Lift:
    """A lift.

    Attributes:
        name: stable kebab-case identifier.
        title: what it does, as an imperative.
        level: of the criteria it raises.
        raises: ids of the criteria it raises, the one it is for first.
        brings: ids of those that what it leaves behind satisfies along the way.
        plan: makes the plan; writes nothing, and runs none of the user's code unless its description says so.
        effort: that is left to people.
        role: who does it.
        after: lifts that make sense before it.
        clears: lifts that it may clear the way for, where they do not fit.
        options: what a person may choose.
        needs: without which it cannot be planned.
        glance: cheap state and reason for the list of lifts; the plan's own where None.
    """

    name: str
    title: str
    level: int
    raises: tuple[str, ...]
    plan: Callable[[Scene], Plan]
    effort: Effort = "S"
    role: Role = "data-scientist"
    after: tuple[str, ...] = ()
    clears: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    needs: tuple[Need, ...] = ()
    brings: tuple[str, ...] = ()
    glance: Callable[[Scene], tuple[State, str]] | None = None

    def as_dict(self) -> dict[str, Any]:
        """What it is, as JSON-like data."""
        return {
            "lift": self.name,
            "title": self.title,
            "level": self.level,
            "raises": list(self.raises),
            "effort": self.effort,
            "role": self.role,
            "after": list(self.after),
            "options": [option._asdict() | {"values": list(option.values)} for option in self.options],
            "needs": [need._asdict() for need in self.needs],
        }


def commit(scene: Scene, paths: Iterable[str], message: str) -> tuple[Act, ...]:
    """What is left once files were written: to commit them, and before that to put the project under git.

    Args:
        scene: the project.
        paths: of the files, from the root; everything where there are none.
        message: of the commit.
    """
    names = " ".join(shlex.quote(path) for path in sorted(paths)) or "--all"
    act = Act("Commit it.", f"git add {names} && git commit -m {shlex.quote(message)}")
    if scene.git is None:
        return (Act("Put the project under git.", "jupyter mlops lift git-init --yes"), act)
    return (act,)


def done(scene: Scene, why: str, *, left: tuple[Act, ...] = (), found: tuple[str, ...] = ()) -> Plan:
    """A plan of a lift that has nothing left to do.

    Args:
        scene: the project.
        why: how that can be seen.
        left: what is left to a person all the same.
        found: what that rests on.
    """
    return Plan("done", why, scene.changes({}, "Change nothing"), found=found, left=left)


def not_here(scene: Scene, why: str, *, cannot: tuple[Refusal, ...] = (), left: tuple[Act, ...] = ()) -> Plan:
    """A plan of a lift that does not fit the project.

    Args:
        scene: the project.
        why: what is missing or in the way.
        cannot: the same in detail.
        left: what a person can do about it.
    """
    return Plan("not-here", why, scene.changes({}, "Change nothing"), cannot=cannot, left=left)
