"""Trackers beside MLflow: Weights & Biases, DVCLive, Neptune, ClearML, Comet, Aim, TensorBoard, Azure ML, SageMaker, Vertex AI, Kubeflow Pipelines, ZenML, Sacred."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_mlops.assessment.findings import Finding
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.sites import Site
from jupyter_mlops.assessment.tracking import Tracker, tracker_findings
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.patterns import lazy


def _wandb_off(site: Site) -> str | None:
    if site.call.name == "wandb.init" and site.call.text(None, "mode") == "disabled":
        return "`mode='disabled'`"
    return None


def _tracker(name: str, title: str, words: str, logs: str, starts: str, off: bool = False) -> Tracker:
    return Tracker(
        id="trackers",
        title=title,
        words=tuple(words.split()),
        packages=(name,),
        logs=lazy(logs),
        starts=lazy(starts),
        disabled=_wandb_off if off else None,
        needing=lazy(r"^wandb\.(log|log_artifact|summary\.update)$") if off else None,
        switch=(("WANDB_MODE", "disabled"), ("WANDB_DISABLED", "true")) if off else (),
    )


_TRACKERS = (
    _tracker(
        "wandb",
        "Weights & Biases",
        "wandb WandbLogger",
        r"^wandb\.([\w.()]*\.)?(log|WandbCallback|WandbMetricsLogger|wandb_callback)$|WandbLogger$|^wandb\.init\(\)\.log$|^wandb\.agent$",
        r"^wandb\.(init|login|log_artifact|config\.update|watch|sweep)$",
        off=True,
    ),
    _tracker(
        "dvclive",
        "DVCLive",
        "dvclive",
        r"dvclive\.[\w.()]*\.?(log_\w+|make_summary|next_step)$|dvclive\.(\w+\.)?DVCLive(Callback|Logger)$",
        r"dvclive\.Live$",
    ),
    _tracker(
        "neptune",
        "Neptune",
        "neptune",
        r"^neptune[\w.]*\.init_run\(\)(\[\])?\.(append|log|upload|assign|extend|__setitem__)$",
        r"^neptune[\w.]*\.(init|init_run)$",
    ),
    _tracker(
        "clearml",
        "ClearML",
        "clearml",
        r"^clearml\.Task\.init\(\)\.(connect|get_logger\(\)\.\w+)$|^clearml\.Logger\.current_logger\(\)\.report_\w+$|^clearml\.Task\.init$",
        r"^clearml\.Task\.(create|get_task)$",
    ),
    _tracker(
        "comet-ml",
        "Comet",
        "comet_ml",
        r"^comet_ml\.(Experiment|start|OfflineExperiment)\(\)\.log_\w+$",
        r"^comet_ml\.(Experiment|start|init|login)$",
    ),
    _tracker("aim", "Aim", "aim", r"^aim(\.[\w.]+)?\.Run\(\)\.(track|set|__setitem__)$", r"^aim(\.[\w.]+)?\.Run$"),
    _tracker(
        "tensorboard",
        "TensorBoard",
        "tensorboard TensorBoard",
        r"(tensorboard|tensorboardX|summary)(\.writer)?\.SummaryWriter\(\)\.add_(scalars?|hparams|text)$|callbacks\.TensorBoard$|TensorBoardLogger$|^tensorflow\.summary\.scalar$",
        r"SummaryWriter$|^tensorflow\.summary\.create_file_writer$",
    ),
    _tracker(
        "azureml",
        "Azure ML",
        "azureml",
        r"^azureml\.[\w.]*Run\.get_context\(\)(\.parent)?\.log(_\w+)?$|^azureml\.[\w.]*Experiment\(\)\.start_logging\(\)\.log(_\w+)?$",
        r"^azureml\.[\w.]*(Run\.get_context|Experiment)$",
    ),
    _tracker(
        "sagemaker",
        "SageMaker Experiments",
        "sagemaker smexperiments",
        r"^(sagemaker\.experiments|smexperiments)\.[\w.]*(Run|load_run|Tracker(\.\w+)?)\(\)\.log_(metric|parameter)s?$",
        r"^(sagemaker\.experiments|smexperiments)\.[\w.]*(Run|load_run|Tracker\.\w+)$",
    ),
    _tracker(
        "google-cloud-aiplatform",
        "Vertex AI Experiments",
        "aiplatform",
        r"^google\.cloud\.aiplatform\.(log_(params|metrics|time_series_metrics|classification_metrics)|autolog)$",
        r"^google\.cloud\.aiplatform\.start_run$",
    ),
    _tracker(
        "kfp",
        "Kubeflow Pipelines",
        "kfp",
        r"^kfp\.[\w.]*Output\[\]\(\)\.log_(metric|roc_curve|confusion_matrix)\w*$",
        r"^kfp\.dsl\.Metrics$",
    ),
    _tracker(
        "zenml",
        "ZenML",
        "zenml",
        r"^zenml\.([\w.]*\.)?log_(step_|model_|artifact_)?metadata$",
        r"^zenml\.([\w.]*\.)?(Model|ArtifactConfig)$",
    ),
    _tracker(
        "sacred",
        "Sacred",
        "sacred",
        r"^sacred\.Experiment\(\)\.(log_scalar|automain|main)(\(\))?$|^\?_run\.log_scalar$",
        r"^sacred\.Experiment$",
    ),
)


def _findings(unit: Unit) -> Iterator[Finding]:
    for tracker in _TRACKERS:
        yield from tracker_findings(unit, tracker)


PROBE = Probe(
    id="trackers",
    title="Weights & Biases, DVCLive, Neptune, ClearML, Comet, Aim, TensorBoard, Azure ML, SageMaker, Vertex AI, Kubeflow Pipelines, ZenML, Sacred",
    reads="Python code and notebooks",
    credits="declared: imported, or switched off · configured: a run without logging, or logging that nothing reaches · wired: logging by code that trains",
    findings=_findings,
)
