"""Agents sent into rooms, as LiveKit notes them down."""

import pytest
from livekit import api

from tests.contract.cases import answers


async def test_a_room_is_made_with_its_agents(lk: api.LiveKitAPI) -> None:
    agent = api.RoomAgentDispatch(agent_name="voxa-agent", metadata="{}")
    await lk.room.create_room(api.CreateRoomRequest(name="staffed", agents=[agent]))
    (made,) = await lk.agent_dispatch.list_dispatch("staffed")
    assert (made.agent_name, made.metadata, made.room) == ("voxa-agent", "{}", "staffed")
    assert made.id.startswith("AD_")


async def test_a_dispatch_makes_its_room(lk: api.LiveKitAPI) -> None:
    request = api.CreateAgentDispatchRequest(room="new", agent_name="voxa-agent", metadata="m")
    made = await lk.agent_dispatch.create_dispatch(request)
    assert (made.agent_name, made.room, made.metadata) == ("voxa-agent", "new", "m")
    assert made.id in [one.id for one in await lk.agent_dispatch.list_dispatch("new")]
    found = await lk.agent_dispatch.get_dispatch(made.id, "new")
    assert found is not None
    assert found.id == made.id


async def test_a_deleted_dispatch_is_gone(lk: api.LiveKitAPI) -> None:
    request = api.CreateAgentDispatchRequest(room="new", agent_name="voxa-agent")
    made = await lk.agent_dispatch.create_dispatch(request)
    assert (await lk.agent_dispatch.delete_dispatch(made.id, "new")).id == made.id
    assert made.id not in [one.id for one in await lk.agent_dispatch.list_dispatch("new")]
    with answers("not_found", "twirp error unknown: dispatch ID not found", status=404):
        await lk.agent_dispatch.delete_dispatch(made.id, "new")


@pytest.mark.parametrize("question", ["list", "delete"])
async def test_nobody_answers_for_a_room_that_does_not_exist(lk: api.LiveKitAPI, question: str) -> None:
    with answers("unavailable", "twirp error unknown: no response from servers", status=503):
        if question == "list":
            await lk.agent_dispatch.list_dispatch("no-such-room")
        else:
            await lk.agent_dispatch.delete_dispatch("AD_missing", "no-such-room")
