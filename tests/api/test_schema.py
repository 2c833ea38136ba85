"""The OpenAPI schema: committed, current, complete; shown without anybody else's server."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from tests.api.committed import COMMITTED, committed, parse


def test_the_committed_schema_is_current_and_made_without_warnings(tmp_path: Path) -> None:
    made = tmp_path / "openapi.yaml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(made))
    assert made.read_text() == COMMITTED.read_text(), "Run `make schema` and look at the change."


def test_every_operation_has_a_name_of_its_own_and_names_the_key() -> None:
    paths = committed()["paths"].values()
    operations = [operation for methods in paths for operation in methods.values() if "responses" in operation]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    assert all("401" not in o["responses"] or o["security"] for o in operations)


@pytest.mark.urls("tests.api.probe")
def test_the_frame_documents_what_it_answers(tmp_path: Path) -> None:
    made = tmp_path / "openapi.yaml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--urlconf", "tests.api.probe", "--file", str(made))
    schema = parse(made.read_text())
    create = schema["paths"]["/v1/probes"]["post"]
    assert list(create["responses"]) == ["201", "400", "401", "403", "409", "413", "415", "422", "429"]
    assert create["parameters"] == [{"$ref": "#/components/parameters/IdempotencyKey"}]
    assert create["security"] == [{"apiKey": []}]
    assert "description" not in create
    assert schema["components"]["schemas"]["ProbeRequest"]["additionalProperties"] is False


def test_the_schema_is_served(client: Client) -> None:
    assert parse(client.get("/schema").content)["info"]["title"] == "Voxa"
    assert client.get("/schema?format=json").json()["openapi"].startswith("3.")


def test_the_docs_need_no_other_server(client: Client) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    assert "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js" in page.text
    assert "http" not in page.text.replace("http-equiv", "")
    assert "<script>" not in page.text
    assert "SwaggerUIBundle" in client.get("/docs?script=").text
