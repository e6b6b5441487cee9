"""Container images: what builds them, what they are called, what is inside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from jupyter_mlops.assessment.compose_files import compose_files
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.commands import unwrapped
from jupyter_mlops.project.dockerfile import NAMES as DOCKERFILES
from jupyter_mlops.project.marks import items, line_of, mapping
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.shell import join, read_script

#: Images of tools that run beside a project: a build whose name only a run can tell does not make them.
_THIRD_PARTY = lazy(
    r"^(docker\.io/)?(library/)?(redis|postgres|mysql|mongo|nginx|traefik|busybox|alpine|ubuntu|debian|python|rabbitmq|memcached|registry)(:|@|$)"
    r"|(^|/)(oauth2-proxy|grafana|prom|bitnami|bitnamilegacy|minio|confluentinc|apache|prefecthq|otel|jaegertracing|mlflow|argoproj|istio|kserve)/"
)
#: `IMAGE=registry/team/name` in a script, and where it is used.
_SET = lazy(r"^[ \t]*(?:export +)?(\w+)=[\"']?([^\s\"']+)", re.MULTILINE)
_VARIABLE = lazy(r"\$\{?(\w+)\}?")
#: Entries of images that run what they are given.
_HANDS_ON = lazy(r"\.sh$|(^|/)(sh|bash|env|exec|tini|dumb-init|catatonit|gosu|su-exec)$")
_UNKNOWN = lazy(r"\$|\{\{|EXPRESSION")


class Build(NamedTuple):
    """A place that builds an image.

    Attributes:
        dockerfile: the Dockerfile, relative to the base.
        context: its context.
        names: names that the image gets; empty where only a run can tell.
        path: file that builds it.
        line: where.
    """

    dockerfile: str
    context: str
    names: frozenset[str]
    path: str
    line: int | None


def builds(unit: Unit) -> list[Build]:
    """All places that build an image of the unit."""
    return unit.once("builds", lambda: _tagged(unit, list(_builds(unit))))


def _tagged(unit: Unit, found: list[Build]) -> list[Build]:
    """Builds with the names that `docker tag` gives their images afterwards."""
    tags: dict[str, set[str]] = {}
    for launch in unit.launches:
        for command in launch.commands:
            if command.words[:2] == ("docker", "tag") and len(command.words) == 4:
                values = dict(_SET.findall(launch.script))
                new = _VARIABLE.sub(lambda found, values=values: values.get(found[1], found[0]), command.words[3])  # type: ignore[misc]
                tags.setdefault(base_name(command.words[2]), set()).add(base_name(new))
    return [
        build._replace(names=build.names | {new for name in build.names for new in tags.get(name, ()) if new})
        for build in found
    ]


def _builds(unit: Unit) -> Iterator[Build]:
    for launch in unit.launches:
        if launch.neutralised:
            continue
        for command in launch.commands:
            words = tuple(unwrapped(list(command.words)))
            build = words[:2] in (("docker", "build"), ("podman", "build"), ("buildah", "bud")) or words[:3] in (
                ("docker", "buildx", "build"),
                ("docker", "image", "build"),
            )
            if build:
                yield _from_command(words, join(launch.folder, command.folder), launch.path, launch.line_of(command))
            elif words[:2] == ("bentoml", "containerize"):
                for file in unit.named("bentofile.yaml", "bentofile.yml"):
                    yield Build(file.path, file.folder, frozenset(_names(words)), launch.path, launch.line_of(command))
            elif words and words[0] in ("/kaniko/executor", "executor", "kaniko"):
                if "--no-push" in words:
                    continue  # nobody gets the image
                yield _from_kaniko(words, join(launch.folder, command.folder), launch.path, launch.line_of(command))
            elif words[:3] == ("gcloud", "builds", "submit") or words[:2] == ("az", "acr"):
                plain = [word for word in words[2:] if not word.startswith("-") and word not in ("submit", "build")]
                folder = (
                    join(launch.folder, plain[-1])
                    if plain and unit.project.kind(join(launch.folder, plain[-1])) == "folder"
                    else launch.folder
                )
                yield Build(
                    join(folder, "Dockerfile"), folder, frozenset(_names(words)), launch.path, launch.line_of(command)
                )
    yield from _compose(unit)


def _from_command(words: tuple[str, ...], folder: str, path: str, line: int | None) -> Build:
    file, context = "", "."
    position = 2
    while position < len(words):
        word = words[position]
        following = words[position + 1] if position + 1 < len(words) else ""
        if word in ("-f", "--file"):
            file = following
            position += 1
        elif word.startswith("--file="):
            file = word.partition("=")[2]
        elif word in (
            "-t",
            "--tag",
            "--build-arg",
            "--platform",
            "--target",
            "--cache-from",
            "--cache-to",
            "--label",
            "--secret",
            "--progress",
            "--network",
        ):
            position += 1
        elif not word.startswith("-") and word != "build":
            context = word
        position += 1
    where = join(folder, context)
    return Build(join(folder, file) if file else join(where, "Dockerfile"), where, frozenset(_names(words)), path, line)


def _from_kaniko(words: tuple[str, ...], folder: str, path: str, line: int | None) -> Build:
    """`/kaniko/executor --context $CI_PROJECT_DIR/api --dockerfile Dockerfile --destination registry/team/name`."""
    given = dict(_OPTION.findall(" ".join(words)))
    places = {name: _CHECKOUT.sub("", given.get(name, "")) for name in ("context", "dockerfile")}
    where = join(folder, places["context"] or ".")
    file = places["dockerfile"]
    # A Dockerfile is looked for where kaniko runs, then in the context.
    beside = join(folder, file) if file and given["dockerfile"] != file else join(where, file or "Dockerfile")
    names = {base_name(found[1]) for found in _OPTION.findall(" ".join(words)) if found[0] == "destination"}
    return Build(beside, where, frozenset(names - {""}), path, line)


_OPTION = lazy(r"--?([a-z-]+)[= ](\S+)")
#: The folder that a CI system checks out to.
_CHECKOUT = lazy(
    r"^(dir://)?(\$\{?(CI_PROJECT_DIR|GITHUB_WORKSPACE|WORKSPACE|PWD)\}?|\$\(Build\.SourcesDirectory\)|/workspace)(/|$)|^dir://"
)


def _names(words: tuple[str, ...]) -> list[str]:
    found = []
    for position, word in enumerate(words):
        value = (
            words[position + 1]
            if word in ("-t", "--tag", "--image", "-i") and position + 1 < len(words)
            else word.partition("=")[2]
            if word.startswith(("--tag=", "-t=", "--image="))
            else ""
        )
        if value:
            found.append(base_name(value))
    return [name for name in found if name]


def base_name(image: str) -> str:
    """An image's own name, without registry and tag; "" where only a run can tell it."""
    name = re.split(r"[:@]", image.rpartition("/")[2])[0]
    return "" if not name or _UNKNOWN.search(name) else name


def _compose(unit: Unit) -> Iterator[Build]:
    for file in compose_files(unit):
        for document in unit.project.yaml(file.path):
            for name, service, line in items(mapping(document).get("services")):
                build = mapping(service).get("build")
                if build is None:
                    continue
                context = build if isinstance(build, str) else str(mapping(build).get("context") or ".")
                dockerfile = str(mapping(build).get("dockerfile") or "Dockerfile")
                where = join(file.folder, context)
                image = mapping(service).get("image")
                called = (
                    {base_name(image)}
                    if isinstance(image, str)
                    else {
                        f"{(unit.path if unit.path != '.' else unit.project.base.name).rpartition('/')[2]}-{name}",
                        name,
                    }
                )
                yield Build(
                    join(where, dockerfile),
                    where,
                    frozenset(called - {""}),
                    file.path,
                    line_of(service, "build") or line,
                )


def built_from(unit: Unit, image: str) -> tuple[Build | None, bool]:
    """What builds the image that a manifest names, and whether that is sure.

    Args:
        unit: the unit.
        image: as the manifest has it.
    """
    if _THIRD_PARTY.search(image):
        return None, False
    name = base_name(image)
    for build in builds(unit):
        if name and name in build.names:
            return build, True
    loose = [build for build in builds(unit) if not build.names]
    if loose or not name:
        return next(iter(loose or builds(unit)), None), False
    return None, False


def entry_words(unit: Unit, image: str, dockerfile: str = "") -> tuple[str, ...]:
    """The program that an image of the project starts with whatever a manifest hands it: its Dockerfile's ENTRYPOINT.

    Empty where no Dockerfile here has one, where it cannot be told which Dockerfile is meant, or where the entry only
    hands on what it is given.

    Args:
        unit: the unit.
        image: as the manifest has it.
        dockerfile: what builds it, where that is known.
    """
    if _THIRD_PARTY.search(image):
        return ()
    found = {}
    for file in unit.named(*DOCKERFILES):
        entries = unit.project.dockerfile(file.path).named("ENTRYPOINT")
        found[file.path] = entries[-1].words if entries else ()
    name = base_name(image)
    called = [path for path in found if path == dockerfile or (name and name in re.split(r"[/.]", path))]
    if not called and len(found) > 1:
        called = [path for path in found if name and name in _written_names(unit).get(path, ())]
    path = next(iter(called or found), None) if len(called or found) == 1 else None
    words = found[path] if path is not None else ()
    return () if not words or _HANDS_ON.search(words[0]) else words


def _written_names(unit: Unit) -> dict[str, set[str]]:
    """Dockerfile → names that commands give its image, read from the text: what manifests launch is asked before launches are known."""
    return unit.once("names of images", lambda: dict(_named_builds(unit)))


def _named_builds(unit: Unit) -> Iterator[tuple[str, set[str]]]:
    found: dict[str, set[str]] = {}
    for file in unit.all_files.suffixed(".yml", ".yaml", ".sh", ".jenkinsfile", ".mk", ""):
        text = unit.project.text(file.path) or "" if file.size < _LARGEST else ""
        for line in _BUILDS.findall(text):
            for command in read_script(line.rstrip("\"'")):
                if command.words[1:2] == ("build",):
                    build = _from_command(command.words, ".", file.path, None)
                    found.setdefault(build.dockerfile, set()).update(build.names)
    yield from found.items()


_LARGEST = 100_000
_BUILDS = lazy(r"\b(?:docker|podman) build [^\n;&|]*")


def copies_project(unit: Unit, dockerfile: str, context: str) -> tuple[int, str] | None:
    """The instruction of a Dockerfile that puts the project's code into the image: line and text; None without one."""
    content = unit.project.dockerfile(dockerfile)
    folders = list(dict.fromkeys([context, dockerfile.rpartition("/")[0] or ".", unit.path]))
    for source, instruction in content.copied:
        plain = source.rstrip("/*").removeprefix("./").lstrip("/") or "."
        for folder in folders:
            place = join(folder, plain)
            kind = unit.project.kind(place)
            code = place.endswith((".py", ".ipynb")) and kind == "file"
            holds = (*unit.sources, *(file.path for file in unit.named("config.pbtxt")))
            if code or (
                kind == "folder"
                and any(path == place or path.startswith(f"{place}/" if place != "." else "") for path in holds)
            ):
                return instruction.line, instruction.text
    return None
