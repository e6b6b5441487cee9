"""The same scan in the terms of other maturity models."""

from __future__ import annotations

import pytest

from jupyter_mlops.assessment.criteria import all_criteria
from jupyter_mlops.assessment.crosswalk import all_models, as_dicts, crosswalk


def standings(assessment):
    return {standing.model.id: standing for standing in crosswalk(assessment.headline)}


def states(standing):
    return {seen.item.text: seen.state for seen in standing.items}


def test_every_item_names_criteria_and_parts_that_exist():
    known = {c.id for c in all_criteria()} | {f"{c.id}/{part.id}" for c in all_criteria() for part in c.parts}
    for model in all_models():
        for group in model.groups:
            for item in group.items:
                assert set(item.shown_by) <= known, item


def test_the_ml_test_score_has_28_tests_in_four_sections():
    (model,) = (each for each in all_models() if each.id == "ml-test-score")
    assert [len(group.items) for group in model.groups] == [7, 7, 7, 7]


def test_an_empty_project_stands_at_the_bottom_of_every_model(project):
    project.notebook("work.ipynb", "import pandas as pd\ndf = pd.read_csv('x.csv')").files({"x.csv": "a\n1\n"})
    found = standings(project.assess())
    assert found["microsoft"].reached.startswith("0")
    assert found["google"].reached.startswith("0")
    assert found["aws"].reached == "Initial"
    assert found["ml-test-score"].score == 0


def test_level_2_is_microsofts_1_when_no_registry_is_there(level_2):
    found = standings(level_2.assess())
    assert found["microsoft"].reached.startswith("1")
    assert found["microsoft"].next is not None
    assert found["microsoft"].next.startswith("2")
    seen = states(found["microsoft"])
    assert seen["Training is automated and reproducible"] == "seen"
    assert seen["Models are managed in a registry"] == "missing"
    assert found["google"].reached.startswith("0")


def test_a_registry_lifts_level_2_to_microsofts_2(level_2):
    level_2.edit(
        "src/train.py",
        "joblib.dump(model, output)",
        'joblib.dump(model, output)\n    mlflow.sklearn.log_model(model, name="model", registered_model_name="churn")',
    )
    level_2.lock().commit()
    assert standings(level_2.assess())["microsoft"].reached.startswith("2")


def test_the_final_test_score_is_that_of_the_weakest_section(level_2):
    standing = standings(level_2.assess())["ml-test-score"]
    sums = {}
    for seen in standing.items:
        points = {"seen": 1.0, "partly": 0.5, "attested": 0.5}.get(seen.state, 0.0)
        sums[seen.group] = sums.get(seen.group, 0.0) + points
    assert standing.score == min(sums.values())
    assert sums["Infrastructure"] >= 3


def test_what_is_attested_is_told_apart(level_2):
    level_2.files(
        {
            ".mlops/waivers.toml": """
                [[attest]]
                criterion = "drift-detected"
                evidence = "The platform team compares live data every night."
                owner = "platform"
                expires = 2027-01-31
                """
        }
    ).commit()
    seen = states(standings(level_2.assess())["ml-test-score"])
    assert seen["Prediction quality has not regressed on live data"] == "attested"
    assert seen["Models are numerically stable"] == "not-visible"


@pytest.mark.parametrize("key", ["model", "title", "source", "reached", "score", "next", "items"])
def test_the_json_form_has_everything(level_2, key):
    assert all(key in each for each in as_dicts(crosswalk(level_2.assess().headline)))


SEARCH = "from sklearn.model_selection import GridSearchCV\nfrom sklearn.svm import SVC\n\nGridSearchCV(SVC(), {'C': [1]}).fit([[0], [1]], [0, 1])\n"
BOT = "version: 2\nupdates:\n  - package-ecosystem: pip\n    directory: /\n    schedule:\n      interval: weekly\n"
CI = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: python check.py\n"


@pytest.mark.parametrize(
    ("files", "item", "state"),
    [
        ({"search.py": SEARCH}, "Hyper-parameters have been tuned", "partly"),
        ({"check.py": SEARCH, ".github/workflows/ci.yml": CI}, "Hyper-parameters have been tuned", "seen"),
        (
            {
                "check.py": "from sklearn.dummy import DummyClassifier\n\nDummyClassifier().fit([[0]], [0])\n",
                ".github/workflows/ci.yml": CI,
            },
            "A simpler model is not as good",
            "seen",
        ),
        (
            {
                "a.py": "from fairlearn.metrics import MetricFrame\n\nprint(MetricFrame(metrics=len, y_true=[], y_pred=[], sensitive_features=[]))\n"
            },
            "Quality holds on important slices",
            "partly",
        ),
        (
            {"a.py": "import torch\n\ntorch.autograd.set_detect_anomaly(True)\n"},
            "Models are numerically stable",
            "partly",
        ),
        ({".github/dependabot.yml": BOT}, "Changes of dependencies are announced", "seen"),
        (
            {".github/dependabot.yml": "version: 2\nupdates: []\n"},
            "Changes of dependencies are announced",
            "not-visible",
        ),
        ({"renovate.json": '{"extends": ["config:recommended"]}'}, "Changes of dependencies are announced", "seen"),
        ({"renovate.json": ""}, "Changes of dependencies are announced", "not-visible"),
        ({"a.py": "import sklearn.dummy\n"}, "A simpler model is not as good", "not-visible"),
    ],
)
def test_what_no_criterion_shows_is_looked_for(project, files, item, state):
    assert states(standings(project.files(files).commit().assess())["ml-test-score"])[item] == state


def test_what_is_exempt_here_is_asked_by_other_models_all_the_same(level_2):
    exempt = "".join(
        f'[[not_applicable]]\ncriterion = "{name}"\nreason = "somebody else does that"\nowner = "@team"\n'
        for name in ("model-registered", "model-served", "deployed-and-scaled", "routed")
    )
    before = standings(level_2.assess())["microsoft"].reached
    assert standings(level_2.files({".mlops/waivers.toml": exempt}).commit().assess())["microsoft"].reached == before
