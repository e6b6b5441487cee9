"""Work for the server is done with the modules of the server, and not with those that lie in a person's project."""

from __future__ import annotations

import asyncio
import subprocess

from jupyter_mlops.interpreter import isolated

SHADOWS = ("yaml", "pandas", "numpy", "typer", "jupyter_mlops", "sitecustomize", "usercustomize", "json")


def lay(folder):
    for name in SHADOWS:
        (folder / f"{name}.py").write_text(f"open('ran-{name}', 'w').close()\n")


def test_nothing_is_imported_from_the_folder_it_starts_in(tmp_path, monkeypatch):
    lay(tmp_path)
    monkeypatch.syspath_prepend("")
    command = isolated("import json, yaml; print(yaml.SafeLoader.__name__, '\\u00e9', sys.argv[1])")
    done = subprocess.run([*command, "more"], cwd=tmp_path, capture_output=True, check=True)
    assert done.stdout.decode("utf-8").split() == ["SafeLoader", "é", "more"]
    assert [path.name for path in tmp_path.glob("ran-*")] == []


async def test_a_job_runs_no_module_of_the_project(jp_fetch, jp_root_dir, services):
    import json

    from jupyter_mlops.server.commands import job_for
    from jupyter_mlops.server.paths import ServerFiles

    lay(jp_root_dir)
    notebook = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "source": "x = 1", "outputs": [], "execution_count": None}
    (jp_root_dir / "a.ipynb").write_text(json.dumps({**notebook, "cells": [cell]}))
    asked = {"preview": {"path": "a.ipynb", "options": {"lift": "clean-notebook"}}, "plan": {"path": "a.ipynb"}}
    for kind, request in asked.items():
        job = job_for(kind, request, ServerFiles(jp_root_dir))
        services.jobs.start(job)
        while not job.ended:
            await asyncio.wait_for(job.wait_for_event(job.as_dict()["next"]), 120)
        assert job.state == "done", job.error
    assert [path.name for path in jp_root_dir.glob("ran-*")] == []
