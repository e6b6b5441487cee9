"""Data that the project fetches itself: with a checksum that its code, its commands or its settings name, or as it happens to be."""

from __future__ import annotations

import pytest

from .conftest import Project, results

SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
FIT = """
import mlflow
import pandas as pd
from sklearn.svm import SVC

rows = pd.read_csv({})
model = SVC().fit(rows[["a"]], rows["y"])
mlflow.sklearn.log_model(model, "model")
"""
WORKFLOW = """
configfile: "config.yaml"

rule fetch:
    output: "data/raw.csv"
    params: url=config["url"], sha=config["sha256"]
    {}

rule train:
    input: rows=rules.fetch.output[0]
    output: "model.txt"
    script: "train.py"
"""
SCRIPT = """
import hashlib
from urllib.request import urlopen

content = urlopen({url}).read()
{check}
with open({out}, "wb") as file:
    file.write(content)
"""
CHECK = "if hashlib.sha256(content).hexdigest() != {}:\n    raise ValueError('other data')"
CURL = 'shell: "curl -fsSL {params.url} -o {output}'
TRAIN = FIT.format("snakemake.input.rows")
SETTINGS = f"url: https://example.org/rows.csv\nsha256: {SHA}\n"


def workflow(rule: str, script: str = "", train: str = TRAIN, settings: str = SETTINGS) -> dict[str, str]:
    """A workflow of Snakemake whose first rule fetches the data."""
    return {"Snakefile": WORKFLOW.replace("{}", rule), "config.yaml": settings, "fetch.py": script, "train.py": train}


def fetched(check: str, settings: str = SETTINGS, url: str = "snakemake.params.url") -> dict[str, str]:
    """The same, by a script."""
    return workflow(
        'script: "fetch.py"', SCRIPT.format(url=url, check=check, out="snakemake.output[0]"), settings=settings
    )


def plain(check: str, url: str = "'https://example.org/rows.csv'", **files: str) -> dict[str, str]:
    """Scripts that leave and take the file under a path in the settings."""
    load = "import yaml\n\nSETTINGS = yaml.safe_load(open('config.yaml'))\n"
    path = 'SETTINGS["paths"]["rows"]'
    return {
        "config.yaml": f"paths:\n  rows: data/rows.csv\nsha256: {SHA}\n",
        "fetch.py": load + SCRIPT.format(url=url, check=check, out=path),
        "train.py": load + FIT.format(path),
    } | {f"{name}.py": text for name, text in files.items()}


def make(*lines: str, **files: str) -> dict[str, str]:
    """A target of make that fetches the data."""
    recipe = "".join(f"\t{line}\n" for line in ("curl -fsSL https://example.org/rows.csv -o $@", *lines))
    return {"Makefile": f"data/rows.csv:\n{recipe}", "train.py": FIT.format("'data/rows.csv'")} | files


VERIFY = "import hashlib\n\n\ndef verify(content, expected):\n    if hashlib.sha256(content).hexdigest() != expected:\n        raise ValueError\n"
SUMS = {"sums.txt": f"{SHA}  data/rows.csv\n"}

VERSIONED = [
    fetched(CHECK.format("snakemake.params.sha")),
    fetched("assert hashlib.sha256(content).hexdigest() == snakemake.config['sha256']"),
    fetched(CHECK.format("snakemake.params.sha").replace("raise ValueError('other data')", "raise SystemExit(1)")),
    workflow(f"{CURL} && echo '{{params.sha}}  {{output}}' | sha256sum -c -\""),
    plain(CHECK.format("SETTINGS['sha256']")),
    plain("from checks import verify\nverify(content, SETTINGS['sha256'])", checks=VERIFY),
    make(f"echo '{SHA}  $@' | sha256sum --check"),
    make("sha256sum -c sums.txt", **SUMS),
]
NOT_VERSIONED = [
    fetched(""),
    fetched(CHECK.format("snakemake.params.sha"), settings=SETTINGS.replace(SHA, "''")),
    fetched(CHECK.format("snakemake.params.sha").replace("raise ValueError", "print")),
    workflow(f'{CURL}"'),
    workflow(f"{CURL} && echo '{{params.sha}}  {{output}}' | sha256sum -c - || true\""),
    plain(""),
    plain("", url="'https://example.org/v1/rows'"),
    plain("from checks import verify\nverify(content, SETTINGS['other'])", checks=VERIFY),
    make(),
    make("-sha256sum -c sums.txt", **SUMS),
    make("sha256sum -c sums.txt"),
]


def state_of(project: Project, files: dict[str, str]) -> str:
    return results(project.files({".gitignore": "data/\n", **files}).commit().assess())["data-versioned"].state


@pytest.mark.parametrize("files", VERSIONED)
def test_a_checksum_names_the_version(project, files):
    assert state_of(project, files) == "pass"


@pytest.mark.parametrize("files", NOT_VERSIONED)
def test_without_one_it_is_as_it_happens_to_be(project, files):
    assert state_of(project, files) in ("partial", "fail")


def test_arguments_of_commands_say_what_is_read(project):
    files = {
        "Makefile": "all:\n\tpython train.py --rows data/rows.csv\n",
        "train.py": "import argparse\n\nparser = argparse.ArgumentParser()\nparser.add_argument('--rows')\noptions = parser.parse_args()\n"
        + FIT.format("options.rows"),
    }
    assert state_of(project, files) != "pass"
    project.files({".gitignore": "", "data/rows.csv": "a,y\n1,0\n"}).commit()
    assert results(project.assess())["data-versioned"].state == "pass"
