"""What the way to a level leaves to a person where a lift does not fit."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from jupyter_mlops.lifts.journey import _ACTS, Journey, _advised, _follow_up
from jupyter_mlops.lifts.lift import Act
from jupyter_mlops.lifts.registry import all_lifts

CONVERT, CLEAN = "jupyter mlops convert NOTEBOOK", "jupyter mlops lift clean-notebook"


def test_nothing_is_told_twice_and_no_lift_that_was_tried() -> None:
    done = Journey(2, cast("Any", None), cast("Any", None))
    pipeline = next(each for each in all_lifts() if each.name == "pipeline")
    acts = [Act("Mend it.", CLEAN), Act("Convert one.", CONVERT), Act("Write a test.")]
    assert _advised(acts, done) == acts
    done.stuck.append((pipeline, "It does not run."))
    done.left = [Act("Convert a notebook.", CONVERT)]
    assert _advised(acts, done) == [Act("Mend it."), Act("Write a test.")]


def test_a_command_with_a_gap_to_fill_in_is_left_to_the_person() -> None:
    done = Journey(2, cast("Any", None), cast("Any", None))
    act = Act("Convert one.", CONVERT)
    _follow_up(done, cast("Any", SimpleNamespace(plan=SimpleNamespace(left=(act,)))), _ACTS)
    assert (done.left, done.acted) == ([act], [])
