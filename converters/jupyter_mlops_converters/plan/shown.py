"""What cells see of the whole session: what IPython keeps of what cells show, and the list of all names."""

from __future__ import annotations

from jupyter_mlops_converters.analysis.history import may_show, surely_shows
from jupyter_mlops_converters.analysis.listing import lists_names
from jupyter_mlops_converters.plan.flow import Conflict
from jupyter_mlops_converters.plan.program import Program


def conflicts(program: Program) -> list[Conflict]:
    """Cells that must be in one stage with those whose values they use as `_` or through all of `Out`, or whose names they list.

    Args:
        program: the steps.

    Returns:
        The conflicts of any division that has them apart.
    """
    found = []
    uses = program.analysis.history
    for position, step in enumerate(program.steps):
        if position and lists_names(step.cell.code):
            found.append(Conflict(0, position, f"cell {step.index} lists all names"))
        if step.index in uses.whole and position:
            found.append(Conflict(0, position, f"cell {step.index} uses `Out`, the values that all cells show"))
        elif step.index in uses.last:
            first = _shown_last(program, position, uses.last[step.index])
            if first is not None:
                name = "_" * uses.last[step.index]
                shown = f"the value that cell {program.steps[first].index} shows"
                found.append(Conflict(first, position, f"cell {step.index} uses `{name}`, {shown}"))
    return found


def _shown_last(program: Program, before: int, reach: int) -> int | None:
    """Position of the earliest step that may have given `_` (reach 1), `__` (2) or `___` (3) its value."""
    binders = [position for position in range(before) if "_" in program.steps[position].cell.facts.all_binds]
    if binders:
        # Once the notebook itself gives the name a value, IPython leaves it alone.
        return binders[-1]
    first = None
    for position in range(before - 1, -1, -1):
        step = program.steps[position]
        if step.observed is not None:
            sure = shows = any(output["output_type"] == "execute_result" for output in step.observed.outputs)
        else:
            sure, shows = surely_shows(step.cell), may_show(step.cell)
        if shows:
            first = position
            reach -= sure
        if reach == 0:
            break
    return first


def kept_after(program: Program, position: int) -> str:
    """Code that keeps what the step shows for a later cell; empty when none looks it up by its number."""
    name = program.analysis.history.variables.get(position + 1)
    if name is None or name not in program.steps[position].writes:
        return ""
    bound = any("_" in step.cell.facts.all_binds for step in program.steps)
    return f"{name} = {'get_ipython().displayhook._' if bound else '_'}"


def restored_before(program: Program, position: int) -> str:
    """Code that puts values where the step looks them up by their numbers; empty when it does not."""
    wanted = program.analysis.history.numbered.get(program.steps[position].index, {})
    return "\n".join(f"{expression} = {name}" for expression, name in sorted(wanted.items()))
