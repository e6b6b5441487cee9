"""Whatever lies in the folder: an answer with a note, no crash, not one byte changed, the same bytes every time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest

from jupyter_mlops.assessment.api import assess
from jupyter_mlops.errors import MlopsError

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join([f'*{chr(97 + i)}'] * 9)}]\n" for i in range(8)
)


def hostile(project):
    project.files(
        {
            "empty.py": "",
            "empty.ipynb": "",
            "zero.yaml": "",
            "null.py": b"import os\0\n",
            "latin.py": "x = 'é'".encode("latin-1"),
            "binary.ipynb": bytes(range(256)) * 20,
            "truncated.ipynb": '{"cells": [{"cell_type": "code", "source": "1',
            "list.ipynb": "[]",
            "cells.ipynb": '{"cells": [null, 1, "x", {"cell_type": 3, "source": {"a": 1}, "outputs": 7}], "metadata": []}',
            "deep.ipynb": '{"cells":' + "[" * 100_000 + "]" * 100_000 + "}",
            "dvc.yaml": BOMB,
            "params.yaml": "a: " + "[" * 3000 + "]" * 3000,
            "dvc.lock": "stages: 3",
            "sub/dvc.yaml": "stages: [1, 2]\n",
            "odd/dvc.yaml": "stages:\n  a: null\n  b: {cmd: 3, deps: {x: 1}, outs: [null, {}, {a: null}], params: [{}, null, 3]}\n",
            "odd/dvc.lock": "schema: '2.0'\nstages:\n  b: {cmd: 3, deps: [null], outs: 5}\n",
            "self.yaml": "&a [*a]\n",
            "pyproject.toml": "[project\nname=",
            "setup.cfg": "no section\n",
            "tox.ini": b"\xff\xfe",
            "Pipfile.lock": "[]",
            "Pipfile": "x",
            "poetry.lock": "content-hash",
            "uv.lock": "[[package]]\nname = \n",
            "requirements.txt": b"\xff\xfe p\0a",
            "environment.yml": "dependencies: {a: b}\n",
            "Dockerfile": "FROM\nRUN [\nCOPY\n\\",
            "docker-compose.yml": "services: [a]\n",
            "Makefile": "\t\n:\n: :\n$(x): $(y)\n\t$(",
            "prefect.yaml": "deployments: 3\n",
            "pipeline.yaml": "tasks:\n  - 1\n  - {source: 3, product: x}\n  - {source: a.py, product: {nb: 1}, upstream: {b: 1}, params: [1]}\n",
            ".github/workflows/a.yml": "",
            ".github/workflows/b.yml": "on: {push: 3}\njobs: {a: 1, b: {steps: 4}, c: {steps: [1, {run: 3}, {uses: 5}, {uses: ./x}], needs: {a: 1}}}\n",
            ".github/workflows/c.yml": "- 1\n- 2\n",
            ".gitlab-ci.yml": "a: {script: {x: 1}}\nb: {script: [[1, [ls]]], rules: 3, only: 4, extends: b}\ninclude: {local: 3}\n",
            ".pre-commit-config.yaml": "repos: {a: 1}\n",
            ".dvc/config": "x = 1\n[",
            "data.csv.dvc": "outs: 3\n",
            "deep.py": "x = " + "(" * 5000 + "1" + ")" * 5000,
            "nested.py": "x = " + "-" * 3000 + "1\n",
            "py2.py": "print 'hello'\n",
            "odd name \n é.py": "import mlflow\n",
            "MLproject": "entry_points: [1]\n",
            "Procfile": "::\nweb\n",
            "script.sh": "if ; then\n'unterminated\n$( ( \n<<EOF\n",
            "noxfile.py": "import nox\n@nox.session\ndef a(session):\n    session.run(*x)\n",
            "README.md": "```\npython\n```\n`",
            "/".join(["d"] * 100) + "/x.py": "import os\n",
        }
    )
    root = project.root
    (root / "loop").symlink_to(root)
    (root / "escape.yaml").symlink_to("/etc/passwd")
    (root / "etc").symlink_to("/etc")
    (root / "broken.py").symlink_to("nowhere")
    os.mkfifo(root / "pipe.py")
    os.mkfifo(root / "dvc.fifo.yaml")
    locked = root / "locked.py"
    locked.write_text("import os\n")
    locked.chmod(0)
    return project


@pytest.mark.parametrize("committed", [False, True])
def test_hostile_files_give_an_answer_with_notes(project, committed):
    hostile(project)
    if committed:
        project.commit()
    assessment = project.assess()
    assert assessment.level == 0
    messages = {(note.path, note.message.split(":")[0]) for note in assessment.notes}
    assert ("dvc.yaml", "aliases expand to more values than any real file holds") in messages
    assert ("truncated.ipynb", "not valid JSON") in messages
    assert ("latin.py", "not valid UTF-8") in messages
    assert not [note for note in assessment.notes if note.message.startswith("probe ")], assessment.notes
    assert "root:" not in json.dumps(assessment.to_dict())


def test_not_one_byte_of_the_tree_changes(level_2, tree_hash):
    before = tree_hash(level_2.root)
    level_2.assess().to_dict()
    assert tree_hash(level_2.root) == before


def test_same_tree_and_date_give_the_same_bytes(level_2, tmp_path):
    hostile(level_2).commit()
    command = [
        sys.executable,
        "-m",
        "jupyter_mlops",
        "assess",
        str(level_2.root),
        "--format",
        "json",
        "--date",
        "2026-11-23",
    ]
    settings = [
        {"LC_ALL": "C", "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "1"},
        {
            "LC_ALL": "C.UTF-8",
            "TZ": "America/New_York",
            "PYTHONHASHSEED": "2",
            "HOME": str(tmp_path),
            "GIT_DIR": "/nowhere",
        },
    ]
    answers = [
        subprocess.run(command, env=os.environ | each, capture_output=True, check=True, cwd=tmp_path).stdout
        for each in settings
    ]
    assert answers[0] == answers[1]
    assert json.loads(answers[0])["level"] in range(5)


def test_nothing_heavy_is_imported(level_2):
    code = (
        "import sys; from jupyter_mlops.cli import main\n"
        "try: main(['assess', sys.argv[1], '--format', 'json'])\n"
        "except SystemExit: pass\n"
        "heavy = {'mlflow','ploomber','dvc','prefect','pandas','numpy','matplotlib','nbformat','IPython','papermill','jupyter_server','libcst','sklearn'}\n"
        "sys.stderr.write(','.join(sorted(heavy & set(sys.modules))))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(level_2.root)], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["schema"] == 1
    assert done.stderr == ""


def test_a_path_that_is_not_there_is_the_users_error(tmp_path):
    with pytest.raises(MlopsError) as caught:
        assess(tmp_path / "nope")
    assert (caught.value.code, caught.value.exit_status) == ("path-not-found", 2)


def test_a_file_is_assessed_as_its_project(level_2):
    assert assess(level_2.root / "src/train.py").project.folder == "."


def test_a_file_without_git_is_assessed_with_its_folder(project):
    project.files({"src/train.py": "x = 1\n"})
    assert assess(project.root / "src/train.py").project.base.name == "src"


def test_secrets_are_never_printed(project):
    secret, word = "AKIA" + "ABCDEFGHIJKLMNOP", "s3cr3t-t0k3n"
    project.notebook("a.ipynb", f"import mlflow\nkey = '{secret}'\nmodel.fit(key='{secret}')")
    project.files(
        {
            "train.py": f'password = "hunter2-{secret[4:9]}-X9"\nurl = "https://me:{word}@host/x"\nmodel.fit(1, "{secret}")\n'
        }
    ).commit()
    text = json.dumps(project.assess().to_dict())
    assert secret not in text
    assert "s3cr3t" not in text
    assert "hunter2" not in text
    assert '"no-secrets"' in text


def test_a_history_that_cannot_be_read_leaves_the_report(level_2):
    from jupyter_mlops.assessment.history import read_history
    from jupyter_mlops.assessment.reports.html_report import REPORT

    level_2.files({".mlops/history.jsonl": b"\x80\xff\n"})
    assert "The history cannot be read" in REPORT.render(level_2.assess(), False)
    for text in (b"{\n", b'{"units":' + b"[" * 100_000):
        level_2.files({".mlops/history.jsonl": text})
        with pytest.raises(MlopsError):
            read_history(level_2.root)
    (level_2.root / ".mlops/history.jsonl").unlink()
    (level_2.root / ".mlops/history.jsonl").symlink_to("/etc/passwd")
    assert read_history(level_2.root) == []


def test_a_word_without_end_in_a_script_takes_little_time(project):
    project.files({"run.sh": "[" * 1_000_000, "Makefile": "a:\n\t" + "x" * 1_000_000 + "\n"})
    start = time.process_time()
    project.assess()
    assert time.process_time() - start < 10


def test_a_text_without_end_is_masked_in_little_time():
    from jupyter_mlops.assessment.secrets import find_secret, mask

    start = time.process_time()
    assert len(mask("a:\n " * 100_000)) < 5_000
    # It took the square of its length, which were hours.
    assert find_secret("a" * 300_000) is None
    assert time.process_time() - start < 10


@pytest.mark.parametrize("text", ["[tool{0}]\na = 1\n", "a{0} = 1\n", "a = {{b{0} = 1}}\n"])
def test_a_dotted_key_without_end_is_a_note_in_little_time(project, text):
    start = time.process_time()
    assessment = project.files({"pyproject.toml": text.format(".x" * 50_000)}).commit().assess()
    assert ("pyproject.toml", "nested deeper than 200 levels") in {(n.path, n.message) for n in assessment.notes}
    # The parser alone takes minutes.
    assert time.process_time() - start < 10
