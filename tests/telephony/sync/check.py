"""Is LiveKit what the rows say? Asked of the fake itself, not of our records."""

from datetime import timedelta
from operator import attrgetter

from django.utils import timezone

from telephony.choices import ObjectKind
from telephony.models import Installation, LiveKitObject, Trunk
from telephony.sync.plan import Spec, plan
from telephony.sync.project_session import AnyStored
from telephony.sync.rows import read_trunks
from tests.telephony.sync.fake import FakeLiveKit


def assert_in_step(livekit: FakeLiveKit) -> None:
    """Every trunk has exactly its planned objects, recorded under their ids, and nothing else of ours stands there."""
    installation = Installation.current()
    wanted: list[Spec] = []
    recorded = {(row.kind, row.source_id): row.livekit_id for row in LiveKitObject.objects.all()}
    for row in read_trunks(Trunk.objects.values_list("pk", flat=True)):
        planned = plan(row, installation)
        wanted += [desired.spec for desired in planned.outbound]
        if planned.inbound:
            wanted += [planned.inbound.spec, planned.rule(recorded[ObjectKind.INBOUND, row.id]).spec]
    standing = [stored for stored in _standing(livekit) if stored.spec.metadata.startswith(f"voxa:{installation}:")]
    by_mark = attrgetter("metadata")
    assert sorted((stored.spec for stored in standing), key=by_mark) == sorted(wanted, key=by_mark)
    assert sorted(recorded.values()) == sorted(stored.id for stored in standing)


def _standing(livekit: FakeLiveKit) -> list[AnyStored]:
    return [*livekit.inbound(), *livekit.outbound(), *livekit.rules()]


def let_leases_expire() -> None:
    """Age the leases of whoever died by a minute."""
    past = timezone.now() - timedelta(seconds=1)
    for model in (Trunk, LiveKitObject):
        model.objects.exclude(leased_until=None).update(leased_until=past)
    Trunk.objects.update(next_sync_at=None)
