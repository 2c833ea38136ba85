"""A carrier's SIP gateway: where calls go out to, or come in from."""

import uuid

from django.core.exceptions import ValidationError
from django.db import models

from accounts.models.recording import recorded
from telephony.choices import Transport
from telephony.models.trunk import Trunk
from telephony.validators import parse_ip, validate_host, validate_netmask, validate_port


class Gateway(models.Model):
    """One host of a trunk. Outbound gateways are tried by (priority, created)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    trunk = models.ForeignKey(Trunk, on_delete=models.CASCADE, related_name="gateways")
    ip_or_domain = models.CharField("IP or domain", max_length=253, validators=[validate_host])
    port = models.PositiveIntegerField(default=5060, validators=[validate_port])
    netmask = models.PositiveSmallIntegerField(
        default=None,
        null=True,
        blank=True,
        help_text="Of the addresses calls come from: 32 is one, 24 is 256.",
    )
    protocol = models.CharField(max_length=3, choices=Transport.choices, default=Transport.UDP)
    inbound = models.BooleanField(default=True, help_text="Calls come in from here.")
    outbound = models.BooleanField(default=True, help_text="Calls go out through here.")
    priority = models.PositiveSmallIntegerField(default=0, help_text="Lower is tried first.")
    created_at = models.DateTimeField(auto_now_add=True)
    resolved = models.JSONField(default=dict, blank=True, editable=False)  # by sync/resolution.py
    resolved_at = models.DateTimeField(null=True, blank=True, editable=False)

    history = recorded(without=["resolved", "resolved_at"])

    class Meta:
        ordering = ["priority", "created_at", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(port__gte=1, port__lte=65535), name="gateway_port"),
            models.CheckConstraint(condition=models.Q(netmask__gte=8, netmask__lte=128), name="gateway_netmask"),
            models.CheckConstraint(condition=models.Q(protocol__in=Transport.values), name="gateway_protocol"),
        ]

    def __str__(self) -> str:
        return f"{self.ip_or_domain}:{self.port}"

    def save(self, *args: object, **kwargs: object) -> None:
        self.fill_netmask()
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def address(self) -> str:
        """Give host:port as LiveKit takes it, an IPv6 address in brackets."""
        ip = parse_ip(self.ip_or_domain)
        return f"[{ip}]:{self.port}" if ip and ip.version == 6 else f"{self.ip_or_domain}:{self.port}"

    def clean(self) -> None:
        super().clean()
        self.fill_netmask()
        validated = self.netmask if self.netmask is not None else 32
        try:
            validate_netmask(self.ip_or_domain, validated)
        except ValidationError as error:
            raise ValidationError({"netmask": error}) from error

    def fill_netmask(self) -> None:
        """Set the netmask that means this one address, where none was given."""
        if self.netmask is None:
            ip = parse_ip(self.ip_or_domain)
            self.netmask = 128 if ip and ip.version == 6 else 32
