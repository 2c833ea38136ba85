"""SIP response codes: their RFC names and their meaning for the caller.

Names are from IANA's registry of SIP response codes; some carriers send 687 for unwanted calls.
"""

_CODES: dict[int, tuple[str, str]] = {
    180: ("Ringing", "the callee's phone is ringing"),
    181: ("Call Is Being Forwarded", "the call is being forwarded"),
    182: ("Queued", "the callee's system queued the call"),
    183: ("Session Progress", "the call is being set up"),
    200: ("OK", "the call was answered"),
    300: ("Multiple Choices", "the carrier offers several other addresses"),
    301: ("Moved Permanently", "the number moved permanently to another address"),
    302: ("Moved Temporarily", "the number moved temporarily to another address"),
    305: ("Use Proxy", "the carrier requires another gateway"),
    380: ("Alternative Service", "the carrier offers another service instead"),
    400: ("Bad Request", "the gateway rejected the request as malformed"),
    401: ("Unauthorized", "the gateway requires credentials"),
    402: ("Payment Required", "the carrier account has no credit"),
    403: ("Forbidden", "the carrier refused the call"),
    404: ("Not Found", "the carrier does not know the number"),
    405: ("Method Not Allowed", "the gateway accepts no calls at this address"),
    406: ("Not Acceptable", "the gateway cannot offer what the call needs"),
    407: ("Proxy Authentication Required", "the gateway requires credentials or rejected them"),
    408: ("Request Timeout", "nobody answered in time"),
    409: ("Conflict", "the call conflicts with the gateway's state"),
    410: ("Gone", "the number is no longer in use"),
    411: ("Length Required", "the gateway requires the length of the request"),
    412: ("Conditional Request Failed", "a condition of the request was not met"),
    413: ("Request Entity Too Large", "the request is too large for the gateway"),
    414: ("Request-URI Too Long", "the number or address is too long for the gateway"),
    415: ("Unsupported Media Type", "the gateway supports none of the audio formats"),
    416: ("Unsupported URI Scheme", "the gateway does not support this kind of address"),
    417: ("Unknown Resource-Priority", "the gateway does not know the requested priority"),
    420: ("Bad Extension", "the gateway does not support a required extension"),
    421: ("Extension Required", "the gateway requires an extension that LiveKit lacks"),
    422: ("Session Interval Too Small", "the gateway requires longer session timers"),
    423: ("Interval Too Brief", "the gateway requires longer intervals"),
    424: ("Bad Location Information", "the gateway cannot use the location"),
    425: ("Bad Alert Message", "the gateway cannot use the alert"),
    428: ("Use Identity Header", "the carrier requires a signed caller ID (STIR)"),
    429: ("Provide Referrer Identity", "used by carriers for too many calls in a short time"),
    430: ("Flow Failed", "the gateway lost its connection to the next one"),
    433: ("Anonymity Disallowed", "the carrier accepts no calls without a caller ID"),
    436: ("Bad Identity Info", "the carrier cannot verify the signed caller ID"),
    437: ("Unsupported Credential", "the carrier does not accept the signer of the caller ID"),
    438: ("Invalid Identity Header", "the signature of the caller ID is invalid"),
    439: ("First Hop Lacks Outbound Support", "the gateway does not support a required extension"),
    440: ("Max-Breadth Exceeded", "the call was forked too often"),
    469: ("Bad Info Package", "the gateway does not support the request"),
    470: ("Consent Needed", "the callee has not agreed to be called"),
    480: ("Temporarily Unavailable", "the callee is temporarily unavailable"),
    481: ("Call Does Not Exist", "the gateway no longer has the call"),
    482: ("Loop Detected", "the call was routed in a loop"),
    483: ("Too Many Hops", "the call passed through too many gateways"),
    484: ("Address Incomplete", "the number is too short"),
    485: ("Ambiguous", "the number is ambiguous"),
    486: ("Busy Here", "the callee is busy"),
    487: ("Request Terminated", "the call was ended before it was answered"),
    488: ("Not Acceptable Here", "the gateway does not support the audio codec or encryption"),
    489: ("Bad Event", "the gateway does not know the event"),
    491: ("Request Pending", "the gateway was busy with another request of this call"),
    493: ("Undecipherable", "the gateway could not decrypt the request"),
    494: ("Security Agreement Required", "the gateway requires a security agreement"),
    500: ("Server Internal Error", "the gateway failed"),
    501: ("Not Implemented", "the gateway does not support this"),
    502: ("Bad Gateway", "an upstream gateway failed"),
    503: ("Service Unavailable", "the gateway is not accepting calls at the moment"),
    504: ("Server Time-out", "an upstream gateway did not respond in time"),
    505: ("Version Not Supported", "the gateway uses another version of SIP"),
    513: ("Message Too Large", "the request is too large for the gateway"),
    555: ("Push Notification Service Not Supported", "the gateway cannot wake the callee's phone"),
    580: ("Precondition Failure", "the gateway could not reserve resources for the call"),
    600: ("Busy Everywhere", "the callee is busy on every line"),
    603: ("Decline", "the callee, or the carrier on their behalf, declined the call"),
    604: ("Does Not Exist Anywhere", "the number does not exist"),
    606: ("Not Acceptable", "the callee does not support what the call offers"),
    607: ("Unwanted", "the callee does not want calls of this kind"),
    608: ("Rejected", "an intermediary blocked the call as unwanted"),
    687: ("Unwanted by Network", "the network blocked the call as unwanted"),
}
_CLASSES = {
    1: "the call is in progress",
    2: "the call was answered",
    3: "the call was redirected",
    4: "the carrier rejected the call",
    5: "the gateway failed",
    6: "no phone of the callee accepts the call",
}


def sip_name(code: int) -> str:
    """Return a code with its name, for example `486 Busy Here`."""
    return f"{code} {_CODES[code][0]}" if code in _CODES else str(code)


def sip_words(code: int | None) -> str:
    """Return a code with its meaning, for example `486 Busy Here: the callee is busy`; empty if there is none."""
    if code is None:
        return ""
    meaning = _CODES[code][1] if code in _CODES else _CLASSES.get(code // 100, "")
    return f"{sip_name(code)}: {meaning}" if meaning else sip_name(code)
