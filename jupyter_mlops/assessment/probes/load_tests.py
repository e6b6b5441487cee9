"""Load tests: Locust, k6, Artillery, JMeter, Vegeta and the small ones; scripts, and what runs them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from jupyter_mlops.assessment.commanded import Run, commands
from jupyter_mlops.assessment.findings import CALL, CONFIGURED, PARSED, Finding, Rung
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import line_of, mapping, sequence
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.shell import join

_RUNS = lazy(
    r"locust\b|k6 (run|cloud)\b|artillery run\b|jmeter\b.* -n\b|vegeta attack\b|(hey|wrk2?|ab|oha|bombardier|autocannon|siege|drill|h2load)( \S+)* (https?://|\$|--benchmark)"
    r"|fortio load\b|ghz\b|perf_analyzer\b|genai-perf\b|guidellm\b|docker run\b.*(grafana/k6|locustio/locust|fortio/fortio)"
)
_SCRIPT = lazy(r".*\.(py|js|ts|jmx|ya?ml|json)$")
_NAMED = lazy(r"load|k6|perf|stress|soak|spike|smoke|artillery|bench")


def _findings(unit: Unit) -> Iterator[Finding]:
    ran = list(commands(unit, _RUNS))
    for run in ran:
        yield _judged(unit, run)
    if not any(run.problem is None for run in ran):
        for path, line, what in _scripts(unit):
            yield _found(
                Rung.E2, f"{what}, and nothing runs it.", path, line, CALL, "Run it in CI or by a make target."
            )


def _judged(unit: Unit, run: Run) -> Finding:
    words = run.command.words
    folder = join(run.launch.folder, run.command.folder)
    named = [join(folder, word) for word in words[1:] if _SCRIPT.match(word) and "://" not in word and "$" not in word]
    if run.text.startswith("locust") and not named:
        named = [join(folder, "locustfile.py")]
    missing = next((path for path in named if not unit.project.exists(path)), None)
    # Inside of a container the script has another path.
    if missing is not None and words[0] in ("docker", "podman"):
        missing = None if any(file.name == posixpath.basename(missing) for file in unit.files) else missing
    what = f"`{run.command.text[:60]}`"
    if missing is not None:
        return _found(
            Rung.E1, f"{what} runs {missing}, which is not here.", run.path, run.line, PARSED, "Add the script."
        )
    if run.problem is not None:
        return _found(
            Rung.E2, f"{what} tests the load, but {run.problem}.", run.path, run.line, PARSED, "Let the job fail."
        )
    return _found(
        Rung.E3, f"{what} tests how much load the service bears.", run.path, run.line, PARSED, None, tuple(named)
    )


def _scripts(unit: Unit) -> Iterator[tuple[str, int | None, str]]:
    for path in unit.mentioning("locust"):
        source = unit.project.python(path)
        for scope in source.scopes if source is not None else ():
            if scope.kind == "class" and any(
                base.startswith("locust.") and base.endswith("User") for base in scope.bases
            ):
                yield path, scope.line, f"{scope.name} is a user for Locust"
                break
    for file in unit.files.suffixed(".js", ".ts", ".jmx", ".yml", ".yaml"):
        if file.special is not None or file.size > 200_000 or not _NAMED.search(file.path.lower()):
            continue
        text = unit.project.text(file.path) or ""
        if file.suffix in (".js", ".ts") and "k6/http" in text:
            yield file.path, text[: text.index("k6/http")].count("\n") + 1, f"{file.path} is a script for k6"
        elif file.suffix == ".jmx" and "HTTPSampler" in text:
            yield file.path, text[: text.index("HTTPSampler")].count("\n") + 1, f"{file.path} is a plan for JMeter"
        elif file.suffix in (".yml", ".yaml") and "scenarios:" in text:
            for document in map(mapping, unit.project.yaml(file.path)):
                if mapping(document.get("config")).get("target") and sequence(document.get("scenarios")):
                    yield file.path, line_of(document, "scenarios"), f"{file.path} is a scenario for Artillery"


def _found(
    rung: Rung,
    message: str,
    path: str,
    line: int | None,
    confidence: float = CONFIGURED,
    raise_by: str | None = None,
    chain: tuple[str, ...] = (),
) -> Finding:
    return Finding(
        "load-tests",
        "load-tested",
        rung,
        message,
        confidence=confidence,
        path=path,
        line=line,
        chain=chain,
        raise_by=raise_by,
    )


PROBE = Probe(
    id="load-tests",
    title="Locust, k6, Artillery, JMeter, Vegeta, hey, wrk, Fortio, perf_analyzer",
    reads="CI files, make targets, scripts; locustfiles, k6 scripts, plans and scenarios",
    credits="declared: a script is run that is not there · configured: a script that nothing runs, or whose failure is hidden · wired: CI or make runs it",
    findings=_findings,
)
