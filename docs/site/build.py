"""Builds the documentation site: lays its pages, as the code at hand says they are, and has Sphinx read them.

`python docs/site/build.py [--quick] [--links] [OUTPUT]`; warnings are errors. `--quick` leaves out what has to be
run first, the gallery; `--links` asks other sites whether what is linked is still there, and builds nothing.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from layout import ROOT, lay


def build(output: Path, *, quick: bool = False, links: bool = False) -> int:
    """Build the site.

    Args:
        output: folder of the site, made anew; the pages that it is made of are laid beside it.
        quick: without what has to be run first.
        links: check the links to other sites instead.

    Returns:
        Sphinx's exit status.
    """
    source = output.with_name(f"{output.name}-pages")
    for folder in (source, output):
        shutil.rmtree(folder, ignore_errors=True)
    lay(source, quick=quick)
    options = ["--fail-on-warning", "--keep-going", "--quiet", "--jobs", "auto"]
    options += ["--builder", "linkcheck" if links else "html", "--conf-dir", str(Path(__file__).parent)]
    options += ["--doctree-dir", str(source / ".doctrees")]
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *options, str(source), str(output)],
        # A docstring must not depend on who builds it.
        env={**os.environ, "HOME": str(source), "COLUMNS": "100"},
        check=False,
    )
    if not links:
        for page in source.rglob("*.html"):  # the proofs, which are pages already
            shutil.copyfile(page, output / page.relative_to(source))
    return done.returncode


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", nargs="?", type=Path, default=ROOT / "build" / "site")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--links", action="store_true")
    asked = parser.parse_args()
    status = build(asked.output.resolve(), quick=asked.quick or asked.links, links=asked.links)
    if status == 0 and not asked.links:
        sys.stdout.write(f"The site is in {asked.output}: open {asked.output / 'index.html'}\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
