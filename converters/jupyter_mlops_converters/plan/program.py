"""The notebook as a flow of steps: what each cell needs, writes and leaves behind, from analysis and observation.

Besides the notebook's own names, three kinds of pseudo names flow between cells: random generators
(``<numpy.random>``, ``<random>``, ``<torch>``). Files and configuration are kept apart, because they are not handed over
as values.
"""

from __future__ import annotations

import ast
from bisect import bisect_left
from dataclasses import dataclass, field, replace
from functools import cached_property

from jupyter_mlops_converters.analysis.cells import AnalysedCell, Analysis, Statement, dotted
from jupyter_mlops_converters.analysis.liveness import closure, live_after, needed_names, touched_names
from jupyter_mlops_converters.analysis.names import BUILTINS
from jupyter_mlops_converters.analysis.roles import CellRole, roles
from jupyter_mlops_converters.analysis.sharing import sharing_names
from jupyter_mlops_converters.analysis.tables import changed_tables, table_names
from jupyter_mlops_converters.analysis.touching import touched_in
from jupyter_mlops_converters.observe.observation import Change, Choice, Observation, ObservedCell

GENERATORS = ("<random>", "<numpy.random>", "<torch>")
_SEEDS = {
    "random.seed": ("<random>",),
    "numpy.random.seed": ("<numpy.random>",),
    "numpy.random.set_state": ("<numpy.random>",),
    "torch.manual_seed": ("<torch>",),
    "torch.random.manual_seed": ("<torch>",),
}
_SEED_WORDS = ("seed", "manual_seed", "set_seed", "set_random_seed", "seed_everything", "set_global_seed")


@dataclass(frozen=True)
class Step:
    """One code cell in the flow.

    Attributes:
        cell: the analysed cell.
        role: what it seems to do.
        uses: names (pseudo names too) whose earlier value it needs.
        writes: names whose value is another one after it.
        binds: those of them that it gives a new value without needing the old one.
        reads: project files it reads, relative to the root.
        files: project files it writes.
        plots: whether it draws.
        seconds: observed; None without observation.
        observed: what was seen; None without observation.
    """

    cell: AnalysedCell
    role: CellRole
    uses: frozenset[str]
    writes: frozenset[str]
    binds: frozenset[str]
    reads: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    plots: bool = False
    seconds: float | None = None
    observed: ObservedCell | None = None

    @property
    def index(self) -> int:
        """Index among all cells of the notebook."""
        return self.cell.index


@dataclass(frozen=True)
class Program:
    """All steps in order, with look-ups the planner needs.

    Attributes:
        analysis: the static view.
        observation: the run, if there was one.
        steps: the code cells.
        binders: name → the statements that bind it, in order.
        acting: (cell, position) of definitions that did more than define (a decorator noted the function somewhere).
        shared: without observation, groups of names that may share objects.
    """

    analysis: Analysis
    observation: Observation | None
    steps: tuple[Step, ...]
    binders: dict[str, tuple[Statement, ...]] = field(default_factory=dict)
    acting: frozenset[tuple[int, int]] = frozenset()
    shared: tuple[tuple[str, ...], ...] = ()

    def shared_after(self, position: int) -> tuple[tuple[str, ...], ...]:
        """Groups of names that share objects after a step: as it was seen, or as may be."""
        observed = self.steps[position].observed
        return observed.shared if observed is not None else self.shared

    @cached_property
    def _writers(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for position, step in enumerate(self.steps):
            for name in step.writes:
                found.setdefault(name, []).append(position)
        return found

    @cached_property
    def _positions(self) -> dict[int, int]:
        return {step.index: position for position, step in enumerate(self.steps)}

    def last_writer(self, name: str, before: int) -> int | None:
        """Position of the last step before `before` that writes the name, or None."""
        writers = self._writers.get(name, [])
        place = bisect_left(writers, before)
        return writers[place - 1] if place else None

    def last_change(self, name: str, before: int | None = None) -> Change | None:
        """The newest observation of a name before that position."""
        end = len(self.steps) if before is None else before
        for step in reversed(self.steps[:end]):
            if step.observed is not None and name in step.observed.changes:
                return step.observed.changes[name]
        return None

    def choice(self, names: tuple[str, ...], written: int, before: int | None = None) -> Choice | None:
        """The format that was tried for a value, or a bundle, after it was written.

        Args:
            names: sorted.
            written: position of the step that wrote it last.
            before: position of the first step that sees another value; None for the end.

        Returns:
            The choice for exactly these names, else for the smallest bundle that holds them; None where none was tried.
        """
        key = ",".join(names)
        bundles: list[tuple[bool, int, str, Choice]] = []
        for step in self.steps[written:before]:
            tried = step.observed.choices if step.observed is not None else {}
            if key in tried:
                return tried[key]
            bundles += [
                (choice.format is None, other.count(","), other, choice)
                for other, choice in tried.items()
                if set(names) <= set(other.split(","))
            ]
        return min(bundles, key=lambda bundle: bundle[:3])[3] if bundles else None

    def replay(self, name: str, before: int) -> Statement | None:
        """The import or definition that gives a name its value at a position, if nothing else did.

        Args:
            name: the name.
            before: position of the step that looks it up.

        Returns:
            The statement to run again, or None when the name holds an ordinary value there.
        """
        binders = [s for s in self.binders.get(name, ()) if self.position(s.cell) < before]
        writer = self.last_writer(name, before)
        if writer is not None:
            # Where a later one has not made another value of it (a module that is imported again), it is none.
            binders = [s for s in binders if self.position(s.cell) == writer]
        found = binders[-1] if binders else None
        if found is None or (found.cell, found.position) in self.acting:
            return None
        # A function that IPython is told of is configuration, and defined all the same.
        defines = isinstance(found.node, ast.FunctionDef | ast.ClassDef)
        return found if defines or found.kind in {"import", "definition"} else None

    def submodules(self, name: str, before: int) -> list[Statement]:
        """Imports of submodules (`import xml.dom`) that the package of that name has been given before a position.

        Args:
            name: of the package.
            before: position of the step that looks it up.

        Returns:
            The statements in order.
        """
        return [
            statement
            for statement in self.binders.get(name, ())
            if self.position(statement.cell) < before
            and isinstance(statement.node, ast.Import)
            and any(a.asname is None and a.name.startswith(f"{name}.") for a in statement.node.names)
        ]

    def position(self, index: int) -> int:
        """Position of the step of that cell. Raises KeyError when there is none."""
        return self._positions[index]


def needing(program: Program, cell: int, name: str) -> Program:
    """The same program, knowing that a cell looks a name up in a way that its code does not show.

    Args:
        program: the steps.
        cell: its index.
        name: what it looks up.

    Returns:
        The program.
    """
    steps = list(program.steps)
    step = steps[program.position(cell)]
    facts = replace(step.cell.facts, uses=step.cell.facts.uses | {name}, loads=step.cell.facts.loads | {name})
    steps[program.position(cell)] = replace(step, cell=replace(step.cell, facts=facts), uses=step.uses | {name})
    return replace(program, steps=tuple(steps))


def build_program(analysis: Analysis, observation: Observation | None) -> Program:
    """Put analysis and observation together.

    Args:
        analysis: the static view.
        observation: the run, if there was one.

    Returns:
        The program.
    """
    cell_roles = roles(analysis)
    binders: dict[str, list[Statement]] = {}
    for cell in analysis.cells:
        for statement in cell.statements:
            for name in statement.facts.all_binds:
                binders.setdefault(name, []).append(statement)
        if observation is None:
            for name, statement in _may_be_brought_along(analysis, cell):
                binders.setdefault(name, []).append(statement)
        else:
            for name, statement in _brought_along(cell, observation.cell(cell.index)):
                binders.setdefault(name, []).append(statement)
    steps = []
    previous: dict[str, str] = {}
    seeded: set[str] = set()
    classes: dict[str, str] = {}
    live = live_after(analysis)
    static = _Static(analysis) if observation is None else None
    for cell in analysis.cells:
        observed = observation.cell(cell.index) if observation is not None else None
        seeds = seeded_by(cell, analysis)
        if observed is not None:
            uses, writes, binds = _observed_names(analysis, cell, observed, classes, live[cell.index])
            drawn = {
                name for name in observed.random if previous.get(name, observed.random[name]) != observed.random[name]
            }
            first_seen = {name for name in observed.random if name not in previous and seeds & {name}}
            drawn |= first_seen
            previous = dict(observed.random)
        else:
            assert static is not None
            uses, writes, binds = static.names(cell, live[cell.index])
            drawn = set(GENERATORS) & seeded if _may_draw(cell) else set()
        for name in sorted(drawn | seeds):
            if name in seeds and _seeds_first(cell, analysis):
                seeded.add(name)
                writes.add(name)
                binds.add(name)
            elif name in seeds or name in seeded:
                if name in seeded:
                    uses.add(name)
                seeded |= seeds & {name}
                writes.add(name)
        steps.append(
            Step(
                cell=cell,
                role=_seen_role(cell_roles[cell.index], observed, writes),
                uses=frozenset(uses),
                writes=frozenset(writes),
                binds=frozenset(binds),
                reads=observed.reads if observed is not None else (),
                files=observed.writes if observed is not None else (),
                plots=_plots(cell, analysis, observed),
                seconds=observed.seconds if observed is not None else None,
                observed=observed,
            )
        )
    acting = frozenset((s.cell, s.position) for step in steps for s in step.cell.statements if _acts(analysis, step, s))
    shared = tuple(sorted({tuple(sorted(group)) for group in static.shared.values()})) if static is not None else ()
    return Program(analysis, observation, tuple(steps), {name: tuple(s) for name, s in binders.items()}, acting, shared)


def _acts(analysis: Analysis, step: Step, statement: Statement) -> bool:
    """Whether a definition may have changed something of the notebook when it was made: decorators and base classes can."""
    node = statement.node
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return False
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.decorator_list:
        return False
    changed = step.writes - step.binds - statement.facts.all_binds
    return bool(changed & closure(analysis, statement.facts.uses))


def _seen_role(role: CellRole, observed: ObservedCell | None, writes: set[str]) -> CellRole:
    """The role of a cell, corrected by what it was seen to do."""
    if observed is None:
        return role
    changes = {name: change for name, change in observed.changes.items() if name in writes}
    fits = any(
        change.model and change.model["fitted"] and not change.model["transformer"] and change.changed
        for change in changes.values()
    )
    if fits and role.role in {"", "explore", "features"}:
        return replace(role, role="train", weight=3, looks=False)
    if role.looks and (changes or observed.writes):
        # It works in place, where the code alone does not tell.
        tables = any(change.type.startswith("pandas.") for change in changes.values())
        return replace(role, role=role.role or ("features" if tables else ""), weight=max(role.weight, 1), looks=False)
    return role


def _may_be_brought_along(analysis: Analysis, cell: AnalysedCell) -> list[tuple[str, Statement]]:
    """Names that nothing binds, and that the cell's star import or `%run` must have brought for others to use."""
    sources = [s for s in cell.statements if s.facts.star_imports or s.text.startswith("%run ")]
    if not sources:
        return []
    bound = {name for other in analysis.cells for name in other.facts.all_binds} | BUILTINS
    # With several sources none can be told to be the one, so a stage that needs one runs all again.
    return [(name, source) for source in sources for name in sorted(_looked_up_anywhere(analysis) - bound)]


def _looked_up_anywhere(analysis: Analysis) -> set[str]:
    return {
        name
        for cell in analysis.cells
        for name in cell.facts.loads
        | set().union(*(free for s in cell.statements for free in s.facts.deferred.values()))
        if name.isidentifier()
    }


def _brought_along(cell: AnalysedCell, observed: ObservedCell) -> list[tuple[str, Statement]]:
    """Functions, classes and modules that a star import or `%run` has bound: names that the code does not show."""
    stars = [s for s in cell.statements if s.facts.star_imports]
    scripts = [s for s in cell.statements if s.text.startswith("%run ")]
    found = []
    for name, change in observed.changes.items():
        if not change.bound or name in cell.facts.all_binds or change.kind == "value":
            continue
        home = next(
            (s for s in stars if any(change.home.startswith(m.split(".")[0]) for m in s.facts.star_imports)), None
        )
        source = home or next(iter(scripts), None) or next(iter(stars), None)
        if source is not None:
            found.append((name, source))
    return found


def _observed_names(
    analysis: Analysis, cell: AnalysedCell, observed: ObservedCell, classes: dict[str, str], live: set[str]
) -> tuple[set[str], set[str], set[str]]:
    # What a cell binds for certain is its own, even where this run gave it the value that it had: the next may not.
    completed = not any(output.get("output_type") == "error" for output in observed.outputs)
    certain = cell.facts.binds if completed else set()
    uses = needed_names(analysis, cell)
    # An instance of a class of the notebook brings the globals of its methods along.
    of_class = {classes[name] for name in uses | cell.facts.loads if name in classes}
    uses |= closure(analysis, of_class)
    writes = set()
    for name, change in observed.changes.items():
        if change.type.startswith("__main__."):
            classes[name] = change.type.rpartition(".")[2].split("[")[0]
        touched = name in cell.facts.touches or name in cell.facts.all_binds
        if change.bound or change.changed or (change.changed is None and touched):
            writes.add(name)
            if not change.bound and (name in live or change.model is not None):
                # Changed in place, perhaps through another name: the old object has to be there.
                uses.add(name)
        elif name in certain:
            writes.add(name)
    # Bound on one path only: on the other the earlier value lives on, which matters where it is looked up afterwards.
    uses |= cell.facts.maybe_binds & writes & live
    return uses, writes, cell.facts.binds & writes


class _Static:
    """What cells do to names, judged from the code alone: what may be changed counts as changed."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._tables = table_names(analysis.cells, analysis.modules)
        self._changed_in_functions = {
            name
            for cell in analysis.cells
            for statement in cell.statements
            if isinstance(statement.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            for name in changed_tables(statement.node, self._tables, analysis.modules)
        }
        bound = {name for cell in analysis.cells for name in cell.facts.all_binds}
        self._constant = frozenset(name for name in bound if _never_changes(analysis, name))
        self._defined = frozenset(
            node.name
            for cell in analysis.cells
            for node in ast.walk(cell.code.tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        )
        self.shared = sharing_names(analysis.cells, analysis.modules, self._constant, self._tables)
        self._bound: set[str] = set()

    def names(self, cell: AnalysedCell, live: set[str]) -> tuple[set[str], set[str], set[str]]:
        """Names that a cell uses, writes and binds; to be asked of the cells in order, with what is live after them."""
        uses = needed_names(self._analysis, cell)
        # Of tables it is known which methods change them: in the cell itself, or in a function that it may call.
        left_alone = self._tables - changed_tables(cell.code.tree, self._tables, self._analysis.modules)
        left_alone -= self._changed_in_functions - cell.facts.loads
        loud, quiet = touched_in(cell.code.tree, self._analysis.modules, self._defined)
        # What a function of the notebook does to globals is not seen in the cell that calls it.
        quiet -= closure(self._analysis, cell.facts.loads & self._defined)
        changed = {
            name
            for name in touched_names(self._analysis, cell) & (cell.facts.touches | loud | (uses - cell.facts.loads))
            if name not in self._analysis.modules and name not in left_alone | self._constant | quiet
        }
        # A change through one name is seen through all that share the object.
        changed |= {other for name in changed for other in self.shared.get(name, ())} & self._bound
        self._bound |= cell.facts.all_binds
        uses |= (changed | cell.facts.maybe_binds & live) - cell.facts.binds
        return uses, cell.facts.all_binds | changed, set(cell.facts.binds)


def _never_changes(analysis: Analysis, name: str) -> bool:
    """Whether a name only ever holds numbers, texts or definitions, which nothing can change in place."""
    binders = [s for cell in analysis.cells for s in cell.statements if name in s.facts.all_binds]
    return bool(binders) and all(
        s.kind in {"import", "definition"}
        or (isinstance(s.node, ast.Assign) and isinstance(s.node.value, ast.Constant))
        for s in binders
    )


def seeded_by(cell: AnalysedCell, analysis: Analysis) -> set[str]:
    """Generators that a cell seeds."""
    found: set[str] = set()
    for node in ast.walk(cell.code.tree):
        if not isinstance(node, ast.Call):
            continue
        name = dotted(node.func, analysis.modules)
        last = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in _SEEDS:
            found.update(_SEEDS[name])
        elif last in _SEED_WORDS:
            found.update(GENERATORS)
    return found


def first_seeds(analysis: Analysis) -> dict[str, int]:
    """Generator → index of the first cell that seeds it."""
    found: dict[str, int] = {}
    for cell in analysis.cells:
        for name in seeded_by(cell, analysis):
            found.setdefault(name, cell.index)
    return found


def _seeds_first(cell: AnalysedCell, analysis: Analysis) -> bool:
    """Whether the seed is set before anything in the cell can draw."""
    for statement in cell.statements:
        if statement.kind != "other":
            continue
        for node in ast.walk(statement.node):
            if isinstance(node, ast.Call):
                return dotted(node.func, analysis.modules) in _SEEDS
    return False


def _may_draw(cell: AnalysedCell) -> bool:
    return any(isinstance(node, ast.Call) for node in ast.walk(cell.code.tree))


def _plots(cell: AnalysedCell, analysis: Analysis, observed: ObservedCell | None) -> bool:
    if observed is not None and any("image/" in mime for o in observed.outputs for mime in o.get("data", {})):
        return True
    drawing = ("matplotlib", "seaborn", "plotly", "pylab", "altair", "bokeh", "mpl_toolkits")
    names = closure(analysis, cell.facts.loads)
    if any(analysis.modules.get(name, "").startswith(drawing) for name in names):
        return True
    return any(
        isinstance(node, ast.Attribute) and node.attr in {"plot", "hist", "boxplot"}
        for node in ast.walk(cell.code.tree)
    )
