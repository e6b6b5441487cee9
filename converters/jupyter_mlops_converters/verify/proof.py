"""What the proof is about and what it finds: the dataclasses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jupyter_mlops_converters.errors import MlopsError
from jupyter_mlops_converters.verify.report import ReportVerdict

IDENTICAL: ReportVerdict = "identical"
WITHIN_TOLERANCE: ReportVerdict = "within-tolerance"
NOT_DETERMINISTIC: ReportVerdict = "not-deterministic"
EDITED: ReportVerdict = "edited"
DIFFERS: ReportVerdict = "differs"
FAILED: ReportVerdict = "failed"


@dataclass(frozen=True)
class Saved:
    """A file of a hand-over that no stage of the proof loads: a result, such as a model that is tracked.

    Attributes:
        path: relative to the pipeline's folder.
        format: key of the format.
        versions: variable in it → the cell that wrote the version it should have, in the order of the file.
    """

    path: str
    format: str
    versions: Mapping[str, int]


@dataclass(frozen=True)
class StageRun:
    """What the proof must know of a stage.

    Attributes:
        name: of the stage.
        notebook: its file, relative to the pipeline's folder.
        source_cells: original cells in it.
        loads: variable → format of the hand-over that brings it.
        products: files of hand-overs that it writes, relative to the pipeline's folder.
        writes: project files that its cells write.
        upstream: stages that it waits for.
        versions: variable that it loads → the cell that wrote the version it should have.
        parameters: names of the parameters that it takes from `params.yaml`.
        metrics: variables that it writes to `metrics.json`.
        results: files that it writes and that no stage loads.
    """

    name: str
    notebook: str
    source_cells: tuple[int, ...]
    loads: Mapping[str, str] = field(default_factory=dict)
    products: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    upstream: tuple[str, ...] = ()
    versions: Mapping[str, int] = field(default_factory=dict)
    parameters: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    results: tuple[Saved, ...] = ()


@dataclass(frozen=True)
class Compared:
    """One comparison.

    Attributes:
        verdict: "identical", "within-tolerance", "not-deterministic", "edited", "differs" or "failed".
        detail: the first difference, in words.
        stage: where.
        source_cell: of a cell's comparison; of a value, the cell that the compared version is from.
        name: of a hand-over's variable or a file.
        outputs: the pipeline's outputs of a cell.
        source_notebook: the notebook that the cell is from, in a pipeline of several.
    """

    verdict: ReportVerdict
    detail: str
    stage: str
    source_cell: int | None = None
    name: str | None = None
    outputs: tuple[dict[str, Any], ...] = ()
    source_notebook: str | None = None


@dataclass(frozen=True)
class StageProof:
    """What the proof found in one stage.

    Attributes:
        stage: its name.
        cells: one for every source cell that ran.
        hand_overs: one for every variable that it loaded.
        files: one for every file that it leaves behind as the notebook does.
        failure: its error, when it did not run to its end.
        memory: the most bytes that its cells needed; 0 when that is not known.
    """

    stage: str
    cells: tuple[Compared, ...] = ()
    hand_overs: tuple[Compared, ...] = ()
    files: tuple[Compared, ...] = ()
    failure: Compared | None = None
    memory: int = 0

    @property
    def differs(self) -> bool:
        """Whether anything in it is another than in the notebook."""
        return any(compared.verdict == DIFFERS for compared in (*self.cells, *self.hand_overs, *self.files))

    @property
    def good(self) -> bool:
        """Whether it ran and nothing differs."""
        return self.failure is None and not self.differs


@dataclass(frozen=True)
class Edit:
    """A place where what was run is another than what was generated.

    Attributes:
        path: the file, relative to the pipeline's folder.
        source_cell: the cell of the original that it is about, if it is about one.
        what: what is other, in words.
    """

    path: str
    source_cell: int | None
    what: str


@dataclass(frozen=True)
class Proof:
    """The result of the proof.

    Attributes:
        stages: in pipeline order, those that ran.
        edits: by hand, of a pipeline that gives the notebook's results without them.
    """

    stages: tuple[StageProof, ...]
    edits: tuple[Edit, ...] = ()

    @property
    def cells(self) -> tuple[Compared, ...]:
        """One for every source cell that ran."""
        return tuple(compared for stage in self.stages for compared in stage.cells)

    @property
    def hand_overs(self) -> tuple[Compared, ...]:
        """One for every variable that a stage loaded."""
        return tuple(compared for stage in self.stages for compared in stage.hand_overs)

    @property
    def files(self) -> tuple[Compared, ...]:
        """One for every file that the notebook leaves behind."""
        return tuple(compared for stage in self.stages for compared in stage.files)

    @property
    def failure(self) -> Compared | None:
        """The error of the first stage that did not run to its end, if any."""
        return next((stage.failure for stage in self.stages if stage.failure is not None), None)

    @property
    def all(self) -> tuple[Compared, ...]:
        """Every comparison."""
        return (*self.cells, *self.hand_overs, *self.files)

    @property
    def verdict(self) -> str:
        """The verdict as `conversion.json` has it."""
        if self.failure is not None:
            return "failed"
        verdicts = {compared.verdict for compared in self.all}
        if DIFFERS in verdicts:
            return "differs"
        if EDITED in verdicts:
            return "edited"
        return "equivalent-within-tolerance" if verdicts & {WITHIN_TOLERANCE, NOT_DETERMINISTIC} else "equivalent"

    @property
    def first_bad(self) -> Compared | None:
        """What is wrong in the first stage that failed or differs: its failure, or the first difference."""
        stage = next((stage for stage in self.stages if not stage.good), None)
        if stage is None:
            return None
        every = (*stage.hand_overs, *stage.cells, *stage.files)
        return stage.failure or next(compared for compared in every if compared.verdict == DIFFERS)


def stage_runs(document: Mapping[str, Any]) -> list[StageRun]:
    """The stages of a `conversion.json` that the proof runs.

    Args:
        document: its content.

    Returns:
        The stages in order, without those that hold no cell of the original.

    Raises:
        MlopsError: ``invalid-conversion`` when the file is not what it should be.
    """
    try:
        names = [stage["name"] for stage in document["stages"]]
        loaded = {entry["path"] for stage in document["stages"] if stage["source_cells"] for entry in stage["inputs"]}
        return [
            StageRun(
                name=stage["name"],
                notebook=stage["notebook"],
                source_cells=tuple(stage["source_cells"]),
                loads={entry["variable"]: entry["format"] for entry in stage["inputs"]},
                products=tuple(dict.fromkeys(entry["path"] for entry in stage["outputs"])),
                writes=tuple(stage["writes"]),
                # A document that does not say what a stage waits for is of an older version.
                upstream=tuple(
                    dict.fromkeys(
                        [*(entry["stage"] for entry in stage["inputs"]), *stage.get("after", names[:position])]
                    )
                ),
                versions={
                    entry["variable"]: entry["source_cell"]
                    for entry in stage["inputs"]
                    if entry.get("source_cell") is not None
                },
                parameters=tuple(stage["parameters"]),
                metrics=tuple(stage.get("metrics", ())),
                results=_results(stage, loaded),
            )
            for position, stage in enumerate(document["stages"])
            if stage["source_cells"]
        ]
    except (KeyError, TypeError) as error:
        raise MlopsError(
            "invalid-conversion",
            f"conversion.json is not valid ({error}). Convert the notebook again.",
            path="conversion.json",
        ) from None


def _results(stage: Mapping[str, Any], loaded: set[str]) -> tuple[Saved, ...]:
    files: dict[str, list[Mapping[str, Any]]] = {}
    for entry in stage["outputs"]:
        if entry["path"] not in loaded and not entry["variable"].startswith("<"):
            files.setdefault(entry["path"], []).append(entry)
    return tuple(
        Saved(path, entries[0]["format"], {entry["variable"]: entry["source_cell"] for entry in entries})
        for path, entries in files.items()
        if all(entry.get("source_cell") is not None for entry in entries)
    )
