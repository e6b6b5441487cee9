"""The project's own modules: is logic kept where it can be imported?"""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_mlops.assessment.findings import CALL, Finding, Rung
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.unit import Unit


def _findings(unit: Unit) -> Iterator[Finding]:
    modules = [path for path in unit.sources if path.endswith(".py") and not unit.is_test(path)]
    if not modules:
        return
    index = unit.reach.modules
    for importer in unit.sources:
        source = unit.project.python(importer)
        for item in source.imports if source is not None else ():
            for dotted in (item.dotted, item.module):
                found = index.find(dotted, importer)
                if found is None or found == importer or unit.is_test(found):
                    continue
                own = unit.project.python(found)
                if own is not None and any(scope.kind == "function" for scope in own.scopes):
                    notebook = unit.project.notebook(importer) if importer.endswith(".ipynb") else None
                    cell, line = notebook.place(item.line) if notebook is not None else (None, item.line)
                    yield Finding(
                        "modules",
                        "importable-code",
                        Rung.E3,
                        f"Functions of {found} are imported by {importer}.",
                        confidence=CALL,
                        path=importer,
                        line=line,
                        cell=cell,
                        chain=(found,),
                    )
                    return
    with_functions = [path for path in modules if "def " in (unit.project.text(path) or "")]
    if with_functions:
        yield Finding(
            "modules",
            "importable-code",
            Rung.E2,
            f"{with_functions[0]} has functions, which nothing imports.",
            confidence=CALL,
            path=with_functions[0],
            raise_by="Import the functions where they are used, and test them.",
        )


PROBE = Probe(
    id="modules",
    title="own modules",
    reads="Python files and the imports of all code",
    credits="configured: functions in files · wired: imported by scripts, notebooks or tests",
    findings=_findings,
)
