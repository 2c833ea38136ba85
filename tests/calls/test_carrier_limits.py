"""A carrier that takes no more calls is recognized by its words, and callee's and other limits are not taken for it."""

import pytest

from calls.choices import Reason
from calls.dialer.carrier_limits import is_limit, retry_after
from calls.dialer.outcomes import Next, outcome_of
from telephony.livekit import SipRefused

LIMITS = [
    "cps limit exceeded",
    "User channel limit exceeded",
    "concurrent call limit exceeded",
    "CPS exceeded",
    "Too many calls",
    "Too Many Simultaneous Calls",
    "maximum number of concurrent calls reached",
    "Max channels reached",
    "Capacity exceeded",
    "No channels available",
    "No circuit/channel available",
    "Network congestion",
    "Congestion",
    "Call rate limit exceeded",
    "Rate limited",
    "Calls per second limit exceeded",
    "calls per second exceeded",
    "Throttled",
    "Request throttled by carrier",
    "Quota exceeded",
    "Concurrent calls limit reached",
    "Simultaneous calls exceeded",
    "Session limit reached",
    "Maximum sessions exceeded",
    "Trunk at capacity",
    "Trunk capacity exceeded",
    "All circuits are busy",
    "Channel limit",
    "Account call limit reached",
    "Exceeded the maximum concurrent calls allowed",
    "Call limit exceeded for account",
    "over capacity",
    "Out of capacity",
    "No available channels",
    "Outbound call rate exceeded",
    "Too many concurrent sessions",
    "rate exceeded",
    'Q.850;cause=34;text="No circuit available"',
    "Service Unavailable - CPS limit",
    "Line limit reached",
    "Port limit exceeded",
    "Insufficient capacity",
    "exceeds configured CPS",
    "Exceeded call rate",
    "limit of 10 channels reached",
    "10 concurrent calls max",
    "Your plan allows only 2 simultaneous calls",
    "Call capacity reached",
    "Maximum calls per second reached",
    "Too many requests",
    "call limit",
    "maximum call limit reached",
    "Trunk is full",
    "Max Call Limit Reached",
    "No lines available",
    "Reached max calls",
    "Burst limit",
    "Trunk group busy",
    "TRUNK_CPS_EXCEEDED",
    "Resource limit: channels",
    "Calls limit",
    "No free channel",
    "max concurrent reached",
    "CC limit exceeded",
    "Dial rate too high",
    "Concurrency limit",
    "exceeded max concurrency",
    "429 Too Many Requests",
    "sessions exhausted",
    "Call gapping",
    "channel capacity full",
    "Service limit reached",
    "Rate Limit",
    "rate-limited",
    "max cc reached",
    "calls/sec",
    "10 calls/s exceeded",
    "Concurrent limit",
    "Bandwidth: insufficient bandwidth",
]
OTHERS = [
    "Busy Here",
    "Temporarily Unavailable",
    "Forbidden",
    "Service Unavailable",
    "User Busy",
    "Call time limit reached",
    "time limit of the callee",
    "Too Many Hops",
    "maximum call duration exceeded",
    "Subscriber unavailable",
    "The callee is on another line",
    "Line busy",
    "User not available",
    "Destination not allowed",
    "Request Timeout",
    "No route to destination",
    "Do not disturb",
    "Maximum ring time reached",
    "Credit limit exceeded",
    "Insufficient funds",
    "Bearer capability not implemented",
    "Server error",
    "Gateway timeout",
    "max-forwards exceeded",
    "Number not in service",
    "No answer",
    "No lines registered for this user",
    "all agents busy",
    "Call forwarding limit",
    "Maximum call length exceeded",
    "Call rejected",
    "Calls to this number are barred",
    "Callee limits calls to contacts",
    "maximum duration of call reached",
    "DTMF rate",
    "Capital punishment",
    "Ring limit reached",
    "User offline",
    "Session Timer too small",
    "Internal Server Error",
    "International calls not permitted",
    "Max hops exceeded",
    "Line out of order",
    "No such line",
    "Age limit",
    "Content limit",
    "The number you have dialed is limited to emergency calls",
    "Channel unacceptable",
    "Time limit exceeded",
    "call not permitted by parental limit",
    "mailbox full",
    "Daily spending limit reached",
]


@pytest.mark.parametrize("words", LIMITS)
@pytest.mark.parametrize("code", [403, 480, 486, 503])
def test_words_of_a_full_carrier_slow_the_trunk_down(code: int, words: str) -> None:
    outcome = outcome_of(SipRefused(code, words), rang=False)
    assert (outcome.reason, outcome.next, outcome.sip_code) == (Reason.CARRIER_LIMIT, Next.SLOW_DOWN, code)


@pytest.mark.parametrize("words", OTHERS)
@pytest.mark.parametrize("code", [403, 480, 486, 503])
def test_other_words_are_no_limit_of_the_carriers(code: int, words: str) -> None:
    assert not is_limit(code, words)


@pytest.mark.parametrize("code", [401, 404, 407, 410, 484, 604])
def test_what_a_code_says_for_certain_no_words_change(code: int) -> None:
    assert outcome_of(SipRefused(code, "Too many calls"), rang=False).reason != Reason.CARRIER_LIMIT


@pytest.mark.parametrize("words", ["", "Too Many Requests", "Provide Referer Identity, limit"])
def test_429_means_too_many_calls_whatever_it_says(words: str) -> None:
    assert outcome_of(SipRefused(429, words), rang=False).reason == Reason.CARRIER_LIMIT


@pytest.mark.parametrize(
    ("words", "seconds"),
    [("Retry-After: 30", 30), ("Service Unavailable; retry-after=120 (maintenance)", 120), ("Try later", None)],
)
def test_retry_after_is_read_where_it_reaches_us(words: str, seconds: int | None) -> None:
    assert retry_after(words) == seconds
    outcome = outcome_of(SipRefused(503, words), rang=False)
    assert outcome.after == seconds
    assert (outcome.next is Next.SLOW_DOWN) == (seconds is not None)


def test_a_busy_callee_with_a_retry_after_stays_busy() -> None:
    outcome = outcome_of(SipRefused(486, "Busy Here, Retry-After: 900"), rang=True)
    assert (outcome.reason, outcome.next, outcome.after) == (Reason.BUSY, Next.LATER, 900)
