"""Waivers, attestations, exemptions and settings: what they do, and what is refused."""

from __future__ import annotations

import pytest

from jupyter_mlops.errors import MlopsError

from .conftest import results

WAIVER = """
    [[waiver]]
    criterion = "tests"
    reason = "the tests live in another repository"
    owner = "@team"
    expires = 2027-01-31
"""


def test_a_waiver_opens_the_gate_without_credit_and_is_shown(level_2):
    level_2.remove("tests/test_features.py").files({".mlops/waivers.toml": WAIVER})
    level_2.edit(".github/workflows/ci.yml", "PYTHONPATH=src pytest", "dvc repro").commit()
    assessment = level_2.assess()
    assert assessment.level == 2
    result = results(assessment)["tests"]
    assert (result.state, result.credit) == ("waived", 0)
    assert "@team" in str(assessment.to_dict())
    assert assessment.headline.answers[1].state == "partly"
    strict = level_2.assess(strict=True)
    assert (strict.level, results(strict)["tests"].state) == (1, "fail")


@pytest.mark.parametrize(("day", "state"), [("2027-01-31", "waived"), ("2027-02-01", "fail")])
def test_a_waiver_counts_up_to_and_with_its_last_day(level_2, day, state):
    from jupyter_mlops.assessment.api import assess

    level_2.remove("tests/test_features.py").files({".mlops/waivers.toml": WAIVER}).commit()
    result = results(assess(level_2.root, date=day))["tests"]
    assert result.state == state
    assert ("expired" in (result.note or "")) == (state == "fail")


def test_attested_counts_fully_and_exempted_is_not_asked(level_2):
    level_2.remove("tests/test_features.py").files(
        {
            ".mlops/waivers.toml": """
            [[attest]]
            criterion = "tests"
            evidence = "https://example.org/test-report"
            owner = "@team"
            expires = 2027-01-31

            [[not_applicable]]
            criterion = "ci"
            reason = "checked before every merge by the platform"
            owner = "@team"
            """
        }
    ).commit()
    assessment = level_2.assess()
    assert {name: results(assessment)[name].state for name in ("tests", "ci")} == {
        "tests": "attested",
        "ci": "not-applicable",
    }
    assert assessment.level == 2


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"tests"', '"test"', "Did you mean 'tests'"),
        ('"tests"', '"code-versioned"', "cannot be waived"),
        ("the tests live in another repository", "too short", "too short"),
        ('owner = "@team"', "", "needs `owner`"),
        ("expires = 2027-01-31", "", "needs `expires`"),
        ("2027-01-31", "2027-12-31", "180 days"),
        ("2027-01-31", '"soon"', "must be a date"),
        ("[[waiver]]", "[waiver]", "two brackets"),
        ("[[waiver]]", "[[waver]]", "Did you mean 'waiver'"),
        ("owner", "woner", "Did you mean 'owner'"),
        ("owner = ", "owner ", "TOML"),
    ],
)
def test_a_malformed_waiver_is_a_configuration_error(level_2, old, new, says):
    assert old in WAIVER
    level_2.files({".mlops/waivers.toml": WAIVER.replace(old, new)})
    with pytest.raises(MlopsError, match=says) as caught:
        level_2.assess()
    assert (caught.value.code, caught.value.exit_status, caught.value.path) == (
        "invalid-configuration",
        2,
        ".mlops/waivers.toml",
    )


def test_one_waiver_a_gate(level_2):
    level_2.files({".mlops/waivers.toml": WAIVER + WAIVER.replace('"tests"', '"ci"')})
    with pytest.raises(MlopsError, match="2 waivers at the gate of Level 2"):
        level_2.assess()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("unit = ['a']", "Did you mean 'units'"),
        ("units = 'a'", "list of strings"),
        ("ignore = ['nope']", "no criterion"),
        ("ignore = ['tests']", "is required"),
        ("units = [", "TOML"),
        ("ruleset = 1.0", "must be a version in quotes"),
        ("ruleset = '1.0'", "must be a version in quotes"),
        ("rulesets = '1.0.0'", "Did you mean 'ruleset'"),
    ],
)
def test_settings_that_are_not_understood_are_refused(level_2, text, says):
    level_2.files({".mlops/config.toml": text})
    with pytest.raises(MlopsError, match=says):
        level_2.assess()


def test_settings_name_units_and_leave_paths_and_recommendations_out(project):
    for name in ("a", "b", "old"):
        project.files({f"{name}/train.py": "from sklearn.svm import SVC\n\nSVC().fit([[0], [1]], [0, 1])\n"})
    project.files(
        {"pyproject.toml": "[tool.jupyter-mlops]\nunits = ['a', 'b']\nexclude = ['old']\nignore = ['pre-commit']\n"}
    ).commit()
    assessment = project.assess()
    assert [unit.unit.path for unit in assessment.units] == ["a", "b"]
    assert "pre-commit" not in results(assessment)
    assert not [file for file in assessment.project.walk.files if file.path.startswith("old/")]


def test_own_answers_stand_beside_the_evidence(level_2):
    level_2.files({".mlops/self-assessment.toml": '[answers]\nserving = "yes"\n'})
    answers = {answer["id"]: answer for answer in level_2.assess().to_dict()["checklist"]}
    assert (answers["serving"]["own_answer"], answers["serving"]["state"]) == ("yes", "no")
    assert answers["governance"]["own_answer"] is None


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ("text", "Decided by people"),
        ("markdown", "Decided by people"),
        ("html", ""),
        ("json", ""),
        ("junit", ""),
        ("sarif", '"suppressions"'),
    ],
)
def test_every_report_says_what_was_decided_by_whom_and_until_when(level_2, form, says):
    from jupyter_mlops.assessment.api import assess
    from jupyter_mlops.assessment.reports import report_named

    level_2.remove("tests/test_features.py").files({".mlops/waivers.toml": WAIVER}).commit()
    text = " ".join(report_named(form).render(assess(level_2.root, date="2027-01-25"), False).split())
    assert "Waived by @team until 2027-01-31: the tests live in another repository." in text
    assert "ends in 6 days" in text
    assert says in text


def test_what_an_open_criterion_builds_on_and_what_it_would_gain(level_2):
    items = {item["id"]: item for item in level_2.assess().to_dict()["units"][0]["criteria"]}
    assert items["deployed-and-scaled"]["blocked_by"] == ["model-served"]
    assert items["model-served"]["blocked_by"] == []
    assert items["pipeline-automated"]["fix"] is None
    assert items["model-served"]["fix"]["gain"] > 0
    assert items["root-cause"]["fix"]["gain"] == 0  # of a later gate
