"""Google Cloud's MLOps levels 0 to 2."""

from jupyter_mlops.assessment.crosswalk.model import Group, Item, Model, by_level

MODEL = Model(
    id="google",
    title="Google Cloud MLOps levels",
    source="Google Cloud, MLOps: Continuous delivery and automation pipelines in machine learning",
    groups=(
        Group("0 Manual process", ()),
        Group(
            "1 ML pipeline automation",
            (
                Item("The steps of the experiment run as a pipeline", ("pipeline-automated",)),
                Item("The model is trained continuously, on a trigger", ("retraining-automated/trigger",)),
                Item("Data is validated before training", ("data-validated",)),
                Item("Models are validated before they are used", ("retraining-automated/gate",)),
                Item("Components are modular and the same in development and production", ("importable-code",)),
                Item("Metadata of every run is kept", ("experiments-tracked",)),
                Item("Features come from a store that training and serving share"),
            ),
        ),
        Group(
            "2 CI/CD pipeline automation",
            (
                Item("Sources are under version control", ("code-versioned",)),
                Item("The pipeline's code is built and tested on every change", ("tests", "ci")),
                Item("Models are kept in a registry", ("model-registered",)),
                Item("Prediction services are deployed automatically", ("model-served", "deployed-and-scaled")),
                Item("Live performance is monitored", ("service-monitored", "drift-detected")),
            ),
        ),
    ),
    summarise=by_level,
)
