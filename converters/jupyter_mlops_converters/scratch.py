"""What a conversion works with: scratch copies of the project, and kernels."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING
from uuid import uuid4

from jupyter_mlops_converters.emit import Link
from jupyter_mlops_converters.observe.kernels import Kernels, processors
from jupyter_mlops_converters.observe.mirror import Mirror, state_of
from jupyter_mlops_converters.plan.stages import MOST_STAGES
from jupyter_mlops_converters.source.place import Project
from jupyter_mlops_converters.verify.proof import StageRun

if TYPE_CHECKING:
    from typing_extensions import Self


@contextmanager
def workspace() -> Iterator[Path]:
    """A temporary folder for everything that a conversion needs; gone afterwards."""
    # Its name is known before it is made, so that there is no moment at which an interrupt would leave it behind.
    work = Path(tempfile.gettempdir()).resolve() / f"jupyter-mlops-{uuid4().hex[:12]}"
    try:
        work.mkdir(mode=0o700)
        yield work
    finally:
        try:
            shutil.rmtree(work, ignore_errors=True)
        except KeyboardInterrupt:
            shutil.rmtree(work, ignore_errors=True)
            raise


class Scratch:
    """Scratch copies of a project, and kernels. Use as an asynchronous context manager.

    Args:
        project: the project.
        folder: of the pipeline, relative to the project, posix.
        kernel_name: which kernel.
        work: a temporary folder.
        keep: a folder that is copied in any case: the one the notebooks are in.
        environment: variables that all kernels get.

    Attributes:
        original: the copy that the originals run in.
        proof: the copy that the stages run in.
    """

    def __init__(
        self, project: Project, folder: str, kernel_name: str, *, work: Path, keep: Path, environment: Mapping[str, str]
    ) -> None:
        self.project = project
        self.folder = folder
        self.work = work
        self.kernels = Kernels(kernel_name, work / "kernels", environment)
        self._keep = keep
        self.original = self._mirror("original")
        self.proof = self._mirror("proof")
        self._large: dict[Path, tuple[int, int]] = {}
        self._laid_out = False
        self._ready: asyncio.Task[None] | None = None
        self._second: asyncio.Task[Mirror] | None = None

    def _mirror(self, name: str) -> Mirror:
        mirror = Mirror(self.project.root, self.work / name, keep=self._keep)
        # A notebook that lists its folder shows the pipeline's as well, once it is there. So it is there in every run.
        (mirror.root / self.folder / "stages").mkdir(parents=True)
        return mirror

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        tasks = [task for task in (self._ready, self._second) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.kernels.close()

    @property
    def changed(self) -> list[Path]:
        """Large files of the project, linked into the scratch copies, that have changed meanwhile."""
        return [file for file, state in self._large.items() if state_of(file) != state]

    def open(self, stages: int) -> None:
        """Copy the project for the originals, and begin to get ready for the proof.

        Args:
            stages: how many there may be.
        """
        self.original.copy()
        self._large = {file: state_of(file) for file in self.original.linked}
        if processors() > 1:
            self._ready = asyncio.ensure_future(self._get_ready(stages))

    async def ready(self) -> None:
        """Wait until the copy for the proof is there."""
        if self._ready is None:
            self._ready = asyncio.ensure_future(self._get_ready(0))
        await self._ready
        await self.kernels.stop_starting()

    async def _get_ready(self, stages: int) -> None:
        cwd = self.proof.root / self.folder / "stages"
        for _ in self.proof.copying():
            await asyncio.sleep(0)
        self.kernels.start_ahead(min(stages, MOST_STAGES), cwd, self.temp(self.proof))

    async def second(self) -> Mirror:
        """The copy for second runs of the originals; made when it is needed first."""
        if self._second is None:
            self._second = asyncio.ensure_future(self._copy_again())
        return await asyncio.shield(self._second)

    async def _copy_again(self) -> Mirror:
        mirror = self._mirror("second")
        for _ in mirror.copying():
            await asyncio.sleep(0)
        return mirror

    def temp(self, mirror: Mirror) -> Path:
        """The folder of temporary files of what runs in a copy."""
        return self.work / f"temp-{mirror.root.name}"

    def paths(self, *mirrors: Mirror) -> dict[str, str]:
        """Replacements for the comparison of outputs: the scratch copies stand for the project."""
        copies = {str(mirror.root): str(self.project.root) for mirror in mirrors}
        return copies | {str(self.temp(mirror)): tempfile.gettempdir() for mirror in mirrors}

    def lay_out(
        self,
        stages: Sequence[StageRun],
        files: Mapping[str, bytes | Link] | None = None,
        known: Container[str] = frozenset(),
    ) -> None:
        """Make the copy for the proof what it is before any stage has run.

        Args:
            stages: of the pipeline.
            files: of the pipeline's folder; those that are in the project when None.
            known: names of stages that need not run again; what they wrote stays.
        """
        spared = {path for stage in stages if stage.name in known for path in stage.writes}
        spared |= {f"{self.folder}/{path}" for stage in stages if stage.name in known for path in stage.products}
        self.proof.reset(spared)
        temp = self.temp(self.proof)
        if self._laid_out:
            # The first time, only kernels that are starting have written there, and they need what they wrote.
            shutil.rmtree(temp, ignore_errors=True)
        # What a stage has left running may write there meanwhile.
        temp.mkdir(exist_ok=True)
        self._laid_out = True
        folder = self.proof.root / self.folder
        write_files(folder, files or {})
        for path in {path for stage in stages if stage.name not in known for path in stage.products}:
            # A pipeline that has run in the project may have left them, and a stage must make its own.
            (folder / path).unlink(missing_ok=True)


def write_files(folder: Path, files: Mapping[str, bytes | Link]) -> None:
    """Write emitted files into a scratch folder.

    Args:
        folder: created when it is not there.
        files: path in it → content.
    """
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Link):
            target.unlink(missing_ok=True)
            target.symlink_to(content.target)
        else:
            target.write_bytes(content)
