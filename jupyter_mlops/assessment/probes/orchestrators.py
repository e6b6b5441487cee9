"""Flows of other orchestrators written in Python: ZenML, Metaflow, Dagster, Flyte, Luigi, Kedro."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from jupyter_mlops.assessment.dagster_jobs import asset_jobs
from jupyter_mlops.assessment.flows import flow_stages
from jupyter_mlops.assessment.probe import Pipeline, Probe, Stage
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.python_source import Call, PythonSource, Scope
from jupyter_mlops.project.reach import Node, scope_named

#: Module → (title, decorators of flows, decorators of steps).
_DECORATED = {
    "zenml": ("ZenML", ("pipeline",), ("step",)),
    "flytekit": ("Flyte", ("workflow", "dynamic"), ("task",)),
    "dagster": ("Dagster", ("job", "graph"), ("op", "graph")),
}


def _sources(unit: Unit, module: str) -> Iterator[tuple[str, PythonSource]]:
    for path in unit.mentioning(module):
        source = unit.project.python(path)
        if (
            source is not None
            and not unit.is_test(path)
            and any(item.module.partition(".")[0] == module for item in source.imports)
        ):
            yield path, source


def _launches(unit: Unit) -> Iterator[Launch]:
    """What a tool loads to run it: the definitions of Dagster, the launch plans of Flyte."""
    for path, source in _sources(unit, "flytekit"):
        for call in source.module.calls:
            given = call.argument(0, "workflow")
            name = call.scope.dotted(given) if given is not None else ""
            if "LaunchPlan" in call.name and call.attribute in ("get_or_create", "create") and name.startswith(":"):
                module = unit.local(path).removesuffix(".py").replace("/", ".")
                yield Launch(
                    f"flyte:{path}#{call.line}",
                    "schedule" if call.argument(None, "schedule") is not None else "console",
                    path,
                    call.line,
                    f'python -c "from {module} import {name[1:]}; {name[1:]}()"',
                    unit.path,
                    f"LaunchPlan of {name[1:]}",
                    group=f"flyte:{path}",
                )
    for path, source in _sources(unit, "dagster"):
        defined = next((call for call in source.module.calls if _defines(call)), None)
        if defined is not None:
            yield Launch(
                f"dagster:{path}",
                "console",
                path,
                defined.line,
                f"python {unit.local(path)}",
                unit.path,
                "dagster",
                group=f"dagster:{path}",
            )
    for job in asset_jobs(unit):
        steps = [(unit.local(path).removesuffix(".py").replace("/", "."), name) for path, name in job.assets]
        yield Launch(
            f"dagster:{job.path}#{job.name}",
            "console",
            job.path,
            job.line,
            "\n".join(f'python -c "from {module} import {name}; {name}()"' for module, name in steps),
            unit.path,
            job.name,
            group=f"dagster:{job.path}",
        )


def _pipelines(unit: Unit) -> Iterator[Pipeline]:
    for module, (title, flows, steps) in _DECORATED.items():
        yield from _decorated(unit, module, title, flows, steps)
    yield from _metaflow(unit)
    yield from _dagster_assets(unit)
    yield from _luigi(unit)
    yield from _kedro(unit)


def _decorated(
    unit: Unit, module: str, title: str, flows: tuple[str, ...], steps: tuple[str, ...]
) -> Iterator[Pipeline]:
    """Flows that are decorated functions which call decorated steps."""

    def is_step(_call: Call, node: Node) -> bool:
        source = unit.project.python(node[0])
        scope = scope_named(source, node[1]) if source is not None else None
        return scope is not None and _has(scope, module, steps)

    for path, source in _sources(unit, module):
        for scope in source.scopes:
            if _has(scope, module, flows):
                stages = flow_stages(unit, path, scope, is_step)
                started = f"{scope.name}()" if unit.reach.reached(path, scope.name) else ""
                if stages:
                    yield _made(unit, title, path, scope, stages, started)


def _has(scope: Scope, module: str, names: tuple[str, ...]) -> bool:
    plain = [decorator.replace("()", "") for decorator in scope.decorators]
    return any(decorator.partition(".")[0] == module and decorator.rpartition(".")[2] in names for decorator in plain)


def _made(unit: Unit, title: str, path: str, scope: Scope, stages: list[Stage], started: str) -> Pipeline:
    return Pipeline(
        "orchestrators",
        title,
        path,
        scope.line,
        tuple(stages),
        started_by=started,
        chain=unit.reach.chain(path, scope.name) if started else (),
        confidence=0.9,
    )


def _metaflow(unit: Unit) -> Iterator[Pipeline]:
    """FlowSpec classes: steps chained by `self.next`, started by the class being instantiated."""
    for path, source in _sources(unit, "metaflow"):
        for scope in source.scopes:
            if scope.kind != "class" or not any(base.endswith("FlowSpec") for base in scope.bases):
                continue
            stages = []
            before: dict[str, set[str]] = {}
            for name, method in scope.children.items():
                for call in method.calls:
                    if call.name == "self.next":
                        for argument in call.node.args:
                            if isinstance(argument, ast.Attribute):
                                before.setdefault(argument.attr, set()).add(name)
            for name, method in scope.children.items():
                if any(decorator.replace("()", "").endswith("step") for decorator in method.decorators):
                    stages.append(
                        Stage(name, path, method.line, after=frozenset(before.get(name, ())), node=(path, method.name))
                    )
            started = any(call.name == f":{scope.name}" for call in source.calls)
            if stages:
                yield _made(unit, "Metaflow", path, scope, stages, f"python {unit.local(path)} run" if started else "")


def _dagster_assets(unit: Unit) -> Iterator[Pipeline]:
    """Assets connected by the names of their parameters; started where `Definitions` has them."""
    assets: dict[str, tuple[str, Scope]] = {}
    defined = False
    for path, source in _sources(unit, "dagster"):
        defined = defined or any(_defines(call) for call in source.calls)
        for scope in source.scopes:
            if _has(scope, "dagster", ("asset", "multi_asset")):
                assets[scope.name] = (path, scope)
    if not assets:
        return
    stages = []
    for name, (path, scope) in assets.items():
        arguments = getattr(scope.node, "args", None)
        names = (
            {argument.arg for argument in (*arguments.args, *arguments.kwonlyargs)} if arguments is not None else set()
        )
        names |= {
            word
            for decorator in getattr(scope.node, "decorator_list", [])
            for keyword in getattr(decorator, "keywords", [])
            if keyword.arg in ("deps", "ins")
            for word in _words(keyword.value)
        }
        stages.append(Stage(name, path, scope.line, after=frozenset(names & assets.keys()), node=(path, scope.name)))
    first = stages[0]
    yield Pipeline(
        "orchestrators",
        "Dagster",
        first.path,
        first.line,
        tuple(stages),
        started_by="dagster asset materialize" if defined else "",
        confidence=0.9,
    )


def _defines(call: Call) -> bool:
    """Whether a call hands assets to Dagster: `Definitions()` without any holds none."""
    if call.name == "dagster.Definitions":
        given = call.argument(0, "assets")
        return given is not None and not (isinstance(given, (ast.List, ast.Tuple)) and not given.elts)
    return call.name == "dagster.repository" or call.name.startswith(("dagster.load_assets_from_", "dagster.load_defs"))


def _words(node: ast.expr) -> set[str]:
    names = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
    return names | {
        inner.value for inner in ast.walk(node) if isinstance(inner, ast.Constant) and isinstance(inner.value, str)
    }


def _luigi(unit: Unit) -> Iterator[Pipeline]:
    """Tasks connected by `requires`, with an output and a run."""
    for path, source in _sources(unit, "luigi"):
        tasks = {
            scope.name: scope
            for scope in source.scopes
            if scope.kind == "class" and any(base.startswith("luigi.") for base in scope.bases)
        }
        stages = []
        for name, scope in tasks.items():
            requires = scope.children.get("requires")
            needed = {call.name.lstrip(":") for call in requires.calls} if requires is not None else set()
            run = scope.children.get("run")
            stages.append(
                Stage(
                    name,
                    path,
                    scope.line,
                    after=frozenset(needed & tasks.keys()),
                    node=(path, run.name) if run is not None else None,
                )
            )
        started = any(call.name in ("luigi.run", "luigi.build") for call in source.calls) or _asked_for(unit, path)
        if stages:
            yield Pipeline(
                "orchestrators",
                "Luigi",
                path,
                stages[0].line,
                tuple(stages),
                started_by="luigi" if started else "",
                confidence=0.9,
            )


def _asked_for(unit: Unit, path: str) -> bool:
    """Whether a command asks for a task of the file: `luigi --module pkg.tasks Evaluate`."""
    return any(
        target.kind == "module"
        and target.arguments[:1] == ("luigi",)
        and any(node[0] == path for node in unit.reach.behind_target(target))
        for launch in unit.launches
        for target, _command in unit.reach.targets(launch)
    )


def _kedro(unit: Unit) -> Iterator[Pipeline]:
    """Nodes with inputs and outputs; started by `kedro run` where pyproject.toml has `[tool.kedro]`."""
    project = next(
        (file for file in unit.named("pyproject.toml") if "kedro" in (unit.project.toml(file.path).get("tool") or {})),
        None,
    )
    stages = []
    for path, source in _sources(unit, "kedro"):
        for call in source.calls:
            if call.name.startswith("kedro.pipeline") and call.attribute in ("node", "Node"):
                function = call.argument(0, "func")
                stages.append(
                    Stage(
                        call.text(None, "name") or (ast.unparse(function) if function is not None else str(call.line)),
                        path,
                        call.line,
                        inputs=frozenset(_datasets(call, 1, "inputs")),
                        outputs=frozenset(_datasets(call, 2, "outputs")),
                        node=_function(unit, path, call, function),
                    )
                )
    if stages:
        first = stages[0]
        yield Pipeline(
            "orchestrators",
            "Kedro",
            first.path,
            first.line,
            tuple(stages),
            started_by="kedro run" if project is not None else "",
            confidence=0.9,
        )


def _datasets(call: Call, position: int, keyword: str) -> set[str]:
    value = call.argument(position, keyword)
    if value is None:
        return set()
    return {
        inner.value
        for inner in ast.walk(value)
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str) and not inner.value.startswith("param")
    }


def _function(unit: Unit, path: str, call: Call, function: ast.expr | None) -> Node | None:
    name = call.scope.dotted(function) if function is not None else ""
    if name.startswith(":"):
        return path, name[1:]
    found = unit.reach.modules.resolve(name, path) if name and name[0] != "?" else None
    return found if found and found[1] else None


PROBE = Probe(
    id="orchestrators",
    title="Dagster, Kedro, ZenML, Metaflow, Flyte, Luigi",
    reads="Python code that imports them, pyproject.toml",
    credits="configured: steps without data between them, or that nothing starts · wired: connected steps that are started",
    launches=_launches,
    pipelines=_pipelines,
)
