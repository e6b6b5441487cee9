"""The command line: `jupyter mlops …`."""

from jupyter_mlops.cli.app import main

__all__ = ["main"]
