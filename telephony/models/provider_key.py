"""API keys of AI providers that a workspace stores once, for several agents."""

import uuid

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from fernet_fields import EncryptedTextField

from accounts.models import Workspace
from accounts.models.history import recorded
from agents.choices import KeyProvider, ProviderCheck
from agents.vendors import VENDORS, Account, Vendor, google
from telephony.validators import validate_provider_key
from voxa.core.choice_fields import ChoiceField
from voxa.core.safe_http import check_url

KEY_CHECK_FIELDS = [
    "provider_check", "provider_checked_at", "provider_check_due_at", "provider_check_failures", "provider_answer",
]  # fmt: skip


class ProviderKey(models.Model):
    """A key is sent to its provider only, or to `base_url` if it has one: see `telephony.services.agent_keys`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="provider_keys")
    name = models.CharField(max_length=100)
    provider = ChoiceField(max_length=10, choices=KeyProvider.choices)
    key = EncryptedTextField()
    base_url = models.CharField(
        "base URL",
        max_length=500,
        blank=True,
        help_text="Of your own or another OpenAI-compatible server, which alone gets the key. Empty: OpenAI.",
    )
    region = models.CharField(
        max_length=40,
        blank=True,
        validators=[RegexValidator(r"^[a-z0-9]+\Z", "Enter a region such as westeurope.", "region")],
        help_text="Of the Azure resource, such as westeurope.",
    )
    provider_check = ChoiceField(
        max_length=10, choices=ProviderCheck.choices, default=ProviderCheck.UNVERIFIED, editable=False
    )
    provider_answer = models.CharField(max_length=200, blank=True, editable=False)
    provider_checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    provider_check_due_at = models.DateTimeField(null=True, blank=True, editable=False)  # None: nothing to check
    provider_check_failures = models.PositiveSmallIntegerField(default=0, editable=False)
    rotated_at = models.DateTimeField("key entered", default=timezone.now)  # editable: so the history shows it
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    history = recorded(without=["key", *KEY_CHECK_FIELDS, "updated_at"])

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name, verbose_name_plural = _("provider key"), _("provider keys")
        indexes = [
            models.Index(fields=["workspace", "-created_at", "-id"], name="provider_key_list"),
            models.Index(fields=["-created_at", "-id"], name="provider_key_newest"),
            models.Index(fields=["provider_check_due_at"], name="provider_key_check_due"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name"], name="provider_key_name_once"),
            models.CheckConstraint(condition=models.Q(provider__in=KeyProvider.values), name="provider_key_provider"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({KeyProvider(self.provider).label})" if self.provider else self.name

    @property
    def vendor(self) -> Vendor:
        """Return whose key it is."""
        return VENDORS[self.provider]

    @property
    def home(self) -> str:
        """Return the only base URL to which an agent may send the key; empty: the default one of its provider."""
        return self.base_url or self.vendor.openai_url

    @property
    def account(self) -> Account:
        """Return the key for requests."""
        return Account(self.key, self.base_url, self.region)

    def clean(self) -> None:
        super().clean()
        if self.provider not in VENDORS:
            return  # the field reports its own error
        problems: dict[str, ValidationError] = {}
        for name, allowed in {"base_url": self.vendor.has_servers, "region": self.vendor.has_regions}.items():
            if getattr(self, name) and not allowed:
                words = f"{KeyProvider(self.provider).label} keys have none. Leave it out."
                problems[name] = ValidationError(words, code="provider")
        if self.vendor.has_regions and not self.region:
            problems["region"] = ValidationError("Enter the region of the resource.", code="required")
        try:
            if self.base_url and "base_url" not in problems:
                self.base_url = check_url(self.base_url, query=False)
        except ValidationError as error:
            problems["base_url"] = error
        try:
            validate_key_of(self.provider, self.key or "")
        except ValidationError as error:
            problems["key"] = error
        if problems:
            raise ValidationError(problems)


def validate_key_of(provider: str, key: str) -> None:
    """Accept text that may be a key of this provider."""
    if not key:
        raise ValidationError("Enter the key.", code="required")
    if provider != KeyProvider.GOOGLE:
        validate_provider_key(key)
        return
    try:
        google.read(key)
    except (ValueError, TypeError):
        words = "Paste the whole JSON key file of a Google Cloud service account."
        raise ValidationError(words, code="provider_key") from None
    if name := google.foreign(key):
        words = f"The {name} of this file is not Google's. Paste a file as Google Cloud made it."
        raise ValidationError(words, code="provider_key")
