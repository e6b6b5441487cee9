"""Profiles: what a unit looks like is shown and changes nothing; what was chosen with a reason leaves out what does not arise."""

from __future__ import annotations

import json
from importlib.resources import files

import jsonschema
import pytest

from jupyter_mlops.assessment.reports import formats, report_named
from jupyter_mlops.assessment.wording import headline
from jupyter_mlops.errors import MlopsError

from .conftest import LEVEL_2, results
from .serving_project import LEVEL_3

SCHEMA = json.loads(files("jupyter_mlops.assessment").joinpath("schema/assessment.json").read_text(encoding="utf-8"))
REASON = "used by three other repositories"
#: A package that others import: it fits what they hand in, and nothing that runs here does.
LIBRARY = {
    "pyproject.toml": "[project]\nname = 'scores'\nversion = '1.0'\nrequires-python = '==3.12.*'\ndependencies = ['numpy==2.0.0']\n",
    "README.md": "# Scores\n",
    "scores/__init__.py": "",
    "scores/model.py": "class Model:\n    def __init__(self, inner):\n        self.inner = inner\n\n    def learn(self, x, y):\n        return self.inner.fit(x, y)\n\n    def share(self, part, all_):\n        return part / all_\n",
    "tests/test_model.py": "from scores.model import Model\n\n\ndef test_share():\n    assert Model(None).share(1, 2) == 0.5\n",
    ".github/workflows/ci.yml": "on: [push, pull_request]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: pip install .\n      - run: pytest\n",
}


def chosen(name: str, **more: str) -> dict[str, str]:
    extra = "".join(f", {key} = {value}" for key, value in more.items())
    return {".mlops/config.toml": f'profile = {{name = "{name}", reason = "{REASON}"{extra}}}\n'}


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (LIBRARY, "library"),
        (LEVEL_2, "research"),
        (LEVEL_2 | LEVEL_3, "real-time"),
        ({"a.py": "print(1)\n"}, "research"),
    ],
)
def test_what_a_project_looks_like_is_shown_and_leaves_nothing_out(project, content, name):
    assessment = project.files(content).commit().assess()
    profile = assessment.to_dict()["units"][0]["profile"]
    assert profile == {"name": name, "overlays": [], "chosen": False, "reason": None, "not_applicable": []}
    assert not [result for result in assessment.headline.results if result.by is not None]


def test_a_scheduled_scoring_job_looks_like_batch(project):
    score = """
        import joblib
        import pandas as pd

        if __name__ == "__main__":
            model = joblib.load("model.joblib")
            rows = pd.read_csv("rows.csv")
            pd.DataFrame({"p": model.predict(rows)}).to_csv("out.csv")
        """
    nightly = "on:\n  schedule:\n    - cron: '0 3 * * *'\njobs:\n  score:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: python score.py\n"
    project.files({"score.py": score, "rows.csv": "a\n1\n", ".github/workflows/nightly.yml": nightly}).commit()
    assert project.assess().headline.profile.name == "batch"


def test_a_library_as_it_looks_stays_at_level_0_and_a_chosen_one_says_what_it_rests_on(project):
    looks = project.files(LIBRARY).commit().assess()
    assert (looks.headline.profile.name, looks.level) == ("library", 0)
    assert results(looks)["experiments-tracked"].state == "fail"
    assessment = project.files(chosen("library")).commit().assess()
    assert assessment.level == 2
    assert "(3 exempt by profile)" in headline(assessment.headline)
    document = assessment.to_dict()
    jsonschema.validate(document, SCHEMA)
    unit = document["units"][0]
    assert (unit["kind"], unit["profile"]["reason"]) == ("library", REASON)
    assert {"experiments-tracked", "pipeline-automated", "model-served"} <= set(unit["profile"]["not_applicable"])
    strict = project.assess(strict=True)
    assert (strict.level, strict.headline.kind) == (0, "ml-project")
    assert not strict.headline.profile.chosen


def test_a_gate_at_which_nothing_is_asked_is_not_reached(project):
    assessment = project.files(LIBRARY | chosen("library")).commit().assess()
    gate = {item.criterion.id: item.state for item in assessment.headline.results if item.criterion.level == 3}
    assert set(gate.values()) == {"not-applicable"}
    assert assessment.level == 2
    assert "nothing is asked for Level 3" in headline(assessment.headline)
    assert assessment.progress <= 99


@pytest.mark.parametrize("name", ["library", "research"])
def test_what_is_fitted_here_is_asked_for_whatever_the_profile(level_2, name):
    """A project that trains does not get past tracking by calling itself a library."""
    untracked = level_2.edit("src/train.py", 'mlflow.log_param("c", c)', "pass").edit(
        "src/train.py", 'mlflow.log_metric("accuracy", ', "print("
    )
    before = untracked.lock().commit().assess()
    after = untracked.files(chosen(name)).commit().assess()
    assert (before.level, after.level) == (0, 0)
    for criterion in ("experiments-tracked", "pipeline-automated", "pipeline-reproducible", "retraining-automated"):
        assert results(after)[criterion].state == results(before)[criterion].state


@pytest.mark.parametrize("name", ["library", "research", "batch"])
def test_what_is_served_is_asked_to_be_served_well(project, name):
    project.files(LEVEL_2 | LEVEL_3).remove("docker-compose.yml", "monitoring/rules.yml").lock().commit()
    before = results(project.assess())
    after = results(project.files(chosen(name)).commit().assess())
    assert {key: item.state for key, item in after.items()} == {key: item.state for key, item in before.items()}


def test_an_application_of_a_language_model_is_seen_and_is_not_retrained(project):
    project.files(
        {"app.py": "import openai\n\nprint(openai.OpenAI().responses.create(model='m', input='x'))\n"}
    ).commit()
    looks = project.assess()
    assert looks.headline.profile.overlays == ("llm-app",)
    assert results(looks)["retraining-automated"].state == "fail"
    after = project.files(chosen("real-time", overlays='["llm-app"]')).commit().assess()
    assert results(after)["retraining-automated"].state == "not-applicable"
    assert results(after)["experiments-tracked"].state == "fail"


def test_a_profile_is_for_the_units_that_it_names(project):
    project.files({f"shared/{path}": text for path, text in LIBRARY.items()})
    project.files({f"churn/{path}": content for path, content in LEVEL_2.items()}).lock("churn")
    project.files({"pyproject.toml": "[tool.jupyter-mlops]\nunits = ['shared', 'churn']\n"})
    before = project.commit().assess()
    assert before.headline.unit.path == "shared"
    project.edit(
        "pyproject.toml", "units", f'profile = [{{name = "library", reason = "{REASON}", scope = "shared"}}]\nunits'
    )
    after = project.commit().assess()
    assert [(unit.unit.path, unit.kind) for unit in after.units] == [("churn", "ml-project"), ("shared", "library")]
    assert after.headline.unit.path == "churn"
    assert project.assess(strict=True).headline.unit.path == "shared"


@pytest.mark.parametrize("form", [name for name in formats() if name not in ("badge", "sarif", "junit")])
def test_every_report_for_people_says_what_was_chosen_and_why(project, form):
    assessment = project.files(LIBRARY | chosen("library")).commit().assess()
    assert REASON in report_named(form).render(assessment, False).replace("\n", " ")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('profile = "library"', "Write `profile"),
        ('profile = {reason = "used by others"}', "needs a `name`"),
        ('profile = {name = "libary", reason = "used by three others"}', "Did you mean 'library'"),
        ('profile = {name = "llm-app", reason = "used by three others"}', "no profile 'llm-app'"),
        ('profile = {name = "library"}', "needs a `reason`"),
        ('profile = {name = "library", reason = "because"}', "too short"),
        ('profile = {name = "library", reason = "used by three others", overlays = ["batch"]}', "no overlay 'batch'"),
        ('profile = {name = "library", reason = "used by three others", why = "x"}', "Unknown key 'why'"),
        ('[[not_applicable]]\ncriterion = "code-versioned"\n', "Unknown key"),
    ],
)
def test_a_profile_that_is_not_understood_is_refused(project, text, says):
    project.files({".mlops/config.toml": text, "a.py": "x = 1\n"})
    with pytest.raises(MlopsError, match=says) as caught:
        project.assess()
    assert (caught.value.code, caught.value.exit_status) == ("invalid-configuration", 2)


def test_a_plan_to_a_gate_at_which_nothing_is_asked_says_so(project):
    from jupyter_mlops import make_roadmap
    from jupyter_mlops.roadmap.wording import summary

    project.files(LIBRARY | chosen("library")).commit()
    (said,) = summary(make_roadmap(project.root, start="2026-11-30", date="2026-11-23"))
    assert "Nothing that Level 3 asks for is open" in said
