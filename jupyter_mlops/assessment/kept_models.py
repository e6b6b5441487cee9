"""Models that code keeps: in files, trackers, registries."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from jupyter_mlops.assessment.data_files import find_file
from jupyter_mlops.assessment.sites import Site, sites, sources_of, text_at
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Call, Scope


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
    ".mar",
    ".gguf",
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
        *("update_weights", "update_weights_package", "upload", "RegisterModel", "create_model_package"),
        *("ModelUploadOp", "Pusher", "create_or_update"),
        *("upload_file", "upload_from_filename"),
    ),
    "log_artifact",
    "add_artifact",
}
#: Calls that hand a model to a registry, beside those that say so by their own name.
_REGISTERS = lazy(
    r"^azureml\.[\w.]*Model\.register$|^hopsworks\.[\w.()]*get_model_registry\(\)[\w.()]*\.create_model$"
    r"|^clearml\.[\w.()]*OutputModel\(\)\.update_weights(_package)?$|^google\.cloud\.aiplatform\.([\w.]*\.)?Model\.upload$"
    r"|^bentoml\.(\w+\.)?save_model$|^sagemaker\.[\w.()]*\.register$|^sagemaker\.[\w.]*RegisterModel$"
    r"|^google_cloud_pipeline_components\.[\w.]*ModelUploadOp$|^tfx\.[\w.]*google_cloud_ai_platform\.[\w.]*Pusher$"
    r"|^azure\.ai\.ml\.[\w.()]*\.models\.create_or_update$|^\?\w*client\.models\.create_or_update$"
)
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
        "add_artifact",
        "register",
        "push_to_hub",
        "to_onnx",
        "autolog",
        "create_model",
        "WandbLogger",
        "MLflowLoggerCallback",
        "upload_f",
        "neptune",
        "update_weights",
        "Model.upload",
        "RegisterModel",
        "ModelUploadOp",
        "Pusher(",
        "models.create_or_update",
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
    packaged = method == "create_model_package" and call.argument(None, "ModelPackageGroupName") is not None
    if packaged or _REGISTERS.search(call.name) or _logs_models_by_itself(call) or logs_model_file(unit, site):
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
        named = f"{ast.unparse(what)} {_fitted(call, what)}" if what is not None else ""
        if _MODEL_WORD.search(f"{named} {where or ''}"):
            return Kept(site, "file", find_file(unit, site.path, where) if where and "{}" not in where else "")
        return None
    if method in _SAVER_METHODS or (
        method == "save" and _MODEL_WORD.search(call.name) and not call.name.startswith(("matplotlib", "PIL"))
    ):
        if "mlflow." in call.name:
            return None
        where = text_at(unit, site, call.argument(0))
        return Kept(site, "file", find_file(unit, site.path, where) if where and "{}" not in where else "")
    return None


def _fitted(call: Call, what: ast.expr) -> str:
    """What an object was made by, where that fits it and is no preparation: `m = Ridge().fit(x, y)`."""
    from jupyter_mlops.assessment.trainings import is_training

    made = call.scope.dotted(what).removesuffix("()")
    return "model" if made and is_training(Call(made, call.node, call.scope)) else ""


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
        return text_at(unit, site, target.args[0])
    text = text_at(unit, site, target)
    if text is not None:
        return text
    if isinstance(target, ast.Name):
        opened = [node for node in _opened_as(scope, target.id) if node.lineno <= site.call.line]
        return text_at(unit, site, opened[-1].args[0]) if opened else None
    return None


def _opened_as(scope: Scope, name: str) -> list[ast.Call]:
    """The calls of `open` whose file a name stands for."""
    found = []
    for node in (inner for statement in scope.body for inner in ast.walk(statement)):
        pairs: list[tuple[ast.expr | None, ast.expr]] = []
        if isinstance(node, (ast.With, ast.AsyncWith)):
            pairs = [(item.optional_vars, item.context_expr) for item in node.items]
        elif isinstance(node, ast.Assign):
            pairs = [(target, node.value) for target in node.targets]
        for target, value in pairs:
            bound = isinstance(target, ast.Name) and target.id == name
            if bound and isinstance(value, ast.Call) and value.args and scope.dotted(value.func).endswith("open"):
                found.append(value)
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
