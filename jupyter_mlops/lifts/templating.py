"""Templates of the Python that lifts write."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment


def renderer(folder: Path) -> Callable[..., str]:
    """What makes texts of a lift's templates.

    Args:
        folder: where they are.

    Returns:
        A function of a template's file name and, by name, of the values that it uses.
    """
    return lambda template, **values: _environment(folder).get_template(template).render(**values)


@lru_cache
def _environment(folder: Path) -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from jupyter_mlops_converters.emit.literals import fold, literal

    templates = Environment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - it is Python
    )
    filters: dict[str, Any] = {"fold": fold, "literal": literal, "suffixed": "{}_done".format}
    templates.filters.update(filters)
    return templates
