"""Executes a stage's notebook as `papermill -f params.yaml --cwd stages …` does, with a kernel that may be warm.

Papermill itself takes longer to import than most stages take to run, and it changes the working directory of its whole
process, so that no two stages could run side by side. What it makes of a notebook is made here instead: the cell with
the given parameters, the metadata, and what is kept of a notebook that fails.
"""

from __future__ import annotations

import asyncio
import logging
import math
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from jupyter_mlops_converters.quick_start import prepare_nbformat
from jupyter_mlops_converters.run.command_line import NotebookRun
from jupyter_mlops_converters.run.memory import peak_memory
from jupyter_mlops_converters.warm import WarmKernels

#: Seconds: for a kernel to start, and between two savings of a notebook that is running.
_START, _SAVE = 60, 30
_ERROR_TAG = "papermill-error-cell-tag"
_ERROR_STYLE = 'style="color:red; font-family:Helvetica Neue, Helvetica, Arial, sans-serif; font-size:2em;"'


class NotebookFailedError(Exception):
    """A notebook did not run to its end; it is saved as far as it came.

    Args:
        kind: "raised", "kernel-died" or "no-kernel".
        detail: the name of the kernel that is missing; what is known of a kernel's death.
        cell: the metadata of the cell that it was in.
    """

    def __init__(self, kind: str, detail: str = "", cell: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"{kind} {detail}".strip())
        self.kind = kind
        self.detail = detail
        self.cell = cell or {}


async def start_kernel(
    run: NotebookRun, *, env: Mapping[str, str], kernels: WarmKernels | None, modules: Sequence[str]
) -> Any:
    """Start the kernel that a notebook asks for.

    Args:
        run: which notebook.
        env: the kernel's environment.
        kernels: where it comes from; it is started as Jupyter does when None.
        modules: what a warm kernel should have imported.

    Returns:
        An nbclient client, for `execute`.

    Raises:
        NotebookFailedError: there is no such kernel, or it did not start.
    """
    prepare_nbformat()
    import nbformat
    from jupyter_client.kernelspec import NoSuchKernel
    from nbclient import NotebookClient

    from jupyter_mlops_converters.warm.jupyter import PromptClient, connect_by_files

    logging.getLogger("traitlets").setLevel(logging.CRITICAL)
    notebook = nbformat.reads((run.folder / run.source).read_text("utf-8"), as_version=4)
    client = NotebookClient(notebook, startup_timeout=_START, raise_on_iopub_timeout=True)
    client.create_kernel_manager()
    client.km.client_factory = PromptClient
    client.sockets = tempfile.TemporaryDirectory(prefix="k", ignore_cleanup_errors=True)
    connect_by_files(client.km, Path(client.sockets.name))
    try:
        if kernels is not None:
            kernels.attach(client.km, modules)
        await client.async_start_new_kernel(
            cwd=str(run.folder / run.cwd), env=dict(env), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        await client.async_start_new_kernel_client()
    except NoSuchKernel as error:
        raise NotebookFailedError("no-kernel", str(error.name)) from None
    except RuntimeError as error:
        raise NotebookFailedError("kernel-died", str(error)) from None
    except asyncio.CancelledError:
        await end_kernel(client)
        raise
    return client


async def end_kernel(client: Any) -> None:
    """End a kernel at once."""
    client.shutdown_kernel = "immediate"
    if client.km is not None:
        await client._async_cleanup_kernel()  # noqa: SLF001 - the public way ends it only after a whole notebook
    client.sockets.cleanup()


async def execute(run: NotebookRun, client: Any, on_cell: Callable[[Mapping[str, Any]], None]) -> int | None:
    """Execute a notebook in a kernel, and end the kernel.

    Args:
        run: which notebook.
        client: what `start_kernel` gave.
        on_cell: called with the metadata of a cell before it runs.

    Returns:
        The most bytes that the kernel had in memory, if known.

    Raises:
        NotebookFailedError: a cell raised, or the kernel died.
    """
    from nbclient.exceptions import CellExecutionError

    kept = _Kept(_with_parameters(client.nb, run), run.folder / run.target)
    client.nb = kept.notebook
    client.reset_execution_trackers()
    kept.start()
    memory = None
    cell: Any = None
    try:
        for index, cell in enumerate(kept.notebook.cells):
            on_cell(cell.metadata)
            kept.begin(cell)
            try:
                await client.async_execute_cell(cell, index)
            except CellExecutionError:
                kept.fail(cell)
                break
            finally:
                kept.end(cell)
        reply = await client.async_wait_for_reply(client.kc.kernel_info())
        kept.notebook.metadata["language_info"] = reply["content"]["language_info"]
        client.set_widgets_metadata()
        memory = peak_memory(client.km.provisioner.pid)
    except RuntimeError:
        raise NotebookFailedError("kernel-died", _death(client), cell.metadata) from None
    except asyncio.CancelledError:
        client.shutdown_kernel = "immediate"
        raise
    finally:
        # The kernel ends while the notebook is written.
        ending = asyncio.ensure_future(_shut_down(client))
        await asyncio.sleep(0)
        kept.complete()
        await ending
    kept.raise_for_errors()
    return memory


async def _shut_down(client: Any) -> None:
    """Let a kernel end as papermill does; Jupyter looks only now and then whether it has."""
    if client.shutdown_kernel != "immediate" and await client.km.is_alive():
        await client.km.interrupt_kernel()
        await client.km.request_shutdown()
        until = time.monotonic() + client.km.shutdown_wait_time / 2
        while await client.km.is_alive() and time.monotonic() < until:  # noqa: ASYNC110 - nothing tells it
            await asyncio.sleep(0.01)
    await client._async_cleanup_kernel()  # noqa: SLF001 - as above
    client.sockets.cleanup()


def _death(client: Any) -> str:
    status = getattr(client.km.provisioner.process, "returncode", None)
    if status is None or status >= 0:
        return ""
    return f"signal {-status}"


class _Kept:
    """The executed notebook: what papermill writes into it, and when it is saved."""

    def __init__(self, notebook: Any, target: Path) -> None:
        self.notebook = notebook
        self._target = target
        self._about = notebook.metadata["papermill"]
        self._started = self._now()
        self._saved = 0.0

    def start(self) -> None:
        self._started = self._now()
        self._about.update(start_time=self._started.isoformat(), end_time=None, duration=None, exception=None)
        for cell in self.notebook.cells:
            cell.metadata["papermill"] = {
                "exception": None,
                "start_time": None,
                "end_time": None,
                "duration": None,
                "status": "pending",
            }
            if cell.cell_type == "code":
                cell.execution_count = None
                cell.outputs = []
        self._save()

    def begin(self, cell: Any) -> None:
        cell.metadata["papermill"].update(start_time=self._now().isoformat(), status="running", exception=False)
        if time.monotonic() - self._saved > _SAVE:
            self._save()

    def fail(self, cell: Any) -> None:
        cell.metadata["papermill"].update(exception=True, status="failed")
        self._about["exception"] = True

    def end(self, cell: Any) -> None:
        about, now = cell.metadata["papermill"], self._now()
        seconds = (now - datetime.fromisoformat(about["start_time"])).total_seconds()
        status = about["status"] if about["status"] == "failed" else "completed"
        about.update(end_time=now.isoformat(), duration=seconds, status=status)

    def complete(self) -> None:
        now = self._now()
        self._about.update(end_time=now.isoformat(), duration=(now - self._started).total_seconds())
        for cell in self.notebook.cells:
            if cell.metadata["papermill"]["status"] == "failed":
                break
            cell.metadata["papermill"]["status"] = "completed"
        self._save()

    def raise_for_errors(self) -> None:
        """Mark the cell that raised, as papermill does, and raise."""
        failed = [index for index, cell in enumerate(self.notebook.cells) if _has_failed(cell)]
        if not failed:
            return
        cell = self.notebook.cells[failed[-1]]
        anchor = _note(
            '<span id="papermill-error-cell"', "Execution using papermill encountered an exception here and stopped:"
        )
        top = _note(
            "<span",
            f"An Exception was encountered at '<a href=\"#papermill-error-cell\">In [{cell.execution_count}]</a>'.",
        )
        self.notebook.cells.insert(failed[-1], anchor)
        self.notebook.cells.insert(0, top)
        self._save()
        raise NotebookFailedError("raised", cell=cell.metadata)

    def _save(self) -> None:
        import nbformat

        self._target.write_text(nbformat.writes(self.notebook), encoding="utf-8")
        self._saved = time.monotonic()

    @staticmethod
    def _now() -> datetime:
        return datetime.now(timezone.utc)


def _note(span: str, text: str) -> Any:
    import nbformat

    return nbformat.v4.new_markdown_cell(f"{span} {_ERROR_STYLE}>{text}</span>", metadata={"tags": [_ERROR_TAG]})


def _has_failed(cell: Any) -> bool:
    errors = [output for output in cell.get("outputs", ()) if output.output_type == "error"]
    if not errors:
        return bool(cell.metadata["papermill"]["exception"])
    # `sys.exit()` ends a notebook well.
    return any(error.ename != "SystemExit" or error.evalue not in ("", "0") for error in errors)


def _with_parameters(notebook: Any, run: NotebookRun) -> Any:
    """The notebook with papermill's metadata, and with a cell that gives the parameters their values."""
    import nbformat

    notebook = nbformat.v4.upgrade(notebook) or notebook
    about = {"default_parameters": {}, "parameters": {}, "environment_variables": {}, "version": version("papermill")}
    notebook.metadata.setdefault("papermill", nbformat.from_dict(about))
    cells = [cell for cell in notebook.cells if _ERROR_TAG not in cell.metadata.get("tags", ())]
    for cell in cells:
        cell.metadata.setdefault("tags", [])
    parameters = {
        name: value for file in run.parameter_files for name, value in (_read_yaml(run.folder / file) or {}).items()
    }
    if parameters:
        given = nbformat.v4.new_code_cell(_assignments(parameters), metadata={"tags": ["injected-parameters"]})
        if (place := _first(cells, "injected-parameters")) is not None:
            cells[place] = given
        else:
            place = _first(cells, "parameters")
            cells.insert(0 if place is None else place + 1, given)
        notebook.metadata["papermill"]["parameters"] = nbformat.from_dict(parameters)
    notebook.cells = cells
    notebook.metadata["papermill"].update(input_path=run.source, output_path=run.target)
    return notebook


def _first(cells: Sequence[Any], tag: str) -> int | None:
    return next((index for index, cell in enumerate(cells) if tag in cell.metadata["tags"]), None)


def _read_yaml(path: Path) -> Any:
    import yaml

    class WithoutDates(yaml.SafeLoader):
        yaml_implicit_resolvers = {  # noqa: RUF012 - as its parent has it
            first: [each for each in resolvers if each[0] != "tag:yaml.org,2002:timestamp"]
            for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }

    return yaml.load(path.read_text("utf-8"), Loader=WithoutDates)  # noqa: S506 - it is a safe one


def _assignments(parameters: Mapping[str, Any]) -> str:
    text = "# Parameters\n" + "".join(f"{name} = {_literal(value)}\n" for name, value in parameters.items())
    if find_spec("black") is None:
        return text
    black = import_module("black")
    return str(black.format_str(text, mode=black.FileMode(string_normalization=False)))


def _literal(value: Any) -> str:
    """A value as papermill writes it in Python."""
    if value is None or isinstance(value, (bool, int)):
        return str(value)
    if isinstance(value, float):
        if math.isfinite(value):
            return str(value)
        return f"float('{'nan' if math.isnan(value) else 'inf' if value > 0 else '-inf'}')"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_quoted(key)}: {_literal(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, value)) + "]"
    return _quoted(value)


def _quoted(value: Any) -> str:
    text = value.encode("unicode_escape").decode().replace('"', r"\"") if isinstance(value, str) else value
    return f'"{text}"'
