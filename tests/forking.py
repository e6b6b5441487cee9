"""Kernels of conversions that are forked from a warm process: the same answers as from cold ones, several times sooner.

The product proves in cold processes alone. That forked kernels find themselves as cold ones do is tested in
test_warm_kernels.py, so tests of what notebooks do may take them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from jupyter_mlops_converters.observe.session import Session
from jupyter_mlops_converters.warm import WarmKernels

_AHEAD = ["numpy", "pandas", "sklearn.linear_model", "sklearn.neighbors", "sklearn.tree"]


@contextmanager
def warm_kernels() -> Iterator[WarmKernels]:
    """A process that has imported what test notebooks import."""
    with WarmKernels() as kernels:
        kernels.preload(_AHEAD)
        yield kernels


@contextmanager
def forked_from(kernels: WarmKernels) -> Iterator[None]:
    """All conversions fork their kernels meanwhile."""
    plain = Session.__init__

    def start(self: Session, *arguments: Any, **options: Any) -> None:
        plain(self, *arguments, **{"kernels": kernels, **options})

    Session.__init__ = start  # type: ignore[method-assign]
    try:
        yield
    finally:
        Session.__init__ = plain  # type: ignore[method-assign]


@contextmanager
def forked_kernels() -> Iterator[None]:
    """All conversions fork their kernels from one process meanwhile."""
    with warm_kernels() as kernels, forked_from(kernels):
        yield
