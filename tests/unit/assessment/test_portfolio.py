"""Many repositories: one table, side by side in processes, and one that fails stops no other."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib.resources import files

import jsonschema
import pytest

from jupyter_mlops.assessment import history
from jupyter_mlops.assessment.portfolio import worker
from jupyter_mlops.assessment.portfolio.api import assess_all
from jupyter_mlops.assessment.portfolio.reports import formats, report_named
from jupyter_mlops.errors import MlopsError

SCHEMA = json.loads(files("jupyter_mlops.assessment").joinpath("schema/portfolio.json").read_text(encoding="utf-8"))
DAY = "2026-11-23"


def run(*arguments, cwd, **options):
    return subprocess.run(
        [sys.executable, "-m", "jupyter_mlops", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


@pytest.fixture
def repositories(level_2, tmp_path):
    """A Level 2 project that rose, one without tests, an odd name, one with broken settings, and one that is not there."""
    rose = history.row_of(level_2.assess()) | {"date": "2026-10-01", "level": 1, "score": 30}
    level_2.files({history.FILE: json.dumps(rose) + "\n"})
    shutil.copytree(level_2.root, tmp_path / "b|<i>")
    (tmp_path / "b|<i>" / "tests/test_features.py").unlink()
    (tmp_path / "b|<i>" / history.FILE).unlink()
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken/.mlops").mkdir(parents=True)
    (tmp_path / "broken/.mlops/config.toml").write_text("units = 3\n", encoding="utf-8")
    return tmp_path, ["project", "b|<i>", "empty", "broken", "nowhere"]


def test_one_table_of_all_with_trends_and_gaps(repositories):
    folder, names = repositories
    done = run("assess", *names, "--format", "json", "--date", DAY, cwd=folder)
    assert done.returncode == 0
    document = json.loads(done.stdout)
    jsonschema.validate(document, SCHEMA)
    assert [(each["path"], each["level"]) for each in document["repositories"]] == [
        ("empty", 0),
        ("b|<i>", 1),
        ("project", 2),
    ]
    by_path = {each["path"]: each for each in document["repositories"]}
    assert by_path["b|<i>"]["gaps"] == ["tests", "ci"]
    trend = by_path["project"]["trend"]
    assert (trend["since"], trend["level"], trend["score"]) == ("2026-10-01", 1, 30)
    assert trend["scores"] == [30, by_path["project"]["score"]]
    assert by_path["empty"]["trend"] is None
    assert {each["path"]: each["code"] for each in document["failures"]} == {
        "broken": "invalid-configuration",
        "nowhere": "path-not-found",
    }
    assert "config.toml:1" in document["failures"][0]["message"]
    assert document["levels"] == {"0": 1, "1": 1, "2": 1, "3": 0, "4": 0}
    counts = [gap["count"] for gap in document["gaps"]]
    assert counts == sorted(counts, reverse=True)
    assert "Could not assess nowhere [path-not-found]" in done.stderr


@pytest.mark.parametrize("name", formats())
def test_every_format_names_every_repository_and_the_same_files_give_the_same_bytes(repositories, name):
    folder, names = repositories
    paths = [folder / each for each in names]
    portfolio = assess_all(paths, date=DAY, jobs=2)
    text = report_named(name).render(portfolio, False)
    assert text == report_named(name).render(assess_all(reversed(paths), date=DAY, jobs=1), False)
    assert "<i>" not in text or name in ("json", "text")
    assert all(
        each in text.replace("\n", "") for each in ("project", "empty", "broken", "nowhere", "invalid-configuration")
    )
    if name == "html":
        assert "http" not in text
        assert "<script" not in text


def test_one_path_answers_as_before(repositories):
    folder, _ = repositories
    alone = json.loads(run("assess", "project", "--format", "json", "--date", DAY, cwd=folder).stdout)
    assert {"checklist", "units", "notes"} <= set(alone)
    assert run("assess", "nowhere", cwd=folder).returncode == 2


def test_a_list_in_a_file_is_relative_to_the_file(repositories, tmp_path):
    folder, _ = repositories
    (folder / "lists").mkdir()
    (folder / "lists/ours.txt").write_text("# ours\n\n../project\n../empty\n../project/../empty\n", encoding="utf-8")
    done = run("assess", "--repositories", "lists/ours.txt", "-f", "json", "--date", DAY, cwd=folder)
    assert len(json.loads(done.stdout)["repositories"]) == 2
    piped = run("assess", "--repositories", "-", "-f", "json", "--date", DAY, cwd=folder, input="empty\n")
    assert [each["path"] for each in json.loads(piped.stdout)["repositories"]] == ["empty"]
    for content, code in (("# nothing\n", "no-repositories"), (None, "path-not-found")):
        (folder / "none.txt").write_text(content, encoding="utf-8") if content else (folder / "none.txt").unlink()
        done = run("assess", "--repositories", "none.txt", cwd=folder)
        assert (done.returncode, f"[{code}]" in done.stderr) == (2, True)


def test_exit_status(repositories):
    folder, _ = repositories
    assert run("assess", "project", "empty", "--fail-under", 1, cwd=folder).returncode == 1
    assert run("assess", "project", "b|<i>", "--fail-under", 1, cwd=folder).returncode == 0
    failing = run("assess", "project", "nowhere", "--fail-under", 1, cwd=folder)
    assert (failing.returncode, "Below Level 1: nowhere." in failing.stderr) == (1, True)
    assert run("assess", "nowhere", "broken", cwd=folder).returncode == 2
    for options in (["--no-regress"], ["--format", "sarif"]):
        assert run("assess", "project", "empty", *options, cwd=folder).returncode == 2


#: Stands before the standard library's module in the search path, and ends the process when one file is read.
FATAL = """
import os, sys
from importlib.util import module_from_spec, spec_from_file_location

spec = spec_from_file_location("real_fnmatch", os.path.join(os.path.dirname(os.__file__), "fnmatch.py"))
real = module_from_spec(spec)
spec.loader.exec_module(real)
globals().update(vars(real))

def trap(event, arguments):
    if event == "open" and str(arguments[0]).endswith("fatal.py"):
        os._exit(9)

sys.addaudithook(trap)
"""


def test_a_process_that_dies_costs_its_own_repository_only(repositories, tmp_path, monkeypatch):
    folder, _ = repositories
    (folder / "deadly").mkdir()
    (folder / "deadly/fatal.py").write_text("x = 1\n", encoding="utf-8")
    (tmp_path / "before").mkdir()
    (tmp_path / "before/fnmatch.py").write_text(FATAL, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path / "before"))
    portfolio = assess_all([folder / "deadly", folder / "project", folder / "empty"], date=DAY, jobs=1)
    assert [(failure.path, failure.code) for failure in portfolio.failures] == [
        (str(folder / "deadly"), "process-ended")
    ]
    assert "status 9" in portfolio.failures[0].message
    assert {entry.level for entry in portfolio.entries} == {0, 2}


def test_an_error_that_nobody_foresaw_is_reported(monkeypatch):
    def broken(*_arguments, **_options):
        raise RuntimeError("no such luck")

    monkeypatch.setattr(worker, "assess", broken)
    answer = worker.answer({"path": ".", "date": DAY, "strict": False})
    assert answer["error"]["code"] == "internal-error"
    assert "RuntimeError: no such luck" in answer["error"]["message"]


def test_nothing_of_the_folder_it_is_started_in_is_imported(repositories):
    folder, _ = repositories
    for name in ("json", "yaml", "jupyter_mlops"):
        (folder / f"{name}.py").write_text("raise SystemExit('imported from the project')\n", encoding="utf-8")
    code = f"import sys; sys.path[:] = {sys.path!r}; from jupyter_mlops import assess_all; print(assess_all(['project', 'empty']).level)"
    done = subprocess.run([sys.executable, "-I", "-c", code], cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "0\n"), done.stderr


def test_no_repository_is_refused():
    with pytest.raises(MlopsError, match="nothing to assess"):
        assess_all([])
