"""PATCH /v1/telephony/trunks/{id} changes what it names."""

from typing import Any

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks
from rest_framework.test import APIClient

from telephony.models import Gateway, Trunk
from telephony.services.trunks import update_trunk
from tests.telephony.conftest import TRUNKS


def patch(api: APIClient, trunk: Trunk, body: dict[str, Any]) -> dict[str, Any]:
    answer = api.patch(f"{TRUNKS}/{trunk.pk}", body)
    assert answer.status_code == 200, answer.content
    trunk.refresh_from_db()
    return dict(answer.json())


def test_only_what_is_named_changes(api: APIClient, trunk: Trunk) -> None:
    before = api.get(f"{TRUNKS}/{trunk.pk}").json()
    after = patch(api, trunk, {"name": "New", "techPrefix": "77"})
    assert after == {**before, "name": "New", "techPrefix": "77", "updatedAt": after["updatedAt"]}
    assert after["updatedAt"] > before["updatedAt"]


@pytest.mark.parametrize("body", [{"name": "New"}, {"name": 1}, {"numbers": ["+12025550100"]}, {}, [], "text"])
def test_a_trunk_of_another_workspace_is_404_whatever_the_body(
    outsider_api: APIClient, trunk: Trunk, body: Any
) -> None:
    assert outsider_api.patch(f"{TRUNKS}/{trunk.pk}", body, format="json").status_code == 404
    trunk.refresh_from_db()
    assert trunk.name == "Telnyx"


def test_a_trunk_is_deleted_once_and_by_its_workspace(api: APIClient, outsider_api: APIClient, trunk: Trunk) -> None:
    path = f"{TRUNKS}/{trunk.pk}"
    assert outsider_api.delete(path).status_code == 404
    assert [client.delete(path).status_code for client in (api, api)] == [204, 404]


def test_an_omitted_password_stays(api: APIClient, trunk: Trunk) -> None:
    patch(api, trunk, {"authUsername": "other"})
    assert (trunk.auth_username, trunk.auth_password) == ("other", "mypass")


@pytest.mark.parametrize("body", [{"authPassword": None}, {"authPassword": ""}, {"authUsername": ""}])
def test_clearing_one_credential_clears_both(api: APIClient, trunk: Trunk, body: dict[str, Any]) -> None:
    assert patch(api, trunk, body)["hasPassword"] is False
    assert (trunk.auth_username, trunk.auth_password) == ("", None)


def test_a_username_with_no_password_is_refused_and_nothing_changes(api: APIClient, trunk: Trunk) -> None:
    answer = api.patch(f"{TRUNKS}/{trunk.pk}", {"name": "New", "authUsername": "u", "authPassword": None})
    assert [detail["field"] for detail in answer.json()["error"]["details"]] == ["authPassword"]
    trunk.refresh_from_db()
    assert (trunk.name, trunk.auth_username, trunk.auth_password) == ("Telnyx", "myuser", "mypass")


def test_an_answer_can_be_sent_back_as_it_is(api: APIClient, trunk: Trunk) -> None:
    answer = api.get(f"{TRUNKS}/{trunk.pk}").json()
    assert patch(api, trunk, answer) == answer
    assert trunk.auth_password == "mypass"


def test_given_gateways_replace_the_list_and_those_that_stay_keep_their_rows(api: APIClient, trunk: Trunk) -> None:
    kept = trunk.gateways.get()
    hosts = ["new.example", "SIP.telnyx.com"]
    answer = patch(api, trunk, {"authPassword": "mypass", "gateways": [{"ipOrDomain": host} for host in hosts]})
    assert [gateway["ipOrDomain"] for gateway in answer["gateways"]] == ["new.example", "sip.telnyx.com"]
    assert trunk.gateways.get(ip_or_domain="sip.telnyx.com").pk == kept.pk


def test_unchanged_gateways_are_not_written(api: APIClient, trunk: Trunk) -> None:
    patch(api, trunk, {"gateways": [{"ipOrDomain": "sip.telnyx.com"}]})
    assert trunk.gateways.get().history.count() == 1
    assert trunk.history.count() == 1


def test_a_trunk_keeps_at_least_one_gateway(api: APIClient, trunk: Trunk) -> None:
    assert api.patch(f"{TRUNKS}/{trunk.pk}", {"gateways": []}).status_code == 400
    assert Gateway.objects.filter(trunk=trunk).count() == 1


def test_a_change_asks_for_one_sync(
    api: APIClient,
    trunk: Trunk,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    sent: list[tuple[object, ...]] = []
    monkeypatch.setattr("voxa.core.tasks.publish", lambda task, *arguments: sent.append(arguments))
    before = trunk.generation
    with django_capture_on_commit_callbacks(execute=True):
        gateways = [{"ipOrDomain": f"g{n}.example"} for n in range(3)]
        patch(api, trunk, {"name": "New", "authPassword": "mypass", "gateways": gateways})
    assert trunk.generation > before
    assert sent == [(str(trunk.pk),)]


@pytest.mark.parametrize("empty", [None, ""])
@pytest.mark.parametrize("names", [["authUsername"], ["authPassword"], ["authUsername", "authPassword"]])
def test_an_empty_username_or_password_clears_both(api: APIClient, empty: str | None, names: list[str]) -> None:
    pair = {"authUsername": "u", "authPassword": "p"}
    path = f"{TRUNKS}/{api.post(TRUNKS, {'name': 'T', 'gateways': [{'ipOrDomain': '192.0.2.1'}], **pair}).json()['id']}"
    changed = api.patch(path, dict.fromkeys(names, empty))
    assert changed.status_code == 200, changed.content
    assert (changed.json()["authUsername"], changed.json()["hasPassword"]) == ("", False)
    made = api.post(TRUNKS, {"name": "T", "gateways": [{"ipOrDomain": "192.0.2.1"}], **dict.fromkeys(names, empty)})
    assert (made.status_code, made.json().get("authUsername")) == (201, "")


@pytest.mark.parametrize("change", [{"name": "Renamed"}, {}, {"tech_prefix": "9", "country": "DE"}])
def test_an_update_marks_the_trunk_once(trunk: Trunk, change: dict[str, Any]) -> None:
    trunk.refresh_from_db()
    before = trunk.generation
    update_trunk(trunk, change)
    trunk.refresh_from_db()
    assert trunk.generation == before + 1
