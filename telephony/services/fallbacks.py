"""What happens to inbound calls that no agent can take: the fields that a number and its workspace share."""

import re

from django.conf import settings
from django.core.exceptions import ValidationError

from accounts.models import Workspace
from telephony.choices import AgentDirection, Fallback, TransferMode
from telephony.models import Agent, PhoneNumber
from telephony.models.answering import Answering
from telephony.services.errors import Problems
from telephony.transfer_targets import Target, as_stored, read_target
from voxa.core.safe_http import check_url

FIELDS = (
    "business_hours", "holidays", "fallback", "fallback_agent", "fallback_to", "fallback_mode", "fallback_message",
)  # fmt: skip
NO_STORAGE = "Recording storage is not configured. The operator sets RECORDING_S3_BUCKET."


def answers_inbound(agent: Agent) -> bool:
    """Return whether an agent may answer inbound calls."""
    return agent.active and agent.direction != AgentDirection.OUTBOUND


def check_fallback(row: Answering, workspace: Workspace, changed: list[str], problems: Problems) -> list[str]:
    """Check the fallback of a row with changed values, where they concern it; return what changed more.

    A target gets its stored form.
    """
    if not {*FIELDS} & {*changed}:
        return []
    agent = row.fallback_agent
    if agent is not None and agent.workspace_id != workspace.pk:
        problems.add("fallback_agent", "Choose one from the same workspace.", "foreign")
    elif row.fallback == Fallback.AGENT and (agent is None or not answers_inbound(agent)):
        problems.add("fallback_agent", "Choose an active agent that answers inbound calls.", "agent")
    if row.fallback in (Fallback.VOICEMAIL, Fallback.HANG_UP) and not row.fallback_message.strip():
        problems.add("fallback_message", "Enter the words that callers hear.", "required")
    if row.fallback == Fallback.VOICEMAIL and not settings.RECORDING_S3_BUCKET:
        problems.add("fallback", f"Voicemail records messages. {NO_STORAGE}", "no_storage")
    return _check_target(row, workspace, problems)


def _check_target(row: Answering, workspace: Workspace, problems: Problems) -> list[str]:
    before = row.fallback_to.strip()
    if not before:
        if row.fallback == Fallback.TRANSFER:
            words = "Enter a number such as +15550100001, or a SIP address such as sip:desk@example.org."
            problems.add("fallback_to", words, "required")
        return []
    row.fallback_to = as_stored(before, workspace.country)
    try:
        _refuse_private(row.fallback_to)
        target = read_target(row.fallback_to, warm=row.fallback_mode == TransferMode.WARM, country=workspace.country)
        _refuse_own(row, target, workspace)
    except ValidationError as error:
        problems.add("fallback_to", error)
    return ["fallback_to"]


def _refuse_own(row: Answering, target: Target, workspace: Workspace) -> None:
    """Refuse numbers of the workspace: numbers that transfer to each other would call for ever."""
    if not target.uri.startswith("tel:"):
        return
    own = PhoneNumber.objects.filter(workspace=workspace, number=target.number).exists()
    if own or (isinstance(row, PhoneNumber) and row.number == target.number):
        words = (
            f"{target.number} is a number of this workspace. Choose another one, or its agent as the fallback agent."
        )
        raise ValidationError(words, code="own_number")


def _refuse_private(target: str) -> None:
    """Refuse a SIP address within somebody's own network, which no carrier reaches."""
    scheme, colon, rest = target.partition(":")
    if colon and scheme in ("sip", "sips"):
        host = re.split(r"[;?]", rest.rpartition("@")[2])[0]
        try:
            check_url(f"https://{host}/")
        except ValidationError:
            words = "Enter a host that the carrier reaches, such as pbx.example.com; no private address."
            raise ValidationError(words, code="to") from None
