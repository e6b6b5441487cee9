"""The frame of the command line: version, help, usage errors and what it costs to start."""

from __future__ import annotations

import resource
import subprocess
import sys

import pytest

#: Packages that cost a second or more to import and that no command may load before it needs them.
HEAVY = {"mlflow", "ploomber", "dvc", "prefect", "pandas", "numpy", "matplotlib", "nbformat", "IPython", "papermill"}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "jupyter_mlops", *arguments], capture_output=True, text=True, check=False, timeout=60
    )


def test_version_needs_no_command() -> None:
    done = run("--version")
    assert done.returncode == 0
    name, version = done.stdout.split()
    assert name == "jupyter-mlops"
    assert version[0].isdigit()


def test_no_arguments_show_the_help() -> None:
    done = run()
    assert done.returncode == 0
    assert "Usage: jupyter mlops" in done.stdout
    assert "assess" in done.stdout


@pytest.mark.parametrize("arguments", [["nonsense"], ["--nonsense"], ["assess", "--nonsense"]])
def test_usage_errors_exit_2_without_a_traceback(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "nonsense" in done.stderr
    assert "Traceback" not in done.stderr


def test_every_command_has_help() -> None:
    listing = run("--help").stdout.partition("Commands:")[2].splitlines()
    names = [line.split()[0] for line in listing if line.startswith("  ") and not line.startswith("   ")]
    assert "assess" in names
    for name in names:
        done = run(name, "--help")
        assert done.returncode == 0, name
        assert f"jupyter mlops {name}" in done.stdout


def test_help_is_light() -> None:
    code = "import sys\nfrom jupyter_mlops.cli.app import build_app\nbuild_app()\nprint(*sys.modules)"
    loaded = set(subprocess.check_output([sys.executable, "-c", code], text=True).split())
    assert not loaded & HEAVY
    run("--help")  # compiles what is not compiled yet
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run("--help")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.5
