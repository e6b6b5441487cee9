"""DVC metrics as tracking: figures of every run are in `dvc.lock`, and something shows or compares them."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_mlops.assessment.dvc_stages import lock_of, recorded_metrics
from jupyter_mlops.assessment.findings import PARSED, Finding, Rung
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.trainings import trainings
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch

_COMPARING = (("dvc", "metrics", "diff"), ("dvc", "metrics", "show"), ("dvc", "exp", "diff"), ("dvc", "exp", "show"))
_READING = frozenset({"cat", "jq", "python", "python3", "tee"})


def _findings(unit: Unit) -> Iterator[Finding]:
    trained = {group for site in trainings(unit) for group in unit.reach.groups(site.path, site.scope)}
    by_command = _compared(unit)
    for file in unit.named("dvc.yaml"):
        check = lock_of(unit, file.path)
        if check is None or file.path not in trained:
            continue
        for out, line in recorded_metrics(unit, file.path, check):
            compared = by_command or _reported(unit, out)
            place = "" if compared is None else f"{compared[0].path}:{compared[1]}"
            yield Finding(
                "dvc-metrics",
                "experiments-tracked",
                Rung.E2 if compared is None else Rung.E3,
                f"{out} of every run is recorded in {check.path}"
                + (f", and `{compared[2]}` shows it." if compared else "; nothing compares it."),
                confidence=PARSED,
                path=file.path,
                line=line,
                chain=(place,) if place else (),
                raise_by=None if compared else "Compare it in CI: `dvc metrics diff`.",
            )


def _compared(unit: Unit) -> tuple[Launch, int | None, str] | None:
    """The first command of CI that shows or compares metrics."""
    for launch in unit.launches:
        if launch.kind not in ("ci", "schedule") or launch.neutralised is not None:
            continue
        for command in launch.commands:
            words = tuple(command.words[:3])
            if words in _COMPARING and not command.neutralised:
                return launch, launch.line_of(command), " ".join(words)
    return None


def _reported(unit: Unit, metrics: str) -> tuple[Launch, int | None, str] | None:
    """The command of CI that puts a metrics file into a comment of CML, or into the summary of a run."""
    name = metrics.rpartition("/")[2]
    for launch in unit.launches:
        if launch.kind != "ci" or launch.neutralised is not None or name not in launch.script:
            continue
        shown = "GITHUB_STEP_SUMMARY" in launch.script or any(
            tuple(command.words[:1]) == ("cml-send-comment",) or tuple(command.words[:2]) == ("cml", "comment")
            for command in launch.commands
        )
        for command in launch.commands if shown else ():
            if command.words and command.words[0] in _READING and any(word.endswith(metrics) for word in command.words):
                return launch, launch.line_of(command), " ".join(command.words[:2])
    return None


PROBE = Probe(
    id="dvc-metrics",
    title="DVC metrics",
    reads="dvc.yaml, dvc.lock, CI",
    credits="configured: metrics that dvc.lock records · wired: and that CI shows or compares",
    findings=_findings,
)
