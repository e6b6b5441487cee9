"""Move secrets to environment variables, before anything else looks at a notebook: no later pass can copy a value."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from jupyter_mlops_converters.errors import MlopsError
from jupyter_mlops_converters.source.notebook import Secret, SourceCell, SourceNotebook
from jupyter_mlops_converters.source.secrets import find_secrets, is_magic, masked, parsed

#: Cell magics whose body is Python, and those whose body is for a shell.
_PYTHON_MAGICS = ("time", "timeit", "capture", "prun", "memit")
_SHELL_MAGICS = ("bash", "sh", "script", "!", "system", "sx")


def concealed(notebook: SourceNotebook) -> SourceNotebook:
    """The notebook with its secrets read from the environment.

    Args:
        notebook: as it was read.

    Returns:
        The same notebook when it holds no secret; else one whose `secrets` says what was moved.

    Raises:
        MlopsError: ``secret-in-text``: a secret stands where no code can put it (in a file that a cell writes, …).
    """
    secrets = find_secrets(notebook)
    if not secrets:
        return notebook
    cells = tuple(_without(cell, secrets, str(notebook.path)) for cell in notebook.cells)
    return replace(notebook, cells=cells, secrets=secrets)


def _without(cell: SourceCell, secrets: tuple[Secret, ...], path: str) -> SourceCell:
    present = tuple(secret for secret in secrets if secret.value in cell.source or _is_escaped(secret, cell))
    source = cell.source
    if present and cell.kind == "code":
        source = _code(source, present)
        left = next((secret for secret in present if secret.value in source), None)
        if left is not None:
            raise MlopsError(
                "secret-in-text",
                f"The cell holds a secret (now read from {left.name}) in a text that no code can put together. "
                "Take it out of the notebook, or write that file outside of it.",
                cell=cell.index,
                line=next(n for n, text in enumerate(source.splitlines(), 1) if left.value in text),
                path=path,
            )
    else:
        source = masked(source, present)
    return replace(
        cell, source=source, metadata=masked(cell.metadata, secrets), attachments=masked(cell.attachments, secrets)
    )


def _is_escaped(secret: Secret, cell: SourceCell) -> bool:
    code = parsed(cell.source) if cell.kind == "code" else None
    return code is not None and any(
        isinstance(node, ast.Constant) and node.value == secret.value for node in ast.walk(code.tree)
    )


def _code(source: str, secrets: tuple[Secret, ...]) -> str:
    first, _, body = source.lstrip().partition("\n")
    if first.startswith("%%"):
        magic = first[2:].split()[0] if first[2:].split() else ""
        if magic in _PYTHON_MAGICS:
            body = _code(body, secrets)
        elif magic in _SHELL_MAGICS:
            for secret in secrets:
                body = body.replace(secret.value, f"${{{secret.name}}}")
        return f"{_magic_line(first, secrets)}\n{body}"
    code = parsed(source)
    if code is not None:
        for node in ast.walk(code.tree):
            segment = ast.get_source_segment(code.text, node) if _is_text(node) else None
            if segment is not None and segment in source:
                source = source.replace(segment, _expression(node, segment, secrets))
    lines = [_magic_line(line, secrets) if is_magic(line) else _comment(line, secrets) for line in source.split("\n")]
    return "\n".join(lines)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str | bytes))


def _expression(node: ast.AST, segment: str, secrets: tuple[Secret, ...]) -> str:
    """A text's own code with the secrets in it read from the environment."""
    for secret in secrets:
        read = f'os.environ["{secret.name}"]'
        if isinstance(node, ast.Constant) and node.value == secret.value:
            return read
        if isinstance(node, ast.Constant) and node.value == secret.value.encode():
            return f"{read}.encode()"
        if secret.value not in segment:
            continue
        match = re.match(r"(?P<prefix>[A-Za-z]*)(?P<quote>'''|\"\"\"|'|\")", segment)
        if match is None:
            continue
        if isinstance(node, ast.JoinedStr):
            quote = "'" if '"' in match["quote"] else '"'
            segment = segment.replace(secret.value, f"{{os.environ[{quote}{secret.name}{quote}]}}")
        elif "b" not in match["prefix"].lower():
            joined = f"{match['quote']} + {read} + {match['prefix']}{match['quote']}"
            segment = f"({segment.replace(secret.value, joined)})"
            empty = f"{match['prefix']}{match['quote']}{match['quote']}"
            segment = segment.replace(f"({empty} + ", "(").replace(f" + {empty})", ")")
    return segment


def _magic_line(line: str, secrets: tuple[Secret, ...]) -> str:
    for secret in secrets:
        if secret.value not in line:
            continue
        if "{" in line or not re.match(r"[^%\"']*!", line):
            # IPython evaluates what stands in braces.
            line = line.replace(secret.value, f'{{os.environ["{secret.name}"]}}')
        else:
            quoted = re.sub(r'"[^"]*"', "", line[: line.index(secret.value)]).count("'") % 2
            line = line.replace(secret.value, f"'\"${secret.name}\"'" if quoted else f"${secret.name}")
    return line


def _comment(line: str, secrets: tuple[Secret, ...]) -> str:
    start = line.find("#")
    return line if start < 0 else line[:start] + masked(line[start:], secrets)
