"""Where the site's pages come from, and how the links between them go.

Pages are written once. Those that people read in the repository too are `docs/*.md` and a few beside them; the front pages
of the sections are in `docs/site/sections`; what only says again what the code says is made here, by the modules in
`docs/site/reference`, by `lessons.py` and `gallery.py`, and never committed.
"""

from __future__ import annotations

import os
import posixpath
import re
import shutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[2]
_SECTIONS = Path(__file__).parent / "sections"
_REFERENCE = Path(__file__).parent / "reference"

#: Pages of the repository outside `docs/` → pages of the site.
_OUTSIDE = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
_LINK = re.compile(r"(\]\()([^)\s]+)(\))")


class BrokenLinkError(Exception):
    """A page links to what is neither on the site nor in the repository."""


def lay(source: Path, *, quick: bool = False) -> None:
    """Write all pages.

    Args:
        source: a new folder.
        quick: without what has to be run first.

    Raises:
        BrokenLinkError: see there.
    """
    for page, text in _pages(quick=quick):
        target = source / page
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
    for folder in ("images",):
        if (ROOT / "docs" / folder).is_dir():
            shutil.copytree(ROOT / "docs" / folder, source / folder)


def _pages(*, quick: bool) -> Iterator[tuple[str, str]]:
    """Each page's place on the site, and its text."""
    import gallery
    import lessons

    pages = _of_the_repository()
    for file, page in pages.items():
        if page != "index.md":
            text = (ROOT / file).read_text(encoding="utf-8")
            yield page, _with_anchors(page, relinked(text, file, page, pages))
    yield from _sections(pages)
    for path in sorted(_REFERENCE.glob("*.py")):
        yield f"reference/{path.stem.replace('_', '-')}.md", import_module(f"reference.{path.stem}").page()
    yield from lessons.pages()
    yield from gallery.pages(quick=quick)


def _sections(pages: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The front pages; a page of `docs/` that none of them names is among the guides."""
    sections = {path.name: path.read_text(encoding="utf-8") for path in sorted(_SECTIONS.glob("*.md"))}
    named = {line.strip() for text in sections.values() for line in text.splitlines()}
    others = [Path(page).stem for page in pages.values() if "/" not in page and Path(page).stem not in named]
    for name, text in sections.items():
        yield name, text.replace("OTHERS", "\n".join(other for other in sorted(others) if other != "index"))


def _of_the_repository() -> dict[str, str]:
    """File of the repository → page of the site."""
    docs = ROOT / "docs"
    own = {
        path.relative_to(ROOT).as_posix(): path.relative_to(docs).as_posix()
        for path in sorted(docs.rglob("*.md"))
        if not path.is_relative_to(Path(__file__).parent)
    }
    lessons = {
        path.relative_to(ROOT).as_posix(): f"tutorials/{path.stem}.md" for path in (ROOT / "tutorials").glob("*.ipynb")
    }
    return {
        **own,
        **_OUTSIDE,
        **{file: page for file, page in lessons.items() if file not in own},
    }


def relinked(text: str, file: str, page: str, pages: dict[str, str]) -> str:
    """The text with links that lead to pages of the site instead of files of the repository.

    Args:
        text: Markdown.
        file: of the repository, that it is in.
        page: of the site, that it becomes.
        pages: file of the repository → page of the site.

    Raises:
        BrokenLinkError: where neither a page nor a file of `docs/` is linked to.
    """

    def turned(match: re.Match[str]) -> str:
        target, _, anchor = match[2].partition("#")
        if not target or "://" in target or target.startswith("mailto:"):
            return match[0]
        aim = posixpath.normpath(posixpath.join(posixpath.dirname(file), target))
        if aim in pages:
            target = os.path.relpath(pages[aim], posixpath.dirname(page) or ".").replace(os.sep, "/")
            return f"{match[1]}{target}{'#' + anchor if anchor else ''}{match[3]}"
        if aim.startswith("docs/") and (ROOT / aim).is_file():
            return match[0]
        raise BrokenLinkError(f"{file} links to {match[2]}")

    return _LINK.sub(turned, text)


def _with_anchors(page: str, text: str) -> str:
    """Each error's row can be linked to by its code."""
    if page != "errors.md":
        return text
    return re.sub(r"^\| `([a-z-]+)` \|", r'| <a id="\1" href="#\1"><code>\1</code></a> |', text, flags=re.MULTILINE)
