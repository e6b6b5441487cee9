"""The four phases of AWS's MLOps maturity model."""

from jupyter_mlops.assessment.crosswalk.model import Group, Item, Model, by_level

MODEL = Model(
    id="aws",
    title="AWS MLOps phases",
    source="AWS, MLOps foundation roadmap for enterprises",
    groups=(
        Group("Initial", ()),
        Group(
            "Repeatable",
            (
                Item("Code lives in repositories", ("code-versioned",)),
                Item("Pipelines do the work of notebooks", ("pipeline-automated", "pipeline-reproducible")),
                Item("Experiments are tracked", ("experiments-tracked",)),
                Item("Models are registered", ("model-registered",)),
            ),
        ),
        Group(
            "Reliable",
            (
                Item("Code and data are tested automatically", ("tests", "ci", "data-validated")),
                Item("Models are served and deployed by automation", ("model-served", "deployed-and-scaled")),
                Item("Models and services are monitored", ("service-monitored", "drift-detected")),
                Item("Promotion to production is approved", ("governed/approval",)),
                Item("Staging and production are separate accounts"),
            ),
        ),
        Group(
            "Scalable",
            (
                Item("Models are retrained without a person", ("retraining-automated",)),
                Item("Governance covers every model", ("governed",)),
                Item("Teams start from shared templates"),
            ),
        ),
    ),
    summarise=by_level,
)
