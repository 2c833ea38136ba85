"""Identify columns by the headings in the first line, in any order, or by their cells."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

NUMBER = "number"
# A heading names a column when one of its words does.
_TABLE = """
number: number numbers phone phones phonenumber telephone tel msisdn mobile cell cellphone mobil handy callerid e164
number: fax callee contactnumber nummer rufnummer telefon telefonnummer telefonnr rufnr mobilnummer numero numeros
number: telephones telefono celular movil portable telefone telefoon nummero numer puhelin
note: note notes comment comments reason reasons remark remarks notiz notizen bemerkung kommentar grund commentaire
note: raison nota notas comentario motivo
label: label labels name title description bezeichnung beschreibung nom nombre etiqueta
agent: agent agents agentid agentname assistant bot
trunk: trunk trunks trunkid trunkname siptrunk carrier
transfer_trunk: transfertrunk transfertrunkid
"""
_WORDS: dict[str, set[str]] = {}
for _line in _TABLE.strip().splitlines():
    _name, _, _some = _line.partition(":")
    _WORDS.setdefault(_name, set()).update(_some.split())
_WHOLE = {"to": NUMBER, "did": NUMBER, "ani": NUMBER}  # words of sentences too
# Words that say which number a heading means, so that "agent phone" is a number and not an agent.
_ORDER = ("transfer_trunk", NUMBER, "note", "trunk", "agent", "label")
_ASIDE = frozenset(("country", "code", "type", "count", "area", "ext", "extension"))  # no "phone type"


def column_of(heading: str) -> str | None:
    """Return the column of a heading, or None if it is unknown."""
    words = _split(heading)
    joined = "".join(words)
    for name in _ORDER:
        if joined in _WORDS[name] or _WHOLE.get(joined) == name:
            return name
    if not words or len(words) > 5 or _ASIDE & set(words):
        return None
    return next((name for name in _ORDER if _WORDS[name] & set(words)), None)


def is_heading_word(cell: str) -> bool:
    """Return whether a cell is a known heading."""
    return column_of(cell) is not None


def name_columns(cells: Sequence[str], wanted: Iterable[str]) -> list[str | None]:
    """Return for each heading the column it names; a second one of the same name is unknown, but for numbers."""
    taken, found, wanted = set[str](), list[str | None](), set(wanted)
    for cell in cells:
        name = column_of(cell)
        if name not in wanted or (name in taken and name != NUMBER):
            name = None
        if name:
            taken.add(name)
        found.append(name)
    return found


def _split(heading: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter)).lower().replace("e.164", "e164")
    plain = re.sub(r"\([^)]*\)", " ", plain) if re.match(r"\w", plain) else plain
    return re.findall(r"[^\W_]+", plain)
