"""A package adds a probe, a criterion and a report: the example of the documentation, installed for real."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_mlops.assessment.criteria import built_in
from jupyter_mlops.assessment.probes import all_probes
from jupyter_mlops.assessment.reports import report_named
from jupyter_mlops.errors import MlopsError

_PAGE = Path(__file__).resolve().parents[3] / "docs" / "extending.md"
ENTRY_POINTS = """
[jupyter_mlops.probes]
acme = acme_mlops:PROBE
[jupyter_mlops.criteria]
acme = acme_mlops:CRITERION
[jupyter_mlops.reports]
csv = acme_mlops:REPORT
"""


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Puts a distribution on the path; gives the folder it lies in."""
    site = tmp_path / "site"
    (site / "acme_mlops-1.0.dist-info").mkdir(parents=True)
    (site / "acme_mlops-1.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: acme-mlops\nVersion: 1.0\n"
    )
    (site / "acme_mlops-1.0.dist-info" / "entry_points.txt").write_text(ENTRY_POINTS)
    blocks = re.findall(r"```python\n(.*?)```", _PAGE.read_text("utf-8"), re.DOTALL)
    (site / "acme_mlops.py").write_text(blocks[0])
    monkeypatch.syspath_prepend(str(site))
    yield site
    sys.modules.pop("acme_mlops", None)
    all_probes.cache_clear()


def owner(assessment):
    return {r.criterion.id: r for r in assessment.headline.results}.get("acme-owner")


def test_a_named_plug_in_takes_part(project, installed):
    project.files({".mlops/config.toml": 'plugins = ["acme"]\n', "OWNER": "team blue\n", "a.py": "x = 1\n"}).commit()
    found = owner(project.assess())
    assert found.state == "pass"
    assert (found.evidence[0].path, found.evidence[0].line) == ("OWNER", 1)
    project.remove("OWNER")
    assert owner(project.commit().assess()).state == "fail"


def test_one_that_is_not_named_changes_nothing(project, installed):
    project.files({"OWNER": "team blue\n", "a.py": "x = 1\n"}).commit()
    before = json.dumps(project.assess().to_dict())
    assert owner(project.assess()) is None
    installed.rename(installed.with_name("gone"))
    assert json.dumps(project.assess().to_dict()) == before


def test_its_criterion_can_be_left_out_or_waived_like_any_other(project, installed):
    project.files({".mlops/config.toml": 'plugins = ["acme"]\nignore = ["acme-owner"]\n', "a.py": "x = 1\n"}).commit()
    assert owner(project.assess()) is None
    project.files(
        {
            ".mlops/config.toml": 'plugins = ["acme"]\n',
            ".mlops/waivers.toml": """
                [[waiver]]
                criterion = "acme-owner"
                reason = "The team is being put together."
                owner = "lead"
                expires = 2027-01-31
                """,
        }
    ).commit()
    assert owner(project.assess()).state == "waived"


def test_a_plug_in_that_is_missing_is_named(project):
    project.files({".mlops/config.toml": 'plugins = ["absent"]\n'})
    with pytest.raises(MlopsError, match="absent") as raised:
        project.assess()
    assert raised.value.exit_status == 3


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("required=False", "required=True", "recommended"),
        ('id="acme-owner"', f'id="{built_in()[0].id}"', "ids of its own"),
        ("PROBE = Probe(", "PROBE = dict(", "cannot be loaded"),
        ('PROBE = Probe("acme"', 'PROBE = 1 or Probe("acme"', "int as Probe"),
    ],
)
def test_a_plug_in_that_is_wrong_is_refused(project, installed, old, new, said):
    module = installed / "acme_mlops.py"
    module.write_text(module.read_text().replace(old, new))
    project.files({".mlops/config.toml": 'plugins = ["acme"]\n', "a.py": "x = 1\n"})
    with pytest.raises(MlopsError, match=said) as raised:
        project.assess()
    assert raised.value.code == "invalid-plugin"


def test_a_report_is_there_by_its_name(project, installed):
    assessment = project.files({"a.py": "x = 1\n"}).assess()
    assert report_named("csv").render(assessment, False).startswith("level,score\n0,")
    with pytest.raises(MlopsError, match="csv"):
        report_named("no-such-format")


def test_the_commands_that_document_know_what_the_project_takes_in(project, installed):
    project.files({".mlops/config.toml": 'plugins = ["acme"]\n', "a.py": "x = 1\n"})

    def run(*arguments):
        command = [sys.executable, "-m", "jupyter_mlops", *arguments]
        environment = os.environ | {"PYTHONPATH": str(installed)}
        return subprocess.run(command, cwd=project.root, env=environment, capture_output=True, text=True, check=False)

    assert "Say who owns the project" in run("explain", "acme-owner").stdout
    assert "acme-owner" in run("criteria").stdout
    assert "acme: Acme's rules" in run("probes").stdout
    project.files({".mlops/config.toml": "plugins = ["})
    assert run("criteria").returncode == 0
    assert run("explain", "acme-owner").returncode == 2
