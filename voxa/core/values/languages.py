"""BCP 47 language tags, such as en-US. Subtags are those of the IANA registry, by langcodes."""

import langcodes
from langcodes.tag_parser import LanguageTagError

LONGEST = 35


class BadLanguage(ValueError):
    """The text is not a language tag. The message is for people and names the remedy."""


def canonical_language(text: str) -> str:
    """Return a tag in BCP 47 spelling, such as `en-US` for `EN-us`, `he` for the former `iw`. Raise `BadLanguage`."""
    tag = text.strip()
    try:
        parsed = langcodes.Language.get(tag, normalize=True)
        named = (parsed.language or "und") != "und" and not tag.lower().startswith("x-")
        valid = named and tag.isascii() and parsed.is_valid() and not parsed.extlangs
        canonical = parsed.to_tag()
    except (LanguageTagError, ValueError):
        valid, canonical = False, ""
    if not valid or len(canonical) > LONGEST:
        raise BadLanguage(f"“{text[:60]}” is not a language tag. Use a BCP 47 tag such as en-US, de or pt-BR.")
    return canonical
