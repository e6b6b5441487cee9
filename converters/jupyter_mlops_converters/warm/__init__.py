"""Kernels that start at once, because they are forked from a process that has imported what they will import."""

from jupyter_mlops_converters.warm.kernels import WarmKernels

__all__ = ["WarmKernels"]
