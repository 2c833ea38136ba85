"""Detect carrier limits, missing credit and bad credentials in the reason texts of SIP responses. Pure functions.

Carriers report limits with 503, 480, 486, 403 and 429 and their own texts. A text counts if it says that there are
too many calls or channels, or that calls come too fast. Q.850 causes 34, 42 and 44 (congestion) count too.
"""

import re

_UNITS = (
    r"(?:calls?|channels?|sessions?|lines?|ports?|circuits?|dialogs?|connections?|requests?|invites?|concurrency|trunks?|"
    r"call[ -]?legs?|licen[sc]es?|cps|caps)"
)
_LIMITS = r"(?:limits?|limitation|quotas?|capacity|maximum|max|threshold|ceiling|cap)"
_EXCEEDED = r"(?:exceed(?:s|ed|ing)?|reached|hit|over|exhausted|full)"
# Limits of other things than the number or rate of calls.
_OTHER = re.compile(
    r"\b(?:time|duration|length|hops?|forwards?|forwarding|size|digits?|age|distance|amount|credit|spend(?:ing)?|balance|funds|"
    r"ring(?:ing)?|talk|content)\b[ -]*(?:time[ -]*)?" + _LIMITS + r"|\btoo many hops|\bmax-forwards|" + _LIMITS +
    r"[ ]+(?:call[ -]*)?(?:time|duration|length|hops?|forwards?|size|digits?|amount|ring(?:ing)?)\b"
)  # fmt: skip
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?:cps|caps)\b",
        r"\bcalls?[ ]?(?:per|a|/)[ ]?(?:second|sec|s|minute|min)\b",
        rf"\b{_UNITS}\b(?: \w+)? {_LIMITS}\b",
        rf"\b(?:limit|quota|capacity|maximum|max)\b[ :]*(?:\w+ ){{0,5}}(?:{_UNITS}|concurrent|simultaneous)\b",
        rf"\b(?:limit|quota|threshold|allowance)s? (?:is |was |has been |have been )?{_EXCEEDED}\b",
        rf"\b{_EXCEEDED} (?:\w+ ){{0,4}}(?:{_LIMITS}|{_UNITS}|rate)\b",
        rf"\btoo many (?:\w+ ){{0,3}}{_UNITS}\b",
        rf"\b(?:concurrent|simultaneous|parallel)(?:ly)? (?:\w+ )?{_UNITS}\b",
        rf"\b(?:concurrent|simultaneous|concurrency)\b.*\b{_LIMITS}\b",
        rf"\bno (?:more |free |available |idle |spare )*(?:{_UNITS}|capacity)(?: available| free| left| idle|$)",
        r"\bno (?:more |free |available |idle |spare )*(?:channels?|circuits?|ports?|capacity|circuit channel)\b",
        r"\b(?:channels?|sessions?|ports?|circuits?|trunk(?: group)?)(?: is| are)? "
        r"(?:exhausted|full|unavailable|not available|busy)\b",
        r"\ball (?:\w+ )?(?:circuits|channels|trunks|ports)\b.*\b(?:busy|in use|occupied|taken)\b",
        r"\bcongest(?:ion|ed)\b",
        r"\bthrottl\w*",
        r"\brate[ -]?limit\w*|\bburst (?:rate )?limit|\brate (?:\w+ )?(?:exceeded|reached|too high)",
        r"\b(?:exceed\w*|over|above) (?:\w+ ){0,3}rate\b",
        r"\bquota\b",
        r"\b(?:over|at|out of|insufficient|exceed\w*|lack of|beyond|above|full|max(?:imum)?) capacity\b",
        r"\bcapacity (?:\w+ )?(?:exceeded|reached|full|limit\w*|unavailable|exhausted)\b",
        r"\bcall admission\b|\binsufficient bandwidth\b|\bflood(?:ing)?\b|\bslow down\b",
        r"\bcall gapping\b|\bmax(?:imum)? cc\b|\btoo many requests\b",
        r"\bcause ?= ?(?:34|42|44)\b",
    )
)
_RETRY_AFTER = re.compile(r"\bretry[ -]?after\b\W*(\d{1,6})", re.IGNORECASE)
_NO_CREDIT = re.compile(
    r"\b(?:insufficient|not enough|no|low|out of|lack of|negative|exhausted|zero) (?:\w+ )?"
    r"(?:funds|balance|credits?|money)\b|"
    r"\b(?:balance|credit|spend(?:ing)?|funds)\b.*\b(?:exhausted|exceeded|low|insufficient|limit|reached|empty)\b|"
    r"\bpayment required\b|\baccount (?:is )?(?:suspended|unfunded)\b|\bprepaid\b.*\b(?:expired|empty)\b",
    re.IGNORECASE,
)
_BAD_LOGIN = re.compile(
    r"\b(?:wrong|bad|invalid|incorrect|unknown) (?:\w+ )?(?:password|credentials?|username|auth\w*|login)\b|"
    r"\bauth(?:entication|orization)?(?: id)? (?:failed|failure|error|required|rejected)\b|\bauth user mismatch\b",
    re.IGNORECASE,
)
_NOT_BY_WORDS = frozenset({401, 404, 407, 410, 484, 604})  # these codes are unambiguous, whatever the text


def retry_after(words: str) -> int | None:
    """Return the seconds of a `Retry-After` in a carrier's text."""
    found = _RETRY_AFTER.search(words)
    return int(found[1]) if found else None


def is_limit(code: int, words: str) -> bool:
    """Return whether a carrier's response means that it temporarily accepts no more calls."""
    if code in _NOT_BY_WORDS or code < 400:
        return False
    said = re.sub(r"[\s_]+", " ", words.lower()).strip()
    if code == 429:
        return "referrer" not in said  # RFC 3892 uses 429 for REFER only, never for INVITE
    if code in (500, 503) and retry_after(words) is not None:
        return True
    if _OTHER.search(said) or is_unpaid(code, words):
        return False
    return any(pattern.search(said) for pattern in _PATTERNS)


def is_unpaid(code: int, words: str) -> bool:
    """Return whether a carrier's response says that the account has no credit."""
    return code == 402 or (code not in _NOT_BY_WORDS and code >= 400 and bool(_NO_CREDIT.search(words)))


def is_bad_login(code: int, words: str) -> bool:
    """Return whether a carrier's response rejects the credentials. Some carriers use 403."""
    return code in (401, 407) or (code == 403 and bool(_BAD_LOGIN.search(words)))
