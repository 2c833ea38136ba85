"""Twirp errors: a code, which implies an HTTP status, and a message."""

from http import HTTPStatus

STATUS = {
    "unknown": HTTPStatus.INTERNAL_SERVER_ERROR,
    "canceled": HTTPStatus.REQUEST_TIMEOUT,
    "invalid_argument": HTTPStatus.BAD_REQUEST,
    "malformed": HTTPStatus.BAD_REQUEST,
    "deadline_exceeded": HTTPStatus.REQUEST_TIMEOUT,
    "not_found": HTTPStatus.NOT_FOUND,
    "bad_route": HTTPStatus.NOT_FOUND,
    "already_exists": HTTPStatus.CONFLICT,
    "permission_denied": HTTPStatus.FORBIDDEN,
    "unauthenticated": HTTPStatus.UNAUTHORIZED,
    "resource_exhausted": HTTPStatus.TOO_MANY_REQUESTS,
    "failed_precondition": HTTPStatus.PRECONDITION_FAILED,
    "aborted": HTTPStatus.CONFLICT,
    "out_of_range": HTTPStatus.BAD_REQUEST,
    "unimplemented": HTTPStatus.NOT_IMPLEMENTED,
    "internal": HTTPStatus.INTERNAL_SERVER_ERROR,
    "unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
}  # source: the Twirp wire protocol, version 7


class TwirpError(Exception):
    """An error response, with metadata such as the `sip_status_code` of a failed call."""

    def __init__(self, code: str, message: str, meta: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.meta = meta or {}

    @property
    def status(self) -> HTTPStatus:
        return STATUS[self.code]


def invalid(message: str) -> TwirpError:
    """Return LiveKit's error for an invalid request."""
    return TwirpError("invalid_argument", message)
