"""SIP response codes in words: what the RFCs call them, and what they mean to somebody who waits for a call.

Names are those of RFC 3261 section 21; of RFC 8197 for 607, of RFC 8688 for 608.
"""

_CODES: dict[int, tuple[str, str]] = {
    180: ("Ringing", "the callee's phone rings"),
    183: ("Session Progress", "the call is being set up"),
    200: ("OK", "the call was answered"),
    400: ("Bad Request", "the gateway does not understand the call"),
    401: ("Unauthorized", "the gateway wants credentials"),
    402: ("Payment Required", "the account at the carrier has no credit"),
    403: ("Forbidden", "the carrier refuses to carry the call"),
    404: ("Not Found", "the carrier knows no such number"),
    405: ("Method Not Allowed", "the gateway takes no calls at this address"),
    406: ("Not Acceptable", "the gateway cannot offer what the call needs"),
    407: ("Proxy Authentication Required", "the gateway wants credentials, or does not take those it got"),
    408: ("Request Timeout", "nobody answered in time"),
    410: ("Gone", "the number is no longer in use"),
    415: ("Unsupported Media Type", "the gateway supports none of the audio formats"),
    420: ("Bad Extension", "the gateway lacks an extension that the call asks for"),
    423: ("Interval Too Brief", "the gateway wants longer intervals"),
    480: ("Temporarily Unavailable", "the callee cannot be reached at the moment"),
    481: ("Call Does Not Exist", "the gateway does not know the call any more"),
    482: ("Loop Detected", "the call was sent in a circle"),
    483: ("Too Many Hops", "the call passed through too many gateways"),
    484: ("Address Incomplete", "the number is too short"),
    485: ("Ambiguous", "the number could mean several callees"),
    486: ("Busy Here", "the callee is busy"),
    487: ("Request Terminated", "the call was ended before it was answered"),
    488: ("Not Acceptable Here", "the gateway does not take this audio or encryption"),
    491: ("Request Pending", "the gateway was busy with another request of this call"),
    493: ("Undecipherable", "the gateway could not read what was encrypted"),
    500: ("Server Internal Error", "the gateway failed"),
    501: ("Not Implemented", "the gateway cannot do this"),
    502: ("Bad Gateway", "a gateway further on failed"),
    503: ("Service Unavailable", "the gateway takes no calls at the moment"),
    504: ("Server Time-out", "a gateway further on did not answer in time"),
    505: ("Version Not Supported", "the gateway speaks another version of SIP"),
    513: ("Message Too Large", "the gateway finds the request too long"),
    580: ("Precondition Failure", "the gateway could not reserve what the call needs"),
    600: ("Busy Everywhere", "the callee is busy on every line"),
    603: ("Decline", "the callee, or the carrier for them, declined the call"),
    604: ("Does Not Exist Anywhere", "the number does not exist"),
    606: ("Not Acceptable", "the callee cannot take what the call offers"),
    607: ("Unwanted", "the callee does not want calls of this kind"),
    608: ("Rejected", "something on the way took the call for unwanted"),
}
_CLASSES = {
    1: "the call is under way",
    2: "the call was answered",
    3: "the call was pointed elsewhere",
    4: "the carrier could not carry the call as it was asked",
    5: "the gateway failed",
    6: "no phone of the callee takes the call",
}


def sip_name(code: int) -> str:
    """Give a code with its name, such as `486 Busy Here`."""
    return f"{code} {_CODES[code][0]}" if code in _CODES else str(code)


def sip_words(code: int | None) -> str:
    """Give a code in words, such as `486 Busy Here: the callee is busy`; nothing where there is none."""
    if code is None:
        return ""
    meaning = _CODES[code][1] if code in _CODES else _CLASSES.get(code // 100, "")
    return f"{sip_name(code)}: {meaning}" if meaning else sip_name(code)
