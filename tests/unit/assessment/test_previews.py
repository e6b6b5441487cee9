"""Criteria that do not count yet: shown everywhere, counted nowhere, and `diff` says when that changes."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import pytest

from jupyter_mlops.assessment import criteria, criterion, history, rulesets
from jupyter_mlops.assessment.reports import formats, report_named
from jupyter_mlops.cli import main

#: What an answer says of criteria one by one; the rest follows from those that count.
_ONE_BY_ONE = ("previews",)
NEXT = "99.0.0"


@pytest.fixture
def shown(monkeypatch):
    """Makes the criteria be those that are given."""

    def show(listed):
        monkeypatch.setattr(criteria, "built_in", lambda: tuple(listed))

    return show


def previewed(name):
    return [one._replace(counts_from=NEXT) if one.id == name else one for one in criteria.built_in()]


def run(*arguments):
    """The exit status of a command."""
    with pytest.raises(SystemExit) as left:
        main(list(arguments))
    return left.value.code


def without(name):
    return [one for one in criteria.built_in() if one.id != name]


@pytest.mark.parametrize("name", ["ci", "pre-commit"])
@pytest.mark.parametrize("passes", [True, False])
def test_a_preview_counts_for_nothing(level_2, shown, name, passes):
    if not passes:
        level_2.remove(".github/workflows/ci.yml").commit()
    original = criteria.built_in()
    shown(without(name))
    never_asked = level_2.assess().to_dict()["units"][0]
    shown(original)
    shown(previewed(name))
    unit = level_2.assess().to_dict()["units"][0]
    assert [(one["id"], one["counts_from"]) for one in unit["previews"]] == [(name, NEXT)]
    assert {key: value for key, value in unit.items() if key not in _ONE_BY_ONE} == {
        key: value for key, value in never_asked.items() if key not in _ONE_BY_ONE
    }


def test_fail_under_leaves_a_preview_aside(level_2, shown, capsys):
    level_2.remove(".github/workflows/ci.yml").commit()
    under = ("assess", str(level_2.root), "--fail-under", "2", "--format", "json")
    assert run(*under) == 1
    shown(previewed("ci"))
    assert run(*under) == 0
    capsys.readouterr()


@pytest.mark.parametrize("name", sorted(set(formats()) - {"badge"}))
def test_every_report_shows_it_as_such(level_2, shown, name):
    shown(previewed("ci"))
    text = report_named(name).render(level_2.assess(), False)
    assert NEXT in text
    assert "preview" in text.lower()


def test_reports_of_other_tools_take_it_for_no_failure(level_2, shown):
    level_2.remove(".github/workflows/ci.yml").commit()
    shown(previewed("ci"))
    assessment = level_2.assess()
    sarif = json.loads(report_named("sarif").render(assessment, False))["runs"][0]["results"]
    assert {(each["kind"], each["level"]) for each in sarif if each["ruleId"] == "ci"} == {("informational", "none")}
    cases = ET.fromstring(report_named("junit").render(assessment, False)).iter("testcase")
    assert [[child.tag for child in case] for case in cases if case.get("name") == "ci"] == [["skipped"]]


def test_lists_and_explanations_say_it(shown, capsys):
    shown(previewed("ci"))
    for line in (("criteria",), ("criteria", "--format", "markdown"), ("explain", "ci")):
        assert run(*line) == 0
    assert capsys.readouterr().out.count(NEXT) == 3


def test_diff_says_when_it_will_count_and_when_it_came_to(level_2, shown, monkeypatch, tmp_path, capsys):
    level_2.remove(".github/workflows/ci.yml").commit()
    shown(previewed("ci"))
    before = tmp_path / "before.json"
    before.write_text(json.dumps(level_2.assess().to_dict()))
    assert run("diff", str(before), str(before)) == 0
    assert f"ci becomes required for Level 2 with ruleset {NEXT}; it is E0 now" in capsys.readouterr().out

    monkeypatch.setattr(criterion, "RULESET", NEXT)
    monkeypatch.setattr(history, "RULESET", NEXT)
    monkeypatch.setattr(rulesets, "RULESET", NEXT)
    later = level_2.assess()
    assert later.level == 1
    found = history.changes(history.read_baseline(before), history.row_of(later))
    came = [change for change in found if change.what == "ci"]
    assert [(one.before, one.after, one.cause, one.worse) for one in came] == [("E0, preview", "E0", "ruleset", False)]
    assert not history.coming(history.row_of(later))


def test_work_on_a_preview_is_told_as_the_projects(level_2, shown):
    shown(previewed("ci"))
    row = history.row_of(level_2.assess())
    level_2.remove(".github/workflows/ci.yml").commit()
    lost = level_2.assess()
    change = next(one for one in history.changes(row, history.row_of(lost)) if one.what == "ci")
    assert (change.cause, change.after, change.worse) == ("project", "E0, preview", True)
    assert [one.what for one in history.regressions(row, lost)] == []
