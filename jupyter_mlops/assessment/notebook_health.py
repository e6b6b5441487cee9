"""What keeps a notebook from running again with the same results, each with its cell and line."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from typing import Literal, Protocol, TypeVar

from jupyter_mlops.assessment.data_reads import reads
from jupyter_mlops.assessment.findings import NotebookIssue
from jupyter_mlops.assessment.kept_models import kept_models
from jupyter_mlops.assessment.secrets import find_secrets
from jupyter_mlops.assessment.sites import Site
from jupyter_mlops.assessment.trainings import trainings
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import mapping, sequence
from jupyter_mlops.project.notebook import Cell, Notebook
from jupyter_mlops.project.patterns import lazy

_KNOWN = frozenset(dir(builtins)) | {
    "get_ipython",
    "display",
    "In",
    "Out",
    "_",
    "__",
    "___",
    "exit",
    "quit",
    "__file__",
    "__name__",
    "spark",
    "sc",
    "dbutils",
}
_ABSOLUTE = lazy(
    r"^(/(home|Users|root|mnt|data|content|kaggle|Volumes|tmp|var|opt|srv)/|[A-Za-z]:[\\/]{1,2}\w|~/|\\\\\w)"
)
_MAYBE_ABSOLUTE = lazy(r"""["'](/|~|\\\\|[A-Za-z]:)""")
_RANDOM = lazy(
    r"\b(np|numpy)\.random\.(?!seed|default_rng)|\brandom\.(random|choice|shuffle|sample|randint)\(|train_test_split\(|torch\.rand|tf\.random"
)
_SEEDED = lazy(r"seed|random_state|default_rng\(\s*\d|RandomState\(\s*\d|manual_seed")
_LARGE_OUTPUT = 1_000_000


def notebook_issues(unit: Unit, path: str) -> list[NotebookIssue]:
    """What is wrong with a notebook.

    Args:
        unit: the unit it is in.
        path: the notebook.
    """
    notebook = unit.project.notebook(path)
    if notebook is None:
        return [NotebookIssue("unreadable", "error", "It cannot be read as a notebook.", path)]
    found = [*_name(path), *_order(notebook), *_secrets(notebook), *_outputs(notebook)]
    if notebook.language == "python":
        found += [
            *_syntax(notebook),
            *undefined_names(notebook),
            *_escapes(notebook),
            *_paths(notebook),
            *_style(unit, notebook),
        ]
    return sorted(found, key=lambda issue: (-1 if issue.cell is None else issue.cell, issue.line or 0, issue.code))


def _issue(
    notebook: Notebook,
    code: str,
    severity: Literal["info", "warning", "error"],
    message: str,
    cell: int | None = None,
    line: int | None = None,
) -> NotebookIssue:
    return NotebookIssue(code, severity, message, notebook.path, cell, line)


def _name(path: str) -> Iterator[NotebookIssue]:
    name = path.rpartition("/")[2]
    if re.match(r"(?i)untitled", name) or re.search(r"-Copy\d+|\(\d+\)\.ipynb$", name):
        yield NotebookIssue("unnamed", "info", f"The name {name} says nothing about what it does.", path)


def _order(notebook: Notebook) -> Iterator[NotebookIssue]:
    run = [(cell, cell.execution_count) for cell in notebook.code_cells if cell.execution_count is not None]
    seen: dict[int, int] = {}
    before: tuple[int, int] | None = None
    for cell, count in run:
        if count in seen:
            message = f"Cells {seen[count]} and {cell.index} have the same execution count {count}: their outputs are of different runs."
            yield _issue(notebook, "duplicate-count", "warning", message, cell.index, 1)
        elif before is not None and count < before[1]:
            message = f"It was run as number {count}, before cell {before[0]} above it (number {before[1]})."
            yield _issue(notebook, "out-of-order", "error", message, cell.index, 1)
        seen.setdefault(count, cell.index)
        before = (cell.index, count)
    for cell in notebook.code_cells:
        if cell.execution_count is None and before is not None and cell.index < before[0]:
            yield _issue(notebook, "not-run", "warning", "It was not run, while cells below it were.", cell.index, 1)


def _outputs(notebook: Notebook) -> Iterator[NotebookIssue]:
    for cell in notebook.code_cells:
        size = 0
        for output in map(mapping, cell.outputs):
            if output.get("output_type") == "error" and "raises-exception" not in cell.tags:
                yield _issue(
                    notebook,
                    "raised",
                    "error",
                    f"Its last run ended in {output.get('ename') or 'an error'}.",
                    cell.index,
                    1,
                )
            size += sum(
                len(value)
                if isinstance(value, str)
                else sum(map(len, filter(lambda part: isinstance(part, str), sequence(value))))
                for value in (*mapping(output.get("data")).values(), output.get("text", ""))
            )
        if size > _LARGE_OUTPUT:
            yield _issue(notebook, "large-output", "warning", f"Its output has {size / 1e6:.1f} MB.", cell.index, 1)


def _secrets(notebook: Notebook) -> Iterator[NotebookIssue]:
    for cell in notebook.cells:
        for number, what in find_secrets(cell.source):
            yield _issue(notebook, "secret", "error", f"It holds {what}.", cell.index, number)
        for output in cell.outputs:
            text = mapping(output).get("text", "")
            if find_secrets(
                text if isinstance(text, str) else "".join(part for part in sequence(text) if isinstance(part, str))
            ):
                yield _issue(notebook, "secret", "error", "Its output holds what looks like a secret.", cell.index, 1)


def _syntax(notebook: Notebook) -> Iterator[NotebookIssue]:
    for cell in notebook.code_cells:
        if cell.syntax_error is not None:
            line, message = cell.syntax_error
            yield _issue(notebook, "syntax-error", "error", f"It is not valid Python 3: {message}.", cell.index, line)


def _escapes(notebook: Notebook) -> Iterator[NotebookIssue]:
    for escape in notebook.escapes:
        words = escape.text.split()
        if (words[:1] in (["pip"], ["pip3"], ["conda"], ["mamba"]) and "install" in words) or words[:4] == [
            "python",
            "-m",
            "pip",
            "install",
        ]:
            yield _issue(
                notebook,
                "installs-packages",
                "warning",
                "It installs packages: they belong in the environment, with a version.",
                escape.cell,
                escape.line,
            )
        elif escape.kind == "%" and words[:1] == ["run"]:
            yield _issue(
                notebook,
                "runs-other",
                "info",
                f"It runs {' '.join(words[1:2])}, whose names it then uses.",
                escape.cell,
                escape.line,
            )


def _paths(notebook: Notebook) -> Iterator[NotebookIssue]:
    if not _MAYBE_ABSOLUTE.search(notebook.code):
        return
    for node in ast.walk(notebook.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _ABSOLUTE.match(node.value):
            cell, line = notebook.place(node.lineno)
            if "\n" not in node.value:
                message = "It holds a path that exists on one machine only."
                yield _issue(notebook, "absolute-path", "warning", message, cell, line)


def unseeded(notebook: Notebook) -> tuple[int, int] | None:
    """Cell and line of the first random draw of a notebook that sets no seed; None where it draws nothing, or sets one."""
    found = _RANDOM.search(notebook.code)
    if found is None or _SEEDED.search(notebook.code):
        return None
    return notebook.place(notebook.code[: found.start()].count("\n") + 1)


def _style(unit: Unit, notebook: Notebook) -> Iterator[NotebookIssue]:
    code = notebook.code
    if (place := unseeded(notebook)) is not None:
        cell, line = place
        yield _issue(
            notebook,
            "no-seed",
            "warning",
            "It draws random numbers and sets no seed: each run gives something else.",
            cell,
            line,
        )
    if len(notebook.code_cells) >= 10 and "def " not in code:
        yield _issue(notebook, "no-functions", "info", f"It has {len(notebook.code_cells)} code cells and no function.")
    fitted = {site.cell for site in trainings(unit) if site.path == notebook.path}
    kept_by_path = unit.once("kept by path", lambda: _by_path(kept_models(unit)))
    reads_by_path = unit.once("reads by path", lambda: _by_path(reads(unit)))
    for kept in kept_by_path.get(notebook.path, ()):
        if kept.site.cell in fitted and kept.how == "file":
            yield _issue(
                notebook,
                "fits-and-saves",
                "info",
                "It fits and saves a model in one cell.",
                kept.site.cell,
                kept.site.line,
            )
    written = unit.once("kept places", lambda: {kept.where for kept in kept_models(unit)})
    for source in reads_by_path.get(notebook.path, ()):
        here = source.kind == "file" and source.where not in written
        present = unit.project.exists(source.where) or unit.project.exists(f"{source.where}.dvc")
        if here and not present and not source.where.startswith(("/", "~")):
            message = f"It reads {unit.local(source.where)}, which is not there."
            yield _issue(notebook, "missing-data", "warning", message, source.site.cell, source.site.line)


class _Sited(Protocol):
    @property
    def site(self) -> Site: ...


S = TypeVar("S", bound=_Sited)


def _by_path(found: list[S]) -> dict[str, list[S]]:
    grouped: dict[str, list[S]] = {}
    for item in found:
        grouped.setdefault(item.site.path, []).append(item)
    return grouped


class _Names(ast.NodeVisitor):
    """Names that a cell needs before it and names that it binds, in the order of its statements."""

    def __init__(self) -> None:
        self.bound: set[str] = set()
        self.needed: dict[str, int] = {}
        self.later: dict[str, int] = {}
        self.star = False
        self._local: list[set[str]] = []

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            if any(node.id in names for names in self._local) or node.id in self.bound:
                return
            (self.later if self._local else self.needed).setdefault(node.id, node.lineno)
        else:
            (self._local[-1] if self._local else self.bound).add(node.id)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._bind(alias.asname or alias.name.partition(".")[0])

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.name == "*":
                self.star = True
            self._bind(alias.asname or alias.name)

    def _bind(self, name: str) -> None:
        (self._local[-1] if self._local else self.bound).add(name)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        for target in node.targets:
            self.visit(target)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.visit(ast.copy_location(ast.Name(node.target.id, ast.Load()), node.target))
        self.visit(node.value)
        self.visit(node.target)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)
            self.visit(node.target)

    def visit_For(self, node: ast.For) -> None:
        self.visit(node.iter)
        self.visit(node.target)
        for statement in (*node.body, *node.orelse):
            self.visit(statement)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self._bind(node.name)
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._bind(node.name)
        for decorator in node.decorator_list:
            self.visit(decorator)
        self._function(node.args, node.body)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._bind(node.name)
        self._function(node.args, node.body)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._function(node.args, [node.body])

    def _function(self, arguments: ast.arguments, body: list[ast.stmt] | list[ast.expr]) -> None:
        for default in (*arguments.defaults, *arguments.kw_defaults):
            if default is not None:
                self.visit(default)
        names = {argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
        names |= {argument.arg for argument in (arguments.vararg, arguments.kwarg) if argument is not None}
        for statement in body:
            names |= {
                node.id
                for node in ast.walk(statement)
                if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
            }
            names |= {node.name for node in ast.walk(statement) if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
        self._local.append(names)
        for statement in body:
            self.visit(statement)
        self._local.pop()

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for base in (*node.bases, *node.decorator_list):
            self.visit(base)
        self._bind(node.name)
        self._local.append(set())
        for statement in node.body:
            self.visit(statement)
        self._local.pop()

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        inside = bool(self._local)
        names = {
            inner.id
            for generator in node.generators
            for inner in ast.walk(generator.target)
            if isinstance(inner, ast.Name)
        }
        self._local.append(names)
        before = dict(self.later)
        self.generic_visit(node)
        self._local.pop()
        if not inside:
            # A comprehension runs at once: what it reads is needed now.
            for name, line in self.later.items():
                if name not in before:
                    self.needed.setdefault(name, line)
            self.later = before

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension  # noqa: N815


def undefined_names(notebook: Notebook) -> Iterator[NotebookIssue]:
    """Names that are used before they are defined, in the order of the cells, or defined nowhere."""
    read: list[tuple[Cell, _Names]] = []
    for cell, statements in notebook.statements():
        names = _Names()
        try:
            for statement in statements:
                names.visit(statement)
        except RecursionError:
            return
        read.append((cell, names))
    magic = any(
        escape.text.split()[:1] in (["run"], ["pylab"], ["load"]) or escape.kind == "%%" for escape in notebook.escapes
    )
    if magic or any(names.star for _cell, names in read):
        return
    everything = set().union(*(names.bound for _cell, names in read)) if read else set()
    defined: set[str] = set()
    for _cell, names in read:
        for name, line in sorted(names.needed.items(), key=lambda item: (item[1], item[0])):
            if name in defined or name in _KNOWN:
                continue
            if name in everything:
                yield _issue(
                    notebook,
                    "used-before-defined",
                    "error",
                    f"`{name}` is used here and defined only below.",
                    *notebook.place(line),
                )
            else:
                yield _issue(
                    notebook,
                    "undefined-name",
                    "error",
                    f"`{name}` is defined nowhere in the notebook.",
                    *notebook.place(line),
                )
            defined.add(name)
        for name, line in sorted(names.later.items(), key=lambda item: (item[1], item[0])):
            if name not in everything and name not in _KNOWN and name not in defined:
                yield _issue(
                    notebook,
                    "undefined-name",
                    "error",
                    f"`{name}` is defined nowhere in the notebook.",
                    *notebook.place(line),
                )
                defined.add(name)
        defined |= names.bound
