"""A person's number is removed from all that is kept, and what held it is said."""

from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db.models import TextField
from django.db.models.functions import Cast

from accounts.models import User, WebhookMessage, Workspace
from calls.choices import CallStatus, EventType
from calls.do_not_call.erased_numbers import hashed, listed_as
from calls.livekit.ingest import settle
from calls.models import Call, DoNotCall, LiveKitEvent
from calls.services.erasure import erase_number
from calls.services.timeline import note
from tests.calls.events.conftest import START, Entrance, joined, left, make_entrance, store

PERSON = "+12025550177"


@pytest.fixture
def call(entrance: Entrance, acme_owner: User) -> Call:
    """A call of the person's that is over, with all that tells of it."""
    store(entrance.project, joined(entrance))
    store(entrance.project, left(entrance, 30))
    call = settle(entrance.project, entrance.room)
    assert call is not None
    Call.objects.filter(pk=call.pk).update(metadata={"back": [PERSON, "12025550177"], PERSON: 1})
    note(call, EventType.CALL_DIALING, START, to="99#12025550177")
    payload = {"from": PERSON, "roomName": entrance.room, "to": "+120255501771"}
    WebhookMessage.objects.create(workspace=entrance.workspace, event_type="call.ended", payload=payload)
    DoNotCall.objects.create(workspace=entrance.workspace, number=PERSON, note="Asked by Ann Other")
    entry = {"content_type_id": None, "object_id": str(call.pk), "action_flag": CHANGE, "user": acme_owner}
    LogEntry.objects.create(object_repr=f"{PERSON} to us", change_message="", **entry)
    call.refresh_from_db()
    return call


def holding(digits: str) -> list[str]:
    """Return each table of the whole database with the digits in any text."""
    found = []
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            rows = model._default_manager.annotate(as_text=Cast(field.name, TextField()))
            if rows.filter(as_text__contains=digits).exists():
                found.append(f"{model.__name__}.{field.name}")
    return found


def test_nothing_holds_it_any_more(call: Call) -> None:
    WebhookMessage.objects.update(payload={"from": PERSON})
    assert len(holding("2025550177")) >= 7
    erase_number(PERSON)
    assert holding("2025550177") == []


def test_the_call_stays_with_its_times(call: Call) -> None:
    erase_number(PERSON)
    after = Call.objects.get(pk=call.pk)
    assert (after.status, after.duration_seconds, after.answered_at) == (CallStatus.COMPLETED, 30, START)
    assert (after.from_number, after.to_number) == ("erased", call.to_number)
    assert after.metadata == {"back": ["erased", "erased"], "erased": 1}
    assert after.events.get(type="call.dialing").data == {"to": "99#erased"}


def test_a_longer_number_that_begins_alike_stays(call: Call) -> None:
    erase_number(PERSON)
    assert WebhookMessage.objects.get().payload["to"] == "+120255501771"


def test_the_person_is_still_not_called(call: Call) -> None:
    erase_number(PERSON)
    (entry,) = DoNotCall.objects.all()
    assert (entry.number, entry.note) == (hashed(PERSON), "")
    assert entry.number in listed_as(PERSON)
    assert entry.number not in listed_as("+12025550178")


def test_a_new_secret_key_keeps_erased_numbers_uncalled(call: Call, settings: Any) -> None:
    erase_number(PERSON)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another" * 10
    assert DoNotCall.objects.get().number in listed_as(PERSON)


def test_it_says_what_held_it_and_a_dry_run_changes_nothing(call: Call) -> None:
    said = erase_number(PERSON, dry_run=True)
    assert said["calls"] == said["webhook deliveries"] == 1
    assert said["LiveKit events"] == LiveKitEvent.objects.count() == 2
    assert Call.objects.get(pk=call.pk).from_number == PERSON
    assert erase_number(PERSON) == said
    assert not erase_number(PERSON)


def test_only_the_workspace_that_is_named_forgets(call: Call, globex: Workspace) -> None:
    theirs = make_entrance(globex, "globexkey", "+13035550100")
    store(theirs.project, joined(theirs))
    other = settle(theirs.project, theirs.room)
    assert other is not None
    erase_number(PERSON, call.workspace)
    other.refresh_from_db()
    assert other.from_number == PERSON
    assert LiveKitEvent.objects.get().project == theirs.project


def test_a_call_under_way_is_left_and_said(call: Call) -> None:
    Call.objects.filter(pk=call.pk).update(status=CallStatus.IN_PROGRESS)
    with pytest.raises(CommandError, match="part of live calls"):
        call_command("erase_number", PERSON, stdout=StringIO(), stderr=StringIO())
    assert Call.objects.get(pk=call.pk).from_number == PERSON


def test_a_number_of_the_workspace_is_no_persons(entrance: Entrance) -> None:
    with pytest.raises(ValidationError):
        erase_number(entrance.number.number)


def test_the_command_prints_what_it_removed(call: Call) -> None:
    out = StringIO()
    call_command("erase_number", PERSON, "--workspace", call.workspace.slug, stdout=out, stderr=StringIO())
    assert "LiveKit events" in out.getvalue()
    with pytest.raises(CommandError):
        call_command("erase_number", "nonsense", stdout=out, stderr=StringIO())
    with pytest.raises(CommandError, match="does not exist"):
        call_command("erase_number", PERSON, "--workspace", "nobody", stdout=out, stderr=StringIO())
