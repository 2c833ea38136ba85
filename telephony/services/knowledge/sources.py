"""Create, change, refresh and delete knowledge sources."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import Workspace
from agents.knowledge.embeddings import Embedder
from agents.knowledge.reading import BY_ENDING
from telephony.choices import KnowledgeKind, KnowledgeStatus
from telephony.models import Agent, KnowledgeFile, KnowledgeSource
from telephony.services.agent_use import chosen_agents
from telephony.services.errors import Conflict, Problems
from telephony.services.rows import assign
from voxa.core.tasks import publish_on_commit

READ = "telephony.tasks.read_knowledge"
MOST_SOURCES, MOST_OF_AGENT = 100, 20
MOST_BYTES = 10_000_000
_ENDINGS = "Send a PDF, HTML, Markdown or text file: .pdf, .html, .md or .txt."
_TOO_MANY = f"A workspace has at most {MOST_SOURCES} knowledge sources. Delete one that no agent needs."


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent."""

    filename: str
    content: bytes = field(repr=False)


@transaction.atomic
def create_source(
    workspace: Workspace, data: Mapping[str, Any], upload: Upload | None = None, *, problems: Problems | None = None
) -> KnowledgeSource:
    """Create a source from a file or `url`, and request that it is read. `agents` are rows or ids.

    Raise `ValidationError` with every wrong field, `Conflict` if the workspace has as many as it may have.
    """
    problems = Problems() if problems is None else problems
    Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)
    if KnowledgeSource.objects.filter(workspace=workspace).count() >= MOST_SOURCES:
        raise Conflict("too_many_sources", _TOO_MANY)
    source = KnowledgeSource(workspace=workspace, due_at=timezone.now(), url=data.get("url") or "")
    source.kind = KnowledgeKind.FILE if upload else KnowledgeKind.PAGE
    if upload:
        _take(source, upload, problems)
    elif not source.url and "url" not in problems:
        problems.add("file", "Send a file, or the URL of a page.", "required")
    source.name = (data.get("name") or _name_of(source))[:200]
    if source.url or upload:
        problems.check(source, ["name", "url"])
    agents = _chosen(source, data.get("agents", []), problems)
    problems.raise_any()
    source.save(force_insert=True)
    if upload:
        KnowledgeFile.objects.create(source=source, content=upload.content)
    source.agents.set(agents)
    publish_on_commit(READ, str(source.pk))
    return source


@transaction.atomic
def update_source(
    source: KnowledgeSource, data: Mapping[str, Any], *, problems: Problems | None = None
) -> KnowledgeSource:
    """Change name, URL or agents. It is read again if its content or its agents' provider is another one.

    Raise `KnowledgeSource.DoesNotExist` if it was deleted, `ValidationError` with every wrong field.
    """
    problems = Problems() if problems is None else problems
    source = KnowledgeSource.objects.select_for_update(no_key=True).get(pk=source.pk)
    changed = assign(source, data, ["name", "url"])
    if "url" in data and source.kind == KnowledgeKind.FILE and data["url"]:
        problems.add("url", "A file has no URL. Create another source for the page.")
    problems.check(source, ["name", "url"])
    agents = _chosen(source, data["agents"], problems) if "agents" in data else None
    problems.raise_any()
    source.save(update_fields=[*changed, "updated_at"])
    if agents is not None:
        source.agents.set(agents)
    if "url" in changed or (agents is not None and _is_moved(source)):
        refresh(source)
    return source


def refresh(source: KnowledgeSource) -> None:
    """Request that a source is read again. Its present passages are found until then."""
    KnowledgeSource.objects.filter(pk=source.pk).update(
        generation=F("generation") + 1, status=KnowledgeStatus.QUEUED, error="", attempts=0, due_at=timezone.now()
    )
    source.refresh_from_db()
    publish_on_commit(READ, str(source.pk))


def refresh_of(agent: Agent) -> None:
    """Refresh the sources of an agent whose vectors its changed provider cannot compare."""
    for source in KnowledgeSource.objects.filter(agents=agent):
        if _is_moved(source):
            refresh(source)


def delete_source(source: KnowledgeSource) -> None:
    """Delete a source with its passages."""
    source.delete()


def embedder_of(source: KnowledgeSource) -> Embedder | None:
    """Return the embedder of the source's first agent that has one: questions of the others are compared by words."""
    agents = source.agents.order_by("created_at", "pk")
    return next((found for agent in agents if (found := Embedder.of(agent))), None)


def _is_moved(source: KnowledgeSource) -> bool:
    embedder = embedder_of(source)
    return embedder is not None and embedder.space != source.space


def _take(source: KnowledgeSource, upload: Upload, problems: Problems) -> None:
    if source.url:
        problems.add("url", "Send a file or a URL, not both.")
        source.url = ""
    source.filename = upload.filename.replace("\0", "").rpartition("/")[2][-255:]
    source.format = BY_ENDING.get(source.filename.rpartition(".")[2].lower(), "")
    source.size = len(upload.content)
    if not source.format:
        problems.add("file", _ENDINGS)
    elif not upload.content.strip():
        problems.add("file", "The file is empty.")
    elif len(upload.content) > MOST_BYTES:
        problems.add("file", f"The file is larger than {MOST_BYTES // 1_000_000} MB. Split it.")


def _name_of(source: KnowledgeSource) -> str:
    if source.filename:
        return source.filename
    parts = urlsplit(source.url)
    return f"{parts.hostname or ''}{parts.path}".rstrip("/") or source.url


def _chosen(source: KnowledgeSource, given: Sequence[Agent | UUID], problems: Problems) -> list[Agent]:
    return chosen_agents(source, "knowledge", given, problems, MOST_OF_AGENT, "sources")
