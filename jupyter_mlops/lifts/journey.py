"""From where a project stands to a level: the lifts that lead there, one after the other."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_mlops.assessment.api import Assessment, assess
from jupyter_mlops.assessment.scoring import OPEN
from jupyter_mlops.assessment.what_if import what_if
from jupyter_mlops.errors import MissingDependencyError, MlopsError
from jupyter_mlops.interpreter import isolated
from jupyter_mlops.lifts.api import Lifted, carry_out, lift
from jupyter_mlops.lifts.lift import Act, Lift, Plan, not_here
from jupyter_mlops.lifts.registry import all_lifts
from jupyter_mlops.lifts.scene import Progress, Scene
from jupyter_mlops.project.walk import EXCLUDED

#: What may be done for a person who asked for it: nothing that installs, pushes, or has a gap to fill in.
_ACTS = ("git add ", "git commit ", "jupyter mlops ", "dvc repro ")
#: Of these, what is done in a preview's copy unless it is asked for all: all but running the pipeline.
_QUICK = ("git add ", "git commit ")
#: What runs the user's code, and so shows more than any preview can that does not.
_RUNS = "dvc repro "
#: What a person has to fill in: `NOTEBOOK`, `s3://…`.
_GAP = re.compile(r"…|\bNOTEBOOK\b")
_WHO = ("-c", "user.name=preview", "-c", "user.email=preview@localhost")


@dataclass
class Journey:
    """Lifts on the way to a level.

    Attributes:
        target: the level.
        before: how the project stood.
        steps: the lifts that fitted, in order, with what each did or would do.
        stuck: lifts that would lead on and do not fit, with the reason.
        acted: commands that were run for the person, in a preview's copy too.
        left: what is left to a person, in order.
        unused: options that were given for lifts that were not on the way.
        after: how the project stands then, or would.
        committed: whether what the steps wrote was committed, for the person or in a preview's copy.
    """

    target: int
    before: Assessment
    after: Assessment
    steps: list[Lifted] = field(default_factory=list)
    stuck: list[tuple[Lift, str]] = field(default_factory=list)
    acted: list[str] = field(default_factory=list)
    left: list[Act] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    committed: bool = False

    @property
    def good(self) -> bool:
        """Whether every lift on the way fitted."""
        return not self.stuck or self.after.level >= self.target

    @property
    def waiting(self) -> dict[str, str]:
        """Gates up to the target that wait for a run of what the steps have made: criterion → the command that runs it.

        None are named where they wait for commits as well, nor those that a run alone would not open.
        """
        if not self.committed:
            return {}
        runs = {
            criterion: act.command
            for step in self.steps
            for act in step.plan.left
            if act.command and act.command.startswith(_RUNS) and act.command not in self.acted
            for criterion in (*step.lift.raises, *step.lift.brings)
        }
        gates = [result for result in self.after.headline.results if result.criterion.required]
        return {
            result.criterion.id: runs[result.criterion.id]
            for result in gates
            if result.criterion.level <= self.target and result.state not in OPEN and result.criterion.id in runs
            # The assessment says what is missing: a run, or more than that.
            if _RUNS.strip() in (result.raise_by or "")
        }

    @property
    def level_then(self) -> int:
        """The level after these runs, if they end as they did when the steps were proven."""
        return what_if(self.after.headline, self.waiting).level if self.waiting else self.after.level

    def gates(self) -> list[dict[str, Any]]:
        """How each gate up to the target stood and stands, and what it waits for."""
        before = {result.criterion.id: result.state for result in self.before.headline.results}
        return [
            {
                "criterion": result.criterion.id,
                "level": result.criterion.level,
                "state": [before.get(result.criterion.id), result.state],
                "waits_for": self.waiting.get(result.criterion.id),
                "raise_by": None if result.state in OPEN else result.raise_by,
            }
            for result in self.after.headline.results
            if result.criterion.required and result.criterion.level <= self.target
        ]

    def to_dict(self) -> dict[str, Any]:
        """The answer as the JSON document of the command line."""
        return {
            "target": self.target,
            "path": str(self.before.project.base),
            "level": [self.before.level, self.after.level],
            "progress": [self.before.progress, self.after.progress],
            "level_then": self.level_then,
            "gates": self.gates(),
            "steps": [step.to_dict() for step in self.steps],
            "stuck": [{"lift": each.name, "why": why} for each, why in self.stuck],
            "acted": self.acted,
            "left": [act.as_dict() for act in self.left],
            "unused": self.unused,
            "blockers": [result.criterion.id for result in self.after.headline.blockers],
        }


def journey(
    path: str | Path,
    target: int,
    *,
    options: Mapping[str, str] | None = None,
    write: bool = True,
    act: bool = False,
    agree: Callable[[Lifted], bool] | None = None,
    progress: Progress | None = None,
) -> Journey:
    """Carry out the lifts that lead to a level, each on what the one before it left.

    Args:
        path: the project, or a folder in it.
        target: level 1 to 4.
        options: `LIFT.NAME` → value, of what lifts let one choose.
        write: whether anything is changed; else all is done in a copy that is thrown away, where files are committed.
        act: whether to commit after each step, and to run the pipeline once, for the person; in a copy, too, if that is
            where all is done.
        agree: asked before each step is carried out; always yes when None.
        progress: called with events.

    Returns:
        What was, or would be, done. A step that is not agreed to ends it.

    Raises:
        MlopsError: `invalid-target`, `invalid-option`, and what `assess` raises.
        MissingDependencyError: a lift needs something that is not installed.
    """
    if target not in range(1, 5):
        raise MlopsError("invalid-target", f"There is no Level {target} to reach. Choose 1 to 4.")
    chosen = _options(options or {})
    with _place(Path(path), copied=not write) as place:
        before = assess(place)
        done = Journey(target, before, before, committed=act or not write)
        unfit: dict[str, Plan] = {}

        def plan(each: Lift) -> Lifted:
            if progress is not None:
                progress({"phase": "lift", "message": each.title, "fraction": None})
            try:
                return lift(each.name, place, options=chosen.get(each.name, {}), write=False, progress=progress)
            except MlopsError as error:
                if isinstance(error, MissingDependencyError) or error.code == "invalid-option":
                    raise
                # What was done before it, and what comes after it, is worth having all the same.
                scene = Scene.open(place, thorough=False)
                return Lifted(each, not_here(scene, error.message), scene.assessment)

        def carried_out(planned: Lifted) -> bool:
            if agree is not None and not agree(planned):
                return False
            done.steps.append(carry_out(planned))
            _follow_up(done, planned, _ACTS if act else () if write else _QUICK, preview=not write)
            done.after = assess(place)
            return True

        def taken(each: Lift) -> bool:
            """Carry out a lift if it leads on and fits; false where a step was not agreed to."""
            # What an earlier step raises only waits for a person to commit it, or to run it. What it was to bring along
            # does that, too, unless it is committed: then it is there, or did not come.
            waits = write and not act
            waiting = {one for step in done.steps for one in (*step.lift.raises, *(step.lift.brings if waits else ()))}
            if not _leads_on(each, done.after, target, unfit) or set(each.raises) <= waiting:
                return True
            planned = plan(each)
            if planned.plan.state == "not-here" and (cleared := _cleared(each, done, plan)):
                if not carried_out(cleared):
                    return False
                if not _leads_on(each, done.after, target, unfit):
                    return True
                planned = plan(each)
            if planned.plan.state == "not-here":
                unfit[each.name] = planned.plan
            return planned.plan.state != "applies" or carried_out(planned)

        ahead = _ahead(target)
        while all(taken(each) for each in ahead):
            # What a lift that does not fit would have raised, or brought along, is left to the others.
            missed = {one for each in ahead if each.name in unfit for one in (*each.raises, *each.brings)}
            ahead = [each for each in ahead if each.name not in unfit and missed & {*each.raises, *each.brings}]
            if not ahead:
                break
        for each in (each for each in _ahead(target) if each.name in unfit):
            # What did not fit may have come along with something else.
            if _leads_on(each, done.after, target, unfit):
                done.stuck.append((each, unfit[each.name].why))
                done.left += _advised(unfit[each.name].left, done)
        # What was committed along the way may have opened what an earlier step left to the person.
        opened = {result.criterion.id for result in done.after.headline.results if result.state in OPEN}
        done.left = [act for act in done.left if act.opens not in opened]
        taken_part = {step.lift.name for step in done.steps} | unfit.keys()
        done.unused = [name for name in options or {} if name.partition(".")[0] not in taken_part]
        if not write:
            done.before = assess(path)
    return done


def _options(given: Mapping[str, str]) -> dict[str, dict[str, str]]:
    chosen: dict[str, dict[str, str]] = {}
    for name, value in given.items():
        which, dot, option = name.partition(".")
        if not dot or which not in {each.name for each in all_lifts()}:
            raise MlopsError("invalid-option", f"With --to, an option is written LIFT.NAME=VALUE, not {name!r}.")
        chosen.setdefault(which, {})[option] = value
    return chosen


def _ahead(target: int) -> list[Lift]:
    return [each for each in all_lifts() if each.level <= target]


def _leads_on(each: Lift, now: Assessment, target: int, unfit: Iterable[str]) -> bool:
    """Whether a gate up to the target waits for what a lift raises, and no later one that fits brings that along."""
    waiting = {
        result.criterion.id
        for result in now.headline.results
        if result.criterion.required and result.criterion.level <= target and result.state not in OPEN
    }
    wanted = {*each.raises, *(each.brings if unfit else ())} & waiting
    for later in _ahead(target):
        if later.name not in (each.name, *unfit) and wanted & set(later.brings) and set(later.raises) & waiting:
            wanted -= set(later.brings)
    return bool(wanted)


def _advised(acts: Iterable[Act], done: Journey) -> list[Act]:
    """What a lift that does not fit leaves to a person: nothing twice, and no lift that was on offer all the way."""
    told = {act.command for act in done.left} - {None} | {f"jupyter mlops lift {step.lift.name}" for step in done.steps}
    tried = {
        f"jupyter mlops lift {one.name}" for each, _why in done.stuck for one in all_lifts() if each.name in one.clears
    }
    acts = [act._replace(command=None) if act.command in tried else act for act in acts]
    return [act for act in acts if act not in done.left and act.command not in told]


def _cleared(each: Lift, done: Journey, plan: Callable[[Lift], Lifted]) -> Lifted | None:
    """What may clear the way for a lift that does not fit, and was not done yet."""
    taken = {step.lift.name for step in done.steps}
    for other in all_lifts():
        if each.name in other.clears and other.name not in taken and (planned := plan(other)).plan.state == "applies":
            return planned
    return None


def _follow_up(done: Journey, planned: Lifted, allowed: tuple[str, ...], *, preview: bool = False) -> None:
    """Do what is left to a person as far as that is allowed; note the rest, and all of it in a preview."""
    for each in planned.plan.left:
        if each.command is None or _GAP.search(each.command) or not each.command.startswith(allowed or ("\0",)):
            if each not in done.left:
                done.left.append(each)
            continue
        command = each.command.replace("git commit", f"git {shlex.join(_WHO)} commit") if preview else each.command
        command = command.replace("jupyter mlops", shlex.join(isolated("from jupyter_mlops.cli import main; main()")))
        # The programs beside this interpreter are found, whether or not its environment is activated.
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        env = {**os.environ, "PATH": path}
        if preview:
            env.pop("MLFLOW_TRACKING_URI", None)  # the runs of a copy are none of the team's
        ran = subprocess.run(
            ["sh", "-c", command],
            cwd=done.after.project.base,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode:
            said = (ran.stderr or ran.stdout).strip().splitlines()
            done.left.append(
                Act(f"{each.what} It failed when it was done for you: {said[-1] if said else command}", each.command)
            )
            continue
        if preview:
            done.left.append(each)
        if not preview or each.command.startswith(_RUNS):
            done.acted.append(each.command)


@contextmanager
def _place(path: Path, *, copied: bool) -> Iterator[Path]:
    if not copied:
        yield path
        return
    project = assess(path).project
    with tempfile.TemporaryDirectory(prefix="mlops-lift-") as scratch:
        copy = Path(scratch, project.base.name)
        left_out = shutil.ignore_patterns(*(name for name in EXCLUDED if name != ".git"))
        shutil.copytree(project.base, copy, symlinks=True, ignore=left_out)
        yield copy / project.folder
