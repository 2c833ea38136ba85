"""Choices of telephony, with state diagrams."""

from django.db import models
from django.utils.translation import gettext_lazy as _

UNRESOLVED = "does not resolve"  # of a host, in a trunk's warnings


class TrunkStatus(models.TextChoices):
    """pending -> active; back to pending while a change is on its way; failed when a person must act.

    (saved) -> pending -> active
                 ^  |       | a change
                 |  v       v
               failed <- pending
    """

    PENDING = "pending", _("Pending")
    ACTIVE = "active", _("Active")
    FAILED = "failed", _("Failed")


class Transport(models.TextChoices):
    """SIP transport of a gateway."""

    UDP = "udp", "UDP"
    TCP = "tcp", "TCP"
    TLS = "tls", "TLS"


class MediaEncryption(models.TextChoices):
    """SRTP on a trunk's media."""

    DISABLE = "disable", "Never"
    ALLOW = "allow", "If the carrier offers it"
    REQUIRE = "require", "Always"


class Codec(models.TextChoices):
    """Audio codecs that LiveKit's SIP service speaks by default, beside DTMF. LiveKit decides their order."""

    PCMU = "PCMU", "PCMU (G.711 µ-law)"
    PCMA = "PCMA", "PCMA (G.711 A-law)"
    G722 = "G722", "G722 (wideband)"


class CalledNumberFormat(models.TextChoices):
    """Format of the called number in a carrier's inbound calls."""

    E164 = "e164", "E.164: +442079460123"
    DIGITS = "digits", "E.164 without plus: 442079460123"
    DOUBLE_ZERO = "double_zero", "With 00: 00442079460123"
    NATIONAL = "national", "National: 02079460123"


class AgentDirection(models.TextChoices):
    """Which calls an agent handles."""

    INBOUND = "inbound", "Inbound"
    OUTBOUND = "outbound", "Outbound"
    BOTH = "both", "Both"


class VoicemailAction(models.TextChoices):
    """What an agent does when voicemail answers."""

    NONE = "", "Continue as with a person"
    HANG_UP = "hang_up", "Hang up"
    LEAVE_MESSAGE = "leave_message", "Leave a message"


class AgentAbsent(models.TextChoices):
    """What happens to an answered call without an agent."""

    END = "end", "End the call"
    RETRY = "retry", "Request an agent once more, then end the call"


class CallingHoursFallback(models.TextChoices):
    """Rule for a number whose time zone is unknown or whose zones share no calling hours."""

    WORKSPACE = "workspace", "Use the workspace's time zone"
    STRICT = "strict", "Do not call"


class ObjectKind(models.TextChoices):
    """Kinds of LiveKit objects that Voxa owns."""

    INBOUND = "inbound", "Inbound trunk"
    OUTBOUND = "outbound", "Outbound trunk"
    RULE = "rule", "Dispatch rule"


class KnowledgeKind(models.TextChoices):
    """Where the content of a knowledge source comes from."""

    FILE = "file", "File"
    PAGE = "page", "Web page"


class KnowledgeFormat(models.TextChoices):
    """Formats that are read."""

    UNKNOWN = "", "Unknown"
    PDF = "pdf", "PDF"
    HTML = "html", "HTML"
    MARKDOWN = "markdown", "Markdown"
    TEXT = "text", "Text"


class KnowledgeStatus(models.TextChoices):
    """queued -> reading -> ready | failed; back to queued, due later, where a host did not answer, or on a refresh.

    The passages that were read before stay searchable meanwhile.
    """

    QUEUED = "queued", "Queued"
    READING = "reading", "Reading"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"


class TransferMode(models.TextChoices):
    COLD = "cold", "Cold: the carrier connects the caller to the target"
    WARM = "warm", "Warm: the target is called into the same room"


class Fallback(models.TextChoices):
    """What happens to an inbound call that no agent can take. Empty for a number: that of its workspace."""

    UNSET = "", "Default"
    NONE = "none", "Nothing: the call is answered at any time, and ends if no agent can talk"
    AGENT = "agent", "Another agent answers"
    TRANSFER = "transfer", "Transfer"
    VOICEMAIL = "voicemail", "Voicemail: a greeting, then the caller's message is recorded"
    HANG_UP = "hang_up", "Message, then hang up"
