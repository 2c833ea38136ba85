"""LiveKit's texts are kept in one line, cut, and without secrets."""

import pytest

from telephony.livekit.texts import LONGEST, public_text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("twirp error unknown: sip request timed out", "sip request timed out"),
        ("two\r\nlines\tand  a\x00 null", "two lines and a null"),
        ("invalid To header sip:acme:hunter2@sip.example.com", "invalid To header sip:***@sip.example.com"),
        ("cannot reach redis://user:hunter2@10.0.0.1:6379", "cannot reach redis://***@10.0.0.1:6379"),
        ("user acme:hunter2@sip.example.com refused", "user ***@sip.example.com refused"),
        ('password="hunter2" is wrong', "password=*** is wrong"),
        ("auth_password: hunter2, next", "auth_password: ***, next"),
        ("invalid token eyJhbGciOi.eyJpc3Mi.c2ln", "invalid token ***"),
        ("token=hunter2&x=1", "token=***&x=1"),
        ('Authorization: Digest username="a", response="hunter2"', "Authorization: ***"),
        ('Digest username="a", nonce="hunter2", response="hunter2"', "Digest ***"),
        ("Authorization: Bearer hunter2hunter2", "Authorization: ***"),
    ],
)
def test_what_must_not_be_seen_is_hidden(text: str, kept: str) -> None:
    assert public_text(text).startswith(kept)
    assert "hunter2" not in public_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "lookup sip.example.com on 127.0.0.53:53: no such host",
        "dial tcp 192.0.2.1:5060: connect: connection refused",
        "sip server required auth, but no username or password was provided",
        "transaction failed to complete (0 intermediate responses)",
        "Bearer capability not implemented",
        "unexpected status from INVITE response: sip status: 503: Service Unavailable",
        "sip:+12025550100@192.0.2.1 not found",
    ],
)
def test_what_helps_to_look_it_up_stays(text: str) -> None:
    assert public_text(text) == text


def test_a_text_is_cut() -> None:
    assert len(public_text("x" * 5_000)) == LONGEST
