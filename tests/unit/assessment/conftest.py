"""Builds small projects with real git histories, so that the assessor is tested on what it will meet."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from jupyter_mlops.assessment.api import Assessment, assess

_WHO = {
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.org",
}


class Project:
    """A project under construction."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)

    def write(self, **files: str) -> Project:
        return self.files(files)

    def files(self, files: dict[str, str | bytes]) -> Project:
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            data = content if isinstance(content, bytes) else dedent(content).lstrip("\n").encode()
            path.write_bytes(data)
        return self

    def notebook(
        self, path: str, *cells: str, counts: tuple[int | None, ...] | None = None, **metadata: object
    ) -> Project:
        """A notebook with these code cells, run in order unless `counts` says otherwise."""
        content = {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {
                "kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"},
                **metadata,
            },
            "cells": [
                {
                    "cell_type": "code",
                    "metadata": {},
                    "execution_count": (counts[index] if counts else index + 1),
                    "outputs": [],
                    "source": dedent(source).strip("\n"),
                }
                for index, source in enumerate(cells)
            ],
        }
        return self.files({path: json.dumps(content, indent=1)})

    def edit(self, path: str, old: str, new: str) -> Project:
        text = (self.root / path).read_text(encoding="utf-8")
        assert old in text, f"{path} has no {old!r}"
        (self.root / path).write_text(text.replace(old, new), encoding="utf-8")
        return self

    def remove(self, *paths: str) -> Project:
        for path in paths:
            (self.root / path).unlink()
        return self

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", "-c", "commit.gpgsign=false", *arguments],
            cwd=self.root,
            env=os.environ | _WHO,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def commit(self, message: str = "work") -> Project:
        if not (self.root / ".git").exists():
            self.git("init", "-q", "-b", "main")
            self.git("commit", "-q", "--allow-empty", "-m", "start")
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self

    def lock(self, folder: str = ".") -> Project:
        """Writes the `dvc.lock` that `dvc repro` would: commands, parameters and hashes as they are."""
        import yaml

        base = self.root / folder
        stages = yaml.safe_load((base / "dvc.yaml").read_text())["stages"]
        params = yaml.safe_load((base / "params.yaml").read_text()) if (base / "params.yaml").exists() else {}

        def entry(path: str) -> dict[str, object]:
            data = (base / path).read_bytes()
            return {"path": path, "hash": "md5", "md5": hashlib.md5(data).hexdigest(), "size": len(data)}

        locked = {}
        for name, stage in stages.items():
            outs = [
                *stage.get("outs", []),
                *(next(iter(item)) if isinstance(item, dict) else item for item in stage.get("metrics", [])),
            ]
            locked[name] = {"cmd": stage["cmd"], "deps": [entry(dep) for dep in stage.get("deps", [])]}
            if stage.get("params"):
                locked[name]["params"] = {"params.yaml": {key: params[key] for key in stage["params"]}}
            locked[name]["outs"] = [entry(out) for out in outs]
        return self.files({f"{folder}/dvc.lock": yaml.safe_dump({"schema": "2.0", "stages": locked}, sort_keys=False)})

    def assess(self, **options: object) -> Assessment:
        return assess(self.root, date="2026-11-23", **options)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty folder to build a project in."""
    return Project(tmp_path / "project")


TRAIN = """
    import argparse

    import joblib
    import mlflow
    import pandas as pd
    from sklearn.linear_model import LogisticRegression

    from features import clean


    def train(data, output, c):
        frame = clean(pd.read_csv(data))
        mlflow.log_param("c", c)
        model = LogisticRegression(C=c).fit(frame[["a", "b"]], frame["y"])
        mlflow.log_metric("accuracy", model.score(frame[["a", "b"]], frame["y"]))
        joblib.dump(model, output)


    if __name__ == "__main__":
        parser = argparse.ArgumentParser()
        parser.add_argument("--c", type=float, default=1.0)
        train("data/clean.csv", "models/model.joblib", parser.parse_args().c)
"""

#: A workflow of projects whose continuous integration is not what they are about.
PYTEST_ON_PUSH = """
        on: [push, pull_request]
        jobs:
          test:
            runs-on: ubuntu-latest
            steps:
              - uses: actions/checkout@v4
              - run: pip install -r requirements.txt
              - run: python -m pytest
        """

LEVEL_2: dict[str, str | bytes] = {
    "README.md": """
        # Churn

        ```
        pip install -r requirements.txt
        dvc repro
        ```
        """,
    ".gitignore": "/models/\n/data/clean.csv\n",
    "requirements.txt": "dvc==3.67.1\njoblib==1.5.0\nmlflow==3.17.2\npandas==3.0.0\nscikit-learn==1.9.0\npytest==9.0.0\n",
    "data/raw.csv": "a,b,y\n1,2,0\n2,1,1\n",
    "src/features.py": """
        def clean(frame):
            return frame.dropna()
        """,
    "src/prepare.py": """
        import pandas as pd

        from features import clean

        if __name__ == "__main__":
            clean(pd.read_csv("data/raw.csv")).to_csv("data/clean.csv", index=False)
        """,
    "src/train.py": TRAIN,
    "params.yaml": "c: 0.5\n",
    "dvc.yaml": """
        stages:
          prepare:
            cmd: python src/prepare.py
            deps:
              - src/prepare.py
              - data/raw.csv
            outs:
              - data/clean.csv
          train:
            cmd: python src/train.py
            deps:
              - src/train.py
              - data/clean.csv
            params:
              - c
            outs:
              - models/model.joblib
        """,
    ".dvc/config": "",
    "data/clean.csv": "a,b,y\n1,2,0\n2,1,1\n",
    "models/model.joblib": b"\x80\x04model",
    "tests/test_features.py": """
        import pandas as pd

        from features import clean


        def test_clean_drops_rows_with_gaps():
            assert len(clean(pd.DataFrame({"a": [1, None]}))) == 1
        """,
    ".github/workflows/ci.yml": """
        name: ci
        on: [push, pull_request]
        jobs:
          test:
            runs-on: ubuntu-latest
            steps:
              - uses: actions/checkout@v4
              - run: pip install -r requirements.txt
              - name: Tests
                run: PYTHONPATH=src pytest
        """,
}


@pytest.fixture
def level_2(project: Project) -> Project:
    """An honest Level 2 project, committed."""
    return project.files(LEVEL_2).lock().commit()


@pytest.fixture
def state_of() -> Callable[[Assessment, str], str]:
    """The state of a criterion in the unit that sets the headline."""
    return lambda assessment, name: results(assessment)[name].state


def results(assessment: Assessment) -> dict[str, object]:
    return {result.criterion.id: result for result in assessment.headline.results}


def hash_of_tree(root: Path) -> str:
    """A hash of every path, kind, mode, time and byte below a folder, `.git` included."""
    sha = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        status = path.lstat()
        sha.update(f"{path.relative_to(root)} {status.st_mode} {status.st_mtime_ns}".encode("utf-8", "surrogateescape"))
        if path.is_file() and not path.is_symlink():
            sha.update(path.read_bytes())
    return sha.hexdigest()


@pytest.fixture
def tree_hash() -> Callable[[Path], str]:
    return hash_of_tree
