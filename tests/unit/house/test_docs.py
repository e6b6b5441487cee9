"""The documentation matches the repository: links lead somewhere, maps are true, every error is explained."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
PACKAGES = [ROOT / "jupyter_mlops", ROOT / "converters" / "jupyter_mlops_converters"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = target.partition("#")
        if "://" in target:
            continue
        aim = page.parent / path if path else page
        assert aim.exists(), f"{page.name} links to {target}"
        if anchor:
            assert anchor in anchors(aim.read_text(encoding="utf-8")), f"{page.name} links to {target}"


def anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", ["README.md", "docs/architecture.md"])
def test_the_map_of_the_folders_is_true(page: str) -> None:
    """Each line of a fenced `text map` block names a file or folder; indentation says in which folder."""
    block = re.search(r"^```text map\n(.*?)^```", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert block, f"{page} has no map"
    parents: list[str] = []
    named = set()
    for line in block[1].splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        names = re.split(r"\s{2,}", line.strip())[0].split()
        for name in names:
            path = "/".join([*parents[:depth], name.rstrip("/")])
            assert (ROOT / path).exists(), f"{page} names {path}"
            named.add(path.split("/")[0])
        parents[depth:] = [names[0].rstrip("/")]
    if page == "README.md":
        listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
        folders = {name.split("/")[0] for name in listed.splitlines() if "/" in name}
        assert folders - named == set(), "folders that the map leaves out"


def raised_codes() -> dict[str, set[str]]:
    """Every code that an error is raised with → the files."""
    found: dict[str, set[str]] = {}
    for package in PACKAGES:
        for path in package.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call):
                    continue
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                first = node.args[0] if node.args else None
                is_super = name == "__init__" and path.name == "errors.py"
                names_a_code = (name.endswith("Error") and name != "MissingDependencyError") or is_super
                if names_a_code and isinstance(first, ast.Constant):
                    code = first.value
                    if isinstance(code, str) and re.fullmatch(r"[a-z]+(-[a-z]+)+", code):
                        found.setdefault(code, set()).add(path.relative_to(ROOT).as_posix())
    return found


def documented_codes() -> set[str]:
    text = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `([a-z-]+)` \|", text, flags=re.MULTILINE))


def test_every_error_is_documented() -> None:
    raised = raised_codes()
    assert "missing-dependency" in raised
    missing = {code: sorted(files) for code, files in raised.items() if code not in documented_codes()}
    assert missing == {}


def test_no_error_is_documented_that_does_not_exist() -> None:
    assert documented_codes() - set(raised_codes()) == set()


def test_every_dependency_has_its_reason() -> None:
    import tomlkit

    project = tomlkit.parse((ROOT / "pyproject.toml").read_text(encoding="utf-8")).unwrap()["project"]
    lines = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    names = {re.split(r"[\[<>=; ]", line)[0].lower() for line in lines} - {"jupyter-mlops"}
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").lower()
    assert sorted(name for name in names if f"`{name}`" not in text) == []
