"""PDF, HTML, Markdown and text become passages with their place; what has no text says why."""

import pytest

from agents.knowledge import reading
from agents.knowledge.cutting import LENGTH, cut
from agents.knowledge.reading import Unreadable, read


def pdf(*pages: str, more: str = "") -> bytes:
    """Return a PDF with these lines, a page each."""
    kids = " ".join(f"{3 + 2 * place} 0 R" for place in range(len(pages)))
    rows = ["<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>"]
    for place, text in enumerate(pages):
        font = "<< /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
        rows.append(f"<< /Type /Page /Parent 2 0 R /Contents {4 + 2 * place} 0 R /Resources {font} >>")
        stream = f"BT /F 12 Tf 72 700 Td ({text}) Tj ET"
        rows.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    body, places = "%PDF-1.4\n", []
    for number, row in enumerate(rows, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{row}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"trailer\n<< /Size {len(rows) + 1} /Root 1 0 R {more}>>\nstartxref\n{len(body)}\n%%EOF"
    return f"{body}xref\n0 {len(rows) + 1}\n0000000000 65535 f \n{table}{end}".encode()


def passages(data: bytes, kind: str) -> list[tuple[str, str]]:
    return [(one.place, one.text) for one in cut(read(data, kind))]


def test_the_pages_of_a_pdf() -> None:
    found = passages(pdf("Open from nine.", "", "A repair costs 40 euros."), "pdf")
    assert found == [("page 1", "Open from nine."), ("page 3", "A repair costs 40 euros.")]
    assert passages(pdf("Open."), "text") == [("page 1", "Open.")]  # whatever its name


def test_html_is_its_content_under_its_headings() -> None:
    page = (
        b"<html><head><title>T</title><style>p{}</style></head><body><nav>Menu</nav><main><h1>Visits</h1>"
        b"<p>Open from <a href='/x'>nine</a>.</p><script>track()</script><table><tr><th>Day</th><th>Time</th></tr>"
        b"<tr><td>Monday</td><td>9 to 5</td></tr></table></main><footer>Imprint</footer></body></html>"
    )
    ((place, text),) = passages(page, "html")
    assert place == "Visits"
    assert "Open from nine." in text
    assert "| Monday | 9 to 5 |" in text
    assert not any(word in text for word in ("Menu", "track", "Imprint", "/x"))


def test_markdown_is_cut_at_its_headings() -> None:
    long = "We are here for you. " * 40
    found = passages(f"# Visits\n\n{long}\n\n## Opening hours\n\nFrom nine.\n\n{long}".encode(), "markdown")
    assert [place for place, text in found if "From nine" in text] == ["Opening hours"]
    assert max(len(text) for _, text in found) <= LENGTH[1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_text_in_each_encoding(encoding: str) -> None:
    assert passages("Geöffnet ab neun.\r\n".encode(encoding), "text") == [("", "Geöffnet ab neun.")]


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        (b"%PDF-1.4 broken", "pdf", "not a readable PDF"),
        (pdf(""), "pdf", "text recognition"),
        (pdf("a", more="/Encrypt << /Filter /Standard /V 1 /R 2 /O (x) /U (x) /P -4 >> "), "pdf", "PDF|password"),
        (b"\x89PNG\x01\x02\xff\x07", "text", "not text"),
        (b"<script>x</script>", "html", "no text"),
        (b"<div>" * 5000 + b"x", "html", "nested too deeply"),
        (b"x" * (reading.LONGEST + 1), "text", "Split it"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, kind: str, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        read(data, kind)
