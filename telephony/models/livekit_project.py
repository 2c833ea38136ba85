"""A LiveKit server (or cloud project) and how to reach it."""

import uuid
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from fernet_fields import EncryptedTextField

from accounts.models.history import recorded
from telephony.models.fields import HostField
from voxa.core.http.urls import BadUrl, normalized_url

SIP_REFUSED_LATELY = timedelta(minutes=1)


def normalize_livekit_url(value: str) -> str:
    """Return one spelling of a server: ws(s) scheme, lower-case host, no default port, path or slash.

    Two keys of one server share one number space, so a server must be one project.
    Raise `ValidationError` for anything but an http(s) or ws(s) URL of a server.
    """
    try:
        url = normalized_url(value.strip(), ("wss", "ws", "https", "http"), query=False, any_port=True)
    except BadUrl as error:
        words = f"{error} A LiveKit URL looks like wss://livekit.example.com."
        raise ValidationError(words, code="livekit_url") from None
    parts = urlsplit(url)
    if parts.path.strip("/"):
        words = "A LiveKit server has no path: enter a URL such as wss://livekit.example.com."
        raise ValidationError(words, code="livekit_url")
    return f"{parts.scheme.replace('http', 'ws')}://{parts.netloc}"


class LiveKitProject(models.Model):
    """A LiveKit project, where trunks are provisioned.

    The default project comes from the `LIVEKIT_*` variables: its row holds only the URL; key and secret are
    read from the environment each time and never stored. `last_ok_at` and `last_failed_at` show whether the last
    call to it succeeded; `sip_error` is why its SIP service accepts no calls, else empty. `sip_failed_at`
    is when it last refused one. `lint` are the harmful findings of the last check of trunks and rules, at `linted_at`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100)
    is_default = models.BooleanField(default=False, editable=False)
    url = models.CharField("URL", max_length=255, null=True, blank=True, unique=True)
    api_key = models.CharField("API key", max_length=255, blank=True)
    api_secret = EncryptedTextField("API secret", null=True, blank=True)
    sip_domain = HostField("SIP domain", max_length=253, blank=True, help_text="Host name that SIP callers use.")
    last_ok_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_failed_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_error = models.TextField(blank=True, editable=False)
    sip_failed_at = models.DateTimeField(null=True, blank=True, editable=False)
    sip_error = models.TextField(blank=True, editable=False)
    lint = models.JSONField(default=list, editable=False)
    linted_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    history = recorded(
        without=[
            "api_secret", "last_ok_at", "last_failed_at", "last_error", "sip_failed_at", "sip_error", "lint",
            "linted_at",
        ]
    )  # fmt: skip

    class Meta:
        ordering = ["-is_default", "name"]
        verbose_name, verbose_name_plural = _("LiveKit project"), _("LiveKit projects")
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="project_one_default"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        self.url = normalize_livekit_url(self.url) if self.url else None
        if not self.is_default and not (self.url and self.api_key and self.api_secret):
            raise ValidationError(
                {
                    field: "A LiveKit project needs a URL, an API key and an API secret."
                    for field in ("url", "api_key", "api_secret")
                    if not getattr(self, field)
                }
            )

    @classmethod
    def default(cls) -> "LiveKitProject":
        """Return the default project; create it or update it from `LIVEKIT_URL` if needed."""
        url = normalize_livekit_url(settings.LIVEKIT_URL) if settings.LIVEKIT_URL else None
        project, _ = cls.objects.get_or_create(is_default=True, defaults={"name": "Default", "url": url})
        if project.url != url:
            project.url = url
            project.save(update_fields=["url"])
        return project

    @property
    def credentials(self) -> tuple[str, str]:
        """Return key and secret: the environment's for the default project, the row's otherwise."""
        if self.is_default:
            return settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET
        return self.api_key, self.api_secret or ""

    @property
    def is_configured(self) -> bool:
        """Return whether the project is configured."""
        return bool(self.url and all(self.credentials))

    @property
    def was_reachable(self) -> bool:
        """Return whether the last request succeeded (at most 2 s late), or none was made yet."""
        return self.last_failed_at is None or (self.last_ok_at is not None and self.last_ok_at > self.last_failed_at)

    @property
    def takes_no_calls(self) -> str:
        """Return why its SIP service accepts no calls or refused one within the last minute, else ""."""
        if self.sip_error:
            return self.sip_error
        lately = self.sip_failed_at is not None and timezone.now() - self.sip_failed_at < SIP_REFUSED_LATELY
        return "Its SIP service refused a call within the last minute." if lately else ""

    @property
    def domain(self) -> str:
        """Return the SIP domain that callers use."""
        return str(self.sip_domain or settings.SIP_DOMAIN)


class Installation(models.Model):
    """One row: the id in this installation's ownership tags, so that others' objects are never touched.

    `swept_at` is when the last sweep began, which beat triggers every minute.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    swept_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="installation_once")]

    def __str__(self) -> str:
        return str(self.uuid)

    @classmethod
    def current(cls) -> UUID:
        """Return the installation's id, made on first use."""
        return cls.objects.get_or_create(pk=1)[0].uuid
