"""Every error has one shape and names every wrong field at once."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Workspace

pytestmark = pytest.mark.urls("tests.api.probe")


def error(response: Any, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/json"
    body: dict[str, Any] = response.json()["error"]
    assert body["status"] == status
    assert list(body) == ["code", "message", "status", "details"]
    return body


def fields(response: Any, status: int = 400) -> dict[str, str]:
    return {detail["field"]: detail["code"] for detail in error(response, status)["details"]}


def test_all_wrong_fields_are_named_at_once(api: APIClient) -> None:
    body = {"hops": [{"ipOrDomain": "a"}, {"port": 0}], "active": "perhaps", "nmae": "typo"}
    assert fields(api.post("/v1/probes", body)) == {
        "name": "required",
        "active": "invalid",
        "nmae": "unknown_field",
        "hops[1].ipOrDomain": "required",
        "hops[1].port": "min_value",
    }


def test_wrong_fields_are_counted(api: APIClient) -> None:
    body = error(api.post("/v1/probes", {"active": "perhaps"}), 400)
    assert body["message"] == "2 fields are invalid; see details."


def test_a_typo_is_named_when_all_else_is_right(api: APIClient) -> None:
    assert fields(api.post("/v1/probes", {"name": "a", "hops": [{"ipOrDomain": "a", "prot": 1}]})) == {
        "hops[0].prot": "unknown_field"
    }


def test_what_was_read_can_be_sent_back(api: APIClient) -> None:
    probe = api.post("/v1/probes", {"name": "a"}).json()
    assert api.post("/v1/probes", probe).status_code == 201


def test_errors_of_models_and_services_use_the_names_of_the_json(api: APIClient) -> None:
    assert fields(api.post("/v1/probes", {"name": "model"})) == {
        "systemPrompt": "invalid",
        "gateways[0].ipOrDomain": "invalid",
    }


def test_a_conflict_is_409(api: APIClient) -> None:
    assert fields(api.post("/v1/probes", {"name": "taken"}), 409) == {"authUsername": "taken"}


def test_what_is_not_configured_is_503(api: APIClient) -> None:
    assert error(api.post("/v1/probes", {"name": "away"}), 503)["message"] == "Not now."


def test_a_bug_tells_nothing_of_itself(api: APIClient, settings: Any) -> None:
    settings.DEBUG = True
    assert "hunter2" not in str(error(api.post("/v1/probes", {"name": "bug"}), 500))


def test_a_body_that_is_no_object_is_a_400_about_the_body(api: APIClient) -> None:
    assert list(fields(api.post("/v1/probes", [1]))) == [None]


@pytest.mark.parametrize("path", ["/nowhere", "/v1/probes/", "/v1/probes/not-a-uuid", "/v1/probes/%00"])
def test_a_path_that_leads_nowhere_is_a_404_in_json(api: APIClient, path: str) -> None:
    assert error(api.get(path), 404)["code"] == "not_found"


def test_people_get_a_page_in_the_admin(api: APIClient, acme: Workspace) -> None:
    assert "html" in api.get("/admin/nowhere/", follow=True).headers["Content-Type"]


def test_a_method_that_is_not_there_is_405(api: APIClient) -> None:
    response = api.put("/v1/probes", {})
    assert error(response, 405)["code"] == "method_not_allowed"
    assert response.headers["Allow"] == "GET, POST, HEAD"


def test_another_media_type_is_415(api: APIClient) -> None:
    said = error(api.post("/v1/probes", "name=a", content_type="text/plain"), 415)
    assert (said["code"], said["message"]) == (
        "unsupported_media_type",
        "Send the body with Content-Type: application/json.",
    )
