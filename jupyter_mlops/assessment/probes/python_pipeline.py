"""Pipelines in plain Python: an entry point that calls steps of the project's modules and hands their results on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from jupyter_mlops.assessment.flows import flow_stages, own_function
from jupyter_mlops.assessment.handovers import linked_by_files
from jupyter_mlops.assessment.probe import Pipeline, Probe, Stage
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import PythonSource, Scope

#: A pipeline's steps live in as many modules beside the entry point at least.
_MODULES = 2
#: What steps do that live in one module, and are a pipeline all the same.
_WHOLE = frozenset({"data", "preparation", "training"})
#: What the steps of a pipeline do, by their names.
_KINDS = {
    "data": lazy(r"load|ingest|read|fetch|download|extract|import|collect|dataset|get_data", re.IGNORECASE),
    "preparation": lazy(r"prepa|prepro|clean|transform|featur|split|encode|engineer|validat|augment", re.IGNORECASE),
    "training": lazy(r"train|fit|tune|optimi[sz]e|build_model", re.IGNORECASE),
    "evaluation": lazy(r"evaluat|score|assess|metric|compare|select", re.IGNORECASE),
    "release": lazy(r"register|promote|deploy|publish|save_model|log_model|export|push", re.IGNORECASE),
}
#: Files that try something out.
_TRIALS = lazy(r"profil|bench|debug|plot|analy|explor|compare|smoke|demo|backtest|experiment", re.IGNORECASE)
_APPS = ("streamlit", "dash", "gradio", "fastapi", "flask", "shiny", "nicegui")
#: What only tells steps how to run.
_SET_UP = lazy(r"config|setting|param|args|logger|seed|device|_uri|path|version|\benv", re.IGNORECASE)
_FRAMEWORKS = ("flow", "pipeline", "task", "step", "dag", "asset", "job", "op", "workflow", "component")


def _pipelines(unit: Unit) -> Iterator[Pipeline]:
    for path in unit.sources:
        if not path.endswith(".py") or unit.is_test(path) or _TRIALS.search(path.rpartition("/")[2]):
            continue
        source = unit.project.python(path)
        if source is None or not (source.has_main_guard or source.acts) or _is_app(source):
            continue
        for scope in source.scopes:
            if not _may_start(scope):
                continue
            if not {node[0] for call in scope.calls if (node := own_function(unit, path, call))} - {path}:
                continue
            if (path, scope.name) not in unit.reach.behind((path, ""), (path, "__main__")):
                continue
            stages = _linked(unit, flow_stages(unit, path, scope, lambda _call, _node: True))
            connected = {name for stage in stages for name in (stage.name, *stage.after) if stage.after}
            named = {stage.name: _says(stage) for stage in stages}
            kinds = {kind for name in connected for kind, pattern in _KINDS.items() if pattern.search(named[name])}
            if len(kinds) < _MODULES:
                continue
            modules = {stage.node[0] for stage in stages if stage.node is not None and stage.name in connected}
            several = len(modules - {path}) >= _MODULES or (modules - {path} and kinds >= _WHOLE)
            if len(connected) >= 2 and several:
                yield Pipeline(
                    "python-pipeline",
                    "Python",
                    path,
                    next(stage.line for stage in stages if stage.name in connected and _is_work(named[stage.name])),
                    tuple(stage for stage in stages if stage.name in connected),
                    started_by=f"python {unit.local(path)}",
                    chain=unit.reach.chain(path, scope.name),
                    confidence=0.7,
                )
                break


def _says(stage: Stage) -> str:
    """What a step's name says of it; that of its module where the function is called like those of all modules."""
    called = stage.name.partition("#")[0]
    module = stage.node[0].rpartition("/")[2] if stage.node is not None else ""
    return f"{module} {called}" if called in ("main", "run", "execute", "process", "__main__") else stage.name


def _is_work(name: str) -> bool:
    return any(pattern.search(name) for pattern in _KINDS.values())


def _linked(unit: Unit, stages: list[Stage]) -> list[Stage]:
    """The stages with what they hand on: making an object is no step before its own methods, what it is made of is."""
    place = {stage.name: position for position, stage in enumerate(stages)}
    settings = {stage.name for stage in stages if _SET_UP.search(stage.name.rpartition(".")[0] or stage.name)}
    linked: list[Stage] = []
    for stage in stages:
        after: set[str] = set()
        for name in stage.after:
            made = stages[place[name]]
            after |= made.after if _makes(made, stage) else {name}
        linked.append(replace(stage, after=frozenset(after - settings if stage.name not in settings else ())))
    return linked_by_files(unit, linked, _makes)


def _makes(maker: Stage, stage: Stage) -> bool:
    """Whether a stage makes the object whose method another calls."""
    if maker.node is None or stage.node is None or maker.node[0] != stage.node[0]:
        return False
    owner, _dot, method = stage.node[1].rpartition(".")
    return bool(owner) and method != "__init__" and maker.node[1].removesuffix(".__init__") == owner


def _is_app(source: PythonSource) -> bool:
    """Whether the file serves a page or an API, which runs at each click and not once through."""
    return any(found.module.partition(".")[0] in _APPS for found in source.imports)


def _may_start(scope: Scope) -> bool:
    """Whether a scope can be an entry point of a pipeline in plain Python: those of frameworks are read elsewhere."""
    framework = any(decorator.replace("()", "").rpartition(".")[2] in _FRAMEWORKS for decorator in scope.decorators)
    return scope.kind != "class" and not framework


PROBE = Probe(
    id="python-pipeline",
    title="pipelines in plain Python",
    reads="Python files that can be started",
    credits="wired: one entry point that calls steps of two or more modules and hands results from one to the next",
    pipelines=_pipelines,
)
