"""Tools that a workspace stores once, for several agents."""

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from fernet_fields import EncryptedTextField

from accounts.models import Workspace
from accounts.models.history import recorded
from telephony.models.abilities import stored_tool_url, validate_body, validate_object_schema, validate_tool_name
from telephony.models.agent import Agent
from telephony.validators import validate_signing_secret


class Tool(models.Model):
    """An HTTP function that several agents may call. Without a `secret` its requests are not signed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="tools")
    name = models.CharField(
        max_length=64, validators=[validate_tool_name], help_text="For the language model, such as find_order."
    )
    description = models.CharField(
        max_length=1_000, help_text="What it does and when to use it, for the language model."
    )
    parameters = models.JSONField(default=dict, blank=True, validators=[validate_object_schema])
    url = models.CharField(
        "URL",
        max_length=500,
        help_text="The https URL that gets a POST. Its path and query may have placeholders such as {{order}}.",
    )
    body = models.JSONField(default=dict, blank=True, validators=[validate_body])
    secret = EncryptedTextField("signing secret", null=True, blank=True, validators=[validate_signing_secret])
    agents = models.ManyToManyField(Agent, related_name="reusable_tools", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    history = recorded(without=["secret", "updated_at"])
    warnings: tuple[str, ...] = ()  # side effects of the last change; not stored

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["workspace", "-created_at", "-id"], name="tool_list"),
            models.Index(fields=["-created_at", "-id"], name="tool_newest"),
        ]
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="tool_name_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def as_own(self) -> dict[str, Any]:
        """Return it in the form of an agent's own tools, with its `id`."""
        names = ("name", "description", "parameters", "url", "body")
        return {"id": str(self.pk), **{name: getattr(self, name) for name in names}}

    def clean(self) -> None:
        super().clean()
        try:
            self.url = stored_tool_url(self.url) if self.url else self.url
        except ValidationError as error:
            raise ValidationError({"url": error}) from None
