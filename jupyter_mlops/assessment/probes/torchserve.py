"""TorchServe: a configuration that names models, and the container that starts the server with it."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_mlops.assessment.findings import PARSED, Finding, Rung
from jupyter_mlops.assessment.model_servers import started_by
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.files import File
from jupyter_mlops.project.launch import Launch

_CRITERION = "model-served"
_NAMES_MODELS = ("load_models", "model_snapshot")


def _findings(unit: Unit) -> Iterator[Finding]:
    for file in unit.named("config.properties"):
        lines = (unit.project.text(file.path) or "").splitlines()
        settings = {line.partition("=")[0].strip(): number for number, line in enumerate(lines, 1) if "=" in line}
        if "model_store" in settings or any(name in settings for name in _NAMES_MODELS):
            yield from _judged(unit, file, settings)


def _judged(unit: Unit, file: File, settings: dict[str, int]) -> Iterator[Finding]:
    started = _server(unit, file.name)
    named = next((settings[name] for name in _NAMES_MODELS if name in settings), None)
    problem = None
    if started is None:
        problem = "is used by nothing: no container starts torchserve with it"
    elif named is None and not _given_models(started[0]):
        problem = "names no model to load"
    yield Finding(
        "torchserve",
        _CRITERION,
        Rung.E2 if problem else Rung.E3,
        f"{file.path} {problem}." if problem else f"TorchServe loads the models that {file.path} names.",
        part="api",
        confidence=PARSED,
        path=file.path,
        line=named or next(iter(settings.values())),
        raise_by="Name the archives in `load_models`, and start `torchserve --ts-config` in a container."
        if problem
        else None,
    )
    if problem is None and started is not None:
        launch, line = started
        yield from started_by(
            launch,
            line,
            probe="torchserve",
            server="TorchServe",
            health="TorchServe answers health checks by itself (`/ping`).",
            chain=f"{file.path}:{named}" if named else file.path,
        )


def _server(unit: Unit, name: str) -> tuple[Launch, int | None] | None:
    """The container that starts TorchServe, with that configuration where it names one."""
    for launch in unit.launches:
        for command in launch.commands if launch.kind == "container" else ():
            words = command.words
            if words[:1] == ("torchserve",) and "--stop" not in words:
                given = next((words[place + 1] for place, word in enumerate(words[:-1]) if word == "--ts-config"), name)
                if given.rpartition("/")[2] == name:
                    return launch, launch.line_of(command)
    return None


def _given_models(launch: Launch) -> bool:
    return any("--models" in command.words for command in launch.commands)


PROBE = Probe(
    id="torchserve",
    title="TorchServe",
    reads="config.properties; what starts torchserve",
    credits="configured: names no model, or is used by nothing · wired: a container starts torchserve with the models that it names",
    findings=_findings,
)
