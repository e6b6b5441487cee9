"""`jupyter mlops probes`: which technologies are recognised."""

from __future__ import annotations

import typer


def command() -> None:
    """List the technologies that are recognised, and what earns which rung."""
    from jupyter_mlops.assessment.plugins import plugins_here
    from jupyter_mlops.assessment.probes import all_probes

    for probe in all_probes(plugins_here()):
        typer.echo(f"{probe.id}: {probe.title}")
        typer.echo(f"  reads    {probe.reads}")
        typer.echo(f"  credits  {probe.credits}")
