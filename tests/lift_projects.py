"""Projects that lifts are tried on: an empty-handed one, a script, and one as messy as they come."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
from pathlib import Path
from textwrap import dedent
from typing import Any

WHO = {
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}

TRAIN = """
    '''Train on the table.'''

    import numpy as np
    import pandas as pd
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.metrics import accuracy_score


    def train(frame, trees=5):
        # the model
        model = RandomForestClassifier(n_estimators=trees,  # few
                                       random_state=0)
        model.fit(frame[["a", "b"]], frame["y"])
        return model


    if __name__ == "__main__":
        table = pd.read_csv("data/table.csv")
        fitted = train(table)
        accuracy = accuracy_score(table["y"], fitted.predict(table[["a", "b"]]))
        print(f"accuracy {accuracy:.3f}")
    """

CELLS = (
    "# a notebook\nimport pandas as pd\n%matplotlib inline\nfrom sklearn.linear_model import LogisticRegression",
    'df = pd.read_csv("data/table.csv")\ndf.head()',
    'model = LogisticRegression(C=0.5)\nmodel.fit(df[["a", "b"]], df["y"])',
    'model.score(df[["a", "b"]], df["y"])',
)


#: Of a notebook that has not run anywhere else, nor for years.
OLD_CELLS = (
    "%matplotlib inline\nimport numpy as np\nimport pandas as pd",
    "df = pd.read_csv('C:\\\\Users\\\\ann\\\\Desktop\\\\Table.csv', error_bad_lines=False)  # mine\ndf.iteritems",
    "df['y'] = df.y.astype(np.int)\n!echo done",
)


def run(root: Path, *command: str, stdin: bytes = b"") -> str:
    done = subprocess.run(command, cwd=root, env=os.environ | WHO, capture_output=True, input=stdin, check=False)
    assert done.returncode == 0, f"{command}: {done.stderr.decode()}\n{done.stdout.decode()}"
    return done.stdout.decode("utf-8", "surrogateescape")


def write(root: Path, files: dict[str, str | bytes]) -> None:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else dedent(content).lstrip("\n").encode())


def notebook(*cells: str, outputs: bool = False) -> str:
    shown: list[Any] = [{"output_type": "stream", "name": "stdout", "text": ["shown\n"]}] if outputs else []
    content = {
        "cells": [
            {
                "cell_type": "code",
                "execution_count": number + 1,
                "metadata": {},
                "outputs": shown,
                "source": source.splitlines(keepends=True),
            }
            for number, source in enumerate(cells)
        ],
        "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def commit(root: Path, message: str) -> None:
    if not (root / ".git").exists():
        run(root, "git", "init", "-q", "-b", "main")
    run(root, "git", "add", "-A")
    run(root, "git", "commit", "-q", "--allow-empty", "-m", message)


def table(rows: int) -> bytes:
    return b"a,b,y\n" + b"".join(b"%d,%d,%d\n" % (row, row % 7, row % 2) for row in range(rows))


#: A table that is too large for git.
LARGE = b"a,b,y\n" + b"1,2,0\n3,5,1\n" * 900_000


def level_0(root: Path) -> None:
    """A notebook and its table, and nothing else."""
    write(root, {"churn.ipynb": notebook(*CELLS), "data/table.csv": table(40)})


def script(root: Path) -> None:
    """A script under git, with a pyproject.toml that has comments; its data is ignored."""
    write(
        root,
        {
            "src/train.py": TRAIN,
            "pyproject.toml": """
                [project]
                name = "churn"   # the product
                version = "1"
                dependencies = [
                    "pandas",  # tables
                ]
                """,
            ".gitignore": "data/\n__pycache__/\n",
            "data/table.csv": table(40),
        },
    )
    commit(root, "one")
    commit(root, "two")


def messy(root: Path) -> None:
    """What people have: everything in git, names with spaces, lines that end in \\r\\n, two of most things."""
    write(
        root,
        {
            "my notebooks/Churn final (2).ipynb": notebook(
                *(cell.replace("data/", "../data/raw files/") for cell in CELLS), outputs=True
            ),
            "train model.py": TRAIN.replace("data/table.csv", "data/raw files/table.csv"),
            "requirements.txt": b"# what we use\r\npandas\r\nsklearn   # the models\r\nnumpy>=1.20\r\n",
            ".gitignore": b"*.log\n.ipynb_checkpoints",
            "pyproject.toml": "[tool.ruff]\nline-length = 100\n",
            "data/raw files/table.csv": LARGE,
            "data/small.csv": "a\n1\n",
            "models/model v2.pkl": b"\x80\x04model",
            "my notebooks/first look 2017.ipynb": notebook(*OLD_CELLS, outputs=True),
            "my notebooks/.ipynb_checkpoints/Churn-checkpoint.ipynb": notebook("1"),
            "run.sh": "#!/bin/sh\npython 'train model.py'\n",
        },
    )
    (root / "run.sh").chmod(0o755)
    commit(root, "everything")
    write(root, {"notes.txt": "not committed\n"})


def steps(root: Path) -> None:
    """Scripts that hand a file on, one of which needs arguments that the Makefile gives, with a test of a function."""
    write(
        root,
        {
            "features.py": "def double(table):\n    return table.assign(a=table['a'] * 2)\n",
            "prepare.py": """
                import argparse

                import pandas as pd

                from features import double

                parser = argparse.ArgumentParser()
                parser.add_argument("--factor", type=int, required=True)
                factor = parser.parse_args().factor
                table = double(pd.read_csv("data/table.csv"))
                table.assign(b=table["b"] * factor).to_csv("data/prepared.csv", index=False)
                """,
            "train.py": TRAIN.replace("data/table.csv", "data/prepared.csv"),
            "Makefile": "all:\n\tpython prepare.py --factor 3\n\tpython train.py\n",
            "tests/test_features.py": "from features import double\n\n\ndef test_double(tmp_path):\n    import pandas as pd\n\n"
            "    assert double(pd.DataFrame({'a': [2]}))['a'].tolist() == [4]\n",
            "requirements.txt": "pandas\nscikit-learn\n",
            "pytest.ini": "[pytest]\npythonpath = .\n",
            "data/table.csv": table(40),
            ".gitignore": "__pycache__/\ndata/prepared.csv\n",
        },
    )
    commit(root, "one")
    commit(root, "two")


PROJECTS = {"level-0": level_0, "script": script, "messy": messy, "steps": steps}


def state(root: Path) -> dict[str, object]:
    """Every path with bytes and mode, and what git knows, but not the journal of changes."""
    found: dict[str, object] = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if name.split("/")[0] in (".mlops", ".git"):
            continue
        if path.is_symlink():
            found[name] = str(path.readlink())
        elif path.is_file():
            found[name] = (hashlib.sha256(path.read_bytes()).hexdigest(), stat.S_IMODE(path.stat().st_mode))
        else:
            found[name] = None
    found[".git"] = (root / ".git").exists()
    if found[".git"]:
        found["index"] = run(root, "git", "ls-files", "--stage")
        found["settings"] = (root / ".git/config").read_text()
        found["head"] = (root / ".git/HEAD").read_text()
    return found
