"""Decode an uploaded file. The encoding is detected and reported."""

import codecs
from dataclasses import dataclass

from voxa.core.imports.errors import FileError

AS_CSV = "Save it as CSV UTF-8, and import that."
_MARKS = (  # the long ones first: UTF-32's little-endian mark begins as UTF-16's does
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_OTHER_FILES = (
    (b"PK\x03\x04", "This is an Excel or OpenDocument workbook (or another ZIP file), not a CSV file."),
    (b"\xd0\xcf\x11\xe0", "This is an old Excel workbook, not a CSV file."),
    (b"%PDF", "This is a PDF, not a CSV file."),
    (b"\x1f\x8b", "This file is compressed. Unpack it first."),
)
_SAMPLE = 4_096  # bytes that are looked at for UTF-16 without a mark


@dataclass(frozen=True, slots=True)
class Text:
    """A file's text and its encoding, such as `utf-8` or `windows-1252`."""

    text: str
    encoding: str


def read_text(data: bytes) -> Text:
    """Decode a file: by its byte order mark, else as UTF-16 by its zero bytes, UTF-8, or Windows-1252.

    Raises FileError for what is no text.
    """
    for beginning, words in _OTHER_FILES:
        if data.startswith(beginning):
            raise FileError("not_csv", f"{words} {AS_CSV}")
    found = _decoded(data)
    if "\0" in found.text:
        raise FileError("null_characters", f"It has null characters, which are not allowed in text. {AS_CSV}")
    return found


def _decoded(data: bytes) -> Text:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return Text(_strictly(data[len(mark) :], encoding), encoding)
    if encoding := _utf16_without_mark(data[:_SAMPLE]):
        return Text(_strictly(data, encoding), encoding)
    try:
        return Text(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return _single_byte(data)


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise FileError("encoding", f"It begins as {encoding.upper()} but is not. {AS_CSV}") from None


def _utf16_without_mark(sample: bytes) -> str:
    """Return which UTF-16 the sample is: ASCII in it has a zero as every second byte."""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = max(len(sample) // 2, 1)
    if odd > half * 0.4 and even < half * 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > half * 0.4 and odd < half * 0.1 else ""


def _single_byte(data: bytes) -> Text:
    """Decode Windows-1252, as saved by Western European spreadsheets; a control character means that it is no text."""
    for encoding in ("windows-1252", "latin-1"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not any(letter < " " and letter not in "\t\r\n" for letter in text):
            return Text(text, encoding)
    raise FileError("encoding", f"This is not text in UTF-8, UTF-16 or Windows-1252. {AS_CSV}")
