"""Where code calls something, and what it says there: strings seen through variables, parameters and callers."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from jupyter_mlops.assessment.literals import name_of, returned_by, text_of
from jupyter_mlops.assessment.settings_values import value_at
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.python_source import Call, PythonSource


class Site(NamedTuple):
    """A call of interest.

    Attributes:
        path: source file.
        call: the call.
        line: 1-based in the file, or in the cell.
        end_line: its last line.
        cell: cell of a notebook.
        scope: qualified name of the scope it is in.
        reached: something that runs leads there.
        name: resolved dotted name of the call, seen through parameters.
    """

    path: str
    call: Call
    line: int
    end_line: int
    cell: int | None
    scope: str
    reached: bool
    name: str


def sites(unit: Unit, path: str, calls: Iterator[Call] | list[Call]) -> Iterator[Site]:
    """Calls of a source as sites, with cells for notebooks."""
    notebook = unit.project.notebook(path) if path.endswith(".ipynb") else None
    source = unit.project.python(path)
    for call in calls:
        line, end_line, cell = call.line, call.end_line, None
        if notebook is not None:
            cell, line = notebook.place(call.line)
            end_line = line + call.end_line - call.line
        scope = call.scope.name
        name = _through_modules(unit, path, name_of(source, call)) if source is not None else call.name
        yield Site(path, call, line, end_line, cell, scope, unit.reach.reached(path, scope), name)


def _through_modules(unit: Unit, path: str, name: str) -> str:
    """The name seen through other modules: what their functions return, and what they take in to hand it on.

    `settings.tracker().log` is `mlflow.log` where `tracker` returns `mlflow`, and `tracking.log` is `wandb.log` after `log = wandb.log`.
    """
    for _module in range(3):
        handed = handed_on(unit, path, name) if name and name[0] not in "?:(" else None
        if handed is None:
            break
        path, name = handed
    made, joint, rest = name.partition("().")
    if not joint or name[0] in "?:(":
        return name
    found = unit.reach.modules.resolve(made, path)
    source = unit.project.python(found[0]) if found and found[1] else None
    returned = returned_by(source, found[1]) if source is not None and found else ""
    return f"{returned}.{rest}" if returned else name


def handed_on(unit: Unit, path: str, name: str) -> tuple[str, str] | None:
    """What a name of another module of the project stands for there, and that module; None where it is the module's own.

    Args:
        unit: the unit.
        path: the source that uses the name.
        name: resolved dotted name.
    """
    found = unit.reach.modules.resolve(name.replace("()", ""), path)
    source = unit.project.python(found[0]) if found is not None and found[1] and found[0] != path else None
    if source is None or found is None:
        return None
    first, _, rest = found[1].partition(".")
    bound = source.module.bound.get(first, "")
    if first not in source.module.bound and source.module.bound.get("*"):
        bound = f"{source.module.bound['*']}.{first}"
    if not bound or bound[0] in "?:(":
        return None
    # What is called of it is written as in the name that was given.
    calls = name.split(".")[-rest.count(".") - 1 :] if rest else []
    return found[0], ".".join([bound, *calls])


def sources_of(unit: Unit, *words: str, tests: bool = False) -> Iterator[tuple[str, PythonSource]]:
    """Parsed sources that mention one of the words; test files only on request."""
    for path in unit.mentioning(*words):
        if tests or not unit.is_test(path):
            source = unit.project.python(path)
            if source is not None:
                yield path, source


def text_at(unit: Unit, site: Site, node: ast.expr | None) -> str | None:
    source = unit.project.python(site.path)
    if source is None or node is None:
        return None
    text = text_of(source, site.call.scope, node)
    if text is None or "{}" in text:
        return value_at(unit, site.path, site.call.scope, node) or text
    return text


def text_from_elsewhere(unit: Unit, site: Site, node: ast.expr | None) -> str | None:
    """What callers in other sources hand in for a parameter; None where none of them says it."""
    return next(texts_from_callers(unit, site, node, itself=False), None)


def texts_from_callers(unit: Unit, site: Site, node: ast.expr | None, *, itself: bool = True) -> Iterator[str]:
    """What callers hand in for a parameter, those in other sources only or in the source itself as well."""
    function = site.call.scope.node
    if not isinstance(node, ast.Name) or not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    if node.id not in names:
        return
    position = names.index(node.id) - (names[0] in ("self", "cls"))
    callers = unit.once(f"callers of {function.name}", lambda: _callers(unit, function.name))
    for path, source, call in callers.get((site.path, site.scope), ()):
        given = call.argument(position, node.id) if itself or path != site.path else None
        text = text_of(source, call.scope, given)
        if text is None and given is not None:
            text = value_at(unit, path, call.scope, given)
        if text:
            yield text


def _callers(unit: Unit, name: str) -> dict[tuple[str, str], list[tuple[str, PythonSource, Call]]]:
    """Functions of a name → their calls, and the sources of these."""
    from jupyter_mlops.assessment.flows import own_function

    found: dict[tuple[str, str], list[tuple[str, PythonSource, Call]]] = {}
    for path, source in sources_of(unit, name):
        for call in source.calls:
            # What begins so is not known.
            if name in call.name and call.name[0] not in "?(":
                target = own_function(unit, path, call)
                if target is not None:
                    found.setdefault(target, []).append((path, source, call))
    return found
