"""A call in JSON has one list of fields: the API's schema, its examples, the responses and the webhooks follow it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from rest_framework import serializers

from accounts.webhook_events import EVENT_TYPES
from calls.api.docs import CALL
from calls.models import Attempt, Call, CallAnalysis, Event, Recording, TranscriptItem, Transfer
from calls.presentation import payloads, schemas
from voxa.core.api.payloads import payload_of
from voxa.core.api.serializers import CamelSerializer


@pytest.mark.parametrize(
    ("payload", "schema"),
    [
        (payloads.call_json(Call(), ()), schemas.CallSerializer),
        (payloads.transfer_json(Transfer()), schemas.TransferStateSerializer),
        (payloads.attempt_json(Attempt()), schemas.AttemptSerializer),
        (payloads.event_json(Event()), schemas.EventSerializer),
        (payloads.item_json(TranscriptItem()), schemas.TurnSerializer),
        (payloads.analysis_json(CallAnalysis()), schemas.AnalysisSerializer),
        (payloads.recording_json([(Recording(), "")]), schemas.RecordingSerializer),
        (payloads.recording_json([]), schemas.RecordingSerializer),
        (CALL, schemas.CallSerializer),
        (EVENT_TYPES["call.ended"].example, schemas.CallSerializer),
        (EVENT_TYPES["call.ended"].example["attempts"][0], schemas.AttemptSerializer),
        (EVENT_TYPES["call.transfer"].example, schemas.TransferredCallSerializer),
        (EVENT_TYPES["call.transfer"].example["transfer"], schemas.TransferStateSerializer),
        (EVENT_TYPES["call.report"].example["transcript"][0], schemas.TurnSerializer),
        (EVENT_TYPES["call.analyzed"].example["analysis"], schemas.AnalysisSerializer),
    ],
)
def test_a_payload_has_the_fields_of_its_schema(payload: dict[str, Any], schema: type[CamelSerializer]) -> None:
    assert list(payload) == list(schema().fields)


class Shop(CamelSerializer):
    """A schema of its own, of every kind of value."""

    id = serializers.UUIDField()
    owner_id = serializers.UUIDField(allow_null=True)
    from_ = serializers.CharField(source="origin")
    opened_at = serializers.DateTimeField()
    rooms = serializers.ListField()


def test_a_value_is_read_from_its_source_and_written_as_the_api_does() -> None:
    class Row:
        pk = id = UUID(int=1)
        owner_id = None
        origin = "Rome"
        opened_at = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)

    assert payload_of(Shop, rooms=lambda row: [row.origin])(Row()) == {
        "id": str(UUID(int=1)), "ownerId": None, "from": "Rome", "openedAt": "2026-01-05T09:30:00Z", "rooms": ["Rome"],
    }  # fmt: skip
