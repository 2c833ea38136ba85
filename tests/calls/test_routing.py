"""The way out for a call, what its policies look at, and who answers one that comes in."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import Workspace
from calls.choices import CallStatus, Direction, Reason
from calls.dialer.spend import cap_of, day_of, spent
from calls.models import Attempt, Call, DoNotCall
from calls.routing import route as routing
from calls.routing.calling_hours import Hours
from calls.routing.facts import call_facts, recent_attempts
from calls.routing.policies import Refusal
from calls.routing.route import Route
from telephony.choices import TrunkStatus
from telephony.models import Agent, LiveKitObject, PhoneNumber, TelephonySettings, Trunk
from telephony.selectors import answering_agent, unanswered
from telephony.services.agents import create_agent, update_agent
from telephony.services.settings import update_settings
from tests.calls.conftest import CALLEE, Line, make_line

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def config(line: Line) -> TelephonySettings:
    found = TelephonySettings.of(line.workspace.pk)
    found.workspace = line.workspace
    return found


def route(line: Line, **more: Any) -> Route | Refusal:
    return routing.route(Call.objects.get(pk=line.place(**more).pk), config(line), NOW)


def refused(line: Line, **more: Any) -> tuple[Reason, datetime | None]:
    found = route(line, **more)
    assert isinstance(found, Refusal)
    return found.reason, found.until


def test_gateways_are_tried_by_priority_and_only_those_that_stand_in_livekit(acme: Workspace) -> None:
    line = make_line(acme, gateways=4)
    first, second, third, fourth = line.trunk.gateways.all()
    type(first).objects.filter(pk=fourth.pk).update(priority=0)
    type(first).objects.filter(pk=first.pk).update(priority=9)
    type(first).objects.filter(pk=second.pk).update(outbound=False)
    LiveKitObject.objects.filter(source_id=third.pk).update(livekit_id="")
    found = route(line)
    assert isinstance(found, Route)
    assert [hop.gateway_id for hop in found.hops] == [fourth.pk, first.pk]
    assert found.hops[0].livekit_trunk_id == LiveKitObject.objects.get(source_id=fourth.pk).livekit_id


def test_the_trunk_asked_for_comes_before_the_caller_ids_own(line: Line, acme: Workspace) -> None:
    other = make_line(acme, "+12025550101").trunk
    found = route(line, trunk=other)
    assert isinstance(found, Route)
    assert (found.trunk, found.number) == (other, line.number)


@pytest.mark.parametrize(
    ("prefix", "plus", "dialed"), [("", True, CALLEE), ("77", True, "77" + CALLEE), ("*", False, "*12025550123")]
)
def test_what_is_dialed_has_the_trunks_prefix_and_plus(line: Line, prefix: str, plus: bool, dialed: str) -> None:
    Trunk.objects.update(tech_prefix=prefix, leading_plus=plus)
    found = route(line)
    assert isinstance(found, Route)
    assert found.dialed(CALLEE) == dialed


def test_a_caller_id_that_is_gone_or_whose_trunk_failed_is_refused_for_good(line: Line) -> None:
    call = line.place()
    Trunk.objects.update(status=TrunkStatus.FAILED)
    assert routing.route(call, config(line), NOW) == Refusal(Reason.CALLER_ID, routing.NOT_VERIFIED)
    line.number.delete()
    assert routing.route(call, config(line), NOW) == Refusal(Reason.CALLER_ID, routing.NOT_VERIFIED)


def test_a_trunk_that_is_being_changed_is_waited_for(line: Line) -> None:
    Trunk.objects.update(status=TrunkStatus.PENDING, synced_at=NOW)
    assert refused(line) == (Reason.NO_TRUNK, NOW + routing.PROVISIONED_IN)


def test_the_shared_trunk_takes_over_only_where_the_operator_allows_it(line: Line, settings: Settings) -> None:
    LiveKitObject.objects.all().delete()
    settings.LIVEKIT_SIP_OUTBOUND_TRUNK_ID = "ST_shared"
    assert refused(line) == (Reason.NO_TRUNK, None)
    line.settings(allow_shared_trunk=True)
    found = route(line)
    assert isinstance(found, Route)
    assert ([hop.livekit_trunk_id for hop in found.hops], found.trunk) == (["ST_shared"], None)
    assert found.dialed(CALLEE) == CALLEE
    assert refused(line, trunk=line.trunk) == (Reason.NO_TRUNK, None)


def test_policies_see_what_they_need_in_few_queries(
    line: Line, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    line.settings(
        calling_hours_start=time(9), calling_hours_end=time(18), calling_days=[0, 1], allowed_countries=["DE"],
        daily_attempts_per_callee=2, daily_spend_limit=Decimal(5), price_per_minute=Decimal(1), max_concurrent_calls=7,
    )  # fmt: skip
    DoNotCall.objects.create(workspace=line.workspace, number=CALLEE)
    live, call = line.place(), line.place()
    Call.objects.filter(pk=live.pk).update(status="in_progress")
    found = routing.route(call, config(line), NOW)
    assert isinstance(found, Route)
    settings = config(line)
    # live calls, the list, attempts, what runs; of what ended: today's, overnight, third parties' today and overnight
    with django_assert_num_queries(8):
        facts = call_facts(call, found, settings, NOW)
    assert (facts.countries, facts.on_do_not_call, facts.caller_id_verified) == (frozenset({"DE"}), True, True)
    assert facts.hours == Hours(time(9), time(18), frozenset({0, 1}))
    assert (facts.workspace.live, facts.workspace.limit, facts.trunk.live, facts.trunk.limit) == (1, 7, 1, None)
    assert (facts.spend_limit, facts.spend_resets_at) == (Decimal(5), NOW.replace(hour=0) + timedelta(days=1))


def test_a_neighbours_list_and_calls_do_not_count(line: Line, globex: Workspace) -> None:
    theirs = make_line(globex, "+12025550111")
    DoNotCall.objects.create(workspace=globex, number=CALLEE)
    theirs.place()
    Call.objects.update(status="in_progress")
    call = line.place()
    found = routing.route(call, config(line), NOW)
    assert isinstance(found, Route)
    facts = call_facts(call, found, config(line), NOW)
    assert (facts.on_do_not_call, facts.workspace.live, facts.trunk.live) == (False, 0, 0)


def test_recent_attempts_are_those_of_this_workspace_to_this_callee_within_a_day(line: Line, globex: Workspace) -> None:
    theirs = make_line(globex, "+12025550111")
    placed = [line.place(), line.place(), line.place("+12025550124"), theirs.place()]
    for number, (call, hours) in enumerate(zip(placed, (1, 25, 1, 1), strict=True)):
        at = NOW - timedelta(hours=hours)
        Attempt.objects.create(call=call, number=1, room_name=str(number), started_at=at, dialed_at=at)
    never_rang = {"reason": Reason.GATEWAY_ERROR, "started_at": NOW, "dialed_at": NOW}
    Attempt.objects.create(call=placed[0], number=2, room_name="broken gateway", **never_rang)
    Attempt.objects.create(call=placed[0], number=3, room_name="not dialed", started_at=NOW)
    assert recent_attempts(placed[0], NOW) == (NOW - timedelta(hours=1),)


def test_spend_counts_outbound_minutes_since_midnight_and_calls_under_way(line: Line) -> None:
    line.settings(price_per_minute=Decimal("0.60"), daily_spend_limit=Decimal(5))
    ended, running, inbound, yesterday = (line.place() for _ in range(4))
    rows, over = Call.objects.filter, {"status": CallStatus.COMPLETED}
    rows(pk=ended.pk).update(**over, answered_at=NOW - timedelta(hours=1), duration_seconds=120)
    rows(pk=running.pk).update(status=CallStatus.IN_PROGRESS, answered_at=NOW - timedelta(seconds=30))
    rows(pk=inbound.pk).update(**over, direction=Direction.INBOUND, answered_at=NOW, duration_seconds=600)
    rows(pk=yesterday.pk).update(**over, answered_at=NOW - timedelta(hours=13), duration_seconds=600)
    cap = cap_of(config(line), NOW)
    assert cap is not None
    assert spent(cap, NOW) == Decimal("1.50")
    line.settings(daily_spend_limit=None)
    assert cap_of(config(line), NOW) is None


def test_a_number_is_answered_by_its_own_agent_else_by_the_default_agent(line: Line) -> None:
    Agent.objects.all().delete()
    assert answering_agent(line.number, line.workspace.pk) is None
    create_agent(line.workspace, {"name": "Outbound", "direction": "outbound"})
    only = create_agent(line.workspace, {"name": "Only", "direction": "inbound"})
    assert answering_agent(line.number, line.workspace.pk) == only
    own = create_agent(line.workspace, {"name": "Own"})
    assert answering_agent(line.number, line.workspace.pk) == only
    line.number.agent = own
    assert answering_agent(line.number, line.workspace.pk) == own
    own.active = False
    assert answering_agent(line.number, line.workspace.pk) == only


def test_the_default_agent_is_chosen_and_never_guessed(line: Line) -> None:
    Agent.objects.all().delete()
    first, second = (create_agent(line.workspace, {"name": name}) for name in ("First", "Second"))
    update_settings(line.workspace, {"default_agent": second})
    assert answering_agent(line.number, line.workspace.pk) == second
    update_agent(second, {"active": False})
    assert answering_agent(line.number, line.workspace.pk) is None
    second.delete()
    assert answering_agent(line.number, line.workspace.pk) == first
    woken = create_agent(line.workspace, {"name": "Woken", "active": False})
    update_agent(woken, {"active": True})
    assert answering_agent(line.number, line.workspace.pk) == first
    first.delete()
    create_agent(line.workspace, {"name": "Fourth"})
    assert answering_agent(line.number, line.workspace.pk) == woken
    Agent.objects.filter(pk=woken.pk).delete()
    Agent.objects.create(workspace=line.workspace, name="Fifth")
    assert answering_agent(line.number, line.workspace.pk) is None
    PhoneNumber.objects.filter(pk=line.number.pk).update(agent=None)
    assert list(unanswered(PhoneNumber.objects.all())) == [line.number]


def test_a_day_begins_at_the_zones_midnight_also_where_the_clock_changes() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    after_the_change = datetime(2026, 3, 29, 12, tzinfo=UTC)
    day = (datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC))
    assert day_of(after_the_change, berlin) == day
