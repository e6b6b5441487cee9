"""Which packages a project has to declare."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from jupyter_mlops.assessment.probes.requirements import distribution_of, is_declared
from jupyter_mlops.lifts.environment.imported import Use, imported, installed_in_cells, silent
from jupyter_mlops.lifts.environment.installed import Environment, environment
from jupyter_mlops.lifts.environment.resolving import Resolution, resolve
from jupyter_mlops.lifts.lift import Act, Plan, Refusal, commit, done, not_here
from jupyter_mlops.lifts.manifests import Edits, Target, declared, is_hidden, target
from jupyter_mlops.lifts.scene import Scene
from jupyter_mlops.project.marks import mapping, sequence
from jupyter_mlops.project.requirements import normalise

#: Names that the index has under another one; asked for under the old one, they fail to install.
_RENAMED = {"sklearn": "scikit-learn", "bs4": "beautifulsoup4", "opencv": "opencv-python", "skimage": "scikit-image"}
#: Name spaces that many distributions share: their own name installs none of them.
_SHARED = frozenset({"google", "azure", "azureml", "aws_cdk", "zope", "ruamel"})


@dataclass
class _Needs:
    """What was found out.

    Attributes:
        add: distribution → installed version; None for one that is not installed.
        absent: modules that no installed distribution has, with the name that they would be installed by.
        clear: what to say about distributions that could be several.
    """

    add: dict[str, str | None] = field(default_factory=dict)
    absent: list[tuple[Use, str]] = field(default_factory=list)
    clear: list[str] = field(default_factory=list)


def plan(scene: Scene) -> Plan:
    """The plan of the lift.

    Args:
        scene: the project.
    """
    if not scene.unit.sources:
        return not_here(scene, "There is no Python code here that could import anything.")
    installed = environment(scene)
    place = target(scene)
    new = place is not None and not place.text
    apart = _elsewhere(scene)
    needs = _needs(scene, installed, declared(scene, below=not new), apart)
    if place is None:
        return _by_hand(scene, needs)
    if is_hidden(scene, place.path):
        why = f"{place.path} is where packages would be declared, and git ignores it."
        return not_here(scene, why, left=(Act(f"Let git see {place.path}: change `.gitignore`, and lift again."),))
    # A lock has the versions; the file beside it says what is wanted, and no more.
    loose = () if place.lock else place.loose
    pin = {name: version for name in loose if (version := installed.version_of(_RENAMED.get(name, name)))}
    locked = _locked(scene, place)
    edits = Edits(
        add={name: locked.get(name, version) for name, version in needs.add.items()},
        pin={_RENAMED.get(name, name): version for name, version in pin.items()},
        replace={name: _RENAMED[name] for name in place.loose if name in _RENAMED},
        by_conda=frozenset(name for name in needs.add if installed.by_conda(name)),
        least=place.lock is not None,
    )
    cannot = [_absent(use, name) for use, name in needs.absent]
    cannot += _undeclared_apart(scene, apart)
    cannot += [
        Refusal(f"a version for {name}", "it is not installed, so nobody knows which one works", place.path)
        for name in loose
        if name not in pin
    ]
    left = _left(needs)
    if not edits:
        if needs.absent:
            return not_here(
                scene, "What is imported and not declared is not installed either.", cannot=tuple(cannot), left=left
            )
        why = f"Every package that is imported is declared, {place.path} for most."
        return Plan("done", why, scene.changes({}, "Change nothing"), cannot=tuple(cannot))
    whose = f"{installed.prefix}: {installed.why}, Python {installed.version}"
    whose = f"{place.lock} where it has them, else of {whose}" if place.lock else whose
    found = [f"Versions are those of {whose}.", *needs.clear]
    text = place.edited(edits)
    if scene.thorough and scene.options["resolve"] == "yes":
        text, edits, told, refused = _proven(scene, place, edits, text, installed)
        found += told
        cannot += refused
        if text == place.text:
            return Plan(
                "done",
                f"{place.path} declares all that is imported.",
                scene.changes({}, "Change nothing"),
                cannot=tuple(cannot),
            )
    if (scene.root / place.path).is_file() and (scene.root / place.path).read_bytes()[:2] in (b"\xff\xfe", b"\xfe\xff"):
        found.append(f"{place.path} is UTF-16, as PowerShell writes it; it becomes UTF-8.")
    files = {place.path: text}
    locks = _locks(scene, place)
    left = (*left, *locks, *commit(scene, [place.path], "Declare the packages that are imported"))
    return Plan(
        "applies",
        _why(place, edits),
        scene.changes(files, "Declare the packages that are imported"),
        found=tuple(found),
        left=left,
        cannot=tuple(cannot),
    )


def _elsewhere(scene: Scene) -> tuple[str, ...]:
    """Folders below whose code has a file of its own that declares packages."""
    from jupyter_mlops.assessment.manifests import manifests

    folders = {each.path.rpartition("/")[0] or "." for each in manifests(scene.unit)}
    return tuple(f"{folder}/" for folder in folders if folder != scene.unit.path)


def _undeclared_apart(scene: Scene, apart: tuple[str, ...]) -> list[Refusal]:
    """Imports in folders with packages of their own, which nobody declares: theirs to add, and not the unit's."""
    there = declared(scene)
    return [
        Refusal(f"`{top}`", f"declare it where {folder} declares its packages", use.path, use.cell, use.line)
        for use in imported(scene)
        for folder in apart
        if use.path.startswith(folder)
        and not is_declared(top := use.name.partition(".")[0], there)
        and not any(path.startswith(folder) and path.endswith("setup.py") for path in scene.unit.sources)
    ]


def _needs(scene: Scene, installed: Environment, there: set[str], apart: tuple[str, ...]) -> _Needs:
    needs = _Needs()
    asked = {requirement.name: requirement.specifier for requirement, _use in installed_in_cells(scene)}
    settled: set[str] = set()
    for use in imported(scene, apart):
        top = use.name.partition(".")[0]
        owners = installed.owners(use.name)
        if not owners:
            if not is_declared(top, there) and top not in settled:
                settled.add(top)
                needs.absent.append((use, distribution_of(top)))
            continue
        if set(owners) & there or any(owner in needs.add for owner in owners) or is_declared(top, there):
            continue
        if owners[0] == normalise(scene.name):
            continue
        needs.add[owners[0]] = installed.version_of(owners[0])
        if normalise(top) != owners[0]:
            needs.clear.append(f"`{use.name}` ({_place(use)}) comes from the distribution {owners[0]}.")
    for use in silent(scene, apart):
        version = installed.version_of(use.name)
        if version is not None and use.name not in there and use.name not in needs.add:
            needs.add[use.name] = version
            needs.clear.append(f"{use.name} is needed by a call in {_place(use)}, though nothing imports it.")
    if scene.options["missing"] == "add":
        named = [(use, name) for use, name in needs.absent if use.name.partition(".")[0] not in _SHARED]
        # What a cell installs in one version is wanted in that one.
        needs.add.update({name: asked[name][2:] if asked.get(name, "")[:2] == "==" else None for _use, name in named})
        needs.absent = [pair for pair in needs.absent if pair not in named]
    return needs


def _place(use: Use) -> str:
    return f"{use.path} cell {use.cell} line {use.line}" if use.cell is not None else f"{use.path} line {use.line}"


def _absent(use: Use, name: str) -> Refusal:
    top = use.name.partition(".")[0]
    called = f"`{use.name}` comes from one of several" if top in _SHARED else f"it is probably the distribution {name}"
    why = f"it is imported, and not installed here; {called}"
    return Refusal(f"`{top}`", why, use.path, use.cell, use.line)


def _left(needs: _Needs) -> tuple[Act, ...]:
    if not needs.absent:
        return ()
    names = " ".join(sorted({name for use, name in needs.absent if use.name.partition(".")[0] not in _SHARED}))
    what = "Install what is imported and missing, once you have seen that it is what you mean, and lift again"
    return (Act(f"{what} (or `-O missing=add`).", f"pip install {names}" if names else None),)


def _by_hand(scene: Scene, needs: _Needs) -> Plan:
    if not needs.add:
        return done(scene, "setup.py declares every package that is imported.")
    lines = ", ".join(f'"{name}=={version}"' for name, version in sorted(needs.add.items()))
    why = "The packages are declared in setup.py, which is code: it is not edited."
    return not_here(scene, why, left=(Act(f"Add to `install_requires` in setup.py: {lines}."),))


def _proven(
    scene: Scene, place: Target, edits: Edits, text: str, installed: Environment
) -> tuple[str, Edits, list[str], list[Refusal]]:
    """The file as it resolves: with our versions, or with those that fit the rest of the file."""
    folder = (scene.root / place.path).parent
    scene.tell(f"Resolving {place.path}", 0.5)
    python = wanted_python(scene, place, installed.version)
    apart = python != installed.version and place.lock is None
    if not apart:
        answer = resolve(_as_requirements(scene, place, text), python, folder)
        if answer.fits is None:
            return text, edits, [], [Refusal("proof that it resolves", answer.reason)]
        if answer.fits:
            return text, edits, [_resolved(answer, python)], []
    open_ended = replace(edits, add=dict.fromkeys(edits.add), pin={})
    again = resolve(_as_requirements(scene, place, place.edited(open_ended)), python, folder)
    if apart and not again.fits:
        why = f"the project is for Python {python}, and {installed.version} is installed"
        return place.edited(open_ended), open_ended, [], [Refusal("versions", why), Refusal("proof", again.reason)]
    if not again.fits:
        before = resolve(_as_requirements(scene, place, place.text), python, folder) if place.text else again
        whose = "as it was, too" if before.fits is False else "with what is added"
        refusal = Refusal(f"a file that resolves: {place.path} does not, {whose}", answer.reason, place.path)
        return text, edits, [], [refusal]
    other = replace(
        edits,
        add={name: again.versions.get(name, version) for name, version in edits.add.items()},
        pin={name: again.versions.get(name, version) for name, version in edits.pin.items()},
    )
    reason = f"is for Python {installed.version}" if apart else f"does not fit the rest of {place.path}"
    told = f"What is installed {reason}; the versions are those that resolve, and untried."
    return place.edited(other), other, [told, _resolved(again, python)], []


def _as_requirements(scene: Scene, place: Target, text: str) -> str:
    """The packages of any format as a requirements file."""
    if place.format.TOOL == "requirements":
        return text
    from jupyter_mlops.assessment.manifests import manifests
    from jupyter_mlops.project import open_project

    project = open_project(scene.root / (scene.unit.path), overrides={str(scene.root / place.path): text})
    unit = type(scene.unit)(project, scene.unit.path, scene.unit.kind, scene.unit.files)
    found = next((each for each in manifests(unit) if each.path == place.path and each.tool == place.format.TOOL), None)
    lines = []
    for one in found.requirements if found is not None else ():
        extras = f"[{','.join(one.extras)}]" if one.extras else ""
        specifier = _caret(one.specifier)
        marker = f" ; {one.marker}" if one.marker else ""
        lines.append(f"{one.name}{extras}{specifier}{marker}")
    return "\n".join(lines) + "\n"


def _caret(specifier: str) -> str:
    """Poetry's `^1.2` and `~1.2` in the words of pip."""
    if specifier.startswith("^"):
        first = specifier[1:].split(",", maxsplit=1)[0]
        return f">={first},<{int(first.partition('.')[0] or 0) + 1}" if first.partition(".")[0].isdigit() else ""
    if specifier.startswith("~") and not specifier.startswith("~="):
        return f">={specifier[1:]}"
    if specifier.startswith("=") and not specifier.startswith("=="):
        return f"={specifier}"
    return f" @ {specifier}" if "://" in specifier else specifier


def wanted_python(scene: Scene, place: Target, installed: str) -> str:
    """The Python to resolve for: the installed one, or the one that the project names where that is another.

    Args:
        scene: the project.
        place: the file that declares packages.
        installed: "3.11".
    """
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    if place.format.TOOL == "conda":
        named = re.search(r"^\s*-\s*python\s*=+\s*[\"']?(\d+\.\d+)", place.text, re.MULTILINE)
        return named[1] if named else installed
    path = scene.below(".python-version")
    if scene.project.exists(path):
        named = re.match(r"\s*(3\.\d+)", scene.project.text(path) or "")
        return named[1] if named else installed
    path = scene.below("pyproject.toml")
    document = mapping(scene.project.toml(path).get("project")) if scene.project.exists(path) else {}
    try:
        allowed = SpecifierSet(str(document.get("requires-python") or ""))
    except InvalidSpecifier:
        return installed
    wide = [f"3.{minor}" for minor in range(8, 30) if any(f"3.{minor}.{patch}" in allowed for patch in (0, 9, 20))]
    return installed if installed in wide or not wide else wide[0]


def _resolved(answer: Resolution, python: str) -> str:
    if not answer.versions:
        return f"Proven to resolve by {answer.by}."
    return f"Proven to resolve by {answer.by} for Python {python}: {len(answer.versions)} packages in all."


def _locks(scene: Scene, place: Target) -> tuple[Act, ...]:
    """Locks beside the file, which it makes stale."""
    commands = {
        "uv.lock": "uv lock",
        "poetry.lock": "poetry lock",
        "pdm.lock": "pdm lock",
        "Pipfile.lock": "pipenv lock",
    }
    folder = (scene.root / place.path).parent
    wanted = {
        "pyproject": ("uv.lock", "pdm.lock", "poetry.lock"),
        "poetry": ("poetry.lock",),
        "pipfile": ("Pipfile.lock",),
    }
    acts = [
        Act(f"Lock again: {lock} no longer matches {place.path}.", _in_folder(folder, scene.root, commands[lock]))
        for lock in wanted.get(place.format.TOOL, ())
        if (folder / lock).is_file()
    ]
    return tuple(acts)


def _locked(scene: Scene, place: Target) -> dict[str, str]:
    """Versions in the lock beside the file."""
    if place.lock is None or not place.lock.endswith(".lock") or place.lock == "Pipfile.lock":
        return {}
    path = f"{place.path.rpartition('/')[0]}/{place.lock}".lstrip("/")
    packages = sequence(scene.project.toml(path).get("package"))
    return {normalise(str(each["name"])): str(each["version"]) for each in map(mapping, packages) if "version" in each}


def _in_folder(folder: Path, root: Path, command: str) -> str:
    below = folder.relative_to(root).as_posix()
    return command if below == "." else f"cd {below} && {command}"


def _why(place: Target, edits: Edits) -> str:
    parts = []
    if edits.add:
        parts.append(f"gets {_listed(edits.add)}")
    if edits.pin:
        parts.append(f"pins {_listed(edits.pin)}")
    if edits.replace:
        parts.append(f"asks for {_listed(dict.fromkeys(edits.replace.values()))} by the right name")
    return f"{place.path} {' and '.join(parts)}."


def _listed(names: Mapping[str, object]) -> str:
    shown = sorted(names)
    return ", ".join(shown[:4]) + (f" and {len(shown) - 4} more" if len(shown) > 4 else "")
