"""CI that runs some of what it could: the rest is put beside that, and everything else stays as it is."""

from __future__ import annotations

import io
import shlex
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from jupyter_mlops.lifts.ci.render import quoted
from jupyter_mlops.lifts.ci.work import Work

_CONDA = "micromamba run --name base "


class _Step(NamedTuple):
    """A step of a job.

    Attributes:
        lines: its commands.
        dash: column of its dash.
        end: 0-based row behind it, blank lines and comments left out.
        block: column of its commands where they are a literal block of their own; else None.
    """

    lines: list[str]
    dash: int
    end: int
    block: int | None


def missing(work: Work, lines: Iterable[str]) -> dict[str, str]:
    """The checks that none of the commands of a host's CI does.

    Args:
        work: what CI has to do.
        lines: the commands.
    """
    there = [line.removeprefix(_CONDA) for line in lines]
    pytest = [line for line in there if _runs_pytest(line)]
    around = [place for line in pytest for place in _places(line) or ["."]]
    found = {}
    for name, check in work.checks.items():
        if not _runs_pytest(check):
            if not any(line == check or _does_as_much(line, check) for line in there):
                found[name] = check
            continue
        places = [place for place in _places(check) if not any(_inside(place, each) for each in around)]
        if len(places) == len(_places(check)):
            found[name] = check
        elif places:  # the others are run already
            found[f"{name} {' '.join(places)}"] = f"{check.partition('pytest')[0]}pytest {shlex.join(places)}"
    return found


def _does_as_much(line: str, check: str) -> bool:
    """Whether a command of a person's does what a check is there for: the linter, or DVC with all of the data."""
    if "ruff check" in check:
        return "ruff check" in line
    return "dvc exp run" in check and ("dvc repro" in line or "dvc exp run" in line)


def workflow_lines(text: str) -> list[str]:
    """All commands of a workflow; none where it cannot be read."""
    return [line for steps in _jobs(text) for step in steps for line in step.lines]


def job_lines(text: str) -> list[str]:
    """All commands of GitLab's file; none where it cannot be read."""
    document = _document(text)[1]
    return [line for script in _scripts(document) for line in script if isinstance(line, str)]


def workflow(text: str, work: Work, more: dict[str, str]) -> str | None:
    """A workflow that does more in the job that does some of it already.

    Args:
        text: as it is.
        work: what CI has to do.
        more: of its checks, those that are added.

    Returns:
        None where it does none of the checks.
    """
    steps = next((steps for steps in _jobs(text) if any(_is_ours(step.lines, work) for step in steps)), None)
    if steps is None:
        return None
    end = "\r\n" if "\r\n" in text else "\n"
    rows = [f"{row}\n" for row in text.replace("\r\n", "\n").removesuffix("\n").split("\n")]
    last = next(step for step in reversed(steps) if _is_ours(step.lines, work))
    there = [line for step in steps for line in step.lines]
    pad = " " * last.dash
    new = []
    installs = [line for line in work.install if line not in there]
    home = next((step for step in steps if step.block is not None and set(work.install) & set(step.lines)), None)
    if installs and home is None:
        new += _block(pad, "Install what these need", installs)
    if data := [line for line in work.data if line not in there]:
        new += _block(pad, "Get the data", data)
        new += [f"{pad}  env:\n"] * bool(work.secrets)
        new += [f"{pad}    {name}: ${{{{ secrets.{name} }}}}\n" for name in work.secrets]
    for name, command in more.items():
        new += [f"{pad}- name: {quoted(name)}\n", f"{pad}  run: {quoted(command)}\n"]
    rows[last.end : last.end] = new
    if installs and home is not None and home.block is not None:
        rows[home.end : home.end] = [f"{' ' * home.block}{line}\n" for line in installs]
    return "".join(rows).replace("\n", end)


def job(text: str, work: Work, more: dict[str, str]) -> str | None:
    """GitLab's file with a job that does more, which does some of it already.

    Args:
        text: as it is.
        work: what CI has to do.
        more: of its checks, those that are added.

    Returns:
        None where no job does any of the checks.
    """
    yaml, document = _document(text)
    script = next((each for each in _scripts(document) if _is_ours(each, work)), None)
    if script is None:
        return None
    conda = _CONDA if any(str(line).startswith(_CONDA) for line in script) else ""
    script += [
        line
        for line in (f"{conda}{each}" for each in (*work.install, *work.data, *more.values()))
        if line not in script
    ]
    out = io.StringIO()
    yaml.dump(document, out)
    return out.getvalue()


def _block(pad: str, name: str, lines: list[str]) -> list[str]:
    return [f"{pad}- name: {name}\n", f"{pad}  run: |\n", *(f"{pad}    {line}\n" for line in lines)]


def _is_ours(lines: Iterable[Any], work: Work) -> bool:
    """Whether commands do some of the checks: of tests, some of the places."""
    there = {place for line in lines if _runs_pytest(str(line)) for place in _places(str(line))}
    return any(there & set(_places(check)) for check in work.checks.values())


def _runs_pytest(command: str) -> bool:
    return any(_at(words) is not None for words in _commands(command))


def _inside(place: str, around: str) -> bool:
    around = around.removeprefix("./").rstrip("/")
    return around in ("", ".", place) or place.startswith(f"{around}/")


def _places(command: str) -> list[str]:
    """What pytest is told to run; empty where that is everything, and of other commands."""
    for words in _commands(command):
        at = _at(words)
        if at is not None:
            return [word for word in words[at + 1 :] if not word.startswith("-")]
    return []


def _at(words: list[str]) -> int | None:
    """Where pytest stands in a command that runs it, and does not install it."""
    at = next((index for index, word in enumerate(words) if word.rpartition("/")[2] == "pytest"), None)
    return None if at is None or {"install", "add"} & set(words[:at]) else at


def _commands(line: str) -> list[list[str]]:
    """The commands of a line of a shell, as words."""
    try:
        words = shlex.split(line, comments=True)
    except ValueError:
        words = line.split()
    found: list[list[str]] = [[]]
    for word in words:
        if word in ("&&", "||", ";", "|"):
            found.append([])
        else:
            found[-1].append(word)
    return found


def _jobs(text: str) -> Iterator[list[_Step]]:
    """The steps of each job of a workflow, with the places where they stand."""
    import yaml

    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return
    rows = text.split("\n")
    for each in _values(_under(root, "jobs")):
        steps = _under(each, "steps")
        if isinstance(steps, yaml.SequenceNode) and not steps.flow_style:
            yield [_step(node, rows) for node in steps.value if isinstance(node, yaml.MappingNode)]


def _step(node: Any, rows: list[str]) -> _Step:
    end = node.end_mark.line + (1 if node.end_mark.column > node.start_mark.column else 0)
    while end > node.start_mark.line + 1 and (not rows[end - 1].strip() or rows[end - 1].lstrip().startswith("#")):
        end -= 1
    dash = rows[node.start_mark.line].rfind("-", 0, node.start_mark.column)
    run = _under(node, "run")
    text = run.value if run is not None and isinstance(run.value, str) else ""
    block = None
    if run is not None and run.style == "|" and run.end_mark.line >= end:
        first = rows[run.start_mark.line + 1]
        block = len(first) - len(first.lstrip())
    return _Step([line.strip() for line in text.splitlines() if line.strip()], dash, end, block)


def _under(node: Any, key: str) -> Any:
    import yaml

    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for name, value in pairs if name.value == key), None)


def _values(node: Any) -> list[Any]:
    import yaml

    return [value for _, value in node.value] if isinstance(node, yaml.MappingNode) else []


def _document(text: str) -> tuple[Any, Any]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    try:
        return yaml, yaml.load(text)
    except YAMLError:
        return yaml, None


def _scripts(document: Any) -> list[list[Any]]:
    jobs = document.values() if isinstance(document, dict) else ()
    scripts = [each["script"] for each in jobs if isinstance(each, dict) and "script" in each]
    return [each for each in scripts if isinstance(each, list)]
