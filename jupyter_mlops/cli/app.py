"""Finds the commands, runs one, and turns failures into messages and exit statuses.

Exit status: 0 fine · 1 the answer is "no" · 2 the request or the input is wrong · 3 the environment lacks something.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from importlib import import_module
from pkgutil import iter_modules

import typer

from jupyter_mlops.cli import commands
from jupyter_mlops.errors import MlopsError

#: What people type, whichever of its executables it was started by.
PROGRAM = "jupyter mlops"
#: Exit status after Ctrl-C, as shells have it.
_INTERRUPTED = 130


def build_app() -> typer.Typer:
    """The application with every command found in `jupyter_mlops.cli.commands`."""
    app = typer.Typer(
        name=PROGRAM,
        invoke_without_command=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        help="Turn notebooks into proven pipelines, and see and raise a project's MLOps maturity.",
    )
    app.callback()(_root)
    for module_info in iter_modules(commands.__path__):
        module = import_module(f"{commands.__name__}.{module_info.name}")
        app.command(module_info.name.replace("_", "-"))(module.command)
    return app


def _show_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"jupyter-mlops {version('jupyter-mlops')}")
        raise typer.Exit


def _root(
    context: typer.Context,
    *,
    _version: bool = typer.Option(
        False, "--version", is_eager=True, callback=_show_version, help="Show the version and exit."
    ),
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main(argv: list[str] | None = None) -> None:
    """Entry point of `jupyter-mlops`. Exits the process.

    Args:
        argv: arguments without the program name; those of the process when None.
    """
    arguments = sys.argv[1:] if argv is None else argv
    _clean_up_when_interrupted()
    try:
        result = build_app()(arguments, prog_name=PROGRAM, standalone_mode=False)
    except MlopsError as error:
        _report(error)
        sys.exit(error.exit_status)
    except typer.Exit as stop:
        sys.exit(stop.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        result = _INTERRUPTED
    except BrokenPipeError:
        # The reader (`| head`) has gone; Python would complain once more while it shuts down.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        # Typer carries its own copy of click since 0.20 and uses the installed one before: known by what it can do.
        show = getattr(error, "show", None)
        if type(error).__module__.startswith(("click", "typer")) and show is not None:
            show()
            sys.exit(2)
        raise
    if result == _INTERRUPTED:  # Typer may have caught it
        sys.stderr.write("Interrupted.\n")
    sys.exit(result if isinstance(result, int) else 0)


def _clean_up_when_interrupted() -> None:
    """Take Ctrl-C and a request to terminate alike: scratch copies are removed and kernels ended on the way out.

    That takes a second at most, and further signals do not cut it short.
    """
    signals = (signal.SIGINT, signal.SIGTERM)

    def interrupt(*_: object) -> None:
        for number in signals:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    if threading.current_thread() is threading.main_thread():
        for number in signals:
            signal.signal(number, interrupt)


def _report(error: MlopsError) -> None:
    place = error.path or ""
    if error.cell is not None:
        place += f" cell {error.cell}"
    if error.line is not None:
        place += f" line {error.line}"
    sys.stderr.write(f"Error [{error.code}]{' in ' + place.strip() if place.strip() else ''}: {error.message}\n")
    if error.detail:
        sys.stderr.write("\n" + error.detail.rstrip() + "\n")
