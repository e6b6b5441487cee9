"""A certificate can be made again from its commit, so whatever is changed in it shows."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_mlops.assessment import certificate as certificates
from jupyter_mlops.assessment.certificate import check_certificate, make_certificate
from jupyter_mlops.assessment.history import record
from jupyter_mlops.assessment.rulesets import RULESET
from jupyter_mlops.errors import MlopsError

DAY = "2026-11-23"


def run(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "jupyter_mlops", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def certified(level_2, tmp_path):
    """A Level 2 project, and the file of its certificate."""
    file = level_2.root / "certificate.md"
    file.write_text(make_certificate(level_2.root, date=DAY).text, encoding="utf-8")
    return level_2, file


def test_it_says_what_the_commit_has_and_is_true(certified, tree_hash):
    project, file = certified
    before = tree_hash(project.root)
    check = check_certificate(file)
    assert (check.valid, check.made.level, check.made.commit) == (True, 2, project.git("rev-parse", "HEAD").strip())
    assert tree_hash(project.root) == before
    assert "| 2 | Run the tests or the pipeline on every push | pass, E3 |" in file.read_text(encoding="utf-8")


def test_what_is_not_committed_does_not_count(level_2):
    level_2.remove("tests/test_features.py").commit()
    assert make_certificate(level_2.root, date=DAY).level == 1
    level_2.files(
        {"tests/test_features.py": "from features import clean\n\n\ndef test_it():\n    assert clean(None)\n"}
    )
    assert make_certificate(level_2.root, date=DAY).level == 1
    assert make_certificate(level_2.root, date=DAY, commit="HEAD~1").level == 2


def test_it_is_true_in_any_clone_and_after_more_work(certified, tmp_path):
    project, file = certified
    project.remove("tests/test_features.py").commit()
    assert check_certificate(file).valid
    clone = tmp_path / "elsewhere" / "other-name"
    project.git("clone", "-q", str(project.root), str(clone))
    assert check_certificate(file, repository=clone).valid
    assert check_certificate(clone / "certificate.md").valid


def test_it_says_where_a_level_rests_on_a_waiver(level_2):
    level_2.remove("tests/test_features.py")
    level_2.edit(".github/workflows/ci.yml", "PYTHONPATH=src pytest", "dvc repro")
    reason = "the tests follow with the next release"
    level_2.files(
        {
            ".mlops/waivers.toml": f'[[waiver]]\ncriterion = "tests"\nreason = "{reason}"\nowner = "@a"\nexpires = 2026-12-31\n'
        }
    ).commit()
    made = make_certificate(level_2.root, date=DAY)
    assert made.level == 2
    assert made.text.startswith("# Certificate: Level 2, Automated pipelines + testing (1 waived)\n")
    assert reason in made.text
    assert make_certificate(level_2.root, date="2027-01-01").level == 1


def test_line_ends_that_git_changes_do_not_matter(certified):
    _, file = certified
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert check_certificate(file).valid


def test_a_folder_of_a_repository_has_its_own(level_2, tmp_path):
    mono = tmp_path / "mono"
    shutil.copytree(level_2.root, mono / "churn", ignore=shutil.ignore_patterns(".git"))
    subprocess.run("git init -q . && git add -A", shell=True, cwd=mono, check=True)
    for _ in range(2):
        subprocess.run(
            [
                "git",
                "-c",
                "user.name=a",
                "-c",
                "user.email=a@example.org",
                "commit",
                "-q",
                "--allow-empty",
                "-m",
                "work",
            ],
            cwd=mono,
            check=True,
        )
    made = make_certificate(mono / "churn", date=DAY)
    assert made.path == "churn"
    (mono / "c.md").write_text(made.text, encoding="utf-8")
    assert check_certificate(mono / "c.md").valid


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_edit_goes_unnoticed(certified, data):
    _, file = certified
    text = file.read_text(encoding="utf-8")
    at = data.draw(st.integers(0, len(text) - 1))
    kind = data.draw(st.sampled_from(["replace", "insert", "delete"]))
    letter = data.draw(st.sampled_from(list("0123456789abcdefL |\n#-")))
    edited = {
        "replace": text[:at] + letter + text[at + 1 :],
        "insert": text[:at] + letter + text[at:],
        "delete": text[:at] + text[at + 1 :],
    }[kind]
    file.write_text(edited, encoding="utf-8", newline="\n")
    try:
        found = outcome(file)
    finally:
        file.write_text(text, encoding="utf-8", newline="\n")
    # Editors add and remove the last line's end.
    if edited.rstrip("\n") == text.rstrip("\n") and edited.count("\n") <= text.count("\n"):
        assert found == "true"
    else:
        assert found in ("not true", "invalid-certificate", "unknown-commit", "other-ruleset")


def outcome(file):
    try:
        return "true" if check_certificate(file).valid else "not true"
    except MlopsError as error:
        return error.code


def test_a_higher_level_with_a_fitting_digest_is_not_true(certified):
    project, file = certified
    text = file.read_text(encoding="utf-8").replace("Level 2", "Level 3").replace("level: 2", "level: 3")
    file.write_text(text, encoding="utf-8")
    done = run("verify-certificate", file, cwd=project.root)
    assert done.returncode == 1
    assert "has Level 2, and the file says something else" in done.stdout
    assert "+level: 3" in done.stdout
    document = json.loads(run("verify-certificate", file, "--format", "json", cwd=project.root).stdout)
    assert (document["valid"], document["level"], document["claimed_level"]) == (False, 2, 3)


def test_what_cannot_be_checked_says_why(certified, tmp_path):
    project, file = certified
    text = file.read_text(encoding="utf-8")
    cases = [
        ("# no certificate\n", "invalid-certificate", 2),
        (text.replace("path: .", "path: ../other"), "invalid-certificate", 2),
        (text.replace("path: .", "path: nowhere"), "invalid-certificate", 2),
        (text.replace("date: 2026-11-23", "date: today"), "invalid-certificate", 2),
        (text.replace("commit: ", "commit: --output="), "invalid-certificate", 2),
        (text.replace("commit: ", "commit: 0000")[: -len("0000")], "invalid-certificate", 2),
        (text.replace(f"ruleset: {RULESET}", "ruleset: 0.1.0"), "other-ruleset", 3),
    ]
    commit = project.git("rev-parse", "HEAD").strip()
    cases.append((text.replace(commit, "0" * 40), "unknown-commit", 2))
    for edited, code, status in cases:
        file.write_text(edited, encoding="utf-8")
        with pytest.raises(MlopsError) as raised:
            check_certificate(file)
        assert (raised.value.code, raised.value.exit_status) == (code, status)
    file.write_text(text, encoding="utf-8")
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(file, alone)
    assert run("verify-certificate", alone / file.name, cwd=alone).returncode == 2
    assert run("verify-certificate", alone / file.name, "--path", project.root, cwd=alone).returncode == 0
    shallow = tmp_path / "shallow"
    project.git("clone", "-q", "--depth", "1", f"file://{project.root}", str(shallow))
    done = run("verify-certificate", file, "--path", shallow, cwd=alone)
    assert (done.returncode, "[shallow-repository]" in done.stderr) == (2, True)
    with pytest.raises(MlopsError, match="no git repository"):
        make_certificate(alone)


def test_no_hook_or_filter_of_the_repository_runs(level_2, tmp_path):
    mark = tmp_path / "ran"
    for name in ("post-checkout", "reference-transaction"):
        hook = level_2.root / ".git/hooks" / name
        hook.write_text(f"#!/bin/sh\ntouch '{mark}'\n", encoding="utf-8")
        hook.chmod(0o755)
    level_2.git("config", "filter.mark.smudge", f"touch '{mark}'; cat")
    level_2.files({".gitattributes": "*.py filter=mark\n"})
    hooks = level_2.root / ".git/hooks"
    hooks.rename(hooks.with_name("hooks-aside"))
    level_2.commit()
    hooks.with_name("hooks-aside").rename(hooks)
    mark.unlink(missing_ok=True)
    assert make_certificate(level_2.root, date=DAY).level == 2
    assert not mark.exists()


def test_recording_celebrates_each_level_once_and_writes_its_certificate(level_2):
    first = run("history", "--record", "--date", DAY, cwd=level_2.root)
    assert "⚑ Level 1 reached" in first.stdout
    assert "⚑ Level 2 reached: Automated pipelines + testing" in first.stdout
    assert "Celebrate it: Delete all products" in first.stdout
    file = level_2.root / certificates.FOLDER / "level-2.md"
    assert check_certificate(file).valid
    level_2.remove("tests/test_features.py").commit()
    lost = run("history", "--record", "--date", "2026-11-24", cwd=level_2.root)
    assert "⚑" not in lost.stdout
    level_2.git("checkout", "-q", "HEAD~1", "--", "tests/test_features.py")
    level_2.commit()
    won_back = run("history", "--record", "--date", "2026-11-25", "--format", "json", cwd=level_2.root)
    assert [row["level"] for row in json.loads(won_back.stdout)] == [2, 1, 2]
    assert "⚑" not in won_back.stdout + won_back.stderr
    assert check_certificate(file).valid


def test_assessing_tells_of_a_new_level_until_it_is_recorded(level_2):
    assert "⚑ Level 2 is new here" in run("assess", "--date", DAY, cwd=level_2.root).stdout
    record(level_2.root, level_2.assess())
    assert "⚑" not in run("assess", "--date", DAY, cwd=level_2.root).stdout


def test_a_level_that_only_the_working_tree_has_gets_no_certificate(level_2):
    level_2.edit(".github/workflows/ci.yml", "PYTHONPATH=src pytest", "PYTHONPATH=src pytest || true").commit()
    level_2.edit(".github/workflows/ci.yml", "pytest || true", "pytest")
    said = run("history", "--record", "--date", DAY, cwd=level_2.root).stdout
    assert "Level 2 reached" in said
    assert "by itself has Level 1. Commit what is missing" in said
    assert not (level_2.root / certificates.FOLDER).exists()
    level_2.commit()
    assert (
        "Certificate: .mlops/certificates/level-2.md"
        in run("history", "--record", "--date", DAY, cwd=level_2.root).stdout
    )
