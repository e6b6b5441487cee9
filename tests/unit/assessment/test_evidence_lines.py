"""Evidence points at the line that says it. A case is one entry: files, where the evidence is, and a part of the line."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from .conftest import LEVEL_2
from .serving_project import LEVEL_3, LEVEL_4

CARD = LEVEL_4["MODEL_CARD.md"]
LOCKED = {
    "pyproject.toml": '[project]\nname = "own"\nversion = "1"\ndependencies = ["pandas>=2", "numpy"]\n',
    "uv.lock": (
        'version = 1\n\n[[package]]\nname = "own"\nversion = "1"\nsource = { virtual = "." }\n\n[package.metadata]\nrequires-dist = [\n'
        '    { name = "numpy" },\n    { name = "pandas", specifier = ">=2" },\n]\n\n'
        '[[package]]\nname = "pandas"\nversion = "2"\n\n[[package]]\nname = "numpy"\nversion = "2"\n'
    ),
    "own.py": "import numpy\n",
}
VALIDATION = "import sys\n\nimport pandera\n\nprint(sys.argv)\n"
TRITON = 'platform: "onnxruntime_onnx"\ninput [{ name: "x" data_type: TYPE_FP32 dims: [1] }]\noutput [{ name: "y" }]\n'


class Case(NamedTuple):
    """One piece of evidence.

    Attributes:
        files: the project.
        criterion: what it is for.
        path: the file that it must point at.
        says: part of the line that it must point at.
        edit: a replacement made first: (path, old, new).
    """

    files: dict[str, str | bytes]
    criterion: str
    path: str
    says: str
    edit: tuple[str, str, str] | None = None


WRITES = """
import json


def report(figures):
    with open("MODEL_CARD.md", "w") as file:
        file.write(json.dumps(figures))


if __name__ == "__main__":
    report({})
"""
CASES = {
    "a card with a figure of the metrics": Case(LEVEL_4, "governed", "MODEL_CARD.md", "0.873"),
    "a card whose figure is in no file": Case(
        LEVEL_4, "governed", "MODEL_CARD.md", "0.42", ("MODEL_CARD.md", "0.873", "0.42")
    ),
    "a card without figures": Case(
        LEVEL_4, "governed", "MODEL_CARD.md", "## Metrics", ("MODEL_CARD.md", "the accuracy is 0.873", "it is good")
    ),
    "a card with an empty part": Case(
        LEVEL_4,
        "governed",
        "MODEL_CARD.md",
        "## Intended use",
        (
            "MODEL_CARD.md",
            "Ranks customers by their risk to leave, so that the retention team can call them first.",
            "TODO",
        ),
    ),
    "a card that the run writes": Case(
        LEVEL_4 | {"src/report.py": WRITES},
        "governed",
        "src/report.py",
        'open("MODEL_CARD.md"',
        ("metrics.json", "0.8731", "0.1"),
    ),
    "a lock of uv that matches": Case(LOCKED, "pipeline-reproducible", "uv.lock", "requires-dist"),
    "a lock of uv with another version": Case(
        LOCKED,
        "pipeline-reproducible",
        "uv.lock",
        'name = "pandas", specifier',
        ("pyproject.toml", "pandas>=2", "pandas>=3"),
    ),
    "a lock of uv without a package": Case(
        LOCKED, "pipeline-reproducible", "uv.lock", "requires-dist", ("pyproject.toml", '"numpy"', '"numpy", "scipy"')
    ),
    "a lock of Poetry": Case(
        LOCKED
        | {
            "pyproject.toml": '[tool.poetry]\nname = "own"\n\n[tool.poetry.dependencies]\nnumpy = "2"\n',
            "poetry.lock": f'[[package]]\nname = "numpy"\nversion = "2"\n\n[metadata]\ncontent-hash = "{"0" * 64}"\n',
        },
        "pipeline-reproducible",
        "poetry.lock",
        "content-hash",
    ),
    "packages that are declared": Case(
        {"requirements.txt": "# ours\n-i https://example.org\nnumpy==2\n", "own.py": "import numpy\n"},
        "dependencies-declared",
        "requirements.txt",
        "numpy==2",
    ),
    "a version of Python among others": Case(
        {".tool-versions": "nodejs 20.1\npython 3.12.1\n", "own.py": "x = 1\n"},
        "python-pinned",
        ".tool-versions",
        "python 3.12.1",
    ),
    "an import that checks nothing": Case({"own.py": VALIDATION}, "data-validated", "own.py", "import pandera"),
    "a model of Triton": Case(
        {
            "models/churn/config.pbtxt": f"# churn\n{TRITON}",
            "models/churn/1/model.onnx": b"onnx",
            "run.sh": "tritonserver --model-repository=models\n",
        },
        "model-served",
        "models/churn/config.pbtxt",
        "platform",
    ),
    "a drift check that is branched on": Case(LEVEL_2 | LEVEL_3, "drift-detected", "src/drift.py", "if drifted > 0.5"),
}


@pytest.mark.parametrize("name", CASES)
def test_evidence_is_at_the_line_that_says_it(project, name):
    case = CASES[name]
    project.files(case.files)
    if case.edit is not None:
        project.edit(*case.edit)
    assessment = project.commit().assess()
    criterion = next(one for one in assessment.to_dict()["units"][0]["criteria"] if one["id"] == case.criterion)
    lines = {item["snippet"] for item in criterion["evidence"] if item["path"] == case.path}
    assert any(case.says in line for line in lines), criterion["evidence"]
