"""Where a pipeline's files are and which stage reads and writes which: the facts that all targets share.

Paths are posix and relative to the pipeline's folder unless said otherwise.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from jupyter_mlops_converters.plan.pipeline import FileUse, HandOver, Pipeline, Stage

STAGES = "stages"
PRODUCTS = "products"
METRICS = "metrics.json"
NOTEBOOK_KEY = "nb"
METRICS_KEY = "metrics"
_IMAGES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".svg"})
_PICKLES = frozenset({"joblib", "cloudpickle"})


def source_notebook(stage: Stage) -> str:
    """The stage's notebook."""
    return f"{STAGES}/{stage.name}.ipynb"


def executed_notebook(stage: Stage) -> str:
    """The notebook that running the stage leaves."""
    return f"{PRODUCTS}/{stage.name}.ipynb"


def product_key(hand_over: HandOver) -> str:
    """The hand-over's key in `product` and `upstream`; a few keys are taken."""
    return f"{hand_over.name}_" if hand_over.name in {NOTEBOOK_KEY, METRICS_KEY} else hand_over.name


def products(stage: Stage) -> dict[str, str]:
    """What the stage writes by key: its executed notebook, its hand-overs and the metrics."""
    files = {NOTEBOOK_KEY: executed_notebook(stage)}
    files.update({product_key(hand_over): hand_over.path for hand_over in stage.outputs})
    if stage.metrics:
        files[METRICS_KEY] = stage.metrics_file
    return files


def metrics_prefix(stage: Stage) -> str:
    """What stands before the names of a stage's metrics where those of all stages come together."""
    return "" if stage.metrics_file == METRICS else f"{PurePosixPath(stage.metrics_file).stem}."


def upstream(pipeline: Pipeline, stage: Stage) -> dict[str, dict[str, str]]:
    """What the stage reads of other stages: stage → key → path. A stage it waits for only has an empty entry."""
    read: dict[str, dict[str, str]] = {name: {} for name in pipeline.upstream(stage)}
    if stage.tracks:
        for other in earlier(pipeline, stage):
            kept = {NOTEBOOK_KEY, METRICS_KEY}
            read[other.name] = {key: path for key, path in products(other).items() if key in kept}
    for hand_over in stage.inputs:
        read[hand_over.producer][product_key(hand_over)] = hand_over.path
    return read


def earlier(pipeline: Pipeline, stage: Stage) -> tuple[Stage, ...]:
    """The stages before `stage`, in pipeline order."""
    names = [other.name for other in pipeline.stages]
    return pipeline.stages[: names.index(stage.name)]


def relative(pipeline: Pipeline, path: str) -> str:
    """A project path as seen from the pipeline's folder; absolute ones stay as they are."""
    if is_absolute(path):
        return path
    return posixpath.relpath(path, pipeline.folder)


def is_image(path: str) -> bool:
    """Whether the path is that of an image."""
    return PurePosixPath(path).suffix.lower() in _IMAGES


def is_absolute(path: str) -> bool:
    """Whether a posix path is absolute, on Windows too."""
    return path.startswith("/") or re.match(r"[A-Za-z]:", path) is not None


@dataclass(frozen=True)
class Files:
    """The project's files that a stage reads and writes.

    Attributes:
        data: read, and written by no stage.
        results_read: read, and as the last stage that writes them has left them.
        results: made by the pipeline, and written by this stage last.
    """

    data: tuple[FileUse, ...]
    results_read: tuple[FileUse, ...]
    results: tuple[FileUse, ...]


def files(pipeline: Pipeline, stage: Stage) -> Files:
    """Sorts a stage's project files.

    What is read before the pipeline has made it, and overwritten later, is neither data nor a result: its content depends
    on when one looks. Nor is what another pipeline has among its results, too. Between stages, the versions of a file that is written more than once are handed over as copies.
    """
    position = {other.name: index for index, other in enumerate(pipeline.stages)}
    here = position[stage.name]
    written = writers(pipeline)
    last = {path: position[names[-1]] for path, names in written.items()}
    kept = {
        use.path
        for other in pipeline.stages
        for use in other.writes
        if last[use.path] == position[other.name] and use.kept and not use.owner
    }
    made = {path for path in kept if not is_overwritten_input(pipeline, path)}
    return Files(
        data=_unique(use for use in stage.reads if use.path not in written),
        results_read=_unique(use for use in stage.reads if use.path in made and last[use.path] < here),
        results=_unique(use for use in stage.writes if use.path in made and last[use.path] == here),
    )


def writers(pipeline: Pipeline) -> dict[str, list[str]]:
    """File → the stages that write it, in order."""
    found: dict[str, list[str]] = {}
    for stage in pipeline.stages:
        for use in _unique(stage.writes):
            found.setdefault(use.path, []).append(stage.name)
    return found


def is_overwritten_input(pipeline: Pipeline, path: str) -> bool:
    """Whether a file that stages write is read before one has written it, or by the first one that does."""
    for stage in pipeline.stages:
        if any(use.path == path for use in stage.reads):
            return True
        if any(use.path == path for use in stage.writes):
            return False
    return False


def _unique(uses: Iterable[FileUse]) -> tuple[FileUse, ...]:
    return tuple({use.path: use for use in uses}.values())


def own_modules(pipeline: Pipeline, stage: Stage) -> tuple[str, ...]:
    """The library module and the project's modules that the stage depends on.

    A stage depends on them when its code names one, or when it loads pickles, whose classes may live there.
    """
    modules = {f"{pipeline.name}_lib": f"{pipeline.name}_lib.py"} if pipeline.library else {}
    used = pipeline.library_files if stage.library_files is None else stage.library_files
    shared = [(PurePosixPath(use.path).stem, relative(pipeline, use.path)) for use in used]
    text = "\n".join((stage.context, stage.definitions, *(cell.source for cell in stage.cells if cell.kind == "code")))
    pickles = any(hand_over.format in _PICKLES for hand_over in stage.inputs)
    library = [path for name, path in modules.items() if pickles or names(text, name)]
    # Modules of the project import one another, so one is as good as all.
    if pickles or any(names(text, name) for name, _ in shared) or (library and shared):
        library += [path for _, path in shared]
    return tuple(library)


def names(text: str, word: str) -> bool:
    """Whether the word occurs in the text."""
    return re.search(rf"\b{re.escape(word)}\b", text) is not None


def watched(pipeline: Pipeline, stage: Stage) -> tuple[str, ...]:
    """Files that no stage makes and whose change makes the stage stale: its data and the project's own modules."""
    data = (relative(pipeline, use.path) for use in files(pipeline, stage).data)
    return tuple(dict.fromkeys([*own_modules(pipeline, stage), *data]))
