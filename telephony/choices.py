"""The words of telephony, with their states drawn."""

from django.db import models


class TrunkStatus(models.TextChoices):
    """pending -> active; back to pending while a change is on its way; failed when a person must act.

    (saved) -> pending -> active
                 ^  |       | a change
                 |  v       v
               failed <- pending
    """

    PENDING = "pending", "Pending"
    ACTIVE = "active", "Active"
    FAILED = "failed", "Failed"


class Transport(models.TextChoices):
    """How a gateway is reached."""

    UDP = "udp", "UDP"
    TCP = "tcp", "TCP"
    TLS = "tls", "TLS"


class MediaEncryption(models.TextChoices):
    """SRTP on a trunk's media."""

    DISABLE = "disable", "Never"
    ALLOW = "allow", "If the carrier offers it"
    REQUIRE = "require", "Always"


class Codec(models.TextChoices):
    """Audio codecs that LiveKit's SIP service speaks by default, beside DTMF. It orders them itself."""

    PCMU = "PCMU", "PCMU (G.711 µ-law)"
    PCMA = "PCMA", "PCMA (G.711 A-law)"
    G722 = "G722", "G722 (wideband)"


class CalledNumberFormat(models.TextChoices):
    """How a carrier writes the number called when it sends a call in."""

    E164 = "e164", "E.164: +442079460123"
    DIGITS = "digits", "Without plus: 442079460123"
    DOUBLE_ZERO = "double_zero", "With 00: 00442079460123"
    NATIONAL = "national", "National: 02079460123"


class AgentDirection(models.TextChoices):
    """Which calls an agent takes."""

    INBOUND = "inbound", "Inbound"
    OUTBOUND = "outbound", "Outbound"
    BOTH = "both", "Both"


class AiProvider(models.TextChoices):
    """What speaks for an agent."""

    OPENAI = "openai", "OpenAI Realtime"
    PIPELINE = "pipeline", "Speech, language and voice models"
    ELEVENLABS = "elevenlabs", "ElevenLabs agent"
    CUSTOM = "custom", "Own WebSocket endpoint"


class VoicemailAction(models.TextChoices):
    """What an agent does when a voicemail answers its call."""

    NONE = "", "Talk to it as to anyone"
    HANG_UP = "hang_up", "Hang up"
    LEAVE_MESSAGE = "leave_message", "Leave a message"


class AgentAbsent(models.TextChoices):
    """What becomes of an answered call that no agent speaks in."""

    END = "end", "End the call"
    RETRY = "retry", "Ask for an agent once more, then end the call"


class CallingHoursFallback(models.TextChoices):
    """What counts for a number whose time zone cannot be told, or whose zones have no hours in common."""

    WORKSPACE = "workspace", "The workspace's time zone"
    STRICT = "strict", "It is not called"


class ProviderCheck(models.TextChoices):
    """What the AI provider said of an agent's credentials. unverified -> valid | refused; checked again later."""

    UNVERIFIED = "unverified", "Not checked yet"
    VALID = "valid", "Accepted"
    REFUSED = "refused", "Refused"


class ObjectKind(models.TextChoices):
    """What Voxa owns in LiveKit."""

    INBOUND = "inbound", "Inbound trunk"
    OUTBOUND = "outbound", "Outbound trunk"
    RULE = "rule", "Dispatch rule"
