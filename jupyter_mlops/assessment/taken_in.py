"""Data that training takes in by calls which serve much else: rows of a database, and what was dumped before."""

from __future__ import annotations

import ast

from jupyter_mlops.assessment.data_files import find_file
from jupyter_mlops.assessment.dataflow import bound_to
from jupyter_mlops.assessment.literals import text_of
from jupyter_mlops.assessment.located_data import Source
from jupyter_mlops.assessment.sites import Site, sites, sources_of
from jupyter_mlops.assessment.trainings import relevant, trainings
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.patterns import lazy

_ROWS = lazy(
    r"^sqlalchemy\.([\w.]*\.)?select$|^sqlalchemy[\w.()]*Session[\w.()]*\.query$"
    r"|^(psycopg2?|sqlite3|pymysql|mysql|pyodbc|asyncpg|snowflake)[\w.()]*\.(fetch\w*|execute)$|^pymongo[\w.()\[\]]*\.find$"
)
_DUMPS = frozenset({"joblib.load", "pickle.load", "cloudpickle.load", "dill.load", "numpy.load", "torch.load"})
_DATA_WORD = lazy(
    r"(?<![a-z])(splits?|data(set|frame)?s?|df|features?|samples?|rows|[xy]_?(train|test|val)|train|test)(?![a-z])", 2
)
_NO_DATA = lazy(
    r"model|clf|classif|regress|estim|pipeline|scaler|encod|vector|preproc|token|weight|checkpoint|state|meta|config", 2
)


def taken_in(unit: Unit) -> list[Source]:
    """What the code that trains takes in this way; it tells only where nothing else is read.

    Args:
        unit: the unit.
    """
    groups = relevant(unit) if trainings(unit) else frozenset()
    found = []
    for path, source in sources_of(unit, "sqlalchemy", "psycopg", "sqlite3", "pymongo", "mysql", "snowflake", ".load("):
        calls = [call for call in source.calls if call.name in _DUMPS or _ROWS.search(call.name)]
        for site in sites(unit, path, calls):
            if _is_run(unit, site, groups):
                taken = _dump(unit, site) if site.call.name in _DUMPS else Source(site, "database", "A query")
                found += [taken] if taken is not None else []
    return found or records(unit)


def records(unit: Unit) -> list[Source]:
    """JSON that the function which trains takes in, or one whose name says that it loads data.

    Args:
        unit: the unit.
    """
    groups = relevant(unit) if trainings(unit) else frozenset()
    fits = {(site.path, site.scope) for site in trainings(unit)}
    found = []
    for path, source in sources_of(unit, "json"):
        for site in sites(unit, path, [call for call in source.calls if call.name == "json.load"]):
            named = _DATA_WORD.search(f"{site.scope.rpartition('.')[2]} {bound_to(site.call)}".replace("_", " "))
            if named and ((site.path, site.scope) in fits or "load" in site.scope) and _is_run(unit, site, groups):
                opened = [call for call in site.call.scope.calls if call.name == "open" and call.line <= site.call.line]
                text = text_of(source, site.call.scope, opened[-1].argument(0)) if opened else None
                where = find_file(unit, path, text) if text and "{}" not in text else ""
                if _NO_DATA.search(f"{where} {ast.unparse(opened[-1].node) if opened else ''}"):
                    continue
                known = where and unit.project.exists(where)
                found.append(Source(site, "file", where, text=text or "") if known else Source(site, "unknown", ""))
    return found


def _is_run(unit: Unit, site: Site, groups: frozenset[str]) -> bool:
    return bool(unit.reach.groups(site.path, site.scope) & groups)


def _dump(unit: Unit, site: Site) -> Source | None:
    """A file that is loaded: data by its name or by that of what it becomes, and no model."""
    given = site.call.argument(0)
    source = unit.project.python(site.path)
    text = text_of(source, site.call.scope, given) if source is not None else None
    named = f"{text or ''} {ast.unparse(given) if given is not None else ''} {bound_to(site.call)}"
    if _NO_DATA.search(named) or not _DATA_WORD.search(named):
        return None
    if text is None or "{}" in text:
        return Source(site, "unknown", "")
    return Source(site, "file", find_file(unit, site.path, text), text=text)
