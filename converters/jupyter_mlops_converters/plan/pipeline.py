"""The compiler's one intermediate form: what every emitter and the proof read, and nothing else.

All paths are posix. Unless said otherwise they are relative to the project root; paths of hand-overs are relative to
the pipeline's folder. Cells are named by `source_cell`, the 0-based index among *all* cells of the original notebook.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

ParameterType = Literal["int", "float", "bool", "str", "null", "list", "dict", "tuple"]
Severity = Literal["info", "warning", "error"]
Kind = Literal["stage", "hand-over", "merge", "parameter", "context"]


@dataclass(frozen=True)
class Finding:
    """Something the user should know about the notebook or the plan.

    Attributes:
        code: stable kebab-case identifier.
        severity: how much it matters.
        message: what was found and what was done, or should be done, about it.
        source_cell: the cell it is about.
        line: 1-based line in that cell.
        source_notebook: the notebook it is about, in a pipeline of several.
    """

    code: str
    severity: Severity
    message: str
    source_cell: int | None = None
    line: int | None = None
    source_notebook: str | None = None


@dataclass(frozen=True)
class Parameter:
    """A value the user can change without touching code.

    Attributes:
        name: key in `params.yaml`, papermill parameter and MLflow parameter: one name everywhere.
        value: the default; JSON-like (a tuple is given as a list with `type` "tuple").
        type: the Python type it has in the notebook, kept when it is injected.
        source_cell: the cell whose literal it replaces; None for one that the converter adds.
        stages: names of the stages that use it, in pipeline order.
        source_notebook: the notebook of that cell, in a pipeline of several.
        variable: what the notebook's code calls it, where that is another name.
    """

    name: str
    value: Any
    type: ParameterType
    source_cell: int | None
    stages: tuple[str, ...]
    source_notebook: str | None = None
    variable: str | None = None


@dataclass(frozen=True)
class Column:
    """A column of a table, as it was in the notebook.

    Attributes:
        name: its label.
        kind: "integer", "number", "boolean", "date" or "text" (all else).
        missing: share of values that are missing, 0 to 1.
        lowest: of numbers; None where there are none, or infinite ones.
        highest: likewise.
    """

    name: str
    kind: str
    missing: float = 0.0
    lowest: float | None = None
    highest: float | None = None


@dataclass(frozen=True)
class HandOver:
    """One file that carries one variable, or a bundle of variables that share objects, between stages.

    Attributes:
        name: key in the stages' `product` and `upstream`: the variable's name, or the bundle's.
        variables: what the file holds; more than one only in a bundle (saved as a dict name → value).
        producer: the stage that writes it.
        path: relative to the pipeline's folder, e.g. ``products/load/df.parquet``.
        format: key in `values.FORMATS`.
        why: one sentence: who needs it, and why this format.
        source_cell: the cell that last wrote the variable.
        tables: variable → columns, of those that are tables and were observed.
    """

    name: str
    variables: tuple[str, ...]
    producer: str
    path: str
    format: str
    why: str
    source_cell: int | None = None
    tables: Mapping[str, tuple[Column, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class StageCell:
    """A cell of a stage notebook.

    Attributes:
        kind: "code" or "markdown" (raw cells become neither).
        source: its text; for user code verbatim, but for literals that became parameters.
        source_cell: the original cell; None for a cell that the converter wrote.
        metadata: the original cell's metadata (tags kept).
        attachments: of a markdown cell, as in nbformat.
        outputs: what it shows whenever it runs, as in nbformat; empty where that is not known.
    """

    kind: Literal["code", "markdown"]
    source: str
    source_cell: int | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    attachments: dict[str, Any] | None = None
    outputs: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class FileUse:
    """A file that user code reads or writes.

    Attributes:
        path: relative to the project root (may start with ``../`` or be absolute when it is outside).
        git_tracked: whether git tracks it, which decides how DVC may own it.
        kept: whether it is there when the stage has run; of what a stage writes.
        owner: the DVC file outside of the pipeline that has it among its results, relative to the root; DVC lets
            nothing else have it.
    """

    path: str
    git_tracked: bool = False
    kept: bool = True
    owner: str = ""


@dataclass(frozen=True)
class Stage:
    """One step of the pipeline: a notebook that papermill can run.

    Attributes:
        name: a valid identifier, unique in the pipeline.
        title: for people, e.g. the notebook's own heading.
        why: why these cells make a stage.
        cells: the user's cells in order (for `track`, cells the converter wrote).
        inputs: hand-overs that are loaded before the first cell.
        outputs: hand-overs that are saved after the last cell.
        parameters: names of the parameters that the cells use.
        context: code run before the inputs are loaded: imports, re-applied configuration, working directory.
        definitions: code run after the inputs are loaded: functions and classes of earlier cells that could not go to
            the library module because they read notebook globals.
        reads: files that must exist before it runs (project data, and files that other stages write).
        writes: files that user code writes, or deletes.
        after: stages that must run before for the sake of files (hand-overs imply their own order).
        metrics: numeric variables (or flat dicts of numbers) that go to `metrics_file`; at most one stage of a notebook
            has any.
        metrics_file: relative to the pipeline's folder.
        free_draws: random generators that it draws from before anything has seeded them: "<random>", "<numpy.random>",
            "<torch>".
        seconds: observed run time of its cells; None when not observed.
        tracks: True for the stage that records an execution: it also reads the executed notebooks of all stages before
            it, and the metrics.
        source_notebook: the notebook its cells are from, in a pipeline of several.
        library_files: those of the pipeline's that its notebook uses, in a pipeline of several.
        secrets: environment variables that it reads instead of secrets that the notebook held.
    """

    name: str
    title: str
    why: str
    cells: tuple[StageCell, ...]
    inputs: tuple[HandOver, ...] = ()
    outputs: tuple[HandOver, ...] = ()
    parameters: tuple[str, ...] = ()
    context: str = ""
    definitions: str = ""
    reads: tuple[FileUse, ...] = ()
    writes: tuple[FileUse, ...] = ()
    after: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    metrics_file: str = "metrics.json"
    free_draws: tuple[str, ...] = ()
    seconds: float | None = None
    tracks: bool = False
    source_notebook: str | None = None
    library_files: tuple[FileUse, ...] | None = None
    secrets: tuple[str, ...] = ()

    @property
    def source_cells(self) -> tuple[int, ...]:
        """Indices of the original notebook's cells in this stage, in order."""
        return tuple(cell.source_cell for cell in self.cells if cell.source_cell is not None)


@dataclass(frozen=True)
class TrackedModel:
    """A fitted model that the MLflow run keeps.

    Attributes:
        variable: its name in the notebook.
        hand_over: the file that carries it.
        flavor: MLflow flavor: "sklearn", "xgboost", "lightgbm", "statsmodels", "pytorch".
        example: hand-over with rows the model can predict on (signature and input example), if one is known.
        example_variable: the variable in that hand-over.
    """

    variable: str
    hand_over: HandOver
    flavor: str
    example: HandOver | None = None
    example_variable: str | None = None


@dataclass(frozen=True)
class Source:
    """A notebook of several that a pipeline was made from.

    Attributes:
        path: of the notebook.
        sha256: of its bytes.
        label: a short identifier for it, unique in the pipeline.
        skipped: its code cells that were left out.
        offered: name that the planner gives a parameter of it → its name, before the notebooks were joined.
    """

    path: str
    sha256: str
    label: str
    skipped: tuple[int, ...] = ()
    offered: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Decision:
    """One decision of the planner.

    Attributes:
        kind: what was decided about.
        subject: the stage, variable, parameter or statement.
        why: the reason, in sentences.
        stage: the stage it belongs to; None for one about several.
        source_cell: the cell it is about.
    """

    kind: Kind
    subject: str
    why: str
    stage: str | None = None
    source_cell: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """The decision as a JSON object."""
        return {
            "kind": self.kind,
            "subject": self.subject,
            "stage": self.stage,
            "source_cell": self.source_cell,
            "why": self.why,
        }


@dataclass(frozen=True)
class Pipeline:
    """A planned pipeline.

    Attributes:
        name: a valid identifier; the pipeline's folder is called so.
        title: for people.
        notebook: the original notebook; the first one of several.
        notebook_sha256: of its bytes.
        folder: the pipeline's folder, e.g. ``pipelines/churn``.
        workdir: the folder the user's code runs in (the notebook's), ``.`` for the root; see also `workdir_of`.
        stages: in an order that respects all dependencies.
        parameters: sorted by name.
        library: source of ``<name>_lib.py``; empty when there is none.
        library_files: modules of the project that user code imports or runs; deps of every stage that uses them.
        requirements: pinned lines of requirements.txt (user packages only; engines are added by emitters).
        kernel_name: the kernel that stages run in.
        python_version: the one it was proven with, "3.11".
        models: fitted models to track.
        metric_values: value of each metric in the original notebook, by its key in `metrics.json` (nested ones joined by
            a dot; in a pipeline of several notebooks the notebook's label comes first); the pipeline's tests keep the
            metrics near them.
        findings: what the user should know.
        has_git: whether the project is a git work tree (DVC needs ``--no-scm`` otherwise).
        has_dvc: whether DVC is initialised there already.
        sources: all notebooks in the order they run, where there are several.
        skipped: code cells that were left out.
        offered: name that the planner gives a parameter → its name; None for one that was asked to stay in the code.
        targets: what it was emitted for.
        decisions: why it is as it is.
    """

    name: str
    title: str
    notebook: str
    notebook_sha256: str
    folder: str
    workdir: str
    stages: tuple[Stage, ...]
    parameters: tuple[Parameter, ...] = ()
    library: str = ""
    library_files: tuple[FileUse, ...] = ()
    requirements: tuple[str, ...] = ()
    kernel_name: str = "python3"
    python_version: str = "3.11"
    models: tuple[TrackedModel, ...] = ()
    metric_values: Mapping[str, float] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    has_git: bool = True
    has_dvc: bool = False
    sources: tuple[Source, ...] = ()
    skipped: tuple[int, ...] = ()
    offered: Mapping[str, str | None] = field(default_factory=dict)
    targets: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()

    def notebook_of(self, stage: Stage) -> str:
        """The notebook that a stage's cells are from."""
        return stage.source_notebook or self.notebook

    def workdir_of(self, stage: Stage) -> str:
        """The folder that a stage's code runs in: its notebook's own."""
        return self.workdir if stage.source_notebook is None else posixpath.dirname(stage.source_notebook) or "."

    def stage(self, name: str) -> Stage:
        """The stage of that name. Raises KeyError when there is none."""
        for stage in self.stages:
            if stage.name == name:
                return stage
        raise KeyError(name)

    def parameter(self, name: str) -> Parameter:
        """The parameter of that name. Raises KeyError when there is none."""
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        raise KeyError(name)

    def with_parameter(self, parameter: Parameter) -> Pipeline:
        """The pipeline with one parameter more, which the stages in its `stages` use."""
        stages = tuple(
            replace(stage, parameters=(*stage.parameters, parameter.name)) if stage.name in parameter.stages else stage
            for stage in self.stages
        )
        parameters = tuple(sorted((*self.parameters, parameter), key=lambda each: each.name))
        return replace(self, stages=stages, parameters=parameters)

    def upstream(self, stage: Stage) -> tuple[str, ...]:
        """Names of the stages that `stage` waits for, in pipeline order."""
        needed = {hand_over.producer for hand_over in stage.inputs} | set(stage.after)
        return tuple(other.name for other in self.stages if other.name in needed)
