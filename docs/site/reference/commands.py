"""Every command, as the command line itself describes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

PROGRAM = "jupyter mlops"


def page() -> str:
    """The page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    import typer

    from jupyter_mlops.cli.app import build_app

    yield "# The command line\n"
    yield 'Exit status, unless a command says more: 0 fine, 1 the answer is "no", 2 the request or the input is wrong, 3 something'
    yield "is not installed. Errors have codes, which [errors](../errors.md) explains.\n"
    group: Any = typer.main.get_command(build_app())
    for name, command in sorted(group.commands.items()):
        context = command.make_context(f"{PROGRAM} {name}", [], resilient_parsing=True)
        yield f"## {name}\n"
        yield f"```text\n{PROGRAM} {name} [OPTIONS] {_arguments(command, context)}\n```\n"
        yield _text(command.help or "")
        yield from _table(command, context)
        yield ""


def _table(command: Any, context: Any) -> Iterator[str]:
    rows = [(_name(parameter, context), parameter.get_help_record(context)) for parameter in command.params]
    yield "\n| argument or option | |\n|---|---|"
    yield from (f"| `{_cell(name)}` | {_cell(_plain(record[1]))} |" for name, record in rows if record)


def _arguments(command: Any, context: Any) -> str:
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    return " ".join(_name(one, context) if one.required else f"[{_name(one, context)}]" for one in arguments)


def _name(parameter: Any, context: Any) -> str:
    """What help calls it; without the type, where it is an argument."""
    record = parameter.get_help_record(context)
    if record is None or parameter.param_type_name == "option":
        return record[0] if record else ""
    return re.sub(r" <[^>]*>$", "", record[0]).strip("[]").upper().replace("]...", "...")


def _text(help_: str) -> str:
    return _plain(re.sub(r"(?<!\n)\n(?!\n)", " ", help_))


def _plain(text: str) -> str:
    """Square brackets as brackets, not as links."""
    return re.sub(r"\[(default|required)([^\]]*)\]", r"(\1\2)", text)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
