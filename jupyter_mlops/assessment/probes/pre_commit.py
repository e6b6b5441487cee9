"""pre-commit: hooks, and whether CI runs them."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_mlops.assessment.findings import PARSED, Finding, Rung
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.probes.ci import ci_runs
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.marks import entries, line_of, mapping, sequence, strings


def _launches(unit: Unit) -> Iterator[Launch]:
    """Hooks of the project's own, which run commands of it; those for other occasions only are left out."""
    for file in unit.all_files.named(".pre-commit-config.yaml", ".pre-commit-config.yml"):
        document = mapping(next(iter(unit.project.yaml(file.path)), None))
        for repo in map(mapping, sequence(document.get("repos"))):
            for hook in map(mapping, sequence(repo.get("hooks")) if repo.get("repo") == "local" else ()):
                stages = strings(hook.get("stages"))
                script = hook.get("entry")
                if isinstance(script, str) and (not stages or {"commit", "pre-commit"} & set(stages)):
                    yield Launch(
                        f"pre-commit:{hook.get('id')}",
                        "console",
                        file.path,
                        line_of(hook, "entry"),
                        " ".join([script, *strings(hook.get("args"))]),
                        name=str(hook.get("id")),
                    )


def _findings(unit: Unit) -> Iterator[Finding]:
    for file in unit.all_files.named(".pre-commit-config.yaml", ".pre-commit-config.yml"):
        document = mapping(next(iter(unit.project.yaml(file.path)), None))
        hooks = [(repo, line) for repo, line in entries(document.get("repos")) if sequence(mapping(repo).get("hooks"))]
        if not hooks:
            yield Finding(
                "pre-commit",
                "pre-commit",
                Rung.E0,
                f"{file.path} has no hooks.",
                path=file.path,
                line=1 if file.size else None,
            )
            continue
        place = line_of(document, "repos")
        run = next(
            (
                run
                for run in ci_runs(unit)
                if run.kind == "lint" and run.target.value == "pre-commit" and run.problem is None
            ),
            None,
        )
        if run is not None:
            yield Finding(
                "pre-commit",
                "pre-commit",
                Rung.E3,
                f"CI runs the hooks of {file.path}.",
                confidence=PARSED,
                path=file.path,
                line=place,
                chain=run.chain,
            )
        elif "ci" in document:
            yield Finding(
                "pre-commit",
                "pre-commit",
                Rung.E3,
                f"{file.path} is set up for pre-commit.ci.",
                confidence=0.7,
                path=file.path,
                line=line_of(document, "ci"),
            )
        else:
            yield Finding(
                "pre-commit",
                "pre-commit",
                Rung.E2,
                f"{file.path} has hooks that CI does not run.",
                confidence=PARSED,
                path=file.path,
                line=place,
                raise_by="Run `pre-commit run --all-files` in CI.",
            )


PROBE = Probe(
    id="pre-commit",
    title="pre-commit",
    reads=".pre-commit-config.yaml",
    credits="configured: hooks · wired: CI or pre-commit.ci runs them",
    launches=_launches,
    findings=_findings,
)
