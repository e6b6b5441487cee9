"""What a team chooses in its settings: criteria left out with reasons, the unit that sets the level, reports of siblings."""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from jupyter_mlops.assessment.api import assess
from jupyter_mlops.assessment.reports import report_named
from jupyter_mlops.errors import MlopsError

from .conftest import LEVEL_2, Project, results
from .serving_project import LEVEL_3

SCHEMA = json.loads(files("jupyter_mlops.assessment").joinpath("schema/assessment.json").read_text(encoding="utf-8"))
WHY = "hooks run in the editor of everybody"


def test_what_is_ignored_is_shown_with_its_reason_and_strict_asks_it(level_2):
    level_2.files({".mlops/config.toml": f'ignore = {{pre-commit = "{WHY}"}}\n'}).commit()
    assessment = level_2.assess()
    assert "pre-commit" not in results(assessment)
    document = assessment.to_dict()
    assert document["left_out"] == {"pre-commit": WHY}
    jsonschema.validate(document, SCHEMA)
    for form in ("text", "markdown", "html"):
        assert WHY in report_named(form).render(assessment, False)
    assert "pre-commit" in results(level_2.assess(strict=True))


def test_a_list_without_reasons_is_understood_and_says_that_it_gives_none(level_2):
    level_2.files({".mlops/config.toml": 'ignore = ["pre-commit"]\n'})
    assessment = level_2.assess()
    assert assessment.left_out == {"pre-commit": None}
    assert "pre-commit, without a reason" in report_named("text").render(assessment, False)


def test_only_what_is_selected_is_recommended_and_required_ones_stay(level_2):
    select = f'select = {{criteria = ["pre-commit", "python-pinned"], reason = "{WHY}"}}\n'
    assessment = level_2.files({".mlops/config.toml": select}).assess()
    recommended = {name for name, result in results(assessment).items() if not result.criterion.required}
    assert recommended == {"pre-commit", "python-pinned"}
    assert sum(result.criterion.required for result in assessment.headline.results) == 16
    assert assessment.left_out["lineage"] == WHY
    assert assessment.level == 2


def monorepo(project: Project) -> Project:
    """Three projects: one of Level 2, one of Level 1, one of Level 0."""
    for name in ("best", "middle", "worst"):
        project.files({f"{name}/{path}": content for path, content in LEVEL_2.items()}).lock(name)
    project.remove("middle/tests/test_features.py", "worst/tests/test_features.py")
    project.edit("worst/src/train.py", 'mlflow.log_param("c", c)', "pass").edit(
        "worst/src/train.py", 'mlflow.log_metric("accuracy", ', "print("
    )
    workflow = str(LEVEL_2[".github/workflows/ci.yml"]).replace(
        "PYTHONPATH=src pytest", "cd best && PYTHONPATH=src pytest"
    )
    return project.files({".github/workflows/ci.yml": workflow})


@pytest.mark.parametrize(
    ("setting", "unit", "level"),
    [
        ("", "worst", 0),
        ('headline = "min"', "worst", 0),
        ('headline = "median"', "middle", 1),
        ('headline = {primary = "best"}', "best", 2),
    ],
)
def test_the_headline_is_that_of_the_unit_that_the_settings_say(project, setting, unit, level):
    units = 'units = ["best", "middle", "worst"]\n'
    monorepo(project).files({".mlops/config.toml": f"{units}{setting}\n"}).commit()
    assessment = project.assess()
    assert (assessment.headline.unit.path, assessment.level) == (unit, level)
    document = assessment.to_dict()
    jsonschema.validate(document, SCHEMA)
    assert document["headline"]["unit"] == unit
    said = " ".join(report_named("text").render(assessment, False).split())
    assert ("the least of all units is Level 0" in said) == (unit != "worst")
    assert project.assess(strict=True).level == 0
    # A part that is assessed by itself has no other unit to hide behind.
    assert assess(project.root / "worst", date="2026-11-23").level == 0


def sibling(tmp_path: Path, served: dict[str, str | bytes] | None = None) -> bytes:
    """The report of another repository."""
    project = Project(tmp_path / "sibling").files(served if served is not None else LEVEL_2 | LEVEL_3).lock().commit()
    return json.dumps(project.assess().to_dict()).encode()


def naming(written: bytes, **more: str) -> str:
    keys = {
        "repo": '"https://git.example.org/churn-service"',
        "commit": f'"{"a" * 40}"',
        "report": '".mlops/external/service.json"',
        "sha256": f'"{hashlib.sha256(written).hexdigest()}"',
        "criteria": '["model-served"]',
        "owner": '"@platform"',
    } | more
    return "[[external]]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items() if value)


def test_a_report_of_a_sibling_attests_what_it_says_passes(level_2, tmp_path):
    report = sibling(tmp_path)
    level_2.files({".mlops/config.toml": naming(report), ".mlops/external/service.json": report}).commit()
    assessment = level_2.assess()
    result = results(assessment)["model-served"]
    assert (result.state, result.by) == ("attested", "attestation")
    assert "churn-service passes it at commit aaaaaaaa" in str(result.note)
    document = assessment.to_dict()
    jsonschema.validate(document, SCHEMA)
    assert document["external"][0]["criteria"] == ["model-served"]
    assert "churn-service" in report_named("text").render(assessment, False)
    assert results(level_2.assess(strict=True))["model-served"].state == "fail"
    assert results(assess(level_2.root, date="2027-06-01"))["model-served"].state == "fail"
    # The settings hold for the folders below, too, and the report stays where it is.
    assert assess(level_2.root / "src", date="2026-11-23").to_dict()["external"] == document["external"]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"sha256": f'"{"0" * 64}"'}, "not the one that `sha256` is of"),
        ({"commit": '"main"'}, "whole commit id"),
        ({"commit": ""}, "needs a `commit`"),
        ({"report": '"../sibling/report.json"'}, "no report"),
        ({"report": '"nowhere.json"'}, "no report"),
        ({"criteria": '["load-tested"]'}, "says 'fail' about 'load-tested'"),
        ({"criteria": '["model-serve"]'}, "Did you mean 'model-served'"),
        ({"owner": ""}, "needs an `owner`"),
        ({"branch": '"main"'}, "Unknown key 'branch'"),
    ],
)
def test_a_report_that_does_not_bear_it_out_is_refused(level_2, tmp_path, more, says):
    report = sibling(tmp_path)
    (level_2.root.parent / "sibling/report.json").write_bytes(report)
    level_2.files({".mlops/config.toml": naming(report, **more), ".mlops/external/service.json": report})
    with pytest.raises(MlopsError, match=says) as caught:
        level_2.assess()
    assert (caught.value.code, caught.value.exit_status) == ("invalid-configuration", 2)


@pytest.mark.parametrize(
    "report", [b"", b"[]", b"{}", b'{"schema": 1, "date": "2026-11-23", "level": 9, "units": [1]}', b"\xff"]
)
def test_what_is_no_report_is_refused(level_2, report):
    level_2.files({".mlops/config.toml": naming(report), ".mlops/external/service.json": report})
    with pytest.raises(MlopsError, match="no report"):
        level_2.assess()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('ignore = {pre-comit = "hooks run in the editor"}', "Did you mean 'pre-commit'"),
        ('ignore = {tests = "hooks run in the editor"}', "is required"),
        ('ignore = {pre-commit = "no"}', "too short"),
        ("ignore = {pre-commit = 1}", "needs a reason"),
        ("ignore = 1", "list of strings"),
        ('select = ["pre-commit"]', "Write `select"),
        ('select = {criteria = ["pre-commit"]}', "needs a `reason`"),
        ('select = {criteria = ["pre-comit"], reason = "these matter to us"}', "Did you mean"),
        ('headline = "max"', "`headline` must be"),
        ('headline = {primary = "nowhere"}', "which is no unit"),
        ('external = "report.json"', "Write `external"),
    ],
)
def test_choices_that_are_not_understood_are_refused(level_2, text, says):
    level_2.files({".mlops/config.toml": text})
    with pytest.raises(MlopsError, match=says):
        level_2.assess()
