"""Model cards: intended use, data, metrics and limits in real text, with the figures of the metrics files."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from jupyter_mlops.assessment.findings import CALL, CONVENTION, Finding, Rung
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.sites import Site
from jupyter_mlops.assessment.training_data import pipeline_outputs
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.assessment.written_files import makers, plain_path, written
from jupyter_mlops.project.files import File
from jupyter_mlops.project.patterns import lazy

_NAME = lazy(r"^model[-_ ]?cards?(\b|[-_]).*\.(md|rst|txt)$|^modelcard\.(md|rst)$", re.IGNORECASE)
_HEADING = lazy(r"^#{1,6}\s+(.*)$|^(.+)\n[=-]{3,}$", re.MULTILINE)
#: `**Intended use.** Ranks customers.`, or a line of bold text with a paragraph below it.
_RUN_IN = lazy(r"^(?:[-*] +)?(?:\*\*|__)([^*_\n]{3,60}?)[.:]?(?:\*\*|__)[.:]?(?=\s)", re.MULTILINE)
_TOPICS = {
    "intended use": lazy(r"use|purpose|scope|intend", re.IGNORECASE),
    "data": lazy(r"data", re.IGNORECASE),
    "metrics": lazy(r"metric|perform|evaluat|result|quality", re.IGNORECASE),
    "limits": lazy(r"limit|caveat|risk|bias|ethic|fair|out.of.scope|consideration", re.IGNORECASE),
}
_PLACEHOLDER = lazy(
    r"More Information Needed|\bTODO\b|\bTBD\b|<your|lorem ipsum|\{\{|\[insert|fill (this )?in|xx%|coming soon|to be (added|written|defined|determined|filled|completed)|see above|not applicable|^\s*(none|n/?a|unknown)\b",
    re.IGNORECASE,
)
_FIGURE = lazy(r"(?<![\w.])(\d+\.\d{2,}|\d{1,3}(?:\.\d+)?\s*%)")
#: Words that say something; of what names a file, a table, a version or a year, fewer do.
_WORDS, _FEWER = 4, 2
_NAMED = lazy(r"`[^`\n]{3,}`|\w/\w|\b(19|20)\d\d\b")


def _findings(unit: Unit) -> Iterator[Finding]:
    for file in unit.files.which("model cards", _is_card):
        yield judged_card(unit, file.path, unit.project.text(file.path) or "")


def _is_card(file: File) -> bool:
    return file.special is None and _NAME.match(file.name) is not None


def judged_card(unit: Unit, path: str, text: str) -> Finding:
    """What a card is worth.

    Args:
        unit: the unit.
        path: of its file.
        text: of the card, line for line as in the file.
    """
    found = Finding(
        "model-card",
        "governed",
        Rung.E0,
        f"{path} is empty.",
        part="card",
        confidence=CONVENTION,
        path=path,
        line=1,
        anywhere=True,
    )
    if not text.strip():
        return found
    sections = list(sections_of(text))
    told = Counter(_without_figures(section.body) for section in sections)
    # The same words under several headings are about none of them.
    sections = [at._replace(body="") if told[_without_figures(at.body)] > 1 else at for at in sections]
    missing = [
        topic
        for topic, pattern in _TOPICS.items()
        if not any(pattern.search(section.title) and section.is_real for section in sections)
    ]
    if missing:
        message = f"{path} says nothing real about {' and '.join(missing)}."
        # The heading with nothing below it, where there is one.
        hollow = [at for at in sections if not at.is_real and any(_TOPICS[topic].search(at.title) for topic in missing)]
        line = next((section.line for section in (*hollow, *sections)), 1)
        return replace(found, rung=Rung.E1, message=message, line=line, raise_by=f"Write about {', '.join(missing)}.")
    site = _made_by(unit, path)
    if site is not None:
        return Finding(
            "model-card",
            "governed",
            Rung.E3,
            f"{path} is written by the run.",
            part="card",
            confidence=CALL,
            path=site.path,
            line=site.line,
            cell=site.cell,
            chain=(*unit.reach.chain(site.path, site.scope), f"{site.path}:{site.line}"),
            anywhere=True,
        )
    other = other_figure(unit, text)
    if other is not None:
        line, said, metric = other
        return Finding(
            "model-card",
            "governed",
            Rung.E2,
            f"{path} says {said}, and {metric} says otherwise.",
            part="card",
            confidence=CONVENTION,
            path=path,
            line=line,
            chain=(metric,),
            anywhere=True,
            raise_by="Write the figures of the model that is in use.",
        )
    match = same_figure(unit, text)
    if match is not None:
        line, metric = match
        return Finding(
            "model-card",
            "governed",
            Rung.E3,
            f"{path} has the figures of {metric.partition(':')[0]}.",
            part="card",
            confidence=CONVENTION,
            path=path,
            line=line,
            chain=(metric,),
            anywhere=True,
        )
    return Finding(
        "model-card",
        "governed",
        Rung.E2,
        f"{path} is complete, but its figures are in no metrics file.",
        part="card",
        confidence=CONVENTION,
        path=path,
        line=_figures_line(text) or next(at.line for at in sections if _TOPICS["metrics"].search(at.title)),
        anywhere=True,
        raise_by="Fill the metrics from the run's metrics file.",
    )


def _without_figures(body: str) -> str:
    return re.sub(r"[\W\d_]+", " ", body).strip().lower()


class Section(NamedTuple):
    """A heading, its line, and what is below it."""

    title: str
    line: int
    body: str

    @property
    def is_real(self) -> bool:
        """Whether there is a sentence that is no placeholder, or a figure."""
        least = _FEWER if _NAMED.search(self.body) else _WORDS
        told = len(self.body.split()) >= least or bool(_FIGURE.search(self.body))
        return told and not _PLACEHOLDER.search(self.body)


def sections_of(text: str) -> Iterator[Section]:
    found = list(_HEADING.finditer(text))
    for position, heading in enumerate(found):
        end = found[position + 1].start() if position + 1 < len(found) else len(text)
        title = heading[1] or heading[2] or ""
        yield Section(title, text.count("\n", 0, heading.start()) + 1, text[heading.end() : end])
    # Bold words that begin a paragraph are headings of their own; what is around them keeps its text.
    ends = [at.start() for at in found]
    run_in = list(_RUN_IN.finditer(text))
    for position, heading in enumerate(run_in):
        after = [run_in[position + 1].start()] if position + 1 < len(run_in) else []
        end = min([at for at in (*ends, *after) if at >= heading.end()], default=len(text))
        yield Section(heading[1], text.count("\n", 0, heading.start()) + 1, text[heading.end() : end])


def _figures_line(text: str) -> int | None:
    """The first line with a figure that could be a metric's."""
    return next((number for number, line in enumerate(text.splitlines(), 1) if _FIGURE.search(line)), None)


def _made_by(unit: Unit, path: str) -> Site | None:
    """The code that writes the card, when something runs it."""
    for place, found in written(unit).items():
        if place == plain_path(unit.local(path)) or place.rpartition("/")[2] == path.rpartition("/")[2]:
            for site in found:
                if site.reached:
                    return site
    return None


def same_figure(unit: Unit, text: str, card: str = "") -> tuple[int, str] | None:
    """A figure of the card that a committed metrics file has too: the line in the card, and the place in the file.

    Args:
        unit: the unit.
        text: what the card says.
        card: its file, where that could be taken for a metrics file itself.
    """
    known: dict[float, str] = {}
    for file in _metrics_files(unit, card):
        for value in _numbers(unit.project.json(file.path)):
            known.setdefault(round(value, 4), file.path)
    for number, line in enumerate(text.splitlines(), 1):
        for figure in _FIGURE.findall(line):
            value, digits = _value(figure)
            for metric, path in known.items():
                if digits >= 2 and round(metric, digits) == round(value, digits):
                    return number, path
    return None


def other_figure(unit: Unit, text: str) -> tuple[int, str, str] | None:
    """A metric that the card names with another value than every metrics file: the line, what it says, and the file."""
    known: dict[str, tuple[set[float], str]] = {}
    for file in _metrics_files(unit, ""):
        for key, value in _named_numbers(unit.project.json(file.path)):
            known.setdefault(key.lower(), (set(), file.path))[0].add(value)
    lines = text.lower().splitlines()
    for key, (values, path) in known.items():
        # Right after its name: what stands further on may be of another model, or an interval.
        named = re.compile(rf"(?<![\w.-]){re.escape(key)}[\s|*`:=]+{_FIGURE.pattern}")
        for number, line in enumerate(lines, 1):
            found = named.search(line)
            if found is not None and len(key) > 1:
                value, digits = _value(found[1])
                if digits >= 2 and not any(round(metric, digits) == round(value, digits) for metric in values):
                    return number, f"{key} {found[1]}", path
    return None


def _metrics_files(unit: Unit, card: str) -> list[File]:
    found = [
        file
        for file in unit.files.suffixed(".json")
        if file.size < 200_000 and file.path != card and _OF_METRICS.search(f"/{unit.local(file.path)}")
    ]
    # Where some of them are what the project's runs write, those tell, and no others.
    made = (
        [file for file in found if file.path in pipeline_outputs(unit) or makers(unit, unit.local(file.path))]
        if len(found) > 1
        else []
    )
    current = [file for file in found if not _PAST.search(unit.local(file.path))]
    return made or current or found


_PAST = lazy(r"(^|[/_.-])(old|backup|archive|previous|prev|draft|examples?|sample|template)([/_.-]|$)", re.IGNORECASE)


#: Files of metrics, by what they or their folders are called.
_OF_METRICS = lazy(
    r"(metric|eval|score|report)[^/]*\.json$|/(results|summary)\.json$|/(metrics?|evaluations?|scores)/[^/]+\.json$"
    r"|/(accuracy|auc|recall|precision|f1|rmse|mae|mape|r2)[^/]*\.json$",
    re.IGNORECASE,
)


def _value(figure: str) -> tuple[float, int]:
    """A figure as a number, and how many of its digits count."""
    percent = figure.endswith("%")
    plain = figure.rstrip("% ")
    return float(plain) / (100 if percent else 1), len(plain.partition(".")[2]) + (2 if percent else 0)


def _named_numbers(value: object, depth: int = 0) -> Iterator[tuple[str, float]]:
    if isinstance(value, dict) and depth < 5:
        for key, item in value.items():
            if isinstance(item, (int, float)) and not isinstance(item, bool):
                yield str(key), float(item)
            else:
                yield from _named_numbers(item, depth + 1)


def _numbers(value: object) -> Iterator[float]:
    if isinstance(value, bool):
        return
    if isinstance(value, (int, float)):
        yield float(value)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _numbers(item)
    elif isinstance(value, list):
        for item in value[:1000]:
            yield from _numbers(item)


PROBE = Probe(
    id="model-card",
    title="model cards",
    reads="MODEL_CARD.md and the like, metrics files",
    credits="declared: empty headings, placeholders · configured: real text about use, data, metrics and limits · wired: with the figures of a metrics file, or written by the run",
    findings=_findings,
)
