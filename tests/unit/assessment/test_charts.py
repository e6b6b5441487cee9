"""The score over time: on the terminal, drawn, and what of a change is whose."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mlops.assessment import history
from jupyter_mlops.assessment.celebration import newly_reached
from jupyter_mlops.assessment.charts import score_chart, sparkline
from jupyter_mlops.assessment.history_page import history_page
from jupyter_mlops.assessment.rulesets import RULESET


def run(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "jupyter_mlops", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


def row(day, level, score, ruleset="1.0.0", **units):
    listed = [{"path": path, "level": value, "progress": 0, "score": 0, "rungs": {}} for path, value in units.items()]
    return {
        "date": f"2026-{day}",
        "commit": "ab" * 20,
        "ruleset": ruleset,
        "level": level,
        "progress": 0,
        "score": score,
        "units": listed or [{"path": ".", "level": level, "progress": 0, "score": score, "rungs": {}}],
    }


ROWS = [
    row("01-01", 0, 10),
    row("02-01", 1, 30),
    row("02-01", 1, 45, "1.1.0"),
    row("06-01", 0, 20),
    row("07-01", 2, 100),
]


def test_a_sparkline_has_a_character_a_row_and_grows_with_the_score():
    line = sparkline(ROWS)
    assert line == "▁▃▄▂█"


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(1, 28), st.integers(0, 4), st.integers(0, 100)), min_size=1))
def test_a_chart_is_drawn_inside_its_frame_whatever_the_rows(drawn):
    rows = [row(f"{month:02}-{day:02}", level, score) for month, day, level, score in sorted(drawn)]
    svg = ET.fromstring(score_chart(rows))
    _, _, width, height = map(float, svg.get("viewBox").split())
    circles = [each for each in svg.iter() if each.tag.endswith("circle")]
    assert len(circles) == len(rows)
    for circle in circles:
        assert 0 <= float(circle.get("cx")) <= width
        assert 0 <= float(circle.get("cy")) <= height
    for text in (each for each in svg.iter() if each.tag.endswith("}text")):
        assert 0 <= float(text.get("x")) <= width
        assert 8 <= float(text.get("y")) <= height
    assert svg.get("role") == "img"
    assert str(len(rows)) in svg.get("aria-label") or len(rows) == 1


def test_a_chart_marks_the_first_time_of_a_level_and_a_change_of_the_ruleset():
    text = score_chart(ROWS)
    assert text.count("⚑") == 2
    assert "⚑ Level 2" in text
    assert "ruleset 1.1.0" in text


def test_the_page_says_in_text_what_the_chart_shows():
    page = history_page([*ROWS, row("08-01", 2, 90) | {"commit": "<script>"}])
    assert "<script>" not in page
    assert "http" not in page
    assert "Level 2 reached." in page
    assert "2026-07-01" in page
    assert "Nothing" not in page
    assert "adds the first row" in history_page([])


def test_each_level_is_new_once_for_the_project_and_for_each_unit():
    rows = [row("01-01", 0, 0, a=1, b=0), row("02-01", 1, 0, a=1, b=1)]
    assert newly_reached(rows[:1], rows[1]) == [(None, 1, 0), ("b", 1, 0)]
    assert newly_reached(rows, row("03-01", 1, 0, a=1, b=1)) == []
    assert newly_reached(rows, row("03-01", 0, 0, a=0, b=1)) == []
    assert newly_reached([], row("03-01", 2, 0)) == [(None, 2, 0)]


def test_the_command_draws_and_says_when_there_is_nothing_to_draw(level_2, tmp_path):
    nothing = run("history", "--format", "svg", cwd=level_2.root)
    assert (nothing.returncode, "[empty-history]" in nothing.stderr) == (2, True)
    history.record(level_2.root, level_2.assess())
    ET.fromstring(run("history", "--format", "svg", cwd=level_2.root).stdout)
    assert run("history", "-f", "html", "-o", tmp_path / "h.html", cwd=level_2.root).stdout == ""
    assert "Level 2 reached." in (tmp_path / "h.html").read_text(encoding="utf-8")


@pytest.fixture
def judged_otherwise(level_2):
    """A history whose first row was made by an older ruleset, which knew less and was laxer; then the team lost its tests."""
    first = history.row_of(level_2.assess()) | {"ruleset": "0.9.0", "level": 3}
    first = json.loads(json.dumps(first))
    first["units"][0]["level"] = 3
    first["units"][0]["rungs"]["model-served"] = "E3"
    del first["units"][0]["rungs"]["pre-commit"]
    level_2.remove("tests/test_features.py").commit()
    second = history.row_of(level_2.assess())
    level_2.files({history.FILE: "".join(json.dumps(each) + "\n" for each in (first, second))})
    return level_2, first, second


def test_what_the_ruleset_changed_is_told_from_what_the_team_changed(judged_otherwise):
    project, first, second = judged_otherwise
    found = history.changes(first, second, history.judged_again(project.root, first))
    by = {
        cause: {(change.what, change.before, change.after) for change in found if change.cause == cause}
        for cause in ("project", "ruleset")
    }
    assert by["ruleset"] == {("level", "3", "2"), ("model-served", "E3", "E0"), ("pre-commit", None, "E0")}
    assert {("level", "2", "1"), ("tests", "E3", "E0")} <= by["project"]
    assert not {what for what, _, _ in by["project"]} & {"model-served", "pre-commit", "code-versioned"}
    text = run("diff", first["commit"], second["commit"], cwd=project.root).stdout
    ours, rules = text.split(f"The ruleset changed (0.9.0 → {RULESET})")
    assert "tests E3 → E0" in ours
    assert "model-served E3 → E0" in rules
    document = json.loads(run("diff", first["commit"], second["commit"], "--format", "json", cwd=project.root).stdout)
    assert document["judged_again"] is True


def test_a_level_that_a_waiver_gives_or_takes_shows_the_waiver(level_2):
    level_2.remove("tests/test_features.py")
    level_2.edit(".github/workflows/ci.yml", "PYTHONPATH=src pytest", "dvc repro").commit()
    before = history.row_of(level_2.assess())
    waiver = '[[waiver]]\ncriterion = "tests"\nreason = "they follow with the next release"\nowner = "@a"\nexpires = 2026-12-31\n'
    level_2.files({".mlops/waivers.toml": waiver}).commit()
    after = history.row_of(level_2.assess())
    given = history.changes(before, after)
    assert [(one.what, one.before, one.after, one.worse) for one in given] == [
        ("level", "1", "2", False),
        ("tests", "E0", "E0, waived", False),
    ]
    taken = history.changes(after, before)
    assert all(one.worse for one in taken)
    old = json.loads(json.dumps(before))
    del old["units"][0]["decided"]  # as rows were before decisions were kept
    assert [one.what for one in history.changes(old, after)] == ["level"]
    document = level_2.assess().to_dict()
    (level_2.root / "assessed.json").write_text(json.dumps(document), encoding="utf-8")
    assert history.changes(history.read_baseline(level_2.root / "assessed.json"), after) == []


def test_without_the_commit_only_what_is_new_or_gone_is_known_to_be_the_rulesets(judged_otherwise, tmp_path):
    project, first, second = judged_otherwise
    assert history.judged_again(project.root, first | {"commit": "0" * 40}) is None
    assert history.judged_again(tmp_path, first) is None
    assert {change.what for change in history.changes(first, second) if change.cause == "ruleset"} == {"pre-commit"}
    (tmp_path / "a.json").write_text(json.dumps(first | {"commit": None}), encoding="utf-8")
    (tmp_path / "b.json").write_text(json.dumps(second), encoding="utf-8")
    text = run("diff", tmp_path / "a.json", tmp_path / "b.json", cwd=tmp_path).stdout
    assert "of two rulesets, and the earlier commit is not here" in text
