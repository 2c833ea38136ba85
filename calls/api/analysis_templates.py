"""`/v1/analysis-templates/{id}/test`."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.views import WorkspaceAPIView
from accounts.choices import Scope
from calls import selectors
from calls.analysis.analyze import LONGEST
from calls.analysis.template_test import try_template
from calls.api.docs import operation
from telephony import selectors as telephony
from telephony.api.reading import json_names, read
from telephony.models import AnalysisTemplate
from telephony.services.errors import Problems
from voxa.core.api.serializers import CamelSerializer, shared
from voxa.core.lookup import only_row

_ID = "7f1de0f5-6f0c-4f0f-9a38-0b7cf1f5f0d2"


class AnalysisTestSerializer(CamelSerializer):
    """What to analyze, and whose language model analyzes it."""

    call_id = serializers.UUIDField(required=False, help_text="A call with a transcript. Needs the scope `calls:read`.")
    transcript = serializers.CharField(
        required=False, max_length=LONGEST, help_text="Instead of a call, such as `caller: Is it open today?`."
    )
    agent_id = serializers.UUIDField(
        required=False, help_text="The agent whose provider, key and `analysisModel` are used. Default: the call's."
    )


class AnalysisTestedSerializer(CamelSerializer):
    """What a test showed."""

    model = serializers.CharField(help_text="The language model.")
    seconds = serializers.FloatField()
    summary = serializers.CharField()
    outcome = serializers.CharField()
    fields_: Any = serializers.DictField(help_text="Fields of the template's `schema`.")
    error = serializers.CharField(help_text="Why there is no analysis; empty if there is one.")


_TEST = operation(
    "Analysis templates",
    "analysis_templates_test",
    "Test an analysis template",
    "Analyzes a call or a text with the template as it is, and waits for at most 20 s. Nothing is stored, and no "
    "webhook is sent.",
    {
        "model": "gpt-4.1-mini", "seconds": 2.4, "summary": "The caller asked for a call back about an order.",
        "outcome": "Call back agreed", "fields": {"callBack": True}, "error": "",
    },
    sent={"transcript": "caller: Please call me back about my order.\nagent: We will.", "agentId": _ID},
    request=AnalysisTestSerializer,
    responses={200: AnalysisTestedSerializer},
)  # fmt: skip


class AnalysisTestView(WorkspaceAPIView[AnalysisTemplate]):
    """A test of an analysis template."""

    write_scope = Scope.AGENTS_WRITE
    queryset = AnalysisTemplate.objects.none()

    @_TEST
    def post(self, request: Request, id: str) -> Response:
        template = only_row(telephony.analysis_templates(self.workspace).filter(pk=id))
        if template is None:
            raise NotFound("The workspace has no analysis template with this id.")
        problems, reader = Problems(), shared(AnalysisTestSerializer)
        values = read(reader, request.data, problems)
        call = agent = None
        if "call_id" in values:
            if not self.api_key.allows(Scope.CALLS_READ):
                raise PermissionDenied(f"This API key lacks the scope {Scope.CALLS_READ}.", code="insufficient_scope")
            call = selectors.calls(self.workspace).filter(pk=values["call_id"]).first()
            if call is None:
                problems.add("call_id", "The workspace has no call with this id.", "not_found")
        if "agent_id" in values:
            agent = telephony.find_agent(self.workspace, values["agent_id"])
            if agent is None:
                problems.add("agent_id", "The workspace has no agent with this id.", "not_found")
        with json_names(reader):
            tried = try_template(template, call, values.get("transcript", ""), agent, problems)
        return Response(shared(AnalysisTestedSerializer).to_representation(tried))
