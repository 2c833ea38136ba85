"""The whole schema under generated requests, right and wrong: no 500, nothing the schema does not say.

Deterministic: the same requests each time. `VOXA_SOAK=1` sends many more.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient
from schemathesis.config import SchemathesisConfig
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.models import Workspace
from accounts.services.keys import create_api_key
from telephony.services import carrier_trunks
from telephony.sync.apply import sync_trunk
from tests.sandbox import SandboxServer

CHECKS = [
    schemathesis.checks.not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]
EXAMPLES = 200 if os.environ.get("VOXA_SOAK") else 12
TRUNK = {"name": "Carrier", "gateways": [{"ipOrDomain": "192.0.2.1"}]}
ENDPOINT = {
    "name": "Agent",
    "ai_provider": "custom",
    "sip_username": "agent-01",
    "sip_password": "s3cur3P@ssw0rd!",
    "custom_endpoint": "wss://agent.example.com/voice",
}
CONFIG = SchemathesisConfig.from_dict({"generation": {"with-security-parameters": False}})
SCHEMA = schemathesis.openapi.from_path(Path(__file__).parents[2] / "docs" / "openapi.yaml", config=CONFIG)
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok)}

RUN = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],  # a failure shows its request: making it smaller takes minutes
    suppress_health_check=list(HealthCheck),
)

pytestmark = pytest.mark.soak


@pytest.fixture
def livekit(sandbox: SandboxServer, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A LiveKit for operations that wait for it. Nothing commits here, so no worker hears of a trunk: sync in place."""
    settings.LIVEKIT_URL, settings.LIVEKIT_API_KEY = sandbox.url, sandbox.key
    settings.LIVEKIT_API_SECRET = sandbox.secret
    monkeypatch.setattr(carrier_trunks, "wait_for_sync", lambda trunk_id, *args, **kwargs: sync_trunk(trunk_id))


@pytest.fixture
def application(livekit: None, ids: list[str]) -> Iterator[Any]:
    """Our WSGI application, which here keeps the test's connection at the end of a request. (Test clients undo it.)"""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield get_wsgi_application()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def ids(api: APIClient) -> list[str]:
    """Ids of acme's own rows, so that more than 404s are tried."""
    trunk = api.post("/v1/telephony/trunks", TRUNK).json()["id"]
    number = api.post("/v1/telephony/numbers", {"number": "+15550100000", "trunkId": trunk}).json()["id"]
    endpoint = api.post("/v1/trunks", ENDPOINT).json()["id"]
    return [trunk, number, endpoint, api.post("/v1/agents", {"name": "Reception"}).json()["id"]]


@pytest.mark.parametrize("label", OPERATIONS)
def test_an_operation_keeps_to_its_schema(application: Any, acme: Workspace, ids: list[str], label: str) -> None:
    operation = OPERATIONS[label]
    headers = {"Authorization": f"Bearer {create_api_key(acme, 'fuzz', ['workspace:admin'])[1]}"}
    requests = st.one_of([operation.as_strategy(generation_mode=mode) for mode in GenerationMode])

    @RUN
    @given(case=requests, own_id=st.none() | st.sampled_from(ids))
    def send(case: Any, own_id: str | None) -> None:
        if own_id and "id" in case.path_parameters:
            case.path_parameters["id"] = own_id
        case.call_and_validate(app=application, headers=headers, checks=CHECKS)

    send()
