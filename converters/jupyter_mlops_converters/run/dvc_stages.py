"""The stages of a pipeline as DVC sees them: which are stale, what restores them, and how a run is recorded.

This is `dvc repro` taken apart, with the running of commands left out: the same order, the same checks, the same locks,
the same entries in `dvc.lock` and in the run cache.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Any, Literal

from jupyter_mlops_converters.errors import MlopsError


@dataclass(frozen=True, eq=False)
class Step:
    """One stage.

    Attributes:
        name: as in its `dvc.yaml`.
        folder: where its commands run.
        commands: one after the other.
        env: their environment.
        upstream: the steps that it needs.
        dvc_stage: DVC's own object.
    """

    name: str
    folder: Path
    commands: tuple[str, ...]
    env: dict[str, str]
    upstream: tuple[Step, ...]
    dvc_stage: Any
    _claims: ExitStack = field(default_factory=ExitStack, repr=False)


class DvcStages:
    """The stages that `dvc repro` would look at in a pipeline's folder, in its order. Use as a context manager.

    Args:
        folder: the pipeline's.

    Raises:
        MlopsError: ``no-dvc-project``, ``invalid-dvc-yaml``.
    """

    def __init__(self, folder: Path) -> None:
        from dvc.exceptions import DvcException, NotDvcRepoError
        from dvc.repo import Repo
        from dvc.repo.reproduce import collect_stages, get_active_graph, plan_repro

        self._folder = folder
        # DVC would tell of its work on stdout, which has the answer, and draw bars over ours.
        logging.getLogger("dvc").setLevel(logging.CRITICAL)
        try:
            with _working_in(folder):
                self._repo = Repo()
                graph = get_active_graph(self._repo.index.graph)
                ordered = plan_repro(graph, collect_stages(self._repo, ["dvc.yaml"]))
        except NotDvcRepoError:
            raise MlopsError(
                "no-dvc-project",
                "DVC is not initialised in this project. Run `dvc init` in its root (`dvc init --no-scm` without git).",
                path=str(folder),
            ) from None
        except DvcException as error:
            raise MlopsError("invalid-dvc-yaml", f"dvc.yaml cannot be used: {error}", path=str(folder)) from None
        steps: dict[Any, Step] = {}
        for stage in ordered:
            upstream = tuple(steps[other] for other in graph.successors(stage) if other in steps)
            steps[stage] = self._step(stage, upstream)
        self.steps = tuple(steps.values())
        self._settled: set[Step] = set()
        self._unwritten: list[Step] = []

    def _step(self, stage: Any, upstream: tuple[Step, ...]) -> Step:
        from dvc.stage.run import _enforce_cmd_list, prepare_kwargs

        commands = tuple(_enforce_cmd_list(stage.cmd)) if stage.cmd else ()
        with _working_in(self._folder):
            env = prepare_kwargs(stage)["env"]
        return Step(getattr(stage, "name", None) or stage.addressing, Path(stage.wdir), commands, env, upstream, stage)

    def close(self) -> None:
        """Write what is not yet in `dvc.lock`; let go of the repository, and of what is claimed in it."""
        for step in self.steps:
            self.release(step)
        self.write()
        self._repo.close()

    def write(self) -> None:
        """Write what is not yet in `dvc.lock`."""
        if self._unwritten:
            with self._at_work(self._unwritten[0]):
                self._write(list(self._unwritten))

    def take_up(self, step: Step) -> Literal["skipped", "restored", "run"]:
        """See what has to be done about a step whose upstream steps are done, and do it short of running it.

        Args:
            step: which.

        Returns:
            "run" when its commands have to be run now; its former results are gone then, and it is claimed by this
            process until it is recorded or released.

        Raises:
            MlopsError: ``missing-input``, ``pipeline-busy``, ``stage-failed``.
        """
        with self._at_work(step):
            status = self._take_up(step)
            if status != "run":
                self._settle(step)
        return status

    def _take_up(self, step: Step) -> Literal["skipped", "restored", "run"]:
        from dvc.stage.cache import RunCacheNotFoundError

        stage = step.dvc_stage
        upstream = [other.dvc_stage for other in step.upstream]
        if not stage.cmd or stage.frozen:
            # Data that DVC keeps, for one: nothing is run, so DVC does all of it.
            if stage.reproduce(upstream=upstream) is None:
                return "skipped"
            stage.dump(update_pipeline=False)
            return "restored"
        if not stage.changed(False, upstream):
            return "skipped"
        missing = [dep for dep in stage.deps if not dep.exists]
        if missing:
            raise self._missing(f"{missing[0]} is not there, and {step.name} reads it.")
        self._claim(step)
        stage.remove_outs(ignore_remove=False, force=False)
        try:
            self._repo.stage_cache.restore(stage)
        except RunCacheNotFoundError:
            # What the step runs with: files that change meanwhile make it stale again.
            stage.save_deps()
            return "run"
        self.release(step)
        stage.save_deps()
        self._save(step)
        return "restored"

    def record(self, step: Step) -> None:
        """Enter what a step has written, and from what, into `dvc.lock`, the cache and the run cache.

        Raises:
            MlopsError: ``stage-failed`` when a file is missing that it should have written.
        """
        self.release(step)
        with self._at_work(step):
            self._repo._reset()  # noqa: SLF001 - as DVC does after a command, which may have changed any file
            self._save(step)
            self._settle(step)

    def release(self, step: Step) -> None:
        """Give up a claim, if there is one."""
        step._claims.close()  # noqa: SLF001 - ours

    def metric_files(self) -> list[Path]:
        """The files that stages of the pipeline write their metrics to."""
        metrics = [out for step in self.steps for out in step.dvc_stage.outs if out.metric]
        return [Path(out.fs_path) for out in metrics if out.protocol == "local"]

    def _save(self, step: Step) -> None:
        stage = step.dvc_stage
        stage.save_outs()
        stage.md5 = stage.compute_md5()
        if all(out.use_cache or out.is_metric or out.is_plot for out in stage.outs):
            self._repo.stage_cache.save(stage)
        stage.commit()
        self._unwritten.append(step)

    def _settle(self, step: Step) -> None:
        """Write the steps into `dvc.lock` that have all steps before them there, so that its order is DVC's.

        The last of them is written after the next, or by `write`: nobody has to wait for that.
        """
        self._settled.add(step)
        ready = list(takewhile(self._settled.__contains__, self.steps))
        self._write([each for each in ready if each in self._unwritten][:-1])

    def _write(self, steps: list[Step]) -> None:
        for step in sorted(steps, key=self.steps.index):
            step.dvc_stage.dump(update_pipeline=False)
            self._unwritten.remove(step)

    def _claim(self, step: Step) -> None:
        """Keep other DVC processes from the files that a step reads and writes, while it runs."""
        from dvc.rwlock import rwlock

        stage = step.dvc_stage
        reads, writes = (
            [each.fs_path for each in files if each.protocol == "local"] for files in (stage.deps, stage.outs)
        )
        hardlink = self._repo.config["core"].get("hardlink_lock", False)
        # DVC tells processes apart by this, and so knows what it locks itself meanwhile for ours.
        command = " ".join(sys.argv)
        step._claims.enter_context(  # noqa: SLF001 - ours
            rwlock(self._repo.tmp_dir, self._repo.fs, command, reads, writes, hardlink)
        )

    @contextmanager
    def _at_work(self, step: Step) -> Iterator[None]:
        from dvc.exceptions import DvcException
        from dvc.lock import LockError
        from dvc.rwlock import RWLockFileCorruptedError, RWLockFileFormatError
        from dvc.stage.exceptions import MissingDataSource

        try:
            with _working_in(self._folder), self._repo.lock, self._repo.scm_context(quiet=True):
                yield
        except LockError as error:
            raise MlopsError(
                "pipeline-busy",
                "Another process is running this pipeline. Wait for it, or end it.",
                path=str(self._folder),
                exit_status=1,
                detail=str(error),
            ) from None
        except (RWLockFileCorruptedError, RWLockFileFormatError):
            raise MlopsError(
                "pipeline-busy",
                "A run that was ended by force has left DVC's list of locks broken. When nothing runs here any more, "
                "delete the file.",
                path=str(Path(self._repo.tmp_dir, "rwlock")),
                exit_status=1,
            ) from None
        except MissingDataSource as error:
            raise self._missing(f"{str(error).partition(': ')[2]} is not there.") from None
        except DvcException as error:
            raise MlopsError(
                "stage-failed",
                f"Stage {step.name} failed: {str(error).rstrip('.')}.",
                path=str(self._folder / "dvc.yaml"),
                exit_status=1,
            ) from None

    def _missing(self, what: str) -> MlopsError:
        return MlopsError(
            "missing-input",
            f"{what} Get the data first (`dvc pull`, where DVC keeps it).",
            path=str(self._folder / "dvc.yaml"),
            exit_status=1,
        )


@contextmanager
def _working_in(folder: Path) -> Iterator[None]:
    """DVC takes paths from the working directory. Nothing else runs in this process meanwhile."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
