"""A language model's analysis of a conversation."""

from django.db import models

from calls.choices import AnalysisStatus
from calls.models.call import Call
from voxa.core.choice_fields import ChoiceField


class CallAnalysis(models.Model):
    """Analysis of one conversation. States: `AnalysisStatus`. `due_at` is when it may be requested (again)."""

    call = models.OneToOneField(Call, primary_key=True, on_delete=models.CASCADE, related_name="analysis")
    status = ChoiceField(max_length=7, choices=AnalysisStatus.choices, default=AnalysisStatus.PENDING)
    summary = models.TextField(blank=True)
    outcome = models.CharField(max_length=200, blank=True)
    fields = models.JSONField(default=dict)
    template_id = models.UUIDField(null=True, blank=True)  # as it was: the template may be deleted
    template_name = models.CharField(max_length=100, blank=True)
    model = models.CharField(max_length=100, blank=True)
    error = models.CharField(max_length=500, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "call analyses"
        indexes = [models.Index(fields=["due_at"], condition=models.Q(status="pending"), name="analysis_due")]
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=AnalysisStatus.values), name="analysis_status")
        ]

    def __str__(self) -> str:
        return f"Analysis of {self.call_id}"
