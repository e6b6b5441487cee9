"""Data that code reads: files, tables, queries, addresses, data sets of packages."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator

from jupyter_mlops.assessment.checksums import names_checksum
from jupyter_mlops.assessment.data_files import find_file, is_data_file
from jupyter_mlops.assessment.dataflow import bound_to
from jupyter_mlops.assessment.located_data import Source, downloaded, located, where_missing
from jupyter_mlops.assessment.pinned_settings import revision_of
from jupyter_mlops.assessment.sites import Site, sites, sources_of, text_at, text_from_elsewhere
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.assessment.versioned_stores import (
    METHODS,
    WORDS,
    dataset_of_clearml,
    versioned_open,
    versioned_read,
)
from jupyter_mlops.assessment.written_files import written
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Call

_READERS = frozenset(
    [
        "read_csv",
        "read_parquet",
        "read_excel",
        "read_json",
        "read_feather",
        "read_table",
        "read_pickle",
        "read_hdf",
        "read_sql",
        "read_sql_query",
        "read_sql_table",
        "read_gbq",
        "read_orc",
        "read_stata",
        "read_sas",
        "read_xml",
        "read_fwf",
        "loadtxt",
        "genfromtxt",
        "scan_csv",
        "scan_parquet",
        "read_ndjson",
        "read_delta",
        "load_dataset",
        "loadmat",
        "image_dataset_from_directory",
        "flow_from_directory",
        "ImageFolder",
        "parquet",
        "csv",
        "memmap",
        "fromfile",
        "imread",
        "from_csv",
        "fetch_california_housing",
    ]
)
#: Last parts of all names that `_source` knows.
_READS = _READERS | {
    "load",
    "open",
    "urlretrieve",
    "urlopen",
    "retrieve",
    "get",
    "download",
    "forPath",
    "hf_hub_download",
    "snapshot_download",
    "get_rdataset",
    "DeltaTable",
    "get_by_name",
    "get_feature_view",
    "use_artifact",
    "table",
    "sql",
    "to_dataframe",
    "fetch_pandas_all",
    "train",
    *("dataset_download", "dataset_download_files", "dataset_download_file", "dataset_load"),
    "object",
    *("ProcessingInput", "TrainingInput", "BigQueryExampleGen", "CsvExampleGen", "ImportExampleGen"),
    *("ReadFromBigQuery", "ReadFromText", "ReadFromParquet", "ReadFromTFRecord", "ReadFromAvro"),
    *("run", "call", "check_call", "check_output", "system"),
    *("query_df", "query_np", "query_arrow", "query_dataframe", "read_database", "read_database_uri"),
    *METHODS,
    *("read", "open_dataset", "open_mfdataset", "read_file", "dcmread"),
}
_COMMANDS = frozenset(
    ["subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output", "os.system"]
)
#: Readers of sound, of grids, of maps and of scans.
_SIGNALS = lazy(
    r"^(torchaudio\.load|librosa\.load|soundfile\.read|xarray\.open_(mf)?dataset|geopandas\.read_file|pydicom\.dcmread|nibabel\.load)$"
)
_PATH_KEYWORDS = ("filepath_or_buffer", "path", "io", "fname", "file", "source", "path_or_buf")
_DATABASES = frozenset(["read_sql", "read_sql_query", "read_sql_table", "read_gbq"])
#: Calls that bring the rows of a warehouse.
_WAREHOUSES = lazy(
    r"^(google\.cloud\.bigquery|pandas_gbq|snowflake)[\w.()]*\.(to_dataframe|fetch_pandas_all)$"
    r"|^clickhouse_(connect|driver)[\w.()]*\.query_(df|np|arrow|dataframe)$|^polars\.read_database(_uri)?$"
)
_SPARK = lazy(
    r"(^|[.?:])(spark|spark_session|self\.spark)\.(read\.)?[\w.()]*(table|sql)$|^pyspark[\w.()]*\.(table|sql)$"
)
#: Methods by which stores hand out data by name: whose they are, and the position of the version.
_STORES = {
    "get_by_name": (lazy(r"^azureml\.[\w.]*Dataset\.get_by_name$"), 2),
    "get_feature_view": (lazy(r"^hopsworks\.[\w.()]*get_feature_view$"), 1),
    "use_artifact": (lazy(r"^wandb\.([\w.()]*\.)?use_artifact$"), None),
}
_BUNDLED = lazy(
    r"^(sklearn\.datasets\.(load_(?!files|svmlight)\w+|fetch_\w+|make_\w+)|(tensorflow\.)?keras\.datasets\.\w+\.load_data"
    r"|torchvision\.datasets\.(?!ImageFolder|DatasetFolder)\w+|tensorflow_datasets\.load|statsmodels\.api\.datasets\.(?!get_rdataset)\w+\.load\w*"
    r"|torchtext\.datasets\.\w+|torch_geometric\.datasets\.\w+|pycaret\.datasets\.get_data|vega_datasets\.data\.\w+|ucimlrepo\.fetch_ucirepo"
    r"|palmerpenguins\.load_penguins|shap\.datasets\.\w+|xgboost\.datasets\.\w+)$"
)
#: What is data wherever it is opened.
_TABLE = lazy(r"\.(csv|tsv|parquet|xlsx?|data|arff|npy|npz|feather|zip|tgz|gz|tar|h5)(\.gz)?(\?.*)?$", re.IGNORECASE)


def reads(unit: Unit) -> list[Source]:
    """Data that the code reads."""
    return unit.once("reads", lambda: list(_reads(unit)))


def _reads(unit: Unit) -> Iterator[Source]:
    words = (
        "read_",
        "load",
        "fetch_",
        "imread",
        "ImageFolder",
        ".csv",
        "open(",
        "spark.read",
        "datasets",
        "DeltaTable",
        "flow_from",
        "fromfile",
        "get_by_name",
        "get_feature_view",
        "use_artifact",
        ".table(",
        "spark.sql",
        "to_dataframe",
        "fetch_pandas",
        "clickhouse",
        "ultralytics",
        "pooch",
        "kaggle",
        "opendatasets",
        "ProcessingInput",
        "TrainingInput",
        *("torchaudio", "librosa", "soundfile", "xarray", "geopandas", "pydicom", "nibabel"),
        *WORDS,
        "ExampleGen",
        *("urlopen", "urlretrieve", "requests", "httpx"),
        "ReadFrom",
    )
    for path, source in sources_of(unit, *words):
        for site in sites(unit, path, [call for call in source.calls if _may_read(call)]):
            found = _source(unit, site)
            if found is not None:
                yield found


def _may_read(call: Call) -> bool:
    return call.attribute in _READS or bool(_BUNDLED.match(call.name))


def _source(unit: Unit, site: Site) -> Source | None:
    call = site.call
    if _BUNDLED.match(call.name):
        return Source(site, "bundled", call.name, "it comes with a package")
    method = call.attribute
    if call.name.startswith(("datasets.load_dataset", "huggingface_hub.")) and method in (
        "load_dataset",
        "hf_hub_download",
        "snapshot_download",
    ):
        name = call.text(0, "path") or call.text(None, "repo_id") or "A data set of the hub"
        if name in ("csv", "json", "parquet", "text", "imagefolder"):
            return None
        revision = revision_of(unit, site.path, call)
        return Source(site, "hub", name, f"revision {revision}" if revision else None)
    if call.name.startswith("seaborn.load_dataset") or call.name.endswith("get_rdataset"):
        return Source(site, "url", call.text(0) or call.name)
    if (
        call.name == "deltalake.DeltaTable"
        or method in ("forPath", "read_delta")
        or ("format" in call.name and method == "load")
    ):
        if any(isinstance(one.node.func, ast.Attribute) and one.node.func.value is call.node and one.attribute in _ABOUT
               for one in call.scope.calls):  # fmt: skip
            return None
        version = call.argument(1, "version") is not None or _as_of(call)
        return Source(site, "database", call.text(0) or "A table", "as of a time" if version else None)
    if method in _DATABASES or _WAREHOUSES.search(site.name) or method in ("BigQueryExampleGen", "ReadFromBigQuery"):
        return Source(site, "database", "A query", _state_of_query(unit, site))
    if method in _FOLDERS_OF_BEAM:
        return _for_beam(unit, site)
    if method == "retrieve":
        return _from_pooch(unit, site)
    if method in METHODS:
        read = versioned_read(unit, site)
        return Source(site, *read) if read is not None else None
    if call.name in ("clearml.Dataset.get", "clearml.datasets.Dataset.get"):
        return Source(site, *dataset_of_clearml(site))
    if method == "open" and (read := versioned_open(site)) is not None:
        return Source(site, *read)
    if call.name.startswith(("kaggle.", "kagglehub.", "opendatasets.")):
        return _from_kaggle(unit, site)
    if call.name in _COMMANDS:
        return _from_command(site)
    if method == "object" and call.name.startswith("lakefs."):
        pinned = "().commit()" in call.name or "().tag()" in call.name or "().ref()" in call.name
        return Source(site, "database", "A repository of lakeFS", "a commit or a tag" if pinned else None)
    if method in ("table", "sql"):
        return _from_spark(site)
    if method in _STORES:
        return _from_store(site)
    if method in _INPUTS:
        return _for_sagemaker(unit, site)
    if method == "train":
        return _for_yolo(unit, site)
    if _FETCHES.search(call.name):
        text = text_at(unit, site, call.argument(0) or call.argument(None, "url"))
        if text and _TABLE.search(text) and not _is_local(text):
            return located(unit, site, text)
        return downloaded(unit, site, text) if _is_kept_as_data(unit, site) else None
    if call.name == "open" or call.name.endswith((".open", "wget.download", "gdown.download")):
        mode = call.text(1, "mode") or "r"
        text = call.text(0)
        if text and ("r" in mode or not call.name.endswith("open")) and _TABLE.search(text):
            return located(unit, site, text)
        return None
    signal = bool(_SIGNALS.search(call.name))
    if method in ("load", "loadtxt") and not call.name.startswith("numpy.") and not signal:
        return None
    if method not in _READERS and call.name != "numpy.load" and not signal:
        return None
    if method in ("csv", "parquet") and ".read" not in call.name:
        return None
    given = call.argument(0) or next(
        (call.argument(None, name) for name in _PATH_KEYWORDS if call.argument(None, name)), None
    )
    text = text_at(unit, site, given) or text_from_elsewhere(unit, site, given)
    if not text:
        return Source(site, "unknown", "")
    return located(unit, site, text)


#: Calls that fetch what lies at an address.
_FETCHES = lazy(
    r"(^|\.)urllib\.request\.(urlopen|urlretrieve)$|^(requests|httpx)(\.Session\(\)|\.Client\(\))?\.get$|(^|\.)urlretrieve$"
)


def _is_local(text: str) -> bool:
    return "://" not in text and "{}" not in text


def _is_kept_as_data(unit: Unit, site: Site) -> bool:
    """Whether what a call fetches is written to a file of data: by its own second argument, in its function, or where that is called."""
    target = text_at(unit, site, site.call.argument(1, "filename")) if site.call.attribute == "urlretrieve" else None
    if target is not None:
        return is_data_file(target)
    holders = {site.scope}
    source = unit.project.python(site.path)
    holders |= {
        call.scope.name
        for call in (source.calls if source is not None else ())
        if site.scope and call.name == f":{site.scope}"
    }
    return any(
        (writer.path == site.path and writer.scope in holders) and is_data_file(text)
        for text, writers in written(unit).items()
        for writer in writers
    )


_SYSTEM_TIME = lazy(
    r"for\s+system_time\s+as\s+of|\b(at|before)\s*\(\s*(timestamp|statement|offset)\s*=>", re.IGNORECASE
)


def _state_of_query(unit: Unit, site: Site) -> str | None:
    """Why a query reads one state of its tables: it says as of when."""
    given = (*site.call.node.args, *(keyword.value for keyword in site.call.node.keywords))
    inner = [node for node in ast.walk(site.call.node) if isinstance(node, ast.Call)]
    given += tuple(argument for call in inner for argument in call.args)
    texts = (text_at(unit, site, node) or "" for node in given)
    return "as of a time" if any(_SYSTEM_TIME.search(text) for text in texts) else None


#: Sources of Apache Beam and TFX → the keyword that says what they read.
_FOLDERS_OF_BEAM = {
    "CsvExampleGen": "input_base",
    "ImportExampleGen": "input_base",
    "ReadFromText": "file_pattern",
    "ReadFromParquet": "file_pattern",
    "ReadFromTFRecord": "file_pattern",
    "ReadFromAvro": "file_pattern",
}


def _for_beam(unit: Unit, site: Site) -> Source | None:
    """Files or folders that Apache Beam or TFX reads."""
    if not site.call.name.startswith(("apache_beam.", "tfx.")):
        return None
    given = site.call.argument(0, _FOLDERS_OF_BEAM[site.call.attribute])
    text = text_at(unit, site, given) or text_from_elsewhere(unit, site, given)
    return located(unit, site, text.rstrip("/")) if text else Source(site, "unknown", "")


#: What a step of SageMaker is given → the position and the keyword that say what.
_INPUTS = {"ProcessingInput": (0, "source"), "TrainingInput": (0, "s3_data")}
_PARAMETER = lazy(r"^sagemaker\.(mlops\.)?workflow\.parameters\.ParameterString$")


def _for_sagemaker(unit: Unit, site: Site) -> Source | None:
    """Data that a step of SageMaker is given by its address, which may be the default of a parameter of the pipeline."""
    call = site.call
    given = call.argument(*_INPUTS[call.attribute]) if call.name.startswith("sagemaker.") else None
    if isinstance(given, ast.Name):
        for made in call.scope.calls:
            if _PARAMETER.match(made.name) and given.id in bound_to(made).split():
                given = made.argument(1, "default_value")
                break
    text = text_at(unit, site, given)
    return located(unit, site, text) if text and ("://" in text or "{}" not in text) else None


#: Questions about a table that read none of its rows: `DeltaTable(uri).version()`.
_ABOUT = frozenset({"version", "history", "detail", "schema", "metadata", "protocol", "vacuum", "optimize"})
#: Options of Delta, Iceberg and Hudi that read a table as it was.
_AS_OF = frozenset({"versionasof", "timestampasof", "snapshot-id", "as-of-timestamp", "tag", "as.of.instant"})


def _as_of(call: Call) -> bool:
    """Whether a read asks for one state of a table: `spark.read.format("delta").option("versionAsOf", 3).load(…)`."""
    inner: ast.expr = call.node
    while isinstance(inner, (ast.Call, ast.Attribute)):
        if isinstance(inner, ast.Call) and _names_state(inner):
            return True
        inner = inner.value if isinstance(inner, ast.Attribute) else inner.func
    if not isinstance(inner, ast.Name):
        return False
    # `reader = reader.option("as.of.instant", instant)`, and then `reader.load(…)`
    return any(
        isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == inner.id for target in node.targets)
        and any(isinstance(made, ast.Call) and _names_state(made) for made in ast.walk(node.value))
        for statement in call.scope.body
        for node in ast.walk(statement)
    )


def _names_state(node: ast.Call) -> bool:
    """Whether a call sets an option that asks for a table as it was."""
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in ("option", "options"):
        return False
    named = [keyword.arg or "" for keyword in node.keywords]
    first = node.args[0] if node.args else None
    named += [first.value] if isinstance(first, ast.Constant) and isinstance(first.value, str) else []
    return any(name.lower() in _AS_OF for name in named)


def _from_spark(site: Site) -> Source | None:
    """Rows of a table that Spark reads by name or by a query: versioned where the text says as of when."""
    call = site.call
    if not _SPARK.search(call.name):
        return None
    text = call.text(0) or ""
    if call.attribute == "sql" and not re.search(r"\bfrom\b", text, re.IGNORECASE):
        return None
    version = re.search(r"\b(version|timestamp) as of\b|@v\d", text, re.IGNORECASE)
    named = text if text and "{}" not in text and call.attribute == "table" else "A table"
    return Source(site, "database", named, version[0] if version else "as of a time" if _as_of(call) else None)


def _for_yolo(unit: Unit, site: Site) -> Source | None:
    """The pictures that a YOLO is trained with: a file of settings names their folder, or a name of the package's own data sets."""
    from jupyter_mlops.project.marks import mapping

    call = site.call
    if not call.name.startswith("ultralytics."):
        return None
    text = text_at(unit, site, call.argument(None, "data"))
    if not text or "{}" in text:
        return Source(site, "unknown", "")
    path = find_file(unit, site.path, text)
    if not unit.project.exists(path):
        return Source(site, "unknown", "") if "/" in text else Source(site, "bundled", text, "it comes with a package")
    told = mapping(next(iter(unit.project.yaml(path)), None)) if path.endswith((".yaml", ".yml")) else {}
    parts = [str(told[key]) for key in ("path", "train") if told.get(key)]
    folder = "/".join(parts) or posixpath.dirname(text) or "."
    return Source(site, "unknown", "") if folder == "." else located(unit, site, folder)


def _from_store(site: Site) -> Source | None:
    """Data that a store hands out by name: versioned where the call names a version."""
    call = site.call
    owner, position = _STORES[call.attribute]
    if not owner.search(call.name):
        return None
    name = call.text(0) or call.text(None, "name") or "A data set"
    if call.attribute == "use_artifact":
        return Source(site, "database", name, "an artifact of the tracker, which records the version that a run used")
    version = call.argument(position, "version")
    return Source(site, "database", name, None if version is None else f"version {ast.unparse(version)}")


def _from_pooch(unit: Unit, site: Site) -> Source | None:
    if site.call.name != "pooch.retrieve":
        return None
    checked = names_checksum(unit, site.path, site.call.scope, site.call.argument(1, "known_hash"))
    return Source(site, "url", site.call.text(0, "url") or "A file", "its checksum is checked" if checked else None)


def _from_kaggle(unit: Unit, site: Site) -> Source | None:
    """A data set that is downloaded by its name: versioned where the name or the call says which version."""
    call = site.call
    if "download" not in call.attribute and call.attribute != "dataset_load":
        return None
    given = call.argument(1, "handle") if call.attribute == "dataset_load" else call.argument(0)
    name = text_at(unit, site, given or call.argument(None, "handle")) or "A data set of Kaggle"
    named = re.search(r"/versions/\d+", name)
    version = named[0].strip("/") if named else call.argument(None, "dataset_version_number") and "a version of its own"
    return Source(site, "url", name, version or None, fallback=where_missing(call))


def _from_command(site: Site) -> Source | None:
    """A data set that the command line of Kaggle downloads, which knows no versions: `subprocess.run(["kaggle", …])`."""
    given: ast.expr | None = site.call.argument(0, "args")
    if isinstance(given, ast.Name):
        given = next(
            (
                node.value
                for statement in site.call.scope.body
                for node in ast.walk(statement)
                if isinstance(node, ast.Assign)
                and any(isinstance(target, ast.Name) and target.id == given.id for target in node.targets)
            ),
            None,
        )
    parts = given.elts if isinstance(given, (ast.List, ast.Tuple)) else [given]
    words = " ".join(site.call.scope.string(part) or "{}" for part in parts if part is not None).split()
    if words[:1] != ["kaggle"] or words[2:3] != ["download"]:
        return None
    named = [word for word in words[3:] if not word.startswith("-")]
    return Source(site, "url", named[0] if named else "A data set of Kaggle", fallback=where_missing(site.call))
