"""README: does it say how to run the project?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from jupyter_mlops.assessment.findings import CONVENTION, Finding, Rung
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.commands import Target, targets
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.shell import read_script

_FILE = lazy(r"^\s*(?!\./)\S*\.(py|sh|ipynb)\s*$")
_FENCE = lazy(r"^\s*(?:```|~~~)+\s*(\w*)")
#: Languages of code blocks that hold no commands.
_OTHER_LANGUAGES = frozenset(
    {
        *("mermaid", "plantuml", "dot", "json", "yaml", "yml", "toml", "ini", "xml", "html", "css", "js", "ts", "sql"),
        *("python", "py", "r", "hcl", "diff", "dockerfile", "javascript", "typescript"),
    }
)
#: What does something beside the project: cleans up, shows what there is, brings an image.
_ASIDE = frozenset({"clean", "help", "lint", "format", "fmt", "docs"})
_DOCKER_ASIDE = frozenset({"pull", "push", "login", "ps", "stop", "rm", "rmi", "images", "logs", "tag", "system"})
_RUNS = frozenset({"script", "module", "notebook", "make", "stages", "tests", "environment", "shell", "project"})
_TOOLS = frozenset(
    [
        "docker",
        "docker-compose",
        "uvicorn",
        "gunicorn",
        "streamlit",
        "ploomber",
        "kedro",
        "snakemake",
        "prefect",
        "dagster",
        "airflow",
        "jupyter",
        "mlflow",
        "flask",
        "bentoml",
        "zenml",
    ]
)


def _findings(unit: Unit) -> Iterator[Finding]:
    for file in sorted(unit.named("readme*"), key=lambda file: file.path.count("/")):
        if file.folder != unit.path or file.suffix not in (".md", ".rst", ".txt", ""):
            continue
        text, told = unit.project.text(file.path) or "", False
        for number, line in commands_of(text):
            for command in read_script(line):
                for target in targets(command, unit.path):
                    if _is_beside(target):
                        continue
                    if target.kind in _RUNS or (target.kind == "tool" and target.value in _TOOLS):
                        missing = target.kind in ("script", "notebook", "shell") and not unit.project.exists(
                            target.value
                        )
                        rung = Rung.E2 if missing else Rung.E3
                        message = f"{file.path} says how to run it" + (
                            f", but {target.value} is not there." if missing else "."
                        )
                        told = True
                        yield Finding(
                            "readme", "readme-runs", rung, message, confidence=CONVENTION, path=file.path, line=number
                        )
        words = len(text.split())
        if words and not told:
            yield Finding(
                "readme",
                "readme-runs",
                Rung.E2 if words > 60 else Rung.E1,
                f"{file.path} has no command that runs the project.",
                path=file.path,
                line=1,
                raise_by="Add a code block with the commands that run it.",
            )


def _is_beside(target: Target) -> bool:
    """Whether a command runs nothing of the project: `make clean`, `docker pull`."""
    if target.kind == "make":
        return bool(target.arguments) and set(target.arguments) <= _ASIDE
    return target.kind == "tool" and target.value == "docker" and set(target.arguments[:1]) <= _DOCKER_ASIDE


def commands_of(text: str) -> Iterator[tuple[int, str]]:
    """Lines of code blocks, indented blocks and in-line code.

    Args:
        text: of a README.
    """
    inside = commands = False
    for number, line in enumerate(text.splitlines(), 1):
        fence = _FENCE.match(line)
        if fence:
            inside = not inside
            commands = inside and fence[1].lower() not in _OTHER_LANGUAGES
        elif commands or (not inside and line.startswith(("    ", "\t"))):
            yield number, re.sub(r"^\s*(\$|>|%|!)\s+", "", line).strip()
        elif not inside:
            for code in re.findall(r"`([^`]+)`", line):
                # `src/train.py` names a file; `./train.sh` and `make train` are commands.
                if " " in code.strip() or not _FILE.search(code):
                    yield number, code


PROBE = Probe(
    id="readme",
    title="README",
    reads="README.md, README.rst",
    credits="declared: a few words · configured: text without a command, or commands that name missing files · wired: a command that runs something",
    findings=_findings,
)
