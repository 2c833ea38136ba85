"""MCP servers whose tools a workspace's agents may call."""

import json
import re
import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from fernet_fields import EncryptedTextField

from accounts.models import Workspace
from accounts.models.history import recorded
from telephony.models.abilities import MOST_TOOLS
from telephony.models.agent import Agent
from telephony.models.fields import HttpsUrlField

MOST_HEADERS = 10
LONGEST_NAME = 128
_NAME = RegexValidator(
    r"^[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*\Z", "Enter letters, digits and single underscores, such as crm.", "name"
)
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_VALUE = re.compile(r"[\x20-\x7e]{1,4000}")
# Of the protocol and of HTTP itself.
_OURS = frozenset({
    "accept", "accept-encoding", "connection", "content-length", "content-type", "expect", "host", "te", "trailer",
    "transfer-encoding", "upgrade", "user-agent", "mcp-session-id", "mcp-protocol-version",
})  # fmt: skip


def validate_allowed_tools(value: Any) -> None:
    """Accept the names of tools."""
    if not isinstance(value, list) or not all(isinstance(one, str) and 0 < len(one) <= LONGEST_NAME for one in value):
        raise ValidationError("Enter a list of names of the server's tools.", code="shape")
    if len(value) > MOST_TOOLS or len(set(value)) < len(value):
        raise ValidationError(f"Enter at most {MOST_TOOLS} names, each once.", code="shape")


def validate_mcp_headers(text: str) -> None:
    """Accept a JSON object of HTTP headers."""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        words = 'Enter a JSON object of headers, such as {"Authorization": "Bearer ..."}.'
        raise ValidationError(words, code="shape")
    if len(found) > MOST_HEADERS or len({name.lower() for name in found}) < len(found):
        raise ValidationError(f"Enter at most {MOST_HEADERS} headers, each once.", code="shape")
    for name, value in found.items():
        if not _HEADER.fullmatch(name):
            words = f"{name[:80]} is no name of a header. Enter one such as X-Api-Key, without spaces."
            raise ValidationError(words, code="shape")
        if not _VALUE.fullmatch(value) or value != value.strip():
            words = f"The value of {name} has characters that HTTP does not allow, or spaces around it. Remove them."
            raise ValidationError(words, code="shape")
        if name.lower() in _OURS:
            raise ValidationError(f"{name} is set by Voxa. Leave it out.", code="shape")


class McpServer(models.Model):
    """A server that lists tools and runs them. Agents get those in `allowed_tools`, named `NAME__TOOL`.

    `tools` are as last listed: `tool` is the server's name of it, `name` the language models', and `problem` tells why
    it cannot be offered. `session_id` and `protocol` are of the present session.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="mcp_servers")
    name = models.CharField(
        max_length=24, validators=[_NAME], help_text="The beginning of its tools' names for language models: crm__find."
    )
    url = HttpsUrlField("URL", max_length=500, help_text="The https URL of its streamable HTTP endpoint.")
    headers = EncryptedTextField(null=True, blank=True, validators=[validate_mcp_headers])
    allowed_tools = models.JSONField(
        default=list, blank=True, validators=[validate_allowed_tools], help_text="Only these tools are offered."
    )
    enabled = models.BooleanField(default=True, help_text="Clear to offer none of its tools.")
    agents = models.ManyToManyField(Agent, related_name="mcp_servers", blank=True)
    tools = models.JSONField(default=list, blank=True, editable=False)
    error = models.CharField(max_length=500, blank=True, editable=False)
    listed_at = models.DateTimeField(null=True, blank=True, editable=False)
    due_at = models.DateTimeField(null=True, blank=True, editable=False)
    session_id = EncryptedTextField(blank=True, default="", editable=False)
    protocol = models.CharField(max_length=10, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    history = recorded(
        without=["headers", "tools", "error", "listed_at", "due_at", "session_id", "protocol", "updated_at"]
    )
    warnings: tuple[str, ...] = ()  # side effects of the last change; not stored

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name, verbose_name_plural = _("MCP server"), _("MCP servers")
        indexes = [
            models.Index(fields=["workspace", "-created_at", "-id"], name="mcp_server_list"),
            models.Index(fields=["-created_at", "-id"], name="mcp_server_newest"),
            models.Index(fields=["due_at"], name="mcp_server_due"),
        ]
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="mcp_server_name_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def header_values(self) -> dict[str, str]:
        """Return the headers of requests."""
        return json.loads(self.headers) if self.headers else {}

    @property
    def offered(self) -> list[dict[str, Any]]:
        """Return the tools that agents may call, in the form of an agent's own, with the server's `id`."""
        return [
            {"mcp_server": str(self.pk), **{key: one[key] for key in ("tool", "name", "description", "parameters")}}
            for one in self.tools
            if not one["problem"] and one["tool"] in self.allowed_tools
        ]
