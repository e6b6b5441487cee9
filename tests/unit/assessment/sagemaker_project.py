"""An honest Level 3 project on SageMaker: a pipeline with a gate, started by CI and a rule; an endpoint that scales, is watched and monitored."""

from __future__ import annotations

from .conftest import LEVEL_2, PYTEST_ON_PUSH

PIPELINE = """
    import os

    from sagemaker.inputs import TrainingInput
    from sagemaker.model import Model
    from sagemaker.model_metrics import MetricsSource, ModelMetrics
    from sagemaker.processing import ProcessingInput, ProcessingOutput
    from sagemaker.sklearn.estimator import SKLearn
    from sagemaker.sklearn.processing import SKLearnProcessor
    from sagemaker.workflow.condition_step import ConditionStep
    from sagemaker.workflow.conditions import ConditionGreaterThanOrEqualTo
    from sagemaker.workflow.functions import JsonGet
    from sagemaker.workflow.model_step import ModelStep
    from sagemaker.workflow.parameters import ParameterFloat, ParameterString
    from sagemaker.workflow.pipeline import Pipeline
    from sagemaker.workflow.pipeline_context import PipelineSession
    from sagemaker.workflow.properties import PropertyFile
    from sagemaker.workflow.steps import ProcessingStep, TrainingStep

    BASE = os.path.dirname(os.path.realpath(__file__))


    def get_pipeline(role):
        session = PipelineSession()
        rows = ParameterString(name="Rows", default_value="s3://acme-churn/raw/v3/churn.csv")
        threshold = ParameterFloat(name="AccuracyThreshold", default_value=0.8)

        processor = SKLearnProcessor("1.2-1", role, "ml.m5.large", 1, sagemaker_session=session)
        step_args = processor.run(
            inputs=[ProcessingInput(source=rows, destination="/opt/ml/processing/input")],
            outputs=[ProcessingOutput(output_name="train", source="/opt/ml/processing/train")],
            code=os.path.join(BASE, "steps", "prepare.py"),
        )
        prepare = ProcessingStep(name="Prepare", step_args=step_args)

        estimator = SKLearn(
            entry_point="fit.py",
            source_dir=os.path.join(BASE, "steps"),
            framework_version="1.2-1",
            role=role,
            instance_type="ml.m5.large",
            sagemaker_session=session,
        )
        made = prepare.properties.ProcessingOutputConfig.Outputs["train"].S3Output.S3Uri
        step_args = estimator.fit({"train": TrainingInput(s3_data=made, content_type="text/csv")})
        train = TrainingStep(name="Train", step_args=step_args)

        step_args = processor.run(
            inputs=[ProcessingInput(source=train.properties.ModelArtifacts.S3ModelArtifacts, destination="/opt/ml/processing/model")],
            outputs=[ProcessingOutput(output_name="evaluation", source="/opt/ml/processing/evaluation")],
            code=os.path.join(BASE, "steps", "evaluate.py"),
        )
        report = PropertyFile(name="Report", output_name="evaluation", path="evaluation.json")
        evaluate = ProcessingStep(name="Evaluate", step_args=step_args, property_files=[report])

        model = Model(model_data=train.properties.ModelArtifacts.S3ModelArtifacts, role=role, sagemaker_session=session)
        metrics = ModelMetrics(model_statistics=MetricsSource("s3://acme-churn/evaluation.json", "application/json"))
        register = ModelStep(
            name="Register",
            step_args=model.register(model_package_group_name="churn", model_metrics=metrics),
        )
        good = ConditionGreaterThanOrEqualTo(
            left=JsonGet(step_name=evaluate.name, property_file=report, json_path="metrics.accuracy"),
            right=threshold,
        )
        gate = ConditionStep(name="GoodEnough", conditions=[good], if_steps=[register], else_steps=[])
        return Pipeline(
            name="churn",
            parameters=[rows, threshold],
            steps=[prepare, train, evaluate, gate],
            sagemaker_session=session,
        )
    """

FILES: dict[str, str | bytes] = {
    "README.md": "# Churn\n\n```\npip install -r requirements.txt\npython run_pipeline.py\n```\n",
    "requirements.txt": "boto3==1.40.0\njoblib==1.5.0\npandas==2.3.0\nsagemaker==2.250.0\nscikit-learn==1.2.2\npytest==9.0.0\n",
    "pipelines/__init__.py": "",
    "pipelines/churn.py": PIPELINE,
    "pipelines/steps/features.py": LEVEL_2["src/features.py"],
    "pipelines/steps/prepare.py": """
        import pandas as pd

        from features import clean

        if __name__ == "__main__":
            frame = pd.read_csv("/opt/ml/processing/input/churn.csv")
            clean(frame).to_csv("/opt/ml/processing/train/train.csv", index=False)
        """,
    "pipelines/steps/fit.py": """
        import argparse
        import os

        import joblib
        import pandas as pd
        from sklearn.linear_model import LogisticRegression

        if __name__ == "__main__":
            parser = argparse.ArgumentParser()
            parser.add_argument("--c", type=float, default=1.0)
            parser.add_argument("--train", default=os.environ["SM_CHANNEL_TRAIN"])
            parser.add_argument("--model-dir", default=os.environ["SM_MODEL_DIR"])
            given = parser.parse_args()
            frame = pd.read_csv(os.path.join(given.train, "train.csv"))
            model = LogisticRegression(C=given.c).fit(frame[["a", "b"]], frame["y"])
            joblib.dump(model, os.path.join(given.model_dir, "model.joblib"))
        """,
    "pipelines/steps/evaluate.py": """
        import json
        import pathlib

        import joblib
        import pandas as pd

        if __name__ == "__main__":
            model = joblib.load("/opt/ml/processing/model/model.joblib")
            frame = pd.read_csv("/opt/ml/processing/test/test.csv")
            accuracy = model.score(frame[["a", "b"]], frame["y"])
            report = pathlib.Path("/opt/ml/processing/evaluation/evaluation.json")
            report.write_text(json.dumps({"metrics": {"accuracy": accuracy}}))
        """,
    "run_pipeline.py": """
        import os

        from pipelines.churn import get_pipeline

        if __name__ == "__main__":
            pipeline = get_pipeline(os.environ["ROLE"])
            pipeline.upsert(role_arn=os.environ["ROLE"])
            execution = pipeline.start()
            execution.wait()
        """,
    "deploy/endpoint.py": """
        import boto3

        ENDPOINT = "churn"


        def deploy(package):
            sagemaker = boto3.client("sagemaker")
            sagemaker.create_model(ModelName="churn", PrimaryContainer={"ModelPackageName": package})
            sagemaker.create_endpoint_config(
                EndpointConfigName="churn",
                ProductionVariants=[
                    {"VariantName": "all", "ModelName": "churn", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
                ],
            )
            sagemaker.create_endpoint(EndpointName=ENDPOINT, EndpointConfigName="churn")


        def scale():
            scaling = boto3.client("application-autoscaling")
            scaling.register_scalable_target(
                ServiceNamespace="sagemaker",
                ResourceId=f"endpoint/{ENDPOINT}/variant/all",
                ScalableDimension="sagemaker:variant:DesiredInstanceCount",
                MinCapacity=1,
                MaxCapacity=4,
            )


        def watch():
            boto3.client("cloudwatch").put_metric_alarm(
                AlarmName="churn-errors",
                Namespace="AWS/SageMaker",
                MetricName="Invocation5XXErrors",
                Dimensions=[{"Name": "EndpointName", "Value": ENDPOINT}],
                Statistic="Sum",
                Period=60,
                EvaluationPeriods=5,
                Threshold=5,
                ComparisonOperator="GreaterThanThreshold",
                AlarmActions=["arn:aws:sns:eu-west-1:123456789012:on-call"],
            )


        if __name__ == "__main__":
            deploy("churn")
            scale()
            watch()
        """,
    "deploy/monitor.py": """
        import boto3
        from sagemaker.model_monitor import CronExpressionGenerator, DefaultModelMonitor


        def monitor(role):
            checker = DefaultModelMonitor(role=role, instance_type="ml.m5.large")
            checker.create_monitoring_schedule(
                monitor_schedule_name="churn-data",
                endpoint_input="churn",
                statistics="s3://acme-churn/baseline/statistics.json",
                constraints="s3://acme-churn/baseline/constraints.json",
                schedule_cron_expression=CronExpressionGenerator.hourly(),
                enable_cloudwatch_metrics=True,
            )


        def alarm():
            boto3.client("cloudwatch").put_metric_alarm(
                AlarmName="churn-drift",
                Namespace="aws/sagemaker/Endpoints/data-metrics",
                MetricName="feature_baseline_drift_usage",
                Statistic="Maximum",
                Period=3600,
                EvaluationPeriods=1,
                Threshold=0.2,
                ComparisonOperator="GreaterThanThreshold",
                AlarmActions=["arn:aws:sns:eu-west-1:123456789012:on-call"],
            )


        if __name__ == "__main__":
            monitor("role")
            alarm()
        """,
    "infra/schedule.tf": """
        resource "aws_cloudwatch_event_rule" "nightly" {
          name                = "churn-nightly"
          schedule_expression = "cron(0 3 * * ? *)"
        }

        resource "aws_cloudwatch_event_target" "pipeline" {
          rule     = aws_cloudwatch_event_rule.nightly.name
          arn      = "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/churn"
          role_arn = var.role
          sagemaker_pipeline_target {
            pipeline_parameter_list {
              name  = "Rows"
              value = "s3://acme-churn/raw/v3/churn.csv"
            }
          }
        }
        """,
    "pipelines/steps/__init__.py": "",
    "tests/test_features.py": str(LEVEL_2["tests/test_features.py"]).replace(
        "features import", "pipelines.steps.features import"
    ),
    ".github/workflows/ci.yml": PYTEST_ON_PUSH,
    ".github/workflows/deploy.yml": """
        on:
          push:
            branches: [main]
        jobs:
          deploy:
            runs-on: ubuntu-latest
            steps:
              - uses: actions/checkout@v4
              - run: pip install -r requirements.txt
              - run: python run_pipeline.py
              - run: python deploy/endpoint.py
              - run: python deploy/monitor.py
              - run: terraform -chdir=infra apply -auto-approve
        """,
}

_CODE, _ENDPOINT, _MONITOR, _RULE = "pipelines/churn.py", "deploy/endpoint.py", "deploy/monitor.py", "infra/schedule.tf"
_DEPLOY = ".github/workflows/deploy.yml"
_SERVED = {"model-served", "deployed-and-scaled", "service-monitored"}

#: Where, what goes, what stands there instead, what that drops.
LINKS: tuple[tuple[str, str, str, set[str]], ...] = (
    (_CODE, "s3://acme-churn/raw/v3/", "s3://acme-churn/raw/", {"data-versioned"}),
    (_CODE, "model.register(model_package_group_name", "model.create(name", {"data-versioned", "experiments-tracked"}),
    (_CODE, ", model_metrics=metrics", "", {"experiments-tracked"}),
    (_CODE, "steps=[prepare, train, evaluate, gate]", "steps=[]", {"pipeline-automated", "retraining-automated"}),
    (_CODE, "right=threshold", "right=0.8", {"retraining-automated"}),
    (_CODE, "if_steps=[register]", "if_steps=[]", {"retraining-automated"}),
    (_CODE, "conditions=[good]", "conditions=[]", {"retraining-automated"}),
    (_CODE, 'entry_point="fit.py"', 'entry_point="gone.py"', {"pipeline-automated"}),
    ("run_pipeline.py", "pipeline.start()", "pipeline.definition()", set()),
    (_RULE, "cron(0 3 * * ? *)", "", {"retraining-automated"}),
    (_RULE, "pipeline/churn", "pipeline/others", {"retraining-automated"}),
    (_RULE, "nightly.name", "hourly.name", {"retraining-automated"}),
    (_ENDPOINT, "sagemaker.create_endpoint(EndpointName", "print(name", _SERVED),
    (_ENDPOINT, "MaxCapacity=4", "MaxCapacity=1", {"deployed-and-scaled"}),
    (_ENDPOINT, 'ServiceNamespace="sagemaker"', 'ServiceNamespace="dynamodb"', {"deployed-and-scaled"}),
    (_ENDPOINT, "    scale()\n", "", {"deployed-and-scaled"}),
    (_ENDPOINT, "AWS/SageMaker", "AWS/EC2", {"service-monitored"}),
    (_ENDPOINT, "    watch()\n", "", {"service-monitored"}),
    (
        _MONITOR,
        "schedule_cron_expression=CronExpressionGenerator.hourly()",
        "schedule_cron_expression=CronExpressionGenerator.now()",
        {"drift-detected"},
    ),
    (_MONITOR, "    alarm()\n", "", {"drift-detected"}),
    (_MONITOR, '    monitor("role")\n', "", {"drift-detected"}),
    (_DEPLOY, "terraform -chdir=infra apply", "terraform -chdir=infra plan", {"retraining-automated"}),
)
