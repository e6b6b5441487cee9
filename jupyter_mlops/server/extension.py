"""Puts the routes into a running Jupyter server."""

from __future__ import annotations

import atexit
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from jupyter_server.utils import url_path_join

from jupyter_mlops.server.apart import Apart
from jupyter_mlops.server.documents import Scanned, scan_project
from jupyter_mlops.server.handler import SERVICES
from jupyter_mlops.server.handlers import ROUTES
from jupyter_mlops.server.jobs import JobManager
from jupyter_mlops.server.lifting import Lifting
from jupyter_mlops.server.scans import Scans

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp


@dataclass(frozen=True)
class Services:
    """What the handlers share.

    Attributes:
        apart: the process that reads projects.
        scans: assessments.
        jobs: conversions and the like.
        lifts: previews and changes.
    """

    apart: Apart
    scans: Scans[Scanned]
    jobs: JobManager
    lifts: Lifting

    def close(self) -> None:
        """Stop everything that is still at work."""
        self.jobs.close()
        self.scans.close()
        self.apart.close()
        self.lifts.close()


def load(server_app: ServerApp) -> None:
    """Add the routes below `<base_url>jupyter-mlops/`, and stop what is at work when the server stops."""
    apart = Apart()
    services = Services(apart, Scans(partial(apart.call, scan_project)), JobManager(), Lifting())
    application = server_app.web_app
    application.settings[SERVICES] = services
    prefix = url_path_join(application.settings["base_url"], "jupyter-mlops")
    application.add_handlers(  # type: ignore[no-untyped-call]
        ".*$", [(url_path_join(prefix, route), handler) for route, handler in ROUTES]
    )
    atexit.register(services.close)
    server_app.log.info("jupyter-mlops: serving at %s", prefix)
