"""Why the plan is as it is: every decision with its reason, for people who ask."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from jupyter_mlops_converters.analysis.names import BUILTINS
from jupyter_mlops_converters.plan.context import configuration
from jupyter_mlops_converters.plan.costs import has_purpose, seconds_of_work
from jupyter_mlops_converters.plan.draft import Draft
from jupyter_mlops_converters.plan.flow import Crossing
from jupyter_mlops_converters.plan.parameters import RESERVED
from jupyter_mlops_converters.plan.pipeline import Decision, HandOver, Parameter
from jupyter_mlops_converters.plan.program import GENERATORS, Program


def decisions(
    program: Program,
    draft: Draft,
    hand_overs: Sequence[tuple[Crossing, HandOver]],
    parameters: Sequence[Parameter],
    offered: Mapping[str, str | None],
) -> tuple[Decision, ...]:
    """Tell why.

    Args:
        program: the steps.
        draft: the division.
        hand_overs: what crosses.
        parameters: of the pipeline.
        offered: name that the planner gives a parameter → its name; None for one that was asked to stay in the code.

    Returns:
        The decisions: of each stage in order itself, what it runs again and what it hands over; merges; parameters.
    """
    found: list[Decision] = []
    for number, name in enumerate(draft.division.names):
        found.append(
            Decision("stage", name, _why_stage(program, draft, number), name, _first_cell(program, draft, number))
        )
        found += _contexts(program, draft, number)
        found += [_hand_over(program, c, h) for c, h in hand_overs if c.producer == number]
    found += [
        Decision(
            "merge",
            f"cells {program.steps[c.first].index} to {program.steps[c.last].index}",
            f"They stay in one stage: {c.why}.",
            source_cell=program.steps[c.last].index,
        )
        for c in draft.conflicts
    ]
    found += [_parameter(draft, parameter) for parameter in parameters]
    return (*found, *_left_in_code(program, offered))


def _first_cell(program: Program, draft: Draft, number: int) -> int:
    return program.steps[draft.division.stages[number][0]].index


def _why_stage(program: Program, draft: Draft, number: int) -> str:
    stage = draft.division.stages[number]
    parts = [draft.division.reasons[number]]
    first = program.steps[stage[0]]
    if number and first.role.headings:
        parts.append(f"It begins at the heading “{first.role.headings[-1].text}”.")
    elif number:
        before = next((s.role.role for s in reversed(program.steps[: stage[0]]) if has_purpose(s.role)), "")
        after = next((s.role.role for s in program.steps[stage[0] :] if has_purpose(s.role)), "")
        if before and after and before != after:
            parts.append(f"It begins where the work turns from `{before}` to `{after}`.")
    if not any(number == c.producer and c.consumers for c in draft.flow.crossings) and len(draft.division.names) > 1:
        parts.append("Nothing after it needs its values.")
    work = seconds_of_work(program)
    seconds, total = sum(work[position] for position in stage), sum(work)
    if total > 5 and seconds > 0.25 * total:
        parts.append(f"It took {seconds:.0f} of {total:.0f} s, so that it is worth keeping what it made.")
    return " ".join(parts)


def _contexts(program: Program, draft: Draft, number: int) -> list[Decision]:
    name = draft.division.names[number]
    found = []
    settings = configuration(program, draft.division.stages[number])
    looked_up = {used for position in draft.division.stages[number] for used in program.steps[position].uses}
    for wanted, reader in sorted(draft.flow.replays[number].items()):
        for_settings = wanted not in looked_up and any(wanted in statement.facts.uses for statement in settings)
        who = "the configuration" if for_settings else f"cell {program.steps[reader].index}"
        statement = program.replay(wanted, reader)
        origin = statement.cell if statement is not None else None
        if wanted in draft.library.names:
            how = "is imported from the library module"
        elif statement is not None and statement.kind == "import":
            how = "is imported again"
        else:
            how = "is made again"
        found.append(Decision("context", wanted, f"`{wanted}` {how}, since {who} needs it.", name, origin))
    for statement in settings:
        line = statement.text.splitlines()[0]
        why = f"It configures {statement.subsystem or 'the process'}, and every stage runs in a process of its own."
        found.append(Decision("context", line, why, name, statement.cell))
    return found


def _hand_over(program: Program, crossing: Crossing, hand_over: HandOver) -> Decision:
    size = ""
    if hand_over.variables[0] not in GENERATORS:
        choice = program.choice(crossing.names, crossing.written_by)
        size = f"; {_size(choice.bytes)}" if choice is not None and choice.bytes else ""
    why = hand_over.why[:1].upper() + hand_over.why[1:]
    return Decision(
        "hand-over", ", ".join(hand_over.variables), f"{why}{size}.", hand_over.producer, hand_over.source_cell
    )


def _size(count: int) -> str:
    """Bytes to two digits, since files of the same values may differ by a few."""
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            return f"about {float(f'{count:.2g}'):.0f} {unit}"
        count //= 1000
    return f"about {count} GB"


def _parameter(draft: Draft, parameter: Parameter) -> Decision:
    called = parameter.variable or parameter.name
    kinds = {candidate.kind for candidate in draft.candidates if candidate.name == called}
    how = "It is assigned once and never changed" if "assignment" in kinds else "It is a constant argument"
    used = ", ".join(parameter.stages)
    return Decision("parameter", parameter.name, f"{how}; used by {used}.", source_cell=parameter.source_cell)


def _left_in_code(program: Program, offered: Mapping[str, str | None]) -> list[Decision]:
    """Constants that are no parameters, and why."""
    found = []
    for step in program.steps:
        for statement in step.cell.statements:
            node = statement.node
            if not (isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)):
                continue
            for name in sorted(statement.facts.all_binds):
                if offered.get(name, "") is None:
                    why = "The plan that was given leaves it in the code."
                elif name not in offered:
                    why = _why_not(program, name, step.index)
                else:
                    continue
                found.append(Decision("parameter", name, f"No parameter. {why}", source_cell=step.index))
    return found


def _why_not(program: Program, name: str, cell: int) -> str:
    others = sorted({s.cell for s in program.binders.get(name, ())} - {cell})
    if others or len(program.binders.get(name, ())) > 1:
        return f"It is bound again in cell {others[0] if others else cell}."
    changing = [step.index for step in program.steps if step.index != cell and name in step.writes]
    if changing:
        return f"Cell {changing[0]} changes it."
    if name.startswith("_") or name in RESERVED or name in BUILTINS:
        return "Engines or Python give the name a meaning of their own."
    return "Its value could not be kept as it is in a file of parameters, or the finding about it says why."
