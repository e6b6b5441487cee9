"""Stage notebooks: what papermill runs, and with it every other engine."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from jupyter_mlops_converters.emit import layout, literals, names, notebook, sample, seed
from jupyter_mlops_converters.emit.emission import Content, Part
from jupyter_mlops_converters.emit.templating import render
from jupyter_mlops_converters.plan.pipeline import HandOver, Parameter, Pipeline, Stage, StageCell
from jupyter_mlops_converters.values import FORMATS

TARGET = "papermill"

USAGE = """\
Every stage is a notebook of its own: open one from `stages/` in JupyterLab and run it once its inputs exist. On the
command line, in this folder:

```sh
{commands}
```
"""


#: How every engine runs papermill, after the parameters: where, and without noise.
OPTIONS = ("--cwd", "stages", "--no-progress-bar", "--log-level", "ERROR")


def command(stage: Stage) -> str:
    """The shell command that runs a stage in the pipeline's folder."""
    files = (layout.source_notebook(stage), layout.executed_notebook(stage))
    return " ".join(("papermill -f params.yaml", *OPTIONS, *files))


def emit(pipeline: Pipeline) -> Part:
    """The stage notebooks."""
    files: dict[str, Content] = {
        layout.source_notebook(stage): stage_notebook(pipeline, stage) for stage in pipeline.stages
    }
    return Part(
        files=files,
        requirements=("papermill>=2.6,<3", "ipykernel>=6,<8"),
        usage=USAGE.format(commands="\n".join(command(stage) for stage in pipeline.stages)),
    )


def stage_notebook(pipeline: Pipeline, stage: Stage, *, with_outputs: bool = False) -> bytes:
    """The bytes of a stage's notebook.

    Args:
        pipeline: the stage's.
        stage: one of its stages.
        with_outputs: whether cells have the outputs that are known.
    """
    metadata = {"stage": stage.name, "notebook": pipeline.notebook_of(stage)}
    cells = _cells(pipeline, stage)
    return notebook.notebook(cells, stage.name, pipeline.kernel_name, metadata, with_outputs=with_outputs)


def _cells(pipeline: Pipeline, stage: Stage) -> list[StageCell]:
    bound = names.bindings(stage, (name for p in pipeline.parameters for name in (p.name, p.variable or p.name)))
    context = names.Bindings()
    context.add(stage.context)
    loads = _ordered(stage.inputs)
    loaders = names.module_names(_modules(loads), bound)
    present = context.top_level & set(context.imports)
    cells = [
        notebook.generated("markdown", _title(pipeline, stage), "title"),
        notebook.generated("code", _parameters(pipeline, stage), "parameters", ("parameters",)),
        notebook.generated("code", _setup(pipeline, stage), "setup"),
    ]
    if stage.context.strip():
        cells.append(notebook.generated("code", stage.context.strip("\n"), "context"))
    if loads:
        lines: list[str] = []
        for hand_over in loads:
            key = f"{literals.literal(hand_over.producer)}, {literals.literal(layout.product_key(hand_over))}"
            text = FORMATS[hand_over.format].load(hand_over.variables, f"_inputs[{key}]", loaders)
            lines += map(literals.fold, text.splitlines())
        cells.append(notebook.generated("code", names.with_imports(lines, loaders, present), "inputs"))
        present |= names.used(lines, loaders)
    if sample.NAME in stage.parameters and not stage.tracks:
        text = render("sample.py.j2", readers=sample.readers(pipeline, stage))
        cells.append(notebook.generated("code", text.rstrip("\n"), "sample"))
    if seed.NAME in stage.parameters and stage.free_draws:
        text = render("seed.py.j2", seeds=[seed.SEEDS[name] for name in stage.free_draws if name in seed.SEEDS])
        cells.append(notebook.generated("code", text.rstrip("\n"), "seed"))
    if stage.definitions.strip():
        cells.append(notebook.generated("code", stage.definitions.strip("\n"), "definitions"))
    for cell in stage.cells:
        if cell.kind == "code" and _raises(cell):
            cells.append(
                notebook.generated("code", "# The next cell raises on purpose.\n_expect_error()", "expects-error")
            )
        cells.append(
            notebook.users(cell, stage.source_notebook)
            if cell.source_cell is not None
            else notebook.generated(cell.kind, cell.source, stage.name)
        )
    if saving := _saving(stage, bound, present | bound.top_level):
        # Tests of the outputs run the stage, and leave the products alone.
        cells.append(notebook.generated("code", saving, "outputs", ("nbval-skip",)))
    return cells


def _raises(cell: StageCell) -> bool:
    return "raises-exception" in cell.metadata.get("tags", ())


def _ordered(hand_overs: Sequence[HandOver]) -> list[HandOver]:
    # Loading may import modules that draw; the states of random generators are set when all else is in place.
    return sorted(hand_overs, key=lambda hand_over: hand_over.format.endswith("-random-state"))


def _modules(hand_overs: Iterable[HandOver]) -> set[str]:
    return {module for hand_over in hand_overs for module in FORMATS[hand_over.format].modules}


def _title(pipeline: Pipeline, stage: Stage) -> str:
    cells = stage.source_cells
    if cells or not pipeline.sources:
        origin = pipeline.notebook_of(stage)
        link = f"[{origin}]({quote(posixpath.join('..', layout.relative(pipeline, origin)))})"
        where = f"{_counted(cells)} of {link}" if cells else f"added to what {link} does"
    else:
        where = f"added to what {len(pipeline.sources)} notebooks do"
    lines = [f"# {stage.title}", "", f"Stage `{stage.name}` of [{pipeline.name}](../README.md): {where}."]
    if stage.why:
        lines += ["", stage.why]
    return "\n".join([*lines, "", "*Made by jupyter-mlops.*"])


def _counted(cells: Sequence[int]) -> str:
    return f"cell{'s' if len(set(cells)) > 1 else ''} {ranges(cells)} (counted from 0)"


def ranges(cells: Sequence[int]) -> str:
    """Cells as people count them: those in a row by the first and the last."""
    runs: list[list[int]] = []
    for cell in sorted(set(cells)):
        if runs and cell == runs[-1][1] + 1:
            runs[-1][1] = cell
        else:
            runs.append([cell, cell])
    return ", ".join(str(first) if first == last else f"{first} to {last}" for first, last in runs)


def _parameters(pipeline: Pipeline, stage: Stage) -> str:
    def from_stages(path: str) -> str:
        return posixpath.relpath(path, layout.STAGES)

    read = {
        name: {key: from_stages(path) for key, path in files.items()}
        for name, files in layout.upstream(pipeline, stage).items()
        if files
    }
    lines = [
        literals.assignment("upstream", read or None),
        literals.assignment("product", {key: from_stages(path) for key, path in layout.products(stage).items()}),
        "resources_ = None",
    ]
    for name in stage.parameters:
        value = pipeline.parameter(name).value
        lines.append(literals.assignment(name, list(value) if isinstance(value, tuple) else value))
    return "\n".join(lines)


def _setup(pipeline: Pipeline, stage: Stage) -> str:
    parameters = [pipeline.parameter(name) for name in stage.parameters]
    typed = {parameter.name: _typed(parameter) for parameter in parameters}
    # What the user's code calls them; the stage that tracks has no such code.
    called = {p.name: p.name if stage.tracks else p.variable or p.name for p in parameters}
    retyped = [f"{called[name]} = {text}" for name, text in typed.items() if text != name]
    lists = sample.lists_names_in(stage)
    return render(
        "setup.py.j2",
        library=f"{pipeline.name}_lib" if pipeline.library else "",
        reads=bool(stage.inputs) or stage.tracks,
        resources=bool(layout.watched(pipeline, stage)),
        numbers=any("_number(" in line for line in retyped),
        tuples=any("_tuple(" in line for line in retyped),
        nested=any(_has_float(p.value) and p.type != "float" for p in parameters),
        retyped=[literals.fold(line) for line in retyped],
        renamed=[f"{called[name]} = {name}" for name, text in typed.items() if text == name != called[name]],
        secrets=literals.literal(list(stage.secrets)) if stage.secrets else "",
        raises=any(_raises(cell) for cell in stage.cells),
        workdir=literals.literal(layout.relative(pipeline, pipeline.workdir_of(stage))),
        lists=literals.literal(_own_names(pipeline, stage)) if lists else "",
        kept=_kept_names(stage) if lists else (),
    ).rstrip("\n")


def _own_names(pipeline: Pipeline, stage: Stage) -> list[str]:
    """Names in a stage that the notebook has not: of the set-up, and of parameters, which papermill gives to every stage."""
    others = {parameter.name for parameter in pipeline.parameters} - set(stage.parameters)
    imports = {"Path", "ast", "builtins", "sys"} | (set() if stage.secrets else {"os"})
    passing = {"_number", "_path", "_resources", "_tuple", "product", "resources_", "upstream"}
    return sorted({*imports, *others, *passing, *_kept_names(stage)})


def _kept_names(stage: Stage) -> list[str]:
    """Names of the set-up that later cells of a stage look up."""
    found = ["_pipeline", "_outputs"]
    found += ["_inputs"] if stage.inputs else []
    return found + (["_expect_error"] if any(_raises(cell) for cell in stage.cells) else [])


def _typed(parameter: Parameter) -> str:
    """Code for the parameter's value as the notebook has it: YAML has no tuples, and some readers take 1e-5 for text."""
    text = f"_number({parameter.name})" if _has_float(parameter.value) else parameter.name
    return f"_tuple({text})" if parameter.type == "tuple" else text


def _has_float(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_has_float, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_has_float, value))
    return isinstance(value, float)


def _saving(stage: Stage, bound: names.Bindings, present: set[str]) -> str:
    lines: list[str] = []
    modules = _modules(stage.outputs) | ({"json"} if stage.metrics else set())
    savers = names.module_names(modules, bound)
    for hand_over in stage.outputs:
        path = f"_outputs[{literals.literal(layout.product_key(hand_over))}]"
        lines += map(literals.fold, FORMATS[hand_over.format].save(hand_over.variables, path, savers).splitlines())
    if stage.metrics:
        lines += [
            literals.assignment("_metrics", {name: literals.Code(name) for name in stage.metrics}),
            f'_outputs["{layout.METRICS_KEY}"].write_text(',
            f'    {savers["json"]}.dumps(_metrics, indent=2, default=lambda value: value.item()) + "\\n",',
            '    encoding="utf-8",',
            ")",
        ]
    # The semicolon keeps the value of the last line out of the notebook.
    return names.with_imports(lines, savers, present) + ";" if lines else ""
