"""Admin of knowledge sources."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminFileFieldWidget

from accounts.admin.filters import OwnRowsFilter
from accounts.admin.labels import Labels
from telephony.admin.refusal import ServiceForm
from telephony.admin.used_by_agents import BackgroundButton, UsedByAgents
from telephony.choices import KnowledgeKind, KnowledgeStatus
from telephony.models import KnowledgeSource
from telephony.services.knowledge import sources

_COLORS = Labels({_("Ready"): "success", _("Failed"): "danger", _("Reading"): "info", _("Queued"): "info"})


class KnowledgeForm(ServiceForm):
    """A file or the URL of a page, and the agents that search it."""

    file = forms.FileField(
        required=False,
        allow_empty_file=True,
        widget=UnfoldAdminFileFieldWidget,
        help_text=_("PDF, HTML, Markdown or text, at most 10 MB. Or enter the URL of a page."),
        label=_("File"),
    )

    class Meta:
        model = KnowledgeSource
        fields = ["workspace", "name", "url", "agents"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "name" in self.fields:
            self.fields["name"].required = False
        if not self.instance._state.adding and self.instance.kind == KnowledgeKind.FILE and "url" in self.fields:
            self.fields["url"].disabled = True


@admin.register(KnowledgeSource)
class KnowledgeSourceAdmin(BackgroundButton, UsedByAgents):
    """Save through the services. A source is read in the background."""

    empty = _("Knowledge is what agents look up during calls: files and pages about your company, cut into passages.")
    add_words = _("Add file or page")
    form = KnowledgeForm
    list_display = ["name", "state", "error", "found_by", "passage_count", "read_at", "workspace"]
    list_select_related = ["workspace"]
    list_filter = [("status", ChoicesDropdownFilter), ("kind", ChoicesDropdownFilter), ("workspace", OwnRowsFilter)]
    search_fields = ["name", "url", "filename"]
    search_help_text = _("Name, URL or file name")
    autocomplete_fields = ["workspace", "agents"]
    readonly_fields = ["state", "error", "found_by", "passage_count", "filename", "read_at"]
    change_form_outer_after_template = "admin/telephony/knowledgesource/refresh.html"
    button = "refresh"
    _new = [(None, {"fields": ["workspace", "name", "file", "url", "agents"]})]
    _kept = [
        (None, {"fields": ["name", "url", "agents"]}),
        (_("Content"), {"fields": [("state", "found_by"), "error", ("passage_count", "read_at"), "filename"]}),
    ]

    @display(description=_("Status"), ordering="status", label=_COLORS)
    def state(self, source: KnowledgeSource) -> str:
        return KnowledgeStatus(source.status).label

    @display(description=_("Searched by"))
    def found_by(self, source: KnowledgeSource) -> str:
        return {"meaning": gettext("Meaning and words"), "words": gettext("Words")}.get(
            source.searched_by, gettext("Not read yet")
        )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self._kept if obj else self._new

    def save_by_service(self, request: HttpRequest, form: Any) -> KnowledgeSource:
        values = {name: form.cleaned_data[name] for name in ("name", "url", "agents") if name in form.cleaned_data}
        values["agents"] = list(values.get("agents", []))
        if form.instance._state.adding:
            file = form.cleaned_data.get("file")
            upload = sources.Upload(file.name, file.read()) if file else None
            return sources.create_source(form.cleaned_data["workspace"], values, upload)
        named = {
            name: value for name, value in values.items() if name in form.changed_data and (value or name != "name")
        }
        return sources.update_source(form.instance, named)

    def holders(self, row: KnowledgeSource) -> tuple[str, ...]:
        return ()  # agents do without a source

    def delete_by_service(self, row: KnowledgeSource) -> None:
        sources.delete_source(row)

    def press(self, row: KnowledgeSource) -> str:
        sources.refresh(row)
        return gettext("%(source)s is read again.") % {"source": row.name}
