"""A kernel that runs a notebook's cells one by one, with hidden code between them."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from jupyter_mlops_converters.errors import MlopsError
from jupyter_mlops_converters.observe.widgets import with_states

if TYPE_CHECKING:
    from typing_extensions import Self

    from jupyter_mlops_converters.warm import WarmKernels

#: Seconds between looks whether a kernel that does not answer is still there.
_LOOK = 1.0


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
    """A fresh kernel. Use as an asynchronous context manager; the kernel is gone afterwards, whatever happened.

    Args:
        kernel_name: which kernel.
        cwd: where it starts.
        scratch: a folder that is removed later on, for connections and reports.
        temp: what Python and joblib there take for the folder of temporary files; the system's when None.
        env: environment variables instead of this process's.
        kernels: where the kernel comes from; a process of its own is started when None.
    """

    def __init__(
        self,
        kernel_name: str,
        cwd: Path,
        *,
        scratch: Path,
        temp: Path | None = None,
        env: Mapping[str, str] | None = None,
        kernels: WarmKernels | None = None,
    ) -> None:
        self._kernel_name = kernel_name
        self._temp = temp
        self._environment = env
        self._kernels = kernels
        self._cwd = cwd
        self._scratch = scratch
        self._client: Any = None
        self._read = 0

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def start(self) -> None:
        """Start the process and wait until it answers.

        Raises:
            MlopsError: ``no-kernel``.
        """
        from jupyter_client.kernelspec import NoSuchKernel

        from jupyter_mlops_converters.observe.client import Client

        logging.getLogger("traitlets").setLevel(logging.CRITICAL)
        self._scratch.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="k", dir=self._scratch))
        self._spool = folder / "reports.jsonl"
        try:
            self._client = Client(self._kernel_name, folder)
            if self._kernels is not None:
                self._kernels.attach(self._client.km)
            # What the kernel itself says on stderr (a warning at every start) is not for the user.
            await self._client.async_start_new_kernel(
                cwd=str(self._cwd), env=self._variables(), stderr=subprocess.DEVNULL
            )
            await self._client.async_start_new_kernel_client()
        except NoSuchKernel as error:
            raise MlopsError(
                "no-kernel",
                f"There is no kernel {error.name!r} here. Install one with: python -m ipykernel install --user --name {error.name}",
                exit_status=3,
            ) from None
        except BaseException:
            await self.close()
            raise

    def _variables(self) -> dict[str, str]:
        # pip and npm set this for speed of installs; without byte code every import of the notebook is compiled anew.
        found = {
            key: value for key, value in (self._environment or os.environ).items() if key != "PYTHONDONTWRITEBYTECODE"
        }
        if self._temp is not None:
            # Kernels are killed, and leave there what they would have removed themselves.
            self._temp.mkdir(parents=True, exist_ok=True)
            found |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(self._temp))
            found.setdefault("JOBLIB_TEMP_FOLDER", str(self._temp))
        return found

    async def close(self) -> None:
        """End the process, and all that it started in its group."""
        client, self._client = self._client, None
        if client is not None and client.km is not None:
            await client._async_cleanup_kernel()  # noqa: SLF001 - the public way ends it only after a whole notebook

    async def execute(
        self, source: str, *, metadata: Mapping[str, Any] | None = None, limit: float | None = None
    ) -> tuple[list[dict[str, Any]], float]:
        """Run a cell of the user.

        Args:
            source: its text.
            metadata: of the cell; the tag `raises-exception` is respected.
            limit: seconds it may take; None for no limit.

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
        client.timeout = None if limit is None else max(1, round(limit))
        started = time.monotonic()
        # A task of its own, since nbclient takes being cancelled for the death of the kernel.
        running = asyncio.ensure_future(client.async_execute_cell(cell, 0, store_history=True))
        try:
            await asyncio.shield(running)
        except asyncio.CancelledError:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            raise
        except CellExecutionError:
            pass
        except (CellTimeoutError, TimeoutError):
            raise CellFailedError("timeout") from None
        except DeadKernelError:
            raise CellFailedError("kernel-died") from None
        seconds = time.monotonic() - started
        outputs = [json.loads(json.dumps(output)) for output in cell.outputs]
        outputs = with_states(outputs, client.widget_state, client.widget_buffers)
        error = next((output for output in outputs if output["output_type"] == "error"), None)
        if error is not None and "raises-exception" not in (cell.metadata.get("tags") or []):
            raise CellFailedError("raised", error["ename"], error["evalue"], "\n".join(error["traceback"]))
        return outputs, seconds

    async def hidden(self, code: str) -> None:
        """Run code that leaves no trace in the user's session (no history, no execution count, no `_`).

        Args:
            code: Python.

        Raises:
            MlopsError: ``observation-failed``: it raised, which is a fault of ours.
            CellFailedError: the kernel died.
        """
        message_id = self._client.kc.execute(code, silent=False, store_history=False, allow_stdin=False)
        reply = await self._message("shell", message_id, lambda _message: True)
        # Drain what the hidden code published, so that it is not taken for output of the next cell.
        await self._message("iopub", message_id, _is_idle)
        if reply["content"]["status"] != "ok":
            content = reply["content"]
            raise MlopsError(
                "observation-failed",
                f"Watching the notebook failed: {content.get('ename')}: {content.get('evalue')}. This is a fault of "
                "jupyter-mlops; please report it. Until it is mended, `--no-run` converts without watching.",
                exit_status=1,
                detail="\n".join(content.get("traceback", [])),
            )

    async def _message(self, channel: str, parent: str, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next message that answers `parent` and is wanted; all before it are dropped."""
        from queue import Empty

        get = getattr(self._client.kc, f"get_{channel}_msg")
        while True:
            try:
                message: dict[str, Any] = await get(timeout=_LOOK)
            except Empty:
                if not await self._client.km.is_alive():
                    raise CellFailedError("kernel-died") from None
                continue
            if message["parent_header"].get("msg_id") == parent and wanted(message):
                return message

    async def install_agent(
        self, *, root: Path, protected: Path | None, reference: Path, secrets: tuple[str, ...] = ()
    ) -> None:
        """Send the agent to the kernel.

        Args:
            root: the scratch copy of the project.
            protected: the user's project, which code that runs here must not write to.
            reference: folder for saved values.
            secrets: texts that no saved value may hold.
        """
        settings = {
            "root": str(root),
            "protected": str(protected) if protected else None,
            "reference": str(reference),
            "spool": str(self._spool),
            "secrets": secrets,
        }
        # Loading them from files lets all kernels but the first find them compiled.
        await self.hidden(
            "def _install(folder, settings):\n"
            "    import sys\n"
            "    from importlib.util import module_from_spec, spec_from_file_location\n"
            "    loaded = []\n"
            "    for name, file in (('values', 'values/__init__.py'), ('agent', 'agent.py')):\n"
            "        spec = spec_from_file_location('_jupyter_mlops_' + name, folder + '/' + file)\n"
            "        loaded.append(module_from_spec(spec))\n"
            "        sys.modules[spec.name] = loaded[-1]\n"
            "        spec.loader.exec_module(loaded[-1])\n"
            "    loaded[1].install(loaded[0], settings)\n"
            f"_install({str(self._sources())!r}, {settings!r})\n"
            "del _install\n"
        )

    def _sources(self) -> Path:
        folder = self._scratch / "agent"
        if not folder.is_dir():
            package = files("jupyter_mlops_converters")
            (folder / "values").mkdir(parents=True)
            for file in (package / "values").iterdir():
                if file.name.endswith(".py"):
                    (folder / "values" / file.name).write_bytes(file.read_bytes())
            (folder / "agent.py").write_bytes((package / "observe" / "agent.py").read_bytes())
        return folder

    async def ask(self, method: str, request: dict[str, Any] | None = None) -> dict[str, Any] | None:
        """Call a method of the agent.

        Args:
            method: "before", "after", "check" and so on, see `observe.agent`.
            request: its argument.

        Returns:
            The report it wrote, if it writes one.
        """
        argument = repr(json.dumps(request)) if request is not None else ""
        await self.hidden(f"__import__('sys').modules['_jupyter_mlops_agent'].AGENT.{method}({argument})")
        if not self._spool.exists():
            return None
        with self._spool.open(encoding="utf-8") as stream:
            stream.seek(self._read)
            text = stream.read()
            self._read = stream.tell()
        return json.loads(text) if text.strip() else None


def _is_idle(message: dict[str, Any]) -> bool:
    return bool(message["msg_type"] == "status" and message["content"]["execution_state"] == "idle")
