"""The files of CI: a workflow of GitHub Actions, and a job of GitLab CI."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

from jupyter_mlops.errors import MlopsError
from jupyter_mlops.lifts.ci.work import Work

#: Actions by commit, with the release that the commit is.
ACTIONS = {
    "checkout": "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
    "python": "actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0",
    "uv": "astral-sh/setup-uv@20cfd1bf945f4377ade1205e4dbc17946fc9a30d # v10.0.1",
    "micromamba": "mamba-org/setup-micromamba@d7c9bd84e824b79d2af72a2d4196c7f4300d3476 # v3.0.0",
}
_PLAIN = re.compile(r"[A-Za-z][\w ./=-]*\Z")


def github(work: Work, branch: str, *, report: bool) -> str:
    """A workflow.

    Args:
        work: what it has to do.
        branch: whose pushes it runs on.
        report: whether the summary of a run shows the scorecard.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    templates = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - it is YAML
    )
    templates.filters["quoted"] = quoted
    text = templates.get_template("github.yml.j2").render(
        work=work, branch=quoted(branch), actions=ACTIONS, report=report
    )
    return text.rstrip("\n") + "\n"


def gitlab(work: Work, old: str, *, report: bool) -> str:
    """GitLab's file with a job that runs the checks.

    Args:
        work: what it has to do.
        old: the file as it is; "" where there is none. Its comments and order stay.
        report: whether the scorecard is kept as an artifact.

    Raises:
        MlopsError: ``invalid-yaml``.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.comments import CommentedMap
    from ruamel.yaml.error import YAMLError

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    try:
        document = yaml.load(old) if old.strip() else CommentedMap()
    except YAMLError as error:
        raise MlopsError("invalid-yaml", f"It cannot be read: {error}", path=".gitlab-ci.yml") from None
    if not isinstance(document, CommentedMap):
        raise MlopsError("invalid-yaml", "It has no jobs at its top.", path=".gitlab-ci.yml")
    name = "tests" if "tests" not in document else "mlops-tests"
    document[name] = CommentedMap(_job(work, document, report=report))
    if old.strip():
        document.yaml_set_comment_before_after_key(name, before="\nThe project's tests, on every push.")
    else:
        document.yaml_set_start_comment("Runs on every push. Yours to change: nothing generates it again.")
    text = io.StringIO()
    yaml.dump(document, text)
    return text.getvalue()


def _job(work: Work, document: Any, *, report: bool) -> dict[str, Any]:
    job: dict[str, Any] = {}
    stages = document.get("stages")
    if stages and "test" not in stages:
        job["stage"] = stages[0]
    job["image"] = {
        "conda": "mambaorg/micromamba:2",
        "uv": f"ghcr.io/astral-sh/uv:python{work.python}-bookworm",
    }.get(work.tool, f"python:{work.python}")
    job["rules"] = [
        {"if": '$CI_PIPELINE_SOURCE == "merge_request_event"'},
        {"if": "$CI_COMMIT_BRANCH && $CI_OPEN_MERGE_REQUESTS", "when": "never"},
        {"if": "$CI_COMMIT_BRANCH"},
    ]
    job["interruptible"] = True
    job["timeout"] = "30 minutes"
    job["variables"] = {"PIP_CACHE_DIR": "$CI_PROJECT_DIR/.cache/pip", "UV_CACHE_DIR": "$CI_PROJECT_DIR/.cache/uv"}
    files = list(dict.fromkeys(work.lock_files))[:2]
    job["cache"] = {**({"key": {"files": files}} if files else {}), "paths": [".cache"]}
    if work.tool == "conda":
        job["before_script"] = [f"micromamba install --yes --name base --file {work.environment_file}"]
    script = [*work.install, *work.data, *work.checks.values()]
    job["script"] = [f"micromamba run --name base {line}" for line in script] if work.tool == "conda" else script
    if report:
        job["after_script"] = [
            "python -m pip install jupyter-mlops",
            "jupyter mlops assess --format markdown --output scorecard.md",
        ]
        job["artifacts"] = {"when": "always", "paths": ["scorecard.md"]}
    return job


def quoted(text: str) -> str:
    """A text as YAML has it on one line."""
    return text if _PLAIN.match(text) and ": " not in text and " #" not in text else json.dumps(text)
