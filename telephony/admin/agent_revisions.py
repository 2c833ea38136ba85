"""The page of an agent's revisions: compare two of them, restore one."""

import json
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from accounts.models.history import Noted
from telephony.admin.agent_form import AgentForm
from telephony.models import Agent, AnalysisTemplate
from telephony.services import agent_revisions
from telephony.services.agent_revisions import TEMPLATE_ID, Change
from telephony.services.errors import Problems
from voxa.core.word_diff import Piece, word_diff

SHOWN = 200
_NAME = "telephony_agent_revisions"
KEY_REMOVED = _("The provider or its URL changed, so the stored API key was removed. Enter or choose it again.")


@dataclass(frozen=True)
class Shown:
    """A field that differs, its words marked."""

    label: str
    pieces: list[Piece]


class RevisionsMixin:
    """A mixin for the admin of agents. It goes before `ScopedAdmin`."""

    admin_site: Any
    opts: Any

    def get_urls(self) -> list[Any]:
        view, wrap = "<path:object_id>/revisions/", self.admin_site.admin_view
        page = path(view, wrap(self.revisions_view), name=_NAME)
        button = path(f"{view}<int:number>/restore/", wrap(self.restore_view), name="telephony_agent_restore")
        return [button, page, *super().get_urls()]  # type: ignore[misc]

    def revisions_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the newest revisions, and what differs between two of them."""
        agent = self.row_or_deny(request, object_id, Role.VIEWER)  # type: ignore[attr-defined]
        rows = agent_revisions.listed(agent, SHOWN)
        newest = rows[0][0].number if rows else 0
        number = _chosen(request, "number", newest)
        since = _chosen(request, "since", max(number - 1, 0))
        after, before = (agent_revisions.revision(agent, one) if one else None for one in (number, since))
        if (number and after is None) or (since and before is None):
            raise Http404(gettext("There is no such revision."))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Revisions of %(agent)s") % {"agent": agent},
            "opts": self.opts,
            "agent": agent,
            "rows": [_row(row, changes) for row, changes in rows],
            "number": number,
            "since": since,
            "selects": [("since", "From", since), ("number", "To", number)],
            "shown": [_shown(one) for one in agent_revisions.changes(before, after)] if after else [],
            "may_restore": number != newest and self.has_change_permission(request, agent),  # type: ignore[attr-defined]
            "longest_note": Noted.LONGEST_NOTE,
            "most": SHOWN,
        }
        return TemplateResponse(request, "admin/telephony/agent/revisions.html", context)

    def restore_view(self, request: HttpRequest, object_id: str, number: int) -> HttpResponse:
        """Save the agent as it was, on POST."""
        agent: Agent = self.row_or_deny(request, object_id, Role.ADMIN)  # type: ignore[attr-defined]
        if request.method != "POST":
            raise PermissionDenied
        row = agent_revisions.revision(agent, number)
        if row is None:
            raise Http404(gettext("There is no such revision."))
        note = request.POST.get("note", "").strip()[: Noted.LONGEST_NOTE] or f"Restored revision {number}."
        had_key, back = bool(agent.key), reverse(f"admin:{_NAME}", args=[agent.pk])
        try:
            saved = agent_revisions.restore(agent, row, note, Problems())
        except ValidationError as error:
            messages.error(
                request,
                gettext("Revision %(number)d was not restored. %(reason)s")
                % {"number": number, "reason": _words(error)},
            )
            return HttpResponseRedirect(f"{back}?number={number}")
        messages.success(
            request,
            gettext("Revision %(number)d of %(agent)s is restored as a new revision.")
            % {"number": number, "agent": agent},
        )
        if had_key and not saved.key:
            messages.warning(request, KEY_REMOVED)
        for warning in saved.warnings:
            messages.warning(request, warning)
        return HttpResponseRedirect(back)


def _chosen(request: HttpRequest, name: str, default: int) -> int:
    """Return a revision's number from the URL. Raise `Http404` for any other text."""
    text = request.GET.get(name, "")
    if text and not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Http404(gettext("There is no such revision."))
    return int(text) if text else default


def _row(row: Any, changes: list[Change]) -> dict[str, Any]:
    labels = [_label(change.field) for change in changes]
    author = agent_revisions.author_of(row)
    return {"number": row.number, "at": row.history_date, "author": author, "note": row.note, "changed": labels}


def _label(field: str) -> str:
    return str(AgentForm.base_fields["analysis_template" if field == TEMPLATE_ID else field].label)


def _shown(change: Change) -> Shown:
    return Shown(_label(change.field), word_diff(_text(change, change.before), _text(change, change.after)))


def _text(change: Change, value: Any) -> str:
    """Return a value as people read it: yes or no, the words of a choice, a name, JSON over several lines."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, dict | list):
        return json.dumps(value, indent=2, ensure_ascii=False) if value else ""
    if change.field == TEMPLATE_ID:
        return str(AnalysisTemplate.objects.filter(pk=value).first() or value or "")
    choices = dict(getattr(Agent._meta.get_field(change.field), "flatchoices", []))
    return str(choices.get(value, value))


def _words(error: ValidationError) -> str:
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    fields = AgentForm.base_fields
    named = {name: str(fields[name].label) if name in fields else name for name in error.message_dict}
    return " ".join(f"{named[name]}: {' '.join(words)}" for name, words in error.message_dict.items())
