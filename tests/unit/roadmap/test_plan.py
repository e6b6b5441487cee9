"""The plan: the cheapest steps, in order, on days, one pipeline first; honest where the time does not suffice."""

from __future__ import annotations

import datetime as dt
import shutil

import pytest

from jupyter_mlops.assessment.history import record
from jupyter_mlops.assessment.what_if import cheapest_path
from jupyter_mlops.errors import MlopsError
from jupyter_mlops.lifts.registry import all_lifts
from jupyter_mlops.roadmap.wording import summary

TRAINS = "import pandas as pd\nfrom sklearn.svm import SVC\nframe = pd.read_csv('x.csv')\nSVC().fit(frame[['a']], frame['b'])"


def settings(project, text):
    return project.files({".mlops/roadmap.toml": text})


def test_a_plan_has_the_steps_of_the_cheapest_path_and_reaches_the_target(chaos, plan):
    roadmap = plan(chaos)
    expected = {step.criterion.id for step in cheapest_path(chaos.assess().headline, 2).steps}
    assert {step.criterion.id for step in roadmap.steps} == expected
    assert (roadmap.target, len(roadmap.weeks), roadmap.start) == (2, 12, dt.date(2026, 11, 23))
    assert [(one.level, one.within) for one in roadmap.milestones] == [(1, True), (2, True)]
    assert roadmap.units[0].by_end.level == 2
    assert roadmap.milestones[-1].date == max(step.end for step in roadmap.steps)
    assert "Level 2 on" in summary(roadmap)[0]


def test_each_step_comes_after_what_it_builds_on(chaos, plan):
    roadmap = plan(chaos, target=4, months=24)
    for step in roadmap.planned:
        for need in step.requires:
            assert roadmap.step(need).end <= step.start


def test_the_first_step_of_a_pipeline_names_the_notebook_and_the_command(chaos, plan):
    chaos.notebook("other.ipynb", "undefined_name + 1")
    roadmap = plan(chaos)
    assert roadmap.focus.notebooks == ("work.ipynb",)
    assert "the only one that fits a model of 2" in roadmap.focus.why
    assert roadmap.step("pipeline-automated").command == "jupyter mlops convert work.ipynb"


def test_a_step_that_a_lift_does_names_the_command(chaos, plan):
    roadmap = plan(chaos)
    names = {lift.name for lift in all_lifts()}
    lifted = [step for step in roadmap.steps if step.criterion.lift not in (None, "pipeline")]
    assert {"git-init", "dvc-init", "mlflow-tracking", "tests", "ci"} <= {step.criterion.lift for step in lifted}
    for step in lifted:
        assert step.criterion.lift in names
        assert step.command == f"jupyter mlops lift {step.criterion.lift}"


def test_where_only_a_commit_is_missing_no_lift_is_named(chaos, plan):
    chaos.git("init", "-q")
    assert plan(chaos).step("code-versioned").command == "jupyter mlops lift git-init"
    chaos.files({".gitignore": "data/\n"})
    assert plan(chaos).step("code-versioned").command is None
    chaos.commit()
    step = plan(chaos).step("code-versioned")
    assert (step.command, step.advice) == (None, "Commit as you go: two commits make a history.")


def test_a_notebook_that_was_converted_is_not_converted_again(level_2, plan):
    level_2.notebook("work.ipynb", "import pandas as pd\npd.read_csv('data/raw.csv')")
    level_2.git("rm", "-q", "--cached", "dvc.yaml")
    level_2.git("commit", "-q", "-m", "not yet")
    assert plan(level_2, target=2).step("pipeline-automated").command == "jupyter mlops convert work.ipynb"
    level_2.files({"pipelines/work/conversion.json": '{"schema": 1, "notebook": "work.ipynb"}'})
    step = plan(level_2, target=2).step("pipeline-automated")
    assert step.command is None
    assert step.advice


def test_what_one_notebook_writes_is_not_missing_for_the_next(project, plan):
    project.notebook("1-clean.ipynb", "import pandas as pd\npd.read_csv('x.csv').to_csv('clean.csv', index=False)")
    project.notebook("2-train.ipynb", TRAINS.replace("x.csv", "clean.csv"))
    project.files({"x.csv": "a,b\n1,0\n2,1\n"})
    roadmap = plan(project)
    assert roadmap.focus.notebooks == ("1-clean.ipynb", "2-train.ipynb")
    assert "data-elsewhere" not in {risk.id for risk in roadmap.risks}
    project.remove("x.csv")
    risk = next(risk for risk in plan(project).risks if risk.id == "data-elsewhere")
    assert [place.path for place in risk.places] == ["1-clean.ipynb"]
    project.files({".mlops/roadmap.toml": 'notebooks = ["1-clean.ipynb", "2-train.ipynb"]\n'})
    assert risk in plan(project).risks


def test_a_notebook_that_fits_a_model_goes_before_a_tidier_one_that_does_not(chaos, plan):
    chaos.notebook("explore.ipynb", "import pandas as pd\nframe = pd.read_csv('x.csv')", "frame.describe()")
    chaos.notebook("tried.ipynb", TRAINS, "frame.hist()", counts=(4, 2))
    roadmap = plan(chaos)
    assert roadmap.focus.notebooks == ("work.ipynb",)
    assert "the most promising of 2 that fit a model" in roadmap.focus.why


def test_what_is_installed_here_changes_nothing(chaos, plan):
    chaos.notebook("work.ipynb", "import no_such_package_anywhere\n" + TRAINS)
    chaos.notebook("zebra.ipynb", TRAINS)
    roadmap = plan(chaos)
    assert roadmap.focus.notebooks == ("work.ipynb",)
    assert "no_such_package_anywhere" not in str(roadmap)


def test_notebooks_that_were_decided_on_stay_first(chaos, plan, save):
    save(chaos)
    chaos.notebook("a.ipynb", TRAINS).notebook("b.ipynb", "import pandas as pd\npd.read_csv('gone.csv')")
    assert plan(chaos).focus.notebooks == ("work.ipynb",)
    settings(chaos, 'notebooks = ["b.ipynb"]\n')
    roadmap = plan(chaos)
    assert roadmap.step("pipeline-automated").command == "jupyter mlops convert b.ipynb"
    assert "as .mlops/roadmap.toml says" in roadmap.focus.why


def test_where_the_time_does_not_suffice_it_says_what_is_reached_and_what_is_left(chaos, plan):
    roadmap = plan(chaos, target=3, months=2)
    text = summary(roadmap)[0]
    assert "8 weeks do not suffice for Level 3" in text
    assert "Level 2 on" in text
    assert f"{len(roadmap.left)} steps are open" in text
    assert "At this pace Level 3 is reached on" in text
    assert roadmap.units[0].by_end.level == 2
    assert all(step.end > roadmap.end for step in roadmap.left)
    assert roadmap.slack is None


def test_hours_of_nobody_reach_nothing_and_that_is_said(chaos, plan):
    settings(chaos, "[roles.platform-engineer]\nhours_a_week = 0\n")
    roadmap = plan(chaos)
    assert [step.id for step in roadmap.left] == ["ci"]
    assert "not reached at all" in summary(roadmap)[0]
    assert [risk.steps for risk in roadmap.risks if risk.id == "nobody-has-time"] == [("ci",)]
    settings(chaos, '[roles.platform-engineer]\nsame_as = "data-scientist"\n')
    assert plan(chaos).left == ()


def test_days_off_are_kept(chaos, plan):
    settings(chaos, '[calendar]\ndays_off = ["2026-11-23/2026-12-06"]\n')
    roadmap = plan(chaos)
    assert min(step.start for step in roadmap.planned) == dt.date(2026, 12, 7)
    assert len(roadmap.weeks[0].off) == 5
    settings(chaos, "[roles.data-scientist]\ndays_off = [2026-11-23]\n")
    assert min(step.start for step in plan(chaos).planned) == dt.date(2026, 11, 24)


def test_of_several_units_the_one_with_the_least_work_goes_first_and_the_others_wait(project, plan):
    for name in ("fraud", "churn"):
        project.files(
            {f"{name}/requirements.txt": "pandas\n", f"{name}/README.md": name, f"{name}/x.csv": "a,b\n1,2\n"}
        )
        project.notebook(f"{name}/work.ipynb", TRAINS)
    project.files({"churn/tests/test_it.py": "from churn import f\n\n\ndef test_f():\n    assert f() == 1\n"})
    project.files({"churn/churn.py": "def f():\n    return 1\n"}).commit()
    roadmap = plan(project)
    assert roadmap.focus.unit == "churn"
    assert "churn goes first" in roadmap.focus.why
    last = max(step.end for step in roadmap.planned if step.unit == "churn")
    assert all(step.start >= last for step in roadmap.planned if step.unit == "fraud")
    assert {step.unit for step in roadmap.planned} == {"churn", "fraud"}
    settings(project, 'focus = "fraud"\n')
    assert plan(project).focus.unit == "fraud"
    settings(project, 'focus = "nowhere"\n')
    with pytest.raises(MlopsError, match="Known: churn, fraud"):
        plan(project)


def test_a_level_that_is_reached_leaves_nothing_to_plan(level_2, plan):
    roadmap = plan(level_2, target=2)
    assert roadmap.steps == ()
    assert "is reached already" in summary(roadmap)[0]
    assert plan(level_2).target == 3


def test_what_was_agreed_stays_when_the_plan_is_made_again(chaos, plan, save):
    save(chaos, agree=["tests"], owners={"tests": "Grace"})
    agreed = plan(chaos).step("tests")
    assert (agreed.owner, agreed.agreed) == ("Grace", (agreed.start, agreed.end))
    chaos.commit()
    later = plan(chaos, date="2026-11-30").step("tests")
    assert (later.owner, later.agreed, later.start, later.end) == ("Grace", agreed.agreed, agreed.start, agreed.end)


def test_what_was_agreed_and_cannot_be_kept_is_told(chaos, plan):
    settings(
        chaos,
        '[[step]]\ncriterion = "tests"\nstart = 2026-11-24\ndue = 2026-11-25\nagreed = true\n',
    )
    roadmap = plan(chaos)
    step = roadmap.step("tests")
    assert step.agreed == (dt.date(2026, 11, 24), dt.date(2026, 11, 25))
    assert step.late == (step.end - step.agreed[1]).days > 0
    risk = next(risk for risk in roadmap.risks if risk.id == "agreed-too-early")
    assert "25 Nov 2026" in risk.message


def test_work_goes_on_as_agreed_once_its_time_has_begun(chaos, plan):
    settings(
        chaos,
        'start = 2026-11-23\n[[step]]\ncriterion = "tests"\nhours = 8\nstart = 2026-11-23\ndue = 2026-12-04\nagreed = true\n',
    )
    chaos.commit()
    assert plan(chaos, date="2026-12-02").step("tests").late == 0
    assert plan(chaos, date="2026-12-07").step("tests").late > 0


def test_evidence_marks_a_step_done_and_its_loss_is_told(chaos, plan, save):
    save(chaos)
    chaos.commit()
    done = plan(chaos, date="2026-11-30").step("code-versioned")
    assert (done.state, done.done) == ("done", dt.date(2026, 11, 30))
    assert "done = 2026-11-30" in save(chaos, date="2026-11-30")
    assert plan(chaos, date="2026-12-24").step("code-versioned").done == dt.date(2026, 11, 30)
    shutil.rmtree(chaos.root / ".git")
    roadmap = plan(chaos, date="2026-12-24")
    fallen = roadmap.step("code-versioned")
    assert (fallen.state, fallen.fell_back) == ("planned", dt.date(2026, 12, 24))
    assert next(risk for risk in roadmap.risks if risk.id == "fell-back").steps == ("code-versioned",)
    text = save(chaos, date="2026-12-24")
    assert "fell_back = 2026-12-24" in text
    assert "done = 2026-11-30" not in text


def test_risks_are_those_of_the_project(project, plan):
    key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzzKEY"
    project.notebook(
        "work.ipynb",
        "import pandas as pd\nframe = pd.read_csv('C:/Users/ada/x.csv')",
        "print(nowhere)",
        f"aws_secret_access_key = '{key}'",
    ).commit()
    found = {risk.id: risk for risk in plan(project).risks}
    assert {"secret", "notebook-does-not-run", "data-elsewhere"} <= set(found)
    assert found["notebook-does-not-run"].places[0].cell == 1
    assert "zzzz" not in str(found)


def test_a_notebook_that_was_run_out_of_order_is_a_risk_of_its_own(chaos, plan):
    chaos.notebook("work.ipynb", TRAINS, "frame.hist()", "print(len(frame))", counts=(3, 1, 2))
    found = {risk.id: risk for risk in plan(chaos).risks}
    assert "notebook-does-not-run" not in found
    assert "in another order than it is written" in found["run-out-of-order"].message
    assert "nothing is known to stop it" in plan(chaos).focus.why


def test_a_calm_project_has_no_such_risks(chaos, plan):
    found = {risk.id for risk in plan(chaos).risks}
    assert not found & {"secret", "notebook-does-not-run", "data-elsewhere", "no-slack", "decision-ends", "quiet"}


def test_a_decision_that_ends_while_the_plan_runs_is_a_risk(level_2, plan):
    level_2.remove("tests/test_features.py")
    level_2.files(
        {
            ".mlops/waivers.toml": '[[waiver]]\ncriterion = "tests"\nreason = "they follow with the next release"\n'
            'owner = "@ada"\nexpires = 2026-12-31\n'
        }
    ).commit()
    risk = next(risk for risk in plan(level_2).risks if risk.id == "decision-ends")
    assert "`tests` ends on 31 Dec 2026, in week 6" in risk.message
    assert (risk.places[0].path, risk.places[0].line) == (".mlops/waivers.toml", 1)


def test_what_was_lost_before_is_a_risk(level_2, plan):
    record(level_2.root, level_2.assess())
    level_2.remove("tests/test_features.py").commit()
    risk = next(risk for risk in plan(level_2).risks if risk.id == "lost-before")
    assert risk.steps == ("tests",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("taget = 2", "Did you mean 'target'"),
        ("target = 5", "from 1 to 4"),
        ("months = true", "whole number"),
        ('start = "soon"', "must be a date"),
        ('[calendar]\nworkdays = ["monday"]', "some of mon"),
        ('[calendar]\ndays_off = ["2026-12-31/2026-12-24"]', "A day off is"),
        ("[roles.data-scientist]\nhours_a_week = 200", "A week has 168"),
        ('[roles.data-scientist]\nsame_as = "data-scientist"', "another role"),
        ('[roles.data-scientist]\nsame_as = "platform-engineer"\nhours_a_week = 4', "other role's `hours_a_week`"),
        ('[[step]]\ncriterion = "testz"', "Did you mean 'tests'"),
        ('[[step]]\ncriterion = "tests"\nagreed = true', "needs `start` and `due`"),
        ('[[step]]\ncriterion = "tests"\nstart = 2026-12-02\ndue = 2026-12-01', "before `start`"),
        ('[[step]]\ncriterion = "tests"\n[[step]]\ncriterion = "tests"', "twice"),
        ("target = ", "valid TOML"),
    ],
)
def test_what_is_wrong_in_the_settings_is_named_with_its_place(chaos, plan, text, said):
    settings(chaos, text)
    with pytest.raises(MlopsError, match=said) as raised:
        plan(chaos)
    assert (raised.value.code, raised.value.exit_status) == ("invalid-configuration", 2)
    assert raised.value.path == ".mlops/roadmap.toml"


def test_arguments_that_make_no_sense_are_refused(chaos, plan):
    for options, code in (
        ({"target": 5}, "invalid-target"),
        ({"months": 0}, "invalid-months"),
        ({"start": "now"}, "invalid-date"),
    ):
        with pytest.raises(MlopsError) as raised:
            plan(chaos, **options)
        assert raised.value.code == code
