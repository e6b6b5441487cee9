"""Which outputs are the same every time, so that a test can hold a stage to them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from jupyter_mlops_converters.observe.observation import Observation
from jupyter_mlops_converters.plan.pipeline import Pipeline, StageCell
from jupyter_mlops_converters.source.notebook import Secret
from jupyter_mlops_converters.source.secrets import masked
from jupyter_mlops_converters.verify.outputs import normalise_text
from jupyter_mlops_converters.verify.proof import Proof

_LONGEST = 20_000
_KINDS = frozenset({"text/plain", "text/html", "text/markdown", "text/latex"})


def with_outputs(
    pipeline: Pipeline, proof: Proof, runs: Mapping[str, Observation], secrets: tuple[Secret, ...] = ()
) -> Pipeline:
    """The pipeline with the outputs of those cells that showed the very same text in the notebook and in their stage.

    Left out are figures, long outputs, secrets, what has times, addresses or today's date in it, and all that comes after the
    notebook's first draw without a seed, which the proof gave the same draws.

    Args:
        pipeline: as planned.
        proof: that its results are right.
        runs: notebook → its run.
        secrets: that the notebooks hold.

    Returns:
        The pipeline.
    """
    free: dict[str, int] = {}
    for finding in pipeline.findings:
        if finding.code == "unseeded-draws" and finding.source_cell:
            notebook = finding.source_notebook or pipeline.notebook
            free[notebook] = min(finding.source_cell, free.get(notebook, finding.source_cell))
    stable: dict[tuple[str, int], tuple[dict[str, Any], ...]] = {}
    for compared in proof.cells:
        cell, notebook = compared.source_cell, compared.source_notebook or pipeline.notebook
        if cell is None or compared.verdict != "identical" or cell >= free.get(notebook, cell + 1):
            continue
        expected = [_plain(output) for output in runs[notebook].cell(cell).outputs]
        found = [_plain(output) for output in compared.outputs]
        if found and found == expected and _is_stable(found) and masked(found, secrets) == found:
            stable[notebook, cell] = tuple(found)

    def with_own(cell: StageCell, notebook: str) -> StageCell:
        own = stable.get((notebook, cell.source_cell), ()) if cell.source_cell is not None else ()
        return replace(cell, outputs=own) if cell.kind == "code" else cell

    stages = tuple(
        replace(stage, cells=tuple(with_own(cell, pipeline.notebook_of(stage)) for cell in stage.cells))
        for stage in pipeline.stages
    )
    return replace(pipeline, stages=stages)


def _plain(output: Mapping[str, Any]) -> dict[str, Any]:
    """An output without its number."""
    return {**output, "execution_count": None} if "execution_count" in output else dict(output)


def _is_stable(outputs: Iterable[Mapping[str, Any]]) -> bool:
    texts: list[str] = []
    for output in outputs:
        if output["output_type"] == "stream" and output.get("name") == "stdout":
            texts.append("".join(output["text"]))
        elif output["output_type"] in {"display_data", "execute_result"} and set(output["data"]) <= _KINDS:
            texts += ["".join(content) for content in output["data"].values()]
        else:
            return False
    text = "\n".join(texts)
    today = dt.datetime.now(tz=dt.timezone.utc).astimezone().date()
    dated = any(day in text for day in (today.isoformat(), today.strftime("%d.%m.%Y"), today.strftime("%m/%d/%Y")))
    return len(json.dumps(texts)) <= _LONGEST and not dated and normalise_text(text) == text
