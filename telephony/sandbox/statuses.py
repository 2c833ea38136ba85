"""What a SIP status becomes on its way through LiveKit: a Twirp code, and metadata that names the status."""

from livekit.protocol.sip import SIPStatusCode

from telephony.sandbox.errors import TwirpError

_CODES = {
    400: "invalid_argument", 401: "permission_denied", 402: "permission_denied", 403: "permission_denied",
    404: "not_found", 407: "unauthenticated", 408: "deadline_exceeded", 410: "not_found", 480: "resource_exhausted",
    484: "invalid_argument", 486: "resource_exhausted", 487: "aborted", 488: "invalid_argument",
    504: "deadline_exceeded", 505: "invalid_argument", 513: "invalid_argument", 600: "resource_exhausted",
    603: "permission_denied", 604: "not_found", 607: "permission_denied", 608: "permission_denied",
}  # fmt: skip


def sip_error(status: int, words: str = "") -> TwirpError:
    """Give the error that LiveKit answers when the far end ends a dial or a transfer with `status`."""
    words = words or _words(status)
    code = _CODES.get(status, "failed_precondition" if 500 <= status < 600 else "invalid_argument")
    meta = {"sip_status_code": str(status), "sip_status": words}
    return TwirpError(code, f"twirp error unknown: sip status: {status}: {words}", meta)


def _words(status: int) -> str:
    known = SIPStatusCode.DESCRIPTOR.values_by_number.get(status)
    return known.name.removeprefix("SIP_STATUS_") if known else str(status)
