"""Profiles: what kind of project a unit is, and which questions do not arise for that kind.

What the files look like is shown and changes nothing: a project must not rise by looking like something that is asked less.
Only a profile that the settings name, with a reason, leaves questions out; each is asked all the same as soon as the files
show that it does arise, and the level says how many were left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import NamedTuple

from jupyter_mlops.assessment.findings import Rung
from jupyter_mlops.assessment.scoring import Result
from jupyter_mlops.assessment.secrets import mask
from jupyter_mlops.assessment.services import is_check, services
from jupyter_mlops.assessment.trainings import trainings
from jupyter_mlops.assessment.unit import Unit

#: Packages that ask a language model of somebody else.
_LANGUAGE_MODELS = (
    *("openai", "anthropic", "litellm", "langchain", "langchain_core", "langchain_openai", "langgraph", "llama_index"),
    *("haystack", "dspy", "cohere", "mistralai", "groq", "ollama", "google.generativeai", "semantic_kernel"),
)
_PACKAGED = ("pyproject.toml", "setup.py", "setup.cfg")
_OPERATED = ("model-served", "deployed-and-scaled", "service-monitored", "drift-detected")
_OPERATED_WELL = ("rollback-path", "continuous-deployment", "dashboards", "structured-logs", "load-tested")


class Exemption(NamedTuple):
    """Criteria that do not arise together.

    Attributes:
        criteria: ids.
        why: as a clause.
        holds: whether the files of a unit bear it out.
        though_configured: whether `holds` says all: parts that are there anyway, as pinned packages are, tell nothing.
    """

    criteria: tuple[str, ...]
    why: str
    holds: Callable[[Unit], bool]
    though_configured: bool = False


class Profile(NamedTuple):
    """A kind of project.

    Attributes:
        title: for people, with its article.
        exemptions: what is not asked of it.
        overlay: it comes on top of another profile.
    """

    title: str
    exemptions: tuple[Exemption, ...] = ()
    overlay: bool = False


def _fits_nothing(unit: Unit) -> bool:
    return not trainings(unit)


def _runs_no_training(unit: Unit) -> bool:
    return not any(site.reached for site in trainings(unit))


def _is_packaged(unit: Unit) -> bool:
    return any(unit.below(name) in unit.project.by_path for name in _PACKAGED)


def _lends_training(unit: Unit) -> bool:
    return _is_packaged(unit) and _runs_no_training(unit)


def _has_no_pipeline(unit: Unit) -> bool:
    return not unit.pipelines and _lends_training(unit)


def _serves_nothing(unit: Unit) -> bool:
    return not _answers_requests(unit)


#: Name in the settings → profile.
PROFILES: dict[str, Profile] = {
    "real-time": Profile("a real-time service"),
    "batch": Profile(
        "batch scoring", (Exemption(("load-tested",), "a scheduled job answers no requests", _serves_nothing),)
    ),
    "research": Profile(
        "research or analysis",
        (
            Exemption(("experiments-tracked",), "nothing is fitted", _fits_nothing),
            Exemption((*_OPERATED, *_OPERATED_WELL), "no model is in operation", _serves_nothing),
            Exemption(("retraining-automated",), "nothing is fitted that would have to be fitted again", _fits_nothing),
        ),
    ),
    "library": Profile(
        "a library",
        (
            Exemption(("experiments-tracked",), "nothing that runs here fits a model", _lends_training),
            Exemption(
                ("pipeline-automated", "pipeline-reproducible"), "it is imported, not run", _has_no_pipeline, True
            ),
            Exemption((*_OPERATED, *_OPERATED_WELL), "those who use it operate it", _serves_nothing),
            Exemption(("retraining-automated",), "nothing that runs here fits a model", _lends_training),
        ),
    ),
    "llm-app": Profile(
        "an application of a language model",
        (Exemption(("retraining-automated",), "the model is somebody else's, and nothing is fitted", _fits_nothing),),
        overlay=True,
    ),
}


class Chosen(NamedTuple):
    """A profile that the settings name.

    Attributes:
        name: of the profile.
        reason: why.
        overlays: what comes on top.
        scope: glob of unit paths it is for; all where empty.
        path: the settings file.
        line: where.
    """

    name: str
    reason: str
    overlays: tuple[str, ...] = ()
    scope: str = ""
    path: str = ""
    line: int | None = None


class Standing(NamedTuple):
    """The profile of a unit.

    Attributes:
        name: of the profile.
        overlays: what comes on top.
        reason: why it was chosen; None where the files look like it.
    """

    name: str
    overlays: tuple[str, ...] = ()
    reason: str | None = None

    @property
    def chosen(self) -> bool:
        """Whether people chose it."""
        return self.reason is not None

    @property
    def said(self) -> str:
        """For people: what it is, and why that is said."""
        what = " and ".join(PROFILES[name].title for name in (self.name, *self.overlays))
        return f"{what} (chosen: {mask(self.reason or '')})" if self.chosen else f"{what} (by what the files show)"


def profile_of(unit: Unit, chosen: Chosen | None, results: Iterable[Result]) -> Standing:
    """The profile of a unit: the one that was chosen, else what its files look like.

    Args:
        unit: the unit, its probes done.
        chosen: from the settings.
        results: how its criteria stand.
    """
    if chosen is not None:
        return Standing(chosen.name, chosen.overlays, chosen.reason)
    overlays = ("llm-app",) if _asks_language_models(unit) else ()
    scored = any(finding.probe == "batch-scoring" for result in results for finding in result.evidence)
    if _answers_requests(unit):
        return Standing("real-time", overlays)
    if scored:
        return Standing("batch", overlays)
    return Standing("library" if _looks_like_a_library(unit) else "research", overlays)


def exempted(results: Iterable[Result], unit: Unit, chosen: Chosen | None) -> tuple[Result, ...]:
    """Results without what does not arise for the chosen profile.

    Args:
        results: what the files say.
        unit: the unit.
        chosen: the profile that was chosen; without one all stays as it is.
    """
    if chosen is None:
        return tuple(results)
    found: dict[str, tuple[str, Exemption]] = {}
    for name in (chosen.name, *chosen.overlays):
        for exemption in PROFILES[name].exemptions:
            if exemption.holds(unit):
                found |= dict.fromkeys(exemption.criteria, (PROFILES[name].title, exemption))
    return tuple(
        _exempted(result, *found[result.criterion.id], chosen) if result.criterion.id in found else result
        for result in results
    )


def _exempted(result: Result, title: str, exemption: Exemption, chosen: Chosen) -> Result:
    if result.state in ("pass", "not-applicable"):
        return result
    if result.rung >= Rung.E2 and not exemption.though_configured:
        return result  # what is configured does arise, whatever the profile says
    note = f"Not asked of {title}: {exemption.why}. Chosen because: {chosen.reason.rstrip('.')}."
    return replace(result, state="not-applicable", note=note, by="profile", raise_by=None)


def _answers_requests(unit: Unit) -> bool:
    return any(route.predicts and not is_check(route) for service in services(unit) for route in service.routes)


def _asks_language_models(unit: Unit) -> bool:
    return any(
        (source := unit.project.python(path)) is not None
        and not unit.is_test(path)
        and _imports(item.module for item in source.imports)
        for path in unit.mentioning(*_LANGUAGE_MODELS)
    )


def _imports(modules: Iterable[str]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for module in modules for name in _LANGUAGE_MODELS)


def _looks_like_a_library(unit: Unit) -> bool:
    """It is packaged, other code imports it, and neither notebooks nor pipelines nor training run here."""
    return _has_no_pipeline(unit) and not any(path.endswith(".ipynb") for path in unit.sources)
