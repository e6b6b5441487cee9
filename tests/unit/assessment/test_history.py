"""The scorecard over time, comparison with a baseline, and the formats that other tools read."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from urllib.parse import unquote

import pytest
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as Sarif

from jupyter_mlops.assessment import history
from jupyter_mlops.assessment.reports import report_named


def run(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "jupyter_mlops", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


def test_history_records_what_is_and_says_what_changed(level_2):
    assert "Nothing is recorded" in run("history", cwd=level_2.root).stdout
    first = run("history", "--record", "--date", "2026-11-01", cwd=level_2.root)
    assert "Level 2" in first.stdout
    level_2.remove("tests/test_features.py").commit()
    second = run("history", "--record", "--date", "2026-11-23", cwd=level_2.root)
    assert "↓ tests: E3 → E0" in second.stdout
    assert "↓ level: 2 → 1" in second.stdout
    rows = history.read_history(level_2.root)
    assert [row["level"] for row in rows] == [2, 1]
    assert rows[0]["commit"] != rows[1]["commit"]
    run("history", "--record", "--date", "2026-11-23", cwd=level_2.root)
    assert history.read_history(level_2.root) == rows
    changed = run("diff", rows[0]["commit"], rows[1]["commit"][:8], cwd=level_2.root).stdout
    assert "You changed" in changed
    assert "tests E3 → E0" in changed


def test_no_regress_compares_with_the_last_row_or_a_baseline(level_2, tmp_path):
    nothing = run("assess", "--format", "json", "--no-regress", cwd=level_2.root)
    assert (nothing.returncode, "Nothing to compare" in nothing.stderr) == (0, True)
    baseline = tmp_path / "before.json"
    run("assess", "--format", "json", "--output", baseline, cwd=level_2.root)
    run("history", "--record", cwd=level_2.root)
    assert run("assess", "--format", "json", "--no-regress", cwd=level_2.root).returncode == 0
    level_2.edit(".github/workflows/ci.yml", "PYTHONPATH=src pytest", "true").commit()
    for options in (["--no-regress"], ["--no-regress", "--baseline", baseline]):
        lost = run("assess", "--format", "json", *options, cwd=level_2.root)
        assert lost.returncode == 1
        assert "Lost in .: ci was E3, is E1" in lost.stderr
        assert json.loads(lost.stdout)["level"] == 1
    assert run("assess", "--no-regress", "--baseline", "nope.json", cwd=level_2.root).returncode == 2


def test_a_change_of_the_ruleset_is_told_from_yours(level_2):
    row = history.row_of(level_2.assess())
    old = json.loads(json.dumps(row)) | {"ruleset": "0.9.0"}
    del old["units"][0]["rungs"]["pre-commit"]
    old["units"][0]["rungs"]["ci"] = "E4"
    found = {(change.what, change.cause) for change in history.changes(old, row)}
    assert found == {("pre-commit", "ruleset"), ("ci", "project")}


def test_sarif_has_a_place_for_every_open_criterion(level_2):
    level_2.edit(".github/workflows/ci.yml", "PYTHONPATH=src pytest", "PYTHONPATH=src pytest || true").commit()
    document = json.loads(report_named("sarif").render(level_2.assess(), False))
    run_ = document["runs"][0]
    rules = {rule["id"] for rule in run_["tool"]["driver"]["rules"]}
    blocker = next(result for result in run_["results"] if result["ruleId"] == "ci")
    assert {result["ruleId"] for result in run_["results"]} <= rules
    assert blocker["level"] == "warning"
    place = blocker["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == (".github/workflows/ci.yml", 10)
    before = {result["partialFingerprints"]["mlops/v1"] for result in run_["results"]}
    level_2.edit(".github/workflows/ci.yml", "name: ci", "# moved\nname: ci").commit()
    after = json.loads(report_named("sarif").render(level_2.assess(), False))["runs"][0]["results"]
    assert {result["partialFingerprints"]["mlops/v1"] for result in after} == before


def test_sarif_is_what_the_published_schema_and_code_hosts_take(project):
    """The schema of SARIF 2.1.0; and what code hosts ask beyond it: relative places, one a result, texts of some lengths."""
    project.files({"data # 1/träin.py": "from sklearn.svm import SVC\n\nSVC().fit([[0]], [0])\n", "Dockerfile": ""})
    project.notebook("a b.ipynb", "import joblib\njoblib.dump(joblib.load('/home/me/m.joblib'), 'm.joblib')").commit()
    text = report_named("sarif").render(project.assess(), False)
    Sarif.model_validate_json(text)
    run_ = json.loads(text)["runs"][0]
    with pytest.raises(ValueError, match="colour"):
        Sarif.model_validate({"version": "2.1.0", "runs": [run_ | {"colour": "blue"}]})
    for rule in run_["tool"]["driver"]["rules"]:
        assert len(rule["id"]) <= 255
        assert 0 < len(rule["shortDescription"]["text"]) <= 1024
        assert 0 < len(rule["fullDescription"]["text"]) <= 1024
        assert rule["help"]["text"]
    places = [place["physicalLocation"] for result in run_["results"] for place in result["locations"]]
    assert len(places) == len(run_["results"])
    for place in places:
        path = project.root / unquote(place["artifactLocation"]["uri"])
        assert path.exists()
        assert path.resolve().is_relative_to(project.root.resolve())
    assert {"data%20%23%201/tr%C3%A4in.py", "Dockerfile"} <= {place["artifactLocation"]["uri"] for place in places}


def test_junit_fails_what_keeps_the_next_gate_closed(level_2):
    suite = ET.fromstring(report_named("junit").render(level_2.assess(), False)).find("testsuite")
    failed = {case.get("name") for case in suite if case.find("failure") is not None}
    assert failed == {
        "model-served",
        "deployed-and-scaled",
        "service-monitored",
        "drift-detected",
        "retraining-automated",
    }
    assert suite.get("failures") == "5"


def test_junit_calls_the_cases_of_the_root_by_their_level_and_others_by_their_folder_too(level_2):
    level_2.files(
        {"churn/pyproject.toml": "[project]\nname = 'churn'\n", "churn/train.py": "import sklearn\n"}
    ).commit()
    suites = ET.fromstring(report_named("junit").render(level_2.assess(), False)).findall("testsuite")
    names = {suite.get("name"): {case.get("classname") for case in suite.iter("testcase")} for suite in suites}
    levels = [f"level{number}" for number in range(1, 5)]
    assert names["."] == set(levels)
    assert all(names[folder] == {f"{folder}.{level}" for level in levels} for folder in names if folder != ".")


def test_html_is_one_file_and_shows_text_as_text(project):
    project.notebook("<b>.ipynb", "from sklearn.svm import SVC\nSVC().fit('<script>alert(1)</script>')").commit()
    text = report_named("html").render(project.assess(), False)
    assert "<script>alert" not in text
    assert "http" not in text
