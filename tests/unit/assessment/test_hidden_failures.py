"""Steps of every CI system, and of what they start, whose failure nobody would see: each beside one that counts."""

from __future__ import annotations

import pytest

from .conftest import LEVEL_2, Project, results

CI = ".github/workflows/ci.yml"


def workflow(step: str = "run: pytest", job: str = "", on: str = "[push, pull_request]") -> str:
    return f"on: {on}\njobs:\n  test:\n    runs-on: ubuntu-latest\n{job}    steps:\n      - {step}\n"


def started(command: str, **files: str) -> dict[str, str]:
    return {CI: workflow(f"run: {command}")} | {name.replace("__", "/"): text for name, text in files.items()}


def only(path: str, text: str) -> dict[str, str]:
    return {CI: "", path: text}


_CIRCLE = (
    "version: 2.1\njobs:\n  t:\n    docker: [{{image: x}}]\n    steps:\n      - run: {}\nworkflows:\n  w:\n    {}\n"
)
_STAGE = "pipeline {{ agent any\n stages {{ stage('t') {{ {} }} }} }}\n"
_NOX = "import nox\n\n\n@nox.session\ndef tests(session):\n    {}\n"
_INVOKE = "from invoke import task\n\n\n@task\ndef test(c):\n    {}\n"
_ACTION = "runs:\n  using: composite\n  steps:\n    - run: pytest\n      shell: bash\n"
_CONFTEST = "tests/conftest.py"

SEEN = [
    {CI: workflow("run: pytest\n        if: ${{ true }}")},
    {CI: workflow("run: pytest\n        continue-on-error: ${{ false }}")},
    {CI: workflow("run: pytest | tee log\n        shell: bash")},
    {CI: workflow("uses: ./t"), "t/action.yml": _ACTION},
    started("make test", Makefile="test:\n\t$(MAKE) unit\nunit:\n\tcd tests; pytest\n"),
    started("make -k test", Makefile="test:\n\tpytest\n\techo done\n"),
    started("nox", **{"noxfile.py": _NOX.format("session.run('pytest', success_codes=[0, 5])")}),
    started("poe test", **{"pyproject.toml": "[tool.poe.tasks]\ntest = 'pytest'\n"}),
    started("bash -lc 'cd . && pytest'"),
    started("command pytest"),
    started("pytest -k 'not slow' --ignore=tests/slow"),
    {"pytest.ini": "[pytest]\naddopts = -q\ntestpaths = tests\n"},
    only(".gitlab-ci.yml", "test:\n  before_script: [pytest]\n  script: [echo]\n"),
    only(".gitlab-ci.yml", "test:\n  allow_failure: {exit_codes: 137}\n  script: [pytest]\n"),
    only("azure-pipelines.yml", "steps:\n- script: pytest\n  condition: succeeded()\n"),
    only("Jenkinsfile", "node { try { sh 'pytest' } catch (e) { throw e } }\n"),
    only("Jenkinsfile", "node { try { sh 'pytest' } finally { junit 'x' } }\n"),
    only(".circleci/config.yml", _CIRCLE.format("pytest", "jobs: [t]")),
    only(".circleci/config.yml", "version: 2\njobs:\n  build:\n    steps:\n      - run: pytest\n"),
    only(".travis.yml", "python: ['3.9', '3.10']\nmatrix: {allow_failures: [{python: '3.9'}]}\nscript: pytest\n"),
    only(".drone.yml", "trigger: {event: [push]}\nsteps:\n- name: t\n  commands: [pytest]\n"),
    only(".buildkite/pipeline.yml", "steps:\n- command: pytest\n  soft_fail: [{exit_status: 42}]\n"),
    only("bitbucket-pipelines.yml", "pipelines:\n  default:\n  - step:\n      script: [pytest]\n"),
]
HIDDEN = [
    {CI: workflow("run: pytest\n        if: ${{ 1 == 0 }}")},
    {CI: workflow("run: pytest\n        if: ${{ always() && false }}")},
    {CI: workflow(job="    if: ${{ 'a' == 'b' }}\n")},
    {CI: workflow("run: pytest\n        continue-on-error: ${{ true }}")},
    {CI: workflow(job="    continue-on-error: ${{ matrix.x }}\n    strategy: {matrix: {x: [true]}}\n")},
    {CI: workflow("run: pytest | tee log")},
    {CI: workflow("run: pytest | tee log\n        shell: sh")},
    {CI: workflow(on="{push: {branches-ignore: ['**']}}")},
    {CI: workflow("uses: ./t"), "t/action.yml": _ACTION + "      continue-on-error: true\n"},
    {CI: workflow("uses: ./t"), "t/action.yml": _ACTION + "      if: false\n"},
    {
        CI: "on: push\njobs:\n  call:\n    if: false\n    uses: ./.github/workflows/t.yml\n",
        ".github/workflows/t.yml": workflow(on="workflow_call"),
    },
    started("make test", Makefile="test:\n\tpytest; echo done\n"),
    started("make test", Makefile="test:\n\tpytest | tee log\n"),
    started("make test", Makefile="test:\n\t@-pytest\n"),
    started("make test", Makefile=".IGNORE:\ntest:\n\tpytest\n"),
    started("make test", Makefile="MAKEFLAGS += -i\ntest:\n\tpytest\n"),
    started("make -i test", Makefile="test:\n\tpytest\n"),
    started("make -n test", Makefile="test:\n\tpytest\n"),
    started("tox", **{"tox.ini": "[testenv]\nignore_outcome = true\ncommands = pytest\n"}),
    started("nox", **{"noxfile.py": _NOX.format("session.run('pytest', success_codes=[0, 1])")}),
    started("inv test", **{"tasks.py": _INVOKE.format("c.run('pytest', warn=True)")}),
    started("bash test.sh", **{"test.sh": "pytest | tee log\n"}),
    started("pytest -h"),
    started("pytest --setup-plan"),
    started("pytest --ignore=tests"),
    started("pytest --deselect tests/test_features.py"),
    started("pytest -k 'not test'"),
    {"pytest.ini": "[pytest]\naddopts = --collect-only\n"},
    {"pyproject.toml": '[tool.pytest.ini_options]\naddopts = ["--co"]\n'},
    {"setup.cfg": "[tool:pytest]\ntestpaths = other\n"},
    {"tox.ini": "[pytest]\npython_files = check_*.py\n"},
    {"pytest.ini": "[pytest]\npython_functions = check_*\n"},
    {"conftest.py": 'collect_ignore = ["tests"]\n'},
    {_CONFTEST: "def pytest_collection_modifyitems(items):\n    items.clear()\n"},
    {_CONFTEST: "def pytest_sessionfinish(session):\n    session.exitstatus = 0\n"},
    only(".gitlab-ci.yml", "test:\n  allow_failure: {exit_codes: [1]}\n  script: [pytest]\n"),
    only(".gitlab-ci.yml", "test:\n  rules: [{if: $X, allow_failure: true}]\n  script: [pytest]\n"),
    only(".gitlab-ci.yml", "test:\n  when: never\n  script: [pytest]\n"),
    only(".gitlab-ci.yml", "test:\n  except: [branches]\n  script: [pytest]\n"),
    only(".gitlab-ci.yml", "workflow: {rules: [{when: never}]}\ntest:\n  script: [pytest]\n"),
    only("azure-pipelines.yml", "steps:\n- script: pytest\n  enabled: false\n"),
    only("azure-pipelines.yml", "steps:\n- script: pytest\n  condition: eq(1, 2)\n"),
    only("azure-pipelines.yml", "jobs:\n- job: a\n  continueOnError: true\n  steps:\n  - script: pytest\n"),
    only("azure-pipelines.yml", "stages:\n- condition: 'false'\n  jobs:\n  - steps:\n    - script: pytest\n"),
    only("Jenkinsfile", _STAGE.format("steps { catchError(buildResult: 'SUCCESS') { sh 'pytest' } }")),
    only("Jenkinsfile", _STAGE.format("when { expression { return false } }\n steps { sh 'pytest' }")),
    only("Jenkinsfile", _STAGE.format("steps { sh returnStatus: true, script: 'pytest' }")),
    only("Jenkinsfile", "node { try { sh 'pytest' } catch (e) { echo 'x' } }\n"),
    only("Jenkinsfile", "if (false) { sh 'pytest' }\n"),
    only(".circleci/config.yml", _CIRCLE.format("pytest", "jobs: [other]")),
    only(".circleci/config.yml", _CIRCLE.format("pytest", "when: false\n    jobs: [t]")),
    only(".circleci/config.yml", _CIRCLE.format("pytest", "triggers: [{schedule: {cron: x}}]\n    jobs: [t]")),
    only(".circleci/config.yml", _CIRCLE.format("{command: pytest, when: on_fail}", "jobs: [t]")),
    only(".circleci/config.yml", _CIRCLE.format("pytest", "jobs: [{t: {filters: {branches: {ignore: /.*/}}}}]")),
    only(".travis.yml", "script: echo\nafter_success: pytest\n"),
    only(".travis.yml", "if: false\nscript: pytest\n"),
    only(".travis.yml", "python: ['3.9']\nmatrix: {allow_failures: [{python: '3.9'}]}\nscript: pytest\n"),
    only(".drone.yml", "trigger: {event: [cron]}\nsteps:\n- name: t\n  commands: [pytest]\n"),
    only(".woodpecker.yml", "steps:\n  t:\n    when: {event: tag}\n    commands: [pytest]\n"),
    only(".buildkite/pipeline.yml", "steps:\n- command: pytest\n  soft_fail: [{exit_status: '*'}]\n"),
    only(".buildkite/pipeline.yml", "steps:\n- command: pytest\n  skip: true\n"),
    only(".buildkite/pipeline.yml", "steps:\n- command: pytest\n  if: 'false'\n"),
    only("bitbucket-pipelines.yml", "pipelines:\n  default:\n  - step:\n      trigger: manual\n      script: [pytest]\n"),
    only("bitbucket-pipelines.yml", "pipelines:\n  default:\n  - step:\n      on-fail: {strategy: ignore}\n      script: [pytest]\n"),
]  # fmt: skip


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose CI counts, built once: each case is laid over it and taken away again."""
    files = {name: LEVEL_2[name] for name in ("src/features.py", "tests/test_features.py")} | {CI: workflow()}
    return Project(tmp_path_factory.mktemp("hidden") / "project").files(files).commit()


def state_with(base: Project, files: dict[str, str]) -> str:
    base.git("checkout", "-q", "-B", "case", "main")
    base.files(files).commit()
    try:
        found = results(base.assess())
        return "pass" if found["ci"].state == found["tests"].state == "pass" else found["ci"].state
    finally:
        base.git("checkout", "-q", "-f", "main")


def name_of(files: dict[str, str]) -> str:
    return " ".join(f"{name}:{text}" for name, text in files.items() if text)[-70:]


@pytest.mark.parametrize("files", SEEN, ids=name_of)
def test_a_failure_stops_ci(base, files):
    assert state_with(base, files) == "pass"


@pytest.mark.parametrize("files", HIDDEN, ids=name_of)
def test_a_failure_that_ci_does_not_see(base, files):
    assert state_with(base, files) in ("partial", "fail")
