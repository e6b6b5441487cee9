"""Git: is the work committed, and is there a history."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_mlops.assessment.findings import PARSED, Finding, Rung
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.files import File
from jupyter_mlops.project.git import Git

_CODE = frozenset({".py", ".ipynb", ".r", ".rmd", ".jl", ".scala", ".sql", ".sh", ".java", ".cpp", ".go", ".js", ".ts"})
_LARGE = 10_000_000


def _findings(unit: Unit) -> Iterator[Finding]:
    yield from _history(unit)
    yield from _large_files(unit)


def _found(rung: Rung, message: str, raise_by: str | None = None, file: File | None = None) -> Finding:
    return Finding(
        "git",
        "code-versioned",
        rung,
        message,
        confidence=PARSED,
        raise_by=raise_by,
        path=file.path if file else None,
        anywhere=True,
    )


def _history(unit: Unit) -> Iterator[Finding]:
    git = unit.project.git
    code = unit.files.suffixed(*_CODE)
    if not code:
        missing = any(file.suffix in _CODE for file in unit.files)
        if not missing:
            yield Finding("git", "code-versioned", Rung.E0, "There is no code here yet.", effect="not-applicable")
        return
    if git is None:
        return
    if git.commits == 0:
        yield _found(Rung.E1, "There is a git repository without commits.", "Commit the notebooks and the code.")
        return
    loose = [file for file in code if not file.tracked]
    tracked = len(code) - len(loose)
    if not tracked:
        yield _found(Rung.E1, "Git tracks none of the notebooks and code.", "Commit them.", loose[0])
        return
    if git.commits < 2:
        yield _found(
            Rung.E2, "There is one commit only: no history yet.", "Commit as you go: two commits make a history."
        )
        return
    if len(loose) > tracked:
        yield _found(
            Rung.E2,
            f"{len(loose)} of {len(code)} notebooks and code files are not committed, {loose[0].path} for one.",
            "Commit them.",
            loose[0],
        )
        return
    rest = f", {len(loose)} not committed yet" if loose else ""
    proven = git.has_remote or _merged(unit)
    yield _found(
        Rung.E4 if proven and not loose else Rung.E3,
        f"Git tracks {tracked} notebooks and code files{rest}, with a history.",
    )


def _merged(unit: Unit) -> bool:
    git = unit.project.git
    return git is not None and git.has_merges


def _large(git: Git, prefix: str) -> list[tuple[int, str]]:
    sizes = ((blob.size or 0, path) for path, blob in git.committed.items() if path.startswith(prefix))
    return sorted((item for item in sizes if item[0] > _LARGE), reverse=True)


def _large_files(unit: Unit) -> Iterator[Finding]:
    git = unit.project.git
    if git is None or git.head is None:
        return
    prefix = "" if unit.path == "." else f"{unit.path}/"
    large = git.once(("large", prefix), lambda: _large(git, prefix))
    yield Finding("git", "no-large-blobs", Rung.E3, "No file in the commit is larger than 10 MB.", confidence=PARSED)
    for size, path in large[:20]:
        yield Finding(
            "git",
            "no-large-blobs",
            Rung.E0,
            f"{path} has {size / 1e6:.0f} MB and is committed to git.",
            confidence=PARSED,
            path=path,
            effect="cap",
            raise_by=f"Put it under DVC or git-lfs: `dvc add {path}`.",
        )


PROBE = Probe(
    id="git",
    title="git",
    reads="the repository: commits, the index, the commit that is checked out",
    credits="declared: a repository · configured: one commit, or code left out · wired: two commits and the code tracked · proven: a remote or merges",
    findings=_findings,
)
