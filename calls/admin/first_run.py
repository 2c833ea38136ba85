"""The checklist from an empty workspace to a call heard. Each step is done by what is there, not by a click."""

from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, Q, QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.admin.access import Access, access_of
from accounts.choices import Role
from accounts.models import User, WebhookEndpoint, Workspace
from calls.models import Call
from telephony.admin.counting import own
from telephony.models import Agent, PhoneNumber, Trunk


@dataclass(frozen=True)
class Step:
    """One setup step."""

    title: str
    words: str
    link: str
    done: bool


def steps(request: HttpRequest) -> list[Step]:
    """Return the steps for those who may take them, until all are done or the list is dismissed."""
    access = access_of(request)
    if not access.may(Role.ADMIN) or cast(User, request.user).hides_first_run:
        return []
    there = _there(access)
    found = [
        Step(
            _("Add a trunk"),
            _("Enter your carrier's gateway and credentials."),
            _add("telephony_trunk"),
            there["trunk"],
        ),
        Step(
            _("Add an agent"),
            _("Set the system prompt, the voice and the AI provider."),
            _add("telephony_agent"),
            there["agent"],
        ),
        _key_step(done=there["key"]),
        Step(
            _("Add a number"),
            _("Choose its trunk and the agent that answers."),
            _add("telephony_phonenumber"),
            there["number"],
        ),
        Step(_("Make a test call"), _("Call your own phone, and hear the agent."), _add("calls_call"), there["call"]),
        Step(
            _("Add a webhook"),
            _("Your systems learn of each call."),
            _add("accounts_webhookendpoint"),
            there["webhook"],
        ),
    ]
    if access.superuser:
        words = _("Trunks, agents and calls belong to one.")
        found.insert(0, Step(_("Create a workspace"), words, _add("accounts_workspace"), there["workspace"]))
    return [] if all(step.done for step in found) else found


def _there(access: Access) -> dict[str, bool]:
    """Return which rows there are, in one query."""
    rows: dict[str, QuerySet[Any]] = {
        "trunk": own(Trunk.objects.all(), access),
        "agent": own(Agent.objects.all(), access),
        "key": own(Agent.objects.filter(Q(provider_key__isnull=False) | Q(stored_key__isnull=False)), access),
        "number": own(PhoneNumber.objects.exclude(agent=None), access),
        "call": own(Call.objects.exclude(answered_at=None), access),
        "webhook": own(WebhookEndpoint.objects.all(), access),
    }
    are = {name: Exists(some.order_by()) for name, some in rows.items()}
    are["workspace"] = Exists(Workspace.objects.all())
    return cast(dict[str, bool], User.objects.values(**are)[0])


def _key_step(*, done: bool) -> Step:
    words = _("The agent's page takes the key of its AI provider.")
    if settings.LIVEKIT_IS_SANDBOX:
        words = _("The sandbox needs none: its phones hear no voice.")
    link = reverse("admin:telephony_agent_changelist")
    return Step(_("Enter a provider key"), words, link, done or settings.LIVEKIT_IS_SANDBOX)


def _add(name: str) -> str:
    return reverse(f"admin:{name}_add")


@require_POST
def dismiss(request: HttpRequest) -> HttpResponseRedirect:
    """Hide the checklist from the person's home page."""
    if not access_of(request).may(Role.VIEWER):
        raise PermissionDenied
    person = cast(User, request.user)
    User.objects.filter(pk=person.pk).update(hides_first_run=True)
    return HttpResponseRedirect(reverse("admin:index"))
