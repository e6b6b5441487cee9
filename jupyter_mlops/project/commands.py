"""What a command runs: a script, a module, a notebook, a make target, pipeline stages, tests."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from typing import NamedTuple

from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.shell import Command, join, read_script
from jupyter_mlops.project.shell_syntax import words_of


class Target(NamedTuple):
    """What a command runs.

    Attributes:
        kind: "script" (a Python file), "module" (a dotted name), "notebook", "shell" (a shell script), "make", "stages" (DVC),
            "tests", "lint", "environment" (tox, nox, hatch), "tool" (anything else).
        value: path, dotted name, or the tool's name.
        folder: folder it is run in, relative to the base.
        arguments: the rest of the command line.
        problem: why a failure of it would go unseen where the command says so itself: `bash -c "pytest || true"`.
    """

    kind: str
    value: str
    folder: str = "."
    arguments: tuple[str, ...] = ()
    problem: str | None = None


_PYTHON = lazy(r"(?:.*/)?(?:python[\d.]*|pypy3?|ipython3?|\{?sys\.executable\}?)(?:\.exe)?$")
#: Programs that only start another one: name → how many of its own words come first (options are skipped besides).
_WRAPPERS = {
    "sudo": 0,
    "command": 0,
    "builtin": 0,
    "env": 0,
    "time": 0,
    "nohup": 0,
    "exec": 0,
    "nice": 0,
    "xvfb-run": 0,
    "ddtrace-run": 0,
    "opentelemetry-instrument": 0,
    "unbuffer": 0,
    "retry": 0,
    "timeout": 1,
    "stdbuf": 0,
}
_RUNNERS = frozenset(
    {"uv", "poetry", "pipenv", "pdm", "hatch", "rye", "pixi", "conda", "mamba", "micromamba", "uvx", "pipx"}
    | {"dotenv", "doppler", "op", "infisical"}
)
#: A variable that holds an interpreter: `$PYTHON -m pytest`.
_INTERPRETER = lazy(r"\$[{(]?\w*py\w*[})]?$", re.IGNORECASE)
#: `bash -c`, `bash -lc`, `bash -ec`.
_HANDED = lazy(r"-\w*c")
#: Options of commands that start containers and take a value.
_CONTAINER_VALUED = frozenset(
    {
        *("-e", "--env", "--env-file", "-v", "--volume", "--mount", "-p", "--publish", "--name", "-w", "--workdir"),
        *("-u", "--user", "--network", "--net", "--entrypoint", "--gpus", "-m", "--memory", "--cpus", "--platform"),
        *("-l", "--label", "--shm-size", "--add-host", "-h", "--hostname"),
    }
)
#: Options of runners and wrappers that take a value.
_VALUED = frozenset(
    [
        "-n",
        "--name",
        "-p",
        "--prefix",
        "--python",
        "--with",
        "--with-requirements",
        "--with-editable",
        "--env-file",
        "--index",
        "--index-url",
        "--default-index",
        "--package",
        "--only-group",
        "--feature",
        "--manifest-path",
        "--extra",
        "--group",
        "--project",
        "--directory",
        "-e",
        "--env",
        "--environment",
        "-C",
        "--cwd",
        "-u",
        "-t",
    ]
)
_LINTERS = frozenset(
    {
        "ruff",
        "flake8",
        "pylint",
        "black",
        "isort",
        "mypy",
        "pyright",
        "pre-commit",
        "bandit",
        "nbqa",
        "pycodestyle",
        "yamllint",
    }
)
_TESTS = frozenset({"pytest", "py.test", "nosetests", "unittest", "nose2", "pytest-3", "green", "behave"})
_LAUNCHERS = frozenset({"torchrun", "accelerate", "deepspeed", "mpirun", "streamlit", "spark-submit", "kernprof"})


def targets(command: Command, base_folder: str = ".") -> list[Target]:
    """What a simple command runs.

    Args:
        command: the command; its own folder is relative to `base_folder`.
        base_folder: where the script started, relative to the base.

    Returns:
        Usually one; none for commands that run nothing of the project (`cd`, `echo`).
    """
    found = _targets(list(command.words), join(base_folder, command.folder))
    options = _addopts(command)
    if not options:
        return found
    return [
        target._replace(arguments=(*options, *target.arguments)) if target.kind == "tests" else target
        for target in found
    ]


def _addopts(command: Command) -> list[str]:
    """The options that pytest takes from the environment."""
    given = [word.partition("=")[2] for word in (*command.assigned, *command.words) if word.startswith(_ADDOPTS)]
    return words_of(given[-1]) if given else []


_ADDOPTS = "PYTEST_ADDOPTS="


def _targets(words: list[str], folder: str) -> list[Target]:
    words = unwrapped(words)
    if not words:
        return []
    program, rest = posixpath.basename(words[0]), words[1:]
    if _PYTHON.match(words[0]):
        return _python(rest, folder)
    handler = _HANDLERS.get(program)
    if handler is not None:
        return handler(rest, folder)
    if program in _TESTS:
        return [Target("tests", program, folder, tuple(rest))]
    if program in _LINTERS:
        return [Target("lint", program, folder, tuple(rest))]
    if program in _LAUNCHERS:
        script = next((word for word in rest if word.endswith(".py")), None)
        return [Target("script", join(folder, script), folder, tuple(rest))] if script else []
    if words[0].endswith(".py"):
        return [Target("script", join(folder, words[0]), folder, tuple(rest))]
    if words[0].endswith(".sh"):
        return [Target("shell", join(folder, words[0]), folder, tuple(rest))]
    if words[0].startswith(("./", *_SCRIPT_FOLDERS)) and "." not in program:
        return [Target("shell", join(folder, words[0]), folder, tuple(rest))]
    return [Target("tool", program, folder, tuple(rest))]


#: Where scripts lie that are called without an ending.
_SCRIPT_FOLDERS = ("scripts/", "script/", "bin/", "ci/", ".ci/", "tools/", "dev/")


def unwrapped(words: list[str]) -> list[str]:
    """The words of a command without the programs that only start it: `uv run`, `sudo`, `timeout 10`.

    Args:
        words: the command's words.
    """
    while words:
        program = posixpath.basename(words[0])
        if program in _WRAPPERS:
            words = _after_options(words[1:])[_WRAPPERS[program] :]
            while words and re.match(r"[A-Za-z_]\w*=", words[0]):
                words = words[1:]
        elif program in _RUNNERS and "run" in words[1:5]:
            words = _after_options(words[words.index("run") + 1 :])
            if program == "hatch" and words:
                words = [words[0].rpartition(":")[2], *words[1:]]  # `hatch run ci:test`: of which environment
        elif program in ("uvx", "pipx"):
            words = _after_options(words[1:])
        elif program in ("docker", "docker-compose", "podman"):
            inner = _in_container(words)
            if not inner:
                break
            words = inner
        elif _INTERPRETER.match(words[0]) and words[1:2] == ["-m"]:
            return ["python", *words[1:]]
        else:
            break
    return words


def _in_container(words: list[str]) -> list[str]:
    """The command that `docker compose run SERVICE`, `docker run IMAGE` or `docker exec CONTAINER` hands to a container."""
    verb = next((position for position, word in enumerate(words[:4]) if word in ("run", "exec")), None)
    if verb is None:
        return []
    rest, position = words[verb + 1 :], 0
    while position < len(rest) and rest[position].startswith("-"):
        position += 2 if rest[position] in _CONTAINER_VALUED else 1
    return rest[position + 1 :]


def _after_options(words: list[str]) -> list[str]:
    position = 0
    while position < len(words) and words[position].startswith("-"):
        if words[position] == "--":
            return words[position + 1 :]
        position += 2 if words[position] in _VALUED else 1
    return words[position:]


def _python(words: list[str], folder: str) -> list[Target]:
    position = 0
    while position < len(words) and words[position].startswith("-") and words[position] not in ("-m", "-c"):
        position += 2 if words[position] in ("-W", "-X") else 1
    if position >= len(words):
        return []
    if words[position] == "-c":
        return [Target("code", words[position + 1], folder)] if position + 1 < len(words) else []
    if words[position] == "-m" and position + 1 < len(words):
        module, rest = words[position + 1], words[position + 2 :]
        if module in _HANDLERS or module in _TESTS or module in _LINTERS or module == "torch.distributed.run":
            return _targets([module, *rest], folder)
        return [Target("module", module, folder, tuple(rest))]
    return [Target("script", join(folder, words[position]), folder, tuple(words[position + 1 :]))]


def _plain(words: list[str]) -> list[str]:
    return [word for word in words if not word.startswith("-")]


def _make(words: list[str], folder: str) -> list[Target]:
    names = []
    position = 0
    makefile = ""
    while position < len(words):
        word = words[position]
        if word in ("-C", "--directory", "-f", "--file", "--makefile", "-d", "--justfile", "-t", "--taskfile"):
            value = words[position + 1] if position + 1 < len(words) else "."
            if word in ("-C", "--directory", "-d"):
                folder = join(folder, value)
            else:
                makefile = value
            position += 1
        elif not word.startswith("-") and "=" not in word:
            names.append(word)
        position += 1
    return [Target("make", makefile, folder, tuple(names), _unheeded(words))]


def _recipes(words: list[str], folder: str) -> list[Target]:
    """Runners with files like a Makefile, whose options mean other things."""
    return [target._replace(problem=None) for target in _make(words, folder)]


#: `make` that does nothing, and `make` that goes on after errors.
_ONLY_SHOWN = frozenset({"--dry-run", "--just-print", "--recon", "--question", "--touch"})


def _unheeded(words: list[str]) -> str | None:
    short = {letter for word in words if re.fullmatch(r"-[a-zA-Z]+", word) for letter in word[1:]}
    if short & {"n", "q", "t"} or _ONLY_SHOWN & set(words):
        return "`make` only shows what it would do"
    return "`make -i` hides its failure" if "i" in short or "--ignore-errors" in words else None


def _dvc(words: list[str], folder: str) -> list[Target]:
    plain = _plain(words)
    if plain[:1] == ["repro"] or plain[:2] == ["exp", "run"]:
        names = plain[1:] if plain[0] == "repro" else plain[2:]
        shown = "`--dry` only shows what it would do" if {"--dry", "-n"} & set(words) else None
        return [Target("stages", "dvc", folder, tuple(names), shown)]
    return [Target("tool", "dvc", folder, tuple(words))]


def _papermill(words: list[str], folder: str) -> list[Target]:
    found = []
    position = 0
    while position < len(words):
        word = words[position]
        if word in ("--cwd", "-f", "--parameters_file", "-y", "-k", "--kernel", "--log-level", "-b", "--engine"):
            position += 1
        elif word in ("-p", "--parameters", "-r", "--parameters_raw"):
            position += 2
        elif word.endswith(".ipynb"):
            found.append(Target("notebook", join(folder, word), folder, tuple(words)))
            break
        position += 1
    return found


def _jupyter(words: list[str], folder: str) -> list[Target]:
    if words[:1] in (["nbconvert"], ["execute"], ["run"]):
        if words[0] == "nbconvert" and not any(word.startswith("--execute") for word in words):
            return []
        notebooks = [word for word in words if word.endswith(".ipynb")]
        return [Target("notebook", join(folder, word), folder, tuple(words)) for word in notebooks]
    return [Target("tool", "jupyter", folder, tuple(words))]


def _coverage(words: list[str], folder: str) -> list[Target]:
    if words[:1] == ["run"]:
        rest = words[1:]
        while rest and rest[0].startswith("-") and rest[0] != "-m":
            rest = rest[2:] if rest[0] in ("--source", "--rcfile", "--omit", "--include") else rest[1:]
        return _python(rest, folder)
    return []


def _shell(words: list[str], folder: str) -> list[Target]:
    handed = next((position for position, word in enumerate(words[:-1]) if _HANDED.fullmatch(word)), None)
    if handed is not None:
        return _scripted(words[handed + 1], folder)
    plain = _plain(words)
    return [Target("shell", join(folder, plain[0]), folder, tuple(plain[1:]))] if plain else []


def _scripted(script: str, folder: str) -> list[Target]:
    return [
        target._replace(problem=target.problem or inner.neutralised)
        for inner in read_script(script)
        for target in targets(inner, folder)
    ]


def _environment(tool: str) -> Callable[[list[str], str], list[Target]]:
    def handler(words: list[str], folder: str) -> list[Target]:
        names: list[str] = []
        for position, word in enumerate(words):
            if word in ("-e", "-s", "--session", "--sessions", "--env") and position + 1 < len(words):
                names += words[position + 1].split(",")
        return [Target("environment", tool, folder, tuple(names))]

    return handler


def _own_tests(words: list[str], folder: str) -> list[Target]:
    """Managers of projects with a command of their own for pytest: `hatch test`."""
    if _plain(words)[:1] != ["test"]:
        return []
    return [Target("tests", "pytest", folder, tuple(words[words.index("test") + 1 :]))]


def _script(words: list[str], folder: str) -> list[Target]:
    """Runners with scripts in the settings of the project: `poe lint`, `pdm lint`."""
    return [Target("tool", name, folder) for name in _plain(words)[:1]]


def _task(words: list[str], folder: str) -> list[Target]:
    """`task` is the runner with the Taskfile, and the one of taskipy."""
    found = _recipes(words, folder)
    return [*found, *(Target("tool", name, folder) for target in found for name in target.arguments)]


def _mlflow(words: list[str], folder: str) -> list[Target]:
    plain = _plain(words)
    if plain[:1] == ["run"] and len(plain) > 1 and "://" not in plain[1]:
        return [Target("project", join(folder, plain[1]), folder, tuple(words))]
    return [Target("tool", "mlflow", folder, tuple(words))]


def _server(words: list[str], folder: str) -> list[Target]:
    """Servers that are given an application as ``module:attribute`` or a file."""
    for position, word in enumerate(words):
        if word in ("--app-dir", "--chdir") and position + 1 < len(words):
            folder = join(folder, words[position + 1])
    if words[:1] in (["run"], ["dev"], ["serve"], ["deploy"]):
        words = words[1:]
    for position, word in enumerate(words):
        given = words[position - 1] if position else ""
        if word.startswith("-") or (
            given.startswith("-") and given not in _FLAGS and "=" not in given and given not in ("--app", "-A")
        ):
            continue
        if word.endswith(".py") or "/" in word:
            return [Target("script", join(folder, word.partition(":")[0]), folder)]
        if re.match(r"[A-Za-z_][\w.]*(:[\w.()]+)?$", word):
            module, _, made = word.partition(":")
            factory = made.partition("(")[0]
            return [Target("module", module, folder, ("served", factory) if factory else ("served",))]
    return []


_FLAGS = frozenset(
    {"--reload", "--proxy-headers", "--preload", "--use-colors", "--no-access-log", "--debug", "--production"}
)


def _flask(words: list[str], folder: str) -> list[Target]:
    for position, word in enumerate(words):
        if word in ("--app", "-A") and position + 1 < len(words):
            return _server([words[position + 1]], folder)
    return [Target("tool", "flask", folder, tuple(words))]


def _luigi(words: list[str], folder: str) -> list[Target]:
    """`luigi --module pkg.tasks Evaluate`: the module, and the task that it is asked for."""
    module = next((words[place + 1] for place, word in enumerate(words[:-1]) if word == "--module"), None)
    task = next((word for word in _plain(words) if word != module), None)
    return [Target("module", module, folder, ("luigi", task))] if module and task else []


def _handed(words: list[str], folder: str) -> list[Target]:
    """Programs that are handed a command: `nix develop -c pytest`, `nix-shell --run "pytest"`, `su -c "pytest"`."""
    for position, word in enumerate(words[:-1]):
        if word in ("-c", "--command", "--run"):
            rest = words[position + 1 :]
            return _targets(rest, folder) if len(rest) > 1 or " " not in rest[0] else _scripted(rest[0], folder)
    return []


def _named_task(runner: str) -> Callable[[list[str], str], list[Target]]:
    """Runners with scripts by name in a file of their own: `npm test`, `npm run check`, `devbox run test`."""

    def handler(words: list[str], folder: str) -> list[Target]:
        plain = _plain(words)
        plain = plain[1:] if plain[:1] in (["run"], ["run-script"]) else plain
        return [Target("tool", f"{runner} {plain[0]}", folder)] if plain else []

    return handler


def _tests_of_builds(words: list[str], folder: str) -> list[Target]:
    """`pants test ::`, `bazel test //...`: the tests that the files of the build list."""
    return [Target("tests", "build", folder)] if _plain(words)[:1] == ["test"] else []


def _celery(words: list[str], folder: str) -> list[Target]:
    """`celery -A jobs worker`: the module with the tasks."""
    for position, word in enumerate(words):
        given = word.partition("=")[2] if word.startswith("--app=") else ""
        if word in ("-A", "--app") and position + 1 < len(words):
            given = words[position + 1]
        if given:
            return [Target("module", given.partition(":")[0].removesuffix(".app"), folder, ("celery",))]
    return []


def _mise(words: list[str], folder: str) -> list[Target]:
    plain = _plain(words)
    if plain[:1] in (["run"], ["r"], ["task"]):
        plain = plain[2:] if plain[:2] == ["task", "run"] else plain[1:]
    return [Target("tool", f"mise {plain[0]}", folder, tuple(plain[1:]))] if plain else []


_HANDLERS: dict[str, Callable[[list[str], str], list[Target]]] = {
    "make": _make,
    "gmake": _make,
    "just": _recipes,
    "task": _task,
    "hatch": _own_tests,
    "rye": _own_tests,
    "pdm": _script,
    "poe": _script,
    "dvc": _dvc,
    "papermill": _papermill,
    "jupyter": _jupyter,
    "jupyter-nbconvert": lambda words, folder: _jupyter(["nbconvert", *words], folder),
    "coverage": _coverage,
    "slipcover": lambda words, folder: _python(words[words.index("-m") :], folder) if "-m" in words else [],
    "nix": _handed,
    "nix-shell": _handed,
    "script": _handed,
    "su": _handed,
    "devbox": _named_task("devbox"),
    "npm": _named_task("npm"),
    "pnpm": _named_task("npm"),
    "yarn": _named_task("npm"),
    "bun": _named_task("npm"),
    "pants": _tests_of_builds,
    "bazel": _tests_of_builds,
    "bazelisk": _tests_of_builds,
    "earthly": lambda words, folder: [Target("tool", word, folder) for word in _plain(words) if word.startswith("+")],
    "bash": _shell,
    "sh": _shell,
    "zsh": _shell,
    "dash": _shell,
    "ash": _shell,
    "source": _shell,
    ".": _shell,
    "eval": lambda words, folder: _scripted(" ".join(words), folder),
    "tox": _environment("tox"),
    "nox": _environment("nox"),
    "uvicorn": _server,
    "gunicorn": _server,
    "hypercorn": _server,
    "daphne": _server,
    "granian": _server,
    "waitress-serve": _server,
    "fastapi": _server,
    "bentoml": _server,
    "serve": _server,
    "flask": _flask,
    "invoke": lambda words, folder: [Target("environment", "invoke", folder, tuple(_plain(words)))],
    "inv": lambda words, folder: [Target("environment", "invoke", folder, tuple(_plain(words)))],
    "mlflow": _mlflow,
    "mise": _mise,
    "luigi": _luigi,
    "celery": _celery,
}
