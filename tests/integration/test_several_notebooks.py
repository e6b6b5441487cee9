"""Several notebooks become one pipeline, joined by their files, that gives what each of them gives."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jupyter_mlops_converters.run import run_pipeline
from jupyter_mlops_converters.verify.outputs import compare_outputs
from notebooks import commit, environment, git, plain_outputs, write_notebook

from jupyter_mlops import convert, verify
from jupyter_mlops.changes import undo
from jupyter_mlops.errors import MlopsError

WITHOUT_TRACKING = ("papermill", "ploomber", "dvc")
TIDY = 'def tidy(rows):\n    """Rows with a price."""\n    return [row for row in rows if row["price"]]'
CLEAN = [
    ("markdown", "# Load"),
    "import csv\nimport os\n\nfrom helpers import number",
    "LIMIT = 2",
    'rows = list(csv.DictReader(open("../raw/orders.csv")))\nprint(len(rows))',
    ("markdown", "# Clean"),
    TIDY,
    'rows = [row for row in tidy(rows) if number(row["count"]) >= LIMIT]\nrows[0]',
    'total = sum(number(row["price"]) for row in rows)\ntotal',
    ("markdown", "# Save"),
    'os.makedirs("../work", exist_ok=True)',
    'stream = open("../work/clean.csv", "w", newline="")',
    "writer = csv.DictWriter(stream, list(rows[0]))\nwriter.writeheader()\nwriter.writerows(rows)\nstream.close()",
    "print(len(rows), round(total, 3))",
]
FEATURES = [
    ("markdown", "# Load"),
    "import csv\nimport pickle\nimport random",
    "SEED = 7",
    TIDY,
    'rows = tidy(csv.DictReader(open("../work/clean.csv")))\nlen(rows)',
    ("markdown", "# Features"),
    "random.seed(SEED)",
    'table = [{"value": float(row["price"]) * int(row["count"]), "kind": row["kind"]} for row in rows]',
    "random.shuffle(table)\ntable[:2]",
    ("markdown", "# Split"),
    "half = len(table) // 2",
    "parts = {'train': table[:half], 'test': table[half:]}",
    'with open("../work/parts.pkl", "wb") as stream:\n    pickle.dump(parts, stream)',
]
TRAIN = [
    ("markdown", "# Load"),
    "import pickle\n\nimport joblib",
    "SEED = 7\nLIMIT = 5.0",
    'parts = pickle.load(open("../work/parts.pkl", "rb"))',
    "def tidy(rows):\n    return [row for row in rows if row['value'] > LIMIT]",
    ("markdown", "# Train the model"),
    "train = tidy(parts['train'])\ntest = tidy(parts['test'])",
    "class Mean:\n    def fit(self, values):\n        self.mean_ = sum(values) / len(values)\n        return self",
    "model = Mean().fit([row['value'] for row in train])\nprint(model.mean_, SEED)",
    ("markdown", "# Evaluate"),
    "error = sum(abs(row['value'] - model.mean_) for row in test) / len(test)\nprint(f'{error:.4f}')",
    "joblib.dump({'mean': model.mean_}, 'model.joblib')",
]


def orders() -> str:
    lines = [f"{'' if i % 9 == 4 else i * 37 % 101 / 4},{i * 7 % 11},{'abc'[i % 3]}" for i in range(40)]
    return "\n".join(["price,count,kind", *lines]) + "\n"


def chain(root: Path) -> list[Path]:
    """Three notebooks in folders of their own: a table, features by pickle, a model by joblib."""
    (root / "raw").mkdir(parents=True)
    (root / "raw" / "orders.csv").write_text(orders(), encoding="utf-8")
    (root / "requirements.txt").write_text("joblib\n", encoding="utf-8")
    paths = [
        write_notebook(root / "prepare" / "01-clean.ipynb", CLEAN),
        write_notebook(root / "prepare2" / "02-features.ipynb", FEATURES),
        write_notebook(root / "model" / "03-train.ipynb", TRAIN),
    ]
    (root / "prepare" / "helpers.py").write_text("def number(text):\n    return float(text)\n", encoding="utf-8")
    git(root, "init", "-q")
    commit(root, "first")
    return paths


def cloned(root: Path, target: Path) -> Path:
    git(root, "clone", "-q", str(root), str(target))
    return target


def tree(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".git/" not in path.as_posix()
    }


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = tmp_path_factory.mktemp("chain")
    paths = chain(root)
    before = tree(root)
    # Named in an order in which they cannot run.
    conversion = convert([paths[2], paths[0], paths[1]], report=root / "proof.html", targets=WITHOUT_TRACKING)
    report = (root / "proof.html").read_text("utf-8")
    (root / "proof.html").unlink()
    assert {path: digest for path, digest in tree(root).items() if path in before} | {".gitignore": ""} == before | {
        ".gitignore": ""
    }
    return root, conversion, report


def test_every_cell_of_every_notebook_is_proven(converted: Any) -> None:
    _, conversion, report = converted
    document = conversion.document
    verification = document["verification"]
    assert verification["verdict"] == "equivalent", verification
    order = ["prepare/01-clean.ipynb", "prepare2/02-features.ipynb", "model/03-train.ipynb"]
    assert [entry["path"] for entry in document["notebooks"]] == order
    assert document["notebook"] == order[0]
    assert document["name"] == "clean_to_train"
    proven = {(cell["source_notebook"], cell["source_cell"]) for cell in verification["cells"]}
    code = {
        (path, index)
        for path, cells in zip(order, (CLEAN, FEATURES, TRAIN), strict=True)
        for index, cell in enumerate(cells)
        if isinstance(cell, str)
    }
    assert proven == code
    assert {file["path"] for file in verification["files"]} == {
        "work/clean.csv",
        "work/parts.pkl",
        "model/model.joblib",
    }
    assert report.count("<details") == len(code)
    assert "model/03-train.ipynb, cell 8" in report


def test_names_stay_apart_and_what_is_the_same_is_one(converted: Any) -> None:
    _, conversion, _ = converted
    names = [stage["name"] for stage in conversion.document["stages"]]
    assert len(set(names)) == len(names)
    assert all(name.split("_")[0] in {"clean", "features", "train"} for name in names)
    parameters = {p["name"]: (p["value"], p["source_notebook"]) for p in conversion.document["parameters"]}
    assert parameters == {
        "CLEAN_LIMIT": (2, "prepare/01-clean.ipynb"),
        "TRAIN_LIMIT": (5.0, "model/03-train.ipynb"),
        "SEED": (7, "prepare2/02-features.ipynb"),
    }
    (seed,) = (p for p in conversion.document["parameters"] if p["name"] == "SEED")
    assert {name.split("_")[0] for name in seed["stages"]} == {"features", "train"}
    library = (conversion.path / "clean_to_train_lib.py").read_text("utf-8")
    assert library.count("def tidy") == 1
    assert "Rows with a price." in library
    # Imports stay in the cells where the user has them, so a stage may have some that it does not use.
    for select, path in (("F,E,W", conversion.path / "clean_to_train_lib.py"), ("F821,F811,E9", conversion.path)):
        lint = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", select, str(path)]
        done = subprocess.run(lint, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


def results(folder: Path) -> dict[tuple[str, int], list[dict[str, Any]]]:
    """Outputs by notebook and source cell of executed stages."""
    found = {}
    for path in sorted(folder.glob("*.ipynb")):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            own = cell["metadata"].get("jupyter_mlops", {})
            if cell["cell_type"] == "code" and "source_cell" in own:
                found[own["source_notebook"], own["source_cell"]] = cell["outputs"]
    return found


@pytest.mark.parametrize(
    ("engine", "command", "products"),
    [("dvc", ["repro"], "products"), ("ploomber", ["build"], "products/ploomber")],
)
def test_engines_give_what_the_notebooks_give(
    converted: Any, tmp_path: Path, engine: str, command: list[str], products: str
) -> None:
    root, conversion, _ = converted
    if git(root, "status", "--porcelain").strip():
        commit(root, "pipeline")
    plain = cloned(root, tmp_path / "plain")
    expected = {
        (entry["path"], index): outputs
        for entry in conversion.document["notebooks"]
        for index, outputs in plain_outputs(plain / entry["path"]).items()
    }
    clone = cloned(root, tmp_path / engine)
    folder = clone / conversion.path.relative_to(root)
    stamps: list[dict[Path, int]] = []
    for _ in range(2):
        program = Path(sys.executable).parent / engine
        done = subprocess.run(
            [str(program), *command], cwd=folder, env=environment(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        stamps.append({path: path.stat().st_mtime_ns for path in (folder / products).glob("*.ipynb")})
    assert stamps[0] == stamps[1], "the second run ran something again"
    actual = results(folder / products)
    assert actual.keys() == expected.keys()
    for place, outputs in expected.items():
        comparison = compare_outputs(outputs, actual[place], paths={str(clone): "P", str(plain): "P"})
        assert comparison.verdict == "identical", f"{place}: {comparison.detail}"
    assert (clone / "work" / "clean.csv").read_bytes() == (plain / "work" / "clean.csv").read_bytes()


def test_verify_run_and_undo(converted: Any, tmp_path: Path) -> None:
    root, conversion, _ = converted
    copy = tmp_path / "copy"
    shutil.copytree(root, copy)
    folder = copy / conversion.path.relative_to(root)
    verification = verify(folder)
    assert verification["verdict"] == "equivalent"
    assert len(verification["cells"]) == len(conversion.document["verification"]["cells"])
    first = run_pipeline(folder)
    assert {stage.status for stage in first.stages} == {"run"}
    again = run_pipeline(folder, {"TRAIN_LIMIT": "1000000"} | {"TRAIN_LIMIT": "6.0"})
    ran = {stage.name for stage in again.stages if stage.status == "run"}
    assert ran
    assert all(name.startswith("train") for name in ran)
    stage = next((folder / "stages").glob("train*.ipynb"))
    stage.write_text(stage.read_text("utf-8").replace("SEED)", "SEED + 1)"), encoding="utf-8")
    changed = [p for p in (folder / "stages").glob("train*.ipynb") if "SEED + 1)" in p.read_text("utf-8")]
    if changed:
        assert verify(folder)["verdict"] == "differs"
    undo(root)
    assert not conversion.path.exists()


def small(root: Path, **notebooks: list[Any]) -> list[Path]:
    return [write_notebook(root / f"{name}.ipynb", cells) for name, cells in notebooks.items()]


def refused(root: Path, *paths: Path) -> MlopsError:
    before = tree(root)
    with pytest.raises(MlopsError) as caught:
        convert(paths)
    assert tree(root) == before
    return caught.value


def test_notebooks_that_share_no_file_are_warned_of(tmp_path: Path) -> None:
    paths = small(tmp_path, a=["x = 1", "print(x)"], b=["y = 2", "print(y)"])
    document = convert(paths, write=False).document
    assert document["verification"]["verdict"] == "equivalent"
    warned = [f for f in document["findings"] if f["code"] == "not-joined"]
    assert [(f["severity"], f["source_notebook"]) for f in warned] == [("warning", "a.ipynb"), ("warning", "b.ipynb")]


def test_notebooks_that_need_each_other(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("1", encoding="utf-8")
    (tmp_path / "two.txt").write_text("2", encoding="utf-8")
    swap = ["name = '{}'", "text = open(name).read()", "open('{}', 'w').write(text)"]
    paths = small(
        tmp_path,
        a=[line.format("one.txt" if "name" in line else "two.txt") for line in swap],
        b=[line.format("two.txt" if "name" in line else "one.txt") for line in swap],
    )
    error = refused(tmp_path, *paths)
    assert error.code == "notebooks-in-a-circle"
    assert all(word in error.message for word in ("a.ipynb", "b.ipynb", "one.txt", "two.txt"))


def test_a_file_that_two_write_and_one_reads(tmp_path: Path) -> None:
    write = ["text = '{}'", "open('out.txt', 'w').write(text)"]
    paths = small(tmp_path, a=write, b=[line.format("b") for line in write], c=["print(open('out.txt').read())"])
    error = refused(tmp_path, *paths)
    assert (error.code, "out.txt" in error.message) == ("ambiguous-file", True)


def test_a_file_that_two_write_and_only_they_read(tmp_path: Path) -> None:
    """What each reads back is what it has written itself, also where its reading stage runs alone."""
    cells = [
        "text = '{}'",
        "open('out.txt', 'w').write(text)",
        "x = 1",
        "x += 1",
        "print(x)",
        "print(open('out.txt').read())",
    ]
    paths = small(tmp_path, a=[c.format("a") for c in cells], b=[c.format("b") for c in cells])
    document = convert(paths, write=False).document
    assert document["verification"]["verdict"] == "equivalent"
    assert [f["code"] for f in document["findings"] if f["code"] == "written-twice"] == ["written-twice"]


def test_a_file_that_another_pipeline_makes_as_well(tmp_path: Path) -> None:
    """DVC lets one stage alone have a file: both pipelines run, each by itself, and what runs last stays."""
    git(tmp_path, "init", "-q")
    cells = [
        "text = '{}'",
        "import os\nos.makedirs('made', exist_ok=True)\nopen('made/out.txt', 'w').write(text)",
        "x = 1",
        "x += 1",
        "print(x)",
        "print(open('made/out.txt').read())",
    ]
    first, second = small(tmp_path, a=[c.format("a") for c in cells], b=[c.format("b") for c in cells])
    cuts = tmp_path / "plan.json"
    cuts.write_text(json.dumps({"stages": [{"cells": [0, 1]}, {"cells": [2, 3, 4]}, {"cells": [5]}]}))
    convert([first], targets=WITHOUT_TRACKING, plan=cuts)
    document = convert([second], targets=WITHOUT_TRACKING, plan=cuts).document
    assert document["verification"]["verdict"] == "equivalent"
    (finding,) = [f for f in document["findings"] if f["code"] == "made-elsewhere"]
    assert "made/out.txt" in finding["message"]
    assert "pipelines/a/dvc.yaml" in finding["message"]
    commit(tmp_path, "converted")
    for name in "ab":
        run_pipeline(tmp_path / "pipelines" / name)
        assert (tmp_path / "made" / "out.txt").read_text() == name
    subprocess.run(["dvc", "repro", "-q"], cwd=tmp_path / "pipelines" / "b", check=True)


def test_a_file_that_one_makes_another_changes_and_a_third_reads(tmp_path: Path) -> None:
    """A stage that runs again on its own finds the file as it was before it, not as it left it."""
    git(tmp_path, "init", "-q")
    paths = small(
        tmp_path,
        c=["print(open('data.txt').read())"],
        b=["STEP = 2", "text = open('data.txt').read()", "open('data.txt', 'w').write(f'{text}{STEP}')"],
        a=["open('data.txt', 'w').write('a')"],
    )
    conversion = convert(paths, targets=WITHOUT_TRACKING)
    assert [entry["path"] for entry in conversion.document["notebooks"]] == ["a.ipynb", "b.ipynb", "c.ipynb"]
    assert conversion.verdict == "equivalent"
    run_pipeline(conversion.path)
    run_pipeline(conversion.path, {"STEP": "3"})
    shown = results(conversion.path / "products")
    assert shown["c.ipynb", 0][0]["text"] == ["a3\n"]


def test_converting_again_changes_nothing_and_keeps_edits(tmp_path: Path) -> None:
    paths = small(tmp_path, a=["LIMIT = 2", "open('a.txt', 'w').write('x' * LIMIT)"], b=["print(open('a.txt').read())"])
    first = convert(paths)
    assert first.applied is not None
    again = convert(list(reversed(paths)))
    assert not again.changes.changes
    parameters = first.path / "params.yaml"
    parameters.write_text(parameters.read_text("utf-8").replace("LIMIT: 2", "LIMIT: 3"), encoding="utf-8")
    edited = convert(paths)
    assert edited.verdict == "edited"
    assert "LIMIT: 3" in parameters.read_text("utf-8")
    shown = {(c["source_notebook"], c["source_cell"]): c["verdict"] for c in edited.document["verification"]["cells"]}
    assert shown["b.ipynb", 0] == "edited"


def test_a_notebook_that_fails_is_named_with_its_cell(tmp_path: Path) -> None:
    paths = small(tmp_path, a=["open('a.txt', 'w').write('x')"], b=["text = open('a.txt').read()", "x = 1", "x / 0"])
    error = refused(tmp_path, *paths)
    assert (error.code, error.path, error.cell) == ("notebook-raises", str(paths[1]), 2)


def test_data_that_nobody_writes(tmp_path: Path) -> None:
    paths = small(tmp_path, a=["open('a.txt', 'w').write('x')"], b=["text = open('gone.txt').read()"])
    error = refused(tmp_path, *paths)
    assert (error.code, error.path, error.cell) == ("missing-data", str(paths[1]), 0)


def test_an_order_that_only_running_shows(tmp_path: Path) -> None:
    """Nothing in the code says which files these are: one is missed at first, one would be found in an older version."""
    (tmp_path / "names.json").write_text('{"new": "made.txt", "old": "old.txt"}', encoding="utf-8")
    (tmp_path / "old.txt").write_text("stale", encoding="utf-8")
    load = "import json\nnames = json.load(open('names.json'))"
    paths = small(
        tmp_path,
        a=[load, "text = open(names['new']).read()", "print(text)"],
        b=[load, "text = open(names['old']).read() + ' b'", "open(names['new'], 'w').write(text)"],
        c=[load, "open(names['old'], 'w').write('fresh')"],
    )
    conversion = convert(paths, write=False)
    assert [entry["path"] for entry in conversion.document["notebooks"]] == ["c.ipynb", "b.ipynb", "a.ipynb"]
    assert conversion.verdict == "equivalent"
    assert (tmp_path / "old.txt").read_text("utf-8") == "stale"


def test_an_object_of_a_class_that_both_define(tmp_path: Path) -> None:
    box = "class Box:\n    def __init__(self, value):\n        self.value = value"
    paths = small(
        tmp_path,
        a=["import pickle", box, "box = Box(3)", "pickle.dump(box, open('box.pkl', 'wb'))"],
        b=["import pickle", box, "box = pickle.load(open('box.pkl', 'rb'))", "print(box.value, isinstance(box, Box))"],
    )
    document = convert(paths, write=False).document
    assert document["verification"]["verdict"] == "equivalent", document["verification"]


def test_without_running_files_are_told_from_the_code(tmp_path: Path) -> None:
    paths = small(
        tmp_path, b=["print(open('a.txt').read())"], a=["open('ran.txt', 'w')", "open('a.txt', 'w').write('x')"]
    )
    conversion = convert(paths, run=False)
    assert conversion.verdict == "not-run"
    assert not (tmp_path / "ran.txt").exists()
    assert [entry["path"] for entry in conversion.document["notebooks"]] == ["a.ipynb", "b.ipynb"]
    (reader,) = (s for s in conversion.document["stages"] if s.get("source_notebook") == "b.ipynb")
    assert reader["reads"] == ["a.txt"]


def test_one_notebook_is_one_notebook(tmp_path: Path) -> None:
    (path,) = small(tmp_path, a=["x = 1", "print(x)"])
    one, listed = (convert(given, write=False) for given in (path, [path, path]))
    assert one.document == listed.document
    assert one.compiled.emission.files == listed.compiled.emission.files


def test_different_projects(tmp_path: Path) -> None:
    paths = [write_notebook(tmp_path / name / "n.ipynb", ["x = 1"]) for name in ("a", "b")]
    for path in paths:
        git(path.parent, "init", "-q")
    assert refused(tmp_path, *paths).code == "different-projects"
