"""Secrets in a notebook, and texts without them.

What is found: texts in the form of a known credential (as detect-secrets knows them), passwords in URLs, and texts that
are given to a name that says so (`api_key = …`, `{"password": …}`, `connect(password=…)`), unless they are place-holders.
A secret that looks like an ordinary word, under a name that says nothing, is missed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from jupyter_mlops_converters.errors import MlopsError
from jupyter_mlops_converters.source.notebook import Secret, SourceCell, SourceNotebook
from jupyter_mlops_converters.source.python_code import PythonCode, parse_cell

MASK = "****"
#: Names whose value is a secret unless it is obviously none.
_STRONG = re.compile(
    r"(?:^|_)(?:password|passwd|pwd|passphrase|(?:api|secret|access|private|account|auth|encryption)_?key|secret_access_key"
    r"|client_secret|(?:auth|access|api|bearer|refresh|bot)_?token)\d*$"
)
#: One of these is in every cell that names a secret.
_HINT = re.compile(r"(?i)pass|pwd|key|token|secret|credential|auth|bearer")
#: Names that mean something else as often: here the value has to look made up.
_WEAK = re.compile(r"(?:^|_)(?:token|secret|credentials?|authorization|bearer|auth)\d*$")
_PLACEHOLDER = re.compile(
    r"(?i)^(?:x{3,}.*|\*+|\.+|-+|_+|change.?me.*|your.*|my.?.*|.*example.*|place.?holder.*|dummy.*|test.*|fake.*|insert.*|enter.*"
    r"|pass(?:word|wd|w0rd)?\d*|secret|admin\w*|root|guest|user(?:name)?|todo.*|none|null|string|false|true|<.*>|\{.*\}|\[.*\])$"
)
_SPEAKS_OF_ITSELF = re.compile(r"(?i)password|passwd|secret|token|api.?key|credential|_key\b")
#: What a known credential needs at the least; looked for before detect-secrets is imported.
_MAY_BE_KNOWN = re.compile(r"(?=[A-Za-z_\-]*\d)[A-Za-z0-9_\-]{16,}|://[^/\s:@]*:[^/\s@]+@|PRIVATE KEY")
_FROM_A_MAGIC = re.compile(r"(?P<name>[A-Za-z][\w-]*)\s*[=:]\s*[\"']?(?P<value>[^\s\"'{}$<>,;]{4,})")
_AUTHORIZATION = re.compile(r"(?i)^(?:bearer|basic|token)\s+(?P<value>\S+)$")
_NOT_KNOWN = frozenset({"Base64 High Entropy String", "Hex High Entropy String", "Secret Keyword", "Public IP (ipv4)"})
#: Shell variables that mean something already.
_TAKEN = {"PWD": "PASSWORD", "PATH": "SECRET_PATH", "HOME": "SECRET_HOME", "USER": "SECRET_USER"}
_SHORTEST = 8


def find_secrets(notebook: SourceNotebook) -> tuple[Secret, ...]:
    """All secrets in a notebook's cells.

    Args:
        notebook: what was read.

    Returns:
        One for every value; longer values first, since one may be a part of another.
    """
    found: dict[str, Secret] = {}
    for cell in notebook.cells:
        for value, label, line in _in_code(cell) if cell.kind == "code" else _in_text(cell.source):
            if value not in found:
                name = _variable(label, {secret.name for secret in found.values()})
                found[value] = Secret(name, value, cell.index, line)
    return tuple(sorted(found.values(), key=lambda secret: (-len(secret.value), secret.name)))


def variables_in(text: str, secrets: Iterable[Secret]) -> tuple[str, ...]:
    """The environment variables of those secrets that code reads, sorted."""
    return tuple(sorted(secret.name for secret in secrets if re.search(rf"\b{secret.name}\b", text)))


def is_secret_name(name: str) -> bool:
    """Whether a name says that its value is a secret."""
    snake = _snake(name)
    return _STRONG.search(snake) is not None or _WEAK.search(snake) is not None


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace("-", "_").lower()


def masked(value: Any, secrets: Iterable[Secret]) -> Any:
    """A text, or every text in a JSON-like value, without the secrets."""
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret.value, MASK)
        return value
    if isinstance(value, dict):
        return {masked(key, secrets): masked(item, secrets) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(masked(item, secrets) for item in value)
    return value


# --- finding


def _in_code(cell: SourceCell) -> Iterator[tuple[str, str, int]]:
    """(value, label, line) of every secret in a code cell."""
    if not _HINT.search(cell.source) and not _MAY_BE_KNOWN.search(cell.source):
        return
    code = parsed(cell.source)
    if code is not None:
        for node, label in _labelled(code.tree):
            text = node.value.decode("utf-8", "replace") if isinstance(node.value, bytes) else str(node.value)
            for value, what in _secrets_of(text, label):
                yield value, what, node.lineno + code.first_line
    for number, line in enumerate(cell.source.splitlines(), 1):
        if code is None or is_magic(line) or "#" in line or cell.source.lstrip().startswith("%%"):
            yield from ((value, label, number) for value, label, _ in _in_text(line))


def _in_text(text: str) -> Iterator[tuple[str, str, int]]:
    for number, line in enumerate(text.splitlines(), 1):
        for match in _FROM_A_MAGIC.finditer(line):
            for value, label in _secrets_of(match["value"], match["name"]):
                yield value, label, number
        for value, label in _known(line):
            yield value, label, number


def parsed(source: str) -> PythonCode | None:
    """A cell's code; None when it is not valid."""
    try:
        return parse_cell(source, cell=0)
    except MlopsError:
        return None


def is_magic(line: str) -> bool:
    """Whether a line of a cell is for IPython or the shell."""
    return re.match(r"\s*(?:[\w\s,.\[\]\"']+=\s*)?[!%]", line) is not None


def _labelled(tree: ast.AST) -> Iterator[tuple[ast.Constant, str]]:
    """Every text in a tree with the name of what it is given to."""
    labels: dict[int, str] = {}

    def note(value: ast.AST | None, label: object) -> None:
        if isinstance(value, ast.Constant) and isinstance(label, str):
            labels.setdefault(id(value), label)

    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                note(node.value, _name_of(target))
                if isinstance(target, ast.Tuple | ast.List) and isinstance(node.value, ast.Tuple | ast.List):
                    for one, value in zip(target.elts, node.value.elts, strict=False):
                        note(value, _name_of(one))
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr):
            note(node.value, _name_of(node.target))
        elif isinstance(node, ast.keyword):
            note(node.value, node.arg)
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                note(value, key.value if isinstance(key, ast.Constant) else None)
        elif isinstance(node, ast.arguments):
            for argument, default in zip(
                reversed([*node.posonlyargs, *node.args]), reversed(node.defaults), strict=False
            ):
                note(default, argument.arg)
            for argument, given in zip(node.kwonlyargs, node.kw_defaults, strict=True):
                note(given, argument.arg)
        elif isinstance(node, ast.Compare):
            note(node.comparators[0], _name_of(node.left))
        elif isinstance(node, ast.Call) and len(node.args) == 2 and isinstance(node.args[0], ast.Constant):
            note(node.args[1], node.args[0].value)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
            yield node, labels.get(id(node), "")


def _name_of(node: ast.AST) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return node.slice.value if isinstance(node.slice.value, str) else None
    return None


def _secrets_of(text: str, label: str) -> list[tuple[str, str]]:
    """(value, label) of what is secret in a text that is given to `label`."""
    snake = _snake(label)
    authorization = _AUTHORIZATION.match(text)
    value = authorization["value"] if authorization else text
    if _STRONG.search(snake):
        is_secret = len(value) >= 4 and not _SPEAKS_OF_ITSELF.search(value)
    else:
        is_secret = (_WEAK.search(snake) is not None or authorization is not None) and _looks_made_up(value)
    if is_secret and not re.search(r"\s", value) and not _PLACEHOLDER.match(value):
        return [(value, label if not authorization or label.lower() != "authorization" else "auth_token")]
    return _known(text, label)


def _looks_made_up(value: str) -> bool:
    if len(value) < _SHORTEST or value.isalpha() or len(set(value)) < 6:
        return False
    kinds = (any(map(str.isdigit, value)), any(map(str.islower, value)), any(map(str.isupper, value)))
    return sum(kinds) >= 2


def _known(text: str, label: str = "") -> list[tuple[str, str]]:
    """Credentials of a known form in a text."""
    if not _MAY_BE_KNOWN.search(text):
        return []
    found = []
    for line in text.splitlines():
        if not _MAY_BE_KNOWN.search(line):
            continue
        for detector in _detectors():
            for hit in detector.analyze_string(line):
                if "PRIVATE KEY" in line:
                    return [(text, label or "private_key")]
                # Some detectors give back the beginning alone.
                around = re.search(r"[\w\-+/=.]*" + re.escape(hit) + r"[\w\-+/=.]*", line)
                in_url = str(detector.secret_type).startswith("Basic Auth")
                value = hit if in_url or around is None else around[0]
                if len(value) >= 4 and not _PLACEHOLDER.match(value):
                    kind = re.sub(r"\W+", "_", str(detector.secret_type)).strip("_").lower()
                    found.append((value, "password" if in_url else label or kind))
    return found


@lru_cache(maxsize=1)
def _detectors() -> tuple[Any, ...]:
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class

    kinds: dict[str, Any] = get_mapping_from_secret_type_to_class()
    return tuple(kinds[kind]() for kind in sorted(kinds) if kind not in _NOT_KNOWN and "Entropy" not in kind)


def _variable(label: str, taken: set[str]) -> str:
    """The environment variable for a secret that is given to `label`."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", label)
    name = re.sub(r"\W+", "_", words, flags=re.ASCII).strip("_").upper() or "SECRET"
    name = f"SECRET_{name}" if name[0].isdigit() else _TAKEN.get(name, name)
    base, counter = name, 2
    while name in taken:
        name, counter = f"{base}_{counter}", counter + 1
    return name
