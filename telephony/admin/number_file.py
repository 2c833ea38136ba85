"""The form to import a workspace's own numbers from a file."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin.file_import import FileForm
from telephony.services.number_file import MOST_ROWS, Defaults, Found
from voxa.core.imports.errors import CellError


class NumberFileForm(FileForm):
    """A file, and the trunk and agent of rows that name none."""

    trunk = forms.CharField(
        required=False,
        max_length=100,
        widget=UnfoldAdminTextInputWidget,
        label=_("Trunk"),
        help_text=_("Trunk name for rows without a trunk."),
    )
    agent = forms.CharField(
        required=False,
        max_length=100,
        widget=UnfoldAdminTextInputWidget,
        label=_("Agent"),
        help_text=_("Agent name for rows without an agent. Empty: the default agent."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = gettext("At most %(most)s rows. Delimiter and encoding are detected.") % {
            "most": f"{MOST_ROWS:,}"
        }
        self.fields["text"].help_text = gettext(
            "One number per line, with an optional label. Or use a header row with these columns in any order: "
            "number, label, trunk, agent, transfer trunk."
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if workspace := data.get("workspace"):
            found = Found(workspace)
            for kind in ("trunk", "agent"):
                try:
                    found.find(kind, data.get(kind, ""))
                except CellError as error:
                    self.add_error(kind, error.message)
        return data

    def choices(self) -> dict[str, str | None]:
        return {"trunk": self.cleaned_data["trunk"], "agent": self.cleaned_data["agent"]}


def defaults_of(choices: Mapping[str, str | None]) -> Defaults:
    """Return the trunk and agent of rows that name none."""
    return Defaults(choices.get("trunk") or "", choices.get("agent") or "")
