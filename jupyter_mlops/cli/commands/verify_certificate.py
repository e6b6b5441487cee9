"""`jupyter mlops verify-certificate`: does a level certificate say what its commit says?"""

from __future__ import annotations

from pathlib import Path

import typer

from jupyter_mlops.cli.output import Format, errors_as_json, print_json


def command(
    file: Path = typer.Argument(help="The certificate, such as .mlops/certificates/level-2.md."),
    *,
    path: str = typer.Option("", "--path", help="A clone that has its commit; that of the file by default."),
    format_: Format = typer.Option(Format.text, "--format", "-f", help="How to answer."),
) -> int:
    """Check a level certificate: its commit is assessed again in a scratch checkout, and compared word by word.

    Exit status: 0 it is true; 1 it is not, or was edited; 2 it is no certificate, or its commit is not here; 3 it was made
    by rules that this version does not have.
    """
    from jupyter_mlops.assessment.certificate import check_certificate
    from jupyter_mlops.assessment.criterion import LEVELS

    with errors_as_json(format_):
        check = check_certificate(file, repository=path or None)
    made = check.made
    if format_ is Format.json:
        print_json(
            {
                "valid": check.valid,
                "level": made.level,
                "claimed_level": check.claimed.level,
                "commit": made.commit,
                "path": made.path,
                "date": made.date.isoformat(),
                "ruleset": made.ruleset,
                "evidence": made.evidence,
                "differences": list(check.differences),
            }
        )
    elif check.valid:
        typer.echo(
            f"True: commit {made.commit[:12]} has Level {made.level}, {LEVELS[made.level]} "
            f"(ruleset {made.ruleset}, {made.date.isoformat()})."
        )
    else:
        typer.echo(f"Not true: commit {made.commit[:12]} has Level {made.level}, and the file says something else.")
        for line in check.differences[2:]:
            if not line.startswith("@@"):
                typer.echo(f"  {line}")
    return 0 if check.valid else 1
