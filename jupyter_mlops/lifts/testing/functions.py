"""Tests of the project's functions: what they were given when its scripts ran, and what they gave."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_mlops.lifts.scene import Scene
from jupyter_mlops.lifts.templating import renderer
from jupyter_mlops.lifts.testing.steps import Step, converted
from jupyter_mlops.lifts.testing.trial import Trial

render = renderer(Path(__file__).with_name("templates"))

TEST = "test_functions.py"
_AGENT = Path(__file__).with_name("agent.py")
#: Functions at most that get tests.
_MOST = 24


@dataclass(frozen=True)
class Case:
    """A call and what it gives.

    Attributes:
        name: of the test.
        module: that the function is imported from.
        path: of that module, from the root.
        function: its name.
        arguments: names and values, as Python.
        result: as Python.
        kind: how results are compared: "frame", "series", "array", "numbers" or "exact".
    """

    name: str
    module: str
    path: str
    function: str
    arguments: tuple[tuple[str, str], ...]
    result: str
    kind: str

    @property
    def call(self) -> str:
        """The call, as Python."""
        return f"{self.function}({', '.join(f'{name}={value}' for name, value in self.arguments)})"


def modules(scene: Scene) -> dict[str, str]:
    """The project's modules whose import does nothing but define: file → name.

    Args:
        scene: the project.
    """
    found = {}
    for path in scene.unit.sources:
        source = scene.project.python(path) if path.endswith(".py") else None
        if source is None or source.acts or scene.unit.is_test(path) or path.startswith(converted(scene)):
            continue
        local = scene.unit.local(path).removesuffix(".py").removesuffix("/__init__").removeprefix("src/")
        if all(re.fullmatch(r"[^\W\d]\w*", part) for part in local.split("/")) and local != "setup":
            found[path] = local.replace("/", ".")
    return found


def search_path(scene: Scene, paths: Sequence[str]) -> list[str]:
    """Folders that have to be on the search path for these modules, from the unit's folder.

    Args:
        scene: the project.
        paths: of the modules.
    """
    found = ["."]
    for path in paths:
        local = scene.unit.local(path)
        if local.startswith("src/"):
            found.append("src")
        # Modules of a folder that is no package import each other by their plain names.
        folder = posixpath.dirname(local)
        if folder and not scene.project.exists(scene.below(f"{folder}/__init__.py")):
            found.append(folder)
    return list(dict.fromkeys(found))


def observe(scene: Scene, place: Trial, steps: Sequence[Step]) -> list[Case]:
    """Run what runs, watch the project's functions, and keep the calls that give the same whenever they are made.

    Args:
        scene: the project.
        place: where to run it.
        steps: what to run.
    """
    known = modules(scene)
    if not known:
        return []
    path = [str(place.folder / folder) for folder in search_path(scene, list(known))]
    files = {str((place.root / file).resolve()): name for file, name in known.items()}
    calls: list[Any] = []
    for step in [each for each in steps if each.source]:
        spec: dict[str, Any] = {
            "script": str(place.root / step.source),
            "arguments": step.arguments,
            "modules": files,
            "path": path,
        }
        if step.source.endswith(".ipynb"):
            notebook = scene.project.notebook(step.source)
            spec["code"] = notebook.code if notebook is not None else ""
        for call in _asked(place, "watch", spec, place.folder / step.folder) or []:
            if call not in calls:
                calls.append(call)
    calls = [call for call in calls if call[1] != "main"][: _MOST * 3]
    if not calls:
        return []
    first, second = (_asked(place, "call", {"calls": calls, "path": path}, place.folder) for _ in range(2))
    by_name = {name: file for file, name in known.items()}
    cases: list[Case] = []
    for (module, function, given), one, other in zip(calls, first or [], second or [], strict=False):
        if one is None or one != other or one[1] not in ("frame", "series", "array", "numbers", "exact"):
            continue
        names = {case.name for case in cases}
        name = next(
            name for number in range(1, 99) if (name := f"test_{function}{f'_{number}' * (number > 1)}") not in names
        )
        arguments = tuple((str(key), str(value)) for key, value in given)
        cases.append(Case(name, module, by_name[module], function, arguments, str(one[0]), str(one[1])))
    return cases


def file(cases: Sequence[Case], entries: Sequence[str]) -> str:
    """The file with the tests.

    Args:
        cases: what is tested.
        entries: what was run to find them.
    """
    imports: dict[str, set[str]] = {}
    for case in cases:
        imports.setdefault(case.module, set()).add(case.function)
    text = "".join(case.call + case.result for case in cases)
    kinds = {case.kind for case in cases}
    return render(
        "test_functions.py.j2",
        cases=cases,
        imports={module: sorted(names) for module, names in sorted(imports.items())},
        entries=", ".join(entries),
        numpy="np." in text or "array" in kinds,
        pandas="pd." in text or bool(kinds & {"frame", "series"}),
        approximate="numbers" in kinds,
    )


def _asked(place: Trial, what: str, spec: dict[str, Any], folder: Path) -> list[Any] | None:
    output = place.scratch / "answer.json"
    output.unlink(missing_ok=True)
    asked = place.scratch / "asked.json"
    asked.write_text(json.dumps({**spec, "root": str(place.folder), "output": str(output)}), "utf-8")
    place.python(str(_AGENT), what, str(asked), folder=folder)
    answer: list[Any] | None = json.loads(output.read_text("utf-8")) if output.is_file() else None
    return answer
