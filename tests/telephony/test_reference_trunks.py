"""The five examples of the carrier-trunk reference, run by curl with only base URL and key changed."""

import json
import os
import subprocess
from collections.abc import Callable
from typing import Any
from unittest.mock import ANY

import pytest
from pytest_django.live_server_helper import LiveServer

from accounts.models import ApiKey, Workspace
from telephony.models import Trunk
from telephony.sync import dns
from tests.sandbox import SandboxServer

LIST = 'curl $BASE/v1/telephony/trunks -H "Authorization: Bearer $VOXA_API_KEY"'
CREATE = r"""curl -X POST $BASE/v1/telephony/trunks -H "Authorization: Bearer $VOXA_API_KEY" -H "Content-Type: application/json" \
-d '{
"name": "Telnyx",
"gateways": [{ "ipOrDomain": "sip.telnyx.com", "port": 5060, "protocol": "udp", "inbound": true, "outbound": true }],
"authUsername": "myuser",
"authPassword": "mypass"
}'"""  # noqa: E501
UPDATE = r"""curl -X PATCH $BASE/v1/telephony/trunks/$ID \
-H "Authorization: Bearer $VOXA_API_KEY" """
PROVISION = r"""curl -X POST $BASE/v1/telephony/trunks/$ID/provision \
-H "Authorization: Bearer $VOXA_API_KEY" """
DELETE = r"""curl -X DELETE $BASE/v1/telephony/trunks/$ID \
-H "Authorization: Bearer $VOXA_API_KEY" """

NO_NUMBERS = (
    "The trunk has no numbers, so its inbound gateways accept no calls. "
    "Add the numbers that people call, or turn inbound off."
)
TRUNK = {
    "id": ANY,
    "name": "Telnyx",
    "status": "active",
    "lastError": "",
    "gateways": [
        {
            "ipOrDomain": "sip.telnyx.com",
            "port": 5060,
            "netmask": 32,
            "protocol": "udp",
            "inbound": True,
            "outbound": True,
            "priority": 0,
        }
    ],
    "authUsername": "myuser",
    "hasPassword": True,
    "fromHost": "",
    "mediaEncryption": "disable",
    "carrier": "",
    "forTransfers": False,
    "warnings": [NO_NUMBERS],
    "techPrefix": "",
    "leadingPlus": True,
    "fromUser": "",
    "displayName": "",
    "headers": {},
    "headersToAttributes": {},
    "attributesToHeaders": {},
    "transferHeaders": {},
    "codecs": [],
    "ringingTimeoutSeconds": None,
    "calledNumberFormat": "e164",
    "callsPerSecond": None,
    "maxConcurrentCalls": None,
    "country": "",
    "pausedAt": None,
    "livekitInboundTrunkId": None,
    "livekitOutboundTrunkId": ANY,
    "livekitDispatchRuleId": None,
    "numbers": [],
    "createdAt": ANY,
    "updatedAt": ANY,
}


class Shell:
    """Runs an example as it stands, and reads status and body."""

    def __init__(self, base: str, key: str) -> None:
        self.environment = {**os.environ, "BASE": base, "VOXA_API_KEY": key, "NO_PROXY": "*"}

    def run(self, example: str, trunk_id: str = "") -> tuple[int, Any]:
        script = """curl() { command curl -sS -w '\\n%{http_code}' "$@"; }\n""" + example
        done = subprocess.run(
            ["bash", "-c", script], env={**self.environment, "ID": trunk_id}, capture_output=True, text=True, check=True
        )
        body, _, status = done.stdout.rpartition("\n")
        return int(status), json.loads(body) if body else None


@pytest.fixture
def shell(
    live_server: LiveServer,
    acme: Workspace,
    make_key: Callable[..., tuple[ApiKey, str]],
    sandbox: SandboxServer,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Shell:
    """With the sandbox as its LiveKit."""
    settings.LIVEKIT_URL = sandbox.url
    settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET = sandbox.key, sandbox.secret
    monkeypatch.setattr(dns, "look_up", lambda host: dns.Answer(("192.0.2.10",)))
    settings.PROVISION_WAIT_SECONDS = 5
    return Shell(live_server.url, make_key(acme)[1])


def test_create_answers_the_whole_trunk_without_its_password(shell: Shell) -> None:
    status, trunk = shell.run(CREATE)
    assert (status, trunk) == (201, TRUNK)
    assert list(trunk) == list(TRUNK)
    assert trunk["livekitOutboundTrunkId"].startswith("ST_")
    assert Trunk.objects.get(pk=trunk["id"]).auth_password == "mypass"


def test_list_update_and_provision_answer_the_same_trunk(shell: Shell) -> None:
    _, trunk = shell.run(CREATE)
    assert shell.run(LIST) == (200, {"next": None, "previous": None, "results": [trunk]})
    assert shell.run(UPDATE, trunk["id"]) == (200, trunk)
    assert shell.run(PROVISION, trunk["livekitOutboundTrunkId"]) == (200, trunk)


def test_update_and_provision_ask_for_a_new_sync(shell: Shell) -> None:
    trunk = Trunk.objects.get(pk=shell.run(CREATE)[1]["id"])
    for example in (UPDATE, PROVISION):
        before = trunk.generation
        shell.run(example, str(trunk.pk))
        trunk.refresh_from_db()
        assert trunk.generation == before + 1


def test_delete_leaves_nothing_to_list(shell: Shell) -> None:
    _, trunk = shell.run(CREATE)
    assert shell.run(DELETE, trunk["id"]) == (204, None)
    assert shell.run(LIST)[1]["results"] == []
    assert shell.run(DELETE, trunk["id"])[0] == 404


def test_a_revoked_key_gets_a_401(shell: Shell, acme: Workspace) -> None:
    ApiKey.objects.filter(workspace=acme).update(revoked_at="2026-01-01T00:00:00Z")
    status, answer = shell.run(LIST)
    assert (status, answer["error"]["code"]) == (401, "not_authenticated")
