"""Pages of what agents use: tools, MCP servers, knowledge, provider keys, analysis templates."""

from abc import abstractmethod
from collections.abc import Iterable
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.admin.scoping import ScopedAdmin
from accounts.choices import Role
from telephony.admin.refusal import ServicePage
from telephony.models import Agent


class UsedByAgents(ServicePage, ScopedAdmin):
    """Choose agents among those that the user may see, and delete by the service, which names those that hold a row."""

    @abstractmethod
    def delete_by_service(self, row: Any) -> None:
        """Delete a row. Raise `Conflict` if it must stay."""

    def users(self, row: Any) -> QuerySet[Agent]:
        """Return the agents that use a row."""
        agents: QuerySet[Agent] = row.agents.all()
        return agents

    def holders(self, row: Any) -> Iterable[str]:
        """Return the names of the agents that keep a row from being deleted."""
        return self.users(row).order_by("name", "pk").values_list("name", flat=True)

    @display(description=_("Used by"))
    def used_by(self, row: Any) -> str:
        """Return links to the agents."""
        agents = self.users(row).order_by("name", "pk").values_list("pk", "name")
        links = ((reverse("admin:telephony_agent_change", args=[pk]), name) for pk, name in agents)
        return format_html_join(", ", '<a class="vx-link" href="{}">{}</a>', links) or gettext("No agent")

    @display(description=_("Agents"))
    def agent_count(self, row: Any) -> int:
        return int(row.agent_count)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = self.admin_site.get_model_admin(Agent).get_queryset(request)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_deleted_objects(
        self, objs: Iterable[Any], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        rows = list(objs)
        names, counts, denied, _found = super().get_deleted_objects(rows, request)
        held = [gettext("Agent %(name)s") % {"name": name} for row in rows for name in self.holders(row)]
        return names, counts, denied, held

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        self.delete_by_service(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            self.delete_by_service(row)


class BackgroundButton:
    """A button, for those who may change the row, that requests work in the background. Goes before `ScopedAdmin`."""

    button: ClassVar[str]  # part of its URL

    @abstractmethod
    def press(self, row: Any) -> str:
        """Request the work and return what to tell."""

    def get_urls(self) -> list[Any]:
        own: Any = self
        name = f"{own.opts.app_label}_{own.opts.model_name}_{self.button}"
        view = own.admin_site.admin_view(self.button_view)
        return [path(f"<path:object_id>/{self.button}/", view, name=name), *super().get_urls()]  # type: ignore[misc]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        row = context.get("original")
        context[f"may_{self.button}"] = bool(row and self.has_change_permission(request, row))  # type: ignore[attr-defined]
        answer: HttpResponse = super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]
        return answer

    def button_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Request the work, on POST."""
        own: Any = self
        row = own.row_or_deny(request, object_id, Role.ADMIN)
        if request.method != "POST":
            raise PermissionDenied
        own.message_user(request, self.press(row))
        return HttpResponseRedirect(reverse(f"admin:{own.opts.app_label}_{own.opts.model_name}_change", args=[row.pk]))
