"""One pipeline, one parameter of each type, and every way to change them: the same values of the same types arrive."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from engines import Shell, write
from jupyter_mlops_converters.emit import emit
from jupyter_mlops_converters.plan.pipeline import HandOver, Parameter, Pipeline, Stage, StageCell
from notebooks import commit, git

pytest.importorskip("dvc")
pytest.importorskip("ploomber")
pytest.importorskip("prefect")

DEFAULTS: dict[str, Any] = {
    "alphas": [0.1, 1.0],
    "depth": 5,
    "flag": True,
    "limit": None,
    "names": ["a", "b"],
    "options": {"a": 1, "b": 0.5},
    "rate": 0.1,
    "shape": (80, 20),
    "word": "plain",
}
CHANGED: dict[str, Any] = {
    "alphas": [1e-05, 2.0],
    "depth": 7,
    "flag": False,
    "names": ["c"],
    "options": {"a": 2, "b": 1e-05},
    "rate": 1e-05,
    "shape": (60, 40),
    "word": "other",
}
USERS = {"first": ("depth", "flag", "limit", "rate", "word"), "second": ("alphas", "names", "options", "rate", "shape")}


def _stage(name: str, inputs: tuple[HandOver, ...] = ()) -> Stage:
    parameters = USERS[name]
    seen = HandOver(f"seen_{name}", (f"seen_{name}",), name, f"products/{name}/seen.json", "json", "")
    values = "{" + ", ".join(f"'{each}': repr({each})" for each in parameters) + "}"
    cell = StageCell("code", f"seen_{name} = {values}", 0)
    return Stage(name, name, "", (cell,), inputs=inputs, outputs=(seen,), parameters=parameters)


PIPELINE = Pipeline(
    name="typed",
    title="Typed",
    notebook="typed.ipynb",
    notebook_sha256="0" * 64,
    folder="typed",
    workdir=".",
    stages=(_stage("first"), _stage("second")),
    parameters=tuple(
        Parameter(
            name,
            list(value) if isinstance(value, tuple) else value,
            "null" if value is None else type(value).__name__,
            0,
            tuple(stage for stage, names in USERS.items() if name in names),
        )
        for name, value in DEFAULTS.items()
    ),
)


class Project:
    """The pipeline, run once by DVC and by Ploomber."""

    def __init__(self, base: Path) -> None:
        self.run = Shell(base / "hidden")
        self.root = base / "project"
        self.folder = write(emit(PIPELINE, ("dvc", "ploomber", "prefect")), self.root)
        git(self.root, "init", "-q")
        self.run("dvc repro", self.folder)
        self.run("ploomber build", self.folder)
        commit(self.root, "run")

    def seen(self, products: str = "products") -> dict[str, str]:
        found: dict[str, str] = {}
        for stage in USERS:
            found |= json.loads((self.folder / products / stage / "seen.json").read_text())
        return found

    def change(self, old: str, new: str) -> None:
        file = self.folder / "params.yaml"
        text = file.read_text()
        assert text.count(old) == 1, text
        file.write_text(text.replace(old, new))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(tmp_path_factory.mktemp("parameters"))


@pytest.fixture
def project(shared: Project) -> Iterator[Project]:
    """The project as it was after its first run."""
    kept = shared.root.with_name("kept")
    shutil.copytree(shared.root, kept, symlinks=True)
    yield shared
    shutil.rmtree(shared.root)
    kept.rename(shared.root)


def typed(values: dict[str, Any]) -> dict[str, str]:
    return {name: repr(value) for name, value in values.items()}


def test_defaults_arrive_as_they_are_in_the_notebook(project: Project) -> None:
    assert project.seen() == project.seen("products/ploomber") == typed(DEFAULTS)


def by_hand(project: Project) -> None:
    for old, new in (
        ("alphas: [0.1, 1.0]", "alphas: [1e-5, 2.0]"), ("depth: 5", "depth: 7"), ("flag: true", "flag: false"),
        ('names: ["a", "b"]', "names: [c]"), ("options: {a: 1, b: 0.5}", "options: {a: 2, b: 1e-5}"),
        ("rate: 0.1", "rate: 1e-5"), ("shape: [80, 20]", "shape: (60, 40)"), ('word: "plain"', "word: other"),
    ):  # fmt: skip
        project.change(old, new)
    project.run("dvc repro", project.folder)


def by_experiment(project: Project) -> None:
    given = (
        "alphas=[1e-5,2.0]", "depth=7", "flag=false", "names=[c]", "options.a=2", "options.b=1e-5", "rate=1e-5",
        "shape=[60,40]", "word=other",
    )  # fmt: skip
    project.run("dvc exp run " + " ".join(f"-S {shlex.quote(each)}" for each in given), project.folder)


YAML = """
alphas: [1e-5, 2.0]
depth: 7
flag: false
names: [c]
options: {a: 2, b: 1e-5}
rate: 1e-5
shape: [60, 40]
word: other
"""


def by_papermill(project: Project) -> None:
    """Half of it in a file, half on the command line."""
    lines = YAML.strip().splitlines()
    (project.folder / "other.yaml").write_text("\n".join(lines[::2]))
    given = f"-f params.yaml -f other.yaml -y {shlex.quote(chr(10).join(lines[1::2]))}"
    for stage in USERS:
        options = f"{given} --cwd stages --log-level ERROR --no-progress-bar"
        project.run(f"papermill {options} stages/{stage}.ipynb products/{stage}.ipynb", project.folder)


def by_run(project: Project) -> None:
    given = (
        "alphas=[1e-5, 2.0]", "depth=7", "flag=false", "names=['c']", "options={'a': 2, 'b': 1e-5}", "rate=1e-5",
        "shape=(60, 40)", "word=other",
    )  # fmt: skip
    options = " ".join(f"-P {shlex.quote(each)}" for each in given)
    run = Shell(project.root.with_name("unhidden"), hide=False)
    run(f"{sys.executable} -m jupyter_mlops run . {options}", project.folder)


def by_flow(project: Project) -> None:
    """What Prefect makes of given parameters, and what the flow does with them; test_prefect.py has the rest."""
    code = (
        "import flow, yaml\n"
        f"given = flow.pipeline.validate_parameters(yaml.safe_load({YAML!r}))\n"
        "for stage in flow.STAGES:\n"
        "    flow.run_stage.fn(stage, {k: v for k, v in given.items() if v is not None})\n"
    )
    project.run(f"{sys.executable} -c {shlex.quote(code)}", project.folder)


@pytest.mark.parametrize("way", [by_hand, by_experiment, by_papermill, by_run, by_flow])
def test_every_way_has_the_same_effect(project: Project, way: Any) -> None:
    way(project)
    assert project.seen() == typed({**DEFAULTS, **CHANGED})


def test_ploombers_way_has_the_same_effect(project: Project) -> None:
    given = (
        ("alphas", "[1e-5, 2.0]"), ("depth", "7"), ("flag", "false"), ("names", "['c']"),
        ("options--a", "2"), ("options--b", "1e-5"), ("rate", "1e-5"), ("shape", "(60, 40)"), ("word", "other"),
    )  # fmt: skip
    options = " ".join(f"--env--{name} {shlex.quote(value)}" for name, value in given)
    project.run(f"ploomber build {options}", project.folder)
    assert project.seen("products/ploomber") == typed({**DEFAULTS, **CHANGED})


@pytest.mark.parametrize("name", sorted(DEFAULTS))
def test_a_change_makes_exactly_its_users_stale(project: Project, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import yaml

    params = yaml.safe_load((project.folder / "params.yaml").read_text())
    value = {**DEFAULTS, **CHANGED, "limit": 3}[name]
    params[name] = list(value) if isinstance(value, tuple) else value
    (project.folder / "params.yaml").write_text(yaml.safe_dump(params))
    users = {stage for stage, names in USERS.items() if name in names}
    monkeypatch.chdir(project.folder)
    monkeypatch.setenv("PLOOMBER_STATS_ENABLED", "false")
    assert stale_for_dvc() == stale_for_ploomber() == users


def stale_for_dvc() -> set[str]:
    from dvc.repo import Repo

    with Repo(".") as repo:
        return set(repo.status())


def stale_for_ploomber() -> set[str]:
    from ploomber.spec import DAGSpec

    dag = DAGSpec("pipeline.yaml", env="env.yaml").to_dag().render()
    return {name for name in dag if dag[name].exec_status.name == "WaitingExecution"}
