"""`python -m jupyter_mlops` is `jupyter mlops`, for when no script is on PATH."""

from jupyter_mlops.cli import main

main()
