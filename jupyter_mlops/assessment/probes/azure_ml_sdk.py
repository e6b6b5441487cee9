"""Azure ML from code: pipelines of commands and components that a client submits, and the data they are given."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jupyter_mlops.assessment.azure_code import AzurePipeline, azure_pipelines, submission
from jupyter_mlops.assessment.findings import CALL, Finding, Rung
from jupyter_mlops.assessment.probe import Pipeline, Probe
from jupyter_mlops.assessment.sites import sites, sources_of, text_at
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.patterns import lazy

_ASSET = lazy(r"azureml:[\w.-]+:\d[\w.]*$")


def _pipelines(unit: Unit) -> Iterator[Pipeline]:
    for made in azure_pipelines(unit):
        started = submission(unit, made)
        yield Pipeline(
            "azure-ml-sdk",
            "Azure ML",
            made.path,
            made.scope.line,
            made.stages,
            started_by="jobs.create_or_update()" if started else "",
            chain=started or (),
            confidence=CALL,
        )


def _findings(unit: Unit) -> Iterator[Finding]:
    for made in azure_pipelines(unit):
        yield from _given(unit, made)


def _given(unit: Unit, made: AzurePipeline) -> Iterator[Finding]:
    """Data assets that the code around a pipeline names."""
    started = submission(unit, made)
    for path, source in sources_of(unit, "azureml:"):
        calls = [call for call in source.calls if call.name == "azure.ai.ml.Input"]
        for site in sites(unit, path, calls if path == made.path else []):
            asset = text_at(unit, site, site.call.argument(None, "path")) or ""
            if not asset.startswith("azureml:"):
                continue
            pinned = bool(_ASSET.match(asset)) or bool(re.search(r"/versions/\d", asset))
            good = pinned and started is not None
            yield Finding(
                "azure-ml-sdk",
                "data-versioned",
                Rung.E3 if good else Rung.E2,
                f"The pipeline is given {asset}"
                + (", which is one version." if pinned else ", of which no version is named."),
                part="data",
                confidence=CALL,
                path=path,
                line=site.line,
                cell=site.cell,
                chain=started or (),
                raise_by=None
                if good
                else "Name a version (`azureml:NAME:VERSION`), and submit the pipeline from CI or a script.",
            )


PROBE = Probe(
    id="azure-ml-sdk",
    title="Azure ML from Python",
    reads="Python code that imports azure.ai.ml",
    credits="configured: a pipeline that nothing submits, a data asset without version · wired: connected steps that a client submits, one version of the data",
    pipelines=_pipelines,
    findings=_findings,
)
