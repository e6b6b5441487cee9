"""What all experiment trackers have in common: calls that log, in code that runs, linked to the training."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from jupyter_mlops.assessment.findings import CALL, Finding, Rung
from jupyter_mlops.assessment.flows import own_function
from jupyter_mlops.assessment.kept_models import is_off
from jupyter_mlops.assessment.sites import Site, sites, sources_of
from jupyter_mlops.assessment.taken_over import sources_with
from jupyter_mlops.assessment.trainings import is_training, trainings
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Call, PythonSource, blocks, is_main_guard

CRITERION = "experiments-tracked"
_STARTS_RUN = lazy(r"(^|\.)(init|init_run|agent|setup|\w*WandbLogger|WandbCallback|Accelerator|Trainer)$")
#: Calls that record what goes in, not how good the model is.
_NO_METRICS = lazy(r"(log_param(eter)?s?|log_hyperparams|connect|set|add_hparams|add_text|Task\.init)$")


class Tracker(NamedTuple):
    """How a tracker is used in code.

    Attributes:
        id: id of the probe.
        title: for people.
        words: one of these is in every source that uses it.
        packages: distribution names.
        logs: matches resolved names of calls that record parameters or metrics.
        starts: matches calls that set a run up and record nothing by themselves.
        disabled: says why a call switches tracking off.
        switch: variables of the environment that switch it off, and what they hold then.
        needing: matches calls that record and need a run that something has started.
    """

    id: str
    title: str
    words: tuple[str, ...]
    packages: tuple[str, ...]
    logs: re.Pattern[str]
    starts: re.Pattern[str]
    disabled: Callable[[Site], str | None] | None = None
    switch: tuple[tuple[str, str], ...] = ()
    needing: re.Pattern[str] | None = None

    def needs_start(self, name: str) -> bool:
        """Whether a call of that name fails where no run was started."""
        return self.needing is not None and self.needing.search(name) is not None

    def starts_run(self, name: str) -> bool:
        """Whether a call of that name starts a run for those that need one."""
        return _STARTS_RUN.search(name) is not None


def _reported_by_trainer(call: Call, tracker: Tracker) -> bool:
    """Whether the settings of a trainer of Hugging Face name the tracker: `TrainingArguments(report_to="wandb")`."""
    given = call.argument(None, "report_to") if call.name.startswith(("transformers.", "trl.", "setfit.")) else None
    named = {node.value for node in ast.walk(given) if isinstance(node, ast.Constant)} if given is not None else set()
    return bool(named & {package.replace("-", "_") for package in tracker.packages})


def tracker_findings(unit: Unit, tracker: Tracker) -> Iterator[Finding]:
    """What a tracker's use in a unit is worth.

    Args:
        unit: the unit.
        tracker: the tracker.
    """
    found = [
        site
        for path, source in sources_with(unit, *tracker.words)
        for site in sites(unit, path, [*source.calls, *_items(source)])
        if not _is_own_name(unit, site, tracker)
    ]
    off = next(((site, why) for site in found if tracker.disabled and (why := tracker.disabled(site))), None)
    on = off is not None and any(
        site.name == off[0].name and site.reached and tracker.disabled is not None and not tracker.disabled(site)
        for site in found
    )
    if off is not None and not on:
        yield _finding(
            tracker, Rung.E1, f"{tracker.title} is switched off: {off[1]}.", off[0], "Switch it on for real runs."
        )
        return
    logs = [
        site
        for site in found
        if (tracker.logs.search(site.name) or _reported_by_trainer(site.call, tracker))
        and not is_off(site.call)
        and not (site.call.attribute == "autolog" and _comes_too_late(unit, site))
    ]
    logs = [site for site in logs if not tracker.needs_start(site.name) or _is_started(unit, site, found, tracker)]
    if logs and (setting := _switched_off_by_settings(unit, tracker)) is not None:
        path, number, text = setting
        yield Finding(
            tracker.id,
            CRITERION,
            Rung.E1,
            f"{tracker.title} is switched off: `{text}`.",
            path=path,
            line=number,
            confidence=CALL,
            raise_by="Switch it on for real runs.",
        )
        return
    if logs:
        switched = {path: line for path in {site.path for site in logs} if (line := _switched_off(unit, path, tracker))}
        for path, line in sorted(switched.items()):
            cell, number = _line(unit, path, line)
            yield Finding(
                tracker.id,
                CRITERION,
                Rung.E1,
                f"{tracker.title} is switched off by a variable of the environment that the code sets.",
                path=path,
                line=number,
                cell=cell,
                confidence=CALL,
                raise_by="Switch it on for real runs.",
            )
        yield from _logging(unit, tracker, [site for site in logs if site.path not in switched])
        return
    started = next((site for site in found if tracker.starts.search(site.name)), None)
    if started is not None:
        yield _finding(
            tracker,
            Rung.E2,
            f"{tracker.title} is set up, but nothing is logged.",
            started,
            "Log parameters and metrics in the run.",
        )
        return
    for path, source in sources_of(unit, *tracker.words):
        for item in source.imports:
            if item.module.partition(".")[0] in tracker.words:
                place = _line(unit, path, item.line)
                yield Finding(
                    tracker.id,
                    CRITERION,
                    Rung.E1,
                    f"{tracker.title} is imported and not used.",
                    path=path,
                    line=place[1],
                    cell=place[0],
                    confidence=CALL,
                    raise_by="Log parameters and metrics where the model is fitted.",
                )
                return


def _is_own_name(unit: Unit, site: Site, tracker: Tracker) -> bool:
    """Whether a module of the project has the name of the tracker, so that a call means that one."""
    head = site.name.partition(".")[0]
    return head in tracker.words and unit.reach.modules.find(head, site.path) is not None


def _comes_too_late(unit: Unit, site: Site) -> bool:
    """Whether automatic logging is switched on where the model has been fitted already."""
    fits = {(fit.path, fit.scope) for fit in trainings(unit)}
    lines = []
    for call in site.call.scope.calls:
        if call.node is site.call.node:
            continue
        target = own_function(unit, site.path, call)
        if is_training(call) or (target is not None and fits & unit.reach.behind(target)):
            lines.append(call.line)
    return bool(lines) and max(lines) < site.call.line


def _is_started(unit: Unit, site: Site, found: list[Site], tracker: Tracker) -> bool:
    """Whether what leads to a call that needs a run leads to one that starts it, too."""
    groups = unit.reach.groups(site.path, site.scope)
    return not site.reached or any(
        tracker.starts_run(other.name) and groups & unit.reach.groups(other.path, other.scope) for other in found
    )


def _items(source: PythonSource) -> Iterator[Call]:
    """What is written to an item of something, as the call that it is: `run["accuracy"] = score`."""
    for scope in source.scopes:
        pending = [*scope.body] if scope.kind != "class" else []
        while pending:
            node = pending.pop()
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) or (
                scope.kind == "module" and isinstance(node, ast.If) and is_main_guard(node.test)
            ):
                continue
            for block in blocks(node):
                pending += block
            for target in node.targets if isinstance(node, ast.Assign) else ():
                if isinstance(target, ast.Subscript) and isinstance(node, ast.Assign):
                    call = ast.copy_location(ast.Call(target.value, [target.slice, node.value], []), target)
                    yield Call(f"{scope.dotted(target.value)}.__setitem__", call, scope)


def _switched_off(unit: Unit, path: str, tracker: Tracker) -> int | None:
    """The line at which a source sets the variable that switches the tracker off, whatever happens: not under an `if`."""
    source = unit.project.python(path) if tracker.switch else None
    for node in source.tree.body if source is not None else ():
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            for target in node.targets:
                if not isinstance(target, ast.Subscript) or not ast.unparse(target.value).endswith("environ"):
                    continue
                name = target.slice.value if isinstance(target.slice, ast.Constant) else None
                if (name, str(node.value.value).lower()) in tracker.switch:
                    return node.lineno
    return None


def _switched_off_by_settings(unit: Unit, tracker: Tracker) -> tuple[str, int, str] | None:
    """The file, line and text that switch a tracker off for whoever runs the project: its own settings, or a `.env` that is loaded.

    What CI or a container sets is for that run alone, and says nothing of those that people start.
    """
    for path, line, text in _settings(unit) if tracker.switch else ():
        name, _, value = (part.strip() for part in text.removeprefix("export ").partition("="))
        own = path.endswith("wandb/settings")
        if ((f"WANDB_{name.upper()}" if own else name), value.strip("'\"").lower()) in tracker.switch:
            return path, line, text
    return None


def _settings(unit: Unit) -> Iterator[tuple[str, int, str]]:
    for file in unit.named("settings", ".env"):
        if file.tracked and (file.path.endswith("wandb/settings") or (file.name == ".env" and _loads(unit, ".env"))):
            for number, line in enumerate((unit.project.text(file.path) or "").splitlines(), 1):
                yield file.path, number, line.strip()


def _loads(unit: Unit, name: str) -> bool:
    """Whether code or a command takes a file of variables in."""
    return bool(unit.mentioning("load_dotenv", "dotenv_values", "env_file")) or any(
        name in command.words or f"--env-file={name}" in command.words
        for launch in unit.launches
        for command in launch.commands
    )


def _logging(unit: Unit, tracker: Tracker, logs: list[Site]) -> Iterator[Finding]:
    if not logs:
        return
    fits = [site for site in trainings(unit) if site.reached]
    groups = {group for site in fits for group in unit.reach.groups(site.path, site.scope)}
    reached = [site for site in logs if site.reached]
    linked = [site for site in reached if unit.reach.groups(site.path, site.scope) & groups]
    if linked:
        beside = {fit.path for fit in fits}
        for site in sorted(
            linked,
            key=lambda site: (site.cell is not None, site.path not in beside, site.path, site.cell or 0, site.line),
        )[:5]:
            chain = (*unit.reach.chain(site.path, site.scope), _place(site))
            yield _finding(
                tracker,
                Rung.E3,
                f"`{_short(site)}` records to {tracker.title} where a model is trained.",
                site,
                None,
                chain,
            )
        measured = next((site for site in linked if not _NO_METRICS.search(site.name)), None)
        if measured is not None:
            message = f"`{_short(measured)}` records the metrics of the training to {tracker.title}."
            chain = (*unit.reach.chain(measured.path, measured.scope), _place(measured))
            yield replace(_finding(tracker, Rung.E3, message, measured, None, chain), criterion="metrics-recorded")
    elif not fits:
        yield _finding(
            tracker,
            Rung.E2,
            f"{tracker.title} is used, but nothing that runs here fits a model.",
            logs[0],
            "Track where the model is fitted.",
        )
    elif reached:
        yield _finding(
            tracker,
            Rung.E2,
            f"{tracker.title} records something, but not in the code that trains.",
            reached[0],
            "Track where the model is fitted.",
        )
    else:
        yield _finding(
            tracker,
            Rung.E2,
            f"`{_short(logs[0])}` is in {logs[0].scope or logs[0].path}, which nothing that runs calls.",
            logs[0],
            "Call it from the training code.",
        )


def _finding(
    tracker: Tracker, rung: Rung, message: str, site: Site, raise_by: str | None, chain: tuple[str, ...] = ()
) -> Finding:
    return Finding(
        tracker.id,
        CRITERION,
        rung,
        message,
        confidence=CALL,
        path=site.path,
        line=site.line,
        end_line=site.end_line,
        cell=site.cell,
        chain=chain,
        raise_by=raise_by,
    )


def _short(site: Site) -> str:
    if site.call.attribute == "__setitem__":
        return f"{ast.unparse(site.call.node.func)}[{ast.unparse(site.call.node.args[0])}]"
    return re.sub(r"\(\)(?=.)", "", site.name.lstrip("?:"))[-60:]


def _place(site: Site) -> str:
    return f"{site.path}:{site.line}" if site.cell is None else f"{site.path}#{site.cell}:{site.line}"


def _line(unit: Unit, path: str, line: int) -> tuple[int | None, int]:
    notebook = unit.project.notebook(path) if path.endswith(".ipynb") else None
    return notebook.place(line) if notebook is not None and notebook.parsed_cells else (None, line)
