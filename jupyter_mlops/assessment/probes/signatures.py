"""Signatures of models and images: model_signing, Sigstore, Notation, GPG; made where the model is made."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_mlops.assessment.commanded import commands
from jupyter_mlops.assessment.findings import CALL, PARSED, Finding, Rung
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.sites import sites, sources_of
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.patterns import lazy

_SIGNS = lazy(
    r"model[-_]signing sign\b|cosign (sign|sign-blob|attest|attest-blob)\b|sigstore sign\b|notation sign\b|rekor-cli upload\b|gpg2?\b.* (--sign|--detach-sign|--detach-sig|-s|-b|--clearsign)\b"
    r"|minisign\b.* -S\b|signify\b.* -S\b|openssl (dgst|pkeyutl)\b.* -sign\b|docker trust sign\b"
)
_CHECKS = lazy(
    r"model[-_]signing verify\b|cosign verify(-blob|-attestation)?\b|sigstore verify\b|notation verify\b|gpg2?\b.* --verify\b|minisign\b.* -V\b|openssl dgst\b.* -verify\b"
)
_CALLS = lazy(
    r"^model_signing\.signing\.[\w.()]*sign$|^sigstore\.sign[\w.()]*\.sign_(artifact|dsse)$|^gnupg\.GPG\(\)\.sign(_file)?$"
)


def _findings(unit: Unit) -> Iterator[Finding]:
    signs = list(commands(unit, _SIGNS))
    for run in signs:
        hidden = run.problem is not None
        yield _found(
            Rung.E2 if hidden else Rung.E3,
            f"`{run.command.text[:60]}` signs what is deployed{f', but {run.problem}' if hidden else ''}.",
            run.path,
            run.line,
            "Let the job fail." if hidden else None,
        )
    for path, source in sources_of(unit, "model_signing", "sigstore", "gnupg"):
        for site in sites(unit, path, [call for call in source.calls if call.attribute.startswith("sign")]):
            if _CALLS.search(site.name):
                yield Finding(
                    "signatures",
                    "models-signed",
                    Rung.E3 if site.reached else Rung.E2,
                    f"`{site.name}` signs the model{'' if site.reached else ', in code that nothing runs'}.",
                    confidence=CALL,
                    path=path,
                    line=site.line,
                    cell=site.cell,
                    chain=unit.reach.chain(path, site.scope),
                    raise_by=None if site.reached else "Sign where the model is made.",
                )
    if not signs:
        for run in list(commands(unit, _CHECKS))[:1]:
            message = f"`{run.command.text[:60]}` verifies a signature that nothing here makes."
            yield _found(Rung.E2, message, run.path, run.line, "Sign where the model is made.")


def _found(rung: Rung, message: str, path: str, line: int | None, raise_by: str | None) -> Finding:
    return Finding(
        "signatures", "models-signed", rung, message, confidence=PARSED, path=path, line=line, raise_by=raise_by
    )


PROBE = Probe(
    id="signatures",
    title="model_signing, Sigstore (cosign), Notation, GPG",
    reads="CI files, make targets, pipelines, Python code",
    credits="configured: verified only, a failure that is hidden, code that nothing runs · wired: signed by CI, the pipeline or code that runs",
    findings=_findings,
)
