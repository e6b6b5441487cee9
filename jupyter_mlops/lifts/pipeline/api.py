"""Convert a notebook into a pipeline of its project, and prove a pipeline again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from jupyter_mlops_converters.compile import Compiled, Original, Verified, compile_notebook, verify_pipeline
from jupyter_mlops_converters.emit import Link as EmittedLink
from jupyter_mlops_converters.observe.observe import Limits
from jupyter_mlops_converters.plan.rerun import rerun_costs
from jupyter_mlops_converters.reading import Order
from jupyter_mlops_converters.several import compile_notebooks
from jupyter_mlops_converters.source.secrets import masked
from jupyter_mlops_converters.verify.proof import Proof

from jupyter_mlops.changes import JOURNAL, Applied, ChangeSet, Link, Wanted, refuse_read_only
from jupyter_mlops.errors import MlopsError
from jupyter_mlops.lifts.pipeline.again import Again, OnConflict
from jupyter_mlops.lifts.pipeline.earlier import edited_files
from jupyter_mlops.lifts.pipeline.preview import files, outline
from jupyter_mlops.lifts.pipeline.turns import one_at_a_time

Progress = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Conversion:
    """A notebook's pipeline.

    Attributes:
        document: the content of `conversion.json`.
        path: the pipeline's folder, absolute.
        changes: what was, or would be, written.
        applied: what was written; None when nothing was.
        compiled: everything the compiler knows.
        again: what became of the user's edits, where the pipeline was there.
    """

    document: dict[str, Any]
    path: Path
    changes: ChangeSet
    applied: Applied | None
    compiled: Compiled
    again: Again

    @property
    def explanation(self) -> list[dict[str, Any]]:
        """Why the plan is as it is: every decision with its reason; docs/conversion.md has the keys."""
        return [decision.as_dict() for decision in self.compiled.pipeline.decisions]

    @property
    def rerun(self) -> dict[str, Any] | None:
        """What running again costs; see `rerun_costs`."""
        return rerun_costs(self.compiled.pipeline)

    @property
    def preview(self) -> dict[str, Any]:
        """What an interface shows before anything is written: `outline`, the cells, and `files`; see `preview`.

        Of several notebooks there is no outline.
        """
        cells = () if self.compiled.originals else self.compiled.notebook.cells
        return {"outline": outline(cells), "files": files(self.changes)}

    @property
    def verdict(self) -> str:
        """The proof's verdict."""
        return str(self.document["verification"]["verdict"])

    @property
    def good(self) -> bool:
        """Whether it may be written: what was run gives the right results, and nothing of the user's is in the way."""
        return self.verdict not in {"failed", "differs"} and not self.again.conflicts


@one_at_a_time
def convert(
    notebook: str | Path | Sequence[str | Path],
    *,
    name: str | None = None,
    output: str | Path | None = None,
    run: bool = True,
    write: bool = True,
    timeout: float | None = None,
    total_timeout: float | None = None,
    report: str | Path | None = None,
    targets: Iterable[str] | None = None,
    plan: Mapping[str, Any] | str | Path | None = None,
    on_conflict: OnConflict = "stop",
    order: Order | None = None,
    allow_install: bool = False,
    progress: Progress | None = None,
) -> Conversion:
    """Convert a notebook, or several, into a pipeline in its project. The notebooks themselves are never changed.

    Where the notebook's pipeline is there already, what the user changed in it is kept, and merged with what changed in
    the notebook.

    Args:
        notebook: a `.ipynb` file, or several that become one pipeline, joined by the files one writes and another reads.
        name: of the pipeline, a valid identifier; made from the file name when None.
        output: its folder; when None, that of the notebook's pipeline, or `pipelines/<name>` where there is none yet.
        run: whether the notebook may be run, on a copy of the project, to observe it and to prove the result.
        write: whether the files are written, all or none; they are not when the proof fails.
        timeout: seconds a cell may take; None for no limit.
        total_timeout: seconds that everything may take; None for no limit.
        report: a file that gets the proof as one HTML page, also when the proof fails; not when nothing was run.
        targets: emit targets ("papermill", "ploomber", "dvc", "mlflow", "prefect"); those of the plan, or else all of these,
            when None.
        plan: which cells form which stage, what is left out, and which parameters there are; a document as
            `Conversion.document["plan"]`, or a JSON file with one. docs/conversion.md has its form.
        on_conflict: what happens where the user and the notebook changed the same: "stop" writes nothing, "keep" leaves
            the user's version there, "replace" takes the generated one.
        order: in which the cells run: "document", as they are written, or "recorded", as they were last run. When None, as
            the pipeline that is there was made, or else as they are written.
        allow_install: whether packages that the notebook installs, and that are not there, are installed before it is run.
            Its own installs are never run.
        progress: called with events as the command line gives them with `--progress json`.

    Returns:
        The conversion.

    Raises:
        MlopsError: what stands in the way, with the cell; nothing was written then.
    """
    again = Again(on_conflict)
    paths = _different([notebook] if isinstance(notebook, (str, Path)) else notebook)
    common: dict[str, Any] = {
        "name": name,
        "output": output,
        "run": run,
        "limits": Limits(cell=timeout, total=total_timeout, install=allow_install),
        "targets": targets,
        "revise": again.revise,
        "before": _refuse_read_only if write else None,
        "progress": progress,
    }
    if len(paths) == 1:
        compiled = compile_notebook(paths[0], edited=plan, order=order, **common)
    else:
        compiled = compile_notebooks(paths, edited=plan, **common)
    again.revise(compiled.project.root, compiled.emission)
    if report is not None and compiled.proof is not None:
        _write_report(report, compiled, compiled.proof)
    document = again.document(compiled.document)
    conversion = Conversion(
        document=document,
        path=compiled.project.root / compiled.pipeline.folder,
        changes=_changes(compiled, document, again),
        applied=None,
        compiled=compiled,
        again=again,
    )
    if not (write and conversion.good):
        return conversion
    if progress is not None:
        progress({"phase": "write", "message": f"Writing {len(conversion.changes.changes)} files", "fraction": 1.0})
    return replace(conversion, applied=conversion.changes.apply())


def _refuse_read_only(root: Path, folder: str) -> None:
    """The pipeline, and the journal that lets it be taken back, need a place."""
    refuse_read_only(root, [f"{folder}/conversion.json", JOURNAL])


def _different(paths: Sequence[str | Path]) -> list[str | Path]:
    """Each file once."""
    if not paths:
        raise MlopsError("notebook-not-found", "There is no notebook to convert. Name at least one.")
    found: dict[Path, str | Path] = {}
    for path in paths:
        found.setdefault(Path(path).resolve(), path)
    return list(found.values())


def _changes(compiled: Compiled, document: dict[str, Any], again: Again) -> ChangeSet:
    root = compiled.project.root
    folder = compiled.pipeline.folder
    notebooks = " and ".join(source.path for source in compiled.pipeline.sources) or compiled.pipeline.notebook
    title = f"Convert {notebooks}" + (" again" if again.is_update else "")
    if again.conflicts:
        return ChangeSet.build(root, {}, title=title)
    wanted: dict[str, Wanted] = {}
    for path, content in again.wanted(document).items():
        wanted[f"{folder}/{path}"] = Link(content.target) if isinstance(content, EmittedLink) else content
    wanted |= {path: data for path, data in compiled.emission.project_files.items() if not (root / path).exists()}
    if compiled.project.has_git and (lines := again.unignored(compiled.emission.ignore)):
        text = _with_lines(root / ".gitignore", lines)
        if text is not None:
            wanted[".gitignore"] = text
    return ChangeSet.build(root, wanted, title=title)


def _with_lines(file: Path, lines: tuple[str, ...]) -> str | None:
    old = file.read_text("utf-8") if file.is_file() else ""
    present = {line.strip() for line in old.splitlines()}
    # `mlflow.db` covers `/mlflow.db`, unless a line takes something out again.
    covers = present if any(line.startswith("!") for line in present) else present | {f"/{line}" for line in present}
    missing = [line for line in lines if line.strip() not in covers]
    if not missing:
        return None
    return old + ("\n" if old and not old.endswith("\n") else "") + "\n".join(missing) + "\n"


def verify(
    pipeline: str | Path,
    *,
    timeout: float | None = None,
    total_timeout: float | None = None,
    report: str | Path | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Prove a pipeline again, as its files are now.

    Where the user has changed what it runs, it is proven as it was generated first, and then run with the edits, so that
    these are told apart from what is wrong: the verdict is `edited`, and `edits` lists them.

    Args:
        pipeline: its folder.
        timeout: seconds a cell may take; None for no limit.
        total_timeout: seconds that everything may take; None for no limit.
        report: a file that gets the proof as one HTML page.
        progress: called with events.

    Returns:
        The verification: `verdict`, `cells`, `hand_overs`, `files`, and `edits` where there are some.

    Raises:
        MlopsError: it is no pipeline, or its notebook does not run.
    """
    limits = Limits(cell=timeout, total=total_timeout)
    verified = verify_pipeline(pipeline, edited=edited_files(Path(pipeline)), limits=limits, progress=progress)
    if report is not None:
        _write_report(report, verified, verified.proof)
    found: dict[str, Any] = verified.document["verification"]
    return found


def _write_report(file: str | Path, result: Compiled | Verified, proof: Proof) -> None:
    from jupyter_mlops_converters.verify.report import CellResult, ProofReport, ValueResult, render

    document = result.document
    originals = dict(result.originals)
    if not originals:
        originals[None] = Original(result.notebook, result.observation)
    formats = {(s["name"], entry["variable"]): entry["format"] for s in document["stages"] for entry in s["inputs"]}
    cells = [
        CellResult(
            source_cell=c.source_cell,
            stage=c.stage,
            source=original.notebook.cell(c.source_cell).source,
            expected=masked(original.observation.cell(c.source_cell).outputs, original.notebook.secrets),
            actual=masked(c.outputs, original.notebook.secrets),
            verdict=c.verdict,
            detail=c.detail,
            source_notebook=c.source_notebook,
        )
        for c in proof.cells
        for original in [originals[c.source_notebook]]
        if c.source_cell is not None and original.observation is not None
    ]
    failure = proof.failure
    page = ProofReport(
        title=document["name"],
        notebook=", ".join(path for path in originals if path is not None) or document["notebook"],
        verdict=proof.verdict,
        cells=cells,
        hand_overs=[
            ValueResult(str(c.name), c.stage, c.verdict, c.detail, formats.get((c.stage, str(c.name)), ""))
            for c in proof.hand_overs
        ],
        files=[ValueResult(str(c.name), c.stage, c.verdict, c.detail) for c in proof.files],
        facts=_facts(originals),
        failure=f"Stage {failure.stage}: {failure.detail}" if failure is not None else "",
    )
    secrets = [secret for original in originals.values() for secret in original.notebook.secrets]
    Path(file).write_text(masked(render(page), secrets), encoding="utf-8", newline="\n")


def _facts(originals: Mapping[str | None, Original]) -> list[tuple[str, str]]:
    """What stands at the head of a report: which files were run with what."""
    digests = [(f"{path or 'notebook'}, SHA-256", original.notebook.sha256) for path, original in originals.items()]
    runs = [original.observation for original in originals.values() if original.observation is not None]
    packages = {name: version for run in runs for name, version in run.distributions.items()}
    return [*digests, ("Python", runs[0].python_version if runs else ""), *sorted(packages.items())]
