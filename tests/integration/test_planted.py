"""Wrong conversions are planted into the files of a good one; the proof has to find each, in the right stage and place.

Each notebook is observed once. A plant proves the stages that it touches and those behind them, up to the first difference.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from forking import forked_kernels
from jupyter_mlops_converters.analysis.cells import Analysis, analyse
from jupyter_mlops_converters.document import conversion_document
from jupyter_mlops_converters.emit import emit
from jupyter_mlops_converters.observe.loop import complete
from jupyter_mlops_converters.observe.observe import Limits
from jupyter_mlops_converters.plan.edited import EditedPlan, EditedStage
from jupyter_mlops_converters.plan.planner import Place, plan
from jupyter_mlops_converters.plan.program import build_program
from jupyter_mlops_converters.proving import Workbench
from jupyter_mlops_converters.scratch import Scratch, workspace
from jupyter_mlops_converters.source.notebook import read_notebook
from jupyter_mlops_converters.source.place import project_at
from jupyter_mlops_converters.verify.proof import Proof, stage_runs
from jupyter_mlops_converters.verify.prove import stage_keys
from notebooks import Cell, write_notebook

PLAIN = [
    ("markdown", "## Load"),
    "import os\nimport random\nimport warnings\nfrom pathlib import Path",
    "warnings.filterwarnings('error', category=UserWarning)\nrandom.seed(3)",
    "LIMIT = 4",
    "with open('data/names.txt') as file:\n    names = file.read().split()\nunused = len(names)",
    "numbers = [random.randint(0, 9) for _ in names]\nprint(numbers)",
    "labels = {1: 'one', 2: 'two'}\nshape = (2, 3)\ncounts = [0]\nboxes = {'counts': counts}",
    ("markdown", "## Clean the numbers"),
    "numbers = [n for n in numbers if n > LIMIT]",
    "total = sum(numbers)",
    "offset = 1\ndef shifted(number):\n    return number + offset",
    "offset = 10\nprint(shifted(total))",
    ("markdown", "## Train"),
    "weights = [random.random() for _ in numbers]\nprint(weights[0])",
    "counts.append(len(weights))\nprint(boxes)",
    "best = max(zip(weights, numbers))",
    "nobody_looks = 1",
    ("markdown", "## Report"),
    "print(labels[1], shape + (4,), type(shape))",
    Cell("code", "int(names[0])", tags=("raises-exception",)),
    "try:\n    warnings.warn('old', UserWarning)\nexcept UserWarning as warning:\n    print('refused', warning)",
    "print(shifted(best[1]), sorted(os.listdir('data')))",
    "Path('report.txt').write_text(f'{total} {best}\\n')",
]
FRAMES = [
    ("markdown", "## Load"),
    "import matplotlib.pyplot as plt\nimport numpy as np\nimport pandas as pd",
    "from sklearn.tree import DecisionTreeClassifier",
    "rng = np.random.RandomState(0)",
    "kind = pd.Categorical(rng.choice(['s', 'm', 'l'], 60), ['s', 'm', 'l'], ordered=True)",
    "frame = pd.DataFrame({'size': rng.normal(size=60), 'kind': kind}, index=pd.Index(range(100, 160), name='id'))",
    "frame.attrs['unit'] = 'cm'\nframe.loc[105, 'size'] = np.nan",
    "level = pd.Series(rng.normal(size=60), index=frame.index, name='level')",
    "counts = np.arange(5)\nwhen = pd.Timestamp('2024-01-01', tz='Europe/Paris')",
    ("markdown", "## Train"),
    "model = DecisionTreeClassifier(max_features=1, random_state=1)",
    "X = np.column_stack([frame['size'].fillna(9), level, rng.normal(size=60)])\ny = (frame['kind'] == 'l').to_numpy()",
    "model.fit(X, y)",
    "accuracy = model.score(X[:30], y[:30])",
    ("markdown", "## Report"),
    "plt.plot(level.to_numpy()[:5])\nplt.show()",
    "print(frame['kind'].max(), frame['size'].count(), level.name, frame.attrs, counts.dtype, when)",
    "frame.loc[frame['size'] > 1]",
    "frame[frame['size'] > 0].to_csv('large.csv')",
]


class Files:
    """The stage notebooks of a pipeline, for planting errors."""

    def __init__(self, files: dict[str, Any], document: dict[str, Any]) -> None:
        self._files = files
        self._document = document
        self.notebooks = {
            stage["name"]: json.loads(files[stage["notebook"]]) for stage in document["stages"] if stage["source_cells"]
        }
        self.parameters = files["params.yaml"].decode()

    def as_files(self) -> dict[str, Any]:
        """All files of the pipeline, as they are to be proven."""
        notebooks = {f"stages/{name}.ipynb": json.dumps(content).encode() for name, content in self.notebooks.items()}
        return {**self._files, **notebooks, "params.yaml": self.parameters.encode()}

    def loading(self, variable: str) -> str:
        """The first stage that loads the variable."""
        return next(
            str(stage["name"])
            for stage in self._document["stages"]
            if any(entry["variable"] == variable for entry in stage["inputs"])
        )

    def stage_of(self, cell: int) -> str:
        """The stage that has the cell of the notebook."""
        return next(str(stage["name"]) for stage in self._document["stages"] if cell in stage["source_cells"])

    def of_role(self, stage: str, role: str) -> dict[str, Any]:
        """A generated cell of a stage."""
        return next(cell for cell in self.notebooks[stage]["cells"] if _own(cell).get("role") == role)

    def of_source(self, cell: int) -> tuple[list[dict[str, Any]], int]:
        """The cells of a stage, and the place of a cell of the notebook among them."""
        cells = self.notebooks[self.stage_of(cell)]["cells"]
        return cells, next(place for place, each in enumerate(cells) if _own(each).get("source_cell") == cell)


def _own(cell: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = cell["metadata"].get("jupyter_mlops", {})
    return found


def _text(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


#: Plants an error and tells the stage in which it has to be found.
Edit = Callable[[Files], str]


def loaded(variable: str, code: str) -> Edit:
    """The variable comes out of its file as another value."""

    def edit(files: Files) -> str:
        stage = files.loading(variable)
        cell = files.of_role(stage, "inputs")
        cell["source"] = f"{_text(cell)}\n{code}"
        return stage

    return edit


def saved(cell: int, code: str) -> Edit:
    """The stage with that cell saves something else than it has."""

    def edit(files: Files) -> str:
        stage = files.stage_of(cell)
        outputs = files.of_role(stage, "outputs")
        outputs["source"] = f"{code}\n{_text(outputs)}"
        return stage

    return edit


def generated(cell: int, role: str, change: Callable[[str], str]) -> Edit:
    """A generated cell of the stage with that cell is wrong."""

    def edit(files: Files) -> str:
        stage = files.stage_of(cell)
        found = files.of_role(stage, role)
        before = _text(found)
        found["source"] = change(before)
        assert found["source"] != before
        return stage

    return edit


def changed(cell: int, old: str, new: str) -> Edit:
    """A cell of the notebook says something else."""

    def edit(files: Files) -> str:
        cells, place = files.of_source(cell)
        assert old in _text(cells[place])
        cells[place]["source"] = _text(cells[place]).replace(old, new)
        return files.stage_of(cell)

    return edit


def moved(cell: int, by: int) -> Edit:
    """A cell changes its place; by zero, it is gone."""

    def edit(files: Files) -> str:
        cells, place = files.of_source(cell)
        taken = cells.pop(place)
        if by:
            cells.insert(place + by, taken)
        return files.stage_of(cell)

    return edit


def twice(cell: int) -> Edit:
    """A cell runs twice."""

    def edit(files: Files) -> str:
        cells, place = files.of_source(cell)
        cells.insert(place, copy.deepcopy(cells[place]))
        return files.stage_of(cell)

    return edit


def stale(variable: str, before: int, producer: int) -> Edit:
    """What is handed over is the version from before a cell."""

    def edit(files: Files) -> str:
        cells, place = files.of_source(before)
        cells[place]["source"] = f"_stale = list({variable})\n{_text(cells[place])}"
        saved(producer, f"{variable} = _stale")(files)
        return files.loading(variable)

    return edit


def found_with(variable: str, edit: Edit) -> Edit:
    """What is planted shows where the variable is loaded."""

    def edit_and_look(files: Files) -> str:
        edit(files)
        return files.loading(variable)

    return edit_and_look


def parameter(old: str, new: str, cell: int) -> Edit:
    """`params.yaml` holds another value."""

    def edit(files: Files) -> str:
        assert old in files.parameters
        files.parameters = files.parameters.replace(old, new)
        return files.stage_of(cell)

    return edit


@dataclass(frozen=True)
class Planted:
    """An error, and where it has to be found: the cell of the notebook, or the name of a variable or file."""

    what: str
    edit: Edit
    where: int | str


IN_PLAIN = [
    Planted("dropped cell", moved(8, 0), 8),
    Planted("dropped cell that shows nothing and that nothing needs", moved(16, 0), 16),
    Planted("dropped cell that writes a file", moved(22, 0), "work/report.txt"),
    Planted("swapped cells", moved(8, 1), 11),
    Planted("cell that runs twice", twice(4), 4),
    Planted("stale version of a variable", stale("numbers", 8, 8), "numbers"),
    Planted("tuple became a list", loaded("best", "best = list(best)"), "best"),
    Planted(
        "tuple of a parameter became a list",
        generated(18, "setup", lambda text: text.replace("_tuple(shape)", "shape")),
        18,
    ),
    Planted(
        "whole numbers as keys became texts",
        loaded("labels", "labels = {str(k): v for k, v in labels.items()}"),
        "labels",
    ),
    Planted("two equal lists instead of a shared one", loaded("counts", "counts = list(counts)"), 14),
    Planted(
        "global of a function that is out of date",
        generated(
            18,
            "inputs",
            lambda text: (
                f"{text}\nshifted.__defaults__ = None\nshifted = (lambda offset: lambda number: number + offset)(1)"
            ),
        ),
        21,
    ),
    Planted("another draw in between", loaded("<random>", "random.random()"), "<random>"),
    Planted("another draw before a cell", changed(13, "weights", "random.random()\nweights"), 13),
    Planted("state of random numbers not carried on", loaded("<random>", "random.seed(3)"), "<random>"),
    Planted(
        "filter of warnings forgotten", generated(18, "context", lambda text: f"{text}\nwarnings.resetwarnings()"), 20
    ),
    Planted("value of a parameter", parameter("LIMIT: 4", "LIMIT: 5", 8), 11),
    Planted("type of a parameter", parameter("LIMIT: 4", "LIMIT: '4'", 8), 8),
    Planted("working directory", generated(18, "setup", lambda text: f"{text}\nos.chdir(_pipeline)"), 21),
    Planted("exception that is not raised", changed(19, "int(names[0])", "int(7)"), 19),
    Planted("exception that says something else", changed(19, "names[0]", "names[1]"), 19),
    Planted("file with other bytes", changed(22, "\\n", ""), "work/report.txt"),
    Planted("file at another place", changed(22, "report.txt", "data/report.txt"), "work/report.txt"),
    Planted("text that is not printed", changed(18, "print(", "str("), 18),
    Planted("text that is printed besides", changed(10, "offset = 1", "offset = print('more')"), 10),
    Planted("value that cannot be loaded", found_with("labels", saved(8, "labels = print")), "labels"),
]
IN_FRAMES = [
    Planted("index lost", loaded("frame", "frame = frame.reset_index(drop=True)"), "frame"),
    Planted("name of an index lost", loaded("frame", "frame.index.name = None"), "frame"),
    Planted("attributes of a table lost", loaded("frame", "frame.attrs.clear()"), "frame"),
    Planted("order of categories lost", loaded("frame", "frame['kind'] = frame['kind'].cat.as_unordered()"), "frame"),
    Planted("categories in another order", loaded("frame", "frame['kind'] = frame['kind'].cat.reorder_categories(['l', 'm', 's'])"), "frame"),
    Planted("categories became texts", loaded("frame", "frame['kind'] = frame['kind'].astype(str)"), "frame"),
    Planted("missing value became zero", loaded("frame", "frame['size'] = frame['size'].fillna(0)"), "frame"),
    Planted("columns in another order", loaded("frame", "frame = frame[['kind', 'size']]"), "frame"),
    Planted("rows in another order", loaded("frame", "frame = frame.iloc[::-1]"), "frame"),
    Planted("name of a series lost", loaded("level", "level.name = None"), "level"),
    Planted("single instead of double precision", loaded("level", "level = level.astype('float32')"), "level"),
    Planted("series became a list", loaded("level", "level = list(level)"), "level"),
    Planted("type of whole numbers", loaded("counts", "counts = counts.astype('int32')"), "counts"),
    Planted("time zone lost", loaded("when", "when = when.tz_localize(None)"), "when"),
    Planted("model that is not fitted", saved(12, "from sklearn.base import clone\nmodel = clone(model)"), "model"),
    Planted("model fitted with another seed", saved(12, "model.set_params(random_state=7).fit(X, y)"), "model"),
    Planted("model fitted to other data", saved(12, "model.fit(X[:59], y[:59])"), "model"),
    Planted("generator that begins anew", found_with("X", changed(11, "X =", "rng = np.random.RandomState(0)\nX =")), "X"),
    Planted("metric", changed(13, "accuracy = ", "accuracy = 0.5 * "), "accuracy"),
    Planted("figure", changed(15, "[:5]", "[:4]"), 15),
    Planted("table that is shown", changed(17, "> 1", ">= 0.9"), 17),
    Planted("file of numbers", changed(18, "'large.csv'", "'large.csv', float_format='%.6f'"), "work/large.csv"),
]  # fmt: skip


#: All that grows in one bed is looked at by one process.
PLAIN_BED, FRAMES_BED = pytest.mark.xdist_group("plain bed"), pytest.mark.xdist_group("frames bed")


def divided(analysis: Analysis, starts: Mapping[str, int]) -> EditedPlan:
    """Stages that begin at these cells, whatever the planner would prefer."""
    code = [cell.index for cell in analysis.cells]
    bounds = [*starts.values(), code[-1] + 1]
    return EditedPlan(
        tuple(
            EditedStage(name, tuple(index for index in code if low <= index < high))
            for name, (low, high) in zip(starts, pairwise(bounds), strict=True)
        )
    )


@dataclass
class Bed:
    """A notebook that was observed and converted, and the proofs of what was planted."""

    root: Path
    starts: Mapping[str, int]
    good: Proof | None = None
    stages: dict[str, str] = field(default_factory=dict)
    proofs: dict[str, Proof] = field(default_factory=dict)

    def grow(self, planted: Sequence[Planted]) -> None:
        """Observe, convert, and prove every plant."""
        analysis = analyse(read_notebook(self.root / "work" / "n.ipynb"))
        project = project_at(self.root, analysis.notebook.path)
        with workspace() as work:
            keep = analysis.notebook.path.parent
            scratch = Scratch(project, "pipelines/n", "python3", work=work, keep=keep, environment={})
            complete(self._grow(analysis, scratch, planted))

    async def _grow(self, analysis: Analysis, scratch: Scratch, planted: Sequence[Planted]) -> None:
        place = Place("n", "N", "work/n.ipynb", "pipelines/n", "work", has_git=False)
        bench = Workbench(analysis, scratch, limits=Limits(), progress=lambda _event: None)
        async with scratch, bench:
            edited = divided(analysis, self.starts)
            cuts = edited.cuts(analysis.notebook)
            scratch.open(len(edited.stages))
            observation = await bench.observe(cuts)
            await scratch.ready()
            emission = emit(plan(build_program(analysis, observation), place, cuts, edited=edited), ("papermill",))
            document = conversion_document(emission, None)
            runs = stage_runs(document)
            scratch.lay_out(runs, emission.files)
            self.good = good = await bench.prove(runs, observation)
            files = {path: content for path, content in emission.files.items() if isinstance(content, bytes)}
            before = stage_keys(runs, files, observation.final_files)
            for plant in planted:
                sown = Files(files, document)
                self.stages[plant.what] = plant.edit(sown)
                now = stage_keys(runs, sown.as_files(), observation.final_files)
                known = {stage.stage: stage for stage in good.stages if now[stage.stage] == before[stage.stage]}
                assert len(known) < len(runs), plant.what
                scratch.lay_out(runs, sown.as_files(), known)
                self.proofs[plant.what] = await bench.prove(runs, observation, known=known, to_the_end=False)


def bed(root: Path, cells: Sequence[Any], starts: Mapping[str, int], planted: Sequence[Planted]) -> Bed:
    """Lay a project with a notebook, and grow what is planted."""
    write_notebook(root / "work" / "n.ipynb", [Cell("code", cell) if isinstance(cell, str) else cell for cell in cells])
    (root / "work" / "data").mkdir()
    (root / "work" / "data" / "names.txt").write_text("ada ben cid dan eva fay gus hal\n", encoding="utf-8")
    made = Bed(root, starts)
    with forked_kernels():
        made.grow(planted)
    return made


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Bed:
    return bed(tmp_path_factory.mktemp("plain"), PLAIN, {"load": 0, "train": 13, "report": 18}, IN_PLAIN)


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> Bed:
    return bed(tmp_path_factory.mktemp("frames"), FRAMES, {"load": 0, "train": 12, "report": 15}, IN_FRAMES)


@pytest.mark.parametrize("name", [pytest.param("plain", marks=PLAIN_BED), pytest.param("frames", marks=FRAMES_BED)])
def test_what_is_right_is_proven(name: str, request: pytest.FixtureRequest) -> None:
    found: Bed = request.getfixturevalue(name)
    assert found.good is not None
    assert found.good.verdict == "equivalent", found.good.first_bad
    assert len(found.good.stages) >= 2


@pytest.mark.parametrize(
    ("name", "plant"),
    [
        *(pytest.param("plain", plant, id=plant.what, marks=PLAIN_BED) for plant in IN_PLAIN),
        *(pytest.param("frames", plant, id=plant.what, marks=FRAMES_BED) for plant in IN_FRAMES),
    ],
)
def test_what_is_planted_is_found(name: str, plant: Planted, request: pytest.FixtureRequest) -> None:
    found: Bed = request.getfixturevalue(name)
    proof = found.proofs[plant.what]
    assert proof.verdict in {"differs", "failed"}
    bad = [each for each in (proof.failure, *proof.all) if each is not None and each.verdict in {"differs", "failed"}]
    said = [(each.stage, each.source_cell, each.name, each.detail) for each in bad]
    assert any(
        each.stage == found.stages[plant.what] and plant.where in (each.source_cell, each.name) for each in bad
    ), said
