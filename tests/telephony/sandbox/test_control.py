"""`manage.py sandbox_control`: faults at run time, and what a crash of the server leaves behind."""

import asyncio
import io
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import httpx
import pytest
from django.core.management import CommandError, call_command
from livekit import api
from livekit.protocol.models import ParticipantInfo
from livekit.protocol.room import CreateRoomRequest

from telephony.sandbox import agents
from telephony.sandbox.control import Change, carry_out
from telephony.sandbox.dials import create_participant
from telephony.sandbox.errors import TwirpError
from telephony.sandbox.rooms import Room
from telephony.sandbox.state import State
from tests.contract.cases import answers, dial_request
from tests.live.process import wait_until
from tests.sandbox import SandboxServer
from tests.telephony.sandbox.test_call_times import ROOM, dial, now, status

Run = Callable[[Coroutine[Any, Any, None]], None]


def control(**options: Any) -> str:
    out = io.StringIO()
    call_command("sandbox_control", stdout=out, **options)
    return out.getvalue().strip()


@pytest.fixture
def configured(settings: Any, sandbox: SandboxServer) -> SandboxServer:
    settings.LIVEKIT_URL, settings.LIVEKIT_API_KEY = sandbox.url, sandbox.key
    settings.LIVEKIT_API_SECRET = sandbox.secret
    return sandbox


async def _dial(lk: api.LiveKitAPI) -> None:
    await lk.sip.create_sip_participant(await dial_request(lk, "+12025550100"))


def test_the_sip_service_is_switched_off_and_on(configured: SandboxServer) -> None:
    assert control(sip="off") == "sip off, agents on"
    with answers("unavailable", "twirp error unknown: no response from servers"):
        configured.ask(_dial)
    assert control(sip="on", agents="off") == "sip on, agents off"
    configured.ask(_dial)


def test_what_is_no_change_is_refused(configured: SandboxServer, settings: Any) -> None:
    with pytest.raises(CommandError, match="Use --sip, --agents or --crash"):
        control()
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("sandbox_control", "--sip", "asleep")
    settings.LIVEKIT_API_KEY = "another"
    with pytest.raises(CommandError, match="The sandbox rejected the request: invalid API key"):
        control(sip="off")


def test_a_crash_drops_what_was_asked_and_the_server_comes_back(configured: SandboxServer) -> None:
    assert control(crash=True) == "sip on, agents on"
    with pytest.raises(httpx.HTTPError):
        httpx.get(configured.http_url)
    wait_until(lambda: _answers(configured.http_url), "the server is up again")


def _answers(url: str) -> bool:
    with suppress(httpx.HTTPError):
        return httpx.get(url).is_success
    return False


def people(state: State) -> dict[str, ParticipantInfo]:
    room = state.rooms.get(ROOM)
    return {name: one.info for name, one in room.occupants.items()} if room else {}


def with_agent(state: State) -> Room:
    room = state.rooms.open(CreateRoomRequest(name=ROOM))
    agents.dispatch(state, room, "voxa-agent", "")
    return room


@pytest.mark.parametrize(("registered", "listed"), [(True, 2), (False, 1)])
def test_after_a_crash_the_phone_is_another_and_the_agent_a_ghost(
    state: State, run: Run, registered: bool, listed: int
) -> None:
    async def story() -> None:
        room = with_agent(state)
        await create_participant(state, dial(state))
        await asyncio.sleep(1)
        phone, ghost = people(state)["phone"].sid, next(name for name in people(state) if name != "phone")
        carry_out(state, Change(agents=registered, crash=True))
        await asyncio.sleep(4)
        assert list(people(state)) == [ghost]
        await asyncio.sleep(2)
        back = people(state)["phone"]
        assert back.sid != phone
        assert back.attributes["sip.callStatus"] == "dialing"
        assert back.attributes["sip.callIDFull"]
        assert len([name for name in people(state) if name != "phone"]) == listed
        assert ghost in people(state)
        assert room.occupants[ghost].ghost

    run(story())


def test_a_call_that_crashed_is_still_hung_up_at_its_limit(state: State, run: Run) -> None:
    async def story() -> None:
        await create_participant(state, dial(state, max_call_duration=20))
        carry_out(state, Change(crash=True))
        await asyncio.sleep(10)
        assert status(state) == "dialing"
        await asyncio.sleep(10)
        assert status(state) == "gone"

    run(story())


def test_a_killed_service_answers_nothing_and_its_phones_are_missed_later(state: State, run: Run) -> None:
    async def story() -> None:
        dialing = asyncio.create_task(create_participant(state, dial(state, "+12025550999")))
        await asyncio.sleep(1)
        carry_out(state, Change(sip="killed"))
        await asyncio.sleep(19)
        assert status(state) == "ringing"
        await asyncio.sleep(2)
        assert status(state) in ("gone", "no room")
        with pytest.raises(TwirpError) as lost:
            await dialing
        assert (lost.value.code, now()) == ("deadline_exceeded", 80)

    run(story())


@pytest.mark.parametrize("change", [{"sip": "asleep"}, {"agents": "yes"}, {"crash": 1}, {"unknown": True}])
def test_a_change_that_cannot_be_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError)):
        Change(**change)
