"""The Jupyter server extension: REST handlers over the Python API, and the jobs that run converters.

Nothing here blocks the server's event loop: projects are read in one process of its own, conversions run in others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp


def _load_jupyter_server_extension(server_app: ServerApp) -> None:
    from jupyter_mlops.server.extension import load

    load(server_app)
