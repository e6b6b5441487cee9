"""Running a pipeline on a sample: the parameter `sample_rows`, and where it is applied."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from jupyter_mlops_converters.analysis.cells import dotted, imported_modules
from jupyter_mlops_converters.analysis.listing import lists_names
from jupyter_mlops_converters.emit import layout
from jupyter_mlops_converters.errors import MlopsError
from jupyter_mlops_converters.plan.pipeline import Parameter, Pipeline, Stage
from jupyter_mlops_converters.source.python_code import PythonCode, parse_cell

NAME = "sample_rows"
#: What of pandas gives a table of rows.
_READERS = frozenset(
    {"read_csv", "read_excel", "read_feather", "read_fwf", "read_json", "read_orc", "read_parquet", "read_table"}
)


def extend(pipeline: Pipeline) -> Pipeline:
    """The pipeline with the parameter `sample_rows` for the stages that read tables; as it is where none does."""
    reading = tuple(s.name for s in pipeline.stages if readers(pipeline, s) and not lists_names_in(s))
    texts = (texts_of(stage) for stage in pipeline.stages)
    if not reading or any(layout.names(text, NAME) for several in texts for text in several):
        return pipeline
    return pipeline.with_parameter(Parameter(NAME, None, "int", None, reading))


def lists_names_in(stage: Stage) -> bool:
    """Whether a cell of the stage lists all names: then those of the pipeline must not be among them."""
    cells = [cell for cell in stage.cells if cell.kind == "code" and cell.source_cell is not None]
    return any(code is not None and lists_names(code) for code in map(_code, (cell.source for cell in cells)))


def readers(pipeline: Pipeline, stage: Stage) -> tuple[str, ...]:
    """The functions of pandas with which a stage reads tables, itself or in functions of the library that it calls."""
    modules: dict[str, str] = {}
    trees = [_tree(text) for text in texts_of(stage)]
    for tree in trees:
        modules |= imported_modules(tree)
    found = {name for tree in trees for name in _called(tree, modules)}
    for definition in ast.parse(pipeline.library).body:
        name = getattr(definition, "name", None)
        if name is not None and any(layout.names(text, name) for text in texts_of(stage)):
            found |= set(_called(definition, imported_modules(ast.parse(pipeline.library))))
    return tuple(sorted(found))


def texts_of(stage: Stage) -> list[str]:
    """The code of a stage that the notebook has, by the cell."""
    cells = [cell.source for cell in stage.cells if cell.kind == "code"]
    return [stage.context, stage.definitions, *cells] if not stage.tracks else []


def _code(text: str) -> PythonCode | None:
    try:
        return parse_cell(text, cell=0)
    except MlopsError:
        return None  # a cell that is meant to be wrong


def _tree(text: str) -> ast.AST:
    code = _code(text)
    return code.tree if code is not None else ast.Module([], [])


def _called(tree: ast.AST, modules: dict[str, str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            module, _, name = (dotted(node.func, modules) or "").rpartition(".")
            # `from pandas import read_csv` has the function itself, which cannot be given another meaning.
            if module == "pandas" and name in _READERS and isinstance(node.func, ast.Attribute):
                yield name
