"""URLs of agent workers, under `/internal/agent`."""

from django.urls import path

from calls.api.internal import ReportView, SessionView

urlpatterns = [
    path("session", SessionView.as_view()),
    path("report", ReportView.as_view()),
]
