"""Values that no door takes: one table per kind, tried at every field of that kind."""

TARGETS = [
    "+x",
    "+",
    "+1",
    "+0202555",
    "tel:+12025550142;ext=7",
    "tel:+x",
    "tel:",
    "sip:",
    "sip:desk@",
    "sip:@example.org",
    "sip:19005550142@example.org",
    "sip:0019005550142@example.org",
    "sip:desk@example.org:0",
    "sip:desk@example.org:99999",
    "sip:desk@example.org:",
    "sip:desk@bad host",
    "sip:desk@1.2.3",
    "sip:desk@-bad.example",
    "sip:a@b@c",
    "sip:de sk@example.org",
    "mailto:desk@example.org",
    "https://example.org",
    "javascript:alert(1)",
    "desk@example.org",
    "desk",
]

# After the scheme; each is refused for every scheme.
URLS = [
    "{scheme}",
    "{scheme}:",
    "{scheme}://",
    "{scheme}:///path",
    "{scheme}:hooks.example.com",
    "{scheme}:/hooks.example.com",
    "//hooks.example.com",
    "hooks.example.com",
    "ftp://hooks.example.com",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "{scheme}://hooks.example.com/a b",
    "{scheme}://hooks example.com/",
    "{scheme}://hooks.example.com/\u00a0x",
    "{scheme}://hooks.example.com/a\tb",
    "{scheme}://hooks.example.com/\n",
    "{scheme}://hooks.example.com/a\nb",
    "{scheme}://hooks.example.com/#section",
    "{scheme}://hooks.example.com/#",
    "{scheme}://hooks.example.com/{{id}}",
    "{scheme}://hooks.example.com/{{{{id}}}}",
    "{scheme}://{{tenant}}.example.com/",
    "{scheme}://hooks.example.com/<id>",
    '{scheme}://hooks.example.com/"x"',
    "{scheme}://hooks.example.com/\\x",
    "{scheme}://hooks.example.com\\@evil.example/",
    "{scheme}://hooks.example.com/%zz",
    "{scheme}://hooks.example.com/%",
    "{scheme}://user:secret@hooks.example.com/",
    "{scheme}://user@hooks.example.com/",
    "{scheme}://@hooks.example.com/",
    "{scheme}://:443/",
    "{scheme}://hooks.example.com:/",
    "{scheme}://hooks.example.com:0/",
    "{scheme}://hooks.example.com:65536/",
    "{scheme}://hooks.example.com:-1/",
    "{scheme}://hooks.example.com:+443/",
    "{scheme}://hooks.example.com:443a/",
    "{scheme}://[::1/",
    "{scheme}://[::1]x/",
    "{scheme}://-bad.example.com/",
    "{scheme}://a..example.com/",
    "{scheme}://{long}.example.com/",
    "{scheme}://xn--zz.\u2488/",
]
# Ports of other protocols: no address of a customer has one. The operator's own server may listen where it likes.
OTHER_PROTOCOLS = [f"{{scheme}}://hooks.example.com:{port}/" for port in (1, 22, 25, 110, 5060, 6667)]


def urls(scheme: str) -> list[str]:
    """Return the bad URLs with a scheme that would be right."""
    return [text.format(scheme=scheme, long="x" * 64) for text in URLS]


def customer_urls(scheme: str) -> list[str]:
    """Return the URLs that a customer's field refuses."""
    return urls(scheme) + [text.format(scheme=scheme) for text in OTHER_PROTOCOLS]


LANGUAGES = [
    "xx-invalid",
    "xx",
    "english",
    "English",
    "en-",
    "-en",
    "e",
    "en--US",
    "en-US-",
    "123",
    "de-DE-DE",
    "en-USA",
]
LANGUAGES += ["klingon", "en us", "deutsch", "en;q=1", "en,de", "*", "x-mine", "\u0435n", "q", "en-\u00dcS"]
TIME_ZONES = ["Mars/Olympus", "PST", "CEST", "+02:00", "UTC+2", "GMT+25", "Europe", "Europe/", "Factory", "localtime"]
TIME_ZONES += ["Europe/Berlin/Mitte", "../etc/passwd", "Europe/Berl\u00een", "0", "local"]
SIP_USERS = [
    "",
    "a b",
    "a@b",
    "a.b",
    "a:b",
    "a/b",
    "\u00fcser",
    "a" * 65,
    "user;x=1",
    "<user>",
    "a\n",
    "%61",
    "a_b",
    "+1",
]
WEEKDAYS: list[object] = [[7], [-1], ["Monday"], ["mon"], "0", [1.5], [None], [[0]], {"0": True}]
