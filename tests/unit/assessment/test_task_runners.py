"""Runners of tasks between CI and the tests: each leads there, and the same with the failure hidden or the tests left out."""

from __future__ import annotations

import pytest

from .test_hidden_failures import base, name_of, only, started, state_with, workflow

__all__ = ["base"]

CI = ".github/workflows/ci.yml"


def toml(command: str, text: str, path: str = "pyproject.toml") -> dict[str, str]:
    return started(command) | {path: text}


def task(text: str, command: str = "task test") -> dict[str, str]:
    return started(command) | {"Taskfile.yml": f"version: '3'\n{text}"}


def script(text: str, imports: str = "import pytest, sys") -> dict[str, str]:
    return started("python check.py") | {"check.py": f"{imports}\n\n{text}\n"}


def nox(text: str, command: str = "nox", options: str = "") -> dict[str, str]:
    return started(command) | {"noxfile.py": f"import nox\n{options}\n\n{text}\n"}


_POE, _HATCH = "[tool.poe.tasks]\nt = 'pytest'\n", "[tool.hatch.envs.ci.scripts]\n"
_SESSION = "@nox.session{}\ndef tests(session):\n    {}session.run('pytest')"
_UNITTEST = {
    "tests/test_features.py": (
        "import unittest\n\nfrom features import clean\n\n\nclass TestClean(unittest.TestCase):\n"
        "    def test_clean(self):\n        self.assertEqual(len(clean([1])), 1)\n"
    )
}
_SUITE = "done = unittest.TextTestRunner().run(unittest.defaultTestLoader.discover('tests'))\n"
_OTHER_NAME = {"tests/test_features.py": "", "tests/clean_spec.py": "from features import clean\n\n\ndef test_clean():\n    assert clean([1]) == [1]\n"}  # fmt: skip

IMAGE = 'FROM python:3.12 AS base\nCOPY . .\nFROM base AS test\nRUN pytest\nFROM base\nCMD ["python"]\n'
COMPOSE = {"docker-compose.yml": "services:\n  tests:\n    build: .\n    command: pytest\n"}
HOOK = "repos:\n- repo: local\n  hooks:\n  - id: tests\n    entry: pytest\n    language: system\n    {}\n"
CIRCLE = "version: 2.1\ncommands:\n  t: {{steps: [run: pytest]}}\n  u: {{steps: [run: ruff check]}}\njobs:\n  j: {{steps: [{}]}}\nworkflows: {{w: {{jobs: [j]}}}}\n"

SEEN = [
    task("tasks:\n  test: pytest\n"),
    task("tasks:\n  test:\n    deps: [unit]\n  unit:\n    cmds:\n    - cmd: pytest\n"),
    task("tasks:\n  default:\n    cmds:\n    - task: unit\n  unit:\n    cmds: [pytest]\n", "task"),
    task("includes:\n  unit: ./jobs\n", "task unit:test") | {"jobs/Taskfile.yml": "tasks:\n  test: pytest\n"},
    toml("task test", "[tool.taskipy.tasks]\ntest = {cmd = 'pytest'}\n"),
    toml("hatch run ci:t", f"{_HATCH}t = ['ruff check', 'pytest {{args:tests}}']\n"),
    toml("hatch run t", "[envs.default.scripts]\nt = 'pytest'\n", "hatch.toml"),
    started("hatch test --cover"),
    started("hatch run ci:pytest"),
    toml("pdm t", "[tool.pdm.scripts]\nt = {composite = ['u']}\nu = {cmd = ['pytest', 'tests']}\n"),
    toml("pixi run -e ci t", "[feature.ci.tasks]\nt = {depends-on = ['u']}\nu = 'pytest'\n", "pixi.toml"),
    toml("rye run t", "[tool.rye.scripts]\nt = {chain = ['u']}\nu = ['pytest', 'tests']\n"),
    started("rye test"),
    toml("poe all", f"{_POE}all = ['t']\n"),
    toml("poe all", f"{_POE}all = {{sequence = ['t'], ignore_fail = 'return_non_zero'}}\n"),
    toml("poe t", "[tool.poe.tasks.t]\nscript = 'check:main'\n")
    | {"check.py": "import pytest, sys\n\n\ndef main():\n    sys.exit(pytest.main())\n"},
    started("just test") | {".justfile": "test:\n    pytest\n"},
    toml("tox", "env_list = ['py312']\n[env_run_base]\ncommands = [['pytest', 'tests']]\n", "tox.toml"),
    toml("tox -e unit", "[tool.tox.env.unit]\ncommands = [['pytest']]\n"),
    toml("tox", "[tool.tox]\nlegacy_tox_ini = '''\n[tox]\nenvlist = py{310,312}\n[testenv]\ncommands = pytest\n'''\n"),
    toml("tox -e unit", "[testenv]\ncommands = pytest\n[testenv:unit]\ndeps = pytest\n", "tox.ini"),
    nox(_SESSION.format("(name='t')", ""), "nox -s t"),
    nox(_SESSION.format("", ""), options="nox.options.sessions = ['tests']"),
    started("uv run --with pytest --with-requirements requirements.txt pytest"),
    script("sys.exit(pytest.main(['tests']))"),
    script("code = pytest.main()\nif code != 0:\n    raise SystemExit(code)"),
    script(
        "def main():\n    return subprocess.run(['pytest']).returncode\n\n\nsys.exit(main())", "import subprocess, sys"
    ),
    script("subprocess.run([sys.executable, '-m', 'pytest'], check=True)", "import subprocess, sys"),
    script(f"{_SUITE}sys.exit(not done.wasSuccessful())", "import sys, unittest") | _UNITTEST,
    started("pytest tests/clean_spec.py") | _OTHER_NAME,
    started("pytest tests/*_spec.py") | _OTHER_NAME,
    {CI: workflow("run: pytest\n        env:\n          PYTEST_ADDOPTS: -q --color=yes")},
    started("npm test", **{"package.json": '{"scripts": {"test": "pytest"}}'}),
    started("devbox run test", **{"devbox.json": '{"shell": {"scripts": {"test": ["pytest"]}}}'}),
    started("dotenv -f .env run -- pytest"),
    started("ddtrace-run pytest"),
    started("nix develop -c pytest"),
    started("nix-shell --run 'ruff check && pytest'"),
    started("slipcover -m pytest"),
    started("pants test '::'"),
    started("./scripts/test", scripts__test="#!/usr/bin/env bash\nset -e\npytest\n"),
    started("TEST='pytest tests'; $TEST"),
    started("earthly +all", Earthfile="VERSION 0.8\nall:\n    BUILD +test\ntest:\n    RUN pytest\n"),
    started("docker build --target test .", Dockerfile=IMAGE),
    started("docker compose run --rm tests", **COMPOSE),
    started("docker compose up --exit-code-from tests", **COMPOSE),
    started("pre-commit run --all-files", **{".pre-commit-config.yaml": HOOK.format("")}),
    {CI: workflow("shell: python\n        run: |\n          import pytest, sys\n          sys.exit(pytest.main())")},
    only(".gitlab-ci.yml", ".shared:\n  script: [pytest]\nt:\n  script:\n  - !reference [.shared, script]\n"),
    only("azure-pipelines.yml", "jobs:\n- template: ci/t.yml\n")
    | {"ci/t.yml": "jobs:\n- steps:\n  - script: pytest\n"},
    only(".circleci/config.yml", CIRCLE.format("t")),
    only(".forgejo/workflows/ci.yml", workflow()),
    only(".build.yml", "tasks:\n- test: |\n    pytest\n"),
    only(".cirrus.yml", "task:\n  test_script: pytest\n"),
    only("appveyor.yml", "test_script:\n- pytest\n"),
    only(".semaphore/semaphore.yml", "blocks:\n- task: {jobs: [{name: t, commands: [pytest]}]}\n"),
]
HIDDEN = [
    task("tasks:\n  test: pytest\n  lint: ruff check\n", "task lint"),
    task("tasks:\n  test:\n    ignore_error: true\n    cmds: [pytest]\n"),
    task("tasks:\n  test:\n    cmds:\n    - cmd: pytest\n      ignore_error: true\n"),
    task("tasks:\n  test: |\n    pytest\n    echo done\n"),
    task("env: {PYTEST_ADDOPTS: --collect-only}\ntasks:\n  test: pytest\n"),
    toml("hatch run ci:t", f"{_HATCH}t = ['- pytest']\n"),
    toml("hatch run ci:u", f"{_HATCH}t = 'pytest'\nu = 'ruff check'\n"),
    toml("poe all", f"{_POE}all = {{sequence = ['t'], ignore_fail = true}}\n"),
    toml("poe t", "[tool.poe.tasks.t]\ncmd = 'pytest'\nignore_fail = 'return_zero'\n"),
    toml("poe t", "[tool.poe.tasks.t]\ncmd = 'pytest'\nenv = {PYTEST_ADDOPTS = '--co'}\n"),
    toml("tox", "[env_run_base]\ncommands = [['-', 'pytest']]\n", "tox.toml"),
    toml(
        "tox",
        "env_list = ['lint']\n[env_run_base]\ncommands = [['pytest']]\n[env.lint]\ncommands = [['ruff']]\n",
        "tox.toml",
    ),
    toml("tox", "[testenv]\ncommands = pytest\nsetenv = PYTEST_ADDOPTS = --co\n", "tox.ini"),
    nox(_SESSION.format("", "session.skip('later')\n    ")),
    nox(_SESSION.format("", "if True:\n        session.skip('later')\n    ")),
    nox(_SESSION.format("(default=False)", "")),
    nox(_SESSION.format("", ""), options="nox.options.sessions = ['lint']"),
    script("pytest.main(['tests'])"),
    script("pytest.main()\nsys.exit(0)"),
    script("sys.exit(pytest.main(['other']))"),
    script("code = pytest.main()\nif code != 0:\n    print(code)"),
    script("def main():\n    return pytest.main()\n\n\nmain()"),
    script("subprocess.run(['pytest'])", "import subprocess"),
    script(
        "try:\n    subprocess.check_call('pytest', shell=True)\nexcept Exception:\n    print()", "import subprocess"
    ),
    script(f"{_SUITE}print(done)", "import unittest") | _UNITTEST,
    started("pytest tests/other_spec.py") | _OTHER_NAME,
    {CI: workflow("run: pytest\n        env:\n          PYTEST_ADDOPTS: --collect-only")},
    {CI: workflow(job="    env: {PYTEST_ADDOPTS: '-k nothing'}\n")},
    {CI: workflow("run: echo 'PYTEST_ADDOPTS=--co' >> $GITHUB_ENV\n      - run: pytest")},
    started("PYTEST_ADDOPTS=--co pytest"),
    started("export PYTEST_ADDOPTS=--co; pytest"),
    started("make t", Makefile="export PYTEST_ADDOPTS = --collect-only\nt:\n\tpytest\n"),
    only(".gitlab-ci.yml", "variables: {PYTEST_ADDOPTS: --co}\nt:\n  script: [pytest]\n"),
    started("npm run lint", **{"package.json": '{"scripts": {"test": "pytest"}}'}),
    started("./scripts/test", scripts__test="#!/usr/bin/env bash\npytest || true\n"),
    started("earthly +all", Earthfile="VERSION 0.8\nall:\n    RUN ruff check\ntest:\n    RUN pytest\n"),
    started("docker build --target base .", Dockerfile=IMAGE),
    started("docker compose up tests", **COMPOSE),
    started("docker compose run --rm other", **COMPOSE),
    started("pre-commit run --all-files", **{".pre-commit-config.yaml": HOOK.format("stages: [manual]")}),
    started("dvc repro --dry"),
    started("kedro run"),
    {CI: workflow("shell: python\n        run: |\n          import pytest\n          pytest.main()")},
    only(".circleci/config.yml", CIRCLE.format("u")),
    only(".cirrus.yml", "task:\n  allow_failures: true\n  test_script: pytest\n"),
]


@pytest.mark.parametrize("files", SEEN, ids=name_of)
def test_it_leads_to_the_tests(base, files):
    assert state_with(base, files) == "pass"


@pytest.mark.parametrize("files", HIDDEN, ids=name_of)
def test_a_failure_goes_unseen_or_no_test_runs(base, files):
    assert state_with(base, files) in ("partial", "fail")
