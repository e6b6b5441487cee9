"""Notebooks of this repository, converted, each with its plan and its proof.

Converting takes about a minute in all, so what comes of it is kept in `build/gallery` for as long as neither the notebook nor the
converter changes.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from layout import ROOT

_KEPT = ROOT / "build" / "gallery"
_HEAD = """\
# Gallery

Notebooks of this repository, as they were converted when this site was built, each with its proof: notebook and pipeline side by side.
"""
_SHOWN = ("dvc.yaml", "params.yaml")


class Exhibit(NamedTuple):
    """A notebook of the gallery.

    Attributes:
        name: of its page.
        title: for people.
        what: what there is to see, one or two sentences.
        lay: lays its project into a folder and gives the notebook's path.
    """

    name: str
    title: str
    what: str
    lay: Callable[[Path], Path]


def _demo(folder: Path) -> Path:
    from jupyter_mlops.demo.sample import NOTEBOOK, lay

    lay(folder)
    return folder / NOTEBOOK


def _rentals(folder: Path) -> Path:
    shutil.copytree(ROOT / "tutorials" / "projects" / "rentals", folder)
    return folder / "notebooks" / "rentals.ipynb"


def _hazard(name: str) -> Callable[[Path], Path]:
    def lay(folder: Path) -> Path:
        sys.path.insert(0, str(ROOT / "tests"))
        from notebooks import hazard_project

        folder.mkdir()
        return hazard_project(folder, name)

    return lay


EXHIBITS = (
    Exhibit(
        "demo",
        "A notebook that grew",
        "The notebook of `make demo`: loads, plots, cleans, compares models, was last run out of order, and has outputs older"
        " than its code.",
        _demo,
    ),
    Exhibit("rentals", "A tidy notebook", "The notebook of the tutorials: four headings, four stages.", _rentals),
    Exhibit(
        "secrets",
        "Keys in cells",
        "Passwords and tokens move to the environment before anything else reads the notebook.",
        _hazard("keys_in_cells"),
    ),
    Exhibit(
        "chance",
        "Generators that nobody seeds",
        "What is drawn differs each time; the proof says where, by running the notebook twice, and compares the rest strictly.",
        _hazard("unseeded_generators"),
    ),
    Exhibit(
        "changed-in-place",
        "Values that change after they were made",
        "Tables and lists are changed in place by later cells and functions; each stage gets them as they are by then.",
        _hazard("mutation_in_place"),
    ),
)


def pages(*, quick: bool) -> Iterator[tuple[str, str]]:
    """The gallery's pages.

    Args:
        quick: without the notebooks, which have to be converted first.
    """
    shown = () if quick else EXHIBITS
    names = "\n".join(exhibit.name for exhibit in shown)
    listed = "\n".join(f"| [{exhibit.title}]({exhibit.name}.md) | {exhibit.what} |" for exhibit in shown)
    table = f"| | |\n|---|---|\n{listed}\n\n```{{toctree}}\n:hidden:\n\n{names}\n```\n" if shown else ""
    yield "gallery/index.md", f"{_HEAD}\n{table or '`make docs` fills it; this is a quick build.'}\n"
    for exhibit in shown:
        converted = _converted(exhibit)
        yield f"gallery/{exhibit.name}.md", _page(exhibit, converted)
        yield f"gallery/{exhibit.name}-proof.html", (converted / "proof.html").read_text(encoding="utf-8")


def _converted(exhibit: Exhibit) -> Path:
    """The folder with what came of converting it."""
    with tempfile.TemporaryDirectory() as scratch:
        notebook = exhibit.lay(Path(scratch).resolve() / exhibit.name)
        folder = _KEPT / f"{exhibit.name}-{_digest(notebook)}"
        if not folder.is_dir():
            _convert(notebook, folder)
        return folder


def _convert(notebook: Path, folder: Path) -> None:
    aside = folder.with_name(f".{folder.name}")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    options = ["--format", "json", "--progress", "none", "--explain", "--report", str(aside / "proof.html")]
    done = subprocess.run(
        [sys.executable, "-m", "jupyter_mlops", "convert", str(notebook), *options],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{notebook.name} was not converted: {done.stdout}{done.stderr}")
    answer = json.loads(done.stdout)
    pipeline = Path(answer.pop("path"))
    (aside / "answer.json").write_text(json.dumps(answer), encoding="utf-8")
    for name in _SHOWN:
        shutil.copyfile(pipeline / name, aside / name)
    aside.rename(folder)


def _digest(notebook: Path) -> str:
    made_by = [ROOT / "converters", ROOT / "jupyter_mlops" / "lifts" / "pipeline"]
    files = [path for folder in made_by for path in sorted(folder.rglob("*")) if path.suffix in (".py", ".j2")]
    whole = hashlib.sha256()
    for path in [notebook, *files]:
        whole.update(path.read_bytes())
    return whole.hexdigest()[:16]


def _page(exhibit: Exhibit, folder: Path) -> str:
    return "\n".join(_lines(exhibit, folder)) + "\n"


def _lines(exhibit: Exhibit, folder: Path) -> Iterator[str]:
    answer = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
    proof = answer["verification"]
    verdicts = Counter(one["verdict"] for one in (*proof["cells"], *proof["hand_overs"]))
    told = ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items()))
    yield f"# {exhibit.title}\n"
    yield f"{exhibit.what}\n"
    yield f"```sh\njupyter mlops convert {answer['notebook']} --explain --report proof.html\n```\n"
    yield f"**The proof says: {proof['verdict']}** (cells and values: {told})."
    yield f'<a href="{exhibit.name}-proof.html">See it side by side</a>.\n'
    yield "## Stages\n"
    yield "| stage | cells | hands over | because |\n|---|---|---|---|"
    yield from (_stage(stage) for stage in answer["stages"])
    yield "\n## Parameters\n"
    yield ", ".join(f"`{one['name']}`" for one in answer["parameters"]) or "None."
    if answer["findings"]:
        yield "\n## Findings\n"
        yield "| finding | cell | |\n|---|---|---|"
        yield from (
            f"| `{one['code']}` | {one['source_cell']} | {_cell(one['message'])} |" for one in answer["findings"]
        )
    for name in _SHOWN:
        text = (folder / name).read_text(encoding="utf-8").rstrip()
        yield f"\n## {name}\n\n```yaml\n{text}\n```"


def _stage(stage: dict[str, Any]) -> str:
    handed = ", ".join(f"`{output['variable']}` ({output['format']})" for output in stage["outputs"]) or "-"
    cells = ", ".join(str(cell) for cell in stage["source_cells"])
    return f"| {stage['name']} | {cells} | {_cell(handed)} | {_cell(stage['why'])} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
