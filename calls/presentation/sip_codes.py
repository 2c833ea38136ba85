"""SIP response codes in words: what the RFCs call them, and what they mean to somebody who waits for a call.

Names are those of IANA's registry of SIP response codes; 687 is what some carriers answer to unwanted calls.
"""

_CODES: dict[int, tuple[str, str]] = {
    180: ("Ringing", "the callee's phone rings"),
    181: ("Call Is Being Forwarded", "the call is being forwarded"),
    182: ("Queued", "the callee's side put the call into a queue"),
    183: ("Session Progress", "the call is being set up"),
    200: ("OK", "the call was answered"),
    300: ("Multiple Choices", "the carrier offers several other addresses"),
    301: ("Moved Permanently", "the number moved to another address for good"),
    302: ("Moved Temporarily", "the number is at another address for now"),
    305: ("Use Proxy", "the carrier asks to go through another gateway"),
    380: ("Alternative Service", "the carrier offers another service instead"),
    400: ("Bad Request", "the gateway does not understand the call"),
    401: ("Unauthorized", "the gateway wants credentials"),
    402: ("Payment Required", "the account at the carrier has no credit"),
    403: ("Forbidden", "the carrier refuses to carry the call"),
    404: ("Not Found", "the carrier knows no such number"),
    405: ("Method Not Allowed", "the gateway takes no calls at this address"),
    406: ("Not Acceptable", "the gateway cannot offer what the call needs"),
    407: ("Proxy Authentication Required", "the gateway wants credentials, or does not take those it got"),
    408: ("Request Timeout", "nobody answered in time"),
    409: ("Conflict", "the gateway finds the call in conflict with its state"),
    410: ("Gone", "the number is no longer in use"),
    411: ("Length Required", "the gateway wants to know the length of the request"),
    412: ("Conditional Request Failed", "a condition of the gateway is not met"),
    413: ("Request Entity Too Large", "the gateway finds the request too long"),
    414: ("Request-URI Too Long", "the gateway finds the number or address too long"),
    415: ("Unsupported Media Type", "the gateway supports none of the audio formats"),
    416: ("Unsupported URI Scheme", "the gateway does not take this kind of address"),
    417: ("Unknown Resource-Priority", "the gateway does not know the priority asked for"),
    420: ("Bad Extension", "the gateway lacks an extension that the call asks for"),
    421: ("Extension Required", "the gateway wants an extension that LiveKit lacks"),
    422: ("Session Interval Too Small", "the gateway wants longer session timers"),
    423: ("Interval Too Brief", "the gateway wants longer intervals"),
    424: ("Bad Location Information", "the gateway cannot use the location"),
    425: ("Bad Alert Message", "the gateway cannot use the alert"),
    428: ("Use Identity Header", "the carrier wants a signed caller ID (STIR)"),
    429: ("Provide Referrer Identity", "by carriers: too many calls in a short time"),
    430: ("Flow Failed", "the gateway lost its way to the next one"),
    433: ("Anonymity Disallowed", "the carrier takes no call without a caller ID"),
    436: ("Bad Identity Info", "the carrier cannot check the signed caller ID"),
    437: ("Unsupported Credential", "the carrier does not accept who signed the caller ID"),
    438: ("Invalid Identity Header", "the carrier finds the signature of the caller ID invalid"),
    439: ("First Hop Lacks Outbound Support", "the gateway lacks an extension that the call asks for"),
    440: ("Max-Breadth Exceeded", "the call was forked too often"),
    469: ("Bad Info Package", "the gateway does not understand the request"),
    470: ("Consent Needed", "the callee has not agreed to be called"),
    480: ("Temporarily Unavailable", "the callee cannot be reached at the moment"),
    481: ("Call Does Not Exist", "the gateway does not know the call any more"),
    482: ("Loop Detected", "the call was sent in a circle"),
    483: ("Too Many Hops", "the call passed through too many gateways"),
    484: ("Address Incomplete", "the number is too short"),
    485: ("Ambiguous", "the number could mean several callees"),
    486: ("Busy Here", "the callee is busy"),
    487: ("Request Terminated", "the call was ended before it was answered"),
    488: ("Not Acceptable Here", "the gateway does not take this audio codec or encryption"),
    489: ("Bad Event", "the gateway does not know the event"),
    491: ("Request Pending", "the gateway was busy with another request of this call"),
    493: ("Undecipherable", "the gateway could not read what was encrypted"),
    494: ("Security Agreement Required", "the gateway wants an agreement on security"),
    500: ("Server Internal Error", "the gateway failed"),
    501: ("Not Implemented", "the gateway cannot do this"),
    502: ("Bad Gateway", "a gateway further on failed"),
    503: ("Service Unavailable", "the gateway takes no calls at the moment"),
    504: ("Server Time-out", "a gateway further on did not answer in time"),
    505: ("Version Not Supported", "the gateway speaks another version of SIP"),
    513: ("Message Too Large", "the gateway finds the request too long"),
    555: ("Push Notification Service Not Supported", "the gateway cannot wake the callee's phone"),
    580: ("Precondition Failure", "the gateway could not reserve what the call needs"),
    600: ("Busy Everywhere", "the callee is busy on every line"),
    603: ("Decline", "the callee, or the carrier for them, declined the call"),
    604: ("Does Not Exist Anywhere", "the number does not exist"),
    606: ("Not Acceptable", "the callee cannot take what the call offers"),
    607: ("Unwanted", "the callee does not want calls of this kind"),
    608: ("Rejected", "something on the way took the call for unwanted"),
    687: ("Unwanted by Network", "the network took the call for unwanted"),
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
    """Return a code with its name, such as `486 Busy Here`."""
    return f"{code} {_CODES[code][0]}" if code in _CODES else str(code)


def sip_words(code: int | None) -> str:
    """Return a code in words, such as `486 Busy Here: the callee is busy`; nothing where there is none."""
    if code is None:
        return ""
    meaning = _CODES[code][1] if code in _CODES else _CLASSES.get(code // 100, "")
    return f"{sip_name(code)}: {meaning}" if meaning else sip_name(code)
