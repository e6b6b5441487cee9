"""JUnit XML: one test case a criterion; open ones of the next gate fail."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from jupyter_mlops.assessment.api import Assessment, UnitAssessment
from jupyter_mlops.assessment.report import Report
from jupyter_mlops.assessment.scoring import OPEN, Result
from jupyter_mlops.assessment.secrets import mask
from jupyter_mlops.assessment.wording import coming, headline, place_of, relative_path, telling


def _render(assessment: Assessment, _colour: bool) -> str:
    root = ET.Element("testsuites", name="MLOps maturity")
    for unit in assessment.units:
        root.append(_suite(assessment, unit))
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + _clean(ET.tostring(root, encoding="unicode")) + "\n"


def _suite(assessment: Assessment, unit: UnitAssessment) -> ET.Element:
    name = relative_path(assessment.project, unit.unit.path) or "."
    failed = [result for result in unit.results if _fails(unit, result)]
    skipped = [result for result in unit.results if _is_later(unit, result)]
    suite = ET.Element(
        "testsuite",
        name=name,
        tests=str(len(unit.results) + len(unit.previews)),
        failures=str(len(failed)),
        skipped=str(len(skipped) + len(unit.previews)),
        errors="0",
    )
    properties = ET.SubElement(suite, "properties")
    for key, value in (
        ("level", unit.level),
        ("progress", unit.progress),
        ("score", unit.score),
        ("headline", headline(unit)),
    ):
        ET.SubElement(properties, "property", name=key, value=str(value))
    package = "" if name == "." else f"{name}."  # of a dot and another one, viewers make nameless packages
    for result in unit.results:
        case = ET.SubElement(
            suite, "testcase", classname=f"{package}level{result.criterion.level}", name=result.criterion.id, time="0"
        )
        if _fails(unit, result):
            failure = ET.SubElement(case, "failure", message=mask(result.message), type=result.state)
            places = [place_of(assessment.project, finding) for finding in telling(result)[:5]]
            failure.text = "\n".join([*dict.fromkeys(places), mask(result.raise_by or "")])
        elif _is_later(unit, result):
            ET.SubElement(
                case,
                "skipped",
                message=mask(" ".join(filter(None, (f"{result.state}: {result.message}", result.note)))),
            )
    for result in unit.previews:
        case = ET.SubElement(
            suite, "testcase", classname=f"{package}level{result.criterion.level}", name=result.criterion.id, time="0"
        )
        ET.SubElement(case, "skipped", message=mask(f"{coming(result)}: {result.message}"))
    return suite


def _fails(unit: UnitAssessment, result: Result) -> bool:
    return result.criterion.required and result.criterion.level <= unit.level + 1 and result.state not in OPEN


def _is_later(unit: UnitAssessment, result: Result) -> bool:
    return result.state not in ("pass", "attested") and not _fails(unit, result)


def _clean(text: str) -> str:
    """Without characters that XML does not allow."""
    return "".join(
        char
        for char in text
        if char in "\t\n" or " " <= char <= "\ud7ff" or "\ue000" <= char <= "\ufffd" or char > "\uffff"
    )


REPORT = Report("JUnit XML", _render)
