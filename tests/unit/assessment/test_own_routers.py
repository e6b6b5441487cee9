"""A service of the project that chooses between versions, code that gives them their share, and Robusta's playbooks."""

from __future__ import annotations

import pytest

from .conftest import results

_ROUTER = """
    import os
    import random

    import httpx
    import redis
    from fastapi import FastAPI

    app = FastAPI()
    store = redis.Redis()


    def choose(weight):
        return "new" if random.random() < weight else "old"


    @app.post("/predict")
    def predict(rows: dict):
        return httpx.post(f"http://{choose(float(store.get('canary_weight')))}/predict", json=rows).json()
    """
_CONTROL = """
    import sys
    import time

    import httpx
    import redis


    def errors(version):
        answer = httpx.get("http://prometheus:9090/api/v1/query", params={"query": f"errors{{v='{version}'}}"}).json()
        return float(answer["data"]["result"][0]["value"][1])


    def take_out(store):
        store.set("canary_weight", 0)
        time.sleep(300)
        if errors("old") > 0.01:
            print("it did not help")


    def main():
        store = redis.Redis()
        if errors("new") > errors("old"):
            take_out(store)
        else:
            store.set("canary_weight", 0.5)


    if __name__ == "__main__":
        main()
    """
_COMPOSE = "services:\n  router:\n    build: .\n    command: uvicorn router:app\n"
_CRON = """
    apiVersion: batch/v1
    kind: CronJob
    metadata: {name: control}
    spec:
      schedule: "*/10 * * * *"
      jobTemplate: {spec: {template: {spec: {containers: [{image: x/churn, command: [python, control.py]}]}}}}
    """


@pytest.mark.parametrize(
    ("path", "old", "new", "routed", "healed"),
    [
        ("router.py", "", "", "pass", "pass"),
        ("router.py", "random.random() < weight", "True", "fail", "fail"),
        ("router.py", "choose(float(store.get('canary_weight')))", "old", "fail", "fail"),
        ("docker-compose.yml", "uvicorn router:app", "sleep 9", "fail", "fail"),
        ("control.py", '"canary_weight"', '"colour"', "fail", "fail"),
        ("control.py", 'errors("new") > errors("old")', "len(sys.argv) > 1", "fail", "fail"),
        ("control.py", 'if errors("old") > 0.01:', "if len(sys.argv) > 1:", "pass", "partial"),
        ("k8s/control.yaml", "control.py", "other.py", "fail", "fail"),
    ],
)
def test_the_share_that_a_router_gives_a_version_follows_its_metrics(project, path, old, new, routed, healed):
    files = {"router.py": _ROUTER, "control.py": _CONTROL, "docker-compose.yml": _COMPOSE, "k8s/control.yaml": _CRON}
    project.files(files).edit(path, old, new).commit()
    found = results(project.assess())
    assert (found["routed"].state, found["self-healing"].state) == (routed, healed)


_PLAYBOOKS = """
    clusterName: ml
    customPlaybooks:
      - triggers:
          - on_prometheus_alert: {alert_name: ChurnErrors}
        actions:
          - logs_enricher: {}
          - related_pods: {}
    """
_RULE = """
    apiVersion: monitoring.coreos.com/v1
    kind: PrometheusRule
    metadata: {name: churn}
    spec: {groups: [{name: churn, rules: [{alert: ChurnErrors, expr: up == 0}]}]}
    """
_INSTALL = "on: push\njobs:\n  a:\n    runs-on: u\n    steps:\n      - run: helm upgrade --install robusta robusta/robusta -f robusta.yaml\n"


@pytest.mark.parametrize(
    ("path", "old", "new", "state"),
    [
        ("robusta.yaml", "", "", "pass"),
        ("robusta.yaml", "alert_name: ChurnErrors", "", "pass"),
        ("robusta.yaml", "alert_name: ChurnErrors", "alert_name: Other", "fail"),
        ("robusta.yaml", "on_prometheus_alert: {alert_name: ChurnErrors}", "on_schedule: {}", "fail"),
        (".github/workflows/d.yml", "-f robusta.yaml", "", "partial"),
        (".github/workflows/d.yml", "helm upgrade --install", "helm template", "partial"),
        ("k8s/rules.yaml", "PrometheusRule", "ConfigMap", "fail"),
    ],
)
def test_robusta_looks_into_an_alert(project, path, old, new, state):
    project.files({"robusta.yaml": _PLAYBOOKS, "k8s/rules.yaml": _RULE, ".github/workflows/d.yml": _INSTALL})
    project.files({"x.py": "x = 1\n"}).edit(path, old, new).commit()
    assert results(project.assess())["root-cause"].state == state
