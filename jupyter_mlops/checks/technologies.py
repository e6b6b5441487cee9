"""What a technology is used for: its name → the criteria that it can satisfy.

The ids of the probes are all here, and names of tools that share a probe. Asking for a tool asks for what it is good for:
a project that has that from another tool passes.
"""

from __future__ import annotations

_BY_CRITERION = {
    "code-versioned": ("git",),
    "data-versioned": (
        *("dvc", "data-sources", "snapshots", "git-lfs", "lakefs", "delta"),
        *("feast", "pachyderm", "croissant", "kedro-catalog"),
    ),
    "experiments-tracked": (
        *("mlflow", "trackers", "training", "wandb", "dvclive", "neptune", "clearml", "comet", "aim"),
        "hydra-loggers",
    ),
    "readme-runs": ("readme",),
    "notebooks-rerunnable": ("notebooks",),
    "no-secrets": ("secrets",),
    "dependencies-declared": ("requirements",),
    "pipeline-automated": (
        *("pipelines", "python-pipeline", "ploomber", "papermill", "snakemake", "make", "mise", "taskfile"),
        *("launchers", "tox", "task-runners", "crontab"),
        *("orchestrators", "prefect", "airflow", "dagster", "kedro", "azure-ml", "argo-workflows", "tekton"),
        *("databricks-bundles", "step-tables", "sagemaker", "vertex-ai", "tfx", "kubeflow", "azure-ml-sdk"),
    ),
    "pipeline-reproducible": ("parameters", "pip-tools", "poetry", "uv", "other-locks"),
    "tests": ("pytest", "unittest", "nbval"),
    "ci": ("ci", "github-actions", "gitlab-ci", "jenkins", "other-ci", "small-ci", "cloud-builds"),
    "importable-code": ("modules",),
    "data-validated": ("validation", "hand-checks", "pandera", "great-expectations"),
    "metrics-recorded": ("dvc-metrics",),
    "pre-commit": ("pre-commit",),
    "model-served": (
        "serving",
        "fastapi",
        "flask",
        "bentoml",
        "triton",
        "torchserve",
        "batch-scoring",
        "managed-endpoints",
        "mlflow-serving",
    ),
    "deployed-and-scaled": ("docker", "kubernetes", "platforms", "kserve", "helm", "bentofile"),
    "service-monitored": ("prometheus", "opentelemetry", "cloud-alerts"),
    "drift-detected": ("drift", "evidently", "azure-ml-monitors"),
    "retraining-automated": ("retraining",),
    "governed": (
        "approval",
        "model-card",
        "model-card-toolkit",
        "ai-act",
        "responsible",
        "fairlearn",
        "shap",
        "cyclonedx",
        "codeowners",
    ),
    "rollback-path": ("rollback",),
    "continuous-deployment": ("deployments", "argo-cd", "flux"),
    "dashboards": ("dashboards", "grafana"),
    "structured-logs": ("structured-logs", "structlog", "loguru"),
    "load-tested": ("load-tests", "locust", "k6"),
    "lineage": ("lineage", "openlineage"),
    "datasheet": ("datasheet",),
    "bill-of-materials": ("bill-of-materials", "syft"),
    "models-signed": ("signatures", "cosign"),
    "routed": ("rollouts", "traffic-control", "argo-rollouts", "flagger"),
    "self-healing": ("healing", "drift-repair", "traffic-control"),
    "root-cause": ("diagnosis",),
}

#: Name of a technology → ids of criteria.
TECHNOLOGIES: dict[str, tuple[str, ...]] = {name: (of,) for of, names in _BY_CRITERION.items() for name in names}
