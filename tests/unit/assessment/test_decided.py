"""What the scoring model decides, sentence by sentence: weights, states, confidence, units, decisions, exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from jupyter_mlops.assessment.api import assess
from jupyter_mlops.assessment.criteria import all_criteria
from jupyter_mlops.assessment.criterion import Criterion, Part
from jupyter_mlops.assessment.findings import Finding, Rung
from jupyter_mlops.assessment.scoring import Result, answers, judge, level_of, progress_to, score_of
from jupyter_mlops.errors import MlopsError

from .conftest import LEVEL_2, Project, results

BUILT_IN = {one.id: one for one in all_criteria()}


def standing(**states: str | Rung) -> list[Result]:
    """Results of all criteria: failed, but those that are named; a rung makes it what that rung is."""
    found = []
    for one in all_criteria():
        said = states.get(one.id.replace("-", "_"), "fail")
        rung = said if isinstance(said, Rung) else Rung.E3 if said == "pass" else Rung.E0
        state = said if isinstance(said, str) else "partial" if said == Rung.E2 else "fail"
        found.append(Result(one, state, rung, 0.9, ""))
    return found


def all_of(level: int, state: str = "pass") -> dict[str, str | Rung]:
    return {one.id.replace("-", "_"): state for one in all_criteria() if one.level <= level and one.required}


# -- gates, weights, progress, score ------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["pass", "not-applicable", "waived", "attested"])
def test_these_states_let_a_gate_through(state):
    assert level_of(standing(**(all_of(2) | {"tests": state}))) == 2


@pytest.mark.parametrize("state", ["partial", "fail", "not-visible", "error"])
def test_these_keep_it_closed(state):
    assert level_of(standing(**(all_of(2) | {"tests": state}))) == 1


def test_nothing_at_a_higher_level_makes_up_for_a_lower_one():
    assert level_of(standing(**(all_of(4) | {"data_versioned": "fail"}))) == 0


@pytest.mark.parametrize(
    ("required", "recommended", "percent"),
    [
        ((Rung.E3, Rung.E1), (), 57),  # (1 + .15) / 2
        ((Rung.E3, Rung.E1), (Rung.E3, Rung.E0), 55),  # .7 · .575 + .3 · .5, rounded down
        ((Rung.E0, Rung.E0), (Rung.E4, Rung.E4), 30),
        ((Rung.E2, Rung.E4), (), 75),
        ((Rung.E3, Rung.E3), (Rung.E3,), 99),  # as long as a required one is open
    ],
)
def test_required_criteria_weigh_one_each_and_recommended_ones_share_three_tenths(required, recommended, percent):
    model = BUILT_IN["tests"]
    found = [Result(model._replace(id=f"r{n}"), "fail", rung, 0.9, "") for n, rung in enumerate(required)]
    found += [
        Result(model._replace(id=f"o{n}", required=False), "fail", rung, 0.9, "") for n, rung in enumerate(recommended)
    ]
    assert progress_to(2, found) == percent


def test_a_waived_one_earns_nothing_an_attested_one_all_and_what_is_not_asked_weighs_nothing():
    model = BUILT_IN["tests"]
    results_ = [Result(model, state, Rung.E2, 0.9, "") for state in ("waived", "attested", "not-applicable")]
    assert [float(one.credit) for one in results_[:2]] == [0, 1]
    assert progress_to(2, results_) == 50


@pytest.mark.parametrize(
    ("level", "progress", "score"), [(0, 99, 24), (1, 0, 25), (1, 62, 40), (3, 99, 99), (4, 100, 100)]
)
def test_the_score(level, progress, score):
    assert score_of(level, progress) == score


# -- the five questions --------------------------------------------------------------------------------------------------

VERSIONED = {"code_versioned": "pass", "data_versioned": "pass", "experiments_tracked": "pass"}


@pytest.mark.parametrize(
    ("question", "states", "answer"),
    [
        ("versioning", VERSIONED, "yes"),
        ("versioning", VERSIONED | {"data_versioned": "attested"}, "yes"),
        ("versioning", VERSIONED | {"data_versioned": "not-applicable"}, "yes"),
        ("versioning", VERSIONED | {"data_versioned": "waived"}, "partly"),
        ("versioning", VERSIONED | {"data_versioned": "not-visible", "experiments_tracked": "fail"}, "partly"),
        ("versioning", {"code_versioned": "pass"}, "no"),
        ("versioning", {"code_versioned": "pass", "data_versioned": Rung.E2}, "partly"),
        ("versioning", dict.fromkeys(VERSIONED, "not-applicable"), "no"),
        ("versioning", VERSIONED | {"data_versioned": "not-applicable", "experiments_tracked": "not-applicable"}, "no"),
        ("governance", {"retraining_automated": "pass", "governed": "pass"}, "yes"),
        ("governance", {"retraining_automated": "pass", "self_healing": "pass"}, "partly"),
        ("governance", {"self_healing": "pass"}, "no"),
        ("monitoring", {"service_monitored": "pass", "drift_detected": "pass"}, "yes"),
        ("monitoring", {"root_cause": "pass"}, "no"),
    ],
)
def test_the_answer_of_the_evidence(question, states, answer):
    found = {one.id: one.state for one in answers(standing(**states))}
    assert found[question] == answer


# -- confidence ----------------------------------------------------------------------------------------------------------

ONE = Criterion("a", 1, True, "versioning", "code", "", "", "", (), (), (Part("", "", "", ""),))


def finding(probe: str, confidence: float, rung: Rung = Rung.E3) -> Finding:
    return Finding(probe, "a", rung, "", confidence=confidence)


@pytest.mark.parametrize(
    ("findings", "confidence"),
    [
        ([finding("x", 0.7)], 0.7),
        ([finding("x", 0.7), finding("x", 0.9)], 0.9),  # of one probe: not independent
        ([finding("x", 0.7), finding("y", 0.7)], 0.75),
        ([finding("x", 0.95), finding("y", 0.9), finding("z", 0.5)], 0.99),
        ([finding("x", 0.7), finding("y", 0.95, Rung.E1)], 0.7),  # what decides nothing makes nothing surer
    ],
)
def test_confidence_is_that_of_the_surest_and_grows_with_independent_ones(findings, confidence):
    assert judge(ONE, findings).confidence == pytest.approx(confidence)


def test_the_confidence_of_a_level_is_the_least_of_what_it_asks(level_2):
    unit = level_2.assess().headline
    asked = [one for one in unit.results if one.criterion.required and one.criterion.level <= 2]
    assert unit.confidence == min(one.confidence for one in asked if one.state != "not-applicable")


def test_a_neighbour_that_cannot_be_read_makes_it_less_sure_and_changes_no_level(level_2):
    before = level_2.assess()
    level_2.files({".github/workflows/other.yml": "on: [\n"}).commit()
    after = level_2.assess()
    assert results(after)["ci"].confidence == pytest.approx(results(before)["ci"].confidence - 0.2)
    assert results(after)["data-versioned"].confidence == results(before)["data-versioned"].confidence
    assert after.level == before.level == 2
    level_2.files({"src/other.yml": "on: [\n"}).remove(".github/workflows/other.yml").commit()
    assert results(level_2.assess())["ci"].confidence == results(before)["ci"].confidence  # not beside it


def test_what_cannot_be_seen_keeps_the_gate_closed_says_why_and_can_be_attested():
    unseen = Finding("x", "a", Rung.E2, "Set on the server.", effect="not-visible")
    result = judge(ONE, [unseen, finding("y", 0.9, Rung.E2)])
    assert (result.state, result.message) == ("not-visible", "Set on the server.")


# -- units ---------------------------------------------------------------------------------------------------------------


def unit_files(name: str, level_2: bool = True) -> dict[str, str | bytes]:
    files = LEVEL_2 if level_2 else {"requirements.txt": "pandas\n", "train.py": "model.fit(x)\n", "README.md": "# A\n"}
    return {f"{name}/{path}": text for path, text in files.items() if not path.startswith(".github")}


def commit_at(project: Project, day: str) -> None:
    project.git("add", "-A")
    who = {
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "a"), ("EMAIL", "a@b"))
    }
    when = {"GIT_AUTHOR_DATE": f"{day}T12:00:00Z", "GIT_COMMITTER_DATE": f"{day}T12:00:00Z"}
    subprocess.run(["git", "commit", "-qm", day], cwd=project.root, env=os.environ | who | when, check=True)


@pytest.mark.parametrize(("day", "leader"), [("2026-11-23", "new"), ("2025-11-23", "old")])
def test_a_unit_without_a_commit_in_twelve_months_does_not_set_the_headline(project, day, leader):
    project.git("init", "-q")
    project.files(unit_files("old", level_2=False))
    commit_at(project, "2025-01-15")
    project.files(unit_files("new")).lock("new")
    commit_at(project, "2025-11-20" if day.startswith("2025") else "2026-10-01")
    found = assess(project.root, date=day)
    assert {one.unit.path for one in found.units} == {"old", "new"}
    assert found.headline.unit.path == leader


def test_a_library_and_infrastructure_are_reported_and_do_not_set_the_headline(project):
    project.files(unit_files("churn")).lock("churn")
    project.files(unit_files("examples/first", level_2=False)).commit()
    found = project.assess()
    kinds = {one.unit.path: one.kind for one in found.units}
    assert kinds.get("examples/first", "example") == "example"
    assert found.headline.unit.path == "churn"


def test_a_submodule_is_named_and_not_entered(project, tmp_path):
    other = Project(tmp_path / "library")
    other.files({"train.py": "import mlflow\nmlflow.autolog()\nmodel.fit(x)\n"}).commit()
    project.files({"README.md": "# A\n"}).commit()
    project.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other.root), "lib")
    found = project.commit().assess()
    assert ("lib", "a submodule: a repository of its own") in {(note.path, note.message) for note in found.notes}
    assert results(found)["experiments-tracked"].state != "pass"
    assert results(assess(project.root / "lib"))["code-versioned"].state == "pass"  # its own repository


def test_a_link_that_leaves_the_project_is_not_followed(project, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/train.py").write_text("import mlflow\nmlflow.autolog()\nmodel.fit(x)\n")
    project.files({"a.py": "x = 1\n"})
    (project.root / "src").symlink_to(tmp_path / "elsewhere")
    (project.root / "train.py").symlink_to(tmp_path / "elsewhere/train.py")
    assert results(project.commit().assess())["experiments-tracked"].rung == Rung.E0


# -- decisions -----------------------------------------------------------------------------------------------------------

DECISION = '[[{kind}]]\ncriterion = "{name}"\n{why} = "a reason that is long enough"\nowner = "@team"\n{more}\n'


def decided(project, *tables):
    text = "\n".join(
        DECISION.format(kind=kind, name=name, why="evidence" if kind == "attest" else "reason", more=more)
        for kind, name, more in tables
    )
    return project.files({".mlops/waivers.toml": text}).commit()


@pytest.mark.parametrize(("day", "said"), [("2026-12-01", False), ("2026-12-18", True)])
def test_two_weeks_before_a_waiver_ends_it_says_so(level_2, day, said):
    level_2.remove("tests/test_features.py")
    decided(level_2, ("waiver", "tests", "expires = 2026-12-31"))
    note = results(assess(level_2.root, date=day))["tests"].note
    assert ("It ends in 13 days." in note) == said


def test_180_days_run_from_the_day_it_was_made_when_that_is_said(level_2):
    decided(level_2, ("waiver", "tests", "created = 2026-06-01\nexpires = 2026-12-31"))
    with pytest.raises(MlopsError) as caught:
        assess(level_2.root, date="2026-11-23")
    assert caught.value.exit_status == 2
    decided(level_2, ("waiver", "tests", "expires = 2026-12-31"))
    assert assess(level_2.root, date="2026-11-23").level == 2


def test_an_expired_waiver_does_not_count_against_the_one_that_a_gate_may_have(level_2):
    decided(level_2, ("waiver", "tests", "expires = 2026-10-31"), ("waiver", "ci", "expires = 2026-12-31"))
    assert assess(level_2.root, date="2026-11-23").level == 2


def test_a_waiver_is_for_the_units_of_its_scope(project):
    project.files(unit_files("a")).lock("a").files(unit_files("b")).lock("b")
    project.remove("a/tests/test_features.py", "b/tests/test_features.py")
    decided(project, ("waiver", "tests", 'expires = 2026-12-31\nscope = "a"'))
    found = {one.unit.path: one for one in assess(project.root, date="2026-11-23").units}
    states = {
        path: next(each.state for each in one.results if each.criterion.id == "tests") for path, one in found.items()
    }
    assert (states["a"], states["b"]) == ("waived", "fail")


@pytest.mark.parametrize("kind", ["waiver", "attest", "not_applicable"])
def test_strict_says_what_the_files_say(level_2, kind):
    level_2.remove("tests/test_features.py")
    decided(level_2, (kind, "tests", "" if kind == "not_applicable" else "expires = 2026-12-31"))
    assert results(assess(level_2.root, date="2026-11-23"))["tests"].state != "fail"
    assert results(assess(level_2.root, date="2026-11-23", strict=True))["tests"].state == "fail"


def test_what_passes_stays_passed_whatever_was_decided(level_2):
    decided(level_2, ("waiver", "tests", "expires = 2026-12-31"))
    assert results(assess(level_2.root, date="2026-11-23"))["tests"].state == "pass"


# -- evidence, exit status, what is written ------------------------------------------------------------------------------


def test_evidence_has_the_form_that_is_decided(level_2):
    document = level_2.assess().to_dict()
    for criterion in document["units"][0]["criteria"]:
        for one in criterion["evidence"]:
            assert one["path"] is None or not one["path"].startswith(("/", "\\"))
            assert one["line"] is None or one["line"] >= 1
            assert len(one["snippet"]) <= 120
            assert round(one["confidence"], 2) == one["confidence"]
            assert all(link.rpartition(":")[2].isdigit() for link in one["chain"])


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ([], 0),
        (["--fail-under", "2"], 0),
        (["--fail-under", "3"], 1),
        (["--no-regress"], 0),
    ],
)
def test_the_exit_status(level_2, more, status):
    done = subprocess.run(
        [sys.executable, "-m", "jupyter_mlops", "assess", str(level_2.root), "--format", "json", *more],
        capture_output=True,
        check=False,
    )
    assert done.returncode == status
    assert json.loads(done.stdout)["level"] == 2  # the answer is there all the same


def test_an_empty_folder_exits_0_and_a_wrong_path_or_setting_2(tmp_path, level_2):
    def status(*words: str) -> int:
        return subprocess.run(
            [sys.executable, "-m", "jupyter_mlops", "assess", *words], capture_output=True, check=False
        ).returncode

    (tmp_path / "empty").mkdir()
    assert status(str(tmp_path / "empty")) == 0
    assert status(str(tmp_path / "nowhere")) == 2
    level_2.files({".mlops/config.toml": "unknown = 1\n"})
    assert status(str(level_2.root)) == 2
