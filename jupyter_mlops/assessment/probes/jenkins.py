"""Jenkins: the steps of a Jenkinsfile."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from jupyter_mlops.assessment.ci import Step, launch_of
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.patterns import lazy


def _launches(unit: Unit) -> Iterator[Launch]:
    for file in unit.all_files.suffixed("", ".jenkinsfile", ".jenkins", ".groovy"):
        if _FILE.search(file.name):
            for step in _jenkins(unit, file.path):
                yield launch_of("ci", step)


#: `Jenkinsfile`, and those of further jobs: `Jenkinsfile.nightly` (without an ending that is another language), `retrain.Jenkinsfile`.
_FILE = lazy(r"^jenkinsfile$|\.jenkins(file)?$|^jenkinsfile[.\w-]*\.groovy$", re.IGNORECASE)


_SHELL = lazy(
    r"""(?<![\w./-])sh\s*(?:\(?\s*(?:script:\s*|returnStatus:\s*true,\s*script:\s*)?)('''|\"\"\"|'|")(.*?)\1""",
    re.DOTALL,
)
#: Comments, and before them strings, in which their marks are no comment.
_NOT_CODE = lazy(
    r"""(?P<text>'''.*?'''|\"\"\".*?\"\"\"|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")|//[^\n]*|/\*.*?\*/""", re.DOTALL
)


def _jenkins(unit: Unit, path: str) -> Iterator[Step]:
    """The `sh` steps of a Jenkinsfile, comments left out. What starts the job is set in Jenkins or by `triggers`."""
    text = unit.project.text(path) or ""
    code = _NOT_CODE.sub(lambda found: found["text"] or "\n" * found[0].count("\n"), text)
    plain = _TEXT.sub(lambda found: " " * len(found[0]), code)
    scheduled = bool(re.search(r"\bcron\s*\(", code))
    pushed = bool(re.search(r"pollSCM|githubPush|\bgitlab\s*\(|checkout\s+scm|when\s*\{", code)) or not scheduled
    triggers = frozenset((["push"] if pushed else []) + (["schedule"] if scheduled else []))
    hidden_parts = _hidden(plain)
    ends = [place for place, char in enumerate(code) if char == "\n"]
    for index, found in enumerate(_SHELL.finditer(code)):
        place = bisect_right(hidden_parts, found.start(), key=lambda part: part.start)
        line = bisect_left(ends, found.start(2)) + 1
        hidden = (
            "`returnStatus: true` hides its failure"
            if "returnStatus: true" in code[found.start() : found.end() + 40]
            else next((one.why for one in hidden_parts[max(0, place - 1) : place] if found.start() < one.end), None)
        )
        yield Step(
            path=path,
            line=line,
            name=f"step {index + 1}",
            script=found[2],
            job="jenkins",
            index=index,
            triggers=triggers,
            neutralised=hidden,
        )


_TEXT = lazy(r"""'''.*?'''|\"\"\".*?\"\"\"|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*\"""", re.DOTALL)
_NEVER = lazy(r"\bwhen\s*\{\s*expression\s*\{\s*(return\s+)?false\s*;?\s*\}\s*\}")
_FAILS = lazy(r"\bthrow\b|\berror\s*[( ]|FAILURE|\bexit\s+1|\bunstable\b")


class _Hidden(NamedTuple):
    """A part of the file in which no failure is seen."""

    start: int
    end: int
    why: str


def _hidden(code: str) -> list[_Hidden]:
    """The blocks that keep failures from being seen, in order, none in another.

    Args:
        code: the file, what stands in quotes blanked out.
    """
    ends: dict[int, int] = {}
    opened: list[int] = []
    for found in re.finditer(r"[{}]", code):
        if found[0] == "{":
            opened.append(found.start())
        elif opened:
            ends[opened.pop()] = found.start()
    blocks: list[_Hidden] = []
    for start in sorted(ends):
        if not blocks or start > blocks[-1].end:
            why = _why(code, start, ends)
            if why is not None:
                blocks.append(_Hidden(start, ends[start], why))
    return blocks


def _why(code: str, start: int, ends: dict[int, int]) -> str | None:
    head = re.split(r"[{};\n]", code[max(0, start - 300) : start])[-1].strip()
    end = ends[start]
    if head.startswith(("catchError", "warnError")):
        return f"`{head.partition('(')[0]}` hides its failure"
    if re.fullmatch(r"(else\s+)?if\s*\(\s*false\s*\)", head) or (
        head.startswith("stage") and _NEVER.search(code, start, min(end, start + 2000))
    ):
        return "its condition keeps it from running"
    if head == "try":
        caught = re.compile(r"\}\s*catch\s*\([^)]*\)\s*\{").match(code, end)
        if caught and not _FAILS.search(code, caught.end(), ends.get(caught.end() - 1, len(code))):
            return "`catch` hides its failure"
    return None


PROBE = Probe(
    id="jenkins",
    title="Jenkins",
    reads="Jenkinsfile",
    credits="a step counts when nothing around it hides its failure",
    launches=_launches,
)
