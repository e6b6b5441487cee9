"""The three projects of the specification: an honest Level 0, a gamed one, and one whose CI says hi."""

from __future__ import annotations

from .conftest import results


def test_p1_one_messy_notebook_is_level_0(project):
    project.notebook(
        "Untitled1.ipynb",
        "!pip install pandas\nimport pandas as pd\ndf = pd.read_csv('/home/me/churn.csv')",
        "model.fit(df[['a']], df.y)",
        "from sklearn.linear_model import LogisticRegression\nmodel = LogisticRegression()",
        counts=(3, 5, 1),
    )
    project.files(
        {"requirements.txt": "pandas\nmlflow\ndvc\n", "dvc.yaml": "stages:\n  a:\n    cmd: python a.py\n"}
    ).commit()
    assessment = project.assess()
    assert assessment.level == 0
    found = results(assessment)
    assert found["code-versioned"].state == "pass"
    assert found["data-versioned"].state in ("fail", "partial")
    assert found["experiments-tracked"].state == "fail"
    evidence = found["experiments-tracked"].evidence[0]
    assert (evidence.path, evidence.cell, evidence.line) == ("Untitled1.ipynb", 1, 1)
    codes = {(issue.code, issue.cell) for issue in assessment.headline.notebooks}
    assert {
        ("used-before-defined", 1),
        ("out-of-order", 2),
        ("installs-packages", 0),
        ("absolute-path", 0),
        ("unnamed", None),
    } <= codes
    assert all(answer.state != "yes" for answer in assessment.headline.answers)


def test_p2_empty_files_and_listed_tools_earn_nothing(project):
    project.files(
        {
            "requirements.txt": "mlflow==3.1.0\ndvc==3.50.0\nprefect==3.0.0\nfastapi==0.110.0\nevidently==0.5.0\nprometheus-client==0.20.0\n",
            "Dockerfile": "",
            "docker-compose.yml": "",
            "dvc.lock": "",
            "uv.lock": "",
            "poetry.lock": "",
            ".github/workflows/ci.yml": "",
            ".gitlab-ci.yml": "",
            ".dvc/config": "",
            ".pre-commit-config.yaml": "repos: []\n",
            "tests/test_model.py": "def test_model():\n    assert True\n",
            "tests/__init__.py": "",
            "train.py": "import mlflow\nimport wandb\nfrom sklearn.svm import SVC\n\nSVC().fit([[0], [1]], [0, 1])\n",
            "prometheus.yml": "",
            "k8s/deployment.yaml": "{}\n",
            "MODEL_CARD.md": "",
            "README.md": "# An MLOps project with DVC, MLflow, CI/CD, monitoring and governance\n",
        }
    ).commit()
    assessment = project.assess()
    assert assessment.level == 0
    found = results(assessment)
    passed = {name for name, result in found.items() if result.criterion.required and result.state == "pass"}
    assert passed == {"code-versioned"}
    assert all(
        answer.state == "no" for answer in assessment.headline.answers if answer.id not in ("versioning", "pipelines")
    )
    assert found["experiments-tracked"].rung == 1
    assert found["tests"].rung <= 1
    assert found["ci"].rung == 0


def test_p3_has_its_lock_credit_and_no_ci_credit_for_echo(project):
    project.files(
        {
            "pyproject.toml": """
                [project]
                name = "healthy"
                version = "1"
                requires-python = ">=3.10"
                dependencies = ["pandas>=2,<3", "requests[socks]>=2 ; python_version >= '3.10'"]

                [dependency-groups]
                dev = ["pytest>=8"]
                """,
            "uv.lock": """
                version = 1
                requires-python = ">=3.10"

                [[package]]
                name = "healthy"
                version = "1"
                source = { editable = "." }
                dependencies = [
                    { name = "pandas" },
                    { name = "requests", extra = ["socks"], marker = "python_full_version >= '3.10'" },
                ]

                [package.dev-dependencies]
                dev = [
                    { name = "pytest" },
                ]

                [package.metadata]
                requires-dist = [
                    { name = "pandas", specifier = ">=2,<3" },
                    { name = "requests", extras = ["socks"], marker = "python_full_version >= '3.10'", specifier = ">=2" },
                ]

                [package.metadata.requires-dev]
                dev = [{ name = "pytest", specifier = ">=8" }]

                [[package]]
                name = "pandas"
                version = "2.2.0"

                [[package]]
                name = "pytest"
                version = "8.0.0"

                [[package]]
                name = "requests"
                version = "2.32.0"
                """,
            "src/healthy/__init__.py": "def double(x):\n    return 2 * x\n",
            "tests/test_double.py": "from healthy import double\n\n\ndef test_double():\n    assert double(2) == 4\n",
            ".github/workflows/ci.yml": "on: push\njobs:\n  hi:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo hi\n",
        }
    ).commit()
    found = results(project.assess())
    locks = [finding for finding in found["pipeline-reproducible"].evidence if finding.probe == "uv"]
    assert {finding.rung for finding in locks} == {4}
    assert found["tests"].state == "pass"
    assert found["ci"].state == "fail"
    assert found["ci"].evidence[0].line == 6

    project.edit("pyproject.toml", "pandas>=2,<3", "pandas>=2,<4").commit()
    stale = results(project.assess())["pipeline-reproducible"]
    assert "stale" in stale.message
    assert {finding.rung for finding in stale.evidence if finding.probe == "uv"} == {2}


def test_what_is_not_committed_is_worth_half(level_2):
    level_2.git("rm", "-q", "--cached", ".github/workflows/ci.yml")
    level_2.git("commit", "-q", "-m", "without")
    found = results(level_2.assess())["ci"]
    assert (found.state, found.rung) == ("partial", 2)
    assert "not committed" in found.message


def test_the_level_of_a_folder_without_git_is_0(project):
    from .conftest import LEVEL_2

    assert project.files(LEVEL_2).assess().level == 0


def test_an_empty_folder_is_level_0_and_says_so(project):
    assessment = project.assess()
    assert assessment.level == 0
    assert assessment.headline.answers[0].state == "no"
