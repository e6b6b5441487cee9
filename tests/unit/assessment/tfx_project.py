"""An honest Level 3 project of TFX on Vertex AI."""

from __future__ import annotations

from .vertex_project import FILES as VERTEX

PIPELINE = """
    import tensorflow_model_analysis as tfma
    from tfx import v1 as tfx


    def create_pipeline(root, threshold):
        query = "SELECT a, b, y FROM acme.churn FOR SYSTEM_TIME AS OF '2026-11-01'"
        rows = tfx.extensions.google_cloud_big_query.BigQueryExampleGen(query=query)
        statistics = tfx.components.StatisticsGen(examples=rows.outputs["examples"])
        schema = tfx.components.ImportSchemaGen(schema_file="schema/schema.pbtxt")
        validator = tfx.components.ExampleValidator(
            statistics=statistics.outputs["statistics"], schema=schema.outputs["schema"]
        )
        transform = tfx.components.Transform(
            examples=rows.outputs["examples"], schema=schema.outputs["schema"], module_file="churn/model.py"
        )
        trainer = tfx.components.Trainer(
            module_file="churn/model.py",
            examples=transform.outputs["transformed_examples"],
            transform_graph=transform.outputs["transform_graph"],
        )
        baseline = tfx.dsl.Resolver(
            strategy_class=tfx.dsl.experimental.LatestBlessedModelStrategy,
            model=tfx.dsl.Channel(type=tfx.types.standard_artifacts.Model),
        ).with_id("baseline")
        bound = tfma.GenericValueThreshold(lower_bound={"value": threshold})
        metric = tfma.MetricConfig(class_name="BinaryAccuracy", threshold=tfma.MetricThreshold(value_threshold=bound))
        evaluator = tfx.components.Evaluator(
            examples=rows.outputs["examples"],
            model=trainer.outputs["model"],
            baseline_model=baseline.outputs["model"],
            eval_config=tfma.EvalConfig(metrics_specs=[tfma.MetricsSpec(metrics=[metric])]),
        )
        pusher = tfx.extensions.google_cloud_ai_platform.Pusher(
            model=trainer.outputs["model"], model_blessing=evaluator.outputs["blessing"]
        )
        return tfx.dsl.Pipeline(
            pipeline_name="churn",
            pipeline_root=root,
            components=[rows, statistics, schema, validator, transform, trainer, baseline, evaluator, pusher],
        )
    """
MODEL = """
    import mlflow
    import tensorflow as tf


    def preprocessing_fn(inputs):
        return inputs


    def run_fn(fn_args):
        mlflow.tensorflow.autolog()
        model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
        model.compile(loss="binary_crossentropy")
        model.fit(fn_args.train_files, epochs=fn_args.train_steps)
        model.save(fn_args.serving_model_dir)
    """

FILES: dict[str, str | bytes] = {
    **{name: text for name, text in VERTEX.items() if name not in ("pipelines/churn.py", "pipelines/schedule.py")},
    "requirements.txt": "tfx==1.16.0\ntensorflow==2.16.1\nmlflow==3.1.0\ngoogle-cloud-aiplatform==1.120.0\npandas==2.3.0\npytest==9.0.0\n"
    "tensorflow-model-analysis==0.47.0\n",
    "churn/__init__.py": "",
    "churn/pipeline.py": PIPELINE,
    "churn/model.py": MODEL,
    "run.py": """
        import argparse

        from tfx import v1 as tfx

        from churn.pipeline import create_pipeline

        if __name__ == "__main__":
            parser = argparse.ArgumentParser()
            parser.add_argument("--threshold", type=float, default=0.8)
            tfx.orchestration.LocalDagRunner().run(create_pipeline("gs://acme/churn", parser.parse_args().threshold))
        """,
    ".github/workflows/nightly.yml": """
        on:
          schedule:
            - cron: "0 3 * * *"
        jobs:
          train:
            runs-on: ubuntu-latest
            steps:
              - uses: actions/checkout@v4
              - run: python run.py --threshold 0.8
        """,
    ".github/workflows/deploy.yml": str(VERTEX[".github/workflows/deploy.yml"])
    .replace("              - run: python pipelines/churn.py\n", "")
    .replace("              - run: python pipelines/schedule.py\n", ""),
}

_CODE = "churn/pipeline.py"

#: Where, what goes, what stands there instead, what that drops.
LINKS: tuple[tuple[str, str, str, set[str]], ...] = (
    (_CODE, " FOR SYSTEM_TIME AS OF '2026-11-01'", "", {"data-versioned"}),
    (_CODE, "google_cloud_ai_platform.Pusher", "other.Push", {"retraining-automated"}),
    (
        _CODE,
        "components=[rows, statistics, schema, validator, transform, trainer, baseline, evaluator, pusher]",
        "components=[]",
        {"pipeline-automated", "retraining-automated"},
    ),
    (_CODE, ', model_blessing=evaluator.outputs["blessing"]', "", {"retraining-automated"}),
    (_CODE, '{"value": threshold}', '{"value": 0.8}', {"retraining-automated"}),
    ("churn/model.py", "mlflow.tensorflow.autolog()", "", {"experiments-tracked"}),
    (
        ".github/workflows/nightly.yml",
        'schedule:\n    - cron: "0 3 * * *"',
        "workflow_dispatch:",
        {"retraining-automated"},
    ),
)
