"""A call keeps the Call-ID that the carrier knows, and LiveKit's own id, as LiveKit's participants tell them."""

from django.utils import timezone

from accounts.models import Workspace
from calls.livekit.ingest import settle
from calls.models import Attempt, Call
from calls.presentation.payloads import call_json
from tests.calls.conftest import Line, make_line
from tests.calls.events.conftest import Entrance, event, project_of, store

IDS = {"sip.callID": "SCL_7nVbq2RkXw3M", "sip.callIDFull": "8a1f-77@198.51.100.7"}


def shown(call: Call) -> tuple[str, str]:
    call.refresh_from_db()
    told = call_json(call)
    return told["sipCallId"], told["livekitCallId"]


def test_a_callers_call_has_both(entrance: Entrance) -> None:
    store(entrance.project, event("participant_joined", entrance.room, participant=entrance.caller(**IDS)))
    call = settle(entrance.project, entrance.room)
    assert call is not None
    assert shown(call) == (IDS["sip.callIDFull"], IDS["sip.callID"])


def test_a_phone_that_comes_back_without_them_takes_nothing_away(entrance: Entrance) -> None:
    store(entrance.project, event("participant_joined", entrance.room, participant=entrance.caller(**IDS)))
    again = entrance.caller("ringing") | {"sid": "PA_2"}
    store(entrance.project, event("participant_joined", entrance.room, 9, participant=again))
    call = settle(entrance.project, entrance.room)
    assert call is not None
    assert shown(call) == (IDS["sip.callIDFull"], IDS["sip.callID"])


def test_a_dialed_phone_tells_its_attempt_too(acme: Workspace) -> None:
    line: Line = make_line(acme, "+12025550101")
    call = line.place()
    room = f"call-{call.pk}-1"
    now = timezone.now()
    project = project_of(acme, "acmekey")
    Call.objects.filter(pk=call.pk).update(status="in_progress", room_name=room, answered_at=now, project=project)
    call.refresh_from_db()
    Attempt.objects.create(call=call, number=1, room_name=room, status="answered", started_at=now)
    phone = {"sid": "PA_1", "identity": "phone", "kind": "SIP", "attributes": {"sip.callStatus": "active", **IDS}}
    store(call.project, event("participant_joined", room, participant=phone))
    settle(call.project, room)
    assert shown(call) == (IDS["sip.callIDFull"], IDS["sip.callID"])
    (attempt,) = call_json(call)["attempts"]
    assert (attempt["sipCallId"], attempt["livekitCallId"]) == (IDS["sip.callIDFull"], IDS["sip.callID"])
