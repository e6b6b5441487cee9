"""Where the kernels of stages come from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_mlops_converters.run.command_line import NotebookRun
from jupyter_mlops_converters.run.imports import importable_ahead, unpickles_from
from jupyter_mlops_converters.warm import WarmKernels, kept

#: What `begin_early` has begun, until it is wanted.
_begun: list[WarmKernels] = []


@contextmanager
def begin_early() -> Iterator[None]:
    """Start the process that kernels are forked from while it is not even known which pipeline is going to run.

    Where one waits from the run before, it is probably for the same pipeline.
    """
    if not kept.any_kept():
        _begun.append(WarmKernels())
    try:
        yield
    finally:
        while _begun:
            _begun.pop().close()


class StageKernels:
    """Starts kernels, warm where the stage's notebook allows it.

    Args:
        cold: start every kernel in a process of its own.
    """

    def __init__(self, *, cold: bool) -> None:
        self._cold = cold
        self._warm: WarmKernels | None = None

    def begin(self, folder: Path) -> None:
        """Start the process that kernels are forked from while nobody knows yet what it should import.

        Args:
            folder: where kernels will probably start.
        """
        if not self._cold and folder.is_dir():
            self._warm_in(folder)

    def import_ahead(self, notebooks: Iterable[Path]) -> None:
        """Begin to import what stages need, in their order; at last what the objects need that they load.

        Args:
            notebooks: of the stages.
        """
        notebooks = list(notebooks)
        if self._cold or not notebooks:
            return
        others = [notebook.with_name(f"{name}.ipynb") for notebook in notebooks for name in unpickles_from(notebook)]
        modules = [module for notebook in [*notebooks, *others] for module in importable_ahead(notebook) or ()]
        self._warm_in(notebooks[0].parent).preload(modules)

    async def start(self, run: NotebookRun, env: Mapping[str, str]) -> Any:
        """Start the kernel for a notebook.

        Args:
            run: which notebook.
            env: the kernel's environment.

        Returns:
            As `start_kernel`.

        Raises:
            NotebookFailedError: as `start_kernel`.
        """
        from jupyter_mlops_converters.run.papermill import start_kernel

        modules = None if self._cold else importable_ahead(run.folder / run.source)
        if modules is None:
            return await start_kernel(run, env=env, kernels=None, modules=())
        return await start_kernel(run, env=env, kernels=self._warm_in(run.folder / run.cwd), modules=modules)

    def close(self, *, keep: bool = False) -> None:
        """End the kernels that are left.

        Args:
            keep: whether the warm process may wait for the next run.
        """
        if self._warm is not None:
            self._warm.close(keep=kept.seconds_kept() if keep else 0)

    def _warm_in(self, folder: Path) -> WarmKernels:
        if self._warm is None and _begun:
            self._warm = _begun.pop()
            self._warm.move(folder)
        elif self._warm is None:
            self._warm = WarmKernels(cwd=folder, again=True)
        return self._warm
