"""The JSON document, the reports, the commands: what others rely on."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.resources import files

import jsonschema
import pytest

from jupyter_mlops.assessment.criteria import all_criteria
from jupyter_mlops.assessment.criterion import CHECKLIST
from jupyter_mlops.assessment.probes import all_probes
from jupyter_mlops.assessment.reports import formats

SCHEMA = json.loads(files("jupyter_mlops.assessment").joinpath("schema/assessment.json").read_text(encoding="utf-8"))


def run(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "jupyter_mlops", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_document_fits_its_schema_and_every_place_exists(level_2):
    document = level_2.assess().to_dict()
    jsonschema.validate(document, SCHEMA)
    for criterion in document["units"][0]["criteria"]:
        for evidence in criterion["evidence"]:
            places = [
                f"{evidence['path']}:{evidence['line']}" if evidence["line"] else evidence["path"],
                *evidence["chain"],
            ]
            for place in filter(None, places):
                path, _, line = place.partition(":")
                lines = (level_2.root / path.partition("#")[0]).read_bytes().splitlines()
                assert not line or 0 < int(line) <= len(lines), place
            if evidence["line"] and evidence["cell"] is None:
                assert evidence["snippet"] in lines_of(level_2, evidence), evidence


def lines_of(project, evidence):
    return [line.strip()[:120] for line in (project.root / evidence["path"]).read_text(encoding="utf-8").splitlines()]


def test_score_and_progress_follow_from_the_gates(level_2):
    document = level_2.assess().to_dict()
    assert document["score"] == 25 * document["level"] + 25 * document["progress"] // 100
    unit = document["units"][0]
    closed = [
        item
        for item in unit["criteria"]
        if item["required"]
        and item["level"] == document["level"] + 1
        and item["state"] not in ("pass", "not-applicable")
    ]
    assert unit["blockers"] == [item["id"] for item in closed]
    assert document["progress"] <= 99


def test_paths_are_relative_to_the_assessed_folder(level_2):
    from jupyter_mlops.assessment.api import assess

    document = assess(level_2.root / "src").to_dict()
    paths = {
        evidence["path"] for unit in document["units"] for item in unit["criteria"] for evidence in item["evidence"]
    }
    assert "train.py" in paths
    assert not any(path and path.startswith("src/") for path in paths)


def test_criteria_and_probes_are_documented():
    ids = [criterion.id for criterion in all_criteria()]
    assert len(ids) == len(set(ids))
    for criterion in all_criteria():
        assert criterion.checklist in CHECKLIST
        assert all(
            (criterion.title, criterion.what, criterion.why, criterion.how, criterion.not_enough, criterion.parts)
        )
        assert set(criterion.requires) <= set(ids)
    assert [criterion.id for criterion in all_criteria() if criterion.required and criterion.level == 4] == [
        "governed",
        "routed",
        "self-healing",
        "root-cause",
    ]
    for probe in all_probes():
        assert probe.title
        assert probe.reads
        assert probe.credits


def test_every_finding_is_about_a_known_part(level_2):
    parts = {(criterion.id, part.id) for criterion in all_criteria() for part in criterion.parts}
    for result in level_2.assess().headline.results:
        for finding in result.evidence:
            assert (finding.criterion, finding.part) in parts
            assert finding.probe in {probe.id for probe in all_probes()}


def test_assess_prints_one_json_document(level_2):
    done = run("assess", level_2.root, "--format", "json", "--date", "2026-11-23")
    assert done.returncode == 0
    assert json.loads(done.stdout) == level_2.assess().to_dict()
    assert done.stderr == ""


@pytest.mark.parametrize(("threshold", "status"), [(2, 0), (3, 1)])
def test_fail_under(level_2, threshold, status):
    done = run("assess", level_2.root, "--format", "json", "--fail-under", threshold)
    assert done.returncode == status
    assert json.loads(done.stdout)["level"] == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["assess", "/nowhere"],
        ["assess", "--format", "pdf"],
        ["assess", "--date", "soon"],
        ["explain", "testz"],
        ["assess", "--fail-under", "9"],
    ],
)
def test_wrong_requests_exit_2_without_a_traceback(arguments, tmp_path):
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_the_other_commands(tmp_path):
    assert "data-versioned" in run("criteria").stdout
    assert "dvc: DVC" in run("probes").stdout
    explained = run("explain", "tests").stdout
    assert "What does not count" in explained
    assert "`assert True`" in explained
    assert "Did you mean 'tests'" in run("explain", "test").stderr


@pytest.mark.parametrize("format_", formats())
def test_every_report_renders(level_2, format_, tmp_path):
    target = tmp_path / "report"
    assert run("assess", level_2.root, "--format", format_, "--output", target).returncode == 0
    text = target.read_text(encoding="utf-8")
    assert "Level 2" in text or '"level": 2' in text
    assert not re.search(r"None|\bnan\b", text) or format_ == "json"
