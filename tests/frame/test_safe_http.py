"""The operator's settings decide what may be called."""

import pytest
from django.core.exceptions import ImproperlyConfigured, ValidationError
from pytest_django import Settings

from tests.receiver import Receiver
from voxa.core.safe_http import UnsafeAddress, check_url, send


def test_by_default_nothing_local_may_be_called(web: Receiver) -> None:
    with pytest.raises(UnsafeAddress):
        send("POST", web.url())
    with pytest.raises(UnsafeAddress):
        send("POST", web.url().replace("http:", "https:"))
    assert web.requests == []


def test_an_allowed_network_may_be_called(web: Receiver, settings: Settings) -> None:
    settings.VOXA_OUTBOUND_ALLOW, settings.VOXA_OUTBOUND_ALLOW_HTTP = ["127.0.0.0/8"], True
    check_url(web.url())
    assert send("POST", web.url()).ok


def test_a_setting_that_is_no_network_says_so(settings: Settings) -> None:
    settings.VOXA_OUTBOUND_ALLOW = ["localhost"]
    with pytest.raises(ImproperlyConfigured, match="VOXA_OUTBOUND_ALLOW"):
        check_url("https://hooks.example.com/")


@pytest.mark.parametrize("url", ["https://hooks.example.com/voxa?x=1", "https://93.184.216.34:8443/"])
def test_public_urls_may_be_saved(url: str) -> None:
    check_url(url)


@pytest.mark.parametrize("url", ["http://hooks.example.com/", "wss://hooks.example.com/", "https://127.0.0.1/", ""])
def test_other_urls_are_refused_with_words(url: str) -> None:
    with pytest.raises(ValidationError) as caught:
        check_url(url)
    assert caught.value.code == "unsafe_url"


def test_a_voice_endpoint_may_be_a_websocket() -> None:
    check_url("wss://voice.example.com/agent", schemes=("wss", "https"))
    with pytest.raises(ValidationError, match="wss:// or https://"):
        check_url("ws://voice.example.com/agent", schemes=("wss", "https"))
