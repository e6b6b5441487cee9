"""Every format says the same plan, in a form that its readers accept; the same plan gives the same bytes."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from importlib.resources import files
from io import StringIO

import icalendar
import ics
import jsonschema
import pytest

from jupyter_mlops.errors import MlopsError
from jupyter_mlops.roadmap.exports import export_named, formats

SCHEMA = json.loads(files("jupyter_mlops.roadmap").joinpath("schema/roadmap.json").read_text(encoding="utf-8"))
NASTY = "[[step]]\ncriterion = 'ci'\nowner = '''@ada <b>;:,\\\"'''\n[calendar]\ndays_off = [2026-12-25]\n"


def rendered(name, roadmap):
    return export_named(name).render(roadmap, False)


@pytest.fixture
def roadmap(chaos, plan):
    return plan(chaos.files({".mlops/roadmap.toml": NASTY}), target=3, months=2, agree=["data-versioned"])


@pytest.mark.parametrize("name", formats())
def test_the_same_plan_gives_the_same_bytes(chaos, plan, name):
    assert rendered(name, plan(chaos)) == rendered(name, plan(chaos))


def test_json_fits_its_schema_whatever_the_plan(chaos, roadmap, plan):
    for each in (roadmap, plan(chaos), plan(chaos, target=4, months=1)):
        document = json.loads(rendered("json", each))
        jsonschema.validate(document, SCHEMA, format_checker=jsonschema.FormatChecker())
        ids = {step["id"] for step in document["steps"]}
        assert all(set(week["steps"]) <= ids for week in document["weeks"])
        assert all(
            hours["planned"] <= hours["available"] for week in document["weeks"] for hours in week["hours"].values()
        )


def test_a_plan_without_steps_can_be_written_in_every_format(level_2, plan):
    nothing = plan(level_2, target=2)
    jsonschema.validate(json.loads(rendered("json", nothing)), SCHEMA)
    for name in formats():
        assert "is reached already" in rendered(name, nothing) or name in ("ics", "github", "gitlab")


def test_a_calendar_reads_the_steps_back(roadmap):
    text = rendered("ics", roadmap)
    assert text.endswith("\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    strict = {event.name: event for event in ics.Calendar(text).events}
    calendar = icalendar.Calendar.from_ical(text)
    assert calendar.errors == []
    events = {str(event["summary"]): event for event in calendar.walk("VEVENT")}
    assert set(strict) == set(events)
    for step in roadmap.planned:
        event = events[f"project: {step.criterion.title}"]
        assert event.errors == []
        assert (event["dtstart"].dt, event["dtend"].dt) == (step.start, step.end + dt.timedelta(days=1))
        assert event["status"] == ("CONFIRMED" if step.agreed else "TENTATIVE")
    assert len({str(event["uid"]) for event in events.values()}) == len(events)
    reached = [name for name in events if "Level" in name]
    assert len(reached) == sum(one.within for one in roadmap.milestones) == 2


def test_a_later_calendar_replaces_the_events_of_an_earlier_one(chaos, plan):
    def sequences(day):
        calendar = icalendar.Calendar.from_ical(rendered("ics", plan(chaos, date=day)))
        return {str(event["uid"]): event["sequence"] for event in calendar.walk("VEVENT")}

    first, second = sequences("2026-11-23"), sequences("2026-11-25")
    assert set(first) == set(second)
    assert all(first[name] < second[name] for name in first)


class Page(HTMLParser):
    """What a page is made of, and whether its elements are closed in order."""

    _VOID = frozenset({"meta", "br", "col", "link", "img", "input"})

    def __init__(self, text):
        super().__init__()
        self.open, self.seen, self.text = [], [], ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in self._VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_html_is_one_file_that_reads_without_the_chart(roadmap):
    text = rendered("html", roadmap)
    page = Page(text)
    assert page.open == []
    assert not {"script", "link", "img"} & {tag for tag, _ in page.seen}
    assert "http" not in text
    assert "url(" not in text
    assert "<b>" not in text
    assert "@ada <b>;:," in page.text
    for step in roadmap.steps:
        assert step.criterion.title in page.text
    targets = {attributes["id"] for _, attributes in page.seen if "id" in attributes}
    assert all(attributes["href"][1:] in targets for tag, attributes in page.seen if tag == "a")
    assert all("scope" in attributes for tag, attributes in page.seen if tag == "th")
    assert "prefers-color-scheme: dark" in text
    bars = [attributes for _, attributes in page.seen if (attributes.get("class") or "").startswith("bar")]
    for bar in bars:
        found = re.search(r"left:([\d.]+)%;width:([\d.]+)%", bar.get("style") or "")
        assert not found or float(found[1]) + float(found[2]) <= 100.01


def test_markdown_has_a_chart_of_plain_names_and_real_dates(roadmap):
    text = rendered("markdown", roadmap)
    chart = re.search(r"```mermaid\n(.*?)```", text, re.DOTALL)[1].splitlines()
    assert chart[0] == "gantt"
    tasks = [line.strip() for line in chart if " :" in line]
    for task in tasks:
        assert re.fullmatch(
            r"[^:;#%`<>]+ :(crit, |active, |milestone, )?[sm]\d+, \d{4}-\d\d-\d\d, (\d{4}-\d\d-\d\d|1d)", task
        ), task
    assert len(tasks) == len(roadmap.planned) + 2
    assert "    excludes saturday, sunday, 2026-12-25" in chart
    assert "&lt;b>" in text


def test_issues_for_gitlab_are_the_csv_that_it_imports(roadmap):
    rows = list(csv.DictReader(StringIO(rendered("gitlab", roadmap))))
    assert list(rows[0]) == ["title", "description", "due_date", "milestone"]
    assert len(rows) == len(roadmap.planned) + len(roadmap.left)
    by_title = {row["title"]: row for row in rows}
    for step in roadmap.planned:
        row = by_title[step.criterion.title]
        assert (row["due_date"], row["milestone"]) == (step.end.isoformat(), f"Level {step.criterion.level}")
        assert f'/label ~"roadmap" ~"level-{step.criterion.level}"' in row["description"]
        assert f"/estimate {step.hours:g}h" in row["description"]
    assert all(row["due_date"] == "" for row in rows if row["title"] in {step.criterion.title for step in roadmap.left})


GH = """#!/bin/sh
# Records what it is asked for; remembers the issues that were made.
printf '%s\\n' "$*" >> "$LOG/calls"
case "$1 $2" in
  "issue list") cat "$LOG/titles" 2> /dev/null || true ;;
  "issue create") printf '%s\\n' "$4" >> "$LOG/titles"; cat >> "$LOG/bodies" ;;
esac
"""


@pytest.mark.skipif(os.name == "nt", reason="a shell script")
def test_issues_for_github_are_a_script_that_creates_each_once(roadmap, tmp_path):
    (tmp_path / "gh").write_text(GH, encoding="utf-8")
    (tmp_path / "gh").chmod(0o755)
    script = tmp_path / "issues.sh"
    script.write_text(rendered("github", roadmap), encoding="utf-8")
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "LOG": str(tmp_path)}
    for _ in range(2):
        done = subprocess.run(["sh", script], env=environment, capture_output=True, text=True, check=True)
    titles = (tmp_path / "titles").read_text(encoding="utf-8").splitlines()
    assert titles == [step.criterion.title for step in (*roadmap.planned, *roadmap.left)]
    assert done.stdout.count("There already") == len(titles)
    calls = (tmp_path / "calls").read_text(encoding="utf-8")
    assert "--milestone Level 1 --label roadmap,level-1,data-scientist --body-file -" in calls
    assert "--assignee ada <b>;:," in calls
    bodies = (tmp_path / "bodies").read_text(encoding="utf-8")
    assert "**Now:** The project is not under git." in bodies


def test_the_terminal_has_no_line_that_wraps(roadmap):
    assert max(len(line) for line in rendered("text", roadmap).splitlines()) <= 100


def test_a_format_that_is_not_there_is_refused():
    with pytest.raises(MlopsError, match="gitlab, html, ics, json, markdown, text"):
        export_named("pdf")


def run(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "jupyter_mlops", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_plans_keeps_and_shows(chaos, tmp_path):
    day = ("--date", "2026-11-23")
    nothing = run("roadmap", ".", *day, cwd=chaos.root)
    assert nothing.returncode == 0
    assert "Level 0 → Level 2" in nothing.stdout
    assert not (chaos.root / ".mlops").exists()
    shown = run("roadmap", *day, "--dry-run", "--agree", "tests", cwd=chaos.root)
    assert "+agreed = true" in shown.stdout
    assert not (chaos.root / ".mlops").exists()
    saved = run("roadmap", *day, "--save", "--agree", "tests", "--owner", "ci=@grace", "-f", "json", cwd=chaos.root)
    assert "Kept in .mlops/roadmap.toml" in saved.stderr
    steps = {step["id"]: step for step in json.loads(saved.stdout)["steps"]}
    assert steps["tests"]["agreed"] == {"start": steps["tests"]["start"], "due": steps["tests"]["end"]}
    assert steps["ci"]["owner"] == "@grace"
    again = run("roadmap", *day, "--save", "-o", tmp_path / "plan.html", "-f", "html", cwd=chaos.root)
    assert (again.stdout, again.stderr) == ("", ".mlops/roadmap.toml is up to date.\n")
    assert (tmp_path / "plan.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert run("undo", "--yes", cwd=chaos.root).returncode == 0
    assert not (chaos.root / ".mlops/roadmap.toml").exists()


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--agree", "tests"], "nothing-kept"),
        (["--save", "--owner", "tests"], "invalid-owner"),
        (["--save", "--agree", "tastes"], "unknown-step"),
        (["nowhere"], "path-not-found"),
        (["--start", "soon"], "invalid-date"),
    ],
)
def test_the_command_says_what_is_wrong_with_a_request(chaos, options, code):
    done = run("roadmap", *options, cwd=chaos.root)
    assert (done.returncode, f"[{code}]" in done.stderr) == (2, True)
    assert not (chaos.root / ".mlops").exists()
