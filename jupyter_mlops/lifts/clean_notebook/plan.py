"""Which notebooks are cleaned, and what is written for that: a copy beside each."""

from __future__ import annotations

import ast
import hashlib
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from jupyter_mlops.assessment.probes.requirements import distribution_of
from jupyter_mlops.assessment.secrets import MASK
from jupyter_mlops.changes import Wanted
from jupyter_mlops.lifts.clean_notebook.cleaning import cleaned, cleaning_table, table
from jupyter_mlops.lifts.clean_notebook.edits import Draft, Open, Repair
from jupyter_mlops.lifts.clean_notebook.era import era
from jupyter_mlops.lifts.clean_notebook.hints import hint
from jupyter_mlops.lifts.clean_notebook.modules import cleaned_module, modules
from jupyter_mlops.lifts.clean_notebook.trial import MAY_FAIL, Outcome, ran, tried
from jupyter_mlops.lifts.environment.imported import imported, silent
from jupyter_mlops.lifts.environment.installed import Environment, environment
from jupyter_mlops.lifts.lift import Act, Plan, Refusal, State, commit, done, not_here
from jupyter_mlops.lifts.mlflow_tracking.notebooks import cell_diff, with_cells
from jupyter_mlops.lifts.scene import Scene
from jupyter_mlops.project.converted import conversions
from jupyter_mlops.project.marks import mapping
from jupyter_mlops.project.notebook import CLEAN, Notebook, copy_of

_MESSAGE = "Clean copies of notebooks"
#: In a copy's metadata: the hash of the notebook, where a run made some of its repairs sure.
_RUN = "repaired_in_a_run_of"
#: Sentences about a notebook that are shown; all are in the diff.
_MOST = 60


@dataclass
class _Made:
    """What the notebooks become.

    Attributes:
        files: path → content.
        shown: path → what changes in its cells.
        found: what one should know.
        refused: what is not repaired.
        copies: notebook → its copy, written now or there already.
        left: what is left to a person about them.
        pairs: notebook → as it is, and its draft.
        missing: packages that are imported and not installed.
        good: copies that were run to the end.
        modules: of the project, that the notebooks import → their new text; "" where they stay as they are.
    """

    files: dict[str, Wanted] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    copies: dict[str, str] = field(default_factory=dict)
    left: list[Act] = field(default_factory=list)
    pairs: dict[str, tuple[Notebook, Draft]] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    good: set[str] = field(default_factory=set)
    modules: dict[str, str] = field(default_factory=dict)


def plan(scene: Scene) -> Plan:
    """The plan of the lift.

    Args:
        scene: the project.
    """
    paths = list(_notebooks(scene))
    if not paths:
        return done(scene, "There are no notebooks here that could be cleaned.")
    made = _Made()
    for position, path in enumerate(paths):
        scene.tell(f"Reading {path}", position / len(paths))
        _read(scene, made, path)
    stopped = False
    for path in paths:
        notebook, draft = made.pairs[path]
        told = _run(scene, made, path, notebook, draft) if scene.options["run"] == "yes" and scene.thorough else None
        _write(scene, made, path, notebook, draft)
        good = None
        if told is not None:
            sentence, where, after = told
            good = after.good
            stopped |= not good
            made.found.append(sentence)
            if good:
                made.good.add(where)
            else:
                made.refused.append(_stop(where, after))
        if good is False or (good is None and (draft.open or not draft.repairs)):
            _of_its_time(scene, made, path, notebook, draft)
    if not made.files:
        return _nothing(scene, made, paths, stopped=stopped)
    return Plan(
        "applies",
        _why(made),
        scene.changes(made.files, _MESSAGE),
        found=tuple(made.found),
        left=(*_left(scene, made), *made.left),
        cannot=tuple(made.refused),
        shown=made.shown,
        copies={copy: path for path, copy in made.copies.items()},
        secrets=frozenset(secret for _, draft in made.pairs.values() for secret in draft.secrets.values()),
    )


def _why(made: _Made) -> str:
    copies = [copy for copy in made.copies.values() if copy in made.files]
    mended = sorted(path for path, text in made.modules.items() if text)
    also = f"{', '.join(mended[:3])}{' …' if len(mended) > 3 else ''}" if mended else ""
    if not copies and not also:
        return f"What is not repaired runs in an environment of its own time: {', '.join(made.files)}."
    if not copies:
        return f"What notebooks import needs repair: {also}."
    count = len(copies)
    listed = copies[0] if count == 1 else f"{copies[0]} and {count - 1} more"
    said = f"{'A notebook needs' if count == 1 else f'{count} notebooks need'} repair: {listed} {'is a clean copy' if count == 1 else 'are clean copies'}"
    return f"{said}; so does {also}." if also else f"{said}."


def glance(scene: Scene) -> tuple[State, str]:
    """Whether there is a notebook to clean: looked for no longer than until there is one.

    Args:
        scene: the project.
    """
    paths = list(_notebooks(scene))
    if not paths:
        return "done", "There are no notebooks here that could be cleaned."
    made = _Made()
    for path in paths:
        _read(scene, made, path)
        _write(scene, made, path, *made.pairs[path])
        if made.files:
            return "applies", f"{path} needs repair."
    return (one := _nothing(scene, made, paths)).state, one.why


def _notebooks(scene: Scene) -> Iterator[str]:
    """Notebooks in Python: the one that was named, those that were chosen, or all of the unit."""
    root = scene.root.resolve()
    named = scene.path.relative_to(root).as_posix() if scene.path.is_file() and scene.path.is_relative_to(root) else ""
    # What a conversion made follows its notebook.
    made = tuple(folder for one in conversions(scene.project) for folder in one.notebook_folders)
    for file in scene.unit.files:
        if file.path.startswith(made) and file.path != named:
            continue
        if file.suffix != ".ipynb" or file.special is not None or (named.endswith(".ipynb") and file.path != named):
            continue
        if file.path.endswith(f"{CLEAN}.ipynb") and file.path != named:
            continue
        notebook = scene.project.notebook(file.path)
        if (
            notebook is not None
            and notebook.language in ("python", "python2", "python3", "ipython")
            and notebook.code_cells
        ):
            yield file.path


def _read(scene: Scene, made: _Made, path: str) -> None:
    """Repair what a notebook, and what it imports, says of itself."""
    notebook = scene.project.notebook(path)
    assert notebook is not None
    made.pairs[path] = (notebook, cleaned(scene, path, notebook))
    _packages(scene, made, path)
    _clean_modules(scene, made, path)


def _write(scene: Scene, made: _Made, path: str, notebook: Notebook, draft: Draft) -> None:
    """Put down the copy, and tell what was repaired and what was not."""
    made.refused += [_refusal(path, one) for one in sorted(draft.open)]
    changed, copy = draft.changed(), copy_of(path)
    raw = (scene.root / path).read_bytes()
    marks = {"clean_copy_of": path.rpartition("/")[2]}
    sha = hashlib.sha256(raw).hexdigest()
    if any(repair.seen for repair in draft.repairs):
        marks[_RUN] = sha
    there = scene.root / copy
    if not draft.touched:
        if there.exists() and _mark(scene, copy, _RUN) == sha:
            made.copies[path] = copy
        return
    content = with_cells(
        raw.decode("utf-8-sig"),
        changed,
        as_copy=True,
        order=draft.order,
        marks=marks,
        tags=dict.fromkeys(draft.raising, MAY_FAIL),
    )
    made.copies[path] = copy
    if there.exists():
        # What only a run made sure is in a copy that was made in one.
        if there.read_bytes() != content.encode() and _mark(scene, copy, _RUN) != sha:
            made.refused.append(
                Refusal("a copy of the notebook", f"{copy} is there already, and is not what it would be now", path)
            )
        return
    made.files[copy] = content
    made.shown[copy] = _without(_shown(copy, notebook, draft), draft.secrets)
    made.found.append(
        f"{copy} is a copy of {path}, which stays as it is and no longer counts; it has no outputs until you run it."
    )
    told = [_told(one) for one in sorted(draft.repairs, key=lambda one: (one.cell, one.line))]
    made.found += [f"{copy}: {sentence}" for sentence in told[:_MOST]]
    if len(told) > _MOST:
        made.found.append(f"{copy}: {len(told) - _MOST} more repairs, all in the diff.")


def _mark(scene: Scene, path: str, name: str) -> object:
    """What the metadata of a notebook say of it."""
    return mapping(mapping(mapping(scene.project.json(path)).get("metadata")).get("jupyter_mlops")).get(name)


def _clean_modules(scene: Scene, made: _Made, path: str) -> None:
    """Repair modules that a notebook imports, each once."""
    for module in (one for one in modules(scene, made.pairs[path][1].notebook) if one not in made.modules):
        made.modules[module] = ""
        draft = cleaned_module(scene, module, table(environment(scene)), environment(scene))
        if draft is None:
            continue
        made.refused += [_refusal(module, one)._replace(cell=None) for one in sorted(draft.open)]
        if draft.changed():
            made.modules[module] = draft.notebook.cells[0].source
            raw = (scene.root / module).read_bytes()
            text = made.modules[module].replace("\r\n", "\n")
            made.files[module] = text.replace("\n", "\r\n") if b"\r\n" in raw else text
            made.found += [
                f"{module} is imported by {path}: line {_told(one).partition(' line ')[2]}"
                for one in sorted(draft.repairs, key=lambda one: one.line)
            ]


def _shown(copy: str, notebook: Notebook, draft: Draft) -> str:
    """What changes in the cells, and in their order."""
    text = cell_diff(copy, notebook, draft.changed()) if draft.changed() else ""
    text += "".join(f"@@ cell {index} @@\n+tag {MAY_FAIL}\n" for index in sorted(draft.raising))
    return f"@@ cells in the order {', '.join(map(str, draft.order))} @@\n{text}" if draft.order else text


def _run(scene: Scene, made: _Made, path: str, notebook: Notebook, draft: Draft) -> tuple[str, str, Outcome]:
    """Run a notebook before and after its repair, or its copy that is there already.

    Returns:
        How far it came, as a sentence; what was run in the end, and how far that came.
    """
    copy = copy_of(path)
    if (there := scene.project.notebook(copy)) is not None and (scene.root / copy).is_file():
        after = ran(scene, copy, there)
        return f"{copy} {after.told()}.", copy, after
    own = {module: made.modules[module] for module in modules(scene, draft.notebook) if made.modules.get(module)}
    before, after = tried(scene, path, notebook, draft, cleaning_table(scene, path), own)
    changed = draft.touched
    copy = copy if changed else path
    return f"{path} {before.told()}." + (f" {copy} {after.told()}." if changed or own else ""), copy, after


def _stop(path: str, outcome: Outcome) -> Refusal:
    told = hint(outcome.error)
    return Refusal("a run to the end", f"it stops: {outcome.error}{f'. {told}' if told else ''}", path, outcome.failed)


def _packages(scene: Scene, made: _Made, path: str) -> None:
    """Name packages that a notebook imports and that are not installed."""
    installed = environment(scene)
    named: set[str] = set()
    for use in sorted(imported(scene, only=path), key=lambda use: (use.cell or 0, use.line or 0)):
        top = use.name.partition(".")[0]
        if top not in named and not _is_there(installed, top) and not installed.owners(use.name):
            named.add(top)
            name = distribution_of(top)
            made.missing.add(name)
            why = f"it is imported, and not installed in {installed.prefix}; it is probably the distribution {name}"
            made.refused.append(Refusal(f"the package `{top}`", why, path, use.cell, use.line))
    for use in silent(scene, only=path):
        if installed.version_of(use.name) is None:
            made.missing.add(use.name)
            why = f"a call needs it, and it is not installed in {installed.prefix}"
            made.refused.append(Refusal(f"the package `{use.name}`", why, path, use.cell, use.line))


def _is_there(installed: Environment, module: str) -> bool:
    """Whether a module is seen at a glance: what distributions have is known only after reading all of them."""
    return any(
        (Path(folder, module)).is_dir() or Path(folder, f"{module}.py").is_file() for folder in installed.folders
    )


def _of_its_time(scene: Scene, made: _Made, path: str, notebook: Notebook, draft: Draft) -> None:
    """Offer an environment of the notebook's time where something is open that the libraries of then had."""
    gone: list[Repair | Open] = [one for one in draft.repairs if one.version]
    gone += [one for one in draft.open if one.version]
    found = era(scene, path, _modules(notebook), gone) if gone else None
    if found is None:
        return
    file = f"{path.removesuffix('.ipynb')}_of_its_time.txt"
    there = (scene.root / file).read_text("utf-8", "replace") if (scene.root / file).is_file() else None
    if scene.options["environment"] != "yes":
        file = file if there == found.requirements() else ""
    elif there != found.requirements():
        made.files[file] = found.requirements()
    names = " ".join(shlex.quote(f"{name}=={version}.*") for name, version in sorted(found.versions.items()))
    what = f"-r {shlex.quote(file)}" if file else " ".join([names, *found.others, "ipykernel"])
    made.left.append(
        Act(
            f"Or run {path} as it was, in an environment of its time ({found.month}, as {found.why}): Python {found.python} with {found.told()}.{found.lacking()}",
            found.command(what),
        )
    )


def _modules(notebook: Notebook) -> tuple[str, ...]:
    names = {
        (node.module or "" if isinstance(node, ast.ImportFrom) else alias.name).partition(".")[0]
        for node in ast.walk(notebook.tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    return tuple(sorted(names))


def _without(text: str, secrets: Mapping[str, str]) -> str:
    for secret in secrets.values():
        text = text.replace(secret, MASK)
    return text


def _told(repair: Repair) -> str:
    version = f" ({repair.version})" if repair.version else ""
    seen = f" A run stopped here: {repair.seen.removesuffix('.')}." if repair.seen else ""
    return f"cell {repair.cell} line {repair.line}, {repair.what}: {repair.why.removesuffix('.')}{version}.{seen}"


def _refusal(path: str, one: Open) -> Refusal:
    version = f" ({one.version})" if one.version else ""
    return Refusal(one.what, f"{one.why.removesuffix('.')}{version}", path, one.cell, one.line)


def _left(scene: Scene, made: _Made) -> tuple[Act, ...]:
    untried = [copy for copy in made.copies.values() if copy not in made.good]
    acts = [*_missing(made)]
    if len(untried) == 1:
        acts.append(Act(f"Run {untried[0]} from top to bottom, and look at what it shows."))
    elif untried:
        acts.append(Act(f"Run the {len(untried)} copies from top to bottom, and look at what they show."))
    return (*acts, *commit(scene, made.files, _MESSAGE))


def _missing(made: _Made) -> tuple[Act, ...]:
    if not made.missing:
        return ()
    what = "Install what is imported and missing, once you have seen that it is what you mean."
    return (Act(what, f"pip install {' '.join(sorted(made.missing))}"),)


def _nothing(scene: Scene, made: _Made, paths: list[str], *, stopped: bool = False) -> Plan:
    """The plan where nothing is written; `stopped` tells whether a run ended early."""
    found, count = tuple(made.found), len(paths)
    if made.copies:
        there = [copy for path, copy in made.copies.items()]
        stale = [one for one in made.refused if "is there already" in one.why or one.what == "a run to the end"]
        why = f"{there[0]}{f' and {len(there) - 1} more' if len(there) > 1 else ''} {'is' if len(there) == 1 else 'are'} there; what is left is to run and commit."
        answer = done(scene, why, left=commit(scene, there, _MESSAGE))
        return replace(answer, found=found, cannot=tuple(stale or made.refused))
    if made.refused:
        why = f"{'The notebook' if count == 1 else f'None of {count} notebooks'} can{'not' if count == 1 else ''} be repaired with certainty."
        if stopped and not any(one.what != "a run to the end" for one in made.refused):
            why = "Nothing is known that would repair what stops a run."
        left = tuple(made.left) + _missing(made) or (Act("Repair what is listed by hand."),)
        return replace(not_here(scene, why, cannot=tuple(made.refused), left=left), found=found)
    why = "The notebook needs no repair." if count == 1 else f"None of {count} notebooks needs repair."
    return done(scene, why, found=found)
