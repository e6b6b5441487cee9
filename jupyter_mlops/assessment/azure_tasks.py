"""Tasks of Azure Pipelines: the commands that they run."""

from __future__ import annotations

import shlex
from typing import Any

from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import mapping
from jupyter_mlops.project.patterns import lazy

#: Inputs that are a script by themselves.
_SCRIPTS = {"bash": "script", "cmdline": "script", "powershell": "script", "azurecli": "inlineScript"}
#: Inputs that name a file to run.
_FILES = {"bash": ("filePath", "bash"), "pythonscript": ("scriptPath", "python"), "azurecli": ("scriptPath", "bash")}
#: Folders that a pipeline names by a variable.
CHECKOUT = lazy(r"\$\((System\.DefaultWorkingDirectory|Build\.(SourcesDirectory|Repository\.LocalPath))\)/?")


def task_script(unit: Unit, step: dict[Any, Any]) -> tuple[str, dict[Any, Any], str] | None:
    """What a task runs as shell text, the mapping that says so and its key; None for tasks that run nothing here.

    Args:
        unit: the unit.
        step: a step with `task:`.
    """
    name = str(step.get("task")).partition("@")[0].lower()
    given = mapping(step.get("inputs"))
    if isinstance(given.get(_SCRIPTS.get(name, "")), str):
        return given[_SCRIPTS[name]], given, _SCRIPTS[name]
    if name in _FILES and isinstance(given.get(_FILES[name][0]), str):
        key, program = _FILES[name]
        file = CHECKOUT.sub("", given[key])
        return f"{program} {shlex.quote(file)} {given.get('arguments') or ''}".rstrip(), given, key
    key = "task"
    if name == "docker" and str(given.get("command", "buildAndPush")).lower() in ("build", "buildandpush"):
        return _docker(unit, given), step, key
    if name in ("kubernetesmanifest", "kubernetes") and isinstance(given.get("manifests"), str):
        files = [CHECKOUT.sub("", line.strip()) for line in given["manifests"].split("\n") if line.strip()]
        return "; ".join(f"kubectl apply -f {shlex.quote(file)}" for file in files), step, key
    if name == "kubernetes" and given.get("command") == "apply":
        return f"kubectl apply {CHECKOUT.sub('', str(given.get('arguments') or ''))}", step, key
    if name == "helmdeploy" and str(given.get("command")) in ("upgrade", "install"):
        chart = CHECKOUT.sub("", str(given.get("chartPath") or given.get("chartName") or "."))
        return f"helm upgrade --install {given.get('releaseName') or 'release'} {shlex.quote(chart)}", step, key
    return None


def _docker(unit: Unit, given: dict[Any, Any]) -> str:
    """`docker build` as the task does it: without a Dockerfile's path the first one, in whose folder it builds."""
    file = CHECKOUT.sub("", str(given.get("Dockerfile") or "**/Dockerfile"))
    if "*" in file:
        file = next((found.path for found in unit.named("Dockerfile")), "Dockerfile")
    context = CHECKOUT.sub("", str(given.get("buildContext") or "**")) or "."
    if "*" in context:
        context = file.rpartition("/")[0] or "."
    named = f"-t {shlex.quote(str(given['repository']))}" if given.get("repository") else ""
    return f"docker build {named} -f {shlex.quote(file)} {shlex.quote(context)}"
