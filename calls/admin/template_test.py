"""The page that tries an analysis template on a call: `/admin/analysis-templates/{id}/test/`."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views import View
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from accounts.admin.access import access_of
from accounts.admin.times import when
from accounts.choices import Role
from agents.providers.fields import USED_BY
from calls.admin.after import written_fields
from calls.analysis.analyze import LONGEST
from calls.analysis.template_test import Tried, try_template
from calls.models import Call, TranscriptItem
from telephony.admin.refusal import errors_in
from telephony.models import Agent, AnalysisTemplate
from telephony.services.errors import Problems

OFFERED, LOOKED_THROUGH = 20, 500  # newest calls


class _Calls(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{when(obj.created_at)}: {obj.from_number} → {obj.to_number}"


class TrialForm(forms.Form):
    """A call or a text, and whose language model analyzes it."""

    call_id = _Calls(
        Call.objects.none(), required=False, widget=UnfoldAdminSelectWidget, label=_("Call"),
        help_text=_("One of the newest calls with a transcript."),
    )  # fmt: skip
    transcript = forms.CharField(
        required=False, max_length=LONGEST, widget=UnfoldAdminTextareaWidget(attrs={"rows": 6}),
        label=_("Transcript"), help_text=_("Instead of a call."),
    )  # fmt: skip
    agent_id = forms.ModelChoiceField(
        Agent.objects.none(), required=False, widget=UnfoldAdminSelectWidget, label=_("Agent"),
        help_text=_("Whose language model analyzes it. Empty: the agent of the call."),
    )  # fmt: skip

    def __init__(self, template: AnalysisTemplate, data: Any) -> None:
        super().__init__(data)
        choices: Any = self.fields
        choices["call_id"].queryset = _calls(template.workspace_id)
        choices["agent_id"].queryset = Agent.objects.filter(
            workspace=template.workspace_id, ai_provider__in=USED_BY["analyzes_calls"]
        ).order_by("name")


class TemplateTestView(View):
    """Ask for a call or a text and, on POST, analyze it with the template. For people who may operate calls."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        template = AnalysisTemplate.objects.filter(pk=kwargs["id"]).first()
        if template is None or not access_of(request).may(Role.OPERATOR, template.workspace_id):
            raise PermissionDenied
        self.template = template
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, id: UUID) -> HttpResponse:
        return self._page(request, TrialForm(self.template, None), None)

    def post(self, request: HttpRequest, id: UUID) -> HttpResponse:
        form, tried = TrialForm(self.template, request.POST), None
        if form.is_valid():
            call, transcript, agent = (form.cleaned_data[name] for name in ("call_id", "transcript", "agent_id"))
            with errors_in(form):
                tried = try_template(self.template, call, transcript, agent, Problems())
        return self._page(request, form, tried)

    def _page(self, request: HttpRequest, form: TrialForm, tried: Tried | None) -> HttpResponse:
        context = {
            **admin.site.each_context(request),
            "title": gettext("Try %(template)s on a call") % {"template": self.template.name},
            "form": form,
            "tried": tried,
            "fields": written_fields(tried.fields) if tried else [],
            "back": reverse("admin:telephony_analysistemplate_change", args=[self.template.pk]),
        }
        return render(request, "admin/calls/analysis_template/test.html", context)


def _calls(workspace_id: UUID) -> QuerySet[Call]:
    """Return the newest calls with a transcript, among some of the newest."""
    newest = Call.objects.filter(workspace=workspace_id).values_list("pk", flat=True)[:LOOKED_THROUGH]
    spoken = Exists(TranscriptItem.objects.filter(call=OuterRef("pk")))
    with_words = Call.objects.filter(spoken, pk__in=list(newest)).values_list("pk", flat=True)[:OFFERED]
    return Call.objects.filter(pk__in=list(with_words))
