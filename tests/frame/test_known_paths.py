"""A path that was asked before, with other ids, leads to the same view with its own ids."""

from typing import Any
from uuid import uuid4

import pytest
from django.http import Http404
from django.test import RequestFactory
from django.urls import clear_url_caches, resolve

from voxa.fast_path import _Handler

PATHS = [
    "/v1/calls",
    "/v1/calls/{}",
    "/v1/calls/{}/events",
    "/v1/telephony/trunks/{}",
    "/v1/telephony/trunks/{}/pause",
    "/v1/telephony/trunks/ST_abc",
    "/v1/telephony/trunks/x{}",
    "/v1/agents/{}/revisions/7",
    "/v1/webhooks/{}/deliveries/{}/resend",
]


def match(path: str) -> dict[str, Any]:
    return vars(_Handler().resolve_request(RequestFactory().get(path)))


@pytest.mark.parametrize("path", PATHS)
def test_each_time_is_as_the_first(path: str) -> None:
    clear_url_caches()
    for _ in range(3):
        asked = path.format(uuid4(), uuid4())
        assert match(asked) == vars(resolve(asked))


@pytest.mark.parametrize("path", ["/v1/calls/{}x", "/v1/calls/{}/nothing", "/v1/none/{}"])
def test_what_leads_nowhere_does_so_each_time(path: str) -> None:
    for _ in range(2):
        with pytest.raises(Http404):
            match(path.format(uuid4()))
