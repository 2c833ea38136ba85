"""Autocomplete selects limited to one workspace that need no query to render."""

from typing import Any

from django.contrib.admin.widgets import AutocompleteSelect

from accounts.admin.scoping import for_workspace

LISTED = 300  # agents or trunks in a plain select; more of them are searched


class WorkspaceSelect(AutocompleteSelect):
    """An autocomplete that offers rows of one workspace and already knows the name of the selected one."""

    workspace: Any = None
    known: dict[str, str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = {}

    def get_url(self) -> str:
        url: str = super().get_url()
        return for_workspace(url, self.workspace) if self.workspace else url

    def optgroups(self, name: str, value: Any, attrs: dict[str, Any] | None = None) -> list[Any]:
        chosen = [str(one) for one in value if one]
        if not all(one in self.known for one in chosen):
            groups: list[Any] = super().optgroups(name, value, attrs)
            return groups
        options = [] if self.is_required else [self.create_option(name, "", "", False, 0)]
        options += [self.create_option(name, one, self.known[one], True, 1) for one in chosen]
        return [(None, options, 0)]


def name_chosen(form: Any, *fields: str) -> None:
    """Pass the workspace and the names of selected rows, from loaded relations, to a form's selects."""
    row = form.instance
    for name in fields:
        widget = getattr(form.fields.get(name), "widget", None)
        select = getattr(widget, "widget", widget)
        if not isinstance(select, WorkspaceSelect):
            continue
        select.workspace = row.workspace_id or select.workspace
        chosen = getattr(row, f"{name}_id")
        if chosen:
            select.known = {str(chosen): str(getattr(row, name))}
