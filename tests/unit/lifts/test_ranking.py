"""The notebooks of a folder ranked by their chances to become pipelines, without running any."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from notebooks import commit, git, write_notebook

from jupyter_mlops.errors import MlopsError
from jupyter_mlops.lifts.pipeline.ranking import Ranking, rank

CLEAN = ["import csv", 'rows = list(csv.DictReader(open("raw.csv")))', 'open("out/clean.csv", "w").write(str(rows))']
TRAIN = [
    "import csv",
    'rows = list(csv.reader(open("out/clean.csv")))',
    'open("model.txt", "w").write("m")',
    "print(rows)",
]
R_KERNEL = {"name": "ir", "language": "R", "display_name": "R"}


def odd_folder(root: Path) -> Path:
    """Two notebooks that belong together among ten that have something."""
    (root / "raw.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    write_notebook(root / "1-clean.ipynb", [*CLEAN, "open('ran.txt', 'w')"])
    write_notebook(root / "2-train.ipynb", TRAIN)
    write_notebook(root / "r.ipynb", ["x <- 1"], kernelspec=R_KERNEL)
    (root / "broken.ipynb").write_text('{"cells": [', encoding="utf-8")
    (root / "empty.ipynb").write_bytes(b"")
    write_notebook(root / "text.ipynb", [("markdown", "# Only text")])
    write_notebook(root / "missing.ipynb", ["x = 1", 'print(x, open("gone.csv").read())'])
    write_notebook(root / "old.ipynb", ['print "x"'])
    write_notebook(root / "packages.ipynb", ["import no_such_package\nno_such_package.f()"])
    write_notebook(root / "asks.ipynb", ['name = input("Who? ")'])
    write_notebook(root / "order.ipynb", ["print(total)", "total = 1"])
    large = json.loads((root / "1-clean.ipynb").read_text("utf-8"))
    large["cells"][1]["source"] = "rows = []"
    large["cells"][2]["source"] = "rows.append(1)"
    large["cells"][0]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * 3_000_000}]
    (root / "large.ipynb").write_text(json.dumps(large), encoding="utf-8")
    write_notebook(root / ".ipynb_checkpoints" / "1-clean-checkpoint.ipynb", CLEAN)
    write_notebook(root / ".hidden" / "x.ipynb", CLEAN)
    (root / "environment" / "pyvenv.cfg").parent.mkdir()
    (root / "environment" / "pyvenv.cfg").write_text("home = /", encoding="utf-8")
    write_notebook(root / "environment" / "share" / "x.ipynb", CLEAN)
    (root / "pipelines" / "p" / "stages").mkdir(parents=True)
    (root / "pipelines" / "p" / "conversion.json").write_text("{}", encoding="utf-8")
    write_notebook(root / "pipelines" / "p" / "stages" / "load.ipynb", CLEAN)
    return root


@pytest.fixture
def odd(tmp_path: Path) -> Ranking:
    return rank(odd_folder(tmp_path))


def test_each_gets_its_chances_and_the_reasons(odd: Ranking) -> None:
    found = {one.path: (one.convertible, [reason.code for reason in one.reasons]) for one in odd.notebooks}
    assert found == {
        "1-clean.ipynb": ("yes", []),
        "2-train.ipynb": ("yes", []),
        "large.ipynb": ("yes", []),
        "asks.ipynb": ("perhaps", ["needs-input"]),
        "missing.ipynb": ("perhaps", ["missing-data"]),
        "order.ipynb": ("perhaps", ["used-before-defined"]),
        "packages.ipynb": ("perhaps", ["missing-package"]),
        "broken.ipynb": ("no", ["invalid-notebook"]),
        "empty.ipynb": ("no", ["invalid-notebook"]),
        "old.ipynb": ("no", ["syntax-error"]),
        "r.ipynb": ("no", ["not-python"]),
        "text.ipynb": ("no", ["no-code"]),
    }
    assert list(found)[:3] == ["1-clean.ipynb", "2-train.ipynb", "large.ipynb"]
    by_path = {one.path: one for one in odd.notebooks}
    assert [hazard.code for hazard in by_path["large.ipynb"].hazards] == ["large-output"]
    assert (by_path["missing.ipynb"].reasons[0].cell, by_path["missing.ipynb"].reasons[0].line) == (1, 1)
    assert by_path["1-clean.ipynb"].score == 100
    assert all(one.stages for one in odd.notebooks if one.convertible != "no")


def test_files_join_notebooks_and_the_joined_ones_are_proposed_first(odd: Ranking) -> None:
    (join,) = odd.joins
    assert (join.file, join.writer, join.readers) == ("out/clean.csv", "1-clean.ipynb", ("2-train.ipynb",))
    assert odd.proposals[0].notebooks == ("1-clean.ipynb", "2-train.ipynb")
    assert odd.proposals[0].name == "clean_to_train"
    assert odd.proposals[0].command.startswith("jupyter mlops convert ")
    assert {p.notebooks for p in odd.proposals[1:]} == {
        (f"{name}.ipynb",) for name in ("large", "asks", "missing", "order", "packages")
    }


def test_nothing_is_run_and_nothing_written(tmp_path: Path) -> None:
    before = sorted(odd_folder(tmp_path).rglob("*"))
    rank(tmp_path)
    assert sorted(tmp_path.rglob("*")) == before


def test_what_of_joined_notebooks_will_run_is_proposed_before_all_of_them(tmp_path: Path) -> None:
    write_notebook(tmp_path / "1.ipynb", ['open("a.txt", "w").write("")'])
    write_notebook(tmp_path / "2.ipynb", ['open("a.txt").read()', 'open("b.txt", "w").write("")'])
    write_notebook(
        tmp_path / "3.ipynb", ["import no_such_package", 'open("b.txt").read()', 'open("c.txt", "w").write("")']
    )
    write_notebook(tmp_path / "4.ipynb", ['open("C:/data/x.csv").read()', 'open("c.txt").read()'])
    found = rank(tmp_path)
    assert [[path[0] for path in proposal.notebooks] for proposal in found.proposals] == [
        ["1", "2"],
        ["1", "2", "3", "4"],
    ]
    assert [proposal.convertible for proposal in found.proposals] == ["yes", "perhaps"]
    last = next(one for one in found.notebooks if one.path == "4.ipynb")
    assert last.reads == ("C:/data/x.csv", "c.txt")


def test_notebooks_that_need_each_other_are_no_proposal(tmp_path: Path) -> None:
    write_notebook(tmp_path / "a.ipynb", ['open("b.txt").read()', 'open("a.txt", "w").write("")'])
    write_notebook(tmp_path / "b.ipynb", ['open("a.txt").read()', 'open("b.txt", "w").write("")'])
    found = rank(tmp_path)
    assert [proposal.notebooks for proposal in found.proposals] == [("a.ipynb",), ("b.ipynb",)]
    assert len(found.problems) == 1
    assert "a.ipynb reads b.txt, which b.ipynb writes" in found.problems[0]


def test_of_copies_that_write_the_same_file_the_best_is_proposed(tmp_path: Path) -> None:
    (tmp_path / "raw.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    write_notebook(tmp_path / "clean.ipynb", CLEAN)
    write_notebook(tmp_path / "clean-Copy1.ipynb", [*CLEAN, "rows.append(undefined_name)"])
    write_notebook(tmp_path / "train.ipynb", TRAIN)
    found = rank(tmp_path)
    assert found.proposals[0].notebooks == ("clean.ipynb", "train.ipynb")
    assert ("clean-Copy1.ipynb",) in [proposal.notebooks for proposal in found.proposals]
    assert "out/clean.csv" in found.problems[0]


def test_what_several_have_alike_is_named(tmp_path: Path) -> None:
    tidy = "def tidy(rows):\n    return [row for row in rows if row]"
    cell = "rows = [row for row in rows if len(row) > 3]\ntotal = sum(len(row) for row in rows)"
    write_notebook(tmp_path / "a.ipynb", [tidy, "rows = tidy([])", cell, "print(total)"])
    write_notebook(tmp_path / "b.ipynb", [tidy, "rows = tidy(['x'])", cell, "print(total)"])
    definitions, cells = rank(tmp_path).alike
    assert definitions.definitions == ("tidy",)
    assert list(definitions.places) == ["a.ipynb", "b.ipynb"]
    assert cells.places == {"a.ipynb": (2,), "b.ipynb": (2,)}
    assert cells.offer.startswith("def ")


def test_folders_in_a_repository_name_their_files_from_the_folder(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "raw.csv").write_text("a\n1\n", encoding="utf-8")
    write_notebook(tmp_path / "work" / "a.ipynb", ['x = open("../data/raw.csv").read()', 'open("a.txt", "w").write(x)'])
    write_notebook(tmp_path / "work" / "sub" / "b.ipynb", ['print(open("../a.txt").read())'])
    write_notebook(tmp_path / "elsewhere.ipynb", ["x = 1"])
    commit(tmp_path, "first")
    found = rank(tmp_path / "work")
    assert [one.path for one in found.notebooks] == ["a.ipynb", "sub/b.ipynb"]
    assert [one.convertible for one in found.notebooks] == ["yes", "yes"]
    assert found.notebooks[0].reads == ("../data/raw.csv",)
    assert found.joins[0].file == "a.txt"


def test_what_dvc_keeps_and_is_not_here(tmp_path: Path) -> None:
    (tmp_path / "raw.csv.dvc").write_text("outs: []\n", encoding="utf-8")
    write_notebook(tmp_path / "a.ipynb", ['open("raw.csv").read()'])
    assert "dvc pull" in rank(tmp_path).notebooks[0].reasons[0].message


def test_a_folder_without_notebooks(tmp_path: Path) -> None:
    with pytest.raises(MlopsError) as caught:
        rank(tmp_path)
    assert caught.value.code == "no-notebooks"


def command(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "jupyter_mlops", "convert", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_without_a_terminal_the_ranking_is_the_answer(tmp_path: Path) -> None:
    odd_folder(tmp_path)
    done = command(".", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "jupyter mlops convert 1-clean.ipynb 2-train.ipynb" in done.stdout
    document = json.loads(command(".", "--format", "json", cwd=tmp_path).stdout)
    assert document["schema"] == 1
    assert document == json.loads(
        json.dumps(document | rank(tmp_path).as_dict() | {"proposals": document["proposals"]})
    )


def test_a_folder_of_which_nothing_can_be_converted(tmp_path: Path) -> None:
    write_notebook(tmp_path / "old.ipynb", ['print "x"'])
    assert command(".", cwd=tmp_path).returncode == 1


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo terminals")
def test_on_a_terminal_one_chooses(tmp_path: Path) -> None:
    import pty

    write_notebook(tmp_path / "a.ipynb", ["x = 1"])
    write_notebook(tmp_path / "b.ipynb", ["y = 2", "print(y)"])
    main, other = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyter_mlops", "convert", ".", "--no-run"],
        cwd=tmp_path,
        stdin=other,
        stdout=other,
        stderr=other,
    )
    os.close(other)
    os.write(main, b"7\n2\n")
    shown = b""
    while True:
        try:
            part = os.read(main, 65536)
        except OSError:  # the other side is closed
            break
        shown += part
        if not part:
            break
    os.close(main)
    assert process.wait() == 0, shown.decode()
    assert shown.count(b"Convert which?") == 2
    assert (tmp_path / "pipelines" / "b" / "dvc.yaml").is_file()
    assert not (tmp_path / "pipelines" / "a").exists()
