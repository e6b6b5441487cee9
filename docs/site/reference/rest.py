"""Every route of the server extension, as its handler describes it."""

from __future__ import annotations

import inspect
import re

_METHODS = ("get", "post", "put", "patch", "delete")

_HEAD = """\
# The REST interface

Below `<base_url>jupyter-mlops/` on the Jupyter server, with its authentication and authorization. Answers are JSON. Paths are
relative to the server's root, with `/`. A failure is `{"code", "message", …}`: 400 for a request that is not understood, 404 and
403 for paths, 409 where something changed meanwhile, 422 where the input cannot be used, 503 where something is not installed. The
codes are those of [errors](../errors.md).

The number of this interface is `api` in `GET version`; the front end compares it with its own.

| request | |
|---|---|
"""


def page() -> str:
    """The page."""
    from jupyter_mlops.server.handlers import ROUTES

    rows = []
    for route, handler in ROUTES:
        path = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", route)
        for method in _METHODS:
            function = vars(handler).get(method)
            if function is not None:
                said = " ".join((inspect.getdoc(function) or "").split()).replace("|", "\\|")
                rows.append(f"| `{method.upper()} {path}` | {said} |")
    return _HEAD + "\n".join(rows) + "\n"
