"""What `make pages` writes is up to date, and the examples of the documentation work."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from jupyter_mlops.assessment.api import assess
from jupyter_mlops.assessment.reports import report_named
from jupyter_mlops.cli.commands import criteria

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs/assessment.md").read_text(encoding="utf-8")


def test_the_page_of_the_criteria_is_what_the_code_says() -> None:
    import typer

    app = typer.Typer()
    app.command()(criteria.command)
    done = CliRunner().invoke(app, ["--format", "markdown"])
    assert done.output == (ROOT / "docs/criteria.md").read_text(encoding="utf-8"), "call `make pages`"


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="without its history the project has no level")
def test_the_badge_is_the_level_that_this_project_has() -> None:
    answer = assess(ROOT)
    assert report_named("badge").render(answer, False) == (ROOT / "docs/maturity.svg").read_text(encoding="utf-8"), (
        "call `make pages`"
    )


def test_the_examples_are_valid() -> None:
    blocks = re.findall(r"^```yaml\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    hook, workflow = map(yaml.safe_load, blocks)
    assert hook["repos"][0]["hooks"][0]["entry"].startswith("jupyter-mlops assess")
    assert workflow["jobs"]["assess"]["steps"]


def test_the_waivers_of_the_guide_are_accepted(tmp_path: Path) -> None:
    block = next(block for block in _toml() if "[[waiver]]" in block)
    (tmp_path / ".mlops").mkdir()
    (tmp_path / ".mlops/waivers.toml").write_text(block, encoding="utf-8")
    states = {result.criterion.id: result.state for result in assess(tmp_path, date="2026-12-01").headline.results}
    assert (states["tests"], states["service-monitored"], states["model-served"]) == (
        "waived",
        "attested",
        "not-applicable",
    )


def test_the_settings_of_the_guide_are_accepted(tmp_path: Path) -> None:
    rows = re.findall(r"^\| `(\w+ = .*?)` (?:or `(.*?)` )?\|", GUIDE, re.MULTILINE)
    assert len(rows) >= 6
    lines = [first for first, _ in rows] + [f"{first.split(' = ')[0]} = {other}" for first, other in rows if other]
    (tmp_path / "churn").mkdir()
    (tmp_path / "fraud").mkdir()
    units = next(line for line in lines if line.startswith("units"))
    for line in (line for line in lines if not line.startswith("plugins")):
        text = line.replace('"…"', '"a reason that is one"') + ("" if line == units else f"\n{units}")
        (tmp_path / ".mlops").mkdir(exist_ok=True)
        (tmp_path / ".mlops/config.toml").write_text(text, encoding="utf-8")
        assert assess(tmp_path, date="2026-12-01").level == 0
    profile = next(block for block in _toml() if block.startswith("[profile]"))
    (tmp_path / ".mlops/config.toml").write_text(profile, encoding="utf-8")
    assert assess(tmp_path, date="2026-12-01").headline.profile.name == "library"


def test_the_external_report_of_the_guide_is_accepted(tmp_path: Path) -> None:
    block = next(block for block in _toml() if "[[external]]" in block)
    report = assess(tmp_path, date="2026-12-01").to_dict()
    next(item for item in report["units"][0]["criteria"] if item["id"] == "model-served")["state"] = "pass"
    (tmp_path / ".mlops/external").mkdir(parents=True)
    data = json.dumps(report).encode()
    (tmp_path / ".mlops/external/churn-service.json").write_bytes(data)
    block = block.replace('sha256 = "…"', f'sha256 = "{hashlib.sha256(data).hexdigest()}"')
    (tmp_path / ".mlops/config.toml").write_text(block, encoding="utf-8")
    states = {result.criterion.id: result.state for result in assess(tmp_path, date="2026-12-01").headline.results}
    assert states["model-served"] == "attested"


def _toml() -> list[str]:
    return re.findall(r"^```toml\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
