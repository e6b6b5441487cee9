"""MLflow as a server: `mlflow models serve` in a container, and images that `mlflow models build-docker` makes."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_mlops.assessment.findings import PARSED, Finding, Rung
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.unit import Unit

_SERVES = ("mlflow", "models", "serve")
_BUILDS = ("mlflow", "models", "build-docker")
_MODEL = frozenset({"-m", "--model-uri"})


def _findings(unit: Unit) -> Iterator[Finding]:
    for launch in unit.launches:
        for command in launch.commands if launch.neutralised is None else ():
            uri = next(
                (word for before, word in zip(command.words, command.words[1:], strict=False) if before in _MODEL), ""
            )
            if command.neutralised or not uri:
                continue
            line = launch.line_of(command)
            if command.words[:3] == _SERVES:
                real = launch.kind == "container"
                for part, does in (
                    ("api", "serves"),
                    ("health", "answers health checks for"),
                    ("launch", "is started with"),
                ):
                    yield Finding(
                        "mlflow-serving",
                        "model-served",
                        Rung.E3 if real else Rung.E2,
                        f"MLflow {does} {uri}" + ("." if real else ", by a command that no container runs."),
                        part=part,
                        confidence=PARSED,
                        path=launch.path,
                        line=line,
                        raise_by=None if real else "Start it in a container, a compose file or a manifest.",
                    )
            elif command.words[:3] == _BUILDS and launch.kind == "ci":
                yield Finding(
                    "mlflow-serving",
                    "deployed-and-scaled",
                    Rung.E3,
                    f"CI builds an image that serves {uri}.",
                    part="container",
                    confidence=PARSED,
                    path=launch.path,
                    line=line,
                )


PROBE = Probe(
    id="mlflow-serving",
    title="MLflow models serve, build-docker",
    reads="commands of containers and of CI",
    credits="configured: started by hand · wired: a container serves a model that has a name",
    findings=_findings,
)
