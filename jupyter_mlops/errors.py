"""The product's errors, under the name of its public package."""

from jupyter_mlops_converters.errors import MissingDependencyError, MlopsError

__all__ = ["MissingDependencyError", "MlopsError"]
