"""`/v1/route`: what a call would meet."""

from typing import Any
from urllib.parse import urlencode

import pytest
from rest_framework.test import APIClient

from accounts.models import Workspace
from calls.models import Call, DoNotCall
from telephony.choices import ObjectKind
from telephony.models import Agent, Gateway, LiveKitObject, LiveKitProject, TelephonySettings, Trunk
from telephony.services.agents import create_agent
from tests.calls.conftest import CALLEE, Line, make_line

ALLOWED = ("", "")


@pytest.fixture
def wired(line: Line) -> Line:
    """A line whose LiveKit is configured, and holds its inbound side too."""
    project = LiveKitProject.objects.create(name="P", url="ws://livekit.test", api_key="k", api_secret="s" * 40)
    TelephonySettings.objects.filter(pk=line.workspace.pk).update(project=project)
    LiveKitObject.objects.filter(trunk=line.trunk).update(project=project)
    for kind, name in ((ObjectKind.INBOUND, "ST_in"), (ObjectKind.RULE, "SDR_in")):
        LiveKitObject.objects.create(
            project=project, workspace=line.workspace, trunk=line.trunk, kind=kind, source_id=line.trunk.pk,
            livekit_id=name,
        )  # fmt: skip
    return line


def ask(api: APIClient, **query: Any) -> Any:
    return api.get(f"/v1/route?{urlencode(query)}")


def out(api: APIClient, line: Line, to: str = CALLEE, **query: Any) -> dict[str, Any]:
    answer = ask(api, to=to, **{"from": line.number.number}, **query)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def inbound(api: APIClient, to: str) -> tuple[str, str, dict[str, str] | None]:
    found = ask(api, to=to, direction="inbound").json()
    return found["reason"], found["message"], found["agent"]


def wrong(answer: Any) -> dict[str, str]:
    assert answer.status_code == 400
    return {detail["field"]: detail["code"] for detail in answer.json()["error"]["details"]}


def test_a_way_out_is_told_in_full_and_nothing_is_placed(api: APIClient, wired: Line) -> None:
    Trunk.objects.update(tech_prefix="77", leading_plus=False)
    found = out(api, wired, agentId=wired.agent.pk)
    assert (found["allowed"], found["reason"], found["message"]) == (True, "", "")
    assert found["dialled"] == "77" + CALLEE.removeprefix("+")
    assert (found["trunk"]["id"], found["number"]["number"]) == (str(wired.trunk.pk), wired.number.number)
    assert [gateway["ipOrDomain"] for gateway in found["gateways"]] == ["192.0.2.1"]
    assert found["agent"]["name"] == "Caller"
    assert {one["policy"]: one["allowed"] for one in found["policies"]} == dict.fromkeys(
        [
            "caller_id",
            "do_not_call",
            "country",
            "premium",
            "unknown_number",
            "calling_hours",
            "callee_attempts",
            "spend",
            "concurrency",
        ],
        True,
    )
    assert not Call.objects.exists()


def test_each_policy_says_its_own_and_the_first_final_one_decides(api: APIClient, wired: Line) -> None:
    DoNotCall.objects.create(workspace=wired.workspace, number="+18765550123")
    found = out(api, wired, "+18765550123")  # Jamaica, under +1
    assert (found["allowed"], found["reason"], found["until"]) == (False, "do_not_call", None)
    refused = {one["policy"]: one["message"] for one in found["policies"] if not one["allowed"]}
    assert set(refused) == {"do_not_call", "country"}
    assert refused["country"] == "Calls to JM are not allowed. Allowed countries: US."


def test_what_will_pass_says_when(api: APIClient, wired: Line) -> None:
    wired.settings(max_concurrent_calls=0)
    found = out(api, wired)
    assert (found["reason"], found["allowed"]) == ("concurrency", False)
    assert found["until"].endswith("Z")


@pytest.mark.parametrize(
    ("trunk", "reason"), [({"status": "failed"}, "caller_id_not_verified"), ({"status": "pending"}, "no_trunk")]
)
def test_a_trunk_that_is_not_active_is_told(api: APIClient, wired: Line, trunk: dict[str, str], reason: str) -> None:
    Trunk.objects.update(**trunk)
    assert out(api, wired)["reason"] == reason


def test_a_trunk_without_a_gateway_out_is_told(api: APIClient, wired: Line) -> None:
    Gateway.objects.update(outbound=False)
    assert out(api, wired)["reason"] == "no_trunk"


def test_without_livekit_nothing_goes_out_or_comes_in(api: APIClient, line: Line) -> None:
    assert out(api, line)["reason"] == "telephony_not_configured"
    assert inbound(api, line.number.number)[0] == "telephony_not_configured"


def test_an_agent_that_takes_no_such_calls_is_told(api: APIClient, wired: Line) -> None:
    agent = create_agent(wired.workspace, {"name": "In", "direction": "inbound"})
    assert out(api, wired, agentId=agent.pk)["reason"] == "no_agent"


def test_a_neighbours_rows_are_not_to_be_asked_for(api: APIClient, wired: Line, globex: Workspace) -> None:
    theirs = make_line(globex, "+12025550111")
    answer = ask(api, to=CALLEE, agentId=theirs.agent.pk, trunkId=theirs.trunk.pk, **{"from": "+12025550111"})
    assert wrong(answer) == {"agentId": "not_found", "trunkId": "not_found"}
    assert out(api, theirs)["reason"] == "caller_id_not_verified"
    assert inbound(api, "+12025550111")[0] == "not_found"


def test_wrong_questions_are_named(api: APIClient) -> None:
    assert wrong(ask(api)) == {"to": "required", "from": "required"}
    assert wrong(ask(api, to="x", agentId="y", direction="up", **{"from": "z"})) == {
        "to": "letters", "from": "letters", "agentId": "invalid", "direction": "invalid_choice",
    }  # fmt: skip


def test_a_call_that_comes_in_meets_the_numbers_agent_or_the_workspaces(api: APIClient, wired: Line) -> None:
    assert inbound(api, wired.number.number)[0::2] == ("", {"id": str(wired.agent.pk), "name": "Caller"})
    own = create_agent(wired.workspace, {"name": "Own"})
    wired.number.agent = own
    wired.number.save()
    create_agent(wired.workspace, {"name": "Newest"})
    assert inbound(api, wired.number.number)[2] == {"id": str(own.pk), "name": "Own"}


def test_why_nobody_would_answer_is_told(api: APIClient, wired: Line) -> None:
    reason, message, _ = inbound(api, "+12025550999")
    assert (reason, "endless ringing" in message) == ("not_found", True)
    Agent.objects.update(active=False)
    assert inbound(api, wired.number.number)[0] == "no_agent"
    LiveKitObject.objects.filter(kind=ObjectKind.RULE).delete()
    assert inbound(api, wired.number.number)[0] == "no_trunk"
    Trunk.objects.update(status="failed", last_error="LiveKit refused it.")
    assert inbound(api, wired.number.number)[1].startswith("The trunk failed: LiveKit refused it.")


@pytest.mark.parametrize("caller", ["anonymous", "Restricted", "unavailable", "sip:anonymous@anonymous.invalid"])
def test_a_withheld_caller_is_no_number(caller: str, api: APIClient, wired: Line) -> None:
    answer = ask(api, to=wired.number.number, direction="inbound", **{"from": caller})
    assert (answer.status_code, answer.json()["from"]) == (200, "")
    assert ask(api, to=CALLEE, **{"from": caller}).status_code == 400  # a call that goes out has a caller ID
