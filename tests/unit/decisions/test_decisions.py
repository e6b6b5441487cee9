"""What people decide is written where the assessment reads it, and nothing else in the file changes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from jupyter_mlops.changes import undo
from jupyter_mlops.decisions import answer, decide, withdraw
from jupyter_mlops.errors import MlopsError

SOON = dt.date.today() + dt.timedelta(days=60)  # noqa: DTZ011
REASON = "tests follow with the modules"
FILE = ".mlops/waivers.toml"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "requirements.txt").write_text("scikit-learn\n")
    (tmp_path / "train.py").write_text("from sklearn.svm import SVC\nSVC().fit([[1], [2]], [0, 1])\n")
    return tmp_path


def state(assessment, criterion: str) -> str:
    return next(result.state for result in assessment.headline.results if result.criterion.id == criterion)


def test_a_waiver_is_shown_then_written_then_undone(project):
    decided = decide(project, "tests", "waiver", reason=REASON, owner="@ada", expires=SOON)
    assert (state(decided.before, "tests"), state(decided.after, "tests")) == ("fail", "waived")
    assert not (project / FILE).exists()
    assert f'+reason = "{REASON}"' in decided.changes.preview()
    decided.changes.apply()
    assert decide(project, "ci", "attest", reason="https://ci", owner="@ada", expires=SOON).before.units
    assert undo(project).paths == (FILE,)
    assert not (project / FILE).exists()


def test_comments_and_other_decisions_stay(project):
    (project / ".mlops").mkdir()
    before = f"""# ours
[[waiver]]
criterion = "tests"
reason = "{REASON}"
owner = "@ada"   # until June
expires = {SOON}

# about serving
[[not_applicable]]
criterion = "model-served"
reason = "nightly batch only"
owner = "@ada"
"""
    (project / FILE).write_text(before)
    decide(project, "tests", "attest", reason="see [[wiki]]", owner="@grace", expires=SOON).changes.apply()
    text = (project / FILE).read_text()
    assert text.startswith("# ours\n# about serving\n[[not_applicable]]")
    assert before.partition("# about serving")[2] in text
    assert 'evidence = "see [[wiki]]"' in text
    withdraw(project, "tests").changes.apply()
    assert "tests" not in (project / FILE).read_text()
    assert "# about serving" in (project / FILE).read_text()


@pytest.mark.parametrize(
    ("criterion", "kind", "change", "said"),
    [
        ("tests", "waiver", {"reason": "short"}, "too short"),
        ("tests", "waiver", {"owner": " "}, "`owner`"),
        ("tests", "waiver", {"expires": None}, "needs `expires`"),
        ("tests", "waiver", {"expires": SOON + dt.timedelta(days=200)}, "180 days"),
        ("code-versioned", "waiver", {}, "cannot be waived"),
        ("nonsense", "attest", {}, "no criterion"),
        ("tests", "excuse", {}, "not 'excuse'"),
    ],
)
def test_what_cannot_be_decided_is_refused(project, criterion, kind, change, said):
    wanted = {"reason": REASON, "owner": "@ada", "expires": SOON, **change}
    with pytest.raises(MlopsError, match=said):
        decide(project, criterion, kind, **wanted)
    assert not (project / ".mlops").exists()


def test_a_second_waiver_at_the_same_gate_is_refused(project):
    decide(project, "tests", "waiver", reason=REASON, owner="@ada", expires=SOON).changes.apply()
    with pytest.raises(MlopsError, match="one is the most"):
        decide(project, "ci", "waiver", reason=REASON, owner="@ada", expires=SOON)


def test_an_answer_of_ones_own(project):
    answer(project, "serving", "partly").changes.apply()
    decided = answer(project, "versioning", "yes")
    assert decided.after.own_answers == {"serving": "partly", "versioning": "yes"}
    decided.changes.apply()
    assert answer(project, "serving", None).after.own_answers == {"versioning": "yes"}
    with pytest.raises(MlopsError, match="Answer one of"):
        answer(project, "serving", "maybe")
