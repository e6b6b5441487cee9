"""Hooks that alerts call: servers of the standard library, and diagnoses that only their folder is named after."""

from __future__ import annotations

import pytest

from .conftest import results

_ALERTS = "route: {{receiver: a}}\nreceivers:\n  - name: a\n    webhook_configs: [{{url: '{}'}}]\n"
_COMPOSE = "services:\n  finder:\n    build: .\n    command: {}\n"
_BY_HAND = """
    import json
    import urllib.request
    from http.server import BaseHTTPRequestHandler, HTTPServer


    class Hook(BaseHTTPRequestHandler):
        def do_POST(self):
            alert = json.loads(self.rfile.read())
            urllib.request.urlopen("http://changes/latest?" + alert["name"])


    if __name__ == "__main__":
        HTTPServer(("", 80), Hook).serve_forever()
    """
_ROUTE = """
    import requests
    from fastapi import FastAPI

    app = FastAPI()


    @app.post("/alert")
    def told(alert: dict):
        requests.post("http://chat", json=requests.get("http://changes/latest").json())
    """


@pytest.mark.parametrize(
    ("url", "old", "new", "state"),
    [
        ("http://finder", "", "", "pass"),
        ("http://finder.ml.svc:80/any/path", "", "", "pass"),
        ("http://other", "", "", "partial"),
        ("http://finder", "do_POST", "do_GET", "partial"),
        ("http://finder", "urllib.request.urlopen", "print", "fail"),
    ],
)
def test_the_server_of_the_standard_library_answers_an_alert(project, url, old, new, state):
    code = {"finder/rca.py": _BY_HAND.replace(old, new), "Dockerfile": "FROM python:3.12\nCOPY finder finder\n"}
    compose = _COMPOSE.format("python -m finder.rca")
    project.files({**code, "docker-compose.yml": compose, "alertmanager.yml": _ALERTS.format(url)}).commit()
    assert results(project.assess())["root-cause"].state == state


@pytest.mark.parametrize(
    ("folder", "state"),
    [("rca", "pass"), ("ops/root_cause", "pass"), ("diagnostics", "pass"), ("orca", "fail"), ("hooks", "fail")],
)
def test_a_diagnosis_is_called_so_by_its_folder(project, folder, state):
    compose = _COMPOSE.format(f"uvicorn {folder.replace('/', '.')}.app:app")
    files = {
        f"{folder}/app.py": _ROUTE,
        "docker-compose.yml": compose,
        "alertmanager.yml": _ALERTS.format("http://finder/alert"),
    }
    assert results(project.files(files).commit().assess())["root-cause"].state == state
