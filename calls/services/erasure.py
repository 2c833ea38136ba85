"""Erase a person's number from all stored data, on request.

Calls keep their times and outcomes, with `erased` in place of the number. On do-not-call lists a keyed hash replaces
the number, so that the person is still not called.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.contrib.admin.models import LogEntry
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast

from accounts.models import IdempotencyRecord, ImportFile, WebhookMessage, Workspace
from calls.choices import ENDED
from calls.do_not_call.erased_numbers import hashed
from calls.models import (
    AgentTest,
    Attempt,
    Call,
    CallAnalysis,
    Conversation,
    DoNotCall,
    Event,
    LiveKitEvent,
    Reception,
    Recording,
    ToolRun,
    TranscriptItem,
    Transfer,
)
from calls.recordings.deletion import let_go
from telephony.models import PhoneNumber, Trunk
from voxa.core.number_fields import to_canonical
from voxa.core.numbering_plans import national_of, spelled_as
from voxa.core.phone_numbers import or_none

ERASED = "erased"
WORDY = ("call.report", "call.analyzed")  # payloads with transcripts
AT_ONCE = 500


def erase_number(number: str, workspace: Workspace | None = None, *, dry_run: bool = False) -> Counter[str]:
    """Erase a number everywhere, or in one workspace; return the number of affected rows by kind.

    With `dry_run` nothing is written. `calls under way` are skipped: end them, then run it again. Logs and backups are
    not covered. Raise `ValidationError` for an invalid number, and for a workspace's own number.
    """
    number = to_canonical(number, workspace.country if workspace else None)
    own = PhoneNumber.objects.filter(number=number)
    if (own.filter(workspace=workspace) if workspace else own).exists():
        raise ValidationError("This number belongs to a workspace, not to a person. Remove it from its trunk first.")
    return _Erasure(number, workspace, dry_run).run()


def _is_home(number: str, workspace: Workspace | None) -> bool:
    """Return whether a workspace or trunk is in the country where the number is dialed without its country code."""
    scope = {"workspace": workspace} if workspace else {}
    countries = set(Trunk.objects.filter(**scope).values_list("country", flat=True))
    countries |= {workspace.country} if workspace else set(Workspace.objects.values_list("country", flat=True))
    return any(or_none(national_of(number), country) == number for country in countries)


class _Erasure:
    def __init__(self, number: str, workspace: Workspace | None, dry_run: bool) -> None:
        self.number, self.dry_run = number, dry_run
        self.scope: dict[str, Any] = {"workspace": workspace} if workspace else {}
        spelled = spelled_as(number, national=_is_home(number, workspace))
        self.pattern = re.compile(rf"(?:{spelled})(?!\d)")
        self.held = f"({spelled})([^0-9]|$)"  # the same for the database: a longer number is a different one
        self.found: Counter[str] = Counter()

    def run(self) -> Counter[str]:
        self._livekit_events()
        self._attempts()
        self._conversations()
        self._calls()
        self._rewrite("call events", Event.objects.filter(**self.scope), "data")
        for name in ("variables", "transcript", "tools", "detail"):
            self._rewrite("test conversations", AgentTest.objects.filter(**self.scope), name)
        for name in ("to", "asked", "headers", "message"):
            self._rewrite("transfers", Transfer.objects.filter(**self.scope), name)
        mine = {"call__workspace": self.scope["workspace"]} if self.scope else {}
        self._rewrite("transfers", Reception.objects.filter(**mine), "transfer")
        self._rewrite("webhook deliveries", WebhookMessage.objects.filter(**self.scope), "payload")
        self._kept_answers()
        self._delete("files that wait for their import", ImportFile.objects.filter(**self.scope))
        self._lists()
        if not self.scope:
            self._histories()
        return self.found

    def _calls_with_it(self) -> QuerySet[Call]:
        texts = {f"{name}_text": Cast(name, TextField()) for name in ("metadata", "variables", "agent_overrides")}
        named = Q(from_number__regex=self.held) | Q(to_number__regex=self.held)
        named |= Q(from_typed__regex=self.held) | Q(to_typed__regex=self.held)
        named |= Q(room_name__regex=self.held)
        for name in texts:
            named |= Q(**{f"{name}__regex": self.held})
        return Call.objects.annotate(**texts).filter(named, **self.scope)

    def _calls(self) -> None:
        waiting = self._calls_with_it().exclude(status__in=ENDED)
        self._count("calls under way, left as they are", waiting.count())
        for batch in self._batches("calls", self._calls_with_it().filter(status__in=ENDED)):
            for call in batch:
                for side in ("from", "to"):
                    if (cleaned := self._clean(getattr(call, f"{side}_number"))) != getattr(call, f"{side}_number"):
                        setattr(call, f"{side}_number", cleaned)
                        setattr(call, f"{side}_typed", "")
                    setattr(call, f"{side}_typed", self._clean(getattr(call, f"{side}_typed")))
                if self.pattern.search(call.room_name):
                    call.room_name = f"call-{ERASED}-{call.pk}"
                call.metadata, call.variables, call.agent_overrides = self._clean(call.metadata), {}, {}
            Call.objects.bulk_update(
                batch,
                [
                    "from_number", "to_number", "from_typed", "to_typed", "room_name", "metadata", "variables",
                    "agent_overrides",
                ],
            )  # fmt: skip

    def _conversations(self) -> None:
        """Delete the transcripts of the person's calls; in other transcripts, remove only the number."""
        ids = list(self._calls_with_it().filter(status__in=ENDED).values_list("pk", flat=True))
        self._delete("transcript lines", TranscriptItem.objects.filter(call__in=ids))
        self._delete("analyses", CallAnalysis.objects.filter(call__in=ids))
        self._delete("tools' arguments and results", ToolRun.objects.filter(call__in=ids))
        self._delete(
            "webhook deliveries with transcripts",
            WebhookMessage.objects.filter(event_type__in=WORDY, payload__id__in=[str(pk) for pk in ids]),
        )
        if self.dry_run:
            self._count("recordings", Recording.objects.filter(call__in=ids).count())
        else:
            Conversation.objects.filter(call__in=ids).update(detail="")
            self._count("recordings", let_go(ids))
        self._rewrite("rooms of recordings", Recording.objects.filter(**self.scope), "room_name")
        mine = {"call__workspace": self.scope["workspace"]} if self.scope else {}
        self._rewrite("transcript lines", TranscriptItem.objects.filter(**mine), "text")
        for name in ("arguments", "result"):
            self._rewrite("tools' arguments and results", ToolRun.objects.filter(**mine), name)
        for name in ("summary", "outcome", "fields"):
            self._rewrite("analyses", CallAnalysis.objects.filter(**mine), name)

    def _attempts(self) -> None:
        mine = {"call__workspace": self.scope["workspace"]} if self.scope else {}
        for batch in self._batches("attempts", Attempt.objects.filter(sip_status__regex=self.held, **mine)):
            for attempt in batch:
                attempt.sip_status = self._clean(attempt.sip_status)
            Attempt.objects.bulk_update(batch, ["sip_status"])

    def _livekit_events(self) -> None:
        """Delete LiveKit events that contain it; if limited to one workspace, keep those of other workspaces' calls."""
        rows = LiveKitEvent.objects.annotate(text=Cast("payload", TextField()))
        rows = rows.filter(Q(text__regex=self.held) | Q(room_name__regex=self.held))
        if self.scope:
            here = {"project": OuterRef("project"), "room_name": OuterRef("room_name")}
            of_attempt = Attempt.objects.filter(
                call__project=OuterRef("project"), call__workspace=self.scope["workspace"], room_name=here["room_name"]
            )
            rows = rows.filter(Exists(Call.objects.filter(**self.scope, **here)) | Exists(of_attempt))
        self._delete("LiveKit events", rows)

    def _kept_answers(self) -> None:
        """Delete stored idempotent responses. They are encrypted, so each one is decrypted and checked."""
        rows = IdempotencyRecord.objects.filter(**self.scope)
        kept = rows.values_list("pk", "answer").iterator()
        ids = [pk for pk, answer in kept if self.pattern.search(answer or "")]
        self._delete("kept API answers", rows.filter(pk__in=ids))

    def _lists(self) -> None:
        """Replace the number by its hash; if the hash is listed already, delete the number."""
        for entry in DoNotCall.objects.filter(number=self.number, **self.scope):
            self._count("do-not-call entries, kept as a hash", 1)
            if not self.dry_run:
                with transaction.atomic():
                    entry.delete()
                    kept = {name: getattr(entry, name) for name in ("listed_by", "added_by_id", "added_with_id")}
                    DoNotCall.objects.get_or_create(
                        workspace_id=entry.workspace_id, number=hashed(self.number), defaults=kept
                    )

    def _histories(self) -> None:
        """Erase it from the history of former workspace numbers and from the admin log."""
        former = PhoneNumber.history.filter(number=self.number)
        self._count("history of numbers", former.count())
        log = LogEntry.objects.filter(Q(object_repr__regex=self.held) | Q(change_message__regex=self.held))
        if not self.dry_run:
            former.update(number=ERASED)
        for batch in self._batches("admin log entries", log):
            for line in batch:
                line.object_repr, line.change_message = self._clean(line.object_repr), self._clean(line.change_message)
            LogEntry.objects.bulk_update(batch, ["object_repr", "change_message"])

    def _rewrite(self, name: str, rows: QuerySet[Any], field: str) -> None:
        holding = rows.annotate(as_text=Cast(field, TextField())).filter(as_text__regex=self.held)
        for batch in self._batches(name, holding):
            for row in batch:
                rows.model._default_manager.filter(pk=row.pk).update(**{field: self._clean(getattr(row, field))})

    def _delete(self, name: str, rows: QuerySet[Any]) -> None:
        self._count(name, rows.count() if self.dry_run else rows.delete()[0])

    def _batches(self, name: str, rows: QuerySet[Any]) -> Iterator[Sequence[Any]]:
        """Yield batches of the rows that contain it, each row once. A dry run only counts and yields none."""
        ids = list(rows.values_list("pk", flat=True))
        self._count(name, len(ids))
        for start in range(0, 0 if self.dry_run else len(ids), AT_ONCE):
            if batch := list(rows.model._default_manager.filter(pk__in=ids[start : start + AT_ONCE])):
                yield batch

    def _count(self, name: str, rows: int) -> None:
        if rows:
            self.found[name] += rows

    def _clean(self, value: Any) -> Any:
        """Return a JSON value without the number."""
        if isinstance(value, str):
            return self.pattern.sub(ERASED, value)
        if isinstance(value, Mapping):
            return {self._clean(key): self._clean(one) for key, one in value.items()}
        return [self._clean(one) for one in value] if isinstance(value, list) else value
