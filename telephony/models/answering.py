"""How inbound calls are answered: settings of a phone number, and of its workspace as their defaults."""

from django.db import models
from fernet_fields import EncryptedTextField

from telephony.models.fields import HttpsUrlField
from telephony.validators import validate_signing_secret


class Answering(models.Model):
    """Fields that a number and its workspace share. An empty one of a number is that of the workspace."""

    assistant_request_url = HttpsUrlField(
        "assistant request URL",
        max_length=500,
        blank=True,
        help_text="An https URL of yours, asked about each inbound call before an agent answers.",
    )
    assistant_request_secret = EncryptedTextField(null=True, blank=True, validators=[validate_signing_secret])

    class Meta:
        abstract = True
