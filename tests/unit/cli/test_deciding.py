"""What people decide, on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jupyter_mlops.cli.app import main

REASON = "tests follow with the modules"


@pytest.fixture
def mlops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Runs a command in a project; gives the exit status and what it said."""
    (tmp_path / "train.py").write_text("from sklearn.svm import SVC\nSVC().fit([[1], [2]], [0, 1])\n")
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        return ended.value.code or 0, capsys.readouterr().out

    return run


def test_a_waiver_is_shown_written_and_withdrawn(mlops, tmp_path: Path) -> None:
    file = tmp_path / ".mlops" / "waivers.toml"
    waive = ("waive", "tests", "--reason", REASON, "--owner", "@ada")
    status, said = mlops(*waive, "--dry-run")
    assert status == 0
    assert f'+reason = "{REASON}"' in said
    assert "Nothing was written." in said
    assert not file.exists()

    status, said = mlops(*waive)
    assert (status, "Written: .mlops/waivers.toml" in said) == (0, True)
    assert f'reason = "{REASON}"' in file.read_text()

    status, said = mlops("withdraw", "tests", "--format", "json")
    assert (status, json.loads(said)["applied"]["paths"]) == (0, [".mlops/waivers.toml"])
    assert REASON not in file.read_text()


def test_attestations_exemptions_and_answers(mlops, tmp_path: Path) -> None:
    assert mlops("attest", "ci", "--evidence", "https://ci.example.org/churn", "--owner", "@ada", "--yes")[0] == 0
    assert mlops("exempt", "model-served", "--reason", "nightly batch only", "--owner", "@ada")[0] == 0
    assert mlops("self-assess", "serving", "partly")[0] == 0
    text = (tmp_path / ".mlops" / "waivers.toml").read_text()
    assert text.index("[[attest]]") < text.index("[[not_applicable]]")
    assert 'serving = "partly"' in (tmp_path / ".mlops" / "self-assessment.toml").read_text()
    assert mlops("self-assess", "serving", "none")[0] == 0
    assert "serving" not in (tmp_path / ".mlops" / "self-assessment.toml").read_text()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("waive", "tests", "--reason", "later", "--owner", "@ada"), "invalid-configuration"),
        (("waive", "nonsense", "--reason", REASON, "--owner", "@ada"), "invalid-configuration"),
        (("waive", "tests", "--reason", REASON, "--owner", "@ada", "--until", "soon"), "invalid-option"),
        (("self-assess", "serving", "perhaps"), "invalid-option"),
    ],
)
def test_what_cannot_be_decided_is_told_and_not_written(mlops, tmp_path: Path, arguments, code) -> None:
    status, said = mlops(*arguments, "--format", "json")
    assert (status, json.loads(said)["error"]["code"]) == (2, code)
    assert not (tmp_path / ".mlops").exists()
