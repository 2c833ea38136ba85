"""`/internal/agent/...`: what an agent does in a call beyond talking."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.internal import WorkerView
from calls.models import Transfer
from calls.recordings import recording as recordings
from calls.services import tool_runs
from calls.services.digits import note_pressed
from calls.services.tool_runs import request_tool, run_of
from calls.services.tools import Done
from calls.transfers.by_agent import outcome_of, transfer_as_agent
from voxa.core.api.serializers import CamelSerializer


class RecordingSerializer(CamelSerializer):
    """The conversation begins: whether the announcement of the recording was said."""

    announced = serializers.BooleanField()


class ToolCallSerializer(CamelSerializer):
    """A tool that the language model wants called. The worker's id of it is the message's to the customer."""

    id = serializers.UUIDField()
    name = serializers.CharField(max_length=64)
    arguments: Any = serializers.DictField(required=False, default=dict)


class AgentTransferSerializer(CamelSerializer):
    """Whom the language model wants the call handed over to."""

    name = serializers.CharField(max_length=64)


class PressedSerializer(CamelSerializer):
    """Keys that were pressed: for which request, and how many. Which they were stays in the room."""

    id = serializers.UUIDField()
    count = serializers.IntegerField(min_value=0, max_value=64)


@extend_schema(exclude=True)
class DigitsPressedView(WorkerView):
    """Takes the word that keys were pressed. It may come twice."""

    def post(self, request: Request) -> Response:
        reader = PressedSerializer(data=request.data)
        reader.is_valid(raise_exception=True)
        note_pressed(self.call(), reader.validated_data["id"], reader.validated_data["count"])
        return Response({})


@extend_schema(exclude=True)
class RecordView(WorkerView):
    """Has the call recorded. The answer does not wait for it."""

    def post(self, request: Request) -> Response:
        reader = RecordingSerializer(data=request.data)
        reader.is_valid(raise_exception=True)
        recordings.begin(self.call(), announced=reader.validated_data["announced"])
        return Response({})


@extend_schema(exclude=True)
class ToolView(WorkerView):
    """Request a tool. 202 with an id, by which the result is polled; 200 where it is refused at once."""

    def post(self, request: Request) -> Response:
        reader = ToolCallSerializer(data=request.data)
        reader.is_valid(raise_exception=True)
        asked = reader.validated_data
        run = request_tool(self.call(), asked["id"], asked["name"], asked["arguments"])
        return Response(run.json) if isinstance(run, Done) else _goes_on(run.pk)


@extend_schema(exclude=True)
class ToolOutcomeView(WorkerView):
    """What a tool of the call answered; 202 while it goes on. Polled often: one query besides the token's."""

    def get(self, request: Request, id: UUID) -> Response:
        run = run_of(self.token.project, self.token.room, id)
        if run is None:
            raise NotFound("The call has no such run of a tool.")
        done = tool_runs.outcome_of(run)
        return Response(done.json, headers={"Cache-Control": "no-store"}) if done else _goes_on(id)


@extend_schema(exclude=True)
class AgentTransferView(WorkerView):
    """Hands the call over. 202 with an id where that takes longer than a moment: ask for it again."""

    def post(self, request: Request) -> Response:
        reader = AgentTransferSerializer(data=request.data)
        reader.is_valid(raise_exception=True)
        done = transfer_as_agent(self.call(), reader.validated_data["name"])
        return Response(done.json) if isinstance(done, Done) else _goes_on(done.pk)


@extend_schema(exclude=True)
class AgentTransferOutcomeView(WorkerView):
    """What came of a transfer of the call; 202 while it goes on."""

    def get(self, request: Request, id: UUID) -> Response:
        transfer = Transfer.objects.filter(call=self.call(), pk=id).first()
        if transfer is None:
            raise NotFound("The call has no such transfer.")
        done = outcome_of(transfer)
        return Response(done.json) if done else _goes_on(id)


def _goes_on(id: UUID) -> Response:
    return Response({"id": str(id)}, status=202)
