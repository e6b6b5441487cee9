"""What hand edits change in a pipeline that was proven as it was generated.

The generated pipeline gives the notebook's results. So where the edited one gives others, it is the edits that do it, and
that is what is said: `edited`. What lies before the first edit cannot be due to one: it is not deterministic.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from jupyter_mlops_converters.emit import literals
from jupyter_mlops_converters.emit.emission import Content
from jupyter_mlops_converters.errors import MlopsError
from jupyter_mlops_converters.verify.proof import (
    DIFFERS,
    EDITED,
    NOT_DETERMINISTIC,
    Compared,
    Edit,
    Proof,
    StageProof,
    StageRun,
)

PARAMETERS = "params.yaml"


class EditedFiles(NamedTuple):
    """The files of a pipeline's folder.

    Attributes:
        generated: as they were generated.
        now: as they are.
    """

    generated: Mapping[str, Content]
    now: Mapping[str, Content]


@dataclass(frozen=True)
class EditedPipeline:
    """A pipeline with hand edits, made ready to be run.

    Attributes:
        files: what to run: the files, the values of changed parameters in the stages that use them.
        code: stage notebook → its code alone, and the library; what its results depend on.
        edits: where the code, or a parameter, is another than generated.
    """

    files: dict[str, Content]
    code: dict[str, bytes]
    edits: tuple[Edit, ...]


def edited_pipeline(
    stages: Iterable[StageRun], generated: Mapping[str, Content], files: Mapping[str, Content]
) -> EditedPipeline:
    """Find what was edited.

    Args:
        stages: those that the proof runs.
        generated: its files as they are generated.
        files: its files as they stand.

    Returns:
        It, without edits when what is executed is as generated.
    """
    ready = dict(files)
    edits: list[Edit] = []
    default, now = _parameters(generated.get(PARAMETERS)), _parameters(files.get(PARAMETERS))
    values = {name: now[name] for name in now if name in default and repr(now[name]) != repr(default[name])}
    for name, value in values.items():
        said = f"{name} is {literals.literal(value)} instead of {literals.literal(default[name])}"
        edits.append(Edit(PARAMETERS, None, said))
    for stage in stages:
        path = stage.notebook
        before, after = _cells(generated.get(path)), _cells(files.get(path))
        if before is None:
            continue
        if after is None:
            edits.append(Edit(path, None, "this stage is deleted"))
            continue
        edits += _edits(path, before, after)
        # `params.yaml` has the last word on what a stage's own cell says.
        names = stage.parameters if _defaults(before) != _defaults(after) else values.keys()
        given = {name: now[name] for name in stage.parameters if name in names and name in now}
        if given:
            ready[path] = _with_parameters(files[path], given)
    for path, content in files.items():
        if path.endswith(".py") and "/" not in path and content != generated.get(path):
            edits.append(Edit(path, None, "its code is edited"))
    return EditedPipeline(ready, code_of(ready), tuple(edits))


def code_of(files: Mapping[str, Content]) -> dict[str, bytes]:
    """What the results of stages depend on: their code cells, and modules."""
    found = {}
    for path, content in files.items():
        if path.endswith(".ipynb"):
            cells = _cells(content)
            found[path] = json.dumps([[_own(cell), _source(cell)] for cell in cells or []]).encode()
        elif isinstance(content, bytes):
            found[path] = content
    return found


def judged(generated: Proof, found: Proof, edited: EditedPipeline, stages: Sequence[StageRun]) -> Proof:
    """The proof of the edited pipeline, with the edits blamed for what they change.

    Args:
        generated: the proof of the pipeline as generated, in which nothing differs.
        found: that of the edited one.
        edited: what was edited.
        stages: of the edited one.

    Returns:
        The proof: what differs is `edited`.
    """
    touched = {edit.path for edit in edited.edits}
    everywhere = any(not path.startswith("stages/") for path in touched)
    reached: set[str] = set()
    judged = []
    for proof in found.stages:
        run = next(stage for stage in stages if stage.name == proof.stage)
        above = everywhere or bool(reached & set(run.upstream))
        if above or run.notebook in touched:
            reached.add(run.name)
        judged.append(_judged(generated, proof, run, edited.edits, above=above))
    return Proof(tuple(judged), edited.edits)


def _judged(generated: Proof, proof: StageProof, run: StageRun, edits: tuple[Edit, ...], *, above: bool) -> StageProof:
    own = {edit.source_cell for edit in edits if edit.path == run.notebook}
    first = min((cell for cell in own if cell is not None), default=None)
    known = {_key(compared): compared for compared in generated.all}

    def judge(compared: Compared) -> Compared:
        if compared.verdict != DIFFERS:
            return compared
        before = known.get(_key(compared))
        if before is not None and before.verdict == NOT_DETERMINISTIC:
            return replace(compared, verdict=NOT_DETERMINISTIC, detail=before.detail)
        early = first is not None and compared.source_cell is not None and compared.source_cell < first
        if not above and (not own or (early and None not in own)):
            return replace(
                compared, verdict=NOT_DETERMINISTIC, detail=f"two runs of the pipeline differ here: {compared.detail}"
            )
        return replace(compared, verdict=EDITED)

    ran = {compared.source_cell for compared in proof.cells}
    deleted = [
        replace(compared, verdict=EDITED, detail="you deleted this cell", outputs=())
        for compared in generated.cells
        if proof.failure is None and compared.stage == run.name and compared.source_cell not in ran
    ]
    return replace(
        proof,
        cells=(*map(judge, proof.cells), *deleted),
        hand_overs=tuple(map(judge, proof.hand_overs)),
        files=tuple(map(judge, proof.files)),
    )


def _key(compared: Compared) -> tuple[Any, ...]:
    return (compared.name, compared.stage, compared.source_cell)


def _edits(path: str, before: list[dict[str, Any]], after: list[dict[str, Any]]) -> Iterator[Edit]:
    """What differs in the code cells of a stage."""
    old, new = _identified(before), _identified(after)
    for identity, source in old.items():
        cell, role, _ = identity
        what = f"its `{role}` cell" if role else "the cell"
        if identity not in new:
            yield Edit(path, cell, f"{what} is deleted")
        elif new[identity] != source:
            yield Edit(path, cell, f"{what} is edited")
    added = len(new.keys() - old.keys())
    if added:
        yield Edit(path, None, f"{added} cells are added" if added > 1 else "a cell is added")
    if [identity for identity in new if identity in old] != [identity for identity in old if identity in new]:
        yield Edit(path, None, "its cells are in another order")


_Identity = tuple[int | None, str, int]


def _identified(cells: list[dict[str, Any]]) -> dict[_Identity, str]:
    """The cells' texts by what tells the cells apart: source cell, or role, and which of them it is."""
    found: dict[_Identity, str] = {}
    for cell in cells:
        own = _own(cell)
        index = own.get("source_cell")
        name = (index, "") if isinstance(index, int) else (None, str(own.get("role") or cell.get("id")))
        number = sum((*name, each) in found for each in range(len(cells)))
        identity = (*name, number)
        found[identity] = _source(cell)
    return found


def _defaults(cells: list[dict[str, Any]]) -> list[str]:
    return [_source(cell) for cell in cells if _own(cell).get("role") == "parameters"]


def _cells(content: Content | None) -> list[dict[str, Any]] | None:
    if not isinstance(content, bytes):
        return None
    try:
        return [cell for cell in json.loads(content)["cells"] if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError):
        return None


def _own(cell: Mapping[str, Any]) -> dict[str, Any]:
    found = (cell.get("metadata") or {}).get("jupyter_mlops")
    return found if isinstance(found, dict) else {}


def _source(cell: Mapping[str, Any]) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def _parameters(content: Content | None) -> dict[str, Any]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        found = YAML(typ="safe", pure=True).load(content.decode()) if isinstance(content, bytes) else None
    except (YAMLError, ValueError) as error:
        raise MlopsError("invalid-params", f"params.yaml is not valid YAML: {error}", path=PARAMETERS) from None
    return found if isinstance(found, dict) else {}


def _with_parameters(content: Content, values: Mapping[str, Any]) -> Content:
    """A stage notebook with values put in as papermill does."""
    assert isinstance(content, bytes)
    notebook = json.loads(content)
    cells = notebook["cells"]
    position = next((n for n, cell in enumerate(cells) if _own(cell).get("role") == "parameters"), -1)
    source = "\n".join(literals.assignment(name, value) for name, value in values.items())
    own = {"jupyter_mlops": {"role": "parameters"}, "tags": ["injected-parameters"]}
    injected = {"cell_type": "code", "id": "injected", "metadata": own, "source": source}
    cells.insert(position + 1, injected | {"outputs": [], "execution_count": None})
    return json.dumps(notebook).encode()
