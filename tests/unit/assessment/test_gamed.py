"""Ways to look mature without being it: each takes one link out of an honest Level 4 project, and what hung on it drops."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jupyter_mlops.assessment.api import assess

from .conftest import LEVEL_2, Project, results
from .serving_project import LEVEL_3, LEVEL_4

CI, WATCH = ".github/workflows/ci.yml", ".github/workflows/watch.yml"
DEPLOY, RULES, SERVICE = ".github/workflows/deploy.yml", "monitoring/rules.yml", "src/service.py"
TEST, DRIFT, RETRAIN = "tests/test_features.py", "src/drift.py", "src/retrain.py"
ASSERTION = 'assert len(clean(pd.DataFrame({"a": [1, None]}))) == 1'
HEALING = {"routed", "self-healing"}
#: The fairness check is one of the tests that CI runs.
UNCHECKED, UNTESTED = {"ci", "governed"}, {"tests", "ci", "governed"}


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An honest Level 4 project, built once: the cases stand in for its files and never write."""
    project = Project(tmp_path_factory.mktemp("gamed") / "project")
    train = LEVEL_2["src/train.py"]
    assert isinstance(train, str)
    files = (
        LEVEL_2
        | LEVEL_3
        | LEVEL_4
        | {"src/train.py": train.replace("dump(model, output)", "dump(model, output)\n        return 0.9")}
    )
    project.files(files).lock().commit()
    return project.root


def states(root: Path, overrides: dict[str, str] | None = None) -> dict[str, str]:
    texts = {str(root / path): text for path, text in (overrides or {}).items()}
    found: dict[str, Any] = results(assess(root, date="2026-11-23", overrides=texts))
    return {name: result.state for name, result in found.items() if result.criterion.required}


@pytest.fixture(scope="module")
def before(honest: Path) -> dict[str, str]:
    """How it stands untouched: everything passes."""
    found = states(honest)
    assert set(found.values()) == {"pass"}
    return found


def dropped(honest: Path, before: dict[str, str], path: str, old: str, new: str) -> set[str]:
    text = (honest / path).read_text()
    assert old in text
    changed = {path: text.replace(old, new)}
    if path == TEST:
        changed["tests/test_fairness.py"] = ""
    after = states(honest, changed)
    return {name for name in before if after[name] not in ("pass", "not-applicable")}


@pytest.mark.parametrize(
    ("path", "old", "new", "lost"),
    [
        (TEST, ASSERTION, "assert clean is not None", UNTESTED),
        (TEST, ASSERTION, "assert len([1]) == 1", UNTESTED),
        (TEST, ASSERTION, f"return\n    {ASSERTION}", UNTESTED),
        (TEST, ASSERTION, f"if False:\n        {ASSERTION}", UNTESTED),
        (TEST, ASSERTION, f"try:\n        {ASSERTION}\n    except Exception:\n        pass", UNTESTED),
        (TEST, ASSERTION, "clean(pd.DataFrame())", UNTESTED),
        (TEST, "def test_clean", "import pytest\n\npytestmark = pytest.mark.skip\n\n\ndef test_clean", UNTESTED),
        (CI, "PYTHONPATH=src pytest", "echo pytest", UNCHECKED),
        (CI, "PYTHONPATH=src pytest", "# pytest", UNCHECKED),
        (CI, "PYTHONPATH=src pytest", "pytest || echo failed", UNCHECKED),
        (CI, "PYTHONPATH=src pytest", "pytest; exit 0", UNCHECKED),
        (CI, "run: PYTHONPATH=src pytest", "run: |\n          set +e\n          pytest\n          echo done", UNCHECKED),
        (CI, "PYTHONPATH=src pytest", "pytest --collect-only", UNCHECKED),
        (CI, "PYTHONPATH=src pytest", "pytest --version", UNCHECKED),
        (CI, "PYTHONPATH=src pytest", "pytest other/", UNCHECKED),
        (CI, "on: [push, pull_request]", "on: workflow_call", UNCHECKED),
        (CI, "on: [push, pull_request]", "on: workflow_dispatch", UNCHECKED),
        (CI, "on: [push, pull_request]", "on:\n  push:\n    tags: ['v*']", {"ci"}),
        (CI, "runs-on: ubuntu-latest", "runs-on: ubuntu-latest\n    if: false", UNCHECKED),
        (SERVICE, "return model.predict(rows).tolist()", "return [0 for _ in rows]", {"model-served"}),
        (SERVICE, 'model = joblib.load("models/model.joblib")', "model = None", {"model-served"}),
        ("Dockerfile", "COPY src/ src/", "COPY app/ app/", {"deployed-and-scaled"}),
        ("Dockerfile", 'CMD ["uvicorn", "src.service:app", "--host", "0.0.0.0"]', 'CMD ["sleep", "infinity"]', {"model-served"}),
        (SERVICE, "with LATENCY.time():\n        return", "if rows:\n        return", {"service-monitored"}),
        (RULES, "churn_latency_seconds_bucket[5m]", "made_up_seconds_bucket[5m]", {"service-monitored"}),
        (RULES, "      - alert: ApiSlow\n        expr:", "      - record: slow\n        expr:", {"service-monitored"}),
        (RULES, "groups:", "groups: []\nunused:", {"service-monitored"}),
        (DRIFT, "if drifted > 0.5:\n        sys.exit(1)", "if False:\n        sys.exit(1)", {"drift-detected"}),
        (DRIFT, "drifted = share()", "drifted = 0.1", {"drift-detected"}),
        (WATCH, "run: python src/drift.py", "run: python src/drift.py || true", {"drift-detected"}),
        (WATCH, "python src/retrain.py", "python src/drift.py", {"retraining-automated"}),
        (RETRAIN, 'float(production.tags["accuracy"])', "0", {"retraining-automated"}),
        (RETRAIN, "if candidate_accuracy >", "if True or candidate_accuracy >", {"retraining-automated"}),
        ("MODEL_CARD.md", "0.873", "0.999", {"governed"}),
        ("tests/test_fairness.py", "< 0.1", "is not None", {"governed"}),
        (DEPLOY, "conftest test promotion.json --policy policy", "conftest test promotion.json --policy policy || true", {"governed"}),
        (DEPLOY, "--policy policy", "--policy nowhere", {"governed"}),
        ("policy/promotion.rego", 'deny[msg] { not input.approved; msg := "not approved" }', "", {"governed"}),
        ("k8s/analysis.yaml", "successCondition: result[0] >= 0.95", "interval: 1m", HEALING),
        ("k8s/analysis.yaml", "kind: AnalysisTemplate", "kind: ConfigMap", HEALING),
        ("src/incidents.py", 'return subprocess.check_output(["git", "log", "-5", "--stat"])', "return None", {"root-cause"}),
        ("monitoring/alertmanager.yml", "receiver: diagnosis\n", "receiver: nobody\n", {"root-cause"}),
    ],
)  # fmt: skip
def test_one_link_less_drops_what_hung_on_it(honest, before, path, old, new, lost):
    assert dropped(honest, before, path, old, new) == lost


@pytest.mark.parametrize(
    ("emptied", "lost"),
    [
        ((CI,), UNCHECKED),
        (("Dockerfile",), {"model-served", "deployed-and-scaled"}),
        (("docker-compose.yml",), {"service-monitored"}),
        (("monitoring/prometheus.yml",), {"service-monitored"}),
        ((RULES,), {"service-monitored"}),
        ((WATCH,), {"drift-detected", "retraining-automated"}),
        (("MODEL_CARD.md",), {"governed"}),
        (("metrics.json",), {"governed"}),
        (("k8s/analysis.yaml",), HEALING),
        (("k8s/rollout.yaml",), HEALING),
        (("monitoring/alertmanager.yml",), {"root-cause"}),
        ((TEST, "tests/test_fairness.py"), UNTESTED),
    ],
)
def test_an_empty_file_and_one_of_comments_earn_nothing(honest, before, emptied, lost):
    for text in ("", "# all of it\n# was here once\n"):
        after = states(honest, dict.fromkeys(emptied, text))
        assert {name for name in before if after[name] not in ("pass", "not-applicable")} == lost


def test_a_pipeline_of_comments_is_none(honest, before):
    text = (honest / "dvc.yaml").read_text()
    after = states(honest, {"dvc.yaml": "".join(f"# {line}\n" for line in text.splitlines())})
    assert {"pipeline-automated", "pipeline-reproducible", "data-versioned"} <= {
        name for name in before if after[name] not in ("pass", "not-applicable")
    }


def test_stages_that_run_nothing_are_no_pipeline(honest, before):
    text = (honest / "dvc.yaml").read_text()
    gamed = text.replace("python src/prepare.py", "echo prepare").replace("python src/train.py", "echo train")
    assert states(honest, {"dvc.yaml": gamed})["pipeline-automated"] != "pass"


def test_names_in_a_readme_earn_nothing(project):
    project.files(
        {
            "README.md": "# Model\n\nDVC, MLflow, pytest, GitHub Actions, KServe, Prometheus, Evidently, Argo Rollouts.\n\n"
            "```\ndvc repro\npytest\nmlflow ui\nkubectl apply -f k8s\n```\n",
            "docs/architecture.md": "CI runs the tests, drift is watched every hour, retraining needs an approval.\n",
        }
    ).commit()
    found = results(project.assess())
    assert {name for name, result in found.items() if result.criterion.required and result.state == "pass"} <= {
        "code-versioned"
    }
    assert {answer.state for answer in project.assess().headline.answers} == {"no"}


def test_one_commit_is_no_history(project):
    project.files(LEVEL_2).lock()
    project.git("init", "-q", "-b", "main")
    project.git("add", "-A")
    project.git("commit", "-q", "-m", "all at once")
    found = results(project.assess())
    assert {
        name
        for name, result in found.items()
        if result.criterion.level == 1 and result.criterion.required and result.state != "pass"
    } == {"code-versioned"}


def test_data_that_only_one_machine_has_is_not_versioned(level_2):
    level_2.git("rm", "-q", "--cached", "data/raw.csv")
    level_2.edit(".gitignore", "/models/", "/data/raw.csv\n/models/").commit()
    found = results(level_2.assess())
    assert {
        name
        for name, result in found.items()
        if result.criterion.level <= 2 and result.criterion.required and result.state != "pass"
    } == {"data-versioned"}
