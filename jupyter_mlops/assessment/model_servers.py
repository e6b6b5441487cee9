"""Servers of models that answer health checks by themselves: Triton, TorchServe."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_mlops.assessment.findings import PARSED, Finding, Rung
from jupyter_mlops.project.launch import Launch


def started_by(
    launch: Launch, line: int | None, *, probe: str, server: str, health: str, chain: str
) -> Iterator[Finding]:
    """What a container that starts such a server says of `model-served`: its health route, and that it is started.

    Args:
        launch: the container.
        line: where it starts the server; None where no line does.
        probe: whose findings they are.
        server: its name for people.
        health: what it answers by itself.
        chain: the configuration that it was started with, as `path` or `path:line`.
    """
    for part, message in (("health", health), ("launch", f"{launch.path} starts {server}.")):
        yield Finding(
            probe,
            "model-served",
            Rung.E3,
            message,
            part=part,
            confidence=PARSED,
            path=launch.path,
            line=line,
            chain=(chain,),
        )
