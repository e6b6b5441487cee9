"""What code hands to something else to run: commands of the shell, containers and the jobs of platforms."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from jupyter_mlops.project.commands import Target, targets
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Call, Scope
from jupyter_mlops.project.shell import Command, join, read_script

SHELL_CALLS = frozenset(
    {
        "subprocess.run",
        "subprocess.call",
        "subprocess.check_call",
        "subprocess.check_output",
        "subprocess.Popen",
        "os.system",
    }
)
#: Python as the first word of a command in a list.
PYTHON_WORD = lazy(r"""["'](?:[\w./-]*/)?python[\d.]*["']""")
#: Keywords by which platforms are handed a script, and those for the folder that it is in.
_SCRIPT = lazy(r"code|entry_point|module_file|submit_app|\w*script(_path|_uri|_file|_name)?")
_FOLDERS = ("source_dir", "code")
#: Keywords by which platforms are handed a module, or a function of one.
_MODULES = frozenset({"python_module_name", "worker_pool_specs", "run_fn", "trainer_fn", "preprocessing_fn"})
_LOADERS = frozenset({"azure.ai.ml.load_component", "azure.ai.ml.load_job"})
_DOTTED = lazy(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+\Z")
#: Calls that make a job of a command.
_COMMANDS = frozenset({"azure.ai.ml.command", "azure.ai.ml.entities.CommandComponent"})


def handed_scripts(call: Call) -> Iterator[str]:
    """Paths of the scripts that a call hands to a platform, as far as they can be told: `SKLearn(entry_point="fit.py")`.

    Args:
        call: any call.
    """
    given = {keyword.arg: keyword.value for keyword in call.node.keywords if keyword.arg}
    scripts = [name for name in given if _SCRIPT.fullmatch(name)]
    if not scripts and "command" not in given:
        return
    said = {name: call.scope.string(given[name]) or "" for name in (*scripts, *_FOLDERS, "command") if name in given}
    folder = next((said[name] for name in _FOLDERS if said.get(name) and not said[name].endswith(".py")), "")
    texts = [said[name] for name in scripts]
    if call.name in _COMMANDS:
        found = (target for command in read_script(said.get("command", "")) for target in targets(command))
        texts += [target.value for target in found if target.kind == "script"]
    yield from (f"{folder}/{text}" if folder else text for text in texts if text.endswith(".py"))


def handed_modules(call: Call) -> Iterator[str]:
    """Dotted names of the modules that a call hands to a platform to run: `python_module_name="trainer.task"`.

    Args:
        call: any call.
    """
    for keyword in call.node.keywords:
        if keyword.arg in _MODULES:
            for node in ast.walk(keyword.value):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and _DOTTED.match(node.value):
                    yield node.value


def handed_files(call: Call) -> Iterator[str]:
    """Paths of the files that a call takes a job from: `load_component(source="train.yml")`.

    Args:
        call: any call.
    """
    if call.name in _LOADERS:
        text = (call.text(0, "source") or "").rpartition("{}")[2].strip("/")
        if text.endswith((".yml", ".yaml")):
            yield text.removeprefix("./")


#: What TFX calls in a module that it is handed.
CALLED_BY_NAME = ("run_fn", "trainer_fn", "tuner_fn", "preprocessing_fn")


def commands_in(scope: Scope, node: ast.AST) -> Iterator[list[str]]:
    """Commands that start a Python script or module, in a list or as the command and the arguments of a container."""
    lists = [node] if isinstance(node, (ast.List, ast.Tuple)) else []
    if isinstance(node, ast.Call):
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        command, arguments = given.get("command"), given.get("args") or given.get("arguments")
        if isinstance(command, ast.List) and isinstance(arguments, ast.List):
            lists = [ast.List(elts=[*command.elts, *arguments.elts])]
    for found in lists:
        texts = [text for item in found.elts[:3] if (text := scope.string(item)) is not None]
        starts = len(texts) >= 2 and PYTHON_WORD.fullmatch(f'"{texts[0]}"')
        if starts and (texts[1].endswith(".py") or (texts[1] == "-m" and len(texts) == 3)):
            yield texts


def shelled(call: Call, folder: str) -> Iterator[Target]:
    """What a call of the shell, or of papermill, runs.

    Args:
        call: one of `SHELL_CALLS`, or of `execute_notebook`.
        folder: where it runs.
    """
    if call.name.endswith("execute_notebook"):
        text = call.text(0, "input_path")
        if text:
            yield Target("notebook", join(folder, text), folder)
        return
    argument = call.argument(0, "args")
    if isinstance(argument, ast.Name):
        argument = _listed(call, argument.id) or argument
    if isinstance(argument, (ast.List, ast.Tuple)):
        words = []
        for element in argument.elts:
            text = call.scope.string(element)
            words.append(call.scope.dotted(element) if text is None else text)
        yield from targets(Command(tuple(words), 0), folder)
    elif argument is not None and (text := call.scope.string(argument)):
        for command in read_script(text):
            yield from targets(command, folder)


def _listed(call: Call, name: str) -> ast.expr | None:
    """The list that a name in the call's function was set to."""
    for statement in call.scope.body:
        listed = isinstance(statement, ast.Assign) and isinstance(statement.value, (ast.List, ast.Tuple))
        targets = statement.targets if isinstance(statement, ast.Assign) and listed else []
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            return statement.value  # type: ignore[attr-defined, no-any-return]
    return None
