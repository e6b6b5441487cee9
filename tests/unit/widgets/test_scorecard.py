"""The scorecard: text, a static page, and what the live card does with the answers of the assessment."""

from __future__ import annotations

import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from jupyter_mlops import Scorecard, assess
from jupyter_mlops.assessment.criterion import CHECKLIST
from jupyter_mlops.errors import MissingDependencyError, MlopsError
from jupyter_mlops.widgets.card import card
from jupyter_mlops.widgets.watching import assess_aside, state_of

TRAIN = 'import pandas as pd\nfrom sklearn.svm import SVC\n\ntable = pd.read_csv("<b>.csv")\nmodel = SVC().fit(table[["a"]], table["y"])\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "train.py").write_text(TRAIN)
    return folder


class Page(HTMLParser):
    """What a page says, and whether its tags are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_as_text_it_is_the_report_of_the_command_line(project: Path) -> None:
    text = repr(Scorecard(project))
    assert text.startswith("Level 0 · Notebook chaos")
    assert all(question in text for question in CHECKLIST.values())
    assert "Next steps" in text


def test_the_static_card_needs_no_script_and_says_all_of_it(project: Path) -> None:
    page = Page(Scorecard(project)._repr_html_())
    assert page.open == []
    tags = {tag for tag, _ in page.tags}
    assert {"script", "b", "link", "img"} & tags == set()
    assert all(question in page.text for question in CHECKLIST.values())
    assert "train.py:5" in page.text
    assert "To do:" in page.text
    assert sum("aria-current" in attributes for _, attributes in page.tags) == 1


def test_what_can_be_opened_has_a_name_of_its_own(project: Path) -> None:
    """The live card keeps open what was open, by these names."""
    names = [
        attributes["data-key"] for tag, attributes in Page(card(assess(project).to_dict())).tags if tag == "details"
    ]
    assert len(names) == len(set(names)) > len(CHECKLIST)


def test_without_the_widget_library_it_is_static_and_says_what_to_install(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "anywidget", None)
    scorecard = Scorecard(project)
    assert 'pip install "jupyter-mlops[widget]"' in Page(scorecard._repr_html_()).text
    with pytest.raises(MissingDependencyError, match="anywidget"):
        _ = scorecard.widget


def test_nothing_heavy_is_imported_until_it_is_shown(project: Path) -> None:
    code = (
        "import sys; from jupyter_mlops import Scorecard, check; card = Scorecard(sys.argv[1]); card._repr_html_();"
        "check('git', sys.argv[1]);"
        "print(*{'ipywidgets', 'anywidget', 'IPython', 'pandas', 'nbformat'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(project)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_a_change_of_files_is_noticed_and_nothing_else(project: Path) -> None:
    before = state_of(project)
    assert state_of(project) == before
    (project / "__pycache__").mkdir()
    (project / "__pycache__" / "train.pyc").write_bytes(b"0")
    assert state_of(project) == before
    (project / "README.md").write_text("# Project\n")
    assert state_of(project) != before


def test_a_commit_is_noticed_from_a_folder_and_a_work_tree_too(project: Path) -> None:
    def git(*arguments: str, folder: Path = project) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)

    (project / "inner").mkdir()
    (project / "inner" / "model.py").write_text("x = 1\n")
    git("init")
    git("add", ".")
    git("commit", "-m", "first")
    git("worktree", "add", "../other")
    for top in (project, project.parent / "other"):
        before = state_of(top / "inner")
        git("commit", "--allow-empty", "-m", "second", folder=top)
        assert state_of(top / "inner") != before


def test_an_assessment_aside_is_the_same_and_runs_no_module_of_the_project(project: Path) -> None:
    (project / "json.py").write_text("raise SystemExit('code of the project was run')\n")
    document = assess_aside(project)
    assert document == assess(project, date=document["date"]).to_dict()


def test_the_live_card_follows_and_tells_what_it_cannot_read(project: Path) -> None:
    live = Scorecard(project).widget
    sent: list[dict[str, object]] = []
    live.send = sent.append
    live._look(asked=False)
    assert sent.pop()["kind"] == "looked"
    assert live.status == ""  # nothing has changed, so nothing was assessed
    (project / "train.py").write_text("import mlflow\n" + TRAIN + 'mlflow.log_metric("a", 1)\n')
    live._look(asked=False)
    assert "Updated" in live.status
    assert "train.py:7" in Page(live.content).text
    shown = live.content
    (project / ".mlops").mkdir()
    (project / ".mlops" / "config.toml").write_text("no such setting = 1\n")
    live._look(asked=False)
    assert "config.toml" in live.status
    assert live.content == shown
    assert [message["kind"] for message in sent] == ["looked", "looked"]


def test_there_is_no_card_of_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MlopsError) as caught:
        Scorecard(tmp_path / "nowhere")
    assert caught.value.code == "path-not-found"
