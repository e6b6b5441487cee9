"""What the way to a level leaves to a person where a lift does not fit."""

from __future__ import annotations

from typing import Any, cast

from jupyter_mlops.lifts.journey import Journey, _advised
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
