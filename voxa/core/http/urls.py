"""Validate and normalize URLs that people enter. Pure; `voxa.core.http.outbound` checks destinations."""

import re
from collections.abc import Sequence
from urllib.parse import SplitResult, urlsplit

import idna

DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
# Ports of other protocols, to which no browser sends HTTP either. Source: https://fetch.spec.whatwg.org/#port-blocking
_OTHER_PROTOCOLS = frozenset(
    (
        1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109,
        110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530,
        531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190,
        5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
    )
)  # fmt: skip
_UNWISE = re.compile(r"[\x00-\x20\x7f-\xa0\u2000-\u200f\u2028-\u202f\u2060-\u206f\u3000\ufeff<>\"`^|\\]")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.ASCII)
_PORT = re.compile(r"\d{1,5}", re.ASCII)


class BadUrl(ValueError):
    """The URL is malformed. The message is for people and names the remedy."""


def normalized_url(
    text: str, schemes: Sequence[str] = ("https",), *, query: bool = True, any_port: bool = False
) -> str:
    """Return a URL with scheme and host in lower case, the host in ASCII (IDNA), and no default port.

    `query=False` rejects a query, for base URLs that paths are added to. `any_port=True` accepts ports of other
    protocols, for servers that the operator runs. Raise `BadUrl`.
    """
    example = f"{schemes[0]}://hooks.example.com/voxa"
    if found := _UNWISE.search(text):
        what = "a space" if found[0].isspace() else f"the character {found[0]!r}"
        raise BadUrl(f"A URL cannot have {what} in it. Remove it, or percent-encode it.")
    if "{" in text or "}" in text:
        raise BadUrl("Placeholders are not supported: replace the braces with a value.")
    if _BROKEN_ESCAPE.search(text):
        raise BadUrl("A percent sign starts a code such as %20. Enter a literal percent sign as %25.")
    parts = _split(text, example)
    if parts.scheme not in schemes:
        raise BadUrl(f"The URL must start with {' or '.join(f'{scheme}://' for scheme in schemes)}.")
    if not text[len(parts.scheme) :].startswith("://") or not parts.netloc:
        raise BadUrl(f"The URL has no host. Enter one such as {example}.")
    if "@" in parts.netloc:
        raise BadUrl("Remove the username and password from the URL.")
    if "#" in text:
        raise BadUrl("Remove the # and the text after it: it is never sent.")
    if "?" in text and not query:
        raise BadUrl("Remove the ? and the text after it: paths are added to this URL.")
    return _joined(parts, example, any_port)


def _split(text: str, example: str) -> SplitResult:
    try:
        return urlsplit(text)
    except ValueError:
        raise BadUrl(f"This is not a valid URL. Enter one such as {example}.") from None


def _joined(parts: SplitResult, example: str, any_port: bool) -> str:
    host, port = _host_and_port(parts.netloc)
    name = _ascii_host(host, example)
    if port is None:
        netloc = name
    elif not _PORT.fullmatch(port) or not 1 <= int(port) <= 65535:
        raise BadUrl("The port must be from 1 to 65535. Otherwise remove it with its colon.")
    elif not any_port and int(port) in _OTHER_PROTOCOLS:
        raise BadUrl(f"The port {int(port)} belongs to another protocol. Use 443 or another port for web servers.")
    else:
        netloc = name if int(port) == DEFAULT_PORTS[parts.scheme] else f"{name}:{int(port)}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{netloc}{parts.path}{query}"


def _host_and_port(netloc: str) -> tuple[str, str | None]:
    if netloc.startswith("["):
        host, bracket, rest = netloc.partition("]")
        return host + bracket, rest.removeprefix(":") if rest else None
    host, colon, port = netloc.partition(":")
    return host, port if colon else None


def _ascii_host(host: str, example: str) -> str:
    if not host:
        raise BadUrl(f"The URL has no host. Enter one such as {example}.")
    name = host.lower()
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True, transitional=False).decode("ascii")
        except idna.IDNAError:
            name = ""
    labels = name.removesuffix(".").split(".")
    if not name.startswith("[") and not all(_LABEL.fullmatch(label) for label in labels):
        raise BadUrl(f"{host[:100]} is not a host name. Enter a URL such as {example}.")
    return name
