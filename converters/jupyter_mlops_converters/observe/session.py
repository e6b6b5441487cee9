"""A kernel that runs a notebook's cells one by one, with hidden code between them."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import tempfile
import time
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from jupyter_mlops_converters.errors import MlopsError
from jupyter_mlops_converters.quick_start import prepare_nbformat

if TYPE_CHECKING:
    from typing_extensions import Self

    from jupyter_mlops_converters.warm import WarmKernels

_INJECTED = {"values": ("verify", "values.py"), "formats": ("plan", "formats.py"), "agent": ("observe", "agent.py")}


class CellFailedError(Exception):
    """A cell raised, or the kernel died under it, or it ran out of time.

    Args:
        kind: "raised", "timeout" or "kernel-died".
        ename: name of the exception.
        evalue: its text.
        traceback: lines of the kernel's traceback.
    """

    def __init__(self, kind: str, ename: str = "", evalue: str = "", traceback: str = "") -> None:
        super().__init__(f"{ename}: {evalue}" if ename else kind)
        self.kind = kind
        self.ename = ename
        self.evalue = evalue
        self.traceback = traceback


class Session:
    """A fresh kernel. Use as a context manager; the kernel is gone afterwards, whatever happened.

    Args:
        kernel_name: which kernel.
        cwd: where it starts.
        timeout: seconds a cell may take; None for no limit.
        deadline: `time.monotonic()` by which everything must be done; None for no limit.
        env: extra environment variables.
        kernels: where the kernel comes from; a process of its own is started when None.
    """

    def __init__(
        self,
        kernel_name: str,
        cwd: Path,
        *,
        timeout: float | None = None,
        deadline: float | None = None,
        env: Mapping[str, str] | None = None,
        kernels: WarmKernels | None = None,
    ) -> None:
        self._kernels = kernels
        self._kernel_name = kernel_name
        self._cwd = cwd
        self._timeout = timeout
        self._deadline = deadline
        self._env = {**os.environ, **(env or {})}
        # pip and npm set this for speed of installs; without byte code every import of the notebook is compiled anew.
        self._env.pop("PYTHONDONTWRITEBYTECODE", None)
        self._client: Any = None
        self._spool = Path(tempfile.mkdtemp(prefix="mlops-spool-")) / "reports.jsonl"
        self._read = 0

    def __enter__(self) -> Self:
        prepare_nbformat()
        import nbformat
        from jupyter_client.kernelspec import NoSuchKernel
        from nbclient import NotebookClient

        logging.getLogger("traitlets").setLevel(logging.CRITICAL)
        self._client = NotebookClient(
            nbformat.v4.new_notebook(),
            kernel_name=self._kernel_name,
            allow_errors=False,
            force_raise_errors=False,
            record_timing=False,
            store_widget_state=False,
            shutdown_kernel="immediate",
        )
        try:
            self._client.create_kernel_manager()
            if self._kernels is not None:
                self._kernels.attach(self._client.km)
            # What the kernel itself says on stderr (a warning at every start) is not for the user.
            self._client.start_new_kernel(cwd=str(self._cwd), env=self._env, stderr=subprocess.DEVNULL)
            self._client.start_new_kernel_client()
        except NoSuchKernel as error:
            raise MlopsError(
                "no-kernel",
                f"There is no kernel {error.name!r} here. Install one with: python -m ipykernel install --user --name {error.name}",
                exit_status=3,
            ) from None
        except Exception:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        from shutil import rmtree

        client, self._client = self._client, None
        if client is not None and client.km is not None:
            client._cleanup_kernel()  # noqa: SLF001 - the public way ends it only after a whole notebook
        rmtree(self._spool.parent, ignore_errors=True)

    def execute(self, source: str, *, metadata: Mapping[str, Any] | None = None) -> tuple[list[dict[str, Any]], float]:
        """Run a cell of the user.

        Args:
            source: its text.
            metadata: of the cell; the tag `raises-exception` is respected.

        Returns:
            Its outputs (nbformat 4) and the seconds it took.

        Raises:
            CellFailedError: it raised, ran out of time, or the kernel died.
        """
        import nbformat
        from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

        cell = nbformat.v4.new_code_cell(source, metadata=dict(metadata or {}))
        client = self._client
        client.nb.cells = [cell]
        client.timeout = self._limit()
        started = time.monotonic()
        try:
            client.execute_cell(cell, 0, store_history=True)
        except CellExecutionError:
            pass
        except (CellTimeoutError, TimeoutError):
            raise CellFailedError("timeout") from None
        except DeadKernelError:
            raise CellFailedError("kernel-died") from None
        seconds = time.monotonic() - started
        outputs = [json.loads(json.dumps(output)) for output in cell.outputs]
        error = next((output for output in outputs if output["output_type"] == "error"), None)
        if error is not None and "raises-exception" not in (cell.metadata.get("tags") or []):
            raise CellFailedError("raised", error["ename"], error["evalue"], "\n".join(error["traceback"]))
        return outputs, seconds

    def _limit(self) -> int | None:
        limits = [
            limit
            for limit in (self._timeout, self._deadline and self._deadline - time.monotonic())
            if limit is not None
        ]
        return max(1, int(min(limits))) if limits else None

    def hidden(self, code: str) -> None:
        """Run code that leaves no trace in the user's session (no history, no execution count, no `_`).

        Args:
            code: Python.

        Raises:
            MlopsError: ``observation-failed``: it raised, which is a fault of ours.
            CellFailedError: the kernel died.
        """
        message_id = self._client.kc.execute(code, silent=False, store_history=False, allow_stdin=False)
        from jupyter_core.utils import run_sync

        reply = run_sync(self._reply)(message_id)
        if reply["content"]["status"] != "ok":
            content = reply["content"]
            raise MlopsError(
                "observation-failed",
                f"Watching the notebook failed: {content.get('ename')}: {content.get('evalue')}. This is a fault of "
                "jupyter-mlops; please report it. Until it is mended, `--no-run` converts without watching.",
                exit_status=1,
                detail="\n".join(content.get("traceback", [])),
            )

    async def _reply(self, message_id: str) -> dict[str, Any]:
        from queue import Empty

        from jupyter_core.utils import ensure_async

        while True:
            try:
                message: dict[str, Any] = await ensure_async(self._client.kc.get_shell_msg(timeout=5))
            except Empty:
                if not await ensure_async(self._client.km.is_alive()):
                    raise CellFailedError("kernel-died") from None
                continue
            if message["parent_header"].get("msg_id") == message_id:
                break
        # Drain what the hidden code published, so that it is not taken for output of the next cell.
        while True:
            published = await ensure_async(self._client.kc.get_iopub_msg(timeout=10))
            if (
                published["parent_header"].get("msg_id") == message_id
                and published["msg_type"] == "status"
                and published["content"]["execution_state"] == "idle"
            ):
                return message

    def install_agent(self, *, root: Path, protected: Path | None, reference: Path) -> None:
        """Send the agent to the kernel.

        Args:
            root: the scratch copy of the project.
            protected: the user's project, which code that runs here must not write to.
            reference: folder for saved values.
        """
        package = files("jupyter_mlops_converters")
        sources = {name: (package / folder / file).read_text("utf-8") for name, (folder, file) in _INJECTED.items()}
        settings = {
            "root": str(root),
            "protected": str(protected) if protected else None,
            "reference": str(reference),
            "spool": str(self._spool),
        }
        # `formats` builds on the names of `values`, so both share a module; the agent has its own.
        self.hidden(
            "def _install(sources, settings):\n"
            "    import sys, types\n"
            "    made = []\n"
            "    for name in ('values', 'agent'):\n"
            "        module = types.ModuleType('_jupyter_mlops_' + name)\n"
            "        sys.modules[module.__name__] = module\n"
            "        made.append(module)\n"
            "    for name, module in zip(('values', 'formats', 'agent'), (made[0], made[0], made[1])):\n"
            "        exec(compile(sources[name], '<jupyter-mlops ' + name + '>', 'exec'), module.__dict__)\n"
            "    made[1].install(made[0], settings)\n"
            f"_install({sources!r}, {settings!r})\n"
            "del _install\n"
        )

    def ask(self, method: str, request: dict[str, Any] | None = None) -> dict[str, Any] | None:
        """Call a method of the agent.

        Args:
            method: "before", "after" or "check".
            request: its argument.

        Returns:
            The report it wrote, if it writes one.
        """
        argument = repr(json.dumps(request)) if request is not None else ""
        self.hidden(f"__import__('sys').modules['_jupyter_mlops_agent'].AGENT.{method}({argument})")
        if not self._spool.exists():
            return None
        with self._spool.open(encoding="utf-8") as stream:
            stream.seek(self._read)
            text = stream.read()
            self._read = stream.tell()
        return json.loads(text) if text.strip() else None
