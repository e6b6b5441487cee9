"""prefect.yaml: which flow runs when."""

from __future__ import annotations

import io
from typing import Any

from jupyter_mlops.errors import MlopsError
from jupyter_mlops.lifts.scene import Scene

FILE = "prefect.yaml"
_HEADER = """\
What Prefect runs, and when: `prefect deploy --all` tells it to a server.
Yours to change: nothing generates it again."""


def deployed(scene: Scene) -> str | None:
    """The file that deploys a flow on a schedule; None where none does.

    Args:
        scene: the project.
    """
    for launch in scene.unit.launches:
        if launch.kind == "schedule" and launch.path.rpartition("/")[2] == FILE:
            return launch.path
    return None


def with_deployment(old: str, name: str, entrypoint: str, cron: str, path: str) -> str:
    """The file with one more deployment.

    Args:
        old: the file as it is; "" where there is none. Its comments and order stay.
        name: of the project.
        entrypoint: file and function of the flow.
        cron: when it runs.
        path: of the file, for errors.

    Raises:
        MlopsError: `invalid-yaml`.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.comments import CommentedMap
    from ruamel.yaml.error import YAMLError

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    try:
        document: Any = yaml.load(old) if old.strip() else CommentedMap()
    except YAMLError as error:
        raise MlopsError("invalid-yaml", f"It cannot be read: {error}", path=path) from None
    if not isinstance(document, CommentedMap):
        raise MlopsError("invalid-yaml", "It is no table at its top.", path=path)
    if not old.strip():
        document["name"] = name
        document.yaml_set_start_comment(_HEADER + "\n")
    listed = document.get("deployments")
    if listed is None:
        listed = document["deployments"] = []
    taken = {str(each.get("name")) for each in listed if isinstance(each, dict)}
    scheduled = next(
        each for number in range(1, 99) if (each := "scheduled" + (f"-{number}" if number > 1 else "")) not in taken
    )
    deployment = CommentedMap(
        {
            "name": scheduled,
            "entrypoint": entrypoint,
            "schedules": [CommentedMap({"cron": cron, "timezone": "UTC"})],
            "work_pool": CommentedMap({"name": "default"}),
        }
    )
    listed.append(deployment)
    text = io.StringIO()
    yaml.dump(document, text)
    return text.getvalue()
