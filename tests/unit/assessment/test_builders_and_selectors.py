"""What builds images, which pods and files Prometheus is led to, and DAGs whose operators functions make."""

from __future__ import annotations

import pytest

from .serving_project import LEVEL_3

_IMAGE = "registry.example.com/ml/churn:1"
_DEPLOYMENT = f"""
    apiVersion: apps/v1
    kind: Deployment
    metadata: {{name: churn}}
    spec:
      replicas: 2
      selector: {{matchLabels: {{app: churn}}}}
      template:
        metadata: {{labels: {{app: churn}}}}
        spec:
          containers:
            - image: {_IMAGE}
    """
_GITLAB = """
    build:
      script:
        - {build}
        - kubectl apply -f k8s/
    """
_AZURE = """
    trigger: [main]
    steps:
      - task: {task}
        inputs: {inputs}
      - script: kubectl apply -f k8s/
    """


@pytest.mark.parametrize(
    ("path", "content", "built"),
    [
        (".gitlab-ci.yml", "/kaniko/executor --context $CI_PROJECT_DIR --destination " + _IMAGE, True),
        (".gitlab-ci.yml", "/kaniko/executor --context $CI_PROJECT_DIR --destination=" + _IMAGE, True),
        (".gitlab-ci.yml", "/kaniko/executor --context $CI_PROJECT_DIR --no-push", False),
        (".gitlab-ci.yml", "/kaniko/executor --context $CI_PROJECT_DIR --destination x/other:1", False),
        ("azure-pipelines.yml", ("Docker@2", "{command: buildAndPush, repository: ml/churn}"), True),
        ("azure-pipelines.yml", ("Docker@2", "{repository: ml/churn, Dockerfile: Dockerfile, buildContext: .}"), True),
        ("azure-pipelines.yml", ("Docker@2", "{command: push, repository: ml/churn}"), False),
        ("azure-pipelines.yml", ("Docker@2", "{command: buildAndPush, repository: ml/other}"), False),
        ("azure-pipelines.yml", ("Bash@3", f"{{targetType: inline, script: docker build -t {_IMAGE} .}}"), True),
        ("azure-pipelines.yml", ("AzureCLI@2", f"{{inlineScript: docker build -t {_IMAGE} .}}"), True),
        ("azure-pipelines.yml", ("Bash@3", "{filePath: $(Build.SourcesDirectory)/build.sh}"), True),
        ("azure-pipelines.yml", ("Bash@3", "{filePath: echo.sh}"), False),
    ],
)
def test_an_image_is_built(level_2, state_of, path, content, built):
    files = {name: text for name, text in LEVEL_3.items() if not name.startswith((".github", "k8s", "docker-compose"))}
    text = (
        _GITLAB.format(build=content) if isinstance(content, str) else _AZURE.format(task=content[0], inputs=content[1])
    )
    scripts = {"build.sh": f"docker build -t {_IMAGE} .\n"} if "build.sh" in content[1] else {}
    level_2.files({**files, **scripts, path: text, "k8s/churn.yaml": _DEPLOYMENT}).commit()
    found = next(r for r in level_2.assess().units[0].results if r.criterion.id == "deployed-and-scaled")
    assert found.state == ("pass" if built else "partial"), found.message


_MONITOR = """
    apiVersion: monitoring.coreos.com/v1
    kind: PodMonitor
    metadata: {{name: churn}}
    spec:
      selector: {selector}
    """
_RAY = """
    apiVersion: ray.io/v1
    kind: RayService
    metadata: {name: churn}
    spec:
      rayClusterConfig:
        headGroupSpec:
          template: {spec: {containers: [{image: x/churn}]}}
        workerGroupSpecs:
          - groupName: cpu
            template: {spec: {containers: [{image: x/churn}]}}
    """


@pytest.mark.parametrize(
    ("workload", "selector", "scraped"),
    [
        (_DEPLOYMENT, "{matchExpressions: [{key: app, operator: In, values: [churn, churn-primary]}]}", True),
        (_DEPLOYMENT, "{matchExpressions: [{key: app, operator: Exists}]}", True),
        (_DEPLOYMENT, "{matchLabels: {app: churn}, matchExpressions: [{key: old, operator: DoesNotExist}]}", True),
        (_DEPLOYMENT.replace("Deployment", "Rollout"), "{matchLabels: {app: churn}}", True),
        (_DEPLOYMENT, "{matchExpressions: [{key: app, operator: In, values: [other]}]}", False),
        (_DEPLOYMENT, "{matchExpressions: [{key: app, operator: NotIn, values: [other]}]}", False),
        (_DEPLOYMENT, "{matchLabels: {app: churn}, matchExpressions: [{key: tier, operator: Exists}]}", False),
        (_DEPLOYMENT, "{matchExpressions: 3}", False),
        (_RAY, "{matchExpressions: [{key: ray.io/node-type, operator: Exists}]}", True),
        (_RAY, "{matchLabels: {ray.io/group: cpu}}", True),
        (_RAY, "{matchLabels: {ray.io/group: gpu}}", False),
    ],
)
def test_a_monitor_selects_pods(project, workload, selector, scraped):
    files = {"k8s/churn.yaml": workload, "k8s/monitor.yaml": _MONITOR.format(selector=selector), "app.py": "x = 1\n"}
    unit = project.files(files).commit().assess().units[0]
    messages = [found.message for found in unit.findings if found.part == "scrape"]
    assert len(messages) == 1
    assert messages[0].endswith("which nothing here answers.") != scraped


@pytest.mark.parametrize(
    ("old", "new", "state"),
    [
        ("", "", "pass"),
        ("file: ./monitoring/prometheus.yml", "file: ./monitoring/other.yml", "partial"),
        ("- {source: prometheus, target", "- {source: none, target", "partial"),
        ("tasks.api", "tasks.web", "partial"),
    ],
)
def test_a_swarm_hands_prometheus_its_configuration(level_2, state_of, old, new, state):
    stack = """
        services:
          api:
            build: .
            deploy: {replicas: 3}
          prometheus:
            image: prom/prometheus:v3.0.0
            configs:
              - {source: prometheus, target: /etc/prometheus/prometheus.yml}
              - {source: rules, target: /etc/prometheus/rules.yml}
        configs:
          prometheus: {file: ./monitoring/prometheus.yml}
          rules: {file: ./monitoring/rules.yml}
        """
    scrape = """
        rule_files: [rules.yml]
        scrape_configs:
          - job_name: api
            dns_sd_configs: [{names: [tasks.api], type: A, port: 8000}]
        """
    changed = {"stack.yml": stack.replace(old, new), "monitoring/prometheus.yml": scrape.replace(old, new)}
    kept = {name: text for name, text in LEVEL_3.items() if name != "docker-compose.yml"}
    assert state_of(level_2.files({**kept, **changed}).commit().assess(), "service-monitored") == state


@pytest.mark.parametrize(
    ("name", "runs"),
    [("ci/tests.Jenkinsfile", True), ("Jenkinsfile.groovy", True), ("Jenkinsfile.md", False), ("tests.groovy", False)],
)
def test_further_jobs_of_jenkins_have_files_of_their_own(level_2, state_of, name, runs):
    level_2.remove(".github/workflows/ci.yml")
    pipeline = "pipeline { stages { stage('t') { steps { sh 'pytest' } } } }"
    assert (state_of(level_2.files({name: pipeline}).commit().assess(), "ci") == "pass") == runs


_DAG = """
    from airflow.decorators import dag
    from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator


    def pod(name, module, *args):
        return KubernetesPodOperator(
            task_id=name, image="x/churn", cmds=["python", "-m", module], arguments=list(args)
        )


    @dag(schedule="@weekly")
    def churn():
        pod("clean", "steps.clean", "{{ ds }}") >> pod("fit", "steps.fit")


    churn()
    """


@pytest.mark.parametrize(
    ("old", "new", "state"),
    [
        ("", "", "pass"),
        ('"steps.fit"', '"steps.clean"', "partial"),
        (" >> ", "; ", "partial"),
        ("\n\n    churn()", "", "partial"),
        ('"@weekly"', "None", "partial"),
        ('cmds=["python", "-m", module], ', "", "partial"),
    ],
)
def test_operators_that_a_function_makes_of_what_it_is_given(project, state_of, old, new, state):
    fit = "import pandas as pd\nfrom sklearn.svm import SVC\n\nrows = pd.read_csv('x.csv')\nSVC().fit(rows, rows.y)\n"
    files = {
        "dags/churn.py": _DAG.replace(old, new),
        "steps/clean.py": "print(1)\n",
        "steps/fit.py": fit,
        "steps/__init__.py": "",
    }
    assert state_of(project.files(files).commit().assess(), "pipeline-automated") == state
