"""What would be if, and the cheapest way to a level."""

from __future__ import annotations

import pytest

from jupyter_mlops.assessment.criteria import all_criteria
from jupyter_mlops.assessment.scoring import OPEN
from jupyter_mlops.assessment.what_if import cheapest_path, what_if
from jupyter_mlops.errors import MlopsError


@pytest.fixture
def chaos(project):
    """A notebook, and nothing else."""
    project.notebook("work.ipynb", "import pandas as pd\ndf = pd.read_csv('x.csv')", "df.describe()")
    return project.files({"x.csv": "a,b\n1,2\n"}).assess().headline


def test_nothing_done_changes_nothing(chaos):
    outcome = what_if(chaos, ())
    assert (outcome.level, outcome.progress, outcome.score) == (chaos.level, chaos.progress, chaos.score)
    assert outcome.blockers == tuple(result.criterion.id for result in chaos.blockers)
    assert outcome.answers == chaos.answers


def test_doing_what_blocks_opens_the_gate(chaos):
    assert chaos.level == 0
    assert what_if(chaos, [result.criterion.id for result in chaos.blockers]).level == 1


def test_what_is_done_above_the_next_gate_is_no_shortcut(chaos):
    later = [c.id for c in all_criteria() if c.level == 4]
    assert what_if(chaos, later).level == 0


def test_an_unknown_criterion_is_named(chaos):
    with pytest.raises(MlopsError, match="no-such-thing") as raised:
        what_if(chaos, ["no-such-thing"])
    assert raised.value.code == "unknown-criterion"


@pytest.mark.parametrize("target", [1, 2, 3, 4])
def test_a_path_reaches_its_target_and_no_step_can_be_left_out(chaos, target):
    path = cheapest_path(chaos, target)
    names = [step.criterion.id for step in path.steps]
    assert path.steps[-1].after.level >= target
    assert path.hours == sum(step.hours for step in path.steps)
    for name in names:
        without = [other for other in names if other != name]
        assert what_if(chaos, without).level < target, f"{name} is not needed"


def test_each_step_comes_after_what_it_builds_on(chaos):
    names = [step.criterion.id for step in cheapest_path(chaos, 4).steps]
    for position, step in enumerate(cheapest_path(chaos, 4).steps):
        assert all(names.index(need) < position for need in step.requires)


def test_levels_are_reached_one_by_one(chaos):
    levels = [step.after.level for step in cheapest_path(chaos, 4).steps]
    assert levels == sorted(levels)
    assert set(levels) >= {1, 2, 3, 4}


def test_what_is_there_needs_no_step(level_2):
    unit = level_2.assess().headline
    assert cheapest_path(unit, 2).steps == ()
    open_ones = {r.criterion.id for r in unit.results if r.criterion.required and r.state not in OPEN}
    assert {step.criterion.id for step in cheapest_path(unit, 3).steps} <= open_ones


def test_a_target_that_is_no_level_is_refused(chaos):
    with pytest.raises(MlopsError) as raised:
        cheapest_path(chaos, 5)
    assert raised.value.code == "invalid-target"


def test_no_criterion_builds_on_itself():
    needs = {criterion.id: criterion.requires for criterion in all_criteria()}

    def reached(name, path=()):
        assert name not in path, f"a circle: {(*path, name)}"
        for need in needs[name]:
            reached(need, (*path, name))

    for name in needs:
        reached(name)
