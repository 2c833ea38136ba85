"""Ask a company whether it accepts a key."""

from agents.choices import ProviderCheck
from agents.vendors import VENDORS, Account
from voxa.core import safe_http
from voxa.core.http.outbound import Limits, OutboundError, send

_LIMITS = Limits(connect=2.0, read=2.5, total=2.5, max_bytes=1_024)
_LACKS = b"missing_permissions"  # ElevenLabs of a valid key that may do other things only


def ask(provider: str, account: Account) -> tuple[ProviderCheck, str]:
    """Check a key within 2.5 s; return the verdict and the answer in words. Never call it in a transaction."""
    vendor = VENDORS[provider]
    url = vendor.address(account, vendor.check_path)
    policy = safe_http.policy() if account.own_url else safe_http.ANYWHERE
    try:
        answer = send("GET", url, policy=policy, headers=vendor.headers(account), limits=_LIMITS)
    except OutboundError as error:
        return ProviderCheck.UNVERIFIED, str(error)
    if answer.ok:
        return ProviderCheck.VALID, f"HTTP {answer.status}"
    if answer.status == 401 and _LACKS in answer.body:
        return ProviderCheck.UNVERIFIED, "HTTP 401: the key may not read what the check reads."
    refused = answer.status in (401, 403)
    return ProviderCheck.REFUSED if refused else ProviderCheck.UNVERIFIED, f"HTTP {answer.status}"
