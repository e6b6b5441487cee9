"""Data that code reads: files, tables, queries, addresses, data sets of packages."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from jupyter_mlops.assessment.checksums import compares_checksum, is_checksum
from jupyter_mlops.assessment.dataflow import bound_to
from jupyter_mlops.assessment.pinned_settings import revision_of
from jupyter_mlops.assessment.sites import Site, sites, sources_of, text_at, text_from_elsewhere
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.assessment.versioned_stores import METHODS, WORDS, versioned_read
from jupyter_mlops.assessment.written_files import COMMON_NAME
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Call, blocks
from jupyter_mlops.project.shell import join


class Source(NamedTuple):
    """Data that is read.

    Attributes:
        site: the call.
        kind: "file", "url", "hub", "database", "bundled" or "unknown" (only a run can tell).
        where: path relative to the base, URL, or name; "" when unknown.
        versioned: why the call itself names one version; None when it does not.
        text: as written in the code.
        fallback: it is read only where a file is not there.
    """

    site: Site
    kind: str
    where: str
    versioned: str | None = None
    text: str = ""
    fallback: bool = False


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
_URL = lazy(r"^(https?|ftp|s3a?|gs|gcs|abfss?|wasbs?|az|hdfs|lakefs|dbfs|azureml)://", re.IGNORECASE)
#: A commit, a checksum, a version or a date of a release in a URL.
_PINNED = lazy(
    r"[0-9a-f]{40}|[0-9a-f]{64}|versionId=|generation=|/v\d+(\.\d+)*/|@v?\d|/\d+\.\d+\.\d+/|/releases/download/|lakefs://[^/]+/(?!main|master)"
)
_DATA_SUFFIX = lazy(
    r"\.(csv|tsv|parquet|feather|xlsx?|jsonl?|npy|npz|h5|hdf5?|arrow|orc|txt|data|dat|arff|pickle|pkl|zip|gz|bz2|tgz|mat|sav|dta|avro|nc|tif|wav"
    r"|png|jpe?g|db|sqlite3?)$",
    re.IGNORECASE,
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
        version = call.argument(1, "version") is not None or _as_of(call)
        return Source(site, "database", call.text(0) or "A table", "as of a time" if version else None)
    if method in _DATABASES or _WAREHOUSES.search(site.name) or method in ("BigQueryExampleGen", "ReadFromBigQuery"):
        return Source(site, "database", "A query", _state_of_query(unit, site))
    if method in _FOLDERS_OF_BEAM:
        return _for_beam(unit, site)
    if method == "retrieve":
        return _from_pooch(site)
    if method in METHODS:
        read = versioned_read(unit, site)
        return Source(site, *read) if read is not None else None
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
    if call.name == "open" or call.name.endswith(
        (".open", "urlretrieve", "requests.get", "wget.download", "gdown.download")
    ):
        mode = call.text(1, "mode") or "r"
        text = call.text(0)
        if text and ("r" in mode or not call.name.endswith("open")) and _TABLE.search(text):
            return _located(unit, site, text)
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
    return _located(unit, site, text)


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
    return _located(unit, site, text.rstrip("/")) if text else Source(site, "unknown", "")


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
    return _located(unit, site, text) if text and ("://" in text or "{}" not in text) else None


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
    return Source(site, "unknown", "") if folder == "." else _located(unit, site, folder)


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


#: Where a platform puts what its job is given: the pipeline says what that is.
_HANDED = ("/opt/ml/",)


def _located(unit: Unit, site: Site, text: str) -> Source:
    if text.startswith(_HANDED):
        return Source(site, "unknown", "", text=text)
    own = _from_own_repository(unit, text)
    if own is not None:
        return Source(site, "file", own, text=own)
    if _URL.match(text):
        version = "the address names a version" if _PINNED.search(text) else _by_checksum(unit, site)
        return Source(site, "url", text, version, fallback=_where_missing(site.call))
    if "{}" in text:
        return _with_unknown_start(unit, site, text)
    return Source(site, "file", find_file(unit, site.path, text), text=text)


def _from_pooch(site: Site) -> Source | None:
    if site.call.name != "pooch.retrieve":
        return None
    checked = is_checksum(site.call.argument(1, "known_hash"))
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
    return Source(site, "url", name, version or None, fallback=_where_missing(call))


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
    return Source(site, "url", named[0] if named else "A data set of Kaggle", fallback=_where_missing(site.call))


def _by_checksum(unit: Unit, site: Site) -> str | None:
    source = unit.project.python(site.path)
    return "its checksum is compared" if source is not None and compares_checksum(source, site.call.scope) else None


_OF_REPOSITORY = lazy(r"^https://(raw\.githubusercontent\.com/[^/]+/[^/]+|github\.com/[^/]+/[^/]+/(raw|blob))/")


def _from_own_repository(unit: Unit, text: str) -> str | None:
    """The project's file that an address of a code host means: the one that git has at the end of its path."""
    git = unit.project.git
    if git is None or not _OF_REPOSITORY.match(text):
        return None
    parts = text.partition("?")[0].split("/")[5:]
    tails = (unit.below("/".join(parts[start:])) for start in range(len(parts) - 1))
    return next((tail for tail in tails if tail in git.committed), None)


_ASKS = ("exists(", "is_file(", "isfile(")


def _where_missing(call: Call) -> bool:
    """Whether a call is in a branch for the case that a file is not there: `if not path.exists(): download()`.

    So is what follows `if path.exists(): return path`.
    """
    pending = [(call.scope.body, False)]
    while pending:
        statements, missing = pending.pop()
        for statement in statements:
            if isinstance(statement, ast.If):
                absent = isinstance(statement.test, ast.UnaryOp) and isinstance(statement.test.op, ast.Not)
                asks = any(word in ast.unparse(statement.test) for word in _ASKS)
                pending += [(statement.body, missing or (asks and absent)), (statement.orelse, missing)]
                missing = missing or (
                    asks and isinstance(statement.test, ast.Call) and isinstance(statement.body[-1], ast.Return)
                )
                continue
            inside = list(blocks(statement))
            if inside and not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                pending += [(inner, missing) for inner in inside]
            elif missing and any(inner is call.node for inner in ast.walk(statement)):
                return True
    return False


def _with_unknown_start(unit: Unit, site: Site, text: str) -> Source:
    """A path below a folder that only a run can tell, such as that of `__file__`: known where the project has what follows."""
    start, _, tail = text.rpartition("{}/")
    if not start and tail and "{}" not in tail:
        path = find_file(unit, site.path, tail)
        git = unit.project.git
        if unit.project.exists(path) or unit.project.exists(f"{path}.dvc") or (git and path in git.committed):
            return Source(site, "file", path, text=tail)
    return Source(site, "unknown", text)


def find_file(unit: Unit, source: str, text: str) -> str:
    """The path, relative to the base, that code means by a relative path: seen from its own folder or from a folder above."""
    text = text.replace("\\", "/")
    if text.startswith("/"):
        return _mounted(unit, text)
    if text.startswith("~") or re.match(r"[A-Za-z]:/", text):
        return text
    folder = posixpath.dirname(source) or "."
    # A notebook runs in its own folder; a script mostly where the project starts.
    first = join(folder if source.endswith(".ipynb") else unit.path, text)
    made = _made_by_pipelines(unit)
    while True:
        path = join(folder, text)
        if unit.project.exists(path) or unit.project.exists(f"{path}.dvc") or path in made:
            return path
        if folder in (".", unit.path):
            break
        folder = posixpath.dirname(folder) or "."
    return _moved(unit, text) or first


def _moved(unit: Unit, text: str) -> str | None:
    """The only data file in git that is called as the one that code reads, where that is no longer in its place."""
    name = text.rpartition("/")[2]
    if not is_data_file(name) or COMMON_NAME.match(name):
        return None
    found = unit.once("data files by name", lambda: _by_name(unit)).get(name, [])
    return found[0] if len(found) == 1 else None


def _by_name(unit: Unit) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for file in unit.files:
        if is_data_file(file.path) and file.tracked and not unit.is_test(file.path):
            found.setdefault(file.name, []).append(file.path)
    return found


def _mounted(unit: Unit, text: str) -> str:
    """The project's file that an absolute path means inside of a container: the longest tail that is there."""
    parts = text.strip("/").split("/")
    # In somebody's home, a name alone says too little: a folder of the project has to be in it as well.
    at_home = parts[0] in ("home", "Users", "root")
    made = _made_by_pipelines(unit)
    for start in range(len(parts) - at_home):
        tail = unit.below("/".join(parts[start:]))
        if tail in made or (start and (unit.project.exists(tail) or unit.project.exists(f"{tail}.dvc"))):
            return tail
    return text


def _made_by_pipelines(unit: Unit) -> set[str]:
    return unit.once(
        "pipeline outputs",
        lambda: {out for pipeline in unit.pipelines for stage in pipeline.stages for out in stage.outputs},
    )


def is_data_file(path: str) -> bool:
    """Whether a file looks like data, as opposed to configuration."""
    name = path.rpartition("/")[2].lower()
    # `.env.data` is settings.
    return (
        bool(_DATA_SUFFIX.search(name))
        and not name.startswith(".")
        and not name.endswith((".json", ".txt", ".png", ".jpg", ".jpeg", ".pkl", ".pickle"))
    )
