"""What the code of a unit does with data and models: where it reads, fits and keeps. Shared by probes."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from jupyter_mlops.assessment.checksums import compares_checksum, is_checksum
from jupyter_mlops.assessment.literals import name_of, returned_by, text_of
from jupyter_mlops.assessment.pinned_settings import revision_of
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Call, PythonSource, blocks
from jupyter_mlops.project.shell import join


class Site(NamedTuple):
    """A call of interest.

    Attributes:
        path: source file.
        call: the call.
        line: 1-based in the file, or in the cell.
        end_line: its last line.
        cell: cell of a notebook.
        scope: qualified name of the scope it is in.
        reached: something that runs leads there.
        name: resolved dotted name of the call, seen through parameters.
    """

    path: str
    call: Call
    line: int
    end_line: int
    cell: int | None
    scope: str
    reached: bool
    name: str


_FITS = frozenset(
    {"fit", "fit_predict", "partial_fit", "fit_generator", "train_on_batch", "backward", "fit_transform_model"}
)
#: Functions that train by themselves, by resolved name.
_TRAINERS = frozenset(
    {
        *("xgboost.train", "xgb.train", "lightgbm.train", "catboost.train", "lightgbm.cv", "xgboost.cv"),
        *("sklearn.model_selection.cross_val_score", "sklearn.model_selection.cross_validate"),
        *("tensorflow.estimator.train_and_evaluate", "mlflow.projects.run"),
        *("sklearn.model_selection.cross_val_predict", "scipy.optimize.curve_fit"),
    }
)
_TRAINER_METHODS = frozenset(
    {"train", "finetune", "fine_tune", "learn", "train_model", "compare_models", "create_model"}
)
#: Owners of `.train(…)` and the like that train a model.
_TRAINER_OWNERS = lazy(
    r"(^|\.)(transformers|trl|sentence_transformers|ultralytics|h2o|stable_baselines3|pycaret|detectron2|flair|setfit|gensim|autogluon"
    r"|pyspark|fastai|spacy|nltk)\b"
)
#: What fits without being a model.
_PREPARING = lazy(
    r"sklearn\.(preprocessing|impute|feature_extraction|feature_selection|decomposition|compose|manifold)\b"
    r"|Scaler\b|Encoder\b|Imputer\b|Vectorizer\b|Tokenizer\b|Binarizer\b|ColumnTransformer\b|PCA\b|[Tt]okenizer|[Ss]caler|[Ee]ncoder"
    r"|[Ii]mputer|[Vv]ectorizer|[Pp]reprocess|[Tt]ransformer\b|image_?[Dd]ata_?[Gg]en|scipy\.stats|matplotlib|seaborn"
)


def sites(unit: Unit, path: str, calls: Iterator[Call] | list[Call]) -> Iterator[Site]:
    """Calls of a source as sites, with cells for notebooks."""
    notebook = unit.project.notebook(path) if path.endswith(".ipynb") else None
    source = unit.project.python(path)
    for call in calls:
        line, end_line, cell = call.line, call.end_line, None
        if notebook is not None:
            cell, line = notebook.place(call.line)
            end_line = line + call.end_line - call.line
        scope = call.scope.name
        name = _through_modules(unit, path, name_of(source, call)) if source is not None else call.name
        yield Site(path, call, line, end_line, cell, scope, unit.reach.reached(path, scope), name)


def _through_modules(unit: Unit, path: str, name: str) -> str:
    """The name seen through what a function of another module returns: `settings.tracker().log` where that returns `mlflow`."""
    made, joint, rest = name.partition("().")
    if not joint or name[0] in "?:(":
        return name
    found = unit.reach.modules.resolve(made, path)
    source = unit.project.python(found[0]) if found and found[1] else None
    returned = returned_by(source, found[1]) if source is not None and found else ""
    return f"{returned}.{rest}" if returned else name


def sources_of(unit: Unit, *words: str, tests: bool = False) -> Iterator[tuple[str, PythonSource]]:
    """Parsed sources that mention one of the words; test files only on request."""
    for path in unit.mentioning(*words):
        if tests or not unit.is_test(path):
            source = unit.project.python(path)
            if source is not None:
                yield path, source


def trainings(unit: Unit) -> list[Site]:
    """Where models are fitted."""
    return unit.once("trainings", lambda: list(_trainings(unit)))


def _trainings(unit: Unit) -> Iterator[Site]:
    words = ("fit", "train", "backward", "cross_val", "learn(", "finetune", "compare_models")
    for path, source in sources_of(unit, *words):
        yield from sites(unit, path, (call for call in source.calls if is_training(call)))


def is_training(call: Call) -> bool:
    """Whether a call fits a model."""
    if call.name in _TRAINERS:
        return True
    owner, dot, method = call.name.rpartition(".")
    if not dot:
        return False
    if method in _FITS:
        # `scaler.scale(loss).backward()`: what scales losses prepares no data.
        if method == "backward":
            return True
        arguments = bool(call.node.args or call.node.keywords)
        return (arguments or "statsmodels" in owner or owner.endswith("()")) and not _PREPARING.search(owner)
    if method == "train" and not call.node.args and "from_pretrained" in owner:
        return False  # a network of PyTorch is switched to its training mode
    return method in _TRAINER_METHODS and bool(_TRAINER_OWNERS.search(owner))


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
    *("query_df", "query_np", "query_arrow", "query_dataframe", "read_database", "read_database_uri"),
}
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
    if method in _DATABASES or _WAREHOUSES.search(site.name):
        return Source(site, "database", "A query")
    if method == "retrieve":
        return _from_pooch(site)
    if method in ("table", "sql"):
        return _from_spark(site)
    if method in _STORES:
        return _from_store(site)
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
    if method in ("load", "loadtxt") and not call.name.startswith("numpy."):
        return None
    if method not in _READERS and call.name != "numpy.load":
        return None
    if method in ("csv", "parquet") and ".read" not in call.name:
        return None
    given = call.argument(0) or next(
        (call.argument(None, name) for name in _PATH_KEYWORDS if call.argument(None, name)), None
    )
    text = _text(unit, site, given) or _from_elsewhere(unit, site, given)
    if not text:
        return Source(site, "unknown", "")
    return _located(unit, site, text)


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
    text = _text(unit, site, call.argument(None, "data"))
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


def _located(unit: Unit, site: Site, text: str) -> Source:
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
    if not is_data_file(name) or _COMMON.match(name):
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


WRITERS = frozenset(
    (
        "to_csv",
        "to_parquet",
        "to_pickle",
        "to_feather",
        "to_excel",
        "to_json",
        "to_hdf",
        "save",
        "savez",
        "savez_compressed",
        "savetxt",
        "dump",
        "write_csv",
        "write_parquet",
    )
)


_COMMON = lazy(r"(x_|y_)?(train|test|val|valid|validation|data|dataset|raw|input|df|labels?)[_\d]*\.", re.IGNORECASE)
#: Calls that put a finished file where it belongs.
_MOVERS = frozenset({"os.replace", "os.rename", "shutil.move", "shutil.copy", "shutil.copy2", "shutil.copyfile"})


def written(unit: Unit) -> dict[str, list[Site]]:
    """Files that code writes: the path as written, without leading dots (`{}/` for a folder that only a run can tell) → the calls."""
    return unit.once("written", lambda: _written_paths(unit))


def makers(unit: Unit, text: str) -> list[Site]:
    """The calls that write the file that code reads as `text`: by its path, or by its name in a folder that only a run can tell."""
    found = written(unit)
    path = plain_path(text)
    name = path.rpartition("/")[2]
    # Raw data and what is made of it are often called the same in folders of their own.
    elsewhere = [] if _COMMON.match(name) else found.get(f"{{}}/{name}", [])
    return [*found.get(path, ()), *elsewhere]


def _written_paths(unit: Unit) -> dict[str, list[Site]]:
    found: dict[str, list[Site]] = {}
    for path, source in sources_of(unit, *WRITERS, "open(", "os.re", "shutil."):
        calls = [
            call
            for call in source.calls
            if call.attribute in WRITERS
            or call.name in _MOVERS
            or (call.name == "open" and (call.text(1, "mode") or "r")[0] in "wax")
        ]
        for site in sites(unit, path, calls):
            position = 1 if site.call.attribute == "dump" or site.call.name in _MOVERS else 0
            given = (
                site.call.argument(position)
                or site.call.argument(None, "path_or_buf")
                or site.call.argument(None, "path")
            )
            for text in dict.fromkeys((_text(unit, site, given), *_from_callers(unit, site, given))):
                start, _, name = (text or "").rpartition("/")
                if text and "{}" not in name:
                    found.setdefault(f"{{}}/{name}" if "{}" in start else plain_path(text), []).append(site)
    return found


def plain_path(text: str) -> str:
    """A path without what depends on where the code stands."""
    return re.sub(r"^(\.{1,2}/)+", "", posixpath.normpath(text.replace("\\", "/")))


def relevant(unit: Unit) -> frozenset[str]:
    """The entry points that lead to training, and those that write what these read; all of them where nothing trains.

    Where a pipeline, CI or a schedule trains, these are the ones that count, and not what people try in notebooks beside.
    """
    return unit.once("relevant groups", lambda: _relevant(unit))


def _relevant(unit: Unit) -> frozenset[str]:
    groups = {group for site in trainings(unit) for group in unit.reach.groups(site.path, site.scope)}
    automatic = {launch.group or launch.id for launch in unit.launches if launch.kind in ("stage", "schedule")}
    started = {
        launch.group or launch.id
        for launch in unit.launches
        if launch.kind in ("ci", "container") or launch.path.endswith("MLproject")
    }
    if groups & started:
        groups = {group for group in groups if not group.endswith(".ipynb")}
    groups = groups & automatic or groups
    while True:
        needed = {
            source.text
            for source in reads(unit)
            if source.text and unit.reach.groups(source.site.path, source.site.scope) & groups
        }
        more = {
            group
            for text in needed
            for site in makers(unit, text)
            for group in unit.reach.groups(site.path, site.scope)
        } - groups
        if not more:
            return frozenset(groups)
        groups |= more


class Kept(NamedTuple):
    """A model that code keeps.

    Attributes:
        site: the call.
        how: "file" or "tracker".
        where: path relative to the base where it can be told, else "".
        name: the name it is registered under, else "".
    """

    site: Site
    how: str
    where: str
    name: str = ""


_MODEL_SUFFIXES = (
    ".pkl",
    ".pickle",
    ".joblib",
    ".h5",
    ".hdf5",
    ".keras",
    ".pt",
    ".pth",
    ".onnx",
    ".skops",
    ".ckpt",
    ".safetensors",
    ".cbm",
    ".ubj",
    ".pmml",
    ".tflite",
    ".pb",
    ".model",
    ".bin",
)
_SAVERS = frozenset(
    {
        "joblib.dump",
        "pickle.dump",
        "cloudpickle.dump",
        "dill.dump",
        "torch.save",
        "skops.io.dump",
        "sklearn.externals.joblib.dump",
    }
)
_SAVER_METHODS = frozenset({"save_model", "save_pretrained", "save_weights", "export_savedmodel", "save_checkpoint"})
_KEEPS = _SAVER_METHODS | {
    *(
        "dump",
        "save",
        "log_model",
        "register_model",
        "push_to_hub",
        "link_model",
        "autolog",
        "register",
        "create_model",
        *("WandbLogger", "MLflowLoggerCallback"),
        *("upload_file", "upload_from_filename"),
    ),
    "log_artifact",
}
#: Calls that hand a model to a registry, beside those that say so by their own name.
_REGISTERS = lazy(r"^azureml\.[\w.]*Model\.register$|^hopsworks\.[\w.()]*get_model_registry\(\)[\w.()]*\.create_model$")
_UPLOADED = lazy(r"ckpt|checkpoint|(?<![a-z])models?(?![a-z])", re.IGNORECASE)
_MODEL_WORD = lazy(
    r"model|clf|classifier|regressor|regression|pipeline|estimator|net\b|network|forest|xgb|lgbm|booster|best|state_dict|checkpoint|fit\(",
    re.IGNORECASE,
)


def kept_models(unit: Unit) -> list[Kept]:
    """Models that the code keeps."""
    return unit.once("kept_models", lambda: list(_kept(unit)))


def _kept(unit: Unit) -> Iterator[Kept]:
    for path, source in sources_of(
        unit,
        "dump",
        "save",
        "log_model",
        "log_artifact",
        "register",
        "push_to_hub",
        "to_onnx",
        "autolog",
        "create_model",
        "WandbLogger",
        "MLflowLoggerCallback",
        "upload_f",
    ):
        for site in sites(unit, path, [call for call in source.calls if call.attribute in _KEEPS]):
            kept = _kept_by(unit, site)
            if kept is not None:
                yield kept


def _kept_by(unit: Unit, site: Site) -> Kept | None:
    from jupyter_mlops.assessment.flows import own_function
    from jupyter_mlops.assessment.model_files import logs_model_file

    call = site.call
    method = call.attribute
    if method in ("log_model", "register_model", "push_to_hub", "link_model") and not site.name.startswith("?"):
        if own_function(unit, site.path, call) is not None:
            return None  # what that function does counts, not what it is called
        name = call.text(None, "registered_model_name") or (
            call.text(1, "name") if method == "register_model" else None
        )
        return Kept(site, "tracker", "", name or "")
    if _REGISTERS.search(call.name) or _logs_models_by_itself(call) or logs_model_file(unit, site):
        return Kept(site, "tracker", "", call.text(None, "model_name") or call.text(None, "name") or "")
    if method in ("upload_file", "upload_from_filename"):
        source = unit.project.python(site.path)
        handed = [other for other in source.calls if other.name == f":{site.scope}"] if source is not None else []
        named = " ".join(ast.unparse(one.node) for one in (call, *handed))
        return Kept(site, "file", "") if _UPLOADED.search(named) else None
    if call.name in _SAVERS:
        what = call.argument(0, "obj") or call.argument(0, "value")
        target = call.argument(1, "filename") or call.argument(1, "file") or call.argument(1, "f")
        where = _written(unit, site, target) if target is not None else None
        named = ast.unparse(what) if what is not None else ""
        if _MODEL_WORD.search(f"{named} {where or ''}"):
            return Kept(site, "file", find_file(unit, site.path, where) if where and "{}" not in where else "")
        return None
    if method in _SAVER_METHODS or (
        method == "save" and _MODEL_WORD.search(call.name) and not call.name.startswith(("matplotlib", "PIL"))
    ):
        if "mlflow." in call.name:
            return None
        where = _text(unit, site, call.argument(0))
        return Kept(site, "file", find_file(unit, site.path, where) if where and "{}" not in where else "")
    return None


def is_off(call: Call) -> bool:
    """Whether a call switches off what it is named after: `mlflow.autolog(disable=True)`."""
    told = call.argument(None, "disable")
    return isinstance(told, ast.Constant) and told.value is True


def _logs_models_by_itself(call: Call) -> bool:
    """`mlflow.autolog()` logs the fitted model as well, unless it is told not to; Lightning's logger of W&B when it is told to."""
    told = call.argument(None, "log_models") or call.argument(None, "log_model")
    value = told.value if isinstance(told, ast.Constant) else None
    if call.attribute == "WandbLogger":
        return bool(value)
    if call.attribute == "MLflowLoggerCallback":  # of Ray: with `save_artifact`, checkpoints are artifacts of the run
        saved = call.argument(None, "save_artifact")
        return isinstance(saved, ast.Constant) and saved.value is True
    return call.attribute == "autolog" and call.name.startswith("mlflow.") and value is not False and not is_off(call)


def _written(unit: Unit, site: Site, target: ast.expr) -> str | None:
    """The path of the file that `target` is: a string, `open(path, "wb")`, or a name bound to one."""
    scope = site.call.scope
    if isinstance(target, ast.Call) and scope.dotted(target.func).endswith("open") and target.args:
        return _text(unit, site, target.args[0])
    text = _text(unit, site, target)
    if text is not None:
        return text
    if isinstance(target, ast.Name):
        opened = [call for call in scope.calls if call.name == "open" and call.line <= site.call.line]
        return _text(unit, site, opened[-1].argument(0)) if opened else None
    return None


def _text(unit: Unit, site: Site, node: ast.expr | None) -> str | None:
    source = unit.project.python(site.path)
    return text_of(source, site.call.scope, node) if source is not None else None


def _from_elsewhere(unit: Unit, site: Site, node: ast.expr | None) -> str | None:
    """What callers in other sources hand in for a parameter; None where none of them says it."""
    return next(_from_callers(unit, site, node, itself=False), None)


def _from_callers(unit: Unit, site: Site, node: ast.expr | None, *, itself: bool = True) -> Iterator[str]:
    """What callers hand in for a parameter, those in other sources only or in the source itself as well."""
    function = site.call.scope.node
    if not isinstance(node, ast.Name) or not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    if node.id not in names:
        return
    position = names.index(node.id) - (names[0] in ("self", "cls"))
    callers = unit.once(f"callers of {function.name}", lambda: _callers(unit, function.name))
    for path, source, call in callers.get((site.path, site.scope), ()):
        text = text_of(source, call.scope, call.argument(position, node.id)) if itself or path != site.path else None
        if text:
            yield text


def _callers(unit: Unit, name: str) -> dict[tuple[str, str], list[tuple[str, PythonSource, Call]]]:
    """Functions of a name → their calls, and the sources of these."""
    from jupyter_mlops.assessment.flows import own_function

    found: dict[tuple[str, str], list[tuple[str, PythonSource, Call]]] = {}
    for path, source in sources_of(unit, name):
        for call in source.calls:
            # What begins so is not known.
            if name in call.name and call.name[0] not in "?(":
                target = own_function(unit, path, call)
                if target is not None:
                    found.setdefault(target, []).append((path, source, call))
    return found


def is_model_file(path: str) -> bool:
    """Whether a file looks like a model that was kept."""
    name = path.rpartition("/")[2].lower()
    if not name.endswith(_MODEL_SUFFIXES):
        return False
    # Tables, lists and whatever else a stage hands on are dumped under these names, too.
    if name.endswith((".pkl", ".pickle", ".joblib", ".bin", ".h5", ".hdf5", ".model", ".pb")):
        # A folder of pipelines says nothing about the file.
        return bool(_MODEL_WORD.search("/".join(part for part in path.split("/") if part != "pipelines")))
    return True


def is_data_file(path: str) -> bool:
    """Whether a file looks like data, as opposed to configuration."""
    name = path.rpartition("/")[2].lower()
    # `.env.data` is settings.
    return (
        bool(_DATA_SUFFIX.search(name))
        and not name.startswith(".")
        and not name.endswith((".json", ".txt", ".png", ".jpg", ".jpeg", ".pkl", ".pickle"))
    )
