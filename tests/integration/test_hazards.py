"""The hazard ladder: every notebook in tests/hazards converts into stages that give what the notebook gives.

Shown by the proof, by both engines from fresh clones, and by a plain run of the notebook that knows nothing of the
converter. What is expected of a notebook stands in its file.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from forking import forked_from, warm_kernels
from jupyter_mlops_converters.verify.outputs import compare_outputs
from jupyter_mlops_converters.warm import WarmKernels
from notebooks import Hazard, commit, environment, git, hazard_project, hazards, pipeline_outputs, plain_outputs

from jupyter_mlops import convert
from jupyter_mlops.errors import MlopsError
from jupyter_mlops.lifts.pipeline.api import Conversion

CONVERTED = [hazard for hazard in hazards() if not hazard.refused]
#: How each runs a pipeline, and where that leaves what was run.
ENGINES = {"dvc": ("repro", "products"), "ploomber": ("build", "products/ploomber")}


@dataclass
class Run:
    """A hazard notebook that was converted in a project of its own."""

    hazard: Hazard
    root: Path
    notebook: Path
    before: bytes
    conversion: Conversion
    kernels: WarmKernels | None
    """What kernels are forked from, if they are."""

    @property
    def clone(self) -> Path:
        """The project as it was before the conversion, in which the notebook is simply run."""
        return self.root.with_name(f"{self.root.name}-plain")

    @cached_property
    def plain(self) -> dict[int, list[Any]]:
        """What a plain run of the notebook shows."""
        first = git(self.root, "rev-list", "--max-parents=0", "HEAD").strip()
        git(cloned(self.root, self.clone), "checkout", "-q", first)
        recorded = self.hazard.expected.get("options", {}).get("order") == "recorded"
        return plain_outputs(self.clone / self.notebook.relative_to(self.root), recorded=recorded, kernels=self.kernels)


def parameters() -> list[Any]:
    """Every notebook once; all that is about one notebook runs in one process, so that it is converted once."""
    return [
        pytest.param(hazard, id=f"{hazard.rung:02}-{hazard.name}", marks=pytest.mark.xdist_group(hazard.name))
        for hazard in CONVERTED
    ]


def with_engines() -> list[Any]:
    """Every notebook with every engine; what is not to be whenever the tests run is of the ladder alone."""
    return [
        pytest.param(
            hazard,
            engine,
            id=f"{hazard.rung:02}-{hazard.name}-{engine}",
            marks=[
                pytest.mark.xdist_group(hazard.name),
                *([] if hazard.expected.get("engine") == engine else [pytest.mark.ladder]),
            ],
        )
        for hazard in CONVERTED
        for engine in ENGINES
    ]


@pytest.fixture(autouse=True)
def _secrets(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Engines find in the environment what the notebook held in its cells."""
    if "hazard" in request.fixturenames:
        for name, value in request.getfixturevalue("hazard").expected.get("secrets", {}).items():
            monkeypatch.setenv(name, value)


@pytest.fixture(scope="module")
def kernels() -> Iterator[WarmKernels]:
    with warm_kernels() as found:
        yield found


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Any:
    """Converts a hazard notebook once for all tests of this module.

    With `--fork-kernels`, those that do not go through the engines are run and proven in forked kernels, which takes less
    time.
    """
    done: dict[str, Run] = {}
    forks = request.config.getoption("fork_kernels")

    def get(hazard: Hazard) -> Run:
        if hazard.name not in done:
            root = tmp_path_factory.mktemp(hazard.name)
            notebook = hazard_project(root, hazard)
            before = notebook.read_bytes()
            # Tracking is tested with the engines; left out here, it spares each engine ten seconds a notebook.
            # Forked kernels have the same seed of hashes, so what differs with that would not.
            fork = forks and "engine" not in hazard.expected and "not_deterministic" not in hazard.expected
            kernels = request.getfixturevalue("kernels") if fork else None
            with forked_from(kernels) if kernels else nullcontext():
                conversion = convert(
                    notebook, targets=("papermill", "ploomber", "dvc"), **hazard.expected.get("options", {})
                )
            done[hazard.name] = Run(hazard, root, notebook, before, conversion, kernels)
        return done[hazard.name]

    return get


@pytest.mark.parametrize("hazard", parameters())
def test_converts_into_stages_with_equal_results(converted: Any, hazard: Hazard) -> None:
    run = converted(hazard)
    document = run.conversion.document
    verification = document["verification"]
    expected = hazard.expected
    loose = {*expected.get("not_deterministic", ()), *expected.get("installs", ())}
    verdict = expected.get("verdict", "equivalent-within-tolerance" if loose else "equivalent")
    assert verification["verdict"] in (verdict if isinstance(verdict, list) else [verdict]), verification
    verdicts = {cell["source_cell"]: cell["verdict"] for cell in verification["cells"]}
    assert verdicts == {c: "not-deterministic" if c in loose else "identical" for c in hazard.code_cells}
    stages = [stage for stage in document["stages"] if stage["source_cells"]]
    assert len(stages) >= expected.get("stages", 2)
    cells = [index for stage in stages for index in stage["source_cells"]]
    assert len(cells) == len(set(cells))
    findings = [finding["code"] for finding in document["findings"]]
    assert set(findings) >= set(expected.get("findings", ()))
    assert findings.count("planned-again") < expected.get("plans", 100)
    assert run.notebook.read_bytes() == run.before
    assert not git(run.root, "status", "--porcelain", "--untracked-files=no").replace("M .gitignore", "").split()
    proven = {cell.source_cell: without_scratch(cell.outputs) for cell in run.conversion.compiled.proof.cells}
    assert_equal(run, run.plain, proven, {str(run.clone): "PROJECT"})


@pytest.mark.parametrize(("hazard", "engine"), with_engines())
def test_an_engine_gives_what_the_notebook_gives(converted: Any, hazard: Hazard, engine: str, tmp_path: Path) -> None:
    run = converted(hazard)
    commit_all(run.root)
    command, products = ENGINES[engine]
    clone = cloned(run.root, tmp_path / engine)
    folder = clone / run.conversion.path.relative_to(run.root)
    first = start(folder, engine, command)
    assert first.returncode == 0, first.stdout[-3000:] + first.stderr[-3000:]
    # What `reproducible.py` puts in the place of the folder.
    paths = {str(clone): "…", str(run.clone): "…"}
    assert_equal(run, run.plain, pipeline_outputs(folder / products), paths)
    stamps = {path: path.stat().st_mtime_ns for path in (folder / products).rglob("*.ipynb")}
    second = start(folder, engine, command)
    assert second.returncode == 0, second.stderr[-3000:]
    assert {path: path.stat().st_mtime_ns for path in stamps} == stamps, f"{engine} ran something again"


@pytest.mark.parametrize("hazard", [p for p in parameters() if p.values[0].expected.get("secrets")])
def test_no_file_holds_a_secret(converted: Any, hazard: Hazard) -> None:
    run = converted(hazard)
    document = run.conversion.document
    asked_for = {name for stage in document["stages"] for name in names_in(run, stage["notebook"])}
    assert set(hazard.expected["secrets"]) == asked_for
    assert len([f for f in document["findings"] if f["code"] == "secret"]) == len(asked_for)
    for path in run.conversion.path.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        for name, value in hazard.expected["secrets"].items():
            assert value.encode() not in content, f"{path} holds {name}"
            assert json.dumps(value)[1:-1].encode() not in content, f"{path} holds {name}"


@pytest.mark.parametrize("hazard", [p for p in parameters() if p.values[0].expected.get("otherwise")])
def test_a_notebook_that_needs_an_option_says_which(hazard: Hazard, tmp_path: Path) -> None:
    expected = hazard.expected["otherwise"]
    with pytest.raises(MlopsError) as caught:
        convert(hazard_project(tmp_path, hazard))
    assert (caught.value.code, caught.value.cell, caught.value.line) == (
        expected["code"],
        expected["cell"],
        expected["line"],
    )
    assert expected["says"] in caught.value.message


def test_what_star_imports_and_scripts_bring_is_not_handed_over(converted: Any) -> None:
    run = converted(next(hazard for hazard in CONVERTED if hazard.name == "imports_in_odd_places"))
    outputs = {entry["variable"] for stage in run.conversion.document["stages"] for entry in stage["outputs"]}
    assert not outputs & {"sqrt", "ceil", "halve", "twice", "helpers", "json", "np", "dt", "pd"}


def assert_equal(
    run: Run, expected: Mapping[int, list[Any]], actual: Mapping[int, list[Any]], paths: Mapping[str, str]
) -> None:
    """Every cell shows the same; where the notebook itself shows something else each time, the same kinds of output."""
    assert actual.keys() == expected.keys()
    loose = set(run.hazard.expected.get("not_deterministic", ()))
    installs = set(run.hazard.expected.get("installs", ()))
    for index, outputs in expected.items():
        if index in loose:
            assert [output["output_type"] for output in actual[index]] == [o["output_type"] for o in outputs]
            continue
        if index in installs:
            # Stages do not install, so what pip prints is not there.
            assert not [output for output in actual[index] if output["output_type"] == "stream"]
        wanted = [o for o in outputs if o["output_type"] != "stream" or index not in installs]
        library = {f"{run.conversion.path.name}_lib.": "__main__."}
        comparison = compare_outputs(wanted, actual[index], paths={**paths, **library})
        assert comparison.verdict == "identical", f"cell {index}: {comparison.detail}"


def without_scratch(outputs: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Outputs without the folder that the proof ran in, and without the states of widgets, which a plain run does not tell."""
    found: list[Any] = json.loads(re.sub(r"[^\s\"']*/jupyter-mlops-\w+/proof", "PROJECT", json.dumps(outputs)))
    for output in found:
        output.get("data", {}).get("application/vnd.jupyter.widget-view+json", {}).pop("state", None)
    return found


def names_in(run: Run, stage: str) -> set[str]:
    """The environment variables of secrets that a stage asks for."""
    text = (run.conversion.path / stage).read_text("utf-8")
    return {name for name in run.hazard.expected["secrets"] if f'"{name}' in text.replace("\\", "")}


def start(folder: Path, engine: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / engine
    return subprocess.run(
        [str(program), *arguments],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def commit_all(root: Path) -> None:
    if git(root, "status", "--porcelain").strip():
        commit(root, "pipeline")


def cloned(root: Path, target: Path) -> Path:
    subprocess.run(
        ["git", "clone", "-q", str(root), str(target)], check=True, env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
    )
    return target
