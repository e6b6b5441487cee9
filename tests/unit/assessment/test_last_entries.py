"""More entries of the catalogue: each wired, and not with one link less."""

from __future__ import annotations

import pytest

from .conftest import results
from .rungs import AI_ACT, CARD_TOOLKIT, workflow
from .test_catalogue import FIT
from .test_catalogue_entries import Entry

API = """
import joblib
from fastapi import FastAPI
from prometheus_client import Counter, make_asgi_app

ASKED = Counter("asked_total", "asked")
app = FastAPI()
app.mount("/metrics", make_asgi_app())
model = joblib.load("m.joblib")


@app.post("/predict")
def predict(rows: list):
    ASKED.inc()
    return model.predict(rows)
"""
#: Prometheus looks its targets up in the cluster, and keeps the pods that ask for it.
PODS = {
    "api.py": API,
    "Dockerfile": "FROM python:3.12\nCOPY api.py .\nCMD uvicorn api:app\n",
    "k8s/churn.yaml": """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: churn}
        spec:
          replicas: 2
          selector: {matchLabels: {app: churn}}
          template:
            metadata:
              labels: {app: churn}
            spec: {containers: [{name: a, image: acme/churn}]}
        """,
    "k8s/prometheus.yaml": """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: prometheus}
        data:
          prometheus.yml: |
            scrape_configs:
              - job_name: pods
                kubernetes_sd_configs: [{role: pod}]
                relabel_configs:
                  - source_labels: [__meta_kubernetes_pod_label_app]
                    action: keep
                    regex: churn
        """,
    **workflow("docker build -t acme/churn .", "kubectl apply -f k8s/"),
}
#: Pods that ask for it by an annotation.
ASKING = {name: text for name, text in PODS.items() if name != "k8s/prometheus.yaml"} | {
    "k8s/churn.yaml": str(PODS["k8s/churn.yaml"]).replace(
        "labels: {app: churn}\n            spec",
        'labels: {app: churn}\n              annotations: {prometheus.io/scrape: "true"}\n            spec',
    )
}
TRACKED = {
    "data/raw.csv": "a\n1\n",
    "train.py": FIT + "    open('metrics.json', 'w').write('{\"a\": 1}')\n",
    "dvc.yaml": "stages:\n  train:\n    cmd: python train.py\n    deps: [train.py, data/raw.csv]\n    metrics: [{metrics.json: {cache: false}}]\n",
    ".dvc/config": "",
    "metrics.json": '{"a": 1}',
    ".github/workflows/cml.yml": """
        on: push
        jobs:
          report:
            runs-on: ubuntu-latest
            steps:
              - uses: actions/checkout@v4
              - uses: iterative/setup-cml@v2
              - run: |
                  dvc repro
                  cat metrics.json >> report.md
                  cml comment create report.md
        """,
}
NOTEBOOK_CODE = "def clean(rows):\n    return [row for row in rows if row]\n\n\nassert clean([1, None]) == [1]\n"
TESTBOOK = """
    from testbook import testbook


    @testbook("explore.ipynb", execute=True)
    def test_clean(tb):
        clean = tb.ref("clean")
        assert clean([1, None]) == [1]
    """
ENTRIES = {
    "Prometheus that looks up pods": Entry(
        "service-monitored/scrape",
        PODS,
        ("k8s/prometheus.yaml", "kubernetes_sd_configs: [{role: pod}]", "static_configs: []"),
    ),
    "pods that ask to be scraped": Entry(
        "service-monitored/scrape", ASKING, ("k8s/churn.yaml", 'scrape: "true"', 'scrape: "false"')
    ),
    "a report of CML": Entry(
        "experiments-tracked", TRACKED, (".github/workflows/cml.yml", "cml comment create report.md", "echo report.md")
    ),
    "what CML reports": Entry(
        "experiments-tracked",
        TRACKED,
        (".github/workflows/cml.yml", "cat metrics.json >> report.md", "echo done >> report.md"),
    ),
    "notebooks run by nbmake": Entry(
        "ci", workflow("pytest --nbmake explore.ipynb"), (".github/workflows/ci.yml", "explore.ipynb", "nothing.ipynb")
    ),
    "a failure of nbmake that is hidden": Entry(
        "ci",
        workflow("pytest --nbmake explore.ipynb"),
        (".github/workflows/ci.yml", "explore.ipynb", "explore.ipynb || true"),
    ),
    "testbook": Entry(
        "tests",
        {"tests/test_explore.py": TESTBOOK},
        ("tests/test_explore.py", "assert clean([1, None]) == [1]", "pass"),
    ),
    "a notebook that testbook does not find": Entry(
        "tests", {"tests/test_explore.py": TESTBOOK}, ("tests/test_explore.py", "explore.ipynb", "other.ipynb")
    ),
    "documentation by the AI Act": Entry("governed/card", AI_ACT, ("docs/annex-iv.md", "next_review: 2027-03-01", "")),
    "a risk class that is none": Entry(
        "governed/card", AI_ACT, ("docs/annex-iv.md", "risk_class: high", "risk_class: fine")
    ),
    "documentation with figures of no run": Entry("governed/card", AI_ACT, ("docs/annex-iv.md", "0.914", "0.98")),
    "Model Card Toolkit": Entry("governed/card", CARD_TOOLKIT, ("train.py", "toolkit.export_format()", "")),
    "limits in the card of the toolkit": Entry("governed/card", CARD_TOOLKIT, ("train.py", "limitations", "owners")),
}


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_is_wired_and_not_without_its_link(project, name):
    entry = ENTRIES[name]
    criterion, _, part = entry.criterion.partition("/")
    project.files({"train.py": FIT, **entry.files}).notebook("explore.ipynb", NOTEBOOK_CODE)
    if "dvc.yaml" in entry.files:
        project.lock()
    project.commit()

    def holds(overrides=None):
        result = results(project.assess(overrides=overrides or {}))[criterion]
        best = max((one.rung for one in result.evidence if one.part == part and one.effect == "support"), default=0)
        return best >= 3 if part else result.state == "pass"

    assert holds(), results(project.assess())[criterion].message
    path, old, new = entry.link
    text = (project.root / path).read_text(encoding="utf-8")
    assert old in text
    assert not holds({str(project.root / path): text.replace(old, new)})
