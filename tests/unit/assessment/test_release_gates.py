"""What holds a release back, or sends it back: forms that count, and the same where nothing can ever be held back."""

from __future__ import annotations

import pytest

from .conftest import LEVEL_2, Project, results
from .serving_project import LEVEL_3, LEVEL_4

DEPLOY, CARD, RULES = ".github/workflows/deploy.yml", "MODEL_CARD.md", "monitoring/rules.yml"
ROLLOUT, ANALYSIS, POLICY = "k8s/rollout.yaml", "k8s/analysis.yaml", "policy/promotion.rego"
ASKED = "- run: conftest test promotion.json --policy policy"
WAITS = "- uses: trstringer/manual-approval@v1\n        with: {{secret: x, approvers: {}}}"
SAME = "Ranks customers by their risk to leave, measured at 0.873 in the last training."
HEADINGS = ("Intended use", "Training data", "Metrics", "Limitations")
FAIR = "tests/test_fairness.py"
Change = dict[str, str]


def edited(path: str, old: str, new: str) -> Change:
    """A file of the whole project with one place changed."""
    text = "\n".join(line[8:] for line in str((LEVEL_2 | LEVEL_3 | LEVEL_4)[path]).splitlines()).lstrip("\n")
    assert old in text
    return {path: text.replace(old, new)}


def burned(expression: str) -> Change:
    return {
        RULES: "groups:\n  - name: slo\n    rules:\n      - record: slo:errors:ratio\n"
        f"        expr: {expression}\n      - alert: Burn\n        expr: slo:errors:ratio > 0.01\n"
    }


def made(value: float, name: str = "metrics_draft.json") -> Change:
    """A metrics file beside the one that code writes."""
    return {"reports/" + name: f'{{"accuracy": {value}}}\n'}


JENKINS = "pipeline {{\n  agent any\n  stages {{\n    stage('release') {{\n      input {{\n        message 'Release?'\n        {}\n      }}\n      steps {{ sh 'helm upgrade churn chart' }}\n    }}\n  }}\n}}\n"
AZURE = "steps:\n- task: ManualValidation@0\n  inputs: {{{}}}\n- script: helm upgrade churn chart\n"
UNASKED = edited(DEPLOY, f"      {ASKED}\n", "")

HELD = [
    ("governed", edited(DEPLOY, ASKED, WAITS.format("risk-team"))),
    ("governed", UNASKED | {"Jenkinsfile": JENKINS.format("submitter 'risk-team'")}),
    ("governed", UNASKED | {"azure-pipelines.yml": AZURE.format("notifyUsers: risk@example.org")}),
    ("service-monitored", burned("rate(churn_requests_total[5m])")),
]
NOT_HELD = [
    ("governed", edited(DEPLOY, ASKED, WAITS.format("''"))),
    ("governed", edited(DEPLOY, ASKED, f"{WAITS.format('risk-team')}\n        continue-on-error: true")),
    ("governed", UNASKED | {"Jenkinsfile": JENKINS.format("")}),
    ("governed", UNASKED | {"azure-pipelines.yml": AZURE.format("notifyUsers: ''")}),
    ("governed", {POLICY: "package promotion\n\nallow = true\n"}),
    ("governed", {POLICY: "package promotion\n\nallow { input.approved }\n"}),
    ("governed", {CARD: "# Churn\n\n" + "".join(f"## {heading}\n{SAME}\n\n" for heading in HEADINGS)}),
    ("governed", {"metrics.json": '{"accuracy": 0.6}\n'} | made(0.8731)),
    ("governed", edited(FAIR, "< 0.1", "<= 1.0")),
    ("routed", edited(ROLLOUT, "setWeight: 20", "setWeight: 100")),
    ("routed", edited(ANALYSIS, "result[0] >= 0.95", '"true"')),
    ("service-monitored", burned("rate(other_requests_total[5m])")),
]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """An honest Level 4 project, built once: each case is laid over it and taken away again."""
    train = str(LEVEL_2["src/train.py"]).replace("dump(model, output)", "dump(model, output)\n        return 0.9")
    train = train.replace("import joblib", "import json\n\n    import joblib").replace(
        "return 0.9", 'json.dump({"accuracy": 0.9}, open("metrics.json", "w"))\n        return 0.9'
    )
    files = LEVEL_2 | LEVEL_3 | LEVEL_4 | {"src/train.py": train}
    return Project(tmp_path_factory.mktemp("gates") / "project").files(files).lock().commit()


def state_with(base: Project, criterion: str, change: Change) -> str:
    base.git("checkout", "-q", "-B", "case", "main")
    base.files(dict(change)).commit()
    try:
        return results(base.assess())[criterion].state
    finally:
        base.git("checkout", "-q", "-f", "main")


@pytest.mark.parametrize("criterion", ["governed", "routed", "service-monitored"])
def test_the_project_holds_its_releases_back(base, criterion):
    assert state_with(base, criterion, {}) == "pass"


@pytest.mark.parametrize(("criterion", "change"), HELD)
def test_it_holds_a_release_back(base, criterion, change):
    assert state_with(base, criterion, change) == "pass"


@pytest.mark.parametrize(("criterion", "change"), NOT_HELD)
def test_it_can_hold_nothing_back(base, criterion, change):
    assert state_with(base, criterion, change) in ("partial", "fail", "not-visible")


GRAFANA = """
apiVersion: 1
groups:
  - name: api
    rules:
      - title: Slow
        data:
          - model: {expr: 'rate(%s[5m])'}
"""
MOUNTED = (
    "  grafana:\n    image: grafana/grafana:11.0.0\n    volumes:\n      - ./monitoring/%s:/etc/grafana/provisioning\n"
)


@pytest.mark.parametrize(
    ("metric", "folder", "state"),
    [
        ("churn_requests_total", "grafana", "pass"),
        ("other_requests_total", "grafana", "partial"),
        ("churn_requests_total", "other", "partial"),
    ],
)
def test_alerts_that_grafana_is_provisioned_with(base, metric, folder, state):
    compose = edited("docker-compose.yml", "  prometheus:", f"{MOUNTED % folder}  prometheus:")
    alerts = {RULES: "groups: []\n", "monitoring/grafana/alerting/rules.yaml": GRAFANA % metric}
    assert state_with(base, "service-monitored", compose | alerts) == state


TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Function
    Properties:
      AutoPublishAlias: live
      DeploymentPreference:
        Type: %s
        Alarms: [%s]
"""


@pytest.mark.parametrize(
    ("kind", "alarms", "command", "state"),
    [
        ("Canary10Percent5Minutes", "!Ref Errors", "sam deploy", "pass"),
        ("AllAtOnce", "!Ref Errors", "sam deploy", "fail"),
        ("Linear10PercentEvery1Minute", "", "sam deploy", "partial"),
        ("Canary10Percent5Minutes", "!Ref Errors", "sam validate", "partial"),
    ],
)
def test_traffic_of_functions_is_shifted_while_no_alarm_goes_off(base, kind, alarms, command, state):
    plain = {ROLLOUT: "", ANALYSIS: "", "template.yaml": TEMPLATE % (kind, alarms)}
    assert state_with(base, "routed", edited(DEPLOY, "kubectl apply -f k8s/", command) | plain) == state


WATCH = ".github/workflows/watch.yml"


@pytest.mark.parametrize(("name", "state"), [("again.yml", "pass"), ("other.yml", "partial")])
def test_a_scheduled_check_starts_the_workflow_that_trains(base, name, state):
    again = "on: workflow_dispatch\njobs:\n  r:\n    runs-on: ubuntu-latest\n    steps:\n      - run: python src/retrain.py\n"
    asks = edited(WATCH, "python src/drift.py", f"python src/drift.py || gh workflow run {name}")
    asks[WATCH] = asks[WATCH].replace("python src/retrain.py", "echo")
    assert state_with(base, "retraining-automated", asks | {".github/workflows/again.yml": again}) == state
