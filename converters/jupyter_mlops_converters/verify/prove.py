"""The proof: run every stage in a fresh process from files on disk, and compare with the original notebook's run."""

from __future__ import annotations

import base64
import json
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from jupyter_mlops_converters.errors import MlopsError
from jupyter_mlops_converters.observe.observation import Observation, ObservedCell
from jupyter_mlops_converters.observe.observe import FORCED, Limits
from jupyter_mlops_converters.observe.session import CellFailedError, Session
from jupyter_mlops_converters.verify.outputs import compare_outputs
from jupyter_mlops_converters.verify.report import ReportVerdict

IDENTICAL: ReportVerdict = "identical"
WITHIN_TOLERANCE: ReportVerdict = "within-tolerance"
NOT_DETERMINISTIC: ReportVerdict = "not-deterministic"
DIFFERS: ReportVerdict = "differs"
FAILED: ReportVerdict = "failed"
#: When a PDF was made, and the ids made from that; everything else in it is compared.
_PDF_MADE = re.compile(rb"/(?:CreationDate|ModDate)\s*\([^)]*\)|/ID\s*\[[^\]]*\]")


@dataclass(frozen=True)
class StageRun:
    """What the proof must know of a stage.

    Attributes:
        name: of the stage.
        notebook: its file, relative to the pipeline's folder.
        source_cells: original cells in it.
        loads: variable → format of the hand-over that brings it.
        writes: project files that its cells write.
        versions: variable that it loads → the cell that wrote the version it should have.
    """

    name: str
    notebook: str
    source_cells: tuple[int, ...]
    loads: Mapping[str, str] = field(default_factory=dict)
    writes: tuple[str, ...] = ()
    versions: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Compared:
    """One comparison.

    Attributes:
        verdict: "identical", "within-tolerance", "not-deterministic", "differs" or "failed".
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
class Proof:
    """The result of the proof.

    Attributes:
        cells: one for every source cell that ran.
        hand_overs: one for every variable that a stage loaded.
        files: one for every file that the notebook leaves behind.
        failure: the error of the stage that did not run, if any.
    """

    cells: tuple[Compared, ...]
    hand_overs: tuple[Compared, ...] = ()
    files: tuple[Compared, ...] = ()
    failure: Compared | None = None

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
        return "equivalent-within-tolerance" if verdicts & {WITHIN_TOLERANCE, NOT_DETERMINISTIC} else "equivalent"

    @property
    def first_bad_stage(self) -> str | None:
        """The first stage that failed or differs."""
        if self.failure is not None:
            return self.failure.stage
        return next((c.stage for c in (*self.hand_overs, *self.cells, *self.files) if c.verdict == DIFFERS), None)


def prove(
    stages: list[StageRun],
    observation: Observation,
    *,
    mirror: Path,
    original: Path,
    project: Path,
    folder: str,
    kernel_name: str,
    limits: Limits,
    progress: Callable[[dict[str, Any]], None],
    seeded_from: Mapping[str, int],
) -> Proof:
    """Run all stages one after the other and compare.

    Args:
        stages: in pipeline order, without `track`.
        observation: the original's run.
        mirror: a fresh scratch copy of the project that holds the pipeline.
        original: the scratch copy that the original ran in (for the files it left).
        project: the user's project, which must not be written to.
        folder: the pipeline's folder in the project, posix.
        kernel_name: which kernel.
        limits: time limits.
        progress: told about every stage and cell.
        seeded_from: generator → cell that first seeds it. Before that cell the notebook draws what it likes, so the
            proof gives both runs the same draws; from there on the pipeline has to carry the state itself.

    Returns:
        The proof.
    """
    cells: list[Compared] = []
    hand_overs: list[Compared] = []
    files: list[Compared] = []
    deadline = limits.deadline()
    paths = {str(mirror): str(project), str(original): str(project), f"{Path(folder).name}_lib.": "__main__."}
    for number, stage in enumerate(stages):
        document = json.loads((mirror / folder / stage.notebook).read_text("utf-8"))
        code = [cell for cell in document["cells"] if cell["cell_type"] == "code"]
        starts = _starts(stage, observation)
        with Session(kernel_name, mirror / folder / "stages", timeout=limits.cell, deadline=deadline) as session:
            session.install_agent(root=mirror, protected=project, reference=mirror.parent / "unused")
            for cell in code:
                own = cell["metadata"].get("jupyter_mlops", {})
                source_cell = own.get("source_cell")
                if source_cell is not None:
                    progress(
                        {
                            "phase": "verify",
                            "message": f"Proving stage {stage.name}, cell {source_cell}",
                            "stage": stage.name,
                            "cell": source_cell,
                            "cells": max(cell.index for cell in observation.cells) + 1,
                            "fraction": len(cells) / max(1, len(observation.cells)),
                        }
                    )
                metadata = {key: value for key, value in cell["metadata"].items() if key != "jupyter_mlops"}
                try:
                    if source_cell in starts:
                        states = _free_draws(stage, observation, seeded_from, source_cell)
                        session.ask("set_random", {"states": states})
                    session.ask("before")
                    outputs, _ = session.execute("".join(cell["source"]), metadata=metadata)
                except CellFailedError as failure:
                    return Proof(
                        tuple(cells),
                        tuple(hand_overs),
                        failure=Compared(FAILED, _said(failure), stage.name, source_cell, own.get("role")),
                    )
                if source_cell is not None:
                    expected = observation.cell(source_cell).outputs
                    found = compare_outputs(list(expected), outputs, paths=paths)
                    cells.append(Compared(found.verdict, found.detail, stage.name, source_cell, outputs=tuple(outputs)))
                elif own.get("role") == "inputs":
                    hand_overs += _check_loaded(session, stage, observation)
            later = {path for other in stages[number + 1 :] for path in other.writes}
            written = [path for path in stage.writes if path not in later and path in observation.final_files]
            files += _compare_files(session, stage.name, written, original, mirror)
    return Proof(tuple(cells), tuple(hand_overs), tuple(files))


def _starts(stage: StageRun, observation: Observation) -> set[int]:
    """Cells of the stage before which, in the notebook, a cell of another stage (or none) ran."""
    order = [cell.index for cell in observation.cells]
    inside = set(stage.source_cells)
    return {
        index for before, index in zip([None, *order], order, strict=False) if index in inside and before not in inside
    }


def _free_draws(
    stage: StageRun, observation: Observation, seeded_from: Mapping[str, int], first: int
) -> dict[str, str | None]:
    """States for the generators that nothing has seeded before that cell: those that the notebook had there."""
    before = [cell for cell in observation.cells if cell.index < first]
    return {
        name: before[-1].states.get(name) if before else None
        for name in FORCED
        if name not in stage.loads
        and seeded_from.get(name, first) >= first
        and (not before or name in before[-1].states)
    }


def _said(failure: CellFailedError) -> str:
    if failure.kind == "raised":
        return f"{failure.ename}: {failure.evalue}"[:500]
    return {"timeout": "it ran out of time", "kernel-died": "the kernel died"}[failure.kind]


def _check_loaded(session: Session, stage: StageRun, observation: Observation) -> list[Compared]:
    first = min(stage.source_cells, default=0)
    expected: dict[str, dict[str, Any]] = {}
    written: dict[str, int] = {}
    for name, key in stage.loads.items():
        entry: dict[str, Any] | None = None
        version = stage.versions.get(name, first - 1)
        for cell in observation.cells:
            if cell.index > version and (name not in stage.versions or _writes(cell, name, entry)):
                break
            if name in cell.random:
                entry = {"fingerprint": cell.random[name]}
                written[name] = cell.index
            elif name in cell.changes and cell.changes[name].fingerprint is not None:
                entry = {"fingerprint": cell.changes[name].fingerprint, "reference": None, "format": key}
                written[name] = cell.index
            if entry is not None and name in cell.choices:
                choice = cell.choices[name]
                entry.update(reference=choice.file, format=choice.format)
        if entry is not None:
            expected[name] = entry
    if not expected:
        return []
    report = session.ask("check", {"label": stage.name, "expected": expected}) or {"results": {}}
    return [
        Compared(result["verdict"], result["detail"], stage.name, written[name], name)
        for name, result in report["results"].items()
    ]


def _writes(cell: ObservedCell, name: str, entry: Mapping[str, Any] | None) -> bool:
    change = cell.changes.get(name)
    if change is not None:
        return change.bound or change.changed is not False
    return name in cell.removed or (name in cell.random and cell.random[name] != (entry or {}).get("fingerprint"))


def _compare_files(session: Session, stage: str, paths: list[str], original: Path, mirror: Path) -> list[Compared]:
    """Compare what the stage has written; pickles are compared by the values in them, in the stage's own process."""
    found = []
    for path in sorted(paths):
        expected, actual = original / path, mirror / path
        if not expected.is_file():
            continue
        if not actual.is_file():
            found.append(Compared(DIFFERS, "the pipeline does not write it", stage, name=path))
            continue
        verdict, detail = _same_content(expected, actual)
        if verdict == DIFFERS:
            report = session.ask("compare_files", {"expected": str(expected), "actual": str(actual)}) or {}
            if report.get("loaded"):
                verdict, detail = report["verdict"], report["detail"]
        found.append(Compared(verdict, detail, stage, name=path))
    return found


def _same_content(expected: Path, actual: Path) -> tuple[ReportVerdict, str]:
    before, after = expected.read_bytes(), actual.read_bytes()
    if before == after:
        return IDENTICAL, ""
    if expected.suffix.lower() in {".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tiff", ".webp"}:
        comparison = compare_outputs(_picture(before), _picture(after))
        return comparison.verdict, comparison.detail
    if zipfile.is_zipfile(expected) and zipfile.is_zipfile(actual) and _members(expected) == _members(actual):
        return IDENTICAL, ""
    if expected.suffix.lower() == ".svg":
        drawings = [content.decode("utf-8", "replace") for content in (before, after)]
        comparison = compare_outputs(_shown("image/svg+xml", drawings[0]), _shown("image/svg+xml", drawings[1]))
        return comparison.verdict, comparison.detail
    if expected.suffix.lower() == ".pdf" and _PDF_MADE.sub(b"", before) == _PDF_MADE.sub(b"", after):
        return IDENTICAL, ""
    return DIFFERS, f"its content differs ({len(before)} → {len(after)} bytes)"


def _picture(content: bytes) -> list[dict[str, Any]]:
    return _shown("image/png", base64.b64encode(content).decode("ascii"))


def _shown(mime: str, content: str) -> list[dict[str, Any]]:
    return [{"output_type": "display_data", "data": {mime: content}, "metadata": {}}]


def _members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.startswith("docProps/")}


def excuse(
    proof: Proof, again: Observation, first: Observation, *, second: Path, original: Path, paths: Mapping[str, str]
) -> Proof:
    """Mark what differs as not deterministic where two runs of the original differ there, too.

    Args:
        proof: the proof.
        again: a second run of the original.
        first: the first run.
        second: the scratch copy that the second run left.
        original: the scratch copy that the first run left.
        paths: replacements for the comparison of outputs.

    Returns:
        The proof with such verdicts replaced.
    """

    def cell(compared: Compared) -> Compared:
        if compared.verdict != DIFFERS or compared.source_cell is None:
            return compared
        one, two = first.cell(compared.source_cell).outputs, again.cell(compared.source_cell).outputs
        if compare_outputs(list(one), list(two), paths=paths).verdict != DIFFERS:
            return compared
        if _kinds(one) != _kinds(compared.outputs):
            return compared
        return replace(
            compared, verdict=NOT_DETERMINISTIC, detail=f"two runs of the notebook differ here, too: {compared.detail}"
        )

    def value(compared: Compared) -> Compared:
        if compared.verdict != DIFFERS or compared.name is None:
            return compared
        if compared.source_cell is None:
            return compared
        one = first.cell(compared.source_cell).changes.get(compared.name)
        two = again.cell(compared.source_cell).changes.get(compared.name)
        if one is not None and two is not None and one.fingerprint != two.fingerprint:
            return replace(compared, verdict=NOT_DETERMINISTIC, detail="two runs of the notebook give different values")
        return compared

    def file(compared: Compared) -> Compared:
        if compared.verdict != DIFFERS or compared.name is None:
            return compared
        one, two = original / compared.name, second / compared.name
        if one.is_file() and two.is_file() and _same_content(one, two)[0] == DIFFERS:
            return replace(compared, verdict=NOT_DETERMINISTIC, detail="two runs of the notebook write different files")
        return compared

    return replace(
        proof,
        cells=tuple(cell(c) for c in proof.cells),
        hand_overs=tuple(value(h) for h in proof.hand_overs),
        files=tuple(file(f) for f in proof.files),
    )


def _kinds(outputs: tuple[dict[str, Any], ...]) -> list[tuple[str, ...]]:
    return [(o["output_type"], *sorted(o.get("data", {}))) for o in outputs if o.get("name") != "stderr"]


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
        return [
            StageRun(
                stage["name"],
                stage["notebook"],
                tuple(stage["source_cells"]),
                {entry["variable"]: entry["format"] for entry in stage["inputs"]},
                tuple(stage["writes"]),
                {
                    entry["variable"]: entry["source_cell"]
                    for entry in stage["inputs"]
                    if entry.get("source_cell") is not None
                },
            )
            for stage in document["stages"]
            if stage["source_cells"]
        ]
    except (KeyError, TypeError) as error:
        raise MlopsError(
            "invalid-conversion",
            f"conversion.json is not valid ({error}). Convert the notebook again.",
            path="conversion.json",
        ) from None
