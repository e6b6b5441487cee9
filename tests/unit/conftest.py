"""Generated examples may take as long as they take: how busy the machine is says nothing about the code."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
