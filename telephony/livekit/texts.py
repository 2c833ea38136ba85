"""Make texts of LiveKit and carriers safe to store and show: one line, shortened, without secrets. Pure."""

import re

LONGEST = 300  # maximum length
_WRAPPED = re.compile(r"^(?:twirp error \w+:\s*|rpc error: code = \w+ desc =\s*)+", re.IGNORECASE)
_HIDDEN = "***"
_SECRETS = (
    # user:password@ and user@ of a URI, after its scheme or where a URI begins
    (re.compile(r"(?<=://)[^\s/@]+(?=@)"), _HIDDEN),
    (re.compile(r"(\bsips?:)[^\s@:<>;]+:[^\s@<>]+(?=@)", re.IGNORECASE), r"\1" + _HIDDEN),
    (re.compile(r"(^|[\s\"'<(=])(?!sips?:|tel:)[^\s@:/<>\"'(=]+:[^\s@/<>\"'()]+(?=@)"), r"\1" + _HIDDEN),
    # Credentials of HTTP and SIP headers
    (re.compile(r"\b((?:proxy-)?authorization\s*[:=]).*", re.IGNORECASE), rf"\1 {_HIDDEN}"),
    (re.compile(r"\bdigest\s+(?=\w+\s*=).*", re.IGNORECASE), f"Digest {_HIDDEN}"),
    (re.compile(r"\b(bearer|basic)\s+(?=\S*[\d=])[\w.~+/=-]{8,}", re.IGNORECASE), rf"\1 {_HIDDEN}"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?"), _HIDDEN),
    (re.compile(r"\b(c?nonce|response|ha1)=(\"[^\"]*\"?|[^\s,;&]+)", re.IGNORECASE), rf"\1={_HIDDEN}"),
    # name=value, name: value, name "value"
    (
        re.compile(
            r"\b((?:\w+[_-])?(?:password|passwd|pass|pwd|secret|token|api[_-]?key))"
            r"(\"?\s*[:=]\s*|\s+(?=\"))(\"[^\"]*\"?|'[^']*'?|[^\s,;&]+)",
            re.IGNORECASE,
        ),
        r"\1\2" + _HIDDEN,
    ),
)


def public_text(text: str) -> str:
    """Return a text in one line, without LiveKit's wrapping and without secrets, shortened to `LONGEST`."""
    plain = _WRAPPED.sub("", " ".join(text.replace("\x00", "").split()))
    for pattern, instead in _SECRETS:
        plain = pattern.sub(instead, plain)
    return plain[:LONGEST]
