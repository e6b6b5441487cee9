"""Levels 3 and 4: an honest project passes, and one broken link drops exactly one criterion."""

from __future__ import annotations

import pytest

from .conftest import LEVEL_2, results
from .serving_project import LEVEL_3, LEVEL_4


def required(assessment):
    return {name: result.state for name, result in results(assessment).items() if result.criterion.required}


@pytest.fixture
def level_3(project):
    files = LEVEL_2 | {
        "src/train.py": LEVEL_2["src/train.py"].replace(
            "joblib.dump(model, output)", "joblib.dump(model, output)\n        return 0.9"
        )
    }
    return project.files(files | LEVEL_3).lock().commit()


@pytest.fixture
def level_4(level_3):
    return level_3.files(LEVEL_4).commit()


def test_an_honest_level_3_project(level_3):
    assessment = level_3.assess()
    states = {
        name: (result.state, result.message)
        for name, result in results(assessment).items()
        if result.criterion.level == 3 and result.criterion.required
    }
    assert {name: state for name, (state, _message) in states.items()} == dict.fromkeys(states, "pass"), states
    assert assessment.level == 3
    assert assessment.notes == ()
    assert {answer.id: answer.state for answer in assessment.headline.answers} == {
        "versioning": "yes",
        "pipelines": "yes",
        "monitoring": "yes",
        "serving": "yes",
        "governance": "partly",
    }


def test_an_honest_level_4_project(level_4):
    assessment = level_4.assess()
    states = {
        name: (result.state, result.message)
        for name, result in results(assessment).items()
        if result.criterion.level == 4 and result.criterion.required
    }
    assert {name: state for name, (state, _message) in states.items()} == dict.fromkeys(states, "pass"), states
    assert (assessment.level, assessment.progress, assessment.score) == (4, 100, 100)
    assert assessment.notes == ()


@pytest.mark.parametrize(
    ("path", "old", "new", "dropped"),
    [
        ("src/service.py", "model.predict(rows).tolist()", "rows", "model-served"),
        ("src/service.py", '@app.get("/health")', "", "model-served"),
        ("Dockerfile", "src.service:app", "other:app", "model-served"),
        ("docker-compose.yml", "replicas: 3", "replicas: 1", "deployed-and-scaled"),
        ("Dockerfile", "COPY src/ src/", "", "deployed-and-scaled"),
        ("docker-compose.yml", "build: .", "image: churn", "deployed-and-scaled"),
        ("src/service.py", 'app.mount("/metrics", make_asgi_app())', "", "service-monitored"),
        ("monitoring/prometheus.yml", "api:8000", "backend:8000", "service-monitored"),
        ("monitoring/prometheus.yml", "- rules.yml", "- others.yml", "service-monitored"),
        ("monitoring/rules.yml", "churn_latency_seconds_bucket", "latency_seconds_bucket", "service-monitored"),
        ("docker-compose.yml", "./monitoring/prometheus.yml:", "./other.yml:", "service-monitored"),
        ("src/drift.py", "sys.exit(1)", "print(drifted)", "drift-detected"),
        ("src/drift.py", "report.run(", "print(", "drift-detected"),
        (".github/workflows/watch.yml", "python src/drift.py", "echo drift", "drift-detected"),
        (".github/workflows/watch.yml", "python src/retrain.py", "echo retrain", "retraining-automated"),
        (
            "src/retrain.py",
            'if candidate_accuracy > float(production.tags["accuracy"]):',
            "if True:",
            "retraining-automated",
        ),
        ("src/retrain.py", 'float(production.tags["accuracy"])', "0.8", "retraining-automated"),
    ],
)
def test_one_broken_link_at_level_3_drops_exactly_one_criterion(level_3, path, old, new, dropped):
    before = required(level_3.assess())
    level_3.edit(path, old, new).commit()
    after = required(level_3.assess())
    assert {name for name in before if before[name] != after[name]} == {dropped}
    assert after[dropped] in ("partial", "fail")


@pytest.mark.parametrize(
    ("path", "old", "new", "dropped"),
    [
        ("metrics.json", "0.8731", "0.9", "governed"),
        (
            "MODEL_CARD.md",
            "It knows nothing of new customers, and must never decide on prices or on contracts alone.",
            "[More Information Needed]",
            "governed",
        ),
        ("tests/test_fairness.py", "assert demographic", "print(demographic", "governed"),
        (".github/workflows/deploy.yml", "conftest test promotion.json --policy policy", "echo approved", "governed"),
        ("k8s/rollout.yaml", "templateName: success-rate", "templateName: other", {"routed", "self-healing"}),
        (".github/workflows/deploy.yml", "kubectl apply -f k8s/", "echo done", {"routed", "self-healing"}),
        ("monitoring/alertmanager.yml", "/diagnose", "/other", "root-cause"),
        ("src/incidents.py", "return root_cause(alert)", "return alert", "root-cause"),
    ],
)
def test_one_broken_link_at_level_4(level_4, path, old, new, dropped):
    before = required(level_4.assess())
    if path == "tests/test_fairness.py":
        level_4.edit(path, "age) < 0.1", "age) < 0.1)")
    level_4.edit(path, old, new).commit()
    after = required(level_4.assess())
    assert {name for name in before if before[name] != after[name]} == (
        {dropped} if isinstance(dropped, str) else dropped
    )


def test_level_3_parts_do_not_lift_a_level_0_project(project):
    project.files({**LEVEL_3, "requirements.txt": "fastapi==0.110.0\n"}).commit()
    assessment = project.assess()
    assert assessment.level == 0
    assert assessment.headline.banked[3] > 0
