"""Edits, syncs, crashes and a LiveKit that goes and comes, in any order: in the end LiveKit is what the rows say."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Workspace
from telephony.models import Gateway, LiveKitProject, PhoneNumber, Trunk
from telephony.sync.apply import sync_trunk
from telephony.sync.reconcile import reconcile
from telephony.sync.sweep import sweep
from tests.telephony.sync.check import assert_in_step, let_leases_expire
from tests.telephony.sync.conftest import MakeTrunk
from tests.telephony.sync.fake import FakeLiveKit
from tests.telephony.sync.kill import Reaper

NUMBERS = ["+15550100001", "+15550100002", "+15550100003"]


@dataclass
class World:
    """What the steps work on. A step that has nothing to work on does nothing."""

    livekit: FakeLiveKit
    make_trunk: MakeTrunk
    project: LiveKitProject

    def trunk(self, which: int) -> Trunk | None:
        trunks = list(Trunk.objects.order_by("created_at"))
        return trunks[which % len(trunks)] if trunks else None

    def create(self, which: int, point: int) -> None:
        if Trunk.objects.count() < 3:
            self.make_trunk(name=f"T{which}")

    def rename(self, which: int, point: int) -> None:
        if trunk := self.trunk(which):
            trunk.name += "x"
            trunk.save()

    def place_number(self, which: int, point: int) -> None:
        """Add the number, or move it here from where it is."""
        if trunk := self.trunk(which):
            number = NUMBERS[point % 3]
            row = PhoneNumber.objects.filter(number=number).first() or PhoneNumber(number=number)
            row.trunk = trunk
            row.save()

    def remove_number(self, which: int, point: int) -> None:
        for row in PhoneNumber.objects.filter(number=NUMBERS[which % 3]):
            row.delete()

    def move_in_bulk(self, which: int, point: int) -> None:
        """A bulk update that no signal sees."""
        if trunk := self.trunk(which):
            PhoneNumber.objects.filter(number=NUMBERS[point % 3]).update(trunk=trunk)

    def change_gateway(self, which: int, point: int) -> None:
        if trunk := self.trunk(which):
            trunk.gateways.all().delete()
            Gateway.objects.create(trunk=trunk, ip_or_domain=f"192.0.2.{point + 1}", inbound=point % 3 > 0)

    def delete(self, which: int, point: int) -> None:
        if trunk := self.trunk(which):
            trunk.delete()

    def sync(self, which: int, point: int) -> None:
        if trunk := self.trunk(which):
            sync_trunk(trunk.pk)

    def sync_killed(self, which: int, point: int) -> None:
        if trunk := self.trunk(which):
            Reaper(self.livekit, point).run(lambda: sync_trunk(trunk.pk))

    def expire(self, which: int, point: int) -> None:
        let_leases_expire()

    def toggle(self, which: int, point: int) -> None:
        self.livekit.away = not self.livekit.away

    def flush(self, which: int, point: int) -> None:
        self.livekit.flush()

    def sweep(self, which: int, point: int) -> None:
        sweep()


STEPS = [name for name in vars(World) if not name.startswith("_") and name != "trunk"]


class _Undo(Exception):
    pass


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 2), st.integers(0, 15)), min_size=4, max_size=25))
def test_all_roads_lead_to_one_state(
    acme: Workspace,
    make_trunk: MakeTrunk,
    livekit: FakeLiveKit,
    project: LiveKitProject,
    monkeypatch: Any,
    steps: list[tuple[str, int, int]],
) -> None:
    monkeypatch.setattr("telephony.sync.apply.PAUSES", (0.0, 0.0, 0.0))
    with suppress(_Undo), transaction.atomic():
        livekit.flush()
        livekit.away = False
        world = World(livekit, make_trunk, project)
        for step in (("create", 0, 0), ("place_number", 0, 0), *steps):
            getattr(world, step[0])(*step[1:])
        livekit.away = False
        let_leases_expire()
        reconcile(project)
        sweep()
        assert_in_step(livekit)
        raise _Undo
