"""How LiveKit reports a SIP status: a Twirp code, a text, and metadata with the status."""

from livekit.protocol.models import DisconnectReason

from telephony.sandbox.endings import LEFT, PREFIX, REJECTED, UNAVAILABLE, Ending
from telephony.sandbox.errors import TwirpError

_CODES = {
    301: "not_found", 302: "not_found", 401: "permission_denied", 402: "permission_denied", 403: "permission_denied",
    404: "not_found", 407: "unauthenticated", 408: "deadline_exceeded", 409: "failed_precondition", 410: "not_found",
    412: "failed_precondition", 416: "out_of_range", 428: "unauthenticated", 433: "permission_denied",
    436: "unauthenticated", 437: "unauthenticated", 438: "unauthenticated", 440: "resource_exhausted",
    470: "permission_denied", 480: "resource_exhausted", 481: "not_found", 482: "failed_precondition",
    483: "failed_precondition", 486: "resource_exhausted", 487: "aborted", 491: "aborted", 494: "unauthenticated",
    504: "deadline_exceeded", 505: "invalid_argument", 513: "invalid_argument", 600: "resource_exhausted",
    603: "permission_denied", 604: "not_found", 607: "permission_denied", 608: "permission_denied",
}  # fmt: skip
_WORDS = {
    301: "Moved Permanently", 302: "Moved Temporarily", 400: "Bad Request", 402: "Payment Required",
    403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable", 408: "Request Timeout",
    410: "Gone", 415: "Unsupported Media Type", 433: "Anonymity Disallowed", 480: "Temporarily Unavailable",
    484: "Address Incomplete", 486: "Busy Here", 487: "Request Terminated", 488: "Not Acceptable Here",
    500: "Server Internal Error", 501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable",
    504: "Server Time-out", 600: "Busy Everywhere", 603: "Decline", 604: "Does Not Exist Anywhere",
    606: "Not Acceptable", 607: "Unwanted", 608: "Rejected",
}  # fmt: skip
_EXPLAINED = (400, 404, 480, 486, 488)  # for these the SIP service includes the body
_NOBODY_THERE = (404, 408, 480)


def final_answer(status: int, words: str = "") -> Ending:
    """Return the ending of a dial that the carrier rejected with `status`; `words` replaces the reason phrase."""
    told = "INVITE failed" if status in _EXPLAINED else "unexpected status from INVITE response"
    words = words or _WORDS.get(status, "Declined by the carrier")
    return Ending(_code(status), f"{told}: {_text(status, words)}", _left(status, words), _meta(status, words))


def refer_error(status: int) -> TwirpError:
    """Return the error of a transfer that the far end rejected with `status`."""
    words = _WORDS.get(status, "")
    return TwirpError(_code(status), PREFIX + _text(status, words), _meta(status, words))


def _code(status: int) -> str:
    return _CODES.get(status, "failed_precondition" if 500 <= status < 600 else "invalid_argument")


def _text(status: int, words: str) -> str:
    return f"sip status: {status}: {words}"


def _meta(status: int, words: str) -> dict[str, str]:
    return {"sip_status_code": str(status), "sip_status": words}


def _left(status: int, words: str) -> DisconnectReason:
    if status in _NOBODY_THERE:
        return UNAVAILABLE
    limited = any(known in words.lower() for known in ("cps limit exceeded", "concurrent call limit exceeded"))
    if status < 400 or (500 <= status < 600 and not limited):
        return LEFT
    return REJECTED
