"""What keeps a pipeline of scripts from being one whose results can be had again: settings in the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from jupyter_mlops.assessment.trainings import relevant, trainings
from jupyter_mlops.lifts.lift import Act, Refusal
from jupyter_mlops.lifts.scene import Scene

_MODELS = re.compile(
    r"(sklearn|xgboost|lightgbm|catboost)\.([\w.]+\.)?[A-Z]\w+$|sklearn\.model_selection\.train_test_split$"
)
#: Settings that are shown; the first tell enough.
_MOST = 10


def settings(scene: Scene) -> list[Refusal]:
    """Settings of models that stand in the scripts which train; none where the scripts take any from outside.

    Args:
        scene: the project.
    """
    result = scene.result("pipeline-reproducible")
    if any(finding.part == "parameters" and finding.rung >= 3 for finding in result.evidence):
        return []
    groups = relevant(scene.unit)
    sites = [site for site in trainings(scene.unit) if site.reached and site.path.endswith(".py")]
    paths = {site.path for site in sites if scene.unit.reach.groups(site.path, site.scope) & groups}
    return [one for path in sorted(paths) for one in _of(scene, path)][:_MOST]


def outside(found: list[Refusal]) -> Act:
    """What to do about settings in the code.

    Args:
        found: them.
    """
    return Act(
        f"Move the settings of {found[0].path} to params.yaml, and read it there: "
        '`PARAMS = yaml.safe_load(Path(__file__).with_name("params.yaml").read_text("utf-8"))`; or make them options of the command line.'
    )


def _of(scene: Scene, path: str) -> Iterator[Refusal]:
    source = scene.project.python(path)
    constants = _constants(source.tree) if source is not None else {}
    for call in source.calls if source is not None else ():
        for given in call.node.keywords if _MODELS.match(call.name) else ():
            written = given.value
            value = constants.get(written.id) if isinstance(written, ast.Name) else written
            if given.arg and isinstance(value, ast.Constant) and value.value is not None:
                named = f", which is {ast.unparse(value)}" if value is not written else ""
                yield Refusal(
                    f"`{given.arg}={ast.unparse(written)}` of {call.attribute}{named}",
                    "it stands in the code, so that a run with another value is another version of the script",
                    path,
                    line=value.lineno,
                )


def _constants(tree: ast.Module) -> dict[str, ast.expr]:
    """Names that a script gives a value at its top, once: `ALPHA = 0.5`."""
    given = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)]
    return {
        target.id: node.value
        for node in tree.body
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and given.count(target.id) == 1
    }
