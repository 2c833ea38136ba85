"""What a token must allow for rooms, dispatches and calls."""

from typing import Any

import httpx
import jwt
import pytest

from tests.contract.phones import Phones
from tests.live.servers import LiveKitEndpoint

Granted = dict[str, dict[str, Any]]

LOBBY_ADMIN: Granted = {"video": {"roomAdmin": True, "room": "lobby"}}
CREATE: Granted = {"video": {"roomCreate": True}}
LIST: Granted = {"video": {"roomList": True}}
CALL: Granted = {"sip": {"call": True}}
EVERY_OTHER_ROOM: Granted = {"video": {"roomAdmin": True, "room": "elsewhere"}}

NEEDS: dict[str, tuple[dict[str, str], Granted]] = {
    "RoomService/CreateRoom": ({"name": "lobby"}, CREATE),
    "RoomService/DeleteRoom": ({"room": "lobby"}, CREATE),
    "RoomService/ListRooms": ({}, LIST),
    "RoomService/ListParticipants": ({"room": "lobby"}, LOBBY_ADMIN),
    "RoomService/GetParticipant": ({"room": "lobby", "identity": "nobody"}, LOBBY_ADMIN),
    "RoomService/RemoveParticipant": ({"room": "lobby", "identity": "nobody"}, LOBBY_ADMIN),
    "AgentDispatchService/CreateDispatch": ({"room": "lobby", "agentName": "a"}, LOBBY_ADMIN),
    "AgentDispatchService/ListDispatch": ({"room": "lobby"}, LOBBY_ADMIN),
    "AgentDispatchService/DeleteDispatch": ({"room": "lobby", "dispatchId": "AD_x"}, LOBBY_ADMIN),
    "SIP/CreateSIPParticipant": ({"sipTrunkId": "ST_x", "sipCallTo": "+15550100001", "roomName": "lobby"}, CALL),
    "SIP/TransferSIPParticipant": (
        {"roomName": "lobby", "participantIdentity": "nobody", "transferTo": "tel:+15550100001"},
        LOBBY_ADMIN | CALL,
    ),
}
GRANTS: tuple[Granted, ...] = (
    {}, LOBBY_ADMIN, CREATE, LIST, CALL, EVERY_OTHER_ROOM, EVERY_OTHER_ROOM | CALL, {"sip": {"admin": True}},
    {"video": {"roomAdmin": True}}, {"video": {"roomJoin": True, "room": "lobby"}},
)  # fmt: skip


def refused(server: LiveKitEndpoint, method: str, body: dict[str, str], grants: Granted) -> bool:
    token = jwt.encode({"iss": server.key, **grants}, server.secret, algorithm="HS256")
    answer = httpx.post(
        f"{server.http_url}/twirp/livekit.{method}", json=body, headers={"Authorization": f"Bearer {token}"}, timeout=20
    )
    return answer.status_code == 401 and answer.json() == {"code": "unauthenticated", "msg": "permissions denied"}


def enough(grants: Granted, needed: Granted) -> bool:
    return all(needed[part].items() <= grants.get(part, {}).items() for part in needed)


@pytest.mark.parametrize("method", NEEDS)
def test_each_request_needs_its_own_grant(server: LiveKitEndpoint, phones: Phones, method: str) -> None:
    body, needed = NEEDS[method]
    for grants in (*GRANTS, needed):
        assert refused(server, method, body, grants) is not enough(grants, needed), grants
