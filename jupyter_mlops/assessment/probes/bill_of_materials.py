"""Bills of materials: CycloneDX and SPDX, made by CI or kept in step with what is pinned."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_mlops.assessment.commanded import commands
from jupyter_mlops.assessment.findings import CONVENTION, PARSED, Finding, Rung
from jupyter_mlops.assessment.manifests import manifests
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import line_of, mapping, sequence
from jupyter_mlops.project.patterns import lazy

_MAKES = lazy(
    r"cyclonedx(-py|-bom|_py)?\b|syft(\s|$)|sbom4(python|files)\b|trivy\b.*(cyclonedx|spdx|sbom)|docker sbom\b|docker scout sbom\b|bom generate\b"
    r"|docker (buildx )?build\b.* --sbom|pip-audit\b.*cyclonedx|uv export\b.*cyclonedx|spdx-sbom-generator\b|tern report\b|cdxgen\b|sbom-tool generate\b"
)


def _findings(unit: Unit) -> Iterator[Finding]:
    for run in commands(unit, _MAKES):
        hidden = run.problem is not None
        yield _found(
            Rung.E2 if hidden else Rung.E3,
            f"`{run.command.text[:60]}` lists the packages{f', but {run.problem}' if hidden else ''}.",
            run.path,
            run.line,
            "Let the job fail." if hidden else None,
        )
    for file in unit.named("*bom*.json", "*.cdx.json", "*.spdx.json"):
        if file.special is None and file.size < 20_000_000:
            document = mapping(unit.project.json(file.path))
            if document.get("bomFormat") == "CycloneDX" or document.get("spdxVersion"):
                yield _kept(unit, file.path, document)


def _kept(unit: Unit, path: str, document: dict[object, object]) -> Finding:
    key = "components" if "bomFormat" in document else "packages"
    names = {
        str(mapping(part).get("name")).lower().replace("_", "-").replace(".", "-")
        for part in sequence(document.get(key))
    }
    line = line_of(document, key) or 1
    if not names:
        return _found(Rung.E0, f"{path} lists nothing.", path, line, "Make it of what is deployed.")
    for manifest in manifests(unit):
        wanted = {item.name: item.line for item in manifest.requirements}
        missing = sorted(name for name in wanted if name.replace(".", "-") not in names)
        if missing:
            advice = "Make it again, best in CI."
            return _found(
                Rung.E2,
                f"{path} lacks {missing[0]}, which {manifest.path} requires.",
                path,
                line,
                advice,
                (manifest.path,),
            )
        if wanted:
            return _found(
                Rung.E3,
                f"{path} has all that {manifest.path} requires.",
                path,
                line,
                None,
                (manifest.path,),
                CONVENTION,
            )
    return _found(
        Rung.E2,
        f"{path} lists packages; what is required is declared nowhere.",
        path,
        line,
        "Declare the dependencies.",
    )


def _found(
    rung: Rung,
    message: str,
    path: str,
    line: int | None,
    raise_by: str | None,
    chain: tuple[str, ...] = (),
    confidence: float = PARSED,
) -> Finding:
    return Finding(
        "bill-of-materials",
        "bill-of-materials",
        rung,
        message,
        confidence=confidence,
        path=path,
        line=line,
        chain=chain,
        raise_by=raise_by,
    )


PROBE = Probe(
    id="bill-of-materials",
    title="CycloneDX, SPDX, Syft, Trivy",
    reads="CI files, make targets, *bom*.json, *.cdx.json, *.spdx.json, manifests",
    credits="absent: an empty list · configured: lacks what is required, or a step whose failure is hidden · wired: made by CI or make, or has all that is required",
    findings=_findings,
)
