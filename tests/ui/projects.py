"""Small projects as a person would have them, written to disk for the browser tests."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

import nbformat

#: As JupyterLab writes it when the kernel has started: with less, it would take the notebook for changed then.
_LANGUAGE = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
    "version": platform.python_version(),
}

_TABLE = "tenure,charges,churned\n" + "".join(
    f"{tenure},{20 + (tenure * 7) % 60},{int((tenure * 13) % 5 < 2)}\n" for tenure in range(1, 73)
)

_TRAIN = '''"""Fits the model and keeps its figures in MLflow."""

import mlflow
import pandas as pd
from sklearn.linear_model import LogisticRegression


def main():
    customers = pd.read_csv("data/churn.csv")
    with mlflow.start_run():
        model = LogisticRegression(C=0.5).fit(customers[["tenure", "charges"]], customers["churned"])
        mlflow.log_param("C", 0.5)
        mlflow.log_metric("accuracy", model.score(customers[["tenure", "charges"]], customers["churned"]))


if __name__ == "__main__":
    main()
'''

_TRAIN_UNTRACKED = '''"""Fits the model."""

import pandas as pd
from sklearn.linear_model import LogisticRegression

customers = pd.read_csv("data/churn.csv")
model = LogisticRegression(C=0.5).fit(customers[["tenure", "charges"]], customers["churned"])
accuracy = model.score(customers[["tenure", "charges"]], customers["churned"])
print(accuracy)
'''

_CHURN = [
    "# Churn\n\nWho leaves, and why.",
    "import pandas as pd\n\nTEST_SHARE = 0.25",
    "## Load the data",
    "customers = pd.read_csv('../data/churn.csv')\ncustomers.head()",
    "## Clean",
    "customers['yearly'] = customers['charges'] * 12\ncustomers.describe()",
    "## Train",
    """split = int(len(customers) * (1 - TEST_SHARE))
train, test = customers[:split], customers[split:]
threshold = train.loc[train['churned'] == 1, 'tenure'].mean()
threshold""",
    "## Evaluate",
    """predicted = (test['tenure'] < threshold).astype(int)
accuracy = float((predicted == test['churned']).mean())
print(f'accuracy {accuracy:.3f}')""",
]

_BROKEN = [
    "# A notebook that stops",
    "import pandas as pd",
    "customers = pd.read_csv('../data/churn.csv')",
    "customers['no such column'].mean()",
]

_SLOW = [
    "# A notebook that takes its time",
    "import time",
    "print('begun')",
    "for second in range(600):\n    time.sleep(1)",
    "print('done')",
]

_HOSTILE = [
    "# <img src=x onerror=\"window.hacked = 'heading'\">\n\n<script>window.hacked = 'script'</script>",
    "title = '<img src=x onerror=\"window.hacked = 1\">'",
    "raise ValueError(title)",
]


def write_churn(folder: Path) -> None:
    """A project under git whose notebook trains, with tracking beside it: some criteria met, most not.

    Args:
        folder: where; it is made.
    """
    _write(folder / "data" / "churn.csv", _TABLE)
    _write(folder / "train.py", _TRAIN)
    _write(folder / "requirements.txt", "mlflow\npandas==2.2.3\nscikit-learn==1.5.2\n")
    _write(folder / "README.md", "# Churn\n\nRun `python train.py`.\n")
    write_notebook(folder / "notebooks" / "churn.ipynb", _CHURN)
    _git(folder, "init", "-q", "-b", "main")
    _git(folder, "add", ".")
    _git(folder, "commit", "-q", "-m", "First")
    _write(folder / "README.md", "# Churn\n\nRun `python train.py` and read `notebooks/churn.ipynb`.\n")
    _git(folder, "commit", "-q", "-am", "Say more")


def write_untracked(folder: Path) -> None:
    """Replace the script of a project by one that trains without keeping its figures, and commit that."""
    _write(folder / "train.py", _TRAIN_UNTRACKED)
    _git(folder, "commit", "-q", "-am", "Keep it simple")


def write_broken(path: Path) -> None:
    """A notebook whose fourth cell raises."""
    write_notebook(path, _BROKEN)


def write_slow(path: Path) -> None:
    """A notebook that takes ten minutes."""
    write_notebook(path, _SLOW)


def write_slow_and_old(path: Path) -> None:
    """The same, with something at its end that NumPy does not have any more."""
    write_notebook(path, [*_SLOW, "import numpy as np\nnp.int(1)"])


def write_aged(path: Path) -> None:
    """A notebook that stopped running, with markup in its text and a password in its code."""
    write_notebook(
        path,
        [
            "# <img src=x onerror=\"window.hacked = 'title'\">",
            "import numpy as np\nimport pandas as pd\n\nPASSWORD = 'Tr0ub4dor&3xyz'",
            "customers = pd.DataFrame({'tenure': [1, 2, 3]})",
            "customers.head()",
            "customers = customers.append({'tenure': 4}, ignore_index=True)  # <script>window.hacked = 'code'</script>",
            "years = customers['tenure'].astype(np.int) / 12\nlong = years > 2\nshort = ~long\nrounded = years.astype(np.float)",
        ],
    )


def write_hostile(path: Path) -> None:
    """A notebook whose text would run in the page if it were taken for HTML."""
    write_notebook(path, _HOSTILE)


def write_hostile_sections(path: Path) -> None:
    """A notebook that runs, whose headings and code would run in the page if they were taken for HTML."""
    tag = "<img src=x onerror=\"window.hacked = '{}'\">"
    write_notebook(
        path,
        [
            f"# {tag.format('title')}",
            "import json",
            f"## {tag.format('heading')} <script>window.hacked = 'script'</script>",
            f"items = [{tag.format('code')!r}]",
            "## Look",
            "items.append(2)\nprint(len(items))",
            f"## {tag.format('another')}",
            "print(json.dumps(items))",
        ],
    )


def write_long(path: Path, cells: int) -> None:
    """A notebook of many cells, each a step of a sum, with a heading before every tenth."""
    steps = [
        f"## Part {number // 10}" if number % 10 == 0 else f"total = total + {number}\nprint(total)"
        for number in range(1, cells)
    ]
    write_notebook(path, ["total = 0", *steps])


def write_installing(path: Path) -> None:
    """A notebook that installs a package."""
    write_notebook(path, ["# Installs", "%pip install rich", "import rich", "print(rich.__name__)"])


def write_notebook(path: Path, sources: list[str]) -> None:
    """A notebook with a cell a source; those that begin with # and a space are Markdown."""
    cells = [
        nbformat.v4.new_markdown_cell(source) if source.startswith("#") else nbformat.v4.new_code_cell(source)
        for source in sources
    ]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    notebook = nbformat.v4.new_notebook(
        cells=cells,
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"},
            "language_info": _LANGUAGE,
        },
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file below a folder and its bytes, git's own and Jupyter's checkpoints apart."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not {".git", ".ipynb_checkpoints"} & set(path.relative_to(folder).parts)
    }


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def _git(folder: Path, *arguments: str) -> None:
    identity = {
        "GIT_AUTHOR_NAME": "Data Scientist",
        "GIT_AUTHOR_EMAIL": "ds@example.com",
        "GIT_COMMITTER_NAME": "Data Scientist",
        "GIT_COMMITTER_EMAIL": "ds@example.com",
    }
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, env={**os.environ, **identity})
