"""Which files a notebook seems to read and write, told from its code alone.

Paths are worked out where they are built of constants: names, `os.path.join`, `pathlib`, f-strings, and arguments of the
notebook's own functions. What is not known of a path is a `*`. This is a guess to propose something by; what really
happens is seen when the notebook runs.
"""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from jupyter_mlops_converters.analysis.cells import Analysis

_READS = frozenset(
    {"read_csv", "read_table", "read_excel", "read_json", "read_parquet", "read_pickle", "read_feather", "read_hdf",
     "read_stata", "read_sas", "read_fwf", "read_orc", "read_xml", "read_spss", "read_file", "read_ipc", "read_avro",
     "read_ndjson", "scan_csv", "scan_parquet", "load", "loadtxt", "genfromtxt", "fromfile", "loadmat", "load_npz",
     "imread", "load_img", "load_model", "load_weights", "load_workbook", "ExcelFile", "open_dataset", "load_svmlight_file",
     "load_word2vec_format", "glob", "iglob", "listdir", "readlines"}
)  # fmt: skip
_WRITES = frozenset(
    {"to_csv", "to_excel", "to_json", "to_parquet", "to_pickle", "to_feather", "to_hdf", "to_stata", "to_html", "to_latex",
     "to_markdown", "to_file", "to_netcdf", "write_csv", "write_parquet", "write_json", "write_excel", "write_ipc",
     "write_html", "write_image", "savefig", "save", "savetxt", "savez", "savez_compressed", "save_npz", "savemat", "imsave",
     "imwrite", "save_model", "save_weights", "save_img", "ExcelWriter", "export_graphviz", "save_word2vec_format"}
)  # fmt: skip
#: Written under their second argument.
_WRITES_SECOND = frozenset(
    {"dump", "urlretrieve", "copy", "copy2", "copyfile", "move", "rename", "replace", "write_table"}
)
_READS_FIRST_TOO = frozenset({"copy", "copy2", "copyfile", "move", "rename"})
_OPENS = frozenset({"open", "File", "ZipFile", "TarFile", "Dataset", "HDFStore"})
_PATH_METHODS = {"read_text": False, "read_bytes": False, "write_text": True, "write_bytes": True}
_KEYWORDS = frozenset(
    {"path", "fname", "filename", "file", "filepath", "filepath_or_buffer", "path_or_buf", "path_or_buffer", "io", "fp",
     "out_file", "excel_writer", "file_name", "f", "dst"}
)  # fmt: skip
_SAME_PATH = frozenset(
    {"str", "Path", "PurePath", "PosixPath", "abspath", "realpath", "normpath", "expanduser", "fspath", "resolve", "absolute",
     "as_posix"}
)  # fmt: skip
_ARGUMENT = re.compile("\0(\\w+)\0")


@dataclass(frozen=True)
class FileMention:
    """A file that a cell seems to read or write.

    Attributes:
        path: posix and normal, relative to the notebook's folder, or absolute; `*` stands for what is not known.
        cell: index of the cell.
        line: 1-based line in it.
        writes: whether it is written.
    """

    path: str
    cell: int
    line: int
    writes: bool


@dataclass
class _Scope:
    """What is known where a statement runs: texts by name, and the notebook's own functions that use files."""

    texts: dict[str, str] = field(default_factory=dict)
    functions: dict[str, tuple[list[str], list[FileMention]]] = field(default_factory=dict)
    folder: str = ""
    changes_databases: bool = False


def file_mentions(analysis: Analysis) -> list[FileMention]:
    """The files that the code names where it reads or writes them.

    Args:
        analysis: the notebook.

    Returns:
        The mentions in the order of the code, each path once a cell and kind.
    """
    scope = _Scope(
        changes_databases=any(
            isinstance(node, ast.Attribute) and node.attr in {"to_sql", "commit", "executemany", "executescript"}
            for cell in analysis.cells
            for node in ast.walk(cell.code.tree)
        )
    )
    found: dict[tuple[str, int, bool], FileMention] = {}
    for cell in analysis.cells:
        mentions = [
            FileMention(posixpath.join(scope.folder, magic.argument.split()[-1]), cell.index, magic.line, writes=True)
            for magic in cell.code.magics
            if magic.name in {"writefile", "file"} and magic.argument.strip()
        ]
        for statement in cell.code.tree.body:
            mentions += _statement(statement, scope, cell.index)
        for mention in mentions:
            if "://" in mention.path:
                continue
            path = posixpath.normpath(mention.path.replace("\\", "/"))
            if not _ARGUMENT.search(path) and _is_telling(path):
                found.setdefault((path, cell.index, mention.writes), replace(mention, path=path))
    return list(found.values())


def _is_telling(path: str) -> bool:
    """Whether it is the name of a file, and enough of it is known to tell it from others."""
    name = posixpath.basename(path)
    known = re.sub(r"[*?]", "", name.rpartition(".")[0])
    return (
        "." in name and "\n" not in path and len(path) < 300 and bool(re.search(r"\w", known + posixpath.dirname(path)))
    )


def _statement(node: ast.stmt, scope: _Scope, cell: int) -> list[FileMention]:
    """Mentions in a statement; what it says of names is added to the scope."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        arguments = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
        texts = {**scope.texts, **{name: f"\0{name}\0" for name in arguments}}
        inside = _Scope(texts, dict(scope.functions), changes_databases=scope.changes_databases)
        mentions = [mention for inner in node.body for mention in _statement(inner, inside, cell)]
        scope.functions[node.name] = (arguments, mentions)
        return []
    if isinstance(node, ast.ClassDef):
        return []
    found = [mention for call in _calls(node) for mention in _call(call, scope, cell)]
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        text = _text(node.value, scope)
        name = node.targets[0].id
        scope.texts.pop(name, None)
        if text is not None:
            scope.texts[name] = text
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, ast.stmt):
            found += _statement(inner, scope, cell)
        elif isinstance(inner, ast.ExceptHandler | ast.match_case):
            found += [mention for each in inner.body for mention in _statement(each, scope, cell)]
    return found


def _calls(node: ast.stmt) -> Iterator[ast.Call]:
    """Calls in the expressions of a statement, not in the statements inside it."""
    pending: list[ast.AST] = [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.stmt)]
    while pending:
        inner = pending.pop(0)
        if isinstance(inner, ast.stmt | ast.ExceptHandler | ast.match_case):
            continue
        if isinstance(inner, ast.Call):
            yield inner
        pending.extend(ast.iter_child_nodes(inner))


def _call(call: ast.Call, scope: _Scope, cell: int) -> list[FileMention]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if isinstance(call.func, ast.Name) and name in scope.functions:
        return _through(call, *scope.functions[name], scope, cell)
    if name == "chdir" and call.args:
        scope.folder = posixpath.join(scope.folder, _text(call.args[0], scope) or "*")
        return []
    owner = _text(call.func.value, scope) if isinstance(call.func, ast.Attribute) else None
    path = _path_argument(call, scope, 0)
    uses: list[tuple[str | None, bool]] = []
    if name in _PATH_METHODS:
        uses = [(owner, _PATH_METHODS[name])]
    elif name in {"connect", "create_engine"}:
        database = path.removeprefix("sqlite:///") if path is not None else None
        uses = [(database, False), (database if scope.changes_databases else None, True)]
    elif name in _OPENS:
        # `path.open("w")` has its mode first, `open(path, "w")` second.
        place, mode = (path, _argument(call, "mode", 1)) if owner is None else (owner, _argument(call, "mode", 0))
        text = (_text(mode, scope) if mode is not None else None) or "r"
        if any(letter in text for letter in "wax+"):
            uses.append((place, True))
        if "+" in text or not any(letter in text for letter in "wax"):
            uses.append((place, False))
    elif name in _WRITES_SECOND:
        uses = [(_path_argument(call, scope, 1), True)]
        if name in _READS_FIRST_TOO:
            uses.append((_text(call.args[0], scope) if call.args else None, False))
    elif name in _READS:
        listed = name == "listdir" and path is not None
        joined = posixpath.join(owner, path) if owner is not None and path is not None else path
        uses = [(f"{path}/*.*" if listed else joined, False)]
    elif name in _WRITES:
        uses = [(path, True)]
    return [
        FileMention(posixpath.join(scope.folder, text), cell, call.lineno, writes)
        for text, writes in uses
        if text is not None and text.strip("*")
    ]


def _through(
    call: ast.Call, arguments: list[str], mentions: list[FileMention], scope: _Scope, cell: int
) -> list[FileMention]:
    """What a function of the notebook does to files, with the arguments of this call."""
    given: dict[str, str | None] = {
        name: _text(value, scope) for name, value in zip(arguments, call.args, strict=False)
    }
    given |= {keyword.arg: _text(keyword.value, scope) for keyword in call.keywords if keyword.arg}

    def filled(path: str) -> str:
        return _ARGUMENT.sub(lambda match: given.get(match[1]) or "*", path)

    return [
        replace(mention, path=posixpath.join(scope.folder, filled(mention.path)), cell=cell, line=call.lineno)
        for mention in mentions
        if filled(mention.path).strip("*")
    ]


def _argument(call: ast.Call, keyword: str, position: int) -> ast.expr | None:
    named = next((given.value for given in call.keywords if given.arg == keyword), None)
    return named or (call.args[position] if len(call.args) > position else None)


def _path_argument(call: ast.Call, scope: _Scope, position: int) -> str | None:
    node = next((given.value for given in call.keywords if given.arg in _KEYWORDS), None)
    if node is None and len(call.args) > position:
        node = call.args[position]
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "open":
        return None  # it is counted by itself
    return _text(node, scope) if node is not None else None


def _text(node: ast.expr, scope: _Scope) -> str | None:
    """The text or path that an expression gives, with `*` for what is not known; None when nothing is."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.Name):
        return scope.texts.get(node.id)
    if isinstance(node, ast.JoinedStr):
        return "".join(_part(part, scope) for part in node.values)
    if isinstance(node, ast.BinOp):
        return _combined(node, scope)
    if isinstance(node, ast.Attribute) and node.attr == "parent":
        whole = _text(node.value, scope)
        return None if whole is None else (posixpath.dirname(whole) or "..")
    if isinstance(node, ast.Call):
        return _called(node, scope)
    return None


def _part(part: ast.expr, scope: _Scope) -> str:
    if isinstance(part, ast.FormattedValue):
        return _text(part.value, scope) or "*"
    return str(part.value) if isinstance(part, ast.Constant) else "*"


def _combined(node: ast.BinOp, scope: _Scope) -> str | None:
    left, right = _text(node.left, scope), _text(node.right, scope)
    if isinstance(node.op, ast.Mod) and left is not None:
        return re.sub(r"%[-+ #0]*\d*(?:\.\d+)?[a-zA-Z]", right or "*", left)
    if left is None and right is None:
        return None
    if isinstance(node.op, ast.Add):
        return f"{left or '*'}{right or '*'}"
    return posixpath.join(left or "*", right or "*") if isinstance(node.op, ast.Div) else None


def _called(node: ast.Call, scope: _Scope) -> str | None:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    owner = node.func.value if isinstance(node.func, ast.Attribute) else None
    before = _text(owner, scope) if owner is not None else None
    parts = [_text(argument, scope) for argument in node.args]
    if name in {"cwd", "getcwd"} and not node.args:
        return "."
    if name in {"join", "joinpath", "Path", "PurePath"} and (before is not None or any(parts)):
        known = [*([before] if name == "joinpath" else []), *parts]
        return posixpath.join(*(part or "*" for part in known)) if any(known) else None
    if name == "format" and before is not None:
        return _formatted(before, parts, {k.arg: _text(k.value, scope) for k in node.keywords if k.arg})
    if name in _SAME_PATH:
        return parts[0] if parts else ("." if name == "Path" else before)
    return None


def _formatted(text: str, parts: list[str | None], named: Mapping[str, str | None]) -> str:
    pending = iter(parts)

    def value(match: re.Match[str]) -> str:
        key = match[1]
        found = (
            named.get(key)
            if key and not key.isdigit()
            else (parts[int(key)] if key and int(key) < len(parts) else next(pending, None))
        )
        return found or "*"

    return re.sub(r"\{(\w*)[^{}]*\}", value, text)
