"""Compose files: what they are called."""

from __future__ import annotations

#: Patterns of the names of compose files, with those that a swarm is mostly given: `docker stack deploy -c stack.yml`.
NAMES = tuple(
    f"{name}.{ending}"
    for name in ("docker-compose*", "compose*", "docker-stack*", "stack*", "swarm*")
    for ending in ("yml", "yaml")
)
