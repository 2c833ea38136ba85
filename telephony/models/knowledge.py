"""What a workspace's agents can look up."""

import uuid
from array import array
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Workspace
from telephony.choices import KnowledgeFormat, KnowledgeKind, KnowledgeStatus
from telephony.models.agent import Agent
from telephony.models.fields import HttpsUrlField
from voxa.core.choice_fields import ChoiceField


class VectorField(models.Field):  # type: ignore[type-arg]  # not subscriptable when it runs
    """A list of numbers: `real[]` in PostgreSQL, which pgvector casts to its own type, and bytes in SQLite."""

    def db_type(self, connection: Any) -> str:
        return "real[]" if connection.vendor == "postgresql" else "blob"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None:
            return None
        return list(value) if connection.vendor == "postgresql" else array("f", value).tobytes()

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sequence[float] | None:
        if not isinstance(value, bytes):
            return value  # type: ignore[no-any-return]
        numbers = array("f")
        numbers.frombytes(value)
        return numbers


class KnowledgeSource(models.Model):
    """A file or page that agents can search. States: `KnowledgeStatus`.

    `generation` rises with each request to read it, and `read_generation` is that of its passages. `space` names the
    model of their vectors; empty where they are found by words only.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="knowledge")
    name = models.CharField(max_length=200, help_text="Agents name it as their source.")
    kind = ChoiceField(max_length=4, choices=KnowledgeKind.choices, default=KnowledgeKind.FILE, editable=False)
    url = HttpsUrlField(
        "URL", max_length=2_000, blank=True, help_text="An https URL of a page, or of a PDF, Markdown or text file."
    )
    filename = models.CharField(max_length=255, blank=True, editable=False)
    format = ChoiceField(max_length=8, choices=KnowledgeFormat.choices, blank=True, editable=False)
    size = models.PositiveIntegerField("size in bytes", default=0, editable=False)
    agents = models.ManyToManyField(Agent, related_name="knowledge", blank=True)
    status = ChoiceField(max_length=7, choices=KnowledgeStatus.choices, default=KnowledgeStatus.QUEUED, editable=False)
    error = models.CharField(max_length=500, blank=True, editable=False)
    passage_count = models.PositiveIntegerField("passages", default=0, editable=False)
    space = models.CharField(max_length=700, blank=True, editable=False)
    generation = models.PositiveIntegerField(default=1, editable=False)
    read_generation = models.PositiveIntegerField(default=0, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    due_at = models.DateTimeField(null=True, blank=True, editable=False)  # None: nothing to do
    read_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name, verbose_name_plural = _("knowledge source"), _("knowledge sources")
        indexes = [
            models.Index(fields=["workspace", "-created_at", "-id"], name="knowledge_list"),
            models.Index(fields=["-created_at", "-id"], name="knowledge_newest"),
            models.Index(fields=["due_at"], name="knowledge_due"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=KnowledgeKind.values), name="knowledge_kind"),
            models.CheckConstraint(condition=models.Q(status__in=KnowledgeStatus.values), name="knowledge_status"),
            models.CheckConstraint(condition=models.Q(format__in=KnowledgeFormat.values), name="knowledge_format"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def searched_by(self) -> str:
        """Return how its passages are found: by `meaning` and words, by `words` only, or not at all."""
        return ("meaning" if self.space else "words") if self.passage_count else ""

    def clean(self) -> None:
        super().clean()
        if self.kind == KnowledgeKind.PAGE and not self.url:
            raise ValidationError({"url": ValidationError("Enter the URL of the page.", code="required")})


class KnowledgeFile(models.Model):
    """The bytes of a file, in their own table so that no list of sources loads them."""

    source = models.OneToOneField(KnowledgeSource, primary_key=True, on_delete=models.CASCADE, related_name="file")
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"File of {self.source_id}"


class Passage(models.Model):
    """A passage of a source. `words` is its text as `agents.knowledge.words.folded` returns it."""

    source = models.ForeignKey(KnowledgeSource, on_delete=models.CASCADE, related_name="passages", db_index=False)
    number = models.PositiveIntegerField()
    place = models.CharField(max_length=200, blank=True)  # such as `page 3`, or the heading above it
    text = models.TextField()
    words = models.TextField()
    vector = VectorField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "number"], name="passage_once")]

    def __str__(self) -> str:
        return f"{self.source_id}: {self.number}"
