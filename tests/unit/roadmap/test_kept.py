"""`.mlops/roadmap.toml`: what people wrote stays, whatever is planned again."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import pytest
import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.assessment.conftest import Project

from jupyter_mlops.assessment.scoring import OPEN
from jupyter_mlops.changes import undo
from jupyter_mlops.errors import MlopsError
from jupyter_mlops.roadmap.api import make_roadmap
from jupyter_mlops.roadmap.kept import keep

OURS = """\
# Our plan: ask Ada before it is changed.
months = 3   # one quarter
target = 2

[roles.data-scientist] # two people
hours_a_week = 10
owner = "@ada"

# The pipeline waits for the new cluster.
[[step]]
owner = "Grace" # knows the cluster
criterion = "pipeline-automated"
start = 2027-01-11
due = 2027-01-22
agreed = true

# After the pipeline.
[[step]]
criterion = "tests"
"""


def test_comments_and_order_stay(chaos, save):
    chaos.files({".mlops/roadmap.toml": OURS})
    text = save(chaos)
    lines = text.splitlines()
    kept = [line for line in OURS.splitlines() if line]
    places = [lines.index(line) for line in kept if lines.count(line) == 1]
    assert places == sorted(places)
    assert all(line in lines for line in kept)
    assert text.index("# After the pipeline.") < text.index('criterion = "tests"') < text.index('criterion = "ci"')
    assert text.index("start = 2026-11-23") < text.index("[roles")


def test_keeping_what_is_kept_changes_nothing(chaos, plan, save):
    chaos.files({".mlops/roadmap.toml": OURS})
    save(chaos, agree=["ci"])
    assert not keep(plan(chaos))
    assert not keep(plan(chaos, agree=["ci"]))


def test_it_is_previewed_and_can_be_taken_back(chaos, plan, save):
    chaos.files({".mlops/roadmap.toml": OURS})
    changes = keep(plan(chaos))
    assert '+criterion = "ci"' in changes.preview()
    assert (chaos.root / ".mlops/roadmap.toml").read_text(encoding="utf-8") == OURS
    changes.apply()
    undo(chaos.root)
    assert (chaos.root / ".mlops/roadmap.toml").read_text(encoding="utf-8") == OURS


def test_a_step_that_is_no_longer_needed_goes_unless_somebody_decided_on_it(chaos, save):
    save(chaos, target=3, months=6)
    text = save(chaos, target=3, months=6, agree=["drift-detected"], owners={"model-served": "Grace"})
    assert 'criterion = "service-monitored"' in text
    text = save(chaos, target=2)
    assert 'criterion = "service-monitored"' not in text
    assert 'criterion = "drift-detected"' in text
    assert 'owner = "Grace"' in text


def test_a_comment_above_a_step_stays_when_the_step_before_it_goes(chaos, save):
    chaos.files(
        {
            ".mlops/roadmap.toml": '[[step]]\ncriterion = "ci"\n\n[[step]]\ncriterion = "routed"\n\n# why\n[[step]]\ncriterion = "tests"\n'
        }
    )
    text = save(chaos)
    assert "routed" not in text
    assert '# why\n[[step]]\ncriterion = "tests"' in text


def test_only_what_is_planned_can_be_agreed_on(chaos, plan):
    with pytest.raises(MlopsError) as raised:
        plan(chaos, agree=["tastes"])
    assert raised.value.code == "unknown-step"
    with pytest.raises(MlopsError) as raised:
        plan(chaos, target=4, months=1, agree=["routed"])
    assert raised.value.code == "not-planned"


STEPS = ("code-versioned", "data-versioned", "experiments-tracked", "pipeline-automated", "tests", "ci")


@st.composite
def agreements(draw):
    lines = []
    for name in draw(st.lists(st.sampled_from(STEPS), unique=True)):
        lines += [f"# about {name}", "[[step]]", f'criterion = "{name}"']
        if draw(st.booleans()):
            start = draw(st.dates(dt.date(2026, 10, 1), dt.date(2027, 2, 1)))
            due = start + dt.timedelta(days=draw(st.integers(0, 30)))
            lines += [f"start = {start}", f"due = {due}", "agreed = true  # so it is"]
        if draw(st.booleans()):
            lines.append('owner = "Ada"')
        if draw(st.booleans()):
            lines.append("hours = 5.5")
        if draw(st.booleans()):
            lines.append("done = 2026-11-01")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def tree():
    """A project whose code is committed."""
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder) / "project")
        project.files({"train.py": "from sklearn.svm import SVC\n\nSVC().fit([[1], [2]], [0, 1])\n"}).commit()
        yield project


@settings(max_examples=12)
@given(agreements(), st.lists(st.dates(dt.date(2026, 11, 1), dt.date(2027, 3, 1)), min_size=1, max_size=2))
def test_planning_again_keeps_what_was_agreed(tree, text, days):
    path = tree.root / ".mlops/roadmap.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    before = tomlkit.parse(text).unwrap().get("step", [])
    for day in sorted(days):
        roadmap = make_roadmap(tree.root, date=day)
        again = make_roadmap(tree.root, date=day)
        assert keep(roadmap).preview() == keep(again).preview()
        keep(roadmap).apply()
        assert not keep(make_roadmap(tree.root, date=day))
    after = {step["criterion"]: step for step in tomlkit.parse(path.read_text(encoding="utf-8")).unwrap()["step"]}
    passed = {result.criterion.id for result in tree.assess().headline.results if result.state in OPEN}
    for step in before:
        decided = {"agreed", "owner", "done", "hours"} & set(step)
        if not decided:
            continue
        now = after[step["criterion"]]
        for key in ("agreed", "owner", "hours", *(("start", "due") if step.get("agreed") else ())):
            assert now.get(key) == step.get(key), key
        if "done" in step:
            fell = step["criterion"] not in passed
            assert ("fell_back" if fell else "done") in now
            assert fell or now["done"] == step["done"]
    rest = path.read_text(encoding="utf-8")
    assert all(line in rest for line in text.splitlines() if line.startswith("# about") and line.split()[-1] in after)


def test_a_file_that_git_ignores_and_a_folder_inside_a_repository_are_kept_like_any_other(project, plan, save):
    project.files({".gitignore": ".mlops/\n"}).notebook("work.ipynb", "print(1)").commit()
    save(project, owners={"tests": "Grace"})
    assert plan(project).step("tests").owner == "Grace"
    inner = Project(project.root / "inner").notebook("work.ipynb", "from sklearn.svm import SVC\nSVC().fit([[1]], [1])")
    text = save(inner, agree=["ci"])
    assert plan(inner).name == "inner"
    assert plan(inner).step("ci").agreed
    assert save(inner) == text
