"""Which tests a project gets."""

from __future__ import annotations

import posixpath
import random
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from jupyter_mlops.assessment.test_facts import tests as written_tests
from jupyter_mlops.errors import MlopsError
from jupyter_mlops.lifts.development import development
from jupyter_mlops.lifts.lift import Act, Plan, Refusal, State, commit, done, not_here
from jupyter_mlops.lifts.scene import Scene
from jupyter_mlops.lifts.templating import renderer
from jupyter_mlops.lifts.testing import contracts, functions, proving
from jupyter_mlops.lifts.testing.contracts import Contract
from jupyter_mlops.lifts.testing.functions import Case
from jupyter_mlops.lifts.testing.settings import test_paths, with_settings
from jupyter_mlops.lifts.testing.steps import Step, left_out, stages, steps
from jupyter_mlops.lifts.testing.tables import tables
from jupyter_mlops.lifts.testing.trial import LIMIT_S, Trial, trial

render = renderer(Path(__file__).with_name("templates"))

RUNS, NOTEBOOKS, COPY = "test_runs.py", "test_notebooks.py", "project_copy.py"
#: What a person can do where nothing of the project's code could be tested.
_CODE = (
    Act("Convert a notebook: its pipeline brings its tests along.", "jupyter mlops convert NOTEBOOK"),
    Act("Or write a test that calls one of the project's functions and asserts what it returns."),
)
_MESSAGE = "Test the code, the notebooks and the data"
#: Bytes of tables that tests may take as a whole where a part of them does not do.
_WHOLE = 5_000_000


@dataclass
class _Tests:
    """What tests there will be.

    Attributes:
        folder: where, from the root.
        contracts: of the data.
        steps: what is run.
        rows: of each table then; None for all.
        cases: calls of functions.
        notebooks: those whose outputs are compared, from the unit's folder.
        entries: what was run to find the cases.
        cannot: what is not tested, and why.
        found: what that rests on.
    """

    folder: str
    contracts: list[Contract] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    rows: int | None = None
    cases: list[Case] = field(default_factory=list)
    notebooks: list[str] = field(default_factory=list)
    entries: list[str] = field(default_factory=list)
    cannot: list[Refusal] = field(default_factory=list)
    found: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.contracts or self.steps or self.cases or self.notebooks)


def glance(scene: Scene) -> tuple[State, str]:
    """The state of the lift and its reason, without a look into data or a run.

    Args:
        scene: the project.
    """
    result = scene.result("tests")
    folder = _folder(scene)
    wants_runs, wants_contracts = _wanted(scene, folder)
    found = tables(scene)[0] if wants_contracts and find_spec("pandas") is not None else []
    if found or (wants_runs and steps(scene)):
        return "applies", result.message if wants_runs else _open(len(found))
    if result.state == "pass" or not wants_runs:
        return "done", result.message
    return "not-here", "There is nothing here that runs by itself, and no table that is read."


def plan(scene: Scene) -> Plan:
    """The plan of the lift. Runs the project's code on copies, unless the option `run` says no.

    Args:
        scene: the project.

    Raises:
        MlopsError: `invalid-option`.
    """
    state, why = glance(scene)
    if state == "done":
        return done(scene, why, left=_uncommitted(scene))
    folder = _folder(scene)
    wants_code, _contracts = _wanted(scene, folder)
    made = _found(scene, folder)
    if made and scene.thorough and scene.options["run"] == "yes":
        _prove(scene, made)
    if not made:
        return not_here(
            scene, why if state == "not-here" else "Nothing of it runs.", cannot=tuple(made.cannot), left=_CODE
        )
    code = bool(made.steps or made.cases or made.notebooks)
    if not code:
        why = _open(len(made.contracts))
    files = _files(scene, made)
    packages = development(scene, _packages(made))
    files |= packages.files
    return Plan(
        "applies",
        why,
        scene.changes(files, _MESSAGE),
        found=tuple(made.found),
        left=(
            *packages.left,
            Act("Run the tests.", "python -m pytest"),
            *commit(scene, files, _MESSAGE),
            *(_CODE if wants_code and not code else ()),
        ),
        cannot=tuple(made.cannot),
    )


def _open(tables: int) -> str:
    return f"{'1 table has' if tables == 1 else f'{tables} tables have'} no contract."


def _folder(scene: Scene) -> str:
    """Where tests go: where pytest looks for them, or where there are some."""
    for name in (*test_paths(scene), "tests", "test"):
        if scene.project.kind(scene.below(name)) == "folder":
            return scene.below(posixpath.normpath(name))
    return scene.below("tests")


def _wanted(scene: Scene, folder: str) -> tuple[bool, bool]:
    """Whether tests of what runs, and contracts for the data, are missing."""
    there = {file.path for file in scene.unit.files}
    ours = any(f"{folder}/{name}" in there for name in (RUNS, NOTEBOOKS, functions.TEST))
    contracted = f"{folder}/{contracts.MODULE}" in there or scene.result("data-validated").state == "pass"
    # Those that count once they are committed will do.
    tested = scene.result("tests").state == "pass" or any(test.problem is None for test in written_tests(scene.unit))
    return not tested and not ours, not contracted


def _uncommitted(scene: Scene) -> tuple[Act, ...]:
    return commit(scene, [_folder(scene)], _MESSAGE) if scene.result("tests").state != "pass" else ()


def _found(scene: Scene, folder: str) -> _Tests:
    """What can be told without running anything."""
    made = _Tests(folder)
    wants_runs, wants_contracts = _wanted(scene, folder)
    found, refused = tables(scene)
    if wants_contracts:
        made.contracts, refused_now = contracts.contracts(scene, found)
        made.cannot += refused + refused_now
    if wants_runs:
        made.steps = steps(scene)
        if not stages(scene):
            made.cannot += [Refusal("a test that runs it", why, path) for path, why in left_out(scene)]
        made.rows = _rows(scene)
    return made


def _rows(scene: Scene) -> int:
    given = scene.options["rows"]
    if not given.isdigit() or not int(given):
        raise MlopsError("invalid-option", f"rows is a number of rows, not {given!r}.")
    return int(given)


def _prove(scene: Scene, made: _Tests) -> None:
    """Find out what functions give and which notebooks give their outputs, and leave out what does not pass."""
    lacking = [name for name in ("pytest", *(["pandera"] if made.contracts else ())) if find_spec(name) is None]
    if lacking:
        install = "pip install " + " ".join(lacking)
        made.found.append(f"The tests were not run: {' and '.join(lacking)} is not installed here (`{install}`).")
        return
    with ExitStack() as stack:
        places = (
            [stack.enter_context(trial(scene)) for _ in range(2)] if made.steps else [stack.enter_context(trial(scene))]
        )
        place = places[-1]
        if place is None:
            made.found.append("The tests were not run: the project is too large to be copied for that.")
            return
        if made.steps and places[0] is not None:
            scene.tell("Watching what functions are given, in a copy", 0.1)
            _watch(scene, made, places[0])
        if made.steps:
            scene.tell("Comparing notebooks with their outputs, in a copy", 0.4)
            _compare_notebooks(scene, made, place)
        scene.tell("Running the tests, in a copy", 0.6)
        _leave_out_what_fails(scene, made, place)


def _watch(scene: Scene, made: _Tests, place: Trial) -> None:
    for path in _sampled(made):
        # As in test_runs.py.
        first, *others = (place.folder / path).read_bytes().splitlines(keepends=True)
        kept = sorted(random.Random(0).sample(range(len(others)), min(made.rows or 0, len(others))))  # noqa: S311
        (place.folder / path).write_bytes(b"".join([first, *(others[at] for at in kept)]))
    made.cases = functions.observe(scene, place, made.steps)
    made.entries = [step.name for step in made.steps]


def _compare_notebooks(scene: Scene, made: _Tests, place: Trial) -> None:
    if find_spec("nbval") is None:
        return
    shown = [step for step in made.steps if _shows(scene, step)]
    if not shown:
        return
    trying = _Tests(made.folder, notebooks=[step.name for step in shown])
    outcome = proving.run(place, _files(scene, trying), [f"{made.folder}/{NOTEBOOKS}"])
    for step in shown:
        name = f"test_a_notebook_gives_its_outputs[{step.name}]"
        if name in outcome.passed:
            made.notebooks.append(step.name)
            made.steps.remove(step)
        else:
            why = outcome.failed.get(name) or outcome.error
            made.cannot.append(
                Refusal("a comparison of its outputs", f"they come out differently, or not at all: {why}", step.source)
            )


def _shows(scene: Scene, step: Step) -> bool:
    notebook = scene.project.notebook(step.source) if step.source.endswith(".ipynb") else None
    return notebook is not None and any(cell.outputs for cell in notebook.code_cells)


def _leave_out_what_fails(scene: Scene, made: _Tests, place: Trial) -> None:
    outcome = _run(scene, made, place)
    failing = _failing(made, outcome)
    if failing and not outcome.error and made.rows is not None and _sampled(made):
        size = sum((scene.root / one.table.path).stat().st_size for one in made.contracts)
        if size <= _WHOLE:
            rows, made.rows = made.rows, None
            whole = _run(scene, made, place)
            if len(_failing(made, whole)) < len(failing):
                outcome = whole
                made.found.append(f"Steps run on whole tables: with {rows} rows of each, some fail.")
            else:
                made.rows = rows
    if outcome.error and made.steps:
        made.cannot += [Refusal("a test that runs it", outcome.error, step.source) for step in made.steps]
        made.steps = []
        outcome = _run(scene, made, place)
    if outcome.error:
        made.cannot.append(Refusal("tests", f"run in a copy, {outcome.error}", made.folder))
        made.steps, made.cases, made.contracts = [], [], []
        return
    for step in _failing(made, outcome):
        why = outcome.failed.get(f"test_a_step_runs_to_its_end[{step.name}]", "it was not reached")
        made.cannot.append(Refusal("a test that runs it", f"it fails: {why}", step.source or None))
        made.steps.remove(step)
    made.cases = [case for case in made.cases if case.name not in outcome.failed]
    for one in list(made.contracts):
        broken = next((outcome.failed[name] for name in _of_contract(one) if name in outcome.failed), None)
        if broken is not None:
            made.cannot.append(Refusal(f"a contract for {one.table.path}", broken, one.table.path))
            made.contracts.remove(one)
    count = len(outcome.passed)
    made.found.append(f"{count} {'test was' if count == 1 else 'tests were'} run in a copy, and passed.")


def _failing(made: _Tests, outcome: proving.Outcome) -> list[Step]:
    return [step for step in made.steps if f"test_a_step_runs_to_its_end[{step.name}]" not in outcome.passed]


def _of_contract(one: Contract) -> tuple[str, str]:
    """The names of its tests."""
    return f"test_a_table_keeps_its_contract[{one.local}]", f"test_a_contract_notices_what_is_missing[{one.local}]"


def _run(scene: Scene, made: _Tests, place: Trial) -> proving.Outcome:
    files = _files(scene, made)
    names = [name for name in files if posixpath.basename(name).startswith("test_") and not name.endswith(NOTEBOOKS)]
    if not names:
        return proving.Outcome(frozenset(), {})
    return proving.run(place, files, names)


def _sampled(made: _Tests) -> list[str]:
    """Tables of which steps get a part: texts with a row a line."""
    return [one.local for one in made.contracts if one.lines] if made.rows is not None else []


def _files(scene: Scene, made: _Tests) -> dict[str, str]:
    """The files of tests, and pytest's settings for them: path → text."""
    local = scene.unit.local(made.folder)
    up = ".parent" * (local.count("/") + 2)
    folder = made.folder
    files: dict[str, str] = {}
    if made.contracts:
        files |= contracts.files(made.contracts, folder, local, up)
    if made.cases:
        files[f"{folder}/{functions.TEST}"] = functions.file(made.cases, made.entries)
    if made.steps or made.notebooks:
        mlflow = any(scene.unit.mentioning("mlflow"))
        files[f"{folder}/{COPY}"] = render("project_copy.py.j2", up=up, mlflow=mlflow)
    needed = sorted({scene.unit.local(table.path) for table in tables(scene)[0]})
    if made.steps:
        sampled = _sampled(made)
        files[f"{folder}/{RUNS}"] = render(
            "test_runs.py.j2",
            steps=made.steps,
            rows=made.rows if sampled else None,
            tables=sampled,
            data=(data := [path for path in needed if path not in sampled]),
            needed=" + ".join(name for name, paths in (("TABLES", sampled), ("DATA", data)) if paths),
            timeout=LIMIT_S,
        )
    if made.notebooks:
        files[f"{folder}/{NOTEBOOKS}"] = render("test_notebooks.py.j2", notebooks=made.notebooks, needed=needed)
        files[f"{folder}/nbval.cfg"] = Path(__file__).with_name("templates").joinpath("nbval.cfg").read_text("utf-8")
    path = functions.search_path(scene, sorted({case.path for case in made.cases})) if made.cases else ["."]
    return files | with_settings(scene, local, path)


def _packages(made: _Tests) -> Sequence[str]:
    found = ["pytest"]
    if made.contracts:
        found += ["pandas", "pandera", *(name for one in made.contracts for name in one.table.needs)]
    if any("papermill" in step.command for step in made.steps):
        found += ["ipykernel", "papermill"]
    if made.notebooks:
        found += ["ipykernel", "nbval"]
    return found
