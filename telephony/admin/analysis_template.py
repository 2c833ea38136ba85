"""Admin of analysis templates. Their test is in `calls.admin`: it reads calls."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.admin.filters import OwnRowsFilter
from accounts.choices import Role
from telephony.admin.json_fields import ANALYSIS_EXAMPLE, ReadableJson
from telephony.admin.refusal import ServiceForm
from telephony.admin.used_by_agents import UsedByAgents
from telephony.models import AnalysisTemplate
from telephony.services import analysis_templates


class AnalysisTemplateForm(ServiceForm):
    """What to extract from calls."""

    schema = ReadableJson(
        dict,
        ANALYSIS_EXAMPLE,
        label=_("Fields"),
        help_text=_("What to extract from each call, besides summary and outcome: as rows or as a JSON schema."),
    )

    class Meta:
        model = AnalysisTemplate
        fields = ["workspace", "name", "schema"]

    class Media:
        js = ["voxa/schema_rows.js"]


@admin.register(AnalysisTemplate)
class AnalysisTemplateAdmin(UsedByAgents):
    """Save through the services. Agents choose a template on their own pages."""

    empty = _("An analysis template says what to extract from the calls of several agents.")
    add_words = _("Add analysis template")
    form = AnalysisTemplateForm
    list_display = ["name", "agent_count", "workspace"]
    list_select_related = ["workspace"]
    list_filter = [("workspace", OwnRowsFilter)]
    search_fields = ["name"]
    search_help_text = _("Name")
    autocomplete_fields = ["workspace"]
    readonly_fields = ["used_by"]
    change_form_outer_after_template = "admin/telephony/analysistemplate/buttons.html"

    def limit(self, rows: QuerySet[Any], access: Any) -> QuerySet[Any]:
        limited: QuerySet[Any] = super().limit(rows, access).annotate(agent_count=Count("agents"))
        return limited

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return [(None, {"fields": ["name", "schema", "used_by"] if obj else ["workspace", "name", "schema"]})]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the button to those who may use it."""
        template = context.get("original")
        context["may_try"] = bool(template and self.may(request, Role.OPERATOR, template))
        answer: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return answer

    def save_by_service(self, request: HttpRequest, form: Any) -> AnalysisTemplate:
        values = {name: form.cleaned_data[name] for name in analysis_templates.FIELDS if name in form.cleaned_data}
        if form.instance._state.adding:
            return analysis_templates.create_template(form.cleaned_data["workspace"], values)
        named = {name: value for name, value in values.items() if name in form.changed_data}
        return analysis_templates.update_template(form.instance, named)

    def delete_by_service(self, row: AnalysisTemplate) -> None:
        analysis_templates.delete_template(row)
