"""The documentation site is built, without a warning, from the code at hand; what the code has is on it."""

from __future__ import annotations

import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documentation") / "site"
    done = subprocess.run(
        [sys.executable, "docs/site/build.py", "--quick", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def text_of(page: Path) -> str:
    return unescape(re.sub(r"<[^>]+>", "", page.read_text(encoding="utf-8")))


def ids_of(page: Path) -> set[str]:
    return set(re.findall(r'\bid="([^"]+)"', page.read_text(encoding="utf-8")))


def test_all_that_the_code_offers_is_in_the_reference(site: Path) -> None:
    import typer

    import jupyter_mlops
    from jupyter_mlops.assessment.criteria import all_criteria
    from jupyter_mlops.assessment.probes import all_probes
    from jupyter_mlops.cli.app import build_app
    from jupyter_mlops.lifts.registry import all_lifts
    from jupyter_mlops.server.description import description

    reference = site / "reference"
    assert {criterion.id for criterion in all_criteria()} <= ids_of(site / "criteria.html")
    assert {probe.id for probe in all_probes()} <= ids_of(reference / "probes.html")
    assert {lift.name for lift in all_lifts()} <= ids_of(reference / "lifts.html")
    commands = typer.main.get_command(build_app()).commands
    assert set(commands) <= ids_of(reference / "commands.html")
    said = text_of(reference / "commands.html")
    options = {name for command in commands.values() for one in command.params for name in one.opts if name[0] == "-"}
    assert sorted(option for option in options if option not in said) == []
    public = {f"jupyter_mlops.{name}" for name in jupyter_mlops.__all__ if not name.startswith("_")}
    assert public <= ids_of(reference / "python-api.html")
    routes = text_of(reference / "rest.html")
    assert [path for path in description()["paths"] if path[1:] not in routes] == []
    assert "GET jobs/{job_id}/events" in routes
    schemas = {path.stem for path in (ROOT / "jupyter_mlops").glob("*/schema/*.json")}
    assert schemas <= ids_of(reference / "schemas.html")


def test_errors_can_be_linked_to_by_their_codes(site: Path) -> None:
    codes = re.findall(r"^\| `([a-z-]+)` \|", (ROOT / "docs/errors.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert "hidden-state" in codes
    assert set(codes) <= ids_of(site / "errors.html")


def test_every_link_within_the_site_leads_somewhere(site: Path) -> None:
    """Sphinx checks those of Markdown; these are all, whoever wrote them."""
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 30
    ids = {page: ids_of(page) for page in pages}
    broken = []
    for page in pages:
        for link in re.findall(r'<a\b[^>]*\bhref="([^"]+)"', page.read_text(encoding="utf-8")):
            path, _, anchor = unescape(link).partition("#")
            if "://" in link or link.startswith("mailto:"):
                continue
            aim = (page.parent / path).resolve() if path else page
            if not aim.exists() or (anchor and aim in ids and anchor not in ids[aim]):
                broken.append(f"{page.relative_to(site)}: {link}")
    assert broken == []


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert re.findall(r'<(?:script|img|link)\b[^>]*\b(?:src|href)="https?:[^"]+"', text) == []


def test_a_page_that_links_to_nothing_breaks_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "docs/site"))
    import layout

    pages = {"docs/a.md": "a.md", "docs/deep/b.md": "deep/b.md", "CHANGELOG.md": "changelog.md"}
    text = "[b](deep/b.md#x) [c](../CHANGELOG.md) [d](#here) [e](https://example.org)"
    assert layout.relinked(text, "docs/a.md", "a.md", pages) == text.replace("../CHANGELOG.md", "changelog.md")
    assert layout.relinked("[a](../a.md)", "docs/deep/b.md", "deep/b.md", pages) == "[a](../a.md)"
    with pytest.raises(layout.BrokenLinkError, match=r"docs/a.md links to gone.md"):
        layout.relinked("[gone](gone.md)", "docs/a.md", "a.md", pages)
