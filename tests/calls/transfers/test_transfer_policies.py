"""A transfer is dialed as a call is: through the same policies, send windows, gateways and carrier limits."""

import ast
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from calls.choices import CallStatus, Reason, TransferMode, TransferStatus
from calls.dialer import rate_limits
from calls.dialer.rate_limits import Limit
from calls.models import Call, DialSlot, DoNotCall, Transfer
from calls.routing import policies
from calls.routing.policies import POLICIES, Refusal
from calls.transfers.carry_out import carry_out
from calls.transfers.requests import claim, request_transfer
from telephony.livekit import SipRefused
from tests.calls.conftest import Line
from tests.calls.running import here
from tests.calls.transfer_server import Server
from tests.test_architecture import imports, sources, tree

pytestmark = pytest.mark.django_db
TARGET = "+12025550142"


@pytest.fixture
def call(line: Line, server: Server) -> Call:
    call = line.place()
    Call.objects.filter(pk=call.pk).update(status=CallStatus.IN_PROGRESS, room_name="call-x", due_at=None)
    call.refresh_from_db()
    return call


def asked(call: Call, mode: str = TransferMode.WARM) -> Transfer:
    return request_transfer(call, TARGET, TransferMode(mode))


def carried_out(transfer: Transfer) -> Transfer:
    token = uuid.uuid4()
    for transfer_id in claim(token, timezone.now(), 1):
        here(carry_out(transfer_id, token))
    transfer.refresh_from_db()
    return transfer


@pytest.mark.parametrize("mode", TransferMode.values)
@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.__name__)
def test_each_policy_is_asked_as_it_is_sent(
    policy: Callable[..., Any], mode: str, call: Call, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    transfer = asked(call, mode)
    at = POLICIES.index(policy)
    refusing = lambda facts: Refusal(Reason.COUNTRY, "Not there.")  # noqa: E731
    refusing.__name__ = policy.__name__
    monkeypatch.setattr(policies, "POLICIES", (*POLICIES[:at], refusing, *POLICIES[at + 1 :]))
    ended = carried_out(transfer)
    assert (ended.status, ended.code, ended.dialed_at, server.asked) == (
        TransferStatus.FAILED, "transfer_failed", None, []
    )  # fmt: skip
    assert "Not there. The caller keeps the agent." in ended.message


@pytest.mark.parametrize("mode", TransferMode.values)
def test_a_number_listed_since_the_request_is_not_dialed(mode: str, call: Call, server: Server) -> None:
    transfer = asked(call, mode)
    DoNotCall.objects.create(workspace=call.workspace, number=TARGET)
    assert (carried_out(transfer).status, server.asked) == (TransferStatus.FAILED, [])


def test_a_call_that_ends_as_the_third_party_is_dialed_is_left_alone(
    call: Call, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    transfer = asked(call)
    monkeypatch.setattr(
        "calls.transfers.carry_out.refusal_of",
        lambda *_: Call.objects.update(end_requested=Reason.HUNG_UP) and None,
    )
    ended = carried_out(transfer)
    assert (ended.status, ended.dialed_at, server.asked) == (TransferStatus.FAILED, None, [])


def test_it_waits_for_the_windows_of_trunk_and_workspace(
    line: Line, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    line.settings(calls_per_second=5)
    names: list[set[str]] = []

    def take_turn(limits: list[Limit], tries: int, ahead: timedelta) -> Any:
        names.append({limit.name for limit in limits})
        return rate_limits.take_turn(limits, tries, ahead)

    monkeypatch.setattr("calls.dialer.attempts.take_turn", take_turn)
    assert carried_out(asked(call)).status == TransferStatus.COMPLETED
    assert {frozenset(asked) for asked in names} == {frozenset({"workspace", "trunk"})}  # again where a window passed


def test_a_carriers_limit_pauses_the_trunk(line: Line, call: Call, server: Server) -> None:
    async def refuse(request: Any) -> Any:
        raise SipRefused(503, "cps limit exceeded")

    server.sip.create_sip_participant = refuse
    assert carried_out(asked(call)).sip_status_code == 503
    assert DialSlot.objects.get(pk=line.trunk.pk).next_at > timezone.now() + timedelta(seconds=3)


def test_one_place_asks_livekit_to_dial() -> None:
    dials = {
        str(path)
        for path in sources("calls")
        for parts in imports(path)
        if parts[:3] == ["telephony", "livekit", "rooms"] and parts[-1] == "dial"
    } | {
        str(path)
        for path in sources("calls")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr == "dial" and ast.unparse(node.value) == "rooms"
    }
    assert dials == {"calls/dialer/leg.py"}
