"""nbclient's client, set up for running cells one by one. Imported where it is needed only: nbclient takes long to load."""

from __future__ import annotations

from pathlib import Path

from jupyter_mlops_converters.quick_start import prepare_nbformat

prepare_nbformat()

import nbformat  # noqa: E402 - what it validates with has to be prepared
from nbclient import NotebookClient  # noqa: E402
from nbclient.exceptions import DeadKernelError  # noqa: E402

from jupyter_mlops_converters.warm.jupyter import PromptClient, connect_by_files  # noqa: E402


class Client(NotebookClient):  # type: ignore[misc]  # nbclient shows no types to mypy
    """Runs cells in a kernel of its own.

    Args:
        kernel_name: which kernel.
        folder: where its connection is described, and made.
    """

    def __init__(self, kernel_name: str, folder: Path) -> None:
        super().__init__(
            nbformat.v4.new_notebook(),
            kernel_name=kernel_name,
            allow_errors=False,
            force_raise_errors=False,
            record_timing=False,
            store_widget_state=True,
            shutdown_kernel="immediate",
        )
        manager = self.create_kernel_manager()
        manager.client_factory = PromptClient
        connect_by_files(manager, folder)

    async def _async_check_alive(self) -> None:
        # The watch over a cell that was cancelled lives on for a moment.
        if self.kc is None:
            raise DeadKernelError("The kernel was ended.")
        await super()._async_check_alive()
