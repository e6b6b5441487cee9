"""What the code that trains reads, as opposed to what is watched, scored or made along the way."""

from __future__ import annotations

from jupyter_mlops.assessment.data_reads import reads
from jupyter_mlops.assessment.fetched_files import fetched
from jupyter_mlops.assessment.kept_models import is_model_file, kept_models
from jupyter_mlops.assessment.located_data import Source
from jupyter_mlops.assessment.sites import Site
from jupyter_mlops.assessment.trainings import relevant, trainings
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.assessment.written_files import makers
from jupyter_mlops.project.patterns import lazy

_LOADED = lazy(r"^mlflow\.[\w.]*load_model\(\)\.|^bentoml\.[\w.]*load_model\(\)\.")


def relevant_reads(unit: Unit) -> list[Source]:
    """What the code that trains reads, and the code before it."""
    groups = relevant(unit)
    return [
        source
        for source in reads(unit)
        if (not groups or unit.reach.groups(source.site.path, source.site.scope) & groups)
        and not (source.kind == "file" and unit.is_test(source.where))
        and not _only_watches(unit, source.site.path)
        and not _is_watched(unit, source.site)
    ]


def _only_watches(unit: Unit, path: str) -> bool:
    """Whether code compares live data with a reference or scores it, and trains nothing: what it reads is no training data."""
    return unit.once(f"only watches {path}", lambda: _watches(unit, path))


def _is_watched(unit: Unit, site: Site) -> bool:
    """Whether a function compares live data with a reference and fits nothing: what it reads itself is what it watches."""
    from jupyter_mlops.assessment.probes.drift import checks

    here = (site.path, site.scope)
    return bool(site.scope) and here in {(one.path, one.scope) for one in checks(unit)} - {
        (one.path, one.scope) for one in trainings(unit)
    }


def _watches(unit: Unit, path: str) -> bool:
    from jupyter_mlops.assessment.probes.drift import checks

    if any(site.path == path for site in trainings(unit)):
        return False
    return any(site.path == path for site in checks(unit)) or _scores(unit, path)


def _scores(unit: Unit, path: str) -> bool:
    """Whether code loads a model that is kept and asks it: `load_model("models:/churn@champion").predict(rows)`."""
    source = unit.project.python(path)
    return source is not None and any(
        call.attribute.startswith("predict") and _LOADED.search(call.name) for call in source.calls
    )


def is_derived(unit: Unit, source: Source) -> bool:
    """Whether a file that is read is one that the project's own code makes."""
    made = unit.once("made files", lambda: {kept.where for kept in kept_models(unit)} | pipeline_outputs(unit))
    return (
        source.kind == "file"
        and source.where not in fetched(unit)
        and (source.where in made or bool(makers(unit, source.text)) or is_model_file(source.where))
    )


def pipeline_outputs(unit: Unit) -> set[str]:
    """What pipelines write: data made from other data."""
    return {out for pipeline in unit.pipelines for stage in pipeline.stages for out in stage.outputs}
