"""`jupyter mlops explain CRITERION`: its documentation."""

from __future__ import annotations

import typer


def command(criterion: str = typer.Argument(help="Id of a criterion; `jupyter mlops criteria` lists them.")) -> None:
    """Explain a criterion: what it is, why it matters, how to pass, what does not count."""
    from jupyter_mlops.assessment.criteria import built_in, criterion_named
    from jupyter_mlops.assessment.criterion import CHECKLIST
    from jupyter_mlops.assessment.plugins import plugins_here

    known = criterion in {each.id for each in built_in()}
    found = criterion_named(criterion, () if known else plugins_here())
    kind = "required" if found.required else "recommended"
    coming = (
        f" from ruleset {found.counts_from} on; a preview until then, which counts for nothing" if found.preview else ""
    )
    typer.echo(f"{found.title}\n{found.id}, {kind} for Level {found.level}{coming}\n")
    typer.echo(f"{found.what}\n\nWhy\n  {found.why}\n\nHow to pass")
    for step in found.how:
        typer.echo(f"  - {step}")
    typer.echo("\nWhat does not count")
    for trap in found.not_enough:
        typer.echo(f"  - {trap}")
    typer.echo(f"\nAnswers: {CHECKLIST[found.checklist]}")
    typer.echo(
        f"Effort {found.effort}, {found.role.replace('-', ' ')}" + (f", lift `{found.lift}`" if found.lift else "")
    )
