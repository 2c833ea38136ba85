"""`/internal/agent/...`: actions of an agent in a call beyond talking."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.internal import WorkerView
from calls.choices import Reason
from calls.models import Transfer
from calls.reception.fallbacks import use_fallback
from calls.reception.first_transfer import transfer_first
from calls.recordings import recording as recordings
from calls.services import tool_runs
from calls.services.agent_control import Control, note_control
from calls.services.digits import note_pressed
from calls.services.tool_runs import request_tool, run_of
from calls.services.tools import Done
from calls.services.worker_session import instructions
from calls.transfers.by_agent import outcome_of, transfer_as_agent
from telephony.livekit import LiveKitError
from voxa.core.api.serializers import CamelSerializer
from voxa.core.errors import Conflict


class RecordingSerializer(CamelSerializer):
    """Start of the conversation: whether the recording announcement was played."""

    announced = serializers.BooleanField()


class ToolCallSerializer(CamelSerializer):
    """A tool requested by the language model. The worker's ID of the run is the message ID sent to the customer."""

    id = serializers.UUIDField()
    name = serializers.CharField(max_length=64)
    arguments: Any = serializers.DictField(required=False, default=dict)


class AgentTransferSerializer(CamelSerializer):
    """The transfer target that the language model requests."""

    name = serializers.CharField(max_length=64)


class FallbackSerializer(CamelSerializer):
    """Why no agent can talk; empty where a fallback itself failed, such as a transfer."""

    reason = serializers.ChoiceField([Reason.PROVIDER_FAILED], allow_blank=True)
    detail = serializers.CharField(max_length=500, allow_blank=True)


class PressedSerializer(CamelSerializer):
    """DTMF that was sent: the request's ID and the number of digits, never the digits."""

    id = serializers.UUIDField()
    count = serializers.IntegerField(min_value=0, max_value=64)


class ControlledSerializer(CamelSerializer):
    """What the worker made of a request of the API."""

    id = serializers.UUIDField()
    action = serializers.ChoiceField(Control.choices)
    done = serializers.BooleanField()


@extend_schema(exclude=True)
class ControlledView(WorkerView):
    """Confirmation of a request. It may arrive twice."""

    def post(self, request: Request) -> Response:
        reader = ControlledSerializer(data=request.data)
        reader.is_valid(raise_exception=True)
        told = reader.validated_data
        note_control(self.call(), told["id"], Control(told["action"]), done=told["done"])
        return Response({})


@extend_schema(exclude=True)
class DigitsPressedView(WorkerView):
    """Confirmation that DTMF was sent. It may arrive twice."""

    def post(self, request: Request) -> Response:
        reader = PressedSerializer(data=request.data)
        reader.is_valid(raise_exception=True)
        note_pressed(self.call(), reader.validated_data["id"], reader.validated_data["count"])
        return Response({})


@extend_schema(exclude=True)
class RecordView(WorkerView):
    """Starts recording the call. The response does not wait for it."""

    def post(self, request: Request) -> Response:
        reader = RecordingSerializer(data=request.data)
        reader.is_valid(raise_exception=True)
        recordings.begin(self.call(), announced=reader.validated_data["announced"])
        return Response({})


@extend_schema(exclude=True)
class ToolView(WorkerView):
    """Request a tool. 202 with an ID to poll the result; 200 if it is refused immediately."""

    def post(self, request: Request) -> Response:
        reader = ToolCallSerializer(data=request.data)
        reader.is_valid(raise_exception=True)
        asked, test = reader.validated_data, self.agent_test()
        call = test.as_call() if test else self.call()
        run = request_tool(call, asked["id"], asked["name"], asked["arguments"], test)
        return Response(run.json) if isinstance(run, Done) else _goes_on(run.pk)


@extend_schema(exclude=True)
class ToolOutcomeView(WorkerView):
    """Result of a tool run; 202 while it runs. Polled often: one query besides the token's."""

    def get(self, request: Request, id: UUID) -> Response:
        run = run_of(self.token.project, self.token.room, id)
        if run is None:
            raise NotFound("The call has no such tool run.")
        done = tool_runs.outcome_of(run)
        return Response(done.json, headers={"Cache-Control": "no-store"}) if done else _goes_on(id)


@extend_schema(exclude=True)
class AgentTransferView(WorkerView):
    """Transfers the call. 202 with an ID to poll if it takes longer."""

    def post(self, request: Request) -> Response:
        reader = AgentTransferSerializer(data=request.data)
        reader.is_valid(raise_exception=True)
        done = transfer_as_agent(self.call(), reader.validated_data["name"])
        return Response(done.json) if isinstance(done, Done) else _goes_on(done.pk)


@extend_schema(exclude=True)
class FirstTransferView(WorkerView):
    """Transfers the call to the target that the workspace's endpoint chose. 202 as above."""

    def post(self, request: Request) -> Response:
        try:
            done = transfer_first(self.call())
        except LiveKitError as error:
            done = Done(False, str(error))
        return Response(done.json) if isinstance(done, Done) else _goes_on(done.pk)


@extend_schema(exclude=True)
class FallbackView(WorkerView):
    """Changes the call to its next fallback, and answers with its instructions. Never sent twice."""

    def post(self, request: Request) -> Response:
        reader = FallbackSerializer(data=request.data)
        reader.is_valid(raise_exception=True)
        call = self.call()
        if not use_fallback(call, reader.validated_data["reason"] or None, reader.validated_data["detail"]):
            raise Conflict("no_fallback", "The call has no fallback left.")
        return Response(instructions(call), headers={"Cache-Control": "no-store"})


@extend_schema(exclude=True)
class AgentTransferOutcomeView(WorkerView):
    """Outcome of a transfer of the call; 202 while it is in progress."""

    def get(self, request: Request, id: UUID) -> Response:
        transfer = Transfer.objects.filter(call=self.call(), pk=id).first()
        if transfer is None:
            raise NotFound("The call has no such transfer.")
        done = outcome_of(transfer)
        return Response(done.json) if done else _goes_on(id)


def _goes_on(id: UUID) -> Response:
    return Response({"id": str(id)}, status=202)
