"""How inbound calls are answered: settings of a phone number, and of its workspace as their defaults."""

from django.db import models
from fernet_fields import EncryptedTextField

from telephony.choices import Fallback, TransferMode
from telephony.models.agent import Agent
from telephony.models.fields import HttpsUrlField
from telephony.transfer_targets import LONGEST_TARGET
from telephony.validators import validate_signing_secret
from voxa.core.values.fields import BusinessHoursField, HolidaysField


class Answering(models.Model):
    """Fields that a number and its workspace share. An empty one of a number is that of the workspace."""

    assistant_request_url = HttpsUrlField(
        "assistant request URL",
        max_length=500,
        blank=True,
        help_text="An https URL of yours, asked about each inbound call before an agent answers.",
    )
    assistant_request_secret = EncryptedTextField(null=True, blank=True, validators=[validate_signing_secret])

    # In the workspace's time zone.
    business_hours = BusinessHoursField(default=list, blank=True)
    holidays = HolidaysField(default=list, blank=True)
    fallback = models.CharField(
        "when no agent can talk",
        max_length=9,
        choices=Fallback.choices,
        blank=True,
        help_text="Used outside the business hours, when no agent worker takes the call in time, and when the AI "
        "provider fails at the start.",
    )
    fallback_agent = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    fallback_to = models.CharField(
        "transfer to", max_length=LONGEST_TARGET, blank=True, help_text="A number or a SIP address."
    )
    fallback_mode = models.CharField(max_length=4, choices=TransferMode.choices, default=TransferMode.COLD)
    fallback_message = models.TextField(
        "greeting or message", max_length=1_000, blank=True, help_text="Spoken before the tone, or before hanging up."
    )

    class Meta:
        abstract = True
