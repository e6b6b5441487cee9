"""What each kind of job runs, made from a request that is trusted in nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jupyter_mlops.interpreter import isolated
from jupyter_mlops.server.documents import translate_paths
from jupyter_mlops.server.errors import RequestError
from jupyter_mlops.server.jobs import Job, new_report
from jupyter_mlops.server.paths import ServerFiles

_Options = dict[str, Any]


def job_for(kind: str, request: dict[str, Any], files: ServerFiles) -> Job:
    """The job that a request asks for.

    Args:
        kind: "convert", "plan", "verify", "run", "lift" or "preview".
        request: `{"path": …, "options": {…}}`; options are those of the command of the same name. A lift is carried out only
            as it was shown by the preview with the `id`, where there is one.
        files: the files that are served.

    Returns:
        A job that has not been started.

    Raises:
        RequestError: 400 where the request is not understood, and what `ServerFiles.local` raises.
    """
    path, options = request.get("path"), request.get("options") or {}
    if kind not in _ARGUMENTS:
        raise RequestError(400, "invalid-request", f"There is no job {kind!r}; there are: {', '.join(_ARGUMENTS)}.")
    if not isinstance(path, str) or not isinstance(options, dict):
        raise RequestError(400, "invalid-request", "A job needs a path (text) and may have options (an object).")
    local = files.local(path)
    if kind in _LIFTING:
        return _lift_job(kind, request, local, files)
    arguments = _ARGUMENTS[kind](dict(options), files)
    folder = local if local.is_dir() else local.parent
    report = new_report() if kind in _PROVING else None
    if report is not None:
        arguments += ["--report", str(report)]
    return Job(
        kind=kind,
        path=path.strip("/"),
        # A place on disk is absolute, so that no file name can pass for an option.
        command=[*_PROGRAM, "convert" if kind == "plan" else kind, str(local), *arguments],
        folder=folder,
        translate=lambda document: translate_paths(document, files, folder),
        options=options,
        exclusive=kind != "plan",
        report=report,
    )


def _lift_job(kind: str, request: dict[str, Any], local: Path, files: ServerFiles) -> Job:
    options, agreed_to = request.get("options") or {}, request.get("id")
    arguments = _ARGUMENTS[kind](dict(options), files)
    if agreed_to is not None:
        # Of this form, so that it cannot pass for an option either.
        if kind == "preview" or not isinstance(agreed_to, str) or not agreed_to.isalnum():
            raise RequestError(400, "invalid-request", "Changes are made for the id of a preview.")
        arguments += ["--expect", agreed_to]
    folder = local if local.is_dir() else local.parent
    project = files.served(files.project_of(local))

    def translate(document: dict[str, Any]) -> dict[str, Any]:
        translated = translate_paths(document, files, folder)
        return translated if "error" in translated else {**translated, "path": project}

    return Job(
        kind=kind,
        path=request["path"].strip("/"),
        command=[*_PROGRAM, "lift", _lift_name(options), str(_lifted_place(local, files)), *arguments],
        folder=folder,
        translate=translate,
        options=options,
        exclusive=kind != "preview",
    )


def _lifted_place(local: Path, files: ServerFiles) -> Path:
    """What is lifted: a notebook, one project of several in a repository, or all of it; never what is above the root."""
    from jupyter_mlops.lifts.scene import project_folder

    own = local.suffix == ".ipynb" or (local.is_dir() and project_folder(local) == local)
    return local if own else files.project_of(local)


def _plan(options: _Options, files: ServerFiles) -> list[str]:
    arguments = ["--format", "json", "--no-run", "--dry-run", "--explain", *_where_to(options, files)]
    _refuse_others(options)
    return arguments


def _convert(options: _Options, files: ServerFiles) -> list[str]:
    arguments = ["--format", "json", "--progress", "json", *_where_to(options, files)]
    if not _take(options, "run", bool, default=True):
        arguments.append("--no-run")
    if _take(options, "allow_install", bool, default=False):
        arguments.append("--allow-install")
    arguments += _limits(options)
    on_conflict = _take(options, "on_conflict", str, default=None)
    if on_conflict is not None:
        if on_conflict not in ("keep", "replace"):
            raise RequestError(400, "invalid-request", "A conflict is settled by 'keep' or by 'replace'.")
        arguments += ["--on-conflict", on_conflict]
    _refuse_others(options)
    return arguments


def _verify(options: _Options, files: ServerFiles) -> list[str]:  # noqa: ARG001 - all kinds are called alike
    arguments = ["--format", "json", "--progress", "json", *_limits(options)]
    _refuse_others(options)
    return arguments


def _limits(options: _Options) -> list[str]:
    """Seconds that a cell, and that everything, may take."""
    arguments = []
    for name in ("timeout", "total_timeout"):
        seconds = _take(options, name, (int, float), default=None)
        if seconds is not None:
            arguments += [f"--{name.replace('_', '-')}", str(seconds)]
    return arguments


def _run(options: _Options, files: ServerFiles) -> list[str]:  # noqa: ARG001 - all kinds are called alike
    parameters = _take(options, "parameters", dict, default={})
    _refuse_others(options)
    chosen = [f"{name}={value if isinstance(value, str) else json.dumps(value)}" for name, value in parameters.items()]
    return ["--format", "json", "--progress", "json", *(part for text in chosen for part in ("-P", text))]


def _lift(options: _Options, files: ServerFiles) -> list[str]:
    chosen = {name: value for name, value in options.items() if name != "lift"}
    if not all(isinstance(value, str) for value in chosen.values()):
        raise RequestError(400, "invalid-request", "The options of a lift are texts.")
    if chosen.get("python"):
        files.place(chosen["python"])
    parts = [part for name, value in chosen.items() for part in ("--option", f"{name}={value}")]
    return ["--format", "json", "--progress", "json", "--yes", *parts]


def _preview(options: _Options, files: ServerFiles) -> list[str]:
    if options.get("lift") == "pipeline":
        message = "A conversion runs the notebook; what it would do is its plan: POST convert/plan."
        raise RequestError(400, "invalid-request", message)
    return ["--dry-run", *_lift(options, files)]


def _lift_name(options: _Options) -> str:
    """A lift's name, which nothing else can pass for."""
    name = options.get("lift")
    if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9-]*", name):
        raise RequestError(400, "invalid-request", "A lift is started with its name as the option 'lift'.")
    return name


_ARGUMENTS: dict[str, Callable[[_Options, ServerFiles], list[str]]] = {
    "convert": _convert,
    "lift": _lift,
    "plan": _plan,
    "preview": _preview,
    "run": _run,
    "verify": _verify,
}


#: What is done by `jupyter mlops lift`.
_LIFTING = ("lift", "preview")

#: What ends with a proof, which can be looked at side by side.
_PROVING = ("convert", "verify")

_PROGRAM = isolated("from jupyter_mlops.cli import main; main()")


def _where_to(options: _Options, files: ServerFiles) -> list[str]:
    arguments = []
    name = _take(options, "name", str, default=None)
    if name is not None:
        if not name.isidentifier():
            raise RequestError(400, "invalid-request", f"{name!r} is no name for a pipeline: use letters, digits, _.")
        arguments += ["--name", name]
    output = _take(options, "output", str, default=None)
    if output is not None:
        arguments += ["--output", str(Path(files.place(output)))]
    plan = _take(options, "plan", dict, default=None)
    if plan is not None:
        arguments += ["--plan", json.dumps(plan)]
    return arguments


def _take(options: _Options, name: str, kind: type | tuple[type, ...], *, default: Any) -> Any:
    value = options.pop(name, default)
    if value is not default and (not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)):
        raise RequestError(400, "invalid-request", f"The option {name!r} has a value that it cannot have.")
    return value


def _refuse_others(options: _Options) -> None:
    if options:
        raise RequestError(400, "invalid-request", f"There is no option {', '.join(map(repr, sorted(options)))} here.")
