"""Extract digits from user input and SIP headers: schemes, parameters, separators, scripts. No numbering plans."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Never
from urllib.parse import unquote

LONGEST_TEXT = 300  # characters; a SIP address with parameters
_LETTER_DASHES = frozenset(
    "\u30fc\u2212\u223c\u00b7\u2022"
)  # long vowel mark, minus, tilde, dots: no dashes by category
_SEPARATORS = frozenset(" \t-.()/[]~_\u2053") | _LETTER_DASHES
_SCHEME = re.compile(r"\s*(tel|sips?|callto|phone|fax|sms)\s*:\s*(?://)?", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"[^<>]*<([^<>]+)>")  # "Anna" <sip:...>
_CONTEXT = re.compile(r";\s*phone-context\s*=\s*([^;]*)", re.IGNORECASE)
_EXTENSION = re.compile(
    r"(?<=\d)[\s.)\]-]*(?:;\s*(?:ext|isub)\s*=|[,;#]|\b(?:ext|extn|extension|x|xt|xtn|anexo|int|poste|доб|вн|app|toestel|"
    r"durchwahl|dw|nst)\b|(?:ext|x))[\s,;.:#x]*\d{1,15}\s*#?\s*$",
    re.IGNORECASE,
)
_SPREADSHEET = re.compile(r"(\+?\d{7,15})\.0+")  # how a spreadsheet writes a number that it took for a quantity
_OPTIONAL_ZERO = re.compile(r"\(\s*0\s*\)")  # +44 (0)20 ...: dialed inside the country only
EXAMPLE = "+12025550123"


class NumberError(ValueError):
    """A text that is not a phone number. `code` is one of `empty`, `letters`, `extension`, `too_short`, `too_long`,
    `no_country`, `invalid`; `message` is for people and names the remedy.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True)
class Digits:
    """The digits of a text, whether a `+` precedes them, and the digits without an optional `(0)`."""

    digits: str
    international: bool
    without_zero: str

    @property
    def text(self) -> str:
        """Return the digits with the `+`, if any."""
        return ("+" if self.international else "") + self.digits


def read_digits(text: str) -> Digits:
    """Return the digits of a number in any common format. Raise `NumberError` for anything else."""
    if len(text) > LONGEST_TEXT:
        fail("too_long", f"A number has at most 15 digits. Enter one such as {EXAMPLE}.")
    found = _without_scheme(ascii_text(text)).strip(" \t").strip("'\"=").strip(" \t")
    if not found:
        fail("empty", f"Enter a number such as {EXAMPLE}.")
    if spreadsheet := _SPREADSHEET.fullmatch(found):
        found = spreadsheet[1]
    if _EXTENSION.search(found):
        fail("extension", "Extensions are not supported. Remove the extension.")
    plain = _plain(found)
    without_zero = _plain(_OPTIONAL_ZERO.sub("", found))
    return Digits(plain.removeprefix("+"), plain.startswith("+"), without_zero.removeprefix("+"))


def ascii_text(text: str) -> str:
    """Return a text with the digits and signs of every script as ASCII, without invisible characters."""
    letters = []
    for letter in unicodedata.normalize("NFKC", text):
        category = unicodedata.category(letter)
        if category == "Nd":
            letters.append(str(unicodedata.decimal(letter)))
        elif category == "Pd":
            letters.append("-")
        elif category == "Zs":
            letters.append(" ")
        elif category != "Cf":
            letters.append(letter)
    return "".join(letters)


def _without_scheme(text: str) -> str:
    """Return the number in a `tel:` or `sip:` address, with its phone context where it has one."""
    if named := _IN_BRACKETS.match(text):
        text = named[1]
    scheme = _SCHEME.match(text)
    if scheme is None:
        return text
    rest = unquote(text[scheme.end() :])
    if scheme[1].lower().startswith("sip"):
        rest = rest.partition("?")[0]
        user, at, _ = rest.partition("@")
        rest = user if at else re.split(r";(?!phone-context|ext|isub)", rest, maxsplit=1, flags=re.IGNORECASE)[0]
        rest = rest.partition(":")[0]
    return _with_context(rest)


def _with_context(rest: str) -> str:
    """Apply the parameters of RFC 3966: a context that is a prefix is put before the number, an extension stays."""
    number, _, parameters = rest.partition(";")
    context = _CONTEXT.search(f";{parameters}")
    if context and context[1].strip().startswith("+") and not number.strip().startswith("+"):
        number = context[1].strip() + number
    extension = re.search(r"(?:^|;)\s*(ext|isub)\s*=", parameters, re.IGNORECASE)
    return f"{number};ext=1" if extension else number


def _plain(text: str) -> str:
    """Return digits, after a `+` if there is one."""
    if any(letter.isalpha() and letter not in _LETTER_DASHES for letter in text):
        fail("letters", f"A number has digits, not letters. Enter one such as {EXAMPLE}.")
    kept = "".join(letter for letter in text if letter not in _SEPARATORS)
    kept = re.sub(r"^\++", "+", kept)
    if not kept.removeprefix("+").isdigit() or not kept.isascii():
        fail("invalid", f"This is not a single phone number. Enter one such as {EXAMPLE}.")
    return kept


def fail(code: str, message: str) -> Never:
    """Raise NumberError."""
    raise NumberError(code, message)
