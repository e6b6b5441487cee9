"""State in modules of the project: what a cell changes there is not there in a process that imports the module anew.

Most cells leave it alone, and that a later one looks at it cannot be seen. So this counts only once a plan has failed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence

from jupyter_mlops_converters.analysis.cells import AnalysedCell, dotted
from jupyter_mlops_converters.analysis.liveness import closure
from jupyter_mlops_converters.plan.flow import Conflict
from jupyter_mlops_converters.plan.program import Program, Step


def module_conflicts(program: Program) -> list[Conflict]:
    """Cells that have to be in one stage, since one changes a module of the project and another uses it afterwards.

    Args:
        program: the steps.

    Returns:
        One for each change that is not made again at the start of other stages.
    """
    modules = _modules(program)
    found = []
    for position, step in enumerate(program.steps):
        for module in sorted(_changed(program, step, modules)):
            last = max(
                (p for p in range(position, len(program.steps)) if module in _used(program, p, modules)), default=0
            )
            if last > position:
                why = (
                    f"cell {step.index} changes the module `{module}` of the project, which cell {program.steps[last].index} "
                    "uses, and another stage would import it as it is in its file"
                )
                found.append(Conflict(position, last, why))
    return found


def separates(stages: Sequence[Iterable[int]], program: Program) -> bool:
    """Whether a division separates such cells.

    Args:
        stages: the cells' indices of every stage.
        program: the steps.
    """
    stage_of = {cell: number for number, stage in enumerate(stages) for cell in stage}
    return any(
        stage_of.get(program.steps[conflict.first].index) != stage_of.get(program.steps[conflict.last].index)
        for conflict in module_conflicts(program)
    )


def _modules(program: Program) -> Mapping[str, frozenset[str]]:
    """Module of the project → those that it refers to, itself and what these refer to included."""
    direct: dict[str, set[str]] = {}
    for step in program.steps:
        for name, others in (step.observed.modules if step.observed is not None else {}).items():
            direct.setdefault(name, {name}).update(others)
    reached = {}
    for name in direct:
        found, waiting = {name}, [name]
        while waiting:
            more = direct.get(waiting.pop(), set()) - found
            found |= more
            waiting += more
        reached[name] = frozenset(found)
    return reached


def _changed(program: Program, step: Step, modules: Mapping[str, frozenset[str]]) -> set[str]:
    """Modules that a step changes, apart from what is configuration: that is made again in other stages."""
    observed = step.observed
    if observed is None:
        return set()
    changed = {*observed.modules_changed, *(set(observed.modules) & _touched(step.cell, program, modules))}
    if not changed:
        return set()
    others = {
        name
        for statement in step.cell.statements
        if statement.kind not in {"configuration", "import"}
        for name in statement.facts.loads
    }
    return {module for module in changed if module in _of_names(program, program.position(step.index), others, modules)}


def _touched(cell: AnalysedCell, program: Program, modules: Mapping[str, frozenset[str]]) -> set[str]:
    """Modules that a cell changes right where it imports them, as far as its code shows it."""
    found = set()
    for node in ast.walk(cell.code.tree):
        # `tools.seen.append(1)`: something in the module is told to do something.
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Call)
            and isinstance(node.value.func, ast.Attribute)
        ):
            name = dotted(node.value.func.value, program.analysis.modules)
            module = _module_of(name, modules) if name is not None else None
            if module is not None and module != name:
                found.add(module)
    return found


def _used(program: Program, position: int, modules: Mapping[str, frozenset[str]]) -> frozenset[str]:
    step = program.steps[position]
    names = step.uses | step.cell.facts.loads | closure(program.analysis, step.cell.facts.loads)
    return _of_names(program, position, names, modules)


def _of_names(
    program: Program, position: int, names: Iterable[str], modules: Mapping[str, frozenset[str]]
) -> frozenset[str]:
    """Modules that what names stand for may look at."""
    found: set[str] = set()
    for name in names:
        change = program.last_change(name, position + 1)
        origins = [program.analysis.modules.get(name, "")]
        if change is not None:
            origins += [change.home, change.type]
        for origin in origins:
            module = _module_of(origin, modules)
            if module is not None:
                found |= modules[module]
    return frozenset(found)


def _module_of(name: str, modules: Mapping[str, frozenset[str]]) -> str | None:
    """The module that a dotted name is, or is in."""
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name or None
