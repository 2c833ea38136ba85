"""URLs of agent workers, under `/internal/agent`."""

from django.urls import path

from calls.api.internal import ReportView, SessionView
from calls.api.internal_abilities import (
    AgentTransferOutcomeView,
    AgentTransferView,
    ControlledView,
    DigitsPressedView,
    FallbackView,
    FirstTransferView,
    RecordView,
    ToolOutcomeView,
    ToolView,
)

urlpatterns = [
    path("session", SessionView.as_view()),
    path("report", ReportView.as_view()),
    path("control", ControlledView.as_view()),
    path("digits", DigitsPressedView.as_view()),
    path("record", RecordView.as_view()),
    path("tool", ToolView.as_view()),
    path("tool/<uuid:id>", ToolOutcomeView.as_view()),
    path("first-transfer", FirstTransferView.as_view()),
    path("first-transfer/<uuid:id>", AgentTransferOutcomeView.as_view()),
    path("fallback", FallbackView.as_view()),
    path("transfer", AgentTransferView.as_view()),
    path("transfer/<uuid:id>", AgentTransferOutcomeView.as_view()),
]
