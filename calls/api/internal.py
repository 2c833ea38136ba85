"""`/internal/agent/...`: instructions for agent workers, and their reports."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotFound
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from calls.agent_tests.reports import found_test, take_test_report, turn_json
from calls.agent_tests.sessions import ROOM
from calls.api.worker_serializers import ReportSerializer
from calls.models import AgentTest, Call, TranscriptItem
from calls.reception.requests import is_waiting
from calls.services.conversations import Report, take_report
from calls.services.worker_session import call_of_room, instructions, test_instructions
from calls.services.worker_tokens import BadToken, WorkerToken, read_token
from calls.services.workers import note_worker
from telephony.livekit import LiveKitError
from voxa.core.api.names import camel
from voxa.core.api.negotiation import JsonNegotiation
from voxa.core.api.parsers import StrictJSONParser
from voxa.core.bodies.reader import receive
from voxa.core.errors import Unavailable


class WorkerAuthentication(BaseAuthentication):
    """Authenticates workers; `request.auth` is a `WorkerToken`."""

    def authenticate(self, request: Request) -> tuple[None, WorkerToken]:
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise AuthenticationFailed("Send a token signed by the LiveKit secret: Authorization: Bearer ...")
        try:
            return None, read_token(text.strip())
        except BadToken as error:
            raise AuthenticationFailed(str(error)) from None

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="voxa-worker"'


class IsWorker(BasePermission):
    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.auth, WorkerToken)


class WorkerView(APIView):
    """Base view for workers: JSON, Voxa's errors, not in the public schema."""

    authentication_classes = [WorkerAuthentication]
    permission_classes = [IsWorker]
    parser_classes = [StrictJSONParser]
    content_negotiation_class = JsonNegotiation

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        receive(request.META, f"worker {self.token.project.pk}")

    @property
    def token(self) -> WorkerToken:
        token = self.request.auth
        assert isinstance(token, WorkerToken)  # noqa: S101  # IsWorker lets nobody else in
        return token

    def agent_test(self) -> AgentTest | None:
        """Return the test conversation of the token's room, None if the room is a call's."""
        room = self.token.room
        return found_test(self.token.project, room) if room.startswith(ROOM) else None

    def call(self) -> Call:
        """Return the call of the token's room in the token's project."""
        try:
            call = call_of_room(self.token.project, self.token.room) if self.token.room else None
        except LiveKitError as error:
            raise Unavailable("livekit_unavailable", f"LiveKit could not be queried for the room: {error}") from error
        if call is None:
            raise NotFound("The project has no call in this room.")
        return call


@extend_schema(exclude=True)
class SessionView(WorkerView):
    """Instructions for a call, with the provider's secret. 202 while the workspace's endpoint is asked about it."""

    def get(self, request: Request) -> Response:
        if test := self.agent_test():
            return Response(test_instructions(test), headers={"Cache-Control": "no-store"})
        call = self.call()
        if is_waiting(call):
            return Response({"pending": True}, status=202)
        return Response(instructions(call), headers={"Cache-Control": "no-store"})


@extend_schema(exclude=True)
class ReportView(WorkerView):
    """Reports of the worker's state and of a call. The response says whether the call is over."""

    def post(self, request: Request) -> Response:
        reader = ReportSerializer(data=request.data)
        reader.is_valid(raise_exception=True)
        values = dict(reader.validated_data)
        worker: dict[str, Any] | None = values.pop("worker", None)
        name = ""
        if worker:
            worker_id = worker.pop("id")
            name = str(worker_id)
            note_worker(self.token.project, worker_id, worker)
        if not self.token.room:
            return Response({})
        measures = {camel(key): value for key, value in values.pop("measures", {}).items()}
        if test := self.agent_test():
            turns = [turn_json(item) for item in values.pop("transcript", [])]
            row = take_test_report(test, turns=turns, measures=measures, **values)
            return Response({"status": "ended" if row.ended_at else "in_progress"})
        call = self.call()
        for item in (items_told := values.pop("transcript", [])):
            item.pop("latency_seconds", None)
        items = [TranscriptItem(call=call, **item) for item in items_told]
        take_report(call, Report(items=items, measures=measures, worker=name, **values))
        call.refresh_from_db()
        return Response({"status": call.status})
