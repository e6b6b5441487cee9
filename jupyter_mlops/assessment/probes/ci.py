"""Continuous integration, whatever the system: does a push run the tests or the pipeline, and can it fail?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import NamedTuple

from jupyter_mlops.assessment.coverage import covers_unit
from jupyter_mlops.assessment.findings import CONFIGURED, PARSED, Finding, Rung
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.started_containers import started_launches
from jupyter_mlops.assessment.started_tests import started_tests
from jupyter_mlops.assessment.test_facts import Test, tests
from jupyter_mlops.assessment.test_runner import IDLE, Runner, chosen, runner
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.commands import Target
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.shell import Command, join

_ON_CHANGE = frozenset({"push", "pull_request"})


class Run(NamedTuple):
    """Something that CI runs and that matters.

    Attributes:
        launch: the step.
        command: the command in it.
        kind: "tests", "pipeline" or "lint".
        chain: links from the step to what runs.
        problem: why its failure would go unseen.
        target: what is run.
    """

    launch: Launch
    command: Command
    kind: str
    chain: tuple[str, ...]
    problem: str | None
    target: Target


def ci_runs(unit: Unit) -> list[Run]:
    """The tests, pipelines and linters that CI steps lead to."""
    return unit.once("ci runs", lambda: list(_runs(unit)))


def _runs(unit: Unit) -> Iterator[Run]:
    for launch in unit.launches:
        if launch.kind == "ci":
            for command in launch.commands:
                start = f"{launch.path}:{launch.line_of(command)}"
                problem = launch.neutralised or command.neutralised
                for target, chain, inner in _followed(unit, launch, command, (start,), 0):
                    kind = _kind(unit, target)
                    if kind is not None and covers_unit(unit, launch, target):
                        yield Run(launch, command, kind, chain, problem or inner or _own_problem(unit, target), target)


def _followed(
    unit: Unit,
    launch: Launch,
    command: Command,
    chain: tuple[str, ...],
    depth: int,
    assigned: tuple[str, ...] = (),
) -> Iterator[tuple[Target, tuple[str, ...], str | None]]:
    """What a command runs, through make, tox, nox, shell scripts and programs that start the tests."""
    from jupyter_mlops.project.commands import targets

    command = command._replace(assigned=(*assigned, *command.assigned))
    for target in targets(command, launch.folder):
        yield target, chain, target.problem
        if target.kind in ("script", "module", "code"):
            for started in started_tests(unit, target):
                yield (
                    started.target,
                    (*chain, started.link) if started.link else chain,
                    target.problem or started.problem,
                )
        if target.kind in ("make", "environment", "shell", "tool", "lint", "project") and depth < 4:
            inside = [one for name in unit.reach.launch_ids(target) for one in _with_needs(unit, name)]
            inside += [*started_launches(unit, target), *_hooks(unit, target)]
            for next_launch in inside:
                if next_launch is not launch:
                    for next_command in next_launch.commands:
                        link = f"{next_launch.path}:{next_launch.line_of(next_command)}"
                        for found, links, problem in _followed(
                            unit, next_launch, next_command, (*chain, link), depth + 1, command.assigned
                        ):
                            yield found, links, target.problem or problem or next_command.neutralised


def _hooks(unit: Unit, target: Target) -> Iterator[Launch]:
    """The hooks of the project's own that `pre-commit run` runs."""
    if target.value == "pre-commit" and "run" in target.arguments:
        yield from (launch for launch in unit.launches if launch.id.startswith("pre-commit:"))


def _with_needs(unit: Unit, name: str) -> list[Launch]:
    """A launch and all that runs before it."""
    found = [name]
    for one in found:  # grows
        found += [need for need in unit.reach.launches[one].needs if need in unit.reach.launches and need not in found]
    return [unit.reach.launches[one] for one in found]


def _kind(unit: Unit, target: Target) -> str | None:
    if target.kind == "tests":
        return None if {"--version", "--help", "-h"} & set(target.arguments) else "tests"
    if target.kind == "lint":
        return "lint"
    if target.kind == "tool" and target.value == "dbt":
        return "pipeline" if set(target.arguments) & {"build", "run", "test", "snapshot"} else None
    if target.kind == "stages" or (target.kind == "tool" and target.value in ("ploomber", "kedro", "snakemake")):
        own = {word for pipeline in unit.pipelines for word in (pipeline.probe, pipeline.tool.lower())}
        return "pipeline" if target.kind == "stages" or target.value in own else None
    if target.kind in ("notebook", "script", "module", "project", "make", "tool") and _trains(unit, target):
        return "pipeline"
    return None


def _trains(unit: Unit, target: Target) -> bool:
    from jupyter_mlops.assessment.trainings import trainings

    fits = {(site.path, site.scope) for site in trainings(unit)}
    return bool(fits & unit.reach.behind_target(target))


def _own_problem(unit: Unit, target: Target) -> str | None:
    words = set(target.arguments)
    if target.kind == "tests":
        settings = runner(unit)
        if words & IDLE or (target.value != "unittest" and set(settings.options) & IDLE):
            return "it runs no test"
        if settings.problem is not None and target.value != "unittest":
            return settings.problem
    if "--exit-zero" in words:
        return "`--exit-zero` hides its failure"
    return None


def _findings(unit: Unit) -> Iterator[Finding]:
    steps = [launch for launch in unit.launches if launch.kind == "ci"]
    if not steps:
        yield from _empty(unit)
        return
    judged = [_judged(unit, run) for run in ci_runs(unit)]
    if judged:
        yield from sorted(judged, key=lambda finding: -finding.rung)[:6]
        return
    step = steps[0]
    yield Finding(
        "ci",
        "ci",
        Rung.E1,
        f"CI runs neither tests nor the pipeline (`{_first(step)}`, for one).",
        confidence=PARSED,
        path=step.path,
        line=step.line_of(step.commands[0]) if step.commands else step.line,
        raise_by="Run `pytest` or the pipeline in CI.",
    )


def _judged(unit: Unit, run: Run) -> Finding:
    launch = run.launch
    what = f"`{run.command.text[:60]}`"
    found = Finding(
        "ci",
        "ci",
        Rung.E3,
        f"CI runs {what} on {' and '.join(sorted(launch.triggers & _ON_CHANGE)).replace('_', ' ')}.",
        confidence=PARSED,
        path=launch.path,
        line=launch.line_of(run.command),
        chain=run.chain,
    )
    half = replace(found, rung=Rung.E2)
    if run.kind == "lint":
        advice = "Run `pytest` in CI as well."
        return replace(half, message=f"CI only lints: {what}.", confidence=CONFIGURED, raise_by=advice)
    if run.problem is not None:
        return replace(
            half, message=f"CI runs {what}, but {run.problem}.", raise_by="Let the job fail when the command does."
        )
    if not launch.triggers & _ON_CHANGE:
        when = ", ".join(sorted(launch.triggers)) or "nothing that covers this project"
        message = f"CI runs {what}, but not on push or pull request ({when})."
        return replace(half, message=message, raise_by="Trigger it on push and pull request.")
    every = tests(unit)
    counting = [test for test in every if test.problem is None]
    if run.kind == "tests" and counting and not any(_run_by(unit, run.target, test) for test in counting):
        message = f"CI runs {what}, where no test is that counts."
        return replace(half, message=message, raise_by="Let it run the tests that call the project's code.")
    if run.kind == "tests" and not any(test.problem is None for test in every):
        why = f"`{every[0].name}`: {every[0].problem}" if every else "there are none"
        message = f"CI runs {what}, but no test counts ({why})."
        return replace(half, message=message, raise_by="Write tests that call the project's code.")
    return found


def _run_by(unit: Unit, target: Target, test: Test) -> bool:
    """Whether a runner's command runs a test: it is where it looks, and not left out."""
    settings = Runner() if target.value == "unittest" else runner(unit)
    words = [*settings.options, *target.arguments]
    places = places_of(unit, target) or [unit.below(place.strip("./") or ".") for place in settings.places]
    if places and not below(test.path, places):
        return False
    for position, word in enumerate(words):
        option, _, value = word.partition("=")
        value = value or (words[position + 1] if position + 1 < len(words) else "")
        if option in ("--ignore", "--deselect") and value:
            path, _, name = value.partition("::")
            left_out = below(test.path, [join(target.folder, path.rstrip("/"))])
            if left_out and name in ("", test.name.rpartition(".")[2], test.name.replace(".", "::")):
                return False
        if option == "-k" and not chosen(value, test.path, test.name):
            return False
    return True


def places_of(unit: Unit, target: Target) -> list[str]:
    """The files and folders that tests are looked for in; none where the runner looks everywhere."""
    words = target.arguments
    given = [
        word.partition("::")[0]
        for position, word in enumerate(words)
        if not word.startswith("-") and "$" not in word and not (position and words[position - 1] in _WITH_VALUE)
    ]
    paths = [(word, join(target.folder, word)) for word in given]
    # What stands before all options is a place, though it be none that there is.
    first = words[0] if words and words[0] in given and target.value != "unittest" and words[0].isidentifier() else None
    return [
        path
        for word, path in paths
        if "/" in word or word.endswith(".py") or word == first or unit.project.exists(path)
    ]


#: Options of pytest whose value may look like a path.
_WITH_VALUE = frozenset(
    {"--ignore", "--deselect", "-k", "-m", "-c", "-p", "-o", "-n", "--rootdir", "--junitxml", "--cov"}
)


def below(path: str, places: list[str]) -> bool:
    """Whether a path is one of the places, or in one."""
    return any(
        place in (".", path) or path.startswith(f"{place}/") or ("*" in place and fnmatchcase(path, place))
        for place in places
    )


def _empty(unit: Unit) -> Iterator[Finding]:
    """CI files that start nothing."""
    for file in unit.all_files.suffixed(".yml", ".yaml", ""):
        if (".github/workflows/" in f"/{file.path}" and file.suffix in (".yml", ".yaml")) or file.name in (
            ".gitlab-ci.yml",
            "azure-pipelines.yml",
            "Jenkinsfile",
            ".travis.yml",
        ):
            yield Finding(
                "ci",
                "ci",
                Rung.E0,
                f"{file.path} runs nothing.",
                path=file.path,
                line=1 if file.size else None,
                raise_by="Run `pytest` on push and pull request.",
            )


def _first(launch: Launch) -> str:
    return launch.commands[0].text[:60] if launch.commands else launch.name


PROBE = Probe(
    id="ci",
    title="continuous integration",
    reads="the steps that the CI systems' probes find",
    credits="declared: runs something else · configured: lints, hides failures, runs at other times, or runs tests that do not count · wired: runs tests or the pipeline on push or pull request",
    findings=_findings,
)
