"""Installs in cells become comments before anything is run: a conversion leaves the environment as it is.

What they ask for is kept in `SourceNotebook.installs`, so that it can be compared with what is there, and stand in
`requirements.txt`.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from jupyter_mlops_converters.source.install_calls import command_calls
from jupyter_mlops_converters.source.notebook import Install, SourceCell, SourceNotebook
from jupyter_mlops_converters.source.secrets import parsed

#: Program → what it is told when it is to change what is installed.
_ACTIONS = {
    "pip": {"install", "uninstall"},
    "conda": {"create", "install", "remove", "uninstall", "update", "upgrade"},
    "mamba": {"create", "install", "remove", "uninstall", "update", "upgrade"},
    "micromamba": {"create", "install", "remove", "uninstall", "update", "upgrade"},
    "uv": {"add", "remove", "sync"},
    "setup.py": {"develop", "install"},
    "poetry": {"add", "install", "remove", "update"},
    "apt": {"install", "remove", "update", "upgrade"},
    "apt-get": {"install", "remove", "update", "upgrade"},
}
#: IPython takes these for magics without a sign, too.
_WITHOUT_SIGN = frozenset({"pip", "conda", "mamba", "micromamba", "uv"})
_MAY_INSTALL = re.compile(r"\b(?:pip[\d.]*|conda|mamba|micromamba|uv|poetry|apt|apt-get|setup\.py)\b")
_SHELL_CELL = re.compile(r"%%(?:bash|sh|script|!|system|sx)\b|%%!")
_LINE = re.compile(r"(?P<target>[\w, ]+=\s*(?=[!%]))?(?P<sign>!!?|%(?:sx\s+|system\s+)?)?\s*(?P<command>.*)", re.DOTALL)
_PYTHON = re.compile(r"\{sys\.executable\}|\$sys\.executable|(?:.*/)?python[\d.]*(?:\.exe)?")
#: Options of pip and conda whose value is a word of its own.
_WITH_VALUE = frozenset(
    {
        "-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--trusted-host", "--proxy", "--timeout", "--retries",
        "--cert", "--platform", "--python-version", "--progress-bar", "--no-binary", "--only-binary", "--log", "--src",
        "--upgrade-strategy", "--python", "--cache-dir", "--config-settings", "-n", "--name", "-c", "--channel",
    }
)  # fmt: skip
#: Options after which it is not the environment's own packages that change.
_ELSEWHERE = frozenset({"-t", "--target", "--prefix", "--root", "-p"})
#: Programs that install are not what a notebook imports.
_INSTALLERS = frozenset({"pip", "setuptools", "wheel", "uv", "conda", "mamba", "python"})


def without_installs(notebook: SourceNotebook) -> SourceNotebook:
    """The notebook with its installs as comments.

    Args:
        notebook: as it was read.

    Returns:
        The same notebook when nothing in it installs; else one whose `installs` says what was taken out.
    """
    found: list[Install] = []
    cells = []
    for cell in notebook.cells:
        if cell.kind == "code" and _MAY_INSTALL.search(cell.source):
            source, installs = _without(cell, notebook.path.parent)
            found += installs
            cells.append(replace(cell, source=source) if installs else cell)
        else:
            cells.append(cell)
    return replace(notebook, cells=tuple(cells), installs=tuple(found)) if found else notebook


def _without(cell: SourceCell, folder: Path) -> tuple[str, list[Install]]:
    lines = cell.source.replace("\r\n", "\n").split("\n")
    if _SHELL_CELL.match(lines[0].strip()):
        installs = list(_comment_out(cell, lines, folder, 1, lambda _indent, _sign, _words: True, block=":"))
        return "\n".join(lines), installs
    # Those without a sign leave the cell's text without a meaning, so they go together.
    bare = list(lines)
    installs = list(_comment_out(cell, bare, folder, 0, _is_bare)) if parsed(cell.source) is None else []
    if installs and parsed("\n".join(bare)) is not None:
        lines = bare
    else:
        installs = []
    for number in range(len(lines)):
        tried = list(lines)
        one = list(_comment_out(cell, tried, folder, number, lambda _indent, sign, _words: bool(sign), only=True))
        # In a text of several lines, it is no magic.
        if one and _magics(tried) != _magics(lines):
            lines, installs = tried, installs + one
    for call in command_calls(lines):
        taken = _installing(call.words)
        if taken is None:
            continue
        indent = lines[call.first][: len(lines[call.first]) - len(lines[call.first].lstrip())]
        text = " ".join(line.strip() for line in lines[call.first : call.last + 1])
        _make_comment(lines, call.first, call.last, indent, "pass")
        installs.append(_install(cell, call.first, text, [taken], folder, surely=not indent))
    return "\n".join(lines), installs


def _make_comment(lines: list[str], first: int, last: int, indent: str, block: str) -> None:
    for place in range(first, last + 1):
        # A block must not be empty.
        begin = f"{block}  # " if indent and place == first else "# "
        lines[place] = f"{indent}{begin}{lines[place].strip()}".rstrip()


def _is_bare(indent: str, sign: str, words: list[str]) -> bool:
    return not indent and not sign and words[0] in _WITHOUT_SIGN


def _magics(lines: list[str]) -> list[tuple[str, str]] | None:
    code = parsed("\n".join(lines))
    return None if code is None else [(magic.name, magic.argument) for magic in code.magics]


def _comment_out(
    cell: SourceCell,
    lines: list[str],
    folder: Path,
    start: int,
    wanted: Callable[[str, str, list[str]], bool],
    *,
    only: bool = False,
    block: str = "pass",
) -> Iterator[Install]:
    """Make comments of the installs in `lines`, from `start` on (or there only)."""
    number = start
    while number < len(lines):
        end = number
        while lines[end].endswith("\\") and end + 1 < len(lines):
            end += 1
        text = " ".join(line.removesuffix("\\").strip() for line in lines[number : end + 1])
        match = _LINE.match(text)
        assert match is not None
        indent = lines[number][: len(lines[number]) - len(lines[number].lstrip())]
        sign, target = match["sign"] or "", match["target"]
        rest, taken = _split(match["command"])
        if taken and wanted(indent, sign, taken[0]):
            if target:
                lines[number : end + 1] = [f"{indent}{target}[]  # {text[len(target) :]}", *[""] * (end - number)]
            elif rest:
                lines[number] = f"{indent}{sign}{rest}"
                lines[number + 1 : end + 1] = [""] * (end - number)
            else:
                _make_comment(lines, number, end, indent, block)
            yield _install(cell, number, text.strip(), taken, folder, surely=not indent)
        if only:
            return
        number = end + 1


def _split(command: str) -> tuple[str, list[list[str]]]:
    """What of a shell command does not install, and the words of each part that does."""
    rest, taken = "", []
    separator, after_install = "", False
    for part in re.split(r"(\s*(?:&&|\|\||;)\s*)", command):
        words = next((found for piece in part.split("|") if (found := _installing(_words(piece)))), None)
        if part.strip() in {"&&", "||", ";"}:
            separator = part
        elif words is not None:
            taken.append(words)
            after_install = True
        # Behind `||` stands what is done when the install fails.
        elif part.strip() and not (after_install and separator.strip() == "||"):
            rest += f"{separator if rest else ''}{part.strip()}"
            after_install = False
    return (rest, taken) if taken else (command, [])


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text, comments=True)
    except ValueError:
        return text.split()


def _installing(words: list[str]) -> list[str] | None:
    """Program, action and arguments of a command that changes what is installed; None for any other."""
    while words and (words[0] in {"sudo", "time", "yes"} or re.fullmatch(r"[A-Za-z_]\w*=.*", words[0])):
        words = words[1:]
    if len(words) > 2 and _PYTHON.fullmatch(words[0]):
        words = words[words.index("-m") + 1 :] if "-m" in words[1:4] else words[1:]
    if words[:2] == ["uv", "pip"]:
        words = words[1:]
    if not words:
        return None
    program = words[0].rpartition("/")[2].removesuffix(".exe")
    program = "pip" if re.fullmatch(r"pip[\d.]*", program) else program
    arguments = words[1:]
    # `conda env update` and `apt-get -y install`.
    while arguments and (arguments[0].startswith("-") or arguments[0] == "env"):
        arguments = arguments[1:]
    if not arguments or arguments[0] not in _ACTIONS.get(program, ()):
        return None
    return [program, *arguments]


def _install(
    cell: SourceCell, number: int, text: str, taken: list[list[str]], folder: Path, *, surely: bool
) -> Install:
    requirements: list[str] = []
    known = True
    for program, action, *arguments in taken:
        if (program, action) in {("pip", "install"), ("conda", "install"), ("mamba", "install"), ("uv", "add")}:
            found, all_known = _asked(arguments, folder, conda=program in {"conda", "mamba"})
            requirements += found
            known = known and all_known
        else:
            known = False
    return Install(cell.index, number + 1, text, tuple(dict.fromkeys(requirements)), known=known, surely=surely)


def _asked(arguments: list[str], folder: Path, *, conda: bool) -> tuple[list[str], bool]:
    """What an install asks for, as lines of a requirements file, and whether that is all of it."""
    found: list[str] = []
    known = True
    waiting = list(arguments)
    while waiting:
        word = waiting.pop(0)
        option, _, value = word.partition("=") if word.startswith("-") else ("", "", "")
        if re.match(r"\d?&?[<>]", word):
            break
        if option in _ELSEWHERE:
            return [], False
        if option in {"-r", "--requirement", "--file"}:
            more, all_known = _listed(folder / (value or (waiting.pop(0) if waiting else "")))
            found += more
            known = known and all_known
        elif option in {"-e", "--editable"}:
            known = False
            waiting = waiting if value else waiting[1:]
        elif option:
            waiting = waiting[1:] if option in _WITH_VALUE and not value else waiting
        elif waiting[:1] == ["@"]:
            found.append(word)
            waiting = waiting[2:]
        else:
            requirement = _requirement(_of_conda(word) if conda else word)
            known = known and requirement is not None
            # With conda, what is not there as a package of Python may be something else.
            found += [requirement] if requirement else []
    return found, known and not conda


def _of_conda(word: str) -> str:
    name = word.rpartition("::")[2]
    return re.sub(r"(?<![<>=!~])=(?!=)([\w.]+).*", r"==\1.*", name)


def _requirement(text: str) -> str | None:
    """A line of a requirements file; empty for what is no package of the notebook, None where it says something else."""
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.utils import canonicalize_name

    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return None
    if requirement.name.endswith((".whl", ".zip", ".gz")):
        return None
    return "" if canonicalize_name(requirement.name) in _INSTALLERS else str(requirement)


def _listed(file: Path) -> tuple[list[str], bool]:
    """What a requirements file asks for."""
    try:
        lines = [line.partition(" #")[0].strip() for line in file.read_text("utf-8").splitlines()]
    except (OSError, ValueError):
        return [], False
    found = [_requirement(line) for line in lines if line and not line.startswith("#")]
    return [requirement for requirement in found if requirement], None not in found
