"""Code that a stage needs before the user's cells: imports, configuration and definitions of earlier cells, and the library."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from jupyter_mlops_converters.analysis.cells import Statement, imported_modules
from jupyter_mlops_converters.analysis.names import BUILTINS
from jupyter_mlops_converters.plan.loggers import may_write_to, own_logger
from jupyter_mlops_converters.plan.program import Program

#: Subsystems whose configuration every later stage needs; the others only where they matter.
_ONLY_FOR_PLOTS = "plotting"
_NOT_AGAIN = ("%load_ext autoreload", "%autoreload", "%pylab")


@dataclass(frozen=True)
class Context:
    """Code run again at the start of a stage.

    Attributes:
        before: run before the hand-overs are loaded.
        definitions: run after them.
        library: names imported from the library module.
    """

    before: str = ""
    definitions: str = ""
    library: tuple[str, ...] = ()


@dataclass(frozen=True)
class Library:
    """The pipeline's module of functions and classes.

    Attributes:
        source: its text; empty when there is none.
        names: what it defines.
        statements: the statements that moved there.
    """

    source: str = ""
    names: frozenset[str] = frozenset()
    statements: frozenset[tuple[int, int]] = field(default_factory=frozenset)


def configuration(program: Program, stage: tuple[int, ...]) -> list[Statement]:
    """Configuration of earlier cells that a stage has to make again.

    Args:
        program: the steps.
        stage: positions of its steps.

    Returns:
        The statements in order.
    """
    found = []
    for position in range(stage[-1] if stage else 0):
        if position in stage:
            continue
        for statement in program.steps[position].cell.statements:
            if statement.kind != "configuration" or statement.text.startswith(_NOT_AGAIN):
                continue
            if any(place > position for place in _matters(program, stage, statement)):
                found.append(statement)
    return [each for run in _runs(found) if not _leads_back(program, run) for each in run]


def _runs(statements: list[Statement]) -> list[list[Statement]]:
    """Statements that change the working directory one after the other, together; each of the others alone."""
    runs: list[list[Statement]] = []
    for statement in statements:
        if runs and statement.subsystem == runs[-1][-1].subsystem == "cwd":
            runs[-1].append(statement)
        else:
            runs.append([statement])
    return runs


def _leads_back(program: Program, run: list[Statement]) -> bool:
    """Whether changes of the working directory end where they began: the folders between may not be there in a stage."""
    if run[0].subsystem != "cwd" or program.observation is None:
        return False
    first, last = program.position(run[0].cell), program.position(run[-1].cell)
    before = program.steps[first - 1].observed if first else None
    after = program.steps[last].observed
    return after is not None and after.cwd == (before.cwd if before is not None else program.observation.workdir)


def _matters(program: Program, stage: tuple[int, ...], statement: Statement) -> list[int]:
    """Positions of a stage's steps that can tell whether the configuration was made."""
    if statement.subsystem == _ONLY_FOR_PLOTS:
        return [position for position in stage if program.steps[position].plots]
    if statement.subsystem == "logging" and (logger := own_logger(program, statement)) is not None:
        return [position for position in stage if may_write_to(program, position, logger)]
    return list(stage)


def configuration_clash(program: Program, stage: tuple[int, ...]) -> tuple[int, int, str] | None:
    """Configuration that changes between two steps of a stage in pieces, in a cell of another stage.

    Args:
        program: the steps.
        stage: positions of its steps.

    Returns:
        Positions of a step before and of one after it, and the reason as a sentence without an end; None when there is none.
    """
    for statement in configuration(program, stage):
        made = program.position(statement.cell)
        places = _matters(program, stage, statement)
        own = [
            position
            for position in stage
            for other in program.steps[position].cell.statements
            if other.kind == "configuration" and other.subsystem == statement.subsystem
        ]
        before = [place for place in (*places, *own) if place < made]
        if before:
            after = min(place for place in places if place > made)
            here = program.steps[after].index
            why = f"cell {statement.cell} of another stage sets `{statement.text.splitlines()[0]}` before cell {here}"
            return max(before), after, why
    return None


def make_library(
    program: Program, wanted: set[str], parameters: frozenset[str], name: str, apart: frozenset[str] = frozenset()
) -> Library:
    """Collect the functions and classes that later stages need and that read nothing of the notebook but imports.

    Args:
        program: the steps.
        wanted: names of definitions that some stage runs again.
        parameters: names that are parameters, which a module cannot see.
        name: of the pipeline.
        apart: names of definitions that stay where they are.

    Returns:
        The library; empty when nothing qualifies.
    """
    chosen: dict[str, Statement] = {}
    refused = set(apart)
    for candidate in sorted(wanted):
        _qualify(program, candidate, parameters, chosen, refused, ())
    if not chosen:
        return Library()
    imports: dict[tuple[int, int], tuple[Statement, set[str]]] = {}
    for statement in chosen.values():
        for needed in _looked_up(statement):
            binders = [*program.binders.get(needed, ())[-1:], *program.submodules(needed, len(program.steps))]
            for binder in binders:
                if binder.kind == "import":
                    imports.setdefault((binder.cell, binder.position), (binder, set()))[1].add(needed)
    lines = [
        import_text(statement, names) for _, (statement, names) in sorted(imports.items(), key=lambda item: item[0])
    ]
    definitions = sorted({(s.cell, s.position): s for s in chosen.values()}.items())
    parts = [f'"""Functions and classes of the notebook, shared by the stages of the pipeline {name}."""']
    if lines:
        parts.append("\n".join(lines))
    parts += [statement.text for _, statement in definitions]
    source = "\n\n\n".join([parts[0] + ("\n\n" + parts[1] if lines else ""), *parts[2 if lines else 1 :]]) + "\n"
    return Library(source, frozenset(chosen), frozenset(key for key, _ in definitions))


def _looked_up(statement: Statement) -> set[str]:
    names = set(statement.facts.uses)
    for free in statement.facts.deferred.values():
        names |= free
    return names


def _qualify(
    program: Program,
    name: str,
    parameters: frozenset[str],
    chosen: dict[str, Statement],
    refused: set[str],
    path: tuple[str, ...],
) -> bool:
    if name in chosen or name in path:
        return True
    if name in refused:
        return False
    binders = program.binders.get(name, ())
    good = (
        len(binders) == 1
        and isinstance(binders[0].node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and "get_ipython" not in binders[0].text
        and "__name__" not in binders[0].text
        and not binders[0].facts.deferred_writes
        and program.analysis.cell(binders[0].cell).code.text.count("get_ipython") == 0
        # An import takes its place in the cell, so it has to be found there.
        and program.analysis.cell(binders[0].cell).cell.source.count(binders[0].text) == 1
        and not _is_changed(program, name, binders[0].cell)
    )
    if good:
        for needed in sorted(_looked_up(binders[0]) - {name}):
            if needed in parameters:
                good = False
            elif needed not in program.binders:
                # Names that nothing binds come from a star import or are builtins.
                good = needed in BUILTINS
            else:
                good = _is_one_import(program, needed) or _qualify(
                    program, needed, parameters, chosen, refused, (*path, name)
                )
            if not good:
                break
    if good:
        chosen[name] = binders[0]
    else:
        refused.add(name)
    return good


def _is_one_import(program: Program, name: str) -> bool:
    """Whether a name is imported, and always from the same place."""
    binders = program.binders[name]
    origins = {imported_modules(binder.node).get(name) for binder in binders}
    return len(origins) == 1 and all(b.kind == "import" and not b.facts.star_imports for b in binders)


def _is_changed(program: Program, name: str, cell: int) -> bool:
    return any(name in step.writes and step.index != cell for step in program.steps)


def import_text(statement: Statement, names: set[str]) -> str:
    """An import reduced to the names that are needed.

    Args:
        statement: the import.
        names: what of it is needed.

    Returns:
        Python text; the user's own where it is more than a plain import.
    """
    node = statement.node
    if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
        return f"from {'.' * node.level}{node.module or ''} import {', '.join(sorted(names))}"
    if not isinstance(node, ast.Import | ast.ImportFrom):
        return statement.text
    kept = [alias for alias in node.names if (alias.asname or alias.name.split(".")[0]) in names]
    if not kept:
        return statement.text
    if isinstance(node, ast.Import):
        return "\n".join(ast.unparse(ast.Import([alias])) for alias in kept)
    return ast.unparse(ast.ImportFrom(node.module, sorted(kept, key=lambda alias: alias.name), node.level))


def make_context(
    program: Program,
    stage: tuple[int, ...],
    replays: Mapping[str, int],
    library: Library,
    name: str,
    parameters: frozenset[str],
) -> Context:
    """Assemble what a stage runs again.

    Args:
        program: the steps.
        stage: positions of its steps.
        replays: name whose import or definition is run again → position of the step that looks it up.
        library: the pipeline's library.
        name: of the pipeline.
        parameters: names that are parameters.

    Returns:
        The code.
    """
    statements: dict[tuple[int, int], tuple[Statement, set[str]]] = {}
    from_library = sorted(set(replays) & library.names)
    for wanted in sorted(set(replays) - library.names):
        statement = program.replay(wanted, replays[wanted]) or program.binders[wanted][-1]
        unsure = _brings_anything(statement) and program.observation is None
        # Without a run, any star import or script so far may be what brings the name.
        sources = _sources(program, replays[wanted]) if unsure else [statement]
        for each in (*sources, *program.submodules(wanted, replays[wanted])):
            statements.setdefault((each.cell, each.position), (each, set()))[1].add(wanted)
    before: list[str] = []
    definitions: list[str] = []
    for statement in configuration(program, stage):
        statements.setdefault((statement.cell, statement.position), (statement, set()))
    if from_library:
        before.append(f"from {name}_lib import {', '.join(from_library)}")
    for _, (statement, names) in sorted(statements.items(), key=lambda item: item[0]):
        if statement.kind == "import":
            whole = statement.facts.star_imports and program.observation is None
            text = statement.text if whole else import_text(statement, names)
            if text not in before:
                before.append(text)
        elif not any(
            _is_value(program, used, program.position(statement.cell) + 1, parameters) for used in statement.facts.uses
        ):
            # Hand-overs may refer to functions and classes by name, so these come first wherever they can.
            if before[-1:] != [statement.text]:
                before.append(statement.text)
        else:
            definitions.append(statement.text)
    futures = [line for line in before if line.startswith("from __future__")]
    return Context(
        before=_joined(futures + [line for line in before if line not in futures]),
        definitions=_joined(definitions),
        library=tuple(from_library),
    )


def _brings_anything(statement: Statement) -> bool:
    return bool(statement.facts.star_imports) or statement.text.startswith("%run ")


def _sources(program: Program, before: int) -> list[Statement]:
    """Star imports and scripts of the steps before a position."""
    return [s for step in program.steps[:before] for s in step.cell.statements if _brings_anything(s)]


def _joined(statements: list[str]) -> str:
    """Statements as a person would lay them out: two blank lines around functions and classes."""
    text = ""
    block_before = False
    for statement in statements:
        block = ("\n" in statement and statement.lstrip("@").startswith(("def ", "async def ", "class "))) or (
            statement.startswith("@")
        )
        if text:
            text += "\n\n\n" if block or block_before else "\n"
        text += statement
        block_before = block
    return text


def _is_value(program: Program, name: str, position: int, parameters: frozenset[str]) -> bool:
    if name in BUILTINS or name in parameters:
        return False
    return name in program.binders and program.replay(name, position) is None


def without_moved(program: Program, cell: int, library: Library, name: str, source: str) -> str:
    """The cell's text with definitions that moved to the library replaced by an import.

    Args:
        program: the steps.
        cell: index of the cell.
        library: the pipeline's library.
        name: of the pipeline.
        source: the cell's text, perhaps with parameters taken out already.

    Returns:
        The new text.
    """
    moved = [s for s in program.analysis.cell(cell).statements if (s.cell, s.position) in library.statements]
    if not moved:
        return source
    names = sorted(n for s in moved for n in s.facts.all_binds)
    first = True
    for statement in moved:
        if source.count(statement.text) != 1:
            return source
        replacement = f"from {name}_lib import {', '.join(names)}" if first else ""
        source = source.replace(statement.text, replacement)
        first = False
    return source.rstrip("\n") if not source.strip() else _squeezed(source)


def _squeezed(text: str) -> str:
    lines: list[str] = []
    for line in text.split("\n"):
        if line.strip() or (lines and lines[-1].strip()):
            lines.append(line)
    return "\n".join(lines).strip("\n")
