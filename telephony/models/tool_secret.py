"""The secret that signs an agent's tool requests."""

from django.db import models
from fernet_fields import EncryptedTextField

from telephony.models.agent import Agent


class ToolSecret(models.Model):
    """The secret of one agent, in its own table so that pages and lists of agents never load it."""

    agent = models.OneToOneField(Agent, primary_key=True, on_delete=models.CASCADE, related_name="tool_secret")
    secret = EncryptedTextField(editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"Secret of {self.agent_id}"
