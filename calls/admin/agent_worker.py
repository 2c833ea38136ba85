"""Agent workers, for those who run the installation: which run, and how busy they are."""

from typing import ClassVar

from django.contrib import admin
from django.template.defaultfilters import filesizeformat
from unfold.decorators import display

from accounts.admin.times import when
from calls.admin.superusers import ProjectRowAdmin
from calls.models import AgentWorker


@admin.register(AgentWorker)
class AgentWorkerAdmin(ProjectRowAdmin):
    """Read by superusers alone: a worker speaks for all workspaces of its project."""

    empty = "Agents speak through workers. Start one on any machine: python -m calls.agent."
    list_display = ["host", "state", "conversations", "load_percent", "memory", "version", "project", "seen"]
    list_select_related = ["project"]
    ordering = ["-seen_at", "id"]
    sortable_by: ClassVar[list[str]] = []
    actions = None
    fieldsets = [
        (None, {"fields": [("host", "state"), ("conversations", "load_percent", "memory"), ("version", "project")]}),
        ("When", {"fields": [("started", "seen")]}),
    ]
    readonly_fields = [
        "host", "state", "conversations", "load_percent", "memory", "version", "project", "started", "seen",
    ]  # fmt: skip

    @display(description="State", label={"Takes calls": "success", "Finishing": "warning", "Away": "danger"})
    def state(self, worker: AgentWorker) -> str:
        return "Away" if worker.is_away else "Finishing" if worker.draining else "Takes calls"

    @display(description="Last heard of")
    def seen(self, worker: AgentWorker) -> str:
        return when(worker.seen_at)

    @display(description="Started")
    def started(self, worker: AgentWorker) -> str:
        return when(worker.started_at)

    @display(description="Calls")
    def conversations(self, worker: AgentWorker) -> int:
        return worker.sessions

    @display(description="Processors")
    def load_percent(self, worker: AgentWorker) -> str:
        return f"{worker.load:.0%}"

    @display(description="Memory")
    def memory(self, worker: AgentWorker) -> str:
        return filesizeformat(worker.memory_bytes)
