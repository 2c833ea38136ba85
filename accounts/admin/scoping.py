"""Access control of the admin by workspace. Every admin and inline is based on it."""

from collections.abc import Iterator
from typing import Any, ClassVar
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, StackedInline, TabularInline
from unfold.decorators import display

from accounts.admin.access import Access, access_of, workspace_id_of
from accounts.admin.deletion import BoundedDeletion
from accounts.admin.history import HistoryMixin
from accounts.admin.paginator import BoundedPaginator, ScopedChangeList
from accounts.admin.secrets_again import SecretsAgain
from accounts.admin.times import ZonedPages, when
from accounts.choices import Role
from accounts.models import Workspace

NULL = "\0"  # never part of a PostgreSQL text
# Suffixes that the filters append to field names: choices, rows, booleans, days and times.
_FILTER_ENDINGS = (
    "", "__exact", "__id__exact", "__isnull", "_from", "_to", "_from_0", "_from_1", "_to_0", "_to_1",
)  # fmt: skip


class ScopedMixin:
    """Rows of the user's workspaces only; permissions follow from the role there.

    `workspace_path` leads from a row to its workspace's id. Django's model permissions are not used.
    """

    workspace_path: ClassVar[str] = "workspace_id"
    view_role: ClassVar[Role] = Role.VIEWER
    change_role: ClassVar[Role] = Role.ADMIN
    admin_site: admin.AdminSite

    def may(self, request: HttpRequest, least: Role, obj: Any = None) -> bool:
        """Return whether the user has a role (or a stronger one) in the row's workspace, or in any without a row."""
        access = access_of(request)
        if obj is None or not isinstance(obj, Model):
            return access.may(least)
        workspace = workspace_id_of(obj)
        return access.superuser or (workspace is not None and access.may(least, workspace))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.may(request, self.view_role)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, self.view_role, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, self.change_role, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, self.change_role, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, self.change_role, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]
        return self.limit(rows, access_of(request))

    def limit(self, rows: QuerySet[Any], access: Access) -> QuerySet[Any]:
        """Filter for rows of workspaces that the user may view."""
        if access.superuser:
            return rows
        return rows.filter(**{f"{self.workspace_path}__in": access.workspaces(self.view_role)})

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Limit the choices to rows that the user may use."""
        target = db_field.remote_field.model
        if target is Workspace:
            kwargs["queryset"] = usable_workspaces(access_of(request), self.change_role)
        elif self.admin_site.is_registered(target):
            kwargs["queryset"] = self.admin_site.get_model_admin(target).get_queryset(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


def usable_workspaces(access: Access, least: Role) -> QuerySet[Workspace]:
    """Return the open workspaces where the user has a role or a stronger one."""
    rows = Workspace.objects.filter(closed_at=None)
    return rows if access.superuser else rows.filter(pk__in=access.workspaces(least))


class ScopedAdmin(SecretsAgain, ZonedPages, ScopedMixin, HistoryMixin, BoundedDeletion, ModelAdmin):
    """List and page of rows in the user's workspaces.

    `empty` is the text of an empty list, `add_words` the label of its button.
    """

    empty: ClassVar[str | Promise] = ""
    add_words: ClassVar[str | Promise] = _("Add")

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # would count all rows once per choice
    list_per_page = 30  # unfold draws about 250 cells in 0.1 s
    list_max_show_all = 0
    list_filter_submit = True
    list_fullwidth = False
    compressed_fields = True
    warn_unsaved_form = True
    change_form_show_cancel_button = True

    @display(description=_("Created"), ordering="created_at")
    def created(self, row: Any) -> str:
        """Return when the row was created."""
        return when(row.created_at)

    def get_list_display(self, request: HttpRequest) -> Any:
        """Hide the workspace from users who have one only."""
        shown = super().get_list_display(request)
        return shown if self._sees_several(request) else [name for name in shown if name != "workspace"]

    def get_list_filter(self, request: HttpRequest) -> Any:
        """Hide the workspace from users who have one only."""
        shown = super().get_list_filter(request)
        return shown if self._sees_several(request) else [one for one in shown if _filter_name(one) != "workspace"]

    def _sees_several(self, request: HttpRequest) -> bool:
        access = access_of(request)
        return access.superuser or len(access.roles) != 1

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return ScopedChangeList

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the list with its plural name as title."""
        title = {"title": capfirst(self.opts.verbose_name_plural)}
        answer: HttpResponse = super().changelist_view(request, {**title, **(extra_context or {})})
        return answer

    def has_history(self, request: HttpRequest) -> bool:
        """Return whether a row's page links to its history."""
        return hasattr(self.model, "history") or bool(self.history_also)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Link to the history if there is one."""
        context = {**({} if self.has_history(request) else {"show_history": False}), **(extra_context or {})}
        answer: HttpResponse = super().changeform_view(request, object_id, form_url, context)
        return answer

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        """Show a message on the list, without id or whether the row belongs to another workspace."""
        messages.warning(request, f"This {opts.verbose_name} does not exist, or you do not have access to it.")
        a_list = f"admin:{opts.app_label}_{opts.model_name}_changelist"
        return HttpResponseRedirect(reverse(a_list if self.has_view_permission(request) else "admin:index"))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Set the workspace for users who have one only."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        initial = dict(self._readable(initial))
        if "workspace" not in initial:
            usable = usable_workspaces(access_of(request), self.change_role).values_list("pk", flat=True)[:2]
            if len(usable) == 1:
                initial["workspace"] = usable[0]
        return initial

    def _readable(self, initial: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        """Return initial values from the URL, converted by their fields: ids and times, not text."""
        fields = {field.name: field for field in self.opts.concrete_fields}
        for name, value in initial.items():
            try:
                yield name, fields[name].to_python(value) if name in fields else value
            except ValidationError:
                continue

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Accept only parameters of the list's filters: no probing of columns and related rows."""
        offered = self.get_list_filter(request) if request else []
        names = [_filter_name(item) for item in offered]
        names += [name for item in self.list_filter if (name := _filter_name(item)) == "workspace"]
        known = {name + ending for name in names for ending in _FILTER_ENDINGS}
        return lookup in known and NULL not in value

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search. A select with a workspace (`ForWorkspace`) gets rows of that workspace only."""
        if NULL in search_term:
            return queryset.none(), False
        workspace = request.GET.get("for_workspace")
        if workspace and request.path.endswith("/autocomplete/"):
            queryset = queryset.filter(**{self.workspace_path: workspace}) if is_uuid(workspace) else queryset.none()
        found: tuple[QuerySet[Any], bool] = super().get_search_results(request, queryset, search_term)
        return found

    def row_or_deny(self, request: HttpRequest, object_id: str, least: Role) -> Any:
        """Return the row of a button. Raise `PermissionDenied` if the user may not use it."""
        row = self.get_object(request, object_id)
        if row is None or not self.may(request, least, row):
            raise PermissionDenied
        return row


def is_uuid(text: str) -> bool:
    """Return whether a text from the URL can be a row's id."""
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def _filter_name(item: Any) -> str:
    """Return the URL parameter of a filter: its field, or its own parameter."""
    if isinstance(item, str):
        return item
    return str(item[0] if isinstance(item, (tuple, list)) else item.parameter_name)


def for_workspace(url: str, workspace: Any) -> str:
    """Return an autocomplete URL for rows of one workspace."""
    return f"{url}?{urlencode({'for_workspace': workspace})}"


class ScopedTabularInline(ScopedMixin, TabularInline):
    """A tabular inline with the access rules of its page."""


class ScopedStackedInline(ScopedMixin, StackedInline):
    """A stacked inline with the access rules of its page."""
