"""What commands share: one JSON document on stdout, progress and messages on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any

from jupyter_mlops.errors import MlopsError


class Format(str, Enum):
    """How a command answers."""

    text = "text"
    json = "json"


class ProgressStyle(str, Enum):
    """How a command tells how far it is."""

    auto = "auto"
    none = "none"
    json = "json"


def read_object(text: str) -> dict[str, Any] | str:
    """A JSON object given on the command line; any other text is given back as it is, for it names a file."""
    if not text.lstrip().startswith("{"):
        return text
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return found if isinstance(found, dict) else text


def print_json(document: Any) -> None:
    """Print the one JSON document of a command."""
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    sys.stdout.flush()


@contextmanager
def errors_as_json(form: Format) -> Iterator[None]:
    """With `--format json`, an error is a JSON document on stdout too; it goes on as an exception."""
    try:
        yield
    except MlopsError as error:
        if form is Format.json:
            print_json({"error": error.as_dict()})
        raise


@contextmanager
def progress_to(style: ProgressStyle) -> Iterator[Callable[[dict[str, Any]], None]]:
    """Show progress events.

    Args:
        style: "json" prints one event a line on stderr; "auto" shows a bar where stderr is a terminal.

    Yields:
        A function that takes an event.
    """
    if style is ProgressStyle.json:

        def tell(event: dict[str, Any]) -> None:
            full = {"event": "progress", "stage": None, "cell": None, "cells": None, "fraction": None, **event}
            sys.stderr.write(json.dumps(full) + "\n")
            sys.stderr.flush()

        yield tell
        return
    if style is ProgressStyle.none or not sys.stderr.isatty():
        yield lambda _event: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=24), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Starting", total=1.0)

        def show(event: dict[str, Any]) -> None:
            bar.update(task, description=str(event.get("message", "")), completed=event.get("fraction") or 0.0)

        yield show
