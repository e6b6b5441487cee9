"""Where models are fitted, and the code that leads there."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from jupyter_mlops.assessment.data_reads import reads
from jupyter_mlops.assessment.sites import Site, sites, sources_of
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.assessment.written_files import makers
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Call

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
        *("sagemaker.workflow.steps.TrainingStep", "sagemaker.workflow.steps.TuningStep"),
    }
)
#: Jobs of platforms that train without code of the project.
_PLATFORM_TRAINS = lazy(
    r"^google_cloud_pipeline_components\.[\w.]*(AutoML\w+TrainingJobRunOp|BigqueryCreateModelJobOp)$"
    r"|^google\.cloud\.aiplatform\.([\w.]*\.)?AutoML\w+TrainingJob\(\)\.run$|^azure\.ai\.ml\.automl\.(classification|regression|forecasting)$"
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
    r"|nannyml\b|alibi_detect\b|frouros\b|evidently\b|[Ii]mputer|[Vv]ectorizer|[Pp]reprocess|[Tt]ransformer\b|image_?[Dd]ata_?[Gg]en|sklearn\.neighbors\.(NearestNeighbors|KDTree|BallTree)\b|\b[Ii]ndex(er)?\b|\bBM25|scipy\.stats|matplotlib|seaborn"
)


def trainings(unit: Unit) -> list[Site]:
    """Where models are fitted."""
    return unit.once("trainings", lambda: list(_trainings(unit)))


def _trainings(unit: Unit) -> Iterator[Site]:
    words = (
        "fit",
        "train",
        "backward",
        "cross_val",
        "learn(",
        "finetune",
        "compare_models",
        "TrainingStep",
        "AutoML",
        "automl",
        "BigqueryCreateModel",
    )
    for path, source in sources_of(unit, *words):
        # `self.fit(rows).transform(rows)` prepares data.
        prepares = {
            id(call.node.func.value)
            for call in source.calls
            if call.attribute == "transform" and isinstance(call.node.func, ast.Attribute)
        }
        yield from sites(
            unit, path, (call for call in source.calls if is_training(call) and id(call.node) not in prepares)
        )


#: What prepares data or, when it is what is logged, is the model.
_EITHER = lazy(r"sklearn\.(decomposition|manifold)\b|sklearn\.neighbors\.NearestNeighbors\b")


def _is_the_model(call: Call) -> bool:
    """Whether what a call fits is logged as a model: `pca = PCA(8).fit(rows)` and `mlflow.sklearn.log_model(pca, …)`."""
    if call.attribute != "fit" or not _EITHER.search(call.name):
        return False
    func = call.node.func
    names = {func.value.id} if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) else set()
    for statement in call.scope.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Assign) and node.value is call.node:
                names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    logged = [other.argument(0) for other in call.scope.calls if other.attribute == "log_model"]
    return any(isinstance(given, ast.Name) and given.id in names for given in logged)


def is_training(call: Call) -> bool:
    """Whether a call fits a model."""
    if call.name in _TRAINERS or _PLATFORM_TRAINS.match(call.name):
        return True
    owner, dot, method = call.name.rpartition(".")
    if not dot:
        return False
    if method in _FITS:
        # `scaler.scale(loss).backward()`: what scales losses prepares no data.
        if method == "backward":
            return True
        arguments = bool(call.node.args or call.node.keywords)
        fits = arguments or "statsmodels" in owner or owner.endswith("()")
        return fits and (not _PREPARING.search(owner) or _is_the_model(call))
    if method == "train" and not call.node.args and "from_pretrained" in owner:
        return False  # a network of PyTorch is switched to its training mode
    return method in _TRAINER_METHODS and bool(_TRAINER_OWNERS.search(owner))


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
