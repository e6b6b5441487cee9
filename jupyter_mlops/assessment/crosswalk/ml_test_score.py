"""The ML Test Score: 28 tests in four sections.

From Breck et al. 2017, "The ML Test Score: A Rubric for ML Production Readiness and Technical Debt Reduction". A test that is automated earns a point, one that is done by hand half a point. A section's score is the sum of its
points, and the final score the least of the four.
"""

from __future__ import annotations

from jupyter_mlops.assessment.crosswalk.model import Group, Item, Model, Seen
from jupyter_mlops.assessment.crosswalk.observed import announced, baseline, sliced, stable, tuned

_POINTS = {"seen": 1.0, "attested": 0.5, "partly": 0.5}
#: Upper end of a band (included) → what the rubric says of it.
_BANDS = (
    (0.0, "more of a research project than a production system"),
    (1.0, "not untested, but serious holes are possible"),
    (2.0, "a first pass at basic productionization"),
    (3.0, "reasonably tested, more of the tests could be automated"),
    (5.0, "strong automated testing and monitoring, fit for mission-critical systems"),
    (7.0, "exceptional automated testing and monitoring"),
)


def _summarise(model: Model, items: tuple[Seen, ...]) -> tuple[str, float | None, str | None]:
    sums = {
        group.name: sum(_POINTS.get(seen.state, 0.0) for seen in items if seen.group == group.name)
        for group in model.groups
    }
    weakest = min(sums, key=lambda name: (sums[name], name))
    score = sums[weakest]
    return next(text for most, text in _BANDS if score <= most), score, weakest


MODEL = Model(
    id="ml-test-score",
    title="ML Test Score",
    source="Breck et al. 2017, The ML Test Score",
    groups=(
        Group(
            "Data",
            (
                Item("What is expected of features is written down as a schema", ("data-validated",)),
                Item("Every feature is of use"),
                Item("No feature costs more than it is worth"),
                Item("Features keep to the project's rules"),
                Item("Personal data is protected along the pipeline"),
                Item("New features can be added quickly"),
                Item("The code that makes features is tested", ("tests",)),
            ),
        ),
        Group(
            "Model",
            (
                Item("Every model's specification is checked in", ("code-versioned",)),
                Item("Metrics offline go with those online"),
                Item("Hyper-parameters have been tuned", observed=tuned),
                Item("What staleness costs is known"),
                Item("A simpler model is not as good", observed=baseline),
                Item("Quality holds on important slices", observed=sliced),
                Item("The model has been tested for fairness", ("governed/responsible",)),
            ),
        ),
        Group(
            "Infrastructure",
            (
                Item("Training is reproducible", ("pipeline-reproducible",)),
                Item("The model's specification is unit-tested", ("tests",)),
                Item("The whole pipeline is tested by integration", ("ci", "pipeline-automated")),
                Item("Quality is validated before a model serves", ("retraining-automated/gate",)),
                Item("A prediction can be followed step by step"),
                Item("Models are tried on few requests before all", ("routed",)),
                Item("Models can be rolled back quickly", ("rollback-path",)),
            ),
        ),
        Group(
            "Monitoring",
            (
                Item("Changes of dependencies are announced", observed=announced),
                Item("Data invariants hold in training and serving", ("data-validated", "drift-detected")),
                Item("Training and serving compute the same features"),
                Item("Models are not too stale", ("retraining-automated/trigger",)),
                Item("Models are numerically stable", observed=stable),
                Item("Computing performance has not regressed", ("service-monitored",)),
                Item("Prediction quality has not regressed on live data", ("drift-detected",)),
            ),
        ),
    ),
    summarise=_summarise,
)
