"""Dialects are found in their folder and switched by one setting."""

import importlib
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import clear_url_caches

from telephony import dialects
from telephony.dialects import urls
from voxa.checks import check_dialects


@pytest.fixture
def routes(settings: Any) -> Iterator[Any]:
    """`routes(names)` gives the paths that stand with this setting."""

    def loaded(names: list[str] | None) -> str:
        settings.VOXA_DIALECTS = names
        clear_url_caches()
        return " ".join(str(url.pattern) for one in importlib.reload(urls).urlpatterns for url in one.url_patterns)

    yield loaded
    loaded(None)


def test_all_are_on_unless_some_are_chosen(routes: Any) -> None:
    assert dialects.enabled() == dialects.available()
    assert "sip-trunks/<str:id>" in routes(None)
    assert "sip-trunks" in routes(["transfer_trunks"])
    assert routes([]) == ""


def test_a_misspelt_dialect_is_told(settings: Any) -> None:
    settings.VOXA_DIALECTS = ["transfer-trunks"]
    found = check_dialects(None)
    assert [error.id for error in found] == ["voxa.E006"]
    assert "transfer_trunks" in (found[0].hint or "")
