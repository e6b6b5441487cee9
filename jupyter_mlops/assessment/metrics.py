"""Metrics: which ones the code emits, who scrapes them, which expressions use them."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from jupyter_mlops.assessment.compose_files import compose_files
from jupyter_mlops.assessment.kube import KubeObject, containers_of, objects
from jupyter_mlops.assessment.recorded_metrics import recorded
from jupyter_mlops.assessment.scraped import annotated, kept, selected
from jupyter_mlops.assessment.services import services
from jupyter_mlops.assessment.sites import sites, sources_of
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.dockerfile import NAMES as DOCKERFILES
from jupyter_mlops.project.marks import entries, items, line_of, mapping, sequence, strings
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Call
from jupyter_mlops.project.shell import join


class Metric(NamedTuple):
    """A metric that code emits.

    Attributes:
        name: as Prometheus sees it, without the suffixes of histograms.
        path: source file.
        line: where it is made.
        used: something that runs sets it.
    """

    name: str
    path: str
    line: int
    used: bool


class Exposure(NamedTuple):
    """A place that exposes metrics over HTTP.

    Attributes:
        path: source file.
        line: where.
        what: for people.
        reached: something that runs leads there.
        names: matches the names of metrics that come with it.
    """

    path: str
    line: int
    what: str
    reached: bool
    names: re.Pattern[str] | None = None


_KINDS = lazy(
    r"^prometheus_client\.(Counter|Gauge|Histogram|Summary|Info|Enum)$|^opentelemetry[\w.()]*\.create_(counter|histogram|gauge|up_down_counter|observable_\w+)$"
)
_SETS = frozenset(
    {
        "inc",
        "dec",
        "set",
        "observe",
        "time",
        "info",
        "state",
        "set_to_current_time",
        "set_function",
        "add",
        "record",
        "count_exceptions",
        "track_inprogress",
    }
)
#: Calls that expose metrics → what they are, and the metrics that they bring along.
_EXPOSURES = (
    (lazy(r"prometheus_client\.(make_asgi_app|make_wsgi_app|start_http_server|start_wsgi_server|generate_latest|push_to_gateway|pushadd_to_gateway)$|prometheus_client\.[\w.]*(generate_latest|MetricsHandler)$"), "prometheus_client", None),
    (lazy(r"prometheus_fastapi_instrumentator\.(\w+\.)?Instrumentator(\(\))?(\(\))?(\.\w+\(\))*\.expose$"), "prometheus-fastapi-instrumentator", lazy(r"^http_(requests?|response)_")),
    (lazy(r"prometheus_flask_exporter[\w.]*\.(PrometheusMetrics|GunicornPrometheusMetrics|GunicornInternalPrometheusMetrics)(\.for_app_factory)?$"), "prometheus-flask-exporter", lazy(r"^flask_")),
    (lazy(r"starlette_exporter\.(PrometheusMiddleware|handle_metrics)$|starlette_prometheus\.\w+$"), "starlette-exporter", lazy(r"^starlette_")),
    (lazy(r"opentelemetry[\w.]*\.(PrometheusMetricReader|OTLPMetricExporter|PeriodicExportingMetricReader)$"), "OpenTelemetry", None),
)  # fmt: skip
#: Metrics of exporters, clients and platforms that need no code here.
_KNOWN = lazy(
    r"^(up|scrape_\w+|absent|process_\w+|python_\w+|node_\w+|container_\w+|kube_\w+|kubelet_\w+|probe_\w+|istio_\w+|envoy_\w+|nginx_\w+|traefik_\w+|haproxy_\w+|redis_\w+|pg_\w+"
    r"|postgres\w*|mysql_\w+|kafka_\w+|rabbitmq_\w+|nv_inference_\w+|DCGM_\w+|bentoml_\w+|ray_\w+|seldon_\w+|revision_\w+|request_(predict|explain|preprocess|postprocess)_seconds|torchserve_\w+"
    r"|ts_\w+|cadvisor_\w+|prometheus_\w+|alertmanager_\w+|airflow_\w+|knative_\w+|workqueue_\w+|queue_\w+|aws_\w+|cloudwatch_\w+|otelcol_\w+|vllm[:_]\w+|windows_\w+|blackbox_\w+|machine_\w+)$"
)
_SUFFIX = lazy(r"_(total|bucket|sum|count|created|info)$")


def emitted(unit: Unit) -> list[Metric]:
    """The metrics that the code makes."""
    return unit.once("emitted metrics", lambda: list(_emitted(unit)))


def _emitted(unit: Unit) -> Iterator[Metric]:
    found = list(sources_of(unit, "prometheus_client", "opentelemetry"))
    if not found:
        return
    set_here = {
        name
        for _path, code in sources_of(unit, *(f".{method}(" for method in _SETS))
        for call in code.calls
        if call.attribute in _SETS
        for name in _owners(call)
    }
    for path, source in found:
        for site in sites(unit, path, [call for call in source.calls if _makes_metric(call)]):
            first = 0 if _KINDS.match(site.call.name) else 1
            name = site.call.text(first, "name")
            if name is None:
                continue
            parts = [site.call.text(None, "namespace"), site.call.text(None, "subsystem"), name]
            full = "_".join(part for part in parts if part)
            bound = {
                target
                for scope in source.scopes
                for target, dotted in scope.bound.items()
                if dotted == f"{site.call.name}()"
            }
            used = bool({word.rpartition(".")[2] for word in bound} & set_here) or not bound
            yield Metric(_SUFFIX.sub("", full), path, site.line, used)


def _makes_metric(call: Call) -> bool:
    """A constructor of a metric, or a helper that is handed one."""
    if _KINDS.match(call.name):
        return True
    first = call.argument(0)
    return first is not None and bool(_KINDS.match(call.scope.dotted(first))) and call.text(1, "name") is not None


def _owners(call: Call) -> set[str]:
    """Names that a `.set()` may be of, as written: for `metrics.LATENCY.labels(x).observe` those are metrics, LATENCY, labels."""
    owner = call.node.func.value if isinstance(call.node.func, ast.Attribute) else call.node.func
    inner = list(ast.walk(owner))
    return {node.id for node in inner if isinstance(node, ast.Name)} | {
        node.attr for node in inner if isinstance(node, ast.Attribute)
    }


def exposures(unit: Unit) -> list[Exposure]:
    """The places that expose metrics."""
    return unit.once("exposures", lambda: list(_exposed(unit)))


def _exposed(unit: Unit) -> Iterator[Exposure]:
    words = ("prometheus", "starlette_exporter", "opentelemetry")
    for path, source in sources_of(unit, *words):
        for pattern, what, names in _EXPOSURES:
            for site in sites(unit, path, [call for call in source.calls if pattern.search(call.name)]):
                yield Exposure(path, site.line, what, site.reached, names)
        for scope in source.scopes:
            for name, line in scope.names.items():
                if scope.lookup(name) in (
                    "starlette_exporter.PrometheusMiddleware",
                    "starlette_exporter.handle_metrics",
                ):
                    yield Exposure(
                        path,
                        line,
                        "starlette-exporter",
                        unit.reach.reached(path, scope.name),
                        lazy(r"^starlette_"),
                    )
    for server, file, title, names in _SERVERS:
        for item in objects(unit, "Deployment", "StatefulSet") if unit.named(file) else ():
            if _serves_with(unit, item, server):
                yield Exposure(item.path, item.line or 1, title, True, names)
        for launch in unit.launches if unit.named(file) else ():
            for command in launch.commands if launch.kind == "container" else ():
                if posixpath.basename(command.words[0]) == server:
                    yield Exposure(launch.path, launch.line_of(command) or 1, title, True, names)
    for item in objects(unit, "InferenceService"):
        # What KServe runs for a format of models exports metrics; a container of one's own need not.
        if item.api == "serving.kserve.io" and mapping(mapping(item.spec.get("predictor")).get("model")):
            yield Exposure(
                item.path, item.line or 1, "KServe", True, lazy(r"^request_(predict|explain|preprocess|postprocess)_")
            )
    for service in services(unit):
        if service.built_in:
            yield Exposure(
                service.path,
                service.line,
                service.framework,
                True,
                lazy(r"^(bentoml|ray|litserve|kserve|mlserver|request)_"),
            )


#: Model servers that export metrics by themselves: command, file of their settings, title, their metrics.
_SERVERS = (
    ("tritonserver", "config.pbtxt", "Triton", lazy(r"^nv_")),
    ("torchserve", "config.properties", "TorchServe", lazy(r"^ts_")),
)


def _serves_with(unit: Unit, item: KubeObject, server: str) -> bool:
    """Whether a workload runs an image, of here or of its makers, that starts a model server."""
    from jupyter_mlops.assessment.images import built_from

    for container in containers_of(item):
        image = str(container.get("image") or "")
        build, _sure = built_from(unit, image)
        text = unit.project.text(build.dockerfile) if build is not None else ""
        if server in image or server in (text or ""):
            return True
    return False


def knows(unit: Unit, name: str, depth: int = 0) -> bool:
    """Whether a metric is emitted by the code, by what exposes it, or by a known exporter, or is recorded from such ones."""
    plain = _SUFFIX.sub("", name)
    if (
        _KNOWN.match(name)
        or _KNOWN.match(plain)
        or any(metric.used and metric.name in (plain, name) for metric in emitted(unit))
    ):
        return True
    if any(exposure.names is not None and exposure.names.search(name) for exposure in exposures(unit)):
        return True
    expression = recorded(unit).get(name) if depth < 3 else None
    made_of = metrics_in(expression) if expression is not None else []
    return bool(made_of) and all(knows(unit, one, depth + 1) for one in made_of)


_NOT_METRICS = frozenset(
    (
        *(
            "and",
            "or",
            "unless",
            "by",
            "without",
            "on",
            "ignoring",
            "group_left",
            "group_right",
            "offset",
            "bool",
            "inf",
            "nan",
            "start",
            "end",
            "atan2",
        ),
        *(
            "sum",
            "avg",
            "min",
            "max",
            "count",
            "stddev",
            "stdvar",
            "topk",
            "bottomk",
            "quantile",
            "count_values",
            "group",
            "limitk",
        ),
    )
)


def metrics_in(expression: str) -> list[str]:
    """The names of metrics in a PromQL expression."""
    text = re.sub(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'', '""', expression)
    text = re.sub(r"\{[^{}]*\}|\[[^\[\]]*\]", " ", text)
    text = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", " ", text)
    found = []
    for match in re.finditer(r"[a-zA-Z_:][\w:]*", text):
        rest = text[match.end() :].lstrip()
        before = text[: match.start()].rstrip()[-1:]
        if (
            match[0].lower() not in _NOT_METRICS
            and not rest.startswith("(")
            and not (before.isdigit() and len(match[0]) <= 2)
        ):
            found.append(match[0])
    return list(dict.fromkeys(found))


class Scrape(NamedTuple):
    """A scrape job.

    Attributes:
        path: file.
        line: where.
        target: as written.
        resolved: the service, container or label that it means; "" when nothing here answers.
        loaded: Prometheus is started with this file.
    """

    path: str
    line: int | None
    target: str
    resolved: str
    loaded: str


def scrapes(unit: Unit) -> list[Scrape]:
    """The scrape jobs of a unit."""
    return unit.once("scrapes", lambda: list(_scrapes(unit)))


def prometheus_files(unit: Unit) -> list[tuple[str, dict[Any, Any]]]:
    """Configurations of Prometheus, in files and in ConfigMaps."""
    return unit.once("prometheus files", lambda: list(_prometheus_files(unit)))


def _prometheus_files(unit: Unit) -> Iterator[tuple[str, dict[Any, Any]]]:
    for file in unit.files.suffixed(".yml", ".yaml"):
        if "scrape_configs" in (unit.project.text(file.path) or "" if file.size < 500_000 else ""):
            for document in unit.project.yaml(file.path):
                if "scrape_configs" in mapping(document):
                    yield file.path, document
    for item in objects(unit, "ConfigMap"):
        for _name, text, _line in items(item.document.get("data")):
            if isinstance(text, str) and "scrape_configs" in text:
                yield item.path, inner_document(text)


def line_saying(unit: Unit, path: str, line: int | None, words: str, key: str = "") -> int | None:
    """The line with these words at or below a line, else anywhere in the file, else that line; comments say nothing.

    What stands in a text inside of a manifest has the lines of the text.

    Args:
        unit: the unit.
        path: the file.
        line: where to begin.
        words: what the line has to have.
        key: what it has beside them, where a line does.
    """
    lines = (unit.project.text(path) or "").splitlines()
    said = [(number, text) for number, text in enumerate(lines, 1) if words in text]
    said = [(number, text) for number, text in said if not text.lstrip().startswith("#")]
    said = [(number, text) for number, text in said if key in text] or said
    return next((number for number, _ in said if number >= (line or 1)), next((number for number, _ in said), line))


def inner_document(text: str) -> dict[Any, Any]:
    """What YAML that stands as a text in another file says; empty where it is no mapping.

    Args:
        text: the YAML.
    """
    from jupyter_mlops.project.yaml_reader import DocumentError, read_yaml

    try:
        return mapping(next(iter(read_yaml(text)), None))
    except DocumentError:
        return {}


def _scrapes(unit: Unit) -> Iterator[Scrape]:
    pushes = bool(unit.mentioning("push_to_gateway", "pushadd_to_gateway"))
    for path, document in prometheus_files(unit):
        loaded = loaded_by(unit, path)
        for entry, line in entries(document.get("scrape_configs")):
            job = mapping(entry)
            name = str(job.get("job_name") or "")
            if not (pushes and name.lower() == "pushgateway") and name.lower() in (
                "prometheus",
                "alertmanager",
                "node",
                "node-exporter",
                "node_exporter",
                "cadvisor",
                "grafana",
                "pushgateway",
            ):
                continue
            for static in map(mapping, sequence(job.get("static_configs"))):
                for target in strings(static.get("targets")):
                    place = line_saying(unit, path, line_of(static, "targets") or line, target)
                    yield Scrape(path, place, target, _host(unit, target), loaded)
            for looked_up in map(mapping, sequence(job.get("dns_sd_configs"))):
                for target in strings(looked_up.get("names")):
                    place = line_saying(unit, path, line_of(looked_up, "names") or line, target)
                    yield Scrape(path, place, target, _host(unit, target.removeprefix("tasks.")), loaded)
            if "kubernetes_sd_configs" in job:
                found = annotated(unit) or kept(unit, job)
                yield Scrape(path, line_saying(unit, path, line, name, "job_name"), name, found, loaded or path)
    for item in objects(unit, "ServiceMonitor", "PodMonitor"):
        place = line_saying(unit, item.path, item.line, f"kind: {item.kind}")
        yield Scrape(item.path, place, f"{item.kind} {item.name}", selected(unit, item), item.path)
    for item in objects(unit, "Deployment", "StatefulSet", "Service", "InferenceService"):
        annotations = mapping(mapping(mapping(item.spec.get("template")).get("metadata")).get("annotations")) | mapping(
            mapping(item.document.get("metadata")).get("annotations")
        )
        if (
            str(annotations.get("prometheus.io/scrape")).lower() == "true"
            or str(annotations.get("serving.kserve.io/enable-prometheus-scraping")).lower() == "true"
        ):
            yield Scrape(
                item.path,
                line_saying(unit, item.path, item.line, "rometheus.io/scrape") or item.line,
                f"annotations of {item.kind} {item.name}",
                item.name,
                item.path,
            )


def loaded_by(unit: Unit, path: str) -> str:
    """What starts Prometheus with a file: a compose service that mounts it, a Dockerfile that copies it; "" without."""
    name = posixpath.basename(path)
    for file in compose_files(unit):
        for document in unit.project.yaml(file.path):
            for _service, service, line in items(mapping(document).get("services")):
                for volume in sequence(mapping(service).get("volumes")):
                    source = (
                        volume.partition(":")[0]
                        if isinstance(volume, str)
                        else str(mapping(volume).get("source") or "")
                    )
                    place = join(file.folder, source)
                    if place == path or path.startswith(f"{place}/"):
                        return f"{file.path}:{line}"
                for given in sequence(mapping(service).get("configs")):  # a swarm hands files over by a name
                    called = given if isinstance(given, str) else mapping(given).get("source")
                    kept_in = mapping(mapping(mapping(document).get("configs")).get(called)).get("file")
                    if isinstance(kept_in, str) and join(file.folder, kept_in) == path:
                        return f"{file.path}:{line}"
    for file in unit.named(*DOCKERFILES):
        for source, instruction in unit.project.dockerfile(file.path).copied:
            if posixpath.basename(source) == name:
                return f"{file.path}:{instruction.line}"
    if any(item.path == path for item in objects(unit, "ConfigMap")):
        return path
    for file in unit.named("kustomization.yaml", "kustomization.yml"):
        for document in unit.project.yaml(file.path):
            for generator in map(mapping, sequence(mapping(document).get("configMapGenerator"))):
                for entry, line in entries(generator.get("files")):
                    if isinstance(entry, str) and join(file.folder, entry.rpartition("=")[2]) == path:
                        return f"{file.path}:{line}"
    for launch in unit.launches:
        for command in launch.commands:
            if {"create", "configmap"} <= set(command.words) and command.words[0] == "kubectl":
                given = [word.rpartition("=")[2].rstrip("/") for word in command.words if "--from-file=" in word]
                places = [join(join(launch.folder, command.folder), place) for place in given]
                if any(place in (path, posixpath.dirname(path)) for place in places):
                    return f"{launch.path}:{launch.line_of(command)}"
            if any(name in word for word in command.words) and any("prometheus" in word for word in command.words[:3]):
                return f"{launch.path}:{launch.line_of(command)}"
    return ""


def _host(unit: Unit, target: str) -> str:
    host = re.sub(r"^https?://", "", target).partition(":")[0].partition("/")[0]
    short = host.partition(".")[0]
    for file in compose_files(unit):
        for document in unit.project.yaml(file.path):
            for name, service, _line in items(mapping(document).get("services")):
                if host in (name, mapping(service).get("container_name"), mapping(service).get("hostname")):
                    return f"{file.path}: {name}"
    for item in objects(unit, "Service", "Deployment"):
        if short == item.name:
            return f"{item.path}: {item.kind} {item.name}"
    return f"{host}, by the host's address" if host in ("localhost", "127.0.0.1", "host.docker.internal") else ""
