"""Microsoft's MLOps maturity model, Levels 0 to 4."""

from jupyter_mlops.assessment.crosswalk.model import Group, Item, Model, by_level

MODEL = Model(
    id="microsoft",
    title="Microsoft MLOps maturity model",
    source="Microsoft, Machine learning operations maturity model",
    groups=(
        Group("0 No MLOps", ()),
        Group(
            "1 DevOps, no MLOps",
            (
                Item("Code is under version control", ("code-versioned",)),
                Item("The application's code has automated tests", ("tests",)),
                Item("Builds are automated", ("ci",)),
                Item("Data scientists and engineers hand over to each other in a regular way"),
            ),
        ),
        Group(
            "2 Automated training",
            (
                Item("Experiments are tracked in one place", ("experiments-tracked",)),
                Item("Training is automated and reproducible", ("pipeline-automated", "pipeline-reproducible")),
                Item("Training code, data and models are versioned", ("code-versioned", "data-versioned")),
                Item("Models are managed in a registry", ("model-registered",)),
                Item("Releases are made by hand, with little friction"),
            ),
        ),
        Group(
            "3 Automated model deployment",
            (
                Item("The model is released as a service, automatically", ("model-served", "deployed-and-scaled")),
                Item("A deployment can be traced back to its data", ("data-versioned", "model-registered")),
                Item("Versions are compared in production (A/B)", ("routed",)),
            ),
        ),
        Group(
            "4 Full MLOps automated operations",
            (
                Item("The running system reports its health", ("service-monitored",)),
                Item("Metrics of production trigger retraining", ("retraining-automated", "drift-detected")),
                Item("Models are promoted by policy", ("governed/approval",)),
                Item("The system recovers with next to no downtime", ("self-healing",)),
            ),
        ),
    ),
    summarise=by_level,
)
