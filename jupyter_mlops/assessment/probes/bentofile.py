"""BentoML's build file: the service that it packs into a container, and what builds and starts that."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_mlops.assessment.findings import PARSED, Finding, Rung
from jupyter_mlops.assessment.images import builds
from jupyter_mlops.assessment.kube import containers_of, objects
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.marks import line_of, mapping
from jupyter_mlops.project.shell import join


def _files(unit: Unit) -> Iterator[tuple[str, str, int | None]]:
    """The build files, the service that each names, and the line."""
    for file in unit.named("bentofile.yaml", "bentofile.yml"):
        for document in unit.project.yaml(file.path):
            service = mapping(document).get("service")
            if isinstance(service, str) and ":" in service:
                yield file.path, service, line_of(document, "service")


def _launches(unit: Unit) -> Iterator[Launch]:
    for path, service, line in _files(unit):
        folder = path.rpartition("/")[0] or "."
        yield Launch(f"{path}#service", "container", path, line, f"bentoml serve {service}", folder, "bentofile.yaml")


def _findings(unit: Unit) -> Iterator[Finding]:
    for path, service, line in _files(unit):
        module = service.partition(":")[0].replace(".", "/")
        found = Finding(
            "bentofile",
            "deployed-and-scaled",
            Rung.E3,
            f"{path} packs {service} into an image.",
            part="container",
            confidence=PARSED,
            path=path,
            line=line,
        )
        if not unit.project.exists(join(path.rpartition("/")[0] or ".", f"{module}.py")):
            yield found.capped(Rung.E1, f"{module}.py is not there", "Name the service's module.")
            continue
        build = next((build for build in builds(unit) if build.dockerfile == path), None)
        used = build is not None and any(
            name in str(container.get("image"))
            for item in objects(unit, "Deployment", "StatefulSet", "BentoDeployment")
            for container in containers_of(item)
            for name in build.names
        )
        if build is None:
            yield found.capped(Rung.E2, "nothing builds it", "Run `bentoml containerize` in CI.")
        elif not used:
            yield found.capped(Rung.E2, "no manifest runs it", "Name the image in a manifest.")
        else:
            yield found


PROBE = Probe(
    id="bentofile",
    title="BentoML's build file",
    reads="bentofile.yaml; what runs `bentoml containerize`, and the manifests",
    credits="declared: a service that is not there · configured: nothing builds it, or no manifest runs it · wired: built by a script or CI, and run by a manifest",
    launches=_launches,
    findings=_findings,
)
