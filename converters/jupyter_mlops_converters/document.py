"""`conversion.json`: what came from where, and the proof."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from jupyter_mlops_converters.emit import Emission, Link
from jupyter_mlops_converters.emit.emission import Content
from jupyter_mlops_converters.emit.layout import source_notebook
from jupyter_mlops_converters.plan.edited import plan_document
from jupyter_mlops_converters.plan.pipeline import HandOver, Stage
from jupyter_mlops_converters.verify.proof import Proof

SCHEMA = 1


def conversion_document(emission: Emission, proof: Proof | None, memory: int = 0) -> dict[str, Any]:
    """The content of `conversion.json`.

    Args:
        emission: all files of the pipeline.
        proof: its proof; None when nothing was run.
        memory: the most bytes that the notebook needed.

    Returns:
        A JSON-able document; the same pipeline and proof give the same one.
    """
    pipeline = emission.pipeline
    several = {"notebooks": [{"path": source.path, "sha256": source.sha256} for source in pipeline.sources]}
    return {
        "schema": SCHEMA,
        "name": pipeline.name,
        "notebook": pipeline.notebook,
        "notebook_sha256": pipeline.notebook_sha256,
        **(several if pipeline.sources else {}),
        "stages": [_stage(stage) for stage in pipeline.stages],
        "parameters": [
            {
                "name": p.name,
                "value": p.value,
                "type": p.type,
                "source_cell": p.source_cell,
                **_source(p.source_notebook),
                "stages": list(p.stages),
            }
            for p in pipeline.parameters
        ],
        "findings": [
            {
                "code": f.code,
                "severity": f.severity,
                "source_cell": f.source_cell,
                **_source(f.source_notebook),
                "line": f.line,
                "message": f.message,
            }
            for f in (*pipeline.findings, *emission.findings)
        ],
        "plan": plan_document(pipeline),
        "verification": verification(proof, memory),
        "generated": {path: digest(content) for path, content in emission.files.items()},
    }


def digest(content: Content) -> str:
    """SHA-256 of a generated file, by which one that nobody touched is known."""
    data = f"link to {content.target}".encode() if isinstance(content, Link) else content
    return hashlib.sha256(data).hexdigest()


def _stage(stage: Stage) -> dict[str, Any]:
    return {
        "name": stage.name,
        "title": stage.title,
        "why": stage.why,
        "notebook": source_notebook(stage),
        **_source(stage.source_notebook),
        "source_cells": list(stage.source_cells),
        "inputs": [entry for hand_over in stage.inputs for entry in _hand_over(hand_over, stage=hand_over.producer)],
        "outputs": [entry for hand_over in stage.outputs for entry in _hand_over(hand_over)],
        "parameters": list(stage.parameters),
        "metrics": list(stage.metrics),
        "reads": [use.path for use in stage.reads],
        "writes": [use.path for use in stage.writes],
        "after": list(stage.after),
    }


def _source(notebook: str | None) -> dict[str, str]:
    """Which of several notebooks; nothing in a pipeline of one."""
    return {} if notebook is None else {"source_notebook": notebook}


def _hand_over(hand_over: HandOver, **more: str) -> list[dict[str, Any]]:
    return [
        {
            "variable": variable,
            "path": hand_over.path,
            "format": hand_over.format,
            "why": hand_over.why,
            "source_cell": hand_over.source_cell,
            **more,
        }
        for variable in hand_over.variables
    ]


def verification(proof: Proof | None, memory: int = 0) -> dict[str, Any]:
    """The `verification` part of the document. Arguments as of `conversion_document`."""
    if proof is None:
        return {"verdict": "not-run", "cells": []}
    found: dict[str, Any] = {
        "verdict": proof.verdict,
        "cells": [
            {
                "source_cell": c.source_cell,
                **_source(c.source_notebook),
                "stage": c.stage,
                "verdict": c.verdict,
                "detail": c.detail,
            }
            for c in proof.cells
        ],
        "hand_overs": [
            {"variable": c.name, "stage": c.stage, "verdict": c.verdict, "detail": c.detail} for c in proof.hand_overs
        ],
        "files": [{"path": c.name, "verdict": c.verdict, "detail": c.detail} for c in proof.files],
        "memory": {
            "notebook": rounded(memory),
            "stages": {stage.stage: rounded(stage.memory) for stage in proof.stages},
        },
    }
    if proof.edits:
        found["edits"] = [
            {"path": edit.path, "source_cell": edit.source_cell, "what": edit.what} for edit in proof.edits
        ]
    if proof.failure is not None:
        found["failure"] = {
            "stage": proof.failure.stage,
            "source_cell": proof.failure.source_cell,
            **_source(proof.failure.source_notebook),
            "detail": proof.failure.detail,
        }
    return found


def rounded(size: int) -> int:
    """Bytes in steps of a sixteenth to an eighth, which is as exact as two runs of the same code are alike."""
    step = 1 << max(0, size.bit_length() - 4)
    return -(-size // step) * step


def document_text(document: dict[str, Any]) -> str:
    """The document as it is written."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
