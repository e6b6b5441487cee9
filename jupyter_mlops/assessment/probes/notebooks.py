"""Notebooks: can they be run again, from top to bottom, by somebody else?"""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_mlops.assessment.findings import CONFIGURED, PARSED, Finding, NotebookIssue, Rung
from jupyter_mlops.assessment.notebook_health import notebook_issues
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.unit import Unit


def issues(unit: Unit) -> list[NotebookIssue]:
    """What is wrong with all notebooks of a unit, by path, cell and line."""
    return unit.once(
        "notebook_issues", lambda: [issue for path in _notebooks(unit) for issue in notebook_issues(unit, path)]
    )


def _notebooks(unit: Unit) -> list[str]:
    replaced = unit.project.replaced
    return [file.path for file in unit.files.suffixed(".ipynb") if file.path not in replaced]


def _findings(unit: Unit) -> Iterator[Finding]:
    paths = _notebooks(unit)
    if not paths:
        yield Finding("notebooks", "notebooks-rerunnable", Rung.E0, "There are no notebooks.", effect="not-applicable")
        return
    found = issues(unit)
    bad = [issue for issue in found if issue.severity == "error" or issue.code == "absolute-path"]
    if bad:
        sick = len({issue.path for issue in bad})
        share = sick / len(paths)
        for issue in bad[:10]:
            yield Finding(
                "notebooks",
                "notebooks-rerunnable",
                Rung.E1 if share > 0.5 else Rung.E2,
                f"{sick} of {len(paths)} notebooks will not run again as they are. {issue.message}",
                confidence=CONFIGURED,
                path=issue.path,
                line=issue.line,
                cell=issue.cell,
                raise_by="Restart the kernel, run all cells, mend what fails, and commit.",
            )
        return
    executed = all(_executed(unit, path) for path in paths)
    yield Finding(
        "notebooks",
        "notebooks-rerunnable",
        Rung.E4 if executed else Rung.E3,
        f"{len(paths)} notebook{'s are' if len(paths) > 1 else ' is'} in order{' and was run from top to bottom' if executed and len(paths) == 1 else ''}.",
        confidence=PARSED if executed else CONFIGURED,
        path=paths[0],
    )


def _executed(unit: Unit, path: str) -> bool:
    notebook = unit.project.notebook(path)
    return notebook is not None and all(cell.execution_count is not None for cell in notebook.code_cells)


PROBE = Probe(
    id="notebooks",
    title="notebooks",
    reads="*.ipynb: cells, execution counts, outputs",
    credits="configured: some will not run again · wired: in order, all names defined · proven: run from top to bottom",
    findings=_findings,
)
