"""What other models ask for and no criterion of ours shows, looked for in the files. Not found is not visible, and not missing."""

from __future__ import annotations

import re
from typing import Literal

from jupyter_mlops.assessment.sites import sites, sources_of
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import mapping, sequence
from jupyter_mlops.project.patterns import lazy

Observed = Literal["seen", "partly", "not-visible"]

_TUNES = lazy(
    r"(^|\.)(create_study|GridSearchCV|RandomizedSearchCV|HalvingGridSearchCV|HalvingRandomSearchCV|BayesSearchCV|Tuner|fmin|RandomSearch|Hyperband)$"
)
_BASELINES = lazy(r"(^|\.)(DummyClassifier|DummyRegressor|NaiveSeasonal|NaiveForecaster|ZeroRule)$")
_SLICES = lazy(r"(^|\.)(MetricFrame|SlicingSpec|WeakSegmentsPerformance|SegmentPerformance)$")
_STABLE = lazy(
    r"(^|\.)(assert_all_finite|detect_anomaly|set_detect_anomaly|check_numerics|enable_check_numerics|TerminateOnNaN|debug_nans)$"
)
#: Launches that run without a person.
_AUTOMATIC = frozenset({"ci", "stage", "schedule"})


def tuned(unit: Unit) -> Observed:
    """A search over hyper-parameters, or settings of a sweep."""
    return _called(unit, _TUNES, "create_study", "SearchCV", "Tuner", "hyperopt", "keras_tuner")


def baseline(unit: Unit) -> Observed:
    """A model that knows nothing, to compare with."""
    return _called(unit, _BASELINES, "Dummy", "Naive", "ZeroRule")


def sliced(unit: Unit) -> Observed:
    """Metrics of parts of the data."""
    return _called(unit, _SLICES, "MetricFrame", "SlicingSpec", "Segment")


def stable(unit: Unit) -> Observed:
    """A check that numbers stay finite."""
    return _called(unit, _STABLE, "finite", "detect_anomaly", "check_numerics", "TerminateOnNaN")


def announced(unit: Unit) -> Observed:
    """A bot that proposes new versions of dependencies."""
    for file in unit.all_files.named("dependabot.yml", "dependabot.yaml"):
        documents = unit.project.yaml(file.path) if file.folder.endswith(".github") else []
        if any(sequence(mapping(document).get("updates")) for document in documents):
            return "seen" if file.tracked else "partly"
    for file in unit.all_files.named("renovate.json", ".renovaterc", ".renovaterc.json"):
        if mapping(unit.project.json(file.path)):
            return "seen" if file.tracked else "partly"
    return "not-visible"


def _called(unit: Unit, names: re.Pattern[str], *words: str) -> Observed:
    found: Observed = "not-visible"
    for path, source in sources_of(unit, *words, tests=True):
        calls = [call for call in source.calls if names.search(call.name)]
        for site in sites(unit, path, calls):
            groups = unit.reach.groups(site.path, site.scope)
            kinds = {launch.kind for launch in unit.launches if (launch.group or launch.id) in groups}
            if kinds & _AUTOMATIC and unit.committed(path):
                return "seen"
            found = "partly"
    return found
