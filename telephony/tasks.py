"""The tasks of this app, under the names by which they are sent. Each is defined beside the service that it runs."""

from telephony.services.knowledge.tasks import read_knowledge, sweep_knowledge
from telephony.services.mcp.tasks import list_mcp_tools, sweep_mcp_servers
from telephony.services.tasks import (
    check_gateways,
    check_health,
    check_provider_key,
    check_providers,
    check_sip_service,
    check_sip_services,
    note_queue,
    run_health_check,
)
from telephony.sync.tasks import (
    reconcile_project,
    reconcile_projects,
    remove_objects,
    resolve_domains,
    sweep_trunks,
    sync_endpoint,
    sync_trunk,
)

__all__ = [
    "check_gateways",
    "check_health",
    "check_provider_key",
    "check_providers",
    "check_sip_service",
    "check_sip_services",
    "list_mcp_tools",
    "note_queue",
    "read_knowledge",
    "reconcile_project",
    "reconcile_projects",
    "remove_objects",
    "resolve_domains",
    "run_health_check",
    "sweep_knowledge",
    "sweep_mcp_servers",
    "sweep_trunks",
    "sync_endpoint",
    "sync_trunk",
]
