"""Declared dependencies: are they pinned, do they cover what the code imports, which Python."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from jupyter_mlops.assessment.constraints import constrained
from jupyter_mlops.assessment.findings import CALL, CONVENTION, PARSED, Finding, Rung
from jupyter_mlops.assessment.manifests import REPRODUCIBLE, Manifest, beside, manifests
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.trainings import relevant, trainings
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.dockerfile import NAMES as DOCKERFILES
from jupyter_mlops.project.marks import line_of, mapping
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.requirements import normalise

_LOCKS = (
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "Pipfile.lock",
    "conda-lock.yml",
    "pixi.lock",
    "pylock.toml",
    "dvc.lock",
)
#: Names under which packages are imported, where that differs from the name they are installed by.
_IMPORTED_AS = {
    "sklearn": "scikit-learn", "cv2": "opencv-python", "PIL": "pillow", "yaml": "pyyaml", "bs4": "beautifulsoup4", "skimage": "scikit-image",
    "dotenv": "python-dotenv", "dateutil": "python-dateutil", "Crypto": "pycryptodome", "attr": "attrs", "OpenSSL": "pyopenssl",
    "git": "gitpython", "jwt": "pyjwt", "psycopg2": "psycopg2-binary", "MySQLdb": "mysqlclient", "serial": "pyserial", "umap": "umap-learn",
    "hydra": "hydra-core", "pl_bolts": "lightning-bolts", "pytorch_lightning": "pytorch-lightning", "ruamel": "ruamel-yaml", "faiss": "faiss-cpu",
    "google": "google-cloud-storage", "azureml": "azureml-core", "azure": "azure-identity", "kfp": "kfp", "docx": "python-docx",
    "imblearn": "imbalanced-learn", "community": "python-louvain", "Bio": "biopython", "fitz": "pymupdf", "telegram": "python-telegram-bot",
    "mpl_toolkits": "matplotlib", "pkg_resources": "setuptools", "pylab": "matplotlib", "IPython": "ipython", "category_encoders": "category-encoders",
    "prophet": "prophet", "fbprophet": "fbprophet", "mlflow": "mlflow", "talib": "ta-lib", "skopt": "scikit-optimize", "sksurv": "scikit-survival",
    "snowflake": "snowflake-connector-python", "databricks": "databricks-sdk", "jose": "python-jose", "box": "python-box", "airflow": "apache-airflow", "multipart": "python-multipart", "mlxtend": "mlxtend", "_pytest": "pytest",
}  # fmt: skip
#: Requirements of those who work on the project.
_FOR_TOOLS = lazy(r"dev|test|docs?\b|lint|(^|[-_.])ci\b", re.IGNORECASE)
_NEVER_DECLARED = frozenset(
    {"setuptools", "pip", "ipython", "google-cloud-storage", "azure-identity", "databricks-sdk", "dbutils"}
)


def _findings(unit: Unit) -> Iterator[Finding]:
    found = manifests(unit)
    yield from _pins(unit, found)
    yield from _coverage(unit, found)
    yield from _python(unit)
    if not unit.named(*_LOCKS, "*conda-lock.yml") and not any(pipeline.keeps_state for pipeline in unit.pipelines):
        yield Finding(
            "requirements",
            REPRODUCIBLE,
            Rung.E0,
            "No lock is kept; pinned dependencies stand for it.",
            part="lock",
            effect="not-applicable",
        )


def _pins(unit: Unit, found: list[Manifest]) -> Iterator[Finding]:
    for manifest in found:
        if not manifest.requirements:
            continue
        path = manifest.path
        elsewhere = _pinned_elsewhere(unit, manifest, found)
        if manifest.tool in ("poetry", "pyproject", "pipfile", "setup") and _has_lock(unit, manifest):
            continue
        held = (
            constrained(unit) if any(not requirement.pinned for requirement in manifest.requirements) else frozenset()
        )
        loose = [one for one in manifest.requirements if not one.pinned and one.name not in held]
        total = len(manifest.requirements)
        direct = [requirement for requirement in loose if _is_needed(unit, requirement.name)]
        if elsewhere is not None and not direct:
            name, other = elsewhere
            yield Finding(
                "requirements",
                REPRODUCIBLE,
                Rung.E2,
                f"{path} is pinned, but the code that trains needs what is in {other.path}, and {name} is not pinned there.",
                part="dependencies",
                confidence=PARSED,
                path=other.path,
                line=next(requirement.line for requirement in other.requirements if requirement.name == name),
                raise_by=f"Pin every package in {other.path} with `==`, or commit a lock.",
            )
        elif loose and not direct and 2 * len(loose) < total:
            yield Finding(
                "requirements",
                REPRODUCIBLE,
                Rung.E3,
                f"All packages in {path} that the training needs are pinned; of the {total} there, {len(loose)} {'is' if len(loose) == 1 else 'are'} not.",
                part="dependencies",
                confidence=CONVENTION,
                path=path,
                line=next(requirement.line for requirement in manifest.requirements if requirement.pinned),
            )
        elif not loose:
            hashed = all(requirement.hashed for requirement in manifest.requirements)
            yield Finding(
                "requirements",
                REPRODUCIBLE,
                Rung.E3,
                f"All {total} packages in {path} are pinned{' with hashes' if hashed else ' by constraints' if held else ''}.",
                part="dependencies",
                confidence=PARSED,
                path=path,
                line=manifest.requirements[0].line,
            )
        else:
            first = (direct or loose)[0]
            yield Finding(
                "requirements",
                REPRODUCIBLE,
                Rung.E2,
                f"{len(loose)} of {total} packages in {path} are not pinned, {first.name} for one.",
                part="dependencies",
                confidence=PARSED,
                path=path,
                line=first.line,
                raise_by=f"Pin every package in {path} with `==`, or commit a lock.",
            )


def _pinned_elsewhere(unit: Unit, manifest: Manifest, found: list[Manifest]) -> tuple[str, Manifest] | None:
    """A package that training needs, and the manifest that declares it without pinning it.

    It is the one that declares more of what training needs than this one, or as much from nearer by.
    """
    others = [other for other in found if other is not manifest and not _has_lock(unit, other)]
    needed = [(normalise(_IMPORTED_AS.get(name, name)), normalise(name)) for name in _training_imports(unit)]
    if not others or not needed:
        return None

    def covers(other: Manifest) -> tuple[int, int]:
        declared = {requirement.name for requirement in (*other.requirements, *other.others)}
        return sum(_covered(package, name, declared) for package, name in needed), _nearness(unit, other)

    best = max(others, key=covers)
    loose = [
        requirement.name
        for requirement in best.requirements
        if not requirement.pinned and any(_covered(package, name, {requirement.name}) for package, name in needed)
    ]
    return (loose[0], best) if loose and covers(best) > covers(manifest) else None


def _nearness(unit: Unit, manifest: Manifest) -> int:
    """How near a manifest is to the code that trains: folders that both are in; -1 for another service's and for tools."""
    folder, _, name = manifest.path.rpartition("/")
    if _FOR_TOOLS.search(name):
        return -1
    below = [site.path for site in trainings(unit) if not folder or site.path.startswith(f"{folder}/")]
    return (folder.count("/") + 1 if folder else 0) if below else -1


def _training_imports(unit: Unit) -> list[str]:
    """The packages that the files import where models are fitted."""
    return unit.once("imports of training", lambda: sorted(set(_imported_by_training(unit))))


def _imported_by_training(unit: Unit) -> Iterator[str]:
    for path in {site.path for site in trainings(unit)}:
        source = unit.project.python(path)
        for item in source.imports if source is not None else ():
            name = item.module.partition(".")[0]
            if name and name not in sys.stdlib_module_names and not unit.reach.modules.is_own(item.module, path):
                yield name


def _has_lock(unit: Unit, manifest: Manifest) -> bool:
    return any(unit.project.exists(beside(manifest.path, lock)) for lock in _LOCKS if lock != "dvc.lock")


def _is_needed(unit: Unit, declared: str) -> bool:
    """Whether the code that trains, or leads there, imports what a requirement installs."""
    return any(_covered(normalise(_IMPORTED_AS.get(name, name)), normalise(name), {declared}) for name in _needed(unit))


def _needed(unit: Unit) -> frozenset[str]:
    """Packages that are imported on the way to training; by any code where nothing trains."""
    return unit.once("imports on the way to training", lambda: frozenset(_imported_on_the_way(unit)))


def _imported_on_the_way(unit: Unit) -> Iterator[str]:
    groups = relevant(unit)
    for path in unit.sources:
        source = unit.project.python(path)
        if source is None or (groups and not unit.reach.groups(path) & groups):
            continue
        for item in source.imports:
            name = item.module.partition(".")[0]
            if name and name not in sys.stdlib_module_names and not unit.reach.modules.is_own(item.module, path):
                yield name


def _coverage(unit: Unit, found: list[Manifest]) -> Iterator[Finding]:
    declared = {requirement.name for manifest in found for requirement in (*manifest.requirements, *manifest.others)}
    above = _declared_above(unit)
    declared |= above
    if not declared:
        return
    missing = []
    imported = 0
    for path, line, cell, name in third_party_imports(unit):
        imported += 1
        package = normalise(_IMPORTED_AS.get(name, name))
        if not _covered(package, normalise(name), declared) and package not in _NEVER_DECLARED:
            missing.append((path, line, cell, name))
    if not imported:
        yield Finding(
            "requirements",
            "dependencies-declared",
            Rung.E0,
            "The code imports nothing that a package brings.",
            confidence=CALL,
            effect="not-applicable",
        )
        return
    if not missing:
        listed = next(((manifest.path, one.line) for manifest in found for one in manifest.requirements), (None, None))
        yield Finding(
            "requirements",
            "dependencies-declared",
            Rung.E3,
            f"All {imported} imported packages are declared.",
            confidence=CALL,
            path=listed[0],
            line=listed[1],
        )
        return
    names = sorted({name for _path, _line, _cell, name in missing})
    share = len(names) / max(imported, 1)
    for path, line, cell, name in missing[:10]:
        yield Finding(
            "requirements",
            "dependencies-declared",
            Rung.E2 if share < 0.5 else Rung.E1,
            f"`{name}` is imported and not declared ({len(names)} such in all).",
            confidence=CALL,
            path=path,
            line=line,
            cell=cell,
            raise_by=f"Declare {', '.join(names[:5])}{' …' if len(names) > 5 else ''}.",
        )


def _declared_above(unit: Unit) -> set[str]:
    names: set[str] = set()
    for file in unit.covering:
        if (
            file.name == "requirements.txt"
            and file.special is None
            and unit.path.startswith(f"{file.folder}/".removeprefix("./"))
        ):
            names |= {requirement.name for requirement in unit.project.requirements(file.path).requirements}
    return names


def _covered(package: str, name: str, declared: set[str]) -> bool:
    if package in declared or name in declared:
        return True
    return any(
        known.startswith((f"{package}-", f"python-{package}", f"{name}-")) or known == f"py{package}"
        for known in declared
    )


def is_declared(module: str, declared: set[str]) -> bool:
    """Whether an imported module is covered by what is declared, as far as names tell.

    Args:
        module: its top-level name.
        declared: normalised names of distributions.
    """
    package = distribution_of(module)
    return package in _NEVER_DECLARED or _covered(package, normalise(module), declared)


def distribution_of(module: str) -> str:
    """The distribution that a module most likely comes from, normalised; its own name where nothing else is known."""
    return normalise(_IMPORTED_AS.get(module, module))


def third_party_imports(unit: Unit) -> list[tuple[str, int, int | None, str]]:
    """First import of each package that is neither Python's nor the project's: path, line, cell, name."""
    return unit.once("third party imports", lambda: list(_third_party(unit)))


def _third_party(unit: Unit) -> Iterator[tuple[str, int, int | None, str]]:
    # What tests or scripts put on the path is imported by its bare name.
    seen = {file.name.removesuffix(".py") for file in unit.files.suffixed(".py")}
    for path in unit.sources:
        source = unit.project.python(path)
        notebook = unit.project.notebook(path) if path.endswith(".ipynb") else None
        for item in source.imports if source is not None else ():
            name = item.module.partition(".")[0]
            if (
                not name
                or name in seen
                or name in sys.stdlib_module_names
                or unit.reach.modules.is_own(item.module, path)
            ):
                continue
            seen.add(name)
            cell, line = notebook.place(item.line) if notebook is not None else (None, item.line)
            yield path, line, cell, name


def _python(unit: Unit) -> Iterator[Finding]:
    for file in unit.named(".python-version", "runtime.txt", ".tool-versions"):
        text = unit.project.text(file.path) or ""
        named = re.search(r"(?m)^python\s.*\d+\.\d+" if file.name == ".tool-versions" else r"\d+\.\d+", text)
        if named is not None:
            yield Finding(
                "requirements",
                "python-pinned",
                Rung.E3,
                f"{file.path} names the Python version.",
                confidence=PARSED,
                path=file.path,
                line=text.count("\n", 0, named.start()) + 1,
            )
    for file in unit.named("pyproject.toml"):
        document = unit.project.toml(file.path)
        project = mapping(document.get("project"))
        poetry = mapping(mapping(mapping(document.get("tool")).get("poetry")).get("dependencies"))
        for table, key in ((project, "requires-python"), (poetry, "python")):
            if isinstance(table.get(key), str):
                yield Finding(
                    "requirements",
                    "python-pinned",
                    Rung.E3,
                    f"{file.path} says Python {table[key]}.",
                    confidence=PARSED,
                    path=file.path,
                    line=line_of(table, key),
                )
    for file in unit.named("environment.yml", "environment.yaml", "conda.yaml", "python_env.yaml"):
        text = unit.project.text(file.path) or ""
        for number, line in enumerate(text.splitlines(), 1):
            if re.search(r"\bpython\s*[=:]+\s*\"?\d", line):
                yield Finding(
                    "requirements",
                    "python-pinned",
                    Rung.E3,
                    f"{file.path} names the Python version.",
                    confidence=PARSED,
                    path=file.path,
                    line=number,
                )
                break
    for file in unit.named(*DOCKERFILES):
        for instruction in unit.project.dockerfile(file.path).named("FROM"):
            if re.search(r"python:\d+\.\d+", instruction.text):
                yield Finding(
                    "requirements",
                    "python-pinned",
                    Rung.E3,
                    f"{file.path} starts from {instruction.text.split()[0]}.",
                    confidence=PARSED,
                    path=file.path,
                    line=instruction.line,
                )


PROBE = Probe(
    id="requirements",
    title="declared dependencies",
    reads="requirements*.txt, pyproject.toml, environment.yml, Pipfile, setup.py, .python-version",
    credits="configured: declared with ranges · wired: all pinned; all imports covered",
    findings=_findings,
)
