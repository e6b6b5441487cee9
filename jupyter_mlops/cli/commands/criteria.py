"""`jupyter mlops criteria`: what each level asks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from jupyter_mlops.errors import MlopsError


def command(
    form: Annotated[str, typer.Option("--format", "-f", help="text or markdown: a page that explains each.")] = "text",
) -> None:
    """List the criteria of every level."""
    if form not in ("text", "markdown"):
        raise MlopsError("unknown-format", f"There is no format {form!r}. Choose one of: markdown, text.")
    typer.echo("\n".join(_text() if form == "text" else _page()))


def _text() -> Iterator[str]:
    from jupyter_mlops.assessment.criteria import all_criteria
    from jupyter_mlops.assessment.criterion import LEVELS
    from jupyter_mlops.assessment.plugins import plugins_here

    listed = all_criteria(plugins_here())
    for level, name in enumerate(LEVELS[1:], 1):
        yield f"Level {level}: {name}"
        for criterion in listed:
            if criterion.level == level:
                mark = "required   " if criterion.required else "recommended"
                coming = f" (preview: counts from ruleset {criterion.counts_from} on)" if criterion.preview else ""
                yield f"  {mark}  {criterion.id:24} {criterion.title}{coming}"
        yield ""
    yield "`jupyter mlops explain CRITERION` says what it takes."


def _page() -> Iterator[str]:
    from jupyter_mlops.assessment.criteria import all_criteria
    from jupyter_mlops.assessment.criterion import LEVELS

    yield "# The criteria"
    yield ""
    yield "What `jupyter mlops explain CRITERION` says, for all of them. Required ones make the gate of their level; recommended"
    yield "ones earn progress and advice. Written by `make pages` from `jupyter_mlops/assessment/criteria`."
    for level, name in enumerate(LEVELS[1:], 1):
        yield f"\n## Level {level}: {name}"
        for criterion in all_criteria():
            if criterion.level != level:
                continue
            yield f"\n### {criterion.id}\n"
            kind = "required" if criterion.required else "recommended"
            coming = f", preview: counts from ruleset {criterion.counts_from} on" if criterion.preview else ""
            yield f"*{criterion.title}* ({kind}{coming}). {criterion.what} {criterion.why}"
            yield "\nCounts:\n"
            yield from (f"- {step}" for step in criterion.how)
            yield "\nDoes not count:\n"
            yield from (f"- {trap}" for trap in criterion.not_enough)
