"""`/v1/route?direction=inbound` says what LiveKit does, also by trunks and rules that Voxa did not make."""

from typing import Any

import pytest
from livekit import api as lk
from rest_framework.test import APIClient

from accounts.models import Workspace
from telephony.models import TelephonySettings, Trunk
from telephony.services.agents import create_agent
from telephony.services.numbers import add_number
from telephony.services.trunks import create_trunk
from telephony.sync.apply import sync_trunk
from tests.sandbox import SandboxServer

NUMBER, GATEWAY, STRANGER = "+12025550100", "192.0.2.10", "203.0.113.99"
pytestmark = pytest.mark.django_db


@pytest.fixture
def livekit(sandbox: SandboxServer, settings: Any) -> SandboxServer:
    settings.LIVEKIT_URL, settings.LIVEKIT_API_KEY = sandbox.url, sandbox.key
    settings.LIVEKIT_API_SECRET = sandbox.secret
    return sandbox


def make(workspace: Workspace, number: str) -> Trunk:
    TelephonySettings.of(workspace.pk)
    trunk = create_trunk(workspace, {"name": f"Of {workspace.name}", "gateways": [{"ip_or_domain": GATEWAY}]})
    add_number(trunk, number)
    create_agent(workspace, {"name": "Reception"})
    sync_trunk(trunk.pk)
    return trunk


@pytest.fixture
def trunk(livekit: SandboxServer, acme: Workspace) -> Trunk:
    return make(acme, NUMBER)


def ask(api: APIClient, to: str = NUMBER, **query: str) -> dict[str, Any]:
    answer = api.get("/v1/route", {"to": to, "direction": "inbound", **query})
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def catch_all(livekit: SandboxServer) -> str:
    individual = lk.SIPDispatchRule(dispatch_rule_individual=lk.SIPDispatchRuleIndividual(room_prefix="x"))
    info = lk.SIPDispatchRuleInfo(name="Everything", rule=individual)
    request = lk.CreateSIPDispatchRuleRequest(dispatch_rule=info)
    return livekit.ask(lambda one: one.sip.create_dispatch_rule(request)).sip_dispatch_rule_id


@pytest.mark.parametrize("source", [{}, {"sourceIp": GATEWAY}])
def test_from_the_carrier_it_names_trunk_rule_and_agent(api: APIClient, trunk: Trunk, source: dict[str, str]) -> None:
    found = ask(api, **source)
    assert (found["allowed"], found["livekitAsked"], found["sourceIp"]) == (True, True, GATEWAY)
    assert found["livekitTrunk"]["foreign"] is found["livekitRule"]["foreign"] is False
    assert (found["trunk"]["id"], found["agent"]["name"]) == (str(trunk.pk), "Reception")


@pytest.mark.parametrize("source", [STRANGER, "2001:db8::1"])
def test_from_anywhere_else_the_caller_hears_ringing(api: APIClient, trunk: Trunk, source: str) -> None:
    found = ask(api, sourceIp=source)
    assert (found["allowed"], found["reason"], found["livekitRule"]) == (False, "no_trunk", None)
    assert source in found["message"]
    assert "endless ringing" in found["message"]


@pytest.mark.parametrize("to", [NUMBER, "+12025550999"])
def test_a_foreign_catch_all_accepts_and_is_named(
    api: APIClient, trunk: Trunk, livekit: SandboxServer, to: str
) -> None:
    rule_id = catch_all(livekit)
    found = ask(api, to, sourceIp=STRANGER)
    assert (found["allowed"], found["agent"], found["livekitTrunk"]) == (True, None, None)
    assert found["livekitRule"] == {"id": rule_id, "name": "Everything", "foreign": True}
    assert rule_id in found["message"]


def test_another_workspaces_number_is_not_told(api: APIClient, trunk: Trunk, globex: Workspace) -> None:
    make(globex, "+12025550111")
    found = ask(api, "+12025550111", sourceIp=GATEWAY)
    assert (found["reason"], found["livekitTrunk"], found["livekitRule"]) == ("not_found", None, None)
    assert "globex" not in str(found).lower()


def test_where_livekit_is_away_the_answer_is_from_the_rows(
    api: APIClient, trunk: Trunk, livekit: SandboxServer
) -> None:
    livekit.stop()
    found = ask(api)
    assert (found["livekitAsked"], found["allowed"]) == (False, True)
    assert "Voxa's own data" in found["message"]


@pytest.mark.parametrize("source", ["nowhere", "1.2.3", "1.2.3.4/24", "fe80::1;x"])
def test_a_source_that_is_no_address_is_refused(api: APIClient, source: str) -> None:
    answer = api.get("/v1/route", {"to": NUMBER, "direction": "inbound", "sourceIp": source})
    assert answer.status_code == 400
    assert [detail["field"] for detail in answer.json()["error"]["details"]] == ["sourceIp"]
