"""From the bytes of a file or page to its text.

The readers of HTML and PDF are imported where they read: they would be a sixth of the start of each process.
"""

import io
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass

from voxa.core.imports.errors import FileError
from voxa.core.imports.files import read_text

PDF, HTML, MARKDOWN, TEXT = "pdf", "html", "markdown", "text"
BY_ENDING = {
    "pdf": PDF, "html": HTML, "htm": HTML, "xhtml": HTML, "md": MARKDOWN, "markdown": MARKDOWN,
    "txt": TEXT, "text": TEXT,
}  # fmt: skip
BY_TYPE = {
    "application/pdf": PDF, "text/html": HTML, "application/xhtml+xml": HTML, "text/markdown": MARKDOWN,
    "text/x-markdown": MARKDOWN, "text/plain": TEXT,
}  # fmt: skip
MOST_PAGES = 500
LONGEST = 1_000_000  # characters
SECONDS = 30.0
_NOT_CONTENT = (
    "script", "style", "noscript", "template", "svg", "iframe", "nav", "aside", "form", "button", "select", "head",
)  # fmt: skip
_TOO_LONG = f"It has more than {LONGEST:,} characters. Split it into several files."

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its warnings may quote a file


class Unreadable(Exception):
    """Raised for content that has no readable text, with the reason and the remedy."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a text with its place, such as `page 3`; empty where the text's headings tell it."""

    text: str
    place: str = ""
    is_markdown: bool = False


def read(data: bytes, kind: str) -> list[Section]:
    """Return the text of PDF, HTML, Markdown or plain text. Raise `Unreadable`."""
    if data.startswith(b"%PDF-"):
        kind = PDF
    found = list(_pages(data)) if kind == PDF else [_section(data, kind)]
    found = [one for one in found if one.text.strip()]
    if not found:
        scanned = " Scanned pages need text recognition (OCR) first." if kind == PDF else ""
        raise Unreadable(f"It has no text.{scanned}")
    if sum(len(one.text) for one in found) > LONGEST:
        raise Unreadable(_TOO_LONG)
    return found


def _section(data: bytes, kind: str) -> Section:
    if kind == HTML:
        return Section(_from_html(data), is_markdown=True)
    try:
        return Section(read_text(data).text, is_markdown=kind == MARKDOWN)
    except FileError:
        raise Unreadable("It is not text in UTF-8, UTF-16 or Windows-1252. Save it as UTF-8.") from None


def _from_html(data: bytes) -> str:
    """Return the content of a page as Markdown, without scripts, navigation, images and link targets."""
    from bs4 import BeautifulSoup
    from markdownify import MarkdownConverter

    try:
        page = BeautifulSoup(data, "html.parser")
        for tag in page(_NOT_CONTENT):
            tag.decompose()
        content = page.find("main") or page.find("article") or page.body or page
        text: str = MarkdownConverter(heading_style="ATX", strip=["a", "img"]).convert_soup(content)
    except (RecursionError, ValueError, AssertionError):
        raise Unreadable(
            "The HTML is malformed or nested too deeply. Save the page as text, and upload that."
        ) from None
    return text.replace("\0", "")


def _pages(data: bytes) -> Iterator[Section]:
    """Yield the pages of a PDF within `SECONDS`."""
    from pypdf import PdfReader

    until, length = time.monotonic() + SECONDS, 0
    try:
        pages = PdfReader(io.BytesIO(data)).pages
        if len(pages) > MOST_PAGES:
            raise Unreadable(f"It has more than {MOST_PAGES} pages. Split it into several files.")
        for number, page in enumerate(pages, 1):
            text = page.extract_text().replace("\0", "").encode("utf-8", "replace").decode()
            length += len(text)
            if length > LONGEST:
                raise Unreadable(_TOO_LONG)
            if time.monotonic() > until:
                raise Unreadable("Reading it takes too long. Save its text as a text or Markdown file.")
            yield Section(text, f"page {number}")
    except Unreadable:
        raise
    except Exception as error:  # a broken file fails in many ways, and the exception may quote it
        if "decrypt" in str(error).lower() or "password" in str(error).lower():
            raise Unreadable("It is protected by a password. Remove the password, and upload it again.") from None
        raise Unreadable("It is not a readable PDF. Save it again as PDF, or upload its text.") from None
