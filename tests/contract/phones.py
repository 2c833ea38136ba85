"""The far end of calls: sipbridge beside the real server, the sandbox's own for the sandbox."""

from dataclasses import dataclass
from typing import Any, Protocol

import httpx
from livekit import api

from telephony.sandbox.app import CONTROL_PATH, INVITE_PATH
from tests.live.servers import LiveKitEndpoint, SipBridge


@dataclass(frozen=True)
class Answer:
    """What an INVITE met; a result of ACCEPT or DROP."""

    result: str
    trunk_id: str = ""
    rule_id: str = ""
    room: str = ""
    identity: str = ""
    agents: tuple[str, ...] = ()
    wire: tuple[int, ...] = ()


class Phones(Protocol):
    def invite(self, caller: str, called: str, source_ip: str, host: str = "sip.test", *, seconds: int = 0) -> Answer:
        """Call in; who is accepted stands in the room, for `seconds` or until it is closed."""

    def service(self, state: str) -> None:
        """Make of the SIP service what this says: on, draining, overloaded, off."""


class BridgePhones:
    """sipbridge asks the real server."""

    def __init__(self, bridge: SipBridge) -> None:
        self._bridge = bridge

    def invite(self, caller: str, called: str, source_ip: str, host: str = "sip.test", *, seconds: int = 0) -> Answer:
        answer = self._bridge.invite(caller, called, source_ip, host, join=True, taken=False, seconds=seconds)
        dispatch = answer.get("dispatch")
        if dispatch is None or answer["result"] != "ACCEPT":
            return Answer("DROP", wire=tuple(answer["wire"]))
        assert "join_error" not in answer, answer
        return Answer(
            "ACCEPT",
            dispatch.get("sip_trunk_id", ""),
            dispatch["sip_dispatch_rule_id"],
            dispatch["room_name"],
            dispatch["participant_identity"],
            tuple(agent["agent_name"] for agent in dispatch.get("room_config", {}).get("agents", [])),
            tuple(answer["wire"]),
        )

    def service(self, state: str) -> None:
        self._bridge.service(state)


class SandboxPhones:
    """The sandbox plays the call."""

    def __init__(self, server: LiveKitEndpoint) -> None:
        self._server = server

    def invite(self, caller: str, called: str, source_ip: str, host: str = "sip.test", *, seconds: int = 0) -> Answer:
        asked = {"caller": caller, "called": called, "source_ip": source_ip, "host": host, "seconds": seconds}
        verdict = self.play(asked)
        if verdict["result"] == "DROP":
            return Answer("DROP", wire=tuple(verdict["wire"]))
        agents = tuple(verdict["agents"])
        names = ("trunk_id", "rule_id", "room", "identity")
        return Answer("ACCEPT", **{name: verdict[name] for name in names}, agents=agents, wire=tuple(verdict["wire"]))

    def service(self, state: str) -> None:
        token = api.AccessToken(self._server.key, self._server.secret).with_sip_grants(api.SIPGrants(admin=True))
        headers = {"Authorization": f"Bearer {token.to_jwt()}"}
        httpx.post(self._server.http_url + CONTROL_PATH, json={"sip": state}, headers=headers).raise_for_status()

    def play(self, asked: dict[str, Any]) -> dict[str, Any]:
        token = api.AccessToken(self._server.key, self._server.secret).with_sip_grants(api.SIPGrants(call=True))
        headers = {"Authorization": f"Bearer {token.to_jwt()}"}
        answer = httpx.post(self._server.http_url + INVITE_PATH, json=asked, headers=headers)
        verdict: dict[str, Any] = answer.raise_for_status().json()
        return verdict
