"""Serializers of agent workers' requests."""

from rest_framework import serializers

from calls.choices import Speaker
from calls.services.conversations import ENDINGS
from voxa.core.api.serializers import CamelSerializer, NamedChoiceField

MOST_ITEMS = 500  # per report


class WorkerSerializer(CamelSerializer):
    """A worker and its load."""

    id = serializers.UUIDField(help_text="Chosen by the worker when it starts.")
    host = serializers.CharField(max_length=255)
    version = serializers.CharField(max_length=50, required=False, allow_blank=True)
    sessions = serializers.IntegerField(min_value=0, max_value=100_000)
    load = serializers.FloatField(min_value=0, max_value=1)
    memory_bytes = serializers.IntegerField(min_value=0, required=False)
    draining = serializers.BooleanField(required=False, default=False)
    speech = serializers.ListField(
        child=serializers.CharField(max_length=20),
        max_length=100,
        required=False,
        help_text="The providers of speech whose package it has.",
    )


class ItemSerializer(CamelSerializer):
    """One turn of the conversation."""

    id = serializers.UUIDField()
    speaker = NamedChoiceField(Speaker.choices)
    text = serializers.CharField(max_length=20_000)
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()
    interrupted = serializers.BooleanField(required=False, default=False)
    latency_seconds = serializers.FloatField(min_value=0, required=False)  # kept of test conversations only


class MeasuresSerializer(CamelSerializer):
    """Latency in seconds: answer to the agent's first word, and the caller's last word to the agent's next."""

    first_word_seconds = serializers.FloatField(min_value=0, required=False)
    turns = serializers.IntegerField(min_value=0, required=False)
    turn_seconds_median = serializers.FloatField(min_value=0, required=False)
    turn_seconds_longest = serializers.FloatField(min_value=0, required=False)
    interruptions = serializers.IntegerField(min_value=0, required=False)


class ReportSerializer(CamelSerializer):
    """A report on the worker, on a call, or on both."""

    worker = WorkerSerializer(required=False)
    transcript = ItemSerializer(many=True, required=False, max_length=MOST_ITEMS)  # type: ignore[call-arg]
    measures = MeasuresSerializer(required=False)
    detail = serializers.CharField(max_length=500, required=False, allow_blank=True)
    end = NamedChoiceField([(reason, reason.label) for reason in ENDINGS], required=False)
    finished = serializers.BooleanField(required=False, default=False)
