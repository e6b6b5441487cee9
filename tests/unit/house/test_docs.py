"""The documentation matches the repository: links lead somewhere, maps are true, every error is explained."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
#: Those of `docs/site` are read on the site alone, which checks their links itself.
PAGES = sorted([*ROOT.glob("*.md"), *(path for path in (ROOT / "docs").rglob("*.md") if "site" not in path.parts)])
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
#: What the architecture names and runs make.
MADE = {".mlops/journal/", ".mlops/tutorial/progress.json", "products/", "products/ploomber/", "stages/"}
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


def test_every_package_is_on_the_map() -> None:
    block = re.search(r"^```text map\n(.*?)^```", ARCHITECTURE, re.MULTILINE | re.DOTALL)
    assert block
    for package in PACKAGES:
        for folder in package.iterdir():
            if (folder / "__init__.py").is_file():
                assert re.search(rf"^ +(\S+/ +)*{folder.name}/", block[1], re.MULTILINE), (
                    f"the map leaves out {folder.name}"
                )


def test_modules_that_the_architecture_names_are_there() -> None:
    """`plan/stages.py`, `changes/effects`, `jupyter_mlops.changes`: a file or folder of one of the packages, or of the repository."""
    bases = (ROOT, *PACKAGES, ROOT / "labextension")
    named = set(
        re.findall(
            r"`([\w.-]+(?:/[\w.-]+)*/?)`", re.sub(r"^```.*?^```", "", ARCHITECTURE, flags=re.MULTILINE | re.DOTALL)
        )
    )
    paths = {name for name in named if "/" in name or name.endswith((".py", ".md", ".toml"))} - MADE
    assert len(paths) >= 8
    assert [name for name in sorted(paths) if not any((base / name).exists() for base in bases)] == []
    for name in re.findall(r"\bjupyter_mlops(?:_converters)?(?:\.[a-z_]+)+\b", ARCHITECTURE):
        assert find_spec(name) is not None, f"there is no {name}"


def example_commands() -> list[tuple[str, list[str]]]:
    """Page and words of every `jupyter mlops …` line in a shell block."""
    found = []
    for page in PAGES:
        for block in re.findall(r"^ *```sh\n(.*?)^ *```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
            for line in block.splitlines():
                match = re.match(r" *(?:jupyter mlops|jupyter-mlops) ([^#|>&]+)", line)
                if match:
                    found.append((page.name, shlex.split(match[1])))
    return found


def test_commands_of_the_examples_exist() -> None:
    import typer

    from jupyter_mlops.cli.app import build_app

    commands = typer.main.get_command(build_app()).commands
    examples = example_commands()
    assert len(examples) > 50
    for page, (name, *words) in examples:
        assert name in commands, f"{page}: jupyter mlops {name}"
        options = {option for one in commands[name].params for option in one.opts} | {"--help"}
        unknown = [word for word in words if word.startswith("-") and word.partition("=")[0] not in options]
        assert unknown == [], f"{page}: jupyter mlops {name} {' '.join(words)}"


def test_make_targets_that_are_named_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z0-9-]+):", makefile, re.MULTILINE))
    named: dict[str, set[str]] = {}
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        code = re.findall(r"^ *```sh\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
        if page.parent == ROOT:
            code += re.findall(r"`(make [^`]+)`", text)
        for name in re.findall(r"^ *make (?:[A-Z]+=\S+ )?([a-z0-9-]+)", "\n".join(code), re.MULTILINE):
            named.setdefault(name, set()).add(page.name)
    assert {name: pages for name, pages in named.items() if name not in targets} == {}
    explained = set(re.findall(r"^([a-z0-9-]+):.*##", makefile, re.MULTILINE))
    contributing = {name for name, pages in named.items() if "CONTRIBUTING.md" in pages}
    assert explained - contributing - {"help", "demo"} == set(), "CONTRIBUTING.md leaves out what `make` offers"


def raised_codes() -> dict[str, set[str]]:
    """Every code that an error is raised with → the files."""
    found: dict[str, set[str]] = {}
    for package in PACKAGES:
        for path in package.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                for value in codes_in(node, path):
                    code = value.value if isinstance(value, ast.Constant) else None
                    if isinstance(code, str) and re.fullmatch(r"[a-z]+(-[a-z]+)+", code):
                        found.setdefault(code, set()).add(path.relative_to(ROOT).as_posix())
    return found


def codes_in(node: ast.AST, path: Path) -> list[ast.expr]:
    """Where a code may stand: first in an error, behind the status in one of the server's, and in what it answers."""
    if isinstance(node, ast.Dict) and path.parent.name == "server":
        return [value for key, value in zip(node.keys, node.values, strict=True) if getattr(key, "value", "") == "code"]
    if not isinstance(node, ast.Call):
        return []
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    is_super = name == "__init__" and path.name == "errors.py"
    if (name.endswith("Error") and name != "MissingDependencyError") or is_super:
        return node.args[1:2] if name == "RequestError" else node.args[:1]
    return []


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
