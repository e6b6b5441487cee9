"""The environment of a notebook's own time: for what no repair is sure for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timezone

from jupyter_mlops.assessment.probes.requirements import distribution_of
from jupyter_mlops.lifts.clean_notebook.edits import Open, Repair
from jupyter_mlops.lifts.environment.imported import imported
from jupyter_mlops.lifts.scene import Scene

#: Library → first days of its versions, as they were published on PyPI: year and month.
_RELEASES = {
    "numpy": "1.9 2014-09 1.10 2015-10 1.11 2016-03 1.12 2017-01 1.13 2017-06 1.14 2018-01 1.15 2018-07 1.16 2019-01 1.17 2019-07 1.18 2019-12 "
    "1.19 2020-06 1.20 2021-01 1.21 2021-06 1.22 2021-12 1.23 2022-06 1.24 2022-12 1.25 2023-06 1.26 2023-09 2.0 2024-06 2.1 2024-08 2.2 2024-12 2.3 2025-06",
    "pandas": "0.15 2014-10 0.16 2015-03 0.17 2015-10 0.18 2016-03 0.19 2016-10 0.20 2017-05 0.21 2017-10 0.22 2017-12 0.23 2018-05 0.24 2019-01 0.25 2019-07 "
    "1.0 2020-01 1.1 2020-07 1.2 2020-12 1.3 2021-07 1.4 2022-01 1.5 2022-09 2.0 2023-04 2.1 2023-08 2.2 2024-01 2.3 2025-06",
    "scikit-learn": "0.15 2014-07 0.16 2015-03 0.17 2015-11 0.18 2016-09 0.19 2017-08 0.20 2018-09 0.21 2019-05 0.22 2019-12 0.23 2020-05 0.24 2020-12 "
    "1.0 2021-09 1.1 2022-05 1.2 2022-12 1.3 2023-06 1.4 2024-01 1.5 2024-05 1.6 2024-12 1.7 2025-06",
    "matplotlib": "1.4 2014-08 1.5 2015-10 2.0 2017-01 2.1 2017-10 2.2 2018-03 3.0 2018-09 3.1 2019-05 3.2 2020-03 3.3 2020-07 3.4 2021-03 3.5 2021-11 "
    "3.6 2022-09 3.7 2023-02 3.8 2023-09 3.9 2024-05 3.10 2024-12",
    "seaborn": "0.5 2014-11 0.6 2015-06 0.7 2016-01 0.8 2017-07 0.9 2018-07 0.10 2020-01 0.11 2020-09 0.12 2022-09 0.13 2023-09",
    "scipy": "0.14 2014-05 0.15 2015-01 0.16 2015-07 0.17 2016-01 0.18 2016-07 0.19 2017-03 1.0 2017-10 1.1 2018-05 1.2 2018-12 1.3 2019-05 1.4 2019-12 "
    "1.5 2020-06 1.6 2020-12 1.7 2021-06 1.8 2022-02 1.9 2022-07 1.10 2023-01 1.11 2023-06 1.12 2024-01 1.13 2024-04 1.14 2024-06 1.15 2025-01 1.16 2025-06",
    "statsmodels": "0.6 2014-12 0.8 2017-02 0.9 2018-05 0.10 2019-06 0.11 2020-01 0.12 2020-08 0.13 2021-10 0.14 2023-05",
}  # fmt: skip
_PYTHONS = "2.7 2010-07 3.4 2014-03 3.5 2015-09 3.6 2016-12 3.7 2018-06 3.8 2019-10 3.9 2020-10 3.10 2021-10 3.11 2022-10 3.12 2023-10 3.13 2024-10"
#: The newest Pythons that versions up to these were built for.
_LAST_FOR = {
    "numpy": "1.13 3.6 1.16 3.7 1.18 3.8 1.20 3.9 1.22 3.10 1.24 3.11 1.26 3.12",
    "pandas": "0.22 3.6 0.24 3.7 1.0 3.8 1.2 3.9 1.4 3.10 2.0 3.11 2.1 3.12",
    "scikit-learn": "0.19 3.6 0.21 3.7 0.23 3.8 0.24 3.9 1.0 3.10 1.2 3.11 1.3 3.12",
    "matplotlib": "2.1 3.6 3.0 3.7 3.2 3.8 3.4 3.9 3.5 3.10 3.7 3.11 3.8 3.12",
    "scipy": "1.0 3.6 1.2 3.7 1.4 3.8 1.6 3.9 1.8 3.10 1.10 3.11 1.11 3.12",
}
#: The oldest Python that uv and most systems still have.
_OLDEST = "3.8"
_MODULES = {
    "numpy": "numpy",
    "pandas": "pandas",
    "sklearn": "scikit-learn",
    "matplotlib": "matplotlib",
    "seaborn": "seaborn",
    "scipy": "scipy",
    "statsmodels": "statsmodels",
}


@dataclass(frozen=True)
class Era:
    """The environment that a notebook was written in, as far as it can be told.

    Attributes:
        month: "2018-05".
        python: "3.6".
        versions: distribution → "0.23".
        why: what that rests on, the end of a sentence.
        others: distributions that it imports, too, whose versions follow from those.
    """

    month: str
    python: str
    versions: dict[str, str]
    why: str
    others: tuple[str, ...] = ()

    def requirements(self) -> str:
        """The versions as a requirements file."""
        lines = [f"{name}=={version}.*" for name, version in sorted(self.versions.items())]
        head = f"# As of {self.month}, for Python {self.python}: {self.why}."
        return "\n".join([head, *lines, *self.others, "ipykernel"]) + "\n"

    def command(self, what: str) -> str:
        """What makes the environment, and installs something there: uv, where it has such a Python."""
        if _number(self.python) >= _number(_OLDEST):
            return f"uv venv --python {self.python} .venv-old && uv pip install --python .venv-old {what}"
        # Nor does it read what the distributions of that time say of themselves, nor the pip of that time what those of today do.
        pip = ".venv-old/bin/python -m pip install"
        return f"python{self.python} -m venv .venv-old && {pip} --upgrade 'pip<22' && {pip} {what}"

    def lacking(self) -> str:
        """What such an environment is missing on most machines: a sentence; "" for nothing."""
        if _number(self.python) >= _number(_OLDEST):
            return ""
        return f" Python {self.python} is too old for uv and for most systems; pyenv builds it, and conda still has it."

    def told(self) -> str:
        """The versions in a sentence."""
        named = [f"{name} {version}" for name, version in sorted(self.versions.items())]
        return ", ".join([*named, *self.others])


def era(scene: Scene, path: str, used: tuple[str, ...], gone: list[Repair | Open]) -> Era | None:
    """When a notebook was written, and with what.

    Args:
        scene: the project.
        path: of the notebook.
        used: top modules that it imports.
        gone: what it uses that is gone, with the versions since when.

    Returns:
        None where nothing tells the time.
    """
    bounds: dict[str, tuple[int, ...]] = {}
    for one in gone:
        name, _, version = one.version.rpartition(" ")
        if name in _RELEASES and version:
            bounds[name] = min(_number(version), bounds.get(name, (99,)))
    python = _python(scene, path)
    months = {f"git has it from {month}": month for month in [_of_git(scene, path)] if month}
    if python in _all(_PYTHONS):
        months[f"it was run with Python {python}"] = _later(_all(_PYTHONS)[python], 18)
    for name, bound in bounds.items():
        last = [month for version, month in _all(_RELEASES[name]).items() if _number(version) < bound]
        if last:
            months[f"what it uses was gone in {name} {'.'.join(map(str, bound))}"] = _later(last[-1], 3)
    if not months:
        return None
    why, month = min(months.items(), key=lambda item: item[1])
    versions = {}
    for name in (_MODULES[module] for module in used if module in _MODULES):
        fitting = [
            version
            for version, published in _all(_RELEASES[name]).items()
            if published <= month and _number(version) < bounds.get(name, (99,))
        ]
        if fitting:
            versions[name] = fitting[-1]
    if not versions:
        return None
    newest = [version for version, published in _all(_PYTHONS).items() if published <= month]
    chosen = python or newest[-1]
    limits = [
        next((last for up_to, last in _all(_LAST_FOR[name]).items() if _number(version) <= _number(up_to)), "3.99")
        for name, version in versions.items()
        if name in _LAST_FOR
    ]
    # An older one would do, but nobody has it any more.
    chosen = min([max(chosen, _OLDEST, key=_number), *limits], key=_number)
    tops = {use.name.partition(".")[0] for use in imported(scene, only=path)} - _MODULES.keys()
    others = tuple(sorted({distribution_of(top) for top in tops}))
    return Era(month, chosen, versions, why, others)


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def _all(table: str) -> dict[str, str]:
    words = table.split()
    return dict(zip(words[::2], words[1::2], strict=True))


def _later(month: str, months: int) -> str:
    year, number = map(int, month.split("-"))
    total = year * 12 + number - 1 + months
    return f"{total // 12}-{total % 12 + 1:02d}"


def _of_git(scene: Scene, path: str) -> str | None:
    stamp = scene.git.last_change(path) if scene.git is not None else None
    return datetime.fromtimestamp(stamp, timezone.utc).strftime("%Y-%m") if stamp is not None else None


def _python(scene: Scene, path: str) -> str:
    """The Python that the notebook says it was last run with."""
    from jupyter_mlops.project.marks import mapping

    metadata = mapping(mapping(scene.project.json(path)).get("metadata"))
    version = str(mapping(metadata.get("language_info")).get("version") or "")
    found = re.match(r"[23]\.\d+", version)
    return found[0] if found else ""
