"""A carrier's SIP gateway."""

import uuid
from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import models

from accounts.models.history import recorded
from telephony.addresses import default_netmask, in_uri, mapped_netmask, read_host, validate_host, validate_netmask
from telephony.choices import Transport
from telephony.models.trunk import Trunk
from telephony.validators import validate_port

SIP_PORT = 5060  # the default of the field


class Gateway(models.Model):
    """One host of a trunk. Outbound gateways are tried by (priority, created)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    trunk = models.ForeignKey(Trunk, on_delete=models.CASCADE, related_name="gateways")
    ip_or_domain = models.CharField("IP or domain", max_length=253, validators=[validate_host])
    port = models.PositiveIntegerField(default=SIP_PORT, validators=[validate_port])
    netmask = models.PositiveSmallIntegerField(
        default=None,
        null=True,
        blank=True,
        help_text="Range of source addresses: 32 is one address, 24 is 256. Empty: this address only (128 for IPv6).",
    )
    protocol = models.CharField(max_length=3, choices=Transport.choices, default=Transport.UDP)
    inbound = models.BooleanField(default=True, help_text="Accept inbound calls from this gateway.")
    outbound = models.BooleanField(default=True, help_text="Send outbound calls to this gateway.")
    priority = models.PositiveSmallIntegerField(default=0, help_text="Gateways with lower values are tried first.")
    created_at = models.DateTimeField(auto_now_add=True)
    resolved = models.JSONField(default=dict, blank=True, editable=False)  # by sync/resolution.py
    resolved_at = models.DateTimeField(null=True, blank=True, editable=False)

    history = recorded(without=["resolved", "resolved_at"])

    class Meta:
        ordering = ["priority", "created_at", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(port__gte=1, port__lte=65535), name="gateway_port"),
            models.CheckConstraint(condition=models.Q(netmask__gte=16, netmask__lte=128), name="gateway_netmask"),
            models.CheckConstraint(condition=models.Q(protocol__in=Transport.values), name="gateway_protocol"),
        ]

    def __str__(self) -> str:
        return f"{self.ip_or_domain}:{self.port}"

    def save(self, *args: object, **kwargs: object) -> None:
        self.fill_netmask()
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def address(self) -> str:
        """Return host:port for LiveKit, with an IPv6 address in brackets."""
        return f"{in_uri(self.ip_or_domain)}:{self.port}"

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Normalize the host first: move a port or netmask entered with it to its own field."""
        try:
            self._normalize()
        except ValidationError as error:
            found = error.error_dict if hasattr(error, "error_dict") else {"ip_or_domain": error.error_list}
            try:
                super().clean_fields({*(exclude or ()), *found})
            except ValidationError as others:
                found = {**others.error_dict, **found}
            raise ValidationError(found) from None
        super().clean_fields(exclude)

    def clean(self) -> None:
        super().clean()
        self.fill_netmask()
        try:
            validate_netmask(self.ip_or_domain, self.netmask or 0)
        except ValidationError as error:
            raise ValidationError({"netmask": error}) from error

    def fill_netmask(self) -> None:
        """Set the netmask of a single address if none was given."""
        if self.netmask is None:
            self.netmask = default_netmask(self.ip_or_domain)

    def _normalize(self) -> None:
        if not self.ip_or_domain:
            return
        host = read_host(self.ip_or_domain)
        self.ip_or_domain = host.name
        if host.port is not None:
            if self.port not in (SIP_PORT, host.port):
                words = f"The host has port {host.port}, this field has {self.port}. Enter the port once."
                raise ValidationError({"port": ValidationError(words, code="port")})
            self.port = host.port
        if host.netmask is not None:
            if self.netmask not in (None, host.netmask):
                words = f"The host has netmask {host.netmask}, this field has {self.netmask}. Enter the netmask once."
                raise ValidationError({"netmask": ValidationError(words, code="netmask")})
            self.netmask = host.netmask
        elif host.mapped and self.netmask is not None:
            try:
                self.netmask = mapped_netmask(self.netmask)
            except ValidationError as error:
                raise ValidationError({"netmask": error}) from None
