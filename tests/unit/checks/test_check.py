"""`check` judges the real files, tells what is missing and where, and takes every correct way."""

from __future__ import annotations

import json
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from jupyter_mlops import assess, check
from jupyter_mlops.assessment.criteria import built_in
from jupyter_mlops.assessment.criterion import CHECKLIST
from jupyter_mlops.assessment.probes import all_probes
from jupyter_mlops.checks.progress import PROGRESS
from jupyter_mlops.checks.technologies import TECHNOLOGIES
from jupyter_mlops.errors import MlopsError

Commit = Callable[[str], None]


def test_git_wants_a_history(project: Path, commit: Commit) -> None:
    before = check("git")
    assert not before
    assert "not under git" in before.items[0].message
    commit("first")
    once = check("git")
    assert not once
    assert once.items[0].state == "partial"
    (project / "README.md").write_text("# Rentals\n")
    commit("second")
    assert check("git")


def test_what_is_missing_has_its_line(project: Path, commit: Commit) -> None:
    commit("first")
    answer = check("dvc")
    text = repr(answer)
    assert not answer
    assert text.startswith("✗ dvc: not yet")
    assert "data-versioned" in text
    assert "train.py:5" in text
    assert 'table = pd.read_csv("data/rentals.csv")' in text
    assert "To do: " in text
    assert "jupyter mlops explain data-versioned" in text


def test_another_correct_way_passes(project: Path, commit: Commit) -> None:
    """Small data beside the code, and a model that is logged: no DVC anywhere."""
    (project / ".gitignore").write_text("/models\n")
    (project / "train.py").write_text(
        (project / "train.py")
        .read_text()
        .replace('joblib.dump(model, "models/rentals.joblib")', 'mlflow.sklearn.log_model(model, name="rentals")')
        .replace("import joblib", "import mlflow")
    )
    commit("data beside the code")
    answer = check("dvc")
    assert answer, answer
    assert "Reached without DVC" in answer.items[0].remark


@pytest.mark.parametrize(
    "name", ["data-versioned", "data_versioned", " Data-Versioned ", "versioning", 1, "1", "level 1"]
)
def test_criteria_questions_and_levels_have_names_too(project: Path, commit: Commit, name: str | int) -> None:
    commit("first")
    answer = check(name)
    states = {result.criterion.id: result.state for result in assess(project).headline.results}
    assert "data-versioned" in {item.criterion for item in answer.items}
    assert {item.criterion: item.state for item in answer.items}.items() <= states.items()


def test_a_level_passes_with_all_that_it_requires(project: Path, commit: Commit) -> None:
    commit("first")
    answer = check(1)
    assert [item.criterion for item in answer.items] == ["code-versioned", "data-versioned", "experiments-tracked"]
    assert "(0 of 3)" in repr(answer)
    assert not answer


@pytest.mark.parametrize(("slip", "meant"), [("dcv", "dvc"), ("data-version", "data-versioned"), ("mlfow", "mlflow")])
def test_a_slip_of_the_pen_is_told_with_what_comes_near(project: Path, slip: str, meant: str) -> None:
    with pytest.raises(MlopsError, match=f"Did you mean.*'{meant}'") as caught:
        check(slip)
    assert caught.value.code == "unknown-check"


def test_there_is_nothing_to_check_where_nothing_is(project: Path) -> None:
    with pytest.raises(MlopsError) as caught:
        check("git", project / "nowhere")
    assert caught.value.code == "path-not-found"


def test_from_a_folder_inside_it_is_the_project_that_is_checked(
    project: Path, commit: Commit, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit("first")
    (project / "notebooks").mkdir()
    monkeypatch.chdir(project / "notebooks")
    assert Path(check("git").project) == project.resolve()


def test_what_the_settings_leave_out_does_not_pass_by_that(project: Path) -> None:
    (project / ".mlops").mkdir()
    (project / ".mlops" / "config.toml").write_text('ignore = ["pre-commit"]\n')
    answer = check("pre-commit")
    assert not answer
    assert "leave this out" in repr(answer)
    assert "leave this out" in answer._repr_html_()


def test_html_is_well_formed_escaped_and_holds_what_the_text_says(project: Path, commit: Commit) -> None:
    (project / "train.py").write_text("# <script>alert(1)</script>\n" + (project / "train.py").read_text())
    (project / "a<b>.py").write_text((project / "train.py").read_text())
    commit("first")
    answer = check("dvc")
    page = answer._repr_html_()
    assert "<script" not in page
    assert "<b>" not in page
    reader = Balanced()
    reader.feed(page)
    assert reader.open == []
    assert answer.items[0].todo is not None
    assert answer.items[0].criterion in reader.text
    assert all(told.place in reader.text for told in answer.items[0].evidence)


class Balanced(HTMLParser):
    """Complains where a tag is closed that is not the last one opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_answer_is_data(project: Path) -> None:
    document = json.loads(json.dumps(check("git").to_dict()))
    assert document["passed"] is False
    assert document["items"][0]["criterion"] == "code-versioned"


def test_every_technology_is_known() -> None:
    """A new probe says here what it is for."""
    assert {probe.id for probe in all_probes()} - set(TECHNOLOGIES) - set(CHECKLIST) == set()
    assert {name for names in TECHNOLOGIES.values() for name in names} <= {criterion.id for criterion in built_in()}


def test_progress_is_kept_in_sandboxes_and_nowhere_else(project: Path, commit: Commit) -> None:
    commit("first")
    (project / "README.md").write_text("# Rentals\n")
    commit("second")
    assert check("git")
    assert not (project / ".mlops").exists()
    (project / PROGRESS).parent.mkdir(parents=True)
    (project / PROGRESS).write_text('{"tutorial": "1", "passed": []}')
    assert check("git")
    assert not check("dvc")
    assert json.loads((project / PROGRESS).read_text()) == {"tutorial": "1", "passed": ["git"]}
