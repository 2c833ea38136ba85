"""LiveKit as far as a transfer asks it."""

import asyncio
from types import SimpleNamespace
from typing import Any

from livekit import api as lk

from telephony.sandbox.checks import check_headers


class Server:
    """Keeps the requests."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.sip = SimpleNamespace(transfer_sip_participant=self._keep, create_sip_participant=self._keep)
        self.room = SimpleNamespace(list_participants=self._people)

    async def _keep(self, request: Any) -> Any:
        check_headers(request.headers)
        self.asked.append(request)
        return lk.SIPParticipantInfo()

    async def _people(self, request: Any) -> Any:
        caller = lk.ParticipantInfo(identity="caller", kind=lk.ParticipantInfo.Kind.SIP)
        return lk.ListParticipantsResponse(participants=[caller])

    async def arun(self, operation: Any) -> Any:
        found = await operation.call(self)
        return operation.read(found) if getattr(operation, "read", None) else found

    def run(self, operation: Any) -> Any:
        return asyncio.run(self.arun(operation))
