"""`/v1/calls/{id}/say`, `/mute`, `/unmute`, `/hold`, `/resume`, `/whisper` and `/listen`: people in a live call."""

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.choices import Scope
from calls.api.calls import CallViewSet
from calls.api.live_docs import HOLD, LISTEN, MUTE, RESUME, SAY, UNMUTE, WHISPER
from calls.api.serializers import SaySerializer, WhisperSerializer
from calls.services.agent_control import Control, control_agent
from calls.services.listening import listen_in


class ControlViewSet(CallViewSet):
    """Requests to the agent of a call."""

    @SAY
    def say(self, request: Request, id: UUID) -> Response:
        call = self._found(id, "agent")
        return self._control(call, Control.SAY, self._body(request, SaySerializer())["text"])

    @MUTE
    def mute(self, request: Request, id: UUID) -> Response:
        return self._control(self._found(id), Control.MUTE)

    @UNMUTE
    def unmute(self, request: Request, id: UUID) -> Response:
        return self._control(self._found(id), Control.UNMUTE)

    @HOLD
    def hold(self, request: Request, id: UUID) -> Response:
        return self._control(self._found(id), Control.HOLD)

    @RESUME
    def resume(self, request: Request, id: UUID) -> Response:
        return self._control(self._found(id), Control.RESUME)

    def _control(self, call: Any, control: Control, text: str = "") -> Response:
        control_agent(call, control, self.api_key.name, text)
        return self._accepted(call)


class SupervisorViewSet(ControlViewSet):
    """Listening in and whispering, for keys of the whole workspace."""

    write_scope = Scope.WORKSPACE_ADMIN

    @WHISPER
    def whisper(self, request: Request, id: UUID) -> Response:
        call = self._found(id, "agent")
        return self._control(call, Control.WHISPER, self._body(request, WhisperSerializer())["text"])

    @LISTEN
    def listen(self, request: Request, id: UUID) -> Response:
        return Response(listen_in(self._found(id), self.api_key.name))
