"""Read knowledge sources in the background: get the content, cut it into passages, get their vectors.

Every write names the claim (`generation` and `attempts`), so a task that was overtaken by a refresh writes nothing.
"""

import random
import time
from datetime import timedelta
from urllib.parse import urljoin, urlsplit
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.choices import ExternalWork
from accounts.services.external_leases import external_lease, in_turn, most_at_once, workspaces_at_limit
from agents.knowledge import reading
from agents.knowledge.cutting import Piece, cut
from agents.knowledge.embeddings import BATCH, NoVectors
from agents.knowledge.words import folded
from telephony.choices import KnowledgeKind, KnowledgeStatus
from telephony.models import KnowledgeFile, KnowledgeSource, Passage
from telephony.services.knowledge.sources import MOST_BYTES, READ, embedder_of
from voxa.core import safe_http
from voxa.core.tasks import publish

LEASE = timedelta(seconds=90)
VECTORS_WITHIN = 45.0  # seconds of one task; the next one goes on
RETRY_AFTER = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10))
MOST_PASSAGES = 1_000
MOST_REDIRECTS = 5
LIMITS = safe_http.Limits(connect=5.0, read=15.0, total=25.0, max_bytes=MOST_BYTES)
BY_WORDS = "Searched by words only: {} Then refresh the source."


class NotNow(Exception):
    """Raised when a host did not answer; the source is read later."""


def sweep(most: int = 100) -> None:
    """Queue tasks for due sources, every workspace's longest waiting first."""
    work = ExternalWork.BACKGROUND
    turns = in_turn(_due().exclude(workspace_id__in=workspaces_at_limit(work)), "workspace_id", "due_at")
    for pk in list(turns.filter(turn__lte=most_at_once(work)).values_list("pk", flat=True)[:most]):
        publish(READ, str(pk))


def read_source(source_id: UUID) -> None:
    """Read a source if due, then queue the workspace's next. May run twice.

    If the workspace is at its limit of requests, this one stays due.
    """
    source = _due().filter(pk=source_id).first()
    if source is None:
        return
    with external_lease(source.workspace_id, ExternalWork.BACKGROUND) as may:
        if may:
            _claim_and_read(source)
    if may and (following := _due().filter(workspace=source.workspace_id).order_by("due_at").first()):
        publish(READ, str(following.pk))


def _due() -> QuerySet[KnowledgeSource]:
    return KnowledgeSource.objects.filter(due_at__lte=timezone.now())


def _mine(source: KnowledgeSource) -> QuerySet[KnowledgeSource]:
    """Return the row if this task still holds it."""
    return KnowledgeSource.objects.filter(
        pk=source.pk, generation=source.generation, attempts=source.attempts, status=KnowledgeStatus.READING
    )


def _claim_and_read(source: KnowledgeSource) -> None:
    now = timezone.now()
    claimed = KnowledgeSource.objects.filter(pk=source.pk, generation=source.generation, attempts=source.attempts)
    claimed = claimed.filter(due_at__lte=now)
    if not claimed.update(status=KnowledgeStatus.READING, due_at=now + LEASE, attempts=F("attempts") + 1):
        return
    source = KnowledgeSource.objects.get(pk=source.pk)
    try:
        if source.read_generation != source.generation:
            _read(source)
        _add_vectors(source)
    except reading.Unreadable as error:
        _end(source, KnowledgeStatus.FAILED, str(error))
    except NotNow as error:
        if source.attempts > len(RETRY_AFTER):
            _end(source, KnowledgeStatus.FAILED, f"{error} Check the address, then refresh the source.")
        else:
            _later(source, str(error))
    except NoVectors as error:
        if error.again and source.attempts <= len(RETRY_AFTER):
            _later(source, str(error))
        else:
            _end(source, KnowledgeStatus.READY, BY_WORDS.format(error))


def _read(source: KnowledgeSource) -> None:
    """Replace the passages of a source by those of its present content."""
    kind, data = _content(source)
    pieces = list(cut(reading.read(data, kind)))
    if not pieces:
        raise reading.Unreadable("It has no words.")
    if len(pieces) > MOST_PASSAGES:
        raise reading.Unreadable(f"It is too long: more than {MOST_PASSAGES:,} passages. Split it into several files.")
    values = {
        "format": reading.PDF if data.startswith(b"%PDF-") else kind,
        "size": len(data),
        "passage_count": len(pieces),
        "read_generation": source.generation,
        "read_at": timezone.now(),
        "space": "",
    }
    with transaction.atomic():
        if not _mine(source).update(**values):
            return
        Passage.objects.filter(source=source).delete()
        Passage.objects.bulk_create(_row(source, number, one) for number, one in enumerate(pieces, 1))


def _row(source: KnowledgeSource, number: int, piece: Piece) -> Passage:
    words = folded(f"{piece.place}\n{piece.text}")
    return Passage(source=source, number=number, place=piece.place, text=piece.text, words=words)


def _content(source: KnowledgeSource) -> tuple[str, bytes]:
    """Return format and bytes of a file or page. Raise `NotNow`, `Unreadable`."""
    if source.kind == KnowledgeKind.FILE:
        return source.format, bytes(KnowledgeFile.objects.get(pk=source.pk).content)
    url = source.url
    for _ in range(MOST_REDIRECTS + 1):
        answer = _get(url)
        if answer.status in (301, 302, 303, 307, 308) and (target := answer.headers.get("location")):
            url = urljoin(url, target)
            continue
        return _kind(answer, url), answer.body
    raise reading.Unreadable("The page redirects too often. Enter its final address.")


def _get(url: str) -> safe_http.Answer:
    """Get a page, or a redirect. Each address is checked before it is called."""
    try:
        answer = safe_http.send("GET", url, limits=LIMITS, headers={"Accept": "text/html, text/*, application/pdf"})
    except safe_http.UnsafeAddress as error:
        raise reading.Unreadable(str(error)) from None
    except safe_http.OutboundError as error:
        raise NotNow(str(error)) from None
    if answer.status in (408, 425, 429) or answer.status >= 500:
        raise NotNow(f"The page returned HTTP {answer.status}.")
    if answer.status >= 400:
        raise reading.Unreadable(f"The page returned HTTP {answer.status}. Enter the URL of a page without a login.")
    if answer.truncated:
        raise reading.Unreadable(f"The page is larger than {MOST_BYTES // 1_000_000} MB.")
    return answer


def _kind(answer: safe_http.Answer, url: str) -> str:
    said = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    ending = urlsplit(url).path.rpartition(".")[2].lower()
    known = reading.BY_ENDING.get(ending) if said in ("", "text/plain", "application/octet-stream") else None
    kind = known or reading.BY_TYPE.get(said)
    if answer.headers.get("content-encoding", "identity").lower() not in ("", "identity") or kind is None:
        raise reading.Unreadable("The page is not HTML, PDF, Markdown or text. Upload its text as a file.")
    return kind


def _add_vectors(source: KnowledgeSource) -> None:
    """Add the vectors that are missing. What does not fit in one task is left to the next one. Raise `NoVectors`."""
    embedder, until = embedder_of(source), time.monotonic() + VECTORS_WITHIN
    if embedder is None:
        return _end(source, KnowledgeStatus.READY)
    while rows := list(Passage.objects.filter(source=source, vector=None).order_by("number")[:BATCH]):
        vectors = embedder.vectors([row.text for row in rows])
        for row, vector in zip(rows, vectors, strict=True):
            row.vector = vector
        with transaction.atomic():
            if not _mine(source).select_for_update(no_key=True).exists():
                return None
            Passage.objects.bulk_update(rows, ["vector"])
        if time.monotonic() > until:
            _mine(source).update(status=KnowledgeStatus.QUEUED, due_at=timezone.now(), attempts=0)
            return None
    return _end(source, KnowledgeStatus.READY, space=embedder.space)


def _later(source: KnowledgeSource, error: str) -> None:
    wait = RETRY_AFTER[source.attempts - 1] * random.uniform(1, 1.2)
    _mine(source).update(status=KnowledgeStatus.QUEUED, error=error[:500], due_at=timezone.now() + wait)


def _end(source: KnowledgeSource, status: KnowledgeStatus, error: str = "", **values: str) -> None:
    _mine(source).update(status=status, error=error[:500], due_at=None, **values)
