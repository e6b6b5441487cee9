"""Failures as HTTP answers: the product's errors with a status."""

from __future__ import annotations

from jupyter_mlops.errors import MlopsError


class RequestError(MlopsError):
    """A failure that belongs to the request itself rather than to what it asked for.

    Args:
        status: the HTTP status of the answer.
        code: stable kebab-case identifier.
        message: what is wrong and what to do next.
        path: the path it is about, as it was asked for.
    """

    def __init__(self, status: int, code: str, message: str, *, path: str | None = None) -> None:
        super().__init__(code, message, path=path)
        self.status = status


def http_status(error: MlopsError) -> int:
    """The HTTP status that says what the error says.

    Args:
        error: any failure of the product.

    Returns:
        The request's own status, 503 where the environment lacks something, 422 for input that cannot be used.
    """
    if isinstance(error, RequestError):
        return error.status
    return 503 if error.exit_status == 3 else 422
