"""A call goes to a checked address, or not at all."""

import ipaddress
import threading
from collections.abc import Sequence

import pytest

from tests.receiver import Receiver, answer
from voxa.core.http.outbound import Limits, OutboundError, Policy, UnsafeAddress, resolve, send

LOOPBACK = ipaddress.ip_network("127.0.0.1/32")


def policy(*answers: Sequence[str], allow_http: bool = True) -> Policy:
    """Loopback alone is allowed; each lookup gives the next of the answers."""
    turns = iter(answers)
    return Policy((LOOPBACK,), allow_http, lambda host, timeout: next(turns))


def test_the_socket_goes_to_the_checked_address_and_the_host_header_keeps_the_name(web: Receiver) -> None:
    assert send("POST", web.url(host="hooks.example.com"), policy=policy(["127.0.0.1"]), content=b"hello").ok
    assert web.requests[0].headers["host"] == f"hooks.example.com:{web.port}"
    assert web.requests[0].body == b"hello"


def test_a_name_that_changes_its_answer_is_looked_up_once_a_call_and_refused_at_the_next(web: Receiver) -> None:
    rebinding = policy(["127.0.0.1"], ["127.0.0.2"])
    assert send("POST", web.url(host="rebind.example.com"), policy=rebinding).ok
    with pytest.raises(UnsafeAddress, match=r"rebind\.example\.com resolves to 127\.0\.0\.2"):
        send("POST", web.url(host="rebind.example.com"), policy=rebinding)
    assert len(web.requests) == 1


def test_one_bad_address_among_good_ones_refuses_the_call(web: Receiver) -> None:
    with pytest.raises(UnsafeAddress, match=r"10\.0\.0\.7"):
        send("POST", web.url(host="mixed.example.com"), policy=policy(["127.0.0.1", "10.0.0.7"]))
    assert web.requests == []


def test_the_next_checked_address_is_tried_when_one_does_not_answer(web: Receiver) -> None:
    both = Policy((ipaddress.ip_network("127.0.0.0/8"),), True, lambda host, timeout: ["127.0.0.9", "127.0.0.1"])
    assert send("POST", web.url(host="two.example.com"), policy=both).ok


def test_a_private_address_is_refused_before_any_lookup() -> None:
    with pytest.raises(UnsafeAddress, match="private network"):
        send("POST", "https://10.0.0.7/", policy=policy())


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/",
        "https://",
        "not a url",
        "https://user:pw@example.com/",
        "https://example.com:0/",
        "https://example.com:70000/",
        "https://127。0。0。2/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::1%25lo]/",
    ],
)
def test_unsafe_and_malformed_urls_are_refused(url: str) -> None:
    with pytest.raises(UnsafeAddress):
        policy().check(url)


def test_http_needs_the_operators_leave(web: Receiver) -> None:
    with pytest.raises(UnsafeAddress, match="must start with https://"):
        send("POST", web.url(), policy=policy(allow_http=False))


def test_a_redirect_is_an_answer_and_is_not_followed(web: Receiver) -> None:
    target = web.url("/second")

    web.respond = answer(302, Location=target)
    result = send("POST", web.url(), policy=policy())
    assert (result.status, result.headers["location"]) == (302, target)
    assert [request.path for request in web.requests] == ["/hook"]


def test_proxies_of_the_environment_are_not_used(web: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert send("POST", web.url(), policy=policy()).ok


def test_a_name_that_does_not_resolve_says_so() -> None:
    with pytest.raises(OutboundError, match=r"nowhere\.invalid does not resolve"):
        resolve("nowhere.invalid", 30)
    with pytest.raises(OutboundError, match="has no address"):
        send("POST", "https://empty.example.com/", policy=policy([]))


def test_a_lookup_without_an_answer_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    def silent(*args: object, **kwargs: object) -> list[object]:
        over.wait(30)
        return []

    monkeypatch.setattr("socket.getaddrinfo", silent)
    with pytest.raises(OutboundError, match="did not resolve in time"):
        resolve("slow.example.com", 0.01)
    over.set()


def test_a_closed_port_says_which_host(web: Receiver) -> None:
    with pytest.raises(OutboundError, match=r"The connection to 127\.0\.0\.1 failed"):
        send("POST", "http://127.0.0.1:1/", policy=policy(), limits=Limits(connect=2))
