"""Files that code writes."""

from __future__ import annotations

import ast
import posixpath
import re

from jupyter_mlops.assessment.sites import Site, sites, sources_of, text_at, texts_from_callers
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.patterns import lazy

WRITERS = frozenset(
    (
        "to_csv",
        "to_parquet",
        "to_pickle",
        "to_feather",
        "to_excel",
        "to_json",
        "to_hdf",
        "save",
        "savez",
        "savez_compressed",
        "savetxt",
        "dump",
        "write_csv",
        "write_parquet",
        "write_bytes",
        "write_text",
    )
)
#: A file called so may be anyone's.
COMMON_NAME = lazy(
    r"(x_|y_)?(train|test|val|valid|validation|data|dataset|raw|input|df|labels?)[_\d]*\.", re.IGNORECASE
)
#: Calls that put a finished file where it belongs.
_MOVERS = frozenset({"os.replace", "os.rename", "shutil.move", "shutil.copy", "shutil.copy2", "shutil.copyfile"})


def written(unit: Unit) -> dict[str, list[Site]]:
    """Files that code writes: the path as written, without leading dots (`{}/` for a folder that only a run can tell) → the calls."""
    return unit.once("written", lambda: _written_paths(unit))


def makers(unit: Unit, text: str) -> list[Site]:
    """The calls that write the file that code reads as `text`: by its path, or by its name in a folder that only a run can tell."""
    found = written(unit)
    path = plain_path(text)
    name = path.rpartition("/")[2]
    # Raw data and what is made of it are often called the same in folders of their own.
    elsewhere = [] if COMMON_NAME.match(name) else found.get(f"{{}}/{name}", [])
    return [*found.get(path, ()), *elsewhere]


def _written_paths(unit: Unit) -> dict[str, list[Site]]:
    found: dict[str, list[Site]] = {}
    for path, source in sources_of(unit, *WRITERS, "open(", "os.re", "shutil."):
        calls = [
            call
            for call in source.calls
            if call.attribute in WRITERS
            or call.name in _MOVERS
            or (call.name == "open" and (call.text(1, "mode") or "r")[0] in "wax")
        ]
        for site in sites(unit, path, calls):
            position = 1 if site.call.attribute == "dump" or site.call.name in _MOVERS else 0
            function = site.call.node.func
            given = (
                function.value
                if site.call.attribute in ("write_bytes", "write_text") and isinstance(function, ast.Attribute)
                else site.call.argument(position)
                or site.call.argument(None, "path_or_buf")
                or site.call.argument(None, "path")
            )
            for text in dict.fromkeys((text_at(unit, site, given), *texts_from_callers(unit, site, given))):
                start, _, name = (text or "").rpartition("/")
                if text and "{}" not in name:
                    found.setdefault(f"{{}}/{name}" if "{}" in start else plain_path(text), []).append(site)
    return found


def plain_path(text: str) -> str:
    """A path without what depends on where the code stands."""
    return re.sub(r"^(\.{1,2}/)+", "", posixpath.normpath(text.replace("\\", "/")))
