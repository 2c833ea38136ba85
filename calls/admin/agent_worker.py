"""Admin of agent workers, for operators of the installation."""

from typing import ClassVar

from django.contrib import admin
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.admin.labels import Labels
from accounts.admin.times import when
from agents.choices import KeyProvider
from calls.admin.superusers import ProjectRowAdmin
from calls.models import AgentWorker


@admin.register(AgentWorker)
class AgentWorkerAdmin(ProjectRowAdmin):
    """Readable by superusers only: a worker serves all workspaces of its project."""

    empty = _("Voice agents run in workers. Start one on any machine: python -m calls.agent.")
    list_display = ["host", "state", "conversations", "load_percent", "memory", "version", "project", "seen"]
    list_select_related = ["project"]
    ordering = ["-seen_at", "id"]
    sortable_by: ClassVar[list[str]] = []
    actions = None
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("host", "state"),
                    ("conversations", "load_percent", "memory"),
                    ("version", "project"),
                    "plugins",
                ]
            },
        ),
        (_("Timestamps"), {"fields": [("started", "seen")]}),
    ]
    readonly_fields = [
        "host", "state", "conversations", "load_percent", "memory", "version", "project", "plugins", "started", "seen",
    ]  # fmt: skip

    @display(
        description=_("State"),
        label=Labels({_("Accepting calls"): "success", _("Draining"): "warning", _("Offline"): "danger"}),
    )
    def state(self, worker: AgentWorker) -> str:
        return (
            gettext("Offline")
            if worker.is_away
            else gettext("Draining")
            if worker.draining
            else gettext("Accepting calls")
        )

    @display(description=_("Last seen"))
    def seen(self, worker: AgentWorker) -> str:
        return when(worker.seen_at)

    @display(description=_("Started"))
    def started(self, worker: AgentWorker) -> str:
        return when(worker.started_at)

    @display(description=_("Calls"))
    def conversations(self, worker: AgentWorker) -> int:
        return worker.sessions

    @display(description=_("CPU load"))
    def load_percent(self, worker: AgentWorker) -> str:
        return f"{worker.load:.0%}"

    @display(description=_("Speech plugins"))
    def plugins(self, worker: AgentWorker) -> str:
        if worker.speech is None:
            return gettext("Not reported")
        labels = dict(KeyProvider.choices)
        return ", ".join(str(labels.get(name, name)) for name in worker.speech) or gettext("None installed")

    @display(description=_("Memory"))
    def memory(self, worker: AgentWorker) -> str:
        return filesizeformat(worker.memory_bytes)
