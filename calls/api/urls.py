"""Native URLs of calls, under `/v1`."""

from django.urls import path

from calls.api.agent_tests import TestSessionViewSet as TestSessions
from calls.api.analysis_templates import AnalysisTestView
from calls.api.calls import CallViewSet as Calls
from calls.api.do_not_call import DoNotCallViewSet as DoNotCall
from calls.api.do_not_call import ImportView as Import
from calls.api.live import ControlViewSet as Control
from calls.api.live import SupervisorViewSet as Supervisor
from calls.api.route import RouteView
from calls.api.usage import UsageView

urlpatterns = [
    path("agents/<uuid:id>/test-sessions", TestSessions.as_view({"get": "list", "post": "create"})),
    path("test-sessions/<uuid:id>", TestSessions.as_view({"get": "retrieve", "delete": "end"})),
    path("analysis-templates/<uuid:id>/test", AnalysisTestView.as_view()),
    path("calls", Calls.as_view({"get": "list", "post": "create"})),
    path("calls/<uuid:id>", Calls.as_view({"get": "retrieve"})),
    path("calls/<uuid:id>/events", Calls.as_view({"get": "events"})),
    path("calls/<uuid:id>/transcript", Calls.as_view({"get": "transcript"})),
    path("calls/<uuid:id>/analysis", Calls.as_view({"get": "analysis"})),
    path("calls/<uuid:id>/recording", Calls.as_view({"get": "recording"})),
    path("calls/<uuid:id>/dispatch", Calls.as_view({"post": "dispatch_call"})),
    path("calls/<uuid:id>/cancel", Calls.as_view({"post": "cancel"})),
    path("calls/<uuid:id>/hangup", Calls.as_view({"post": "hang_up"})),
    path("calls/<uuid:id>/dtmf", Calls.as_view({"post": "dtmf"})),
    path("calls/<uuid:id>/transfer", Calls.as_view({"get": "transfer_state", "post": "transfer"})),
    path("calls/<uuid:id>/say", Control.as_view({"post": "say"})),
    path("calls/<uuid:id>/mute", Control.as_view({"post": "mute"})),
    path("calls/<uuid:id>/unmute", Control.as_view({"post": "unmute"})),
    path("calls/<uuid:id>/hold", Control.as_view({"post": "hold"})),
    path("calls/<uuid:id>/resume", Control.as_view({"post": "resume"})),
    path("calls/<uuid:id>/listen", Supervisor.as_view({"post": "listen"})),
    path("calls/<uuid:id>/whisper", Supervisor.as_view({"post": "whisper"})),
    path("do-not-call", DoNotCall.as_view({"get": "list", "post": "create"})),
    path("do-not-call/import", Import.as_view({"post": "load"})),
    path("do-not-call/<str:number>", DoNotCall.as_view({"get": "retrieve", "delete": "destroy"})),
    path("route", RouteView.as_view()),
    path("usage", UsageView.as_view()),
]
