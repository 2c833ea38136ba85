"""Where a person or program lands that knows only the host."""

from typing import Any

from django.test import Client


def test_the_bare_address_leads_to_the_admin(client: Client) -> None:
    assert client.get("/")["Location"] == "/admin/"


def test_an_unknown_host_name_is_told_with_its_remedy(client: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["voxa.example.com"]
    answer = client.get("/v1/agents", headers={"host": "other.example.com"})
    assert answer.status_code == 400
    assert "ALLOWED_HOSTS" in answer.json()["error"]["message"]
