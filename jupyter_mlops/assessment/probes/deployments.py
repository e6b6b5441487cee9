"""Deployment without hands: CI steps that deploy, controllers that follow the repository."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_mlops.assessment.commanded import Run, commands
from jupyter_mlops.assessment.findings import PARSED, Finding, Rung
from jupyter_mlops.assessment.kube import objects
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import entries, line_of, mapping
from jupyter_mlops.project.patterns import lazy

_DEPLOYS = lazy(
    r"kubectl\b.* (apply|set image|replace|rollout restart|patch)\b|helm (upgrade|install)\b|helmfile (apply|sync)\b|skaffold (run|deploy)\b"
    r"|gcloud (beta |alpha )?(run (deploy|services replace)|functions deploy|app deploy|ai endpoints deploy-model)\b"
    r"|(sls|serverless|sam|cdk|modal|bentoml|zappa|chalice|vercel|fly|flyctl|kamal|copilot|eb|anyscale service|serve|ray) deploy\b|zappa update\b|railway up\b"
    r"|aws (lambda (update-function-code|create-function)|sagemaker (create|update)-endpoint|ecs (update-service|deploy)|cloudformation deploy|apprunner start-deployment|elasticbeanstalk update-environment)\b"
    r"|az (containerapp (up|update|create)|ml online-(endpoint|deployment) (create|update)|webapp (up|deploy|config container)|functionapp deploy)\b|func azure functionapp publish\b"
    r"|(terraform|tofu|terragrunt)\b.* apply\b|pulumi up\b|databricks (bundle deploy|serving-endpoints)\b|argocd app sync\b|heroku container:release\b|git push heroku\b"
    r"|docker (stack deploy|--context \S+ compose up)\b|ssh\b.*\b(docker|compose|systemctl|deploy)|ansible-playbook\b|prefect deploy\b|nomad job run\b|huggingface-cli upload\b|hf upload\b.*space"
)
_DESTROYS = lazy(r"(terraform|tofu)\b.* plan\b.* -destroy\b")
_PUSHES = lazy(r"(docker|podman) push\b|docker (buildx )?build\b.* --push\b")
_PRETENDS = frozenset({"--dry-run", "--dry-run=client", "--dry-run=server", "--help", "--noop", "--check"})


def _findings(unit: Unit) -> Iterator[Finding]:
    # What is applied from elsewhere, an operator say, is no deployment of the project.
    deploys = [run for run in commands(unit, _DEPLOYS) if run.launch.kind == "ci" and "-f http" not in run.text]
    # A plan to destroy is applied to take everything down.
    destroys = {run.path for run in commands(unit, _DESTROYS)}
    deploys = [run for run in deploys if run.path not in destroys or " apply" not in run.text]
    for run in deploys:
        yield _judged(run)
    if not deploys:
        for run in list(commands(unit, _PUSHES))[:1]:
            if run.launch.kind == "ci":
                yield _found(
                    Rung.E1, "CI pushes an image, and nothing deploys it.", run.path, run.line, "Deploy it after that."
                )
    yield from _followed(unit)


def _judged(run: Run) -> Finding:
    what = f"`{run.command.text[:60]}`"
    if run.problem is not None:
        return _found(Rung.E2, f"CI deploys with {what}, but {run.problem}.", run.path, run.line, "Let the job fail.")
    if _PRETENDS & set(run.command.words):
        return _found(Rung.E1, f"{what} only pretends to deploy.", run.path, run.line, "Deploy for real.")
    if not run.automatic:
        return _found(
            Rung.E2,
            f"CI deploys with {what} when somebody asks for it.",
            run.path,
            run.line,
            "Start it on push or release.",
        )
    return _found(Rung.E3, f"CI deploys with {what}.", run.path, run.line)


def _followed(unit: Unit) -> Iterator[Finding]:
    """Argo CD, Flux and Render follow the repository by themselves."""
    for item in objects(unit, "Application", "ApplicationSet", "Kustomization", "HelmRelease"):
        if item.api == "argoproj.io":
            spec = mapping(mapping(item.spec.get("template")).get("spec")) or item.spec
            policy = mapping(spec.get("syncPolicy"))
            by_itself = "automated" in policy
            place = line_of(policy, "automated") or line_of(spec, "source") or item.line
            message = (
                f"Argo CD keeps {item.name} as the repository has it."
                if by_itself
                else f"Argo CD syncs {item.name} when somebody asks for it."
            )
            yield _found(
                Rung.E3 if by_itself else Rung.E2,
                message,
                item.path,
                place,
                None if by_itself else "Set `syncPolicy.automated`.",
            )
        elif item.api.endswith("toolkit.fluxcd.io") and (item.spec.get("sourceRef") or item.spec.get("chart")):
            yield _found(Rung.E3, f"Flux keeps {item.name} as the repository has it.", item.path, item.line)
    for file in unit.named("render.yaml"):
        for document in unit.project.yaml(file.path):
            for entry, line in entries(mapping(document).get("services")):
                if (
                    mapping(entry).get("type") in ("web", "pserv", "worker")
                    and mapping(entry).get("autoDeploy", True) is not False
                ):
                    yield _found(
                        Rung.E3,
                        f"Render deploys {mapping(entry).get('name') or 'the service'} at every push.",
                        file.path,
                        line,
                    )


def _found(rung: Rung, message: str, path: str, line: int | None, raise_by: str | None = None) -> Finding:
    return Finding(
        "deployments",
        "continuous-deployment",
        rung,
        message,
        confidence=PARSED,
        path=path,
        line=line,
        raise_by=raise_by,
    )


PROBE = Probe(
    id="deployments",
    title="deployment by CI, Argo CD, Flux, Render",
    reads="CI files, Argo CD applications, Flux kustomizations and releases, render.yaml",
    credits="declared: an image that is pushed only · configured: started by people, or neutralised · wired: on push, release or schedule, or by a controller that follows the repository",
    findings=_findings,
)
