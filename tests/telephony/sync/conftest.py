"""A fake LiveKit behind the default project, and acme's trunk with a gateway and a number."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from accounts.models import Workspace
from telephony.models import Gateway, LiveKitProject, PhoneNumber, TelephonySettings, Trunk
from telephony.sync import dns, project_session
from tests.telephony.sync.fake import FakeLiveKit

MakeTrunk = Callable[..., Trunk]


@pytest.fixture
def livekit(settings: Any, monkeypatch: pytest.MonkeyPatch) -> FakeLiveKit:
    """LiveKit as the default project of the environment reaches it."""
    settings.LIVEKIT_URL, settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET = "ws://fake", "key", "secret"
    server = FakeLiveKit()
    monkeypatch.setattr(project_session, "client_for", server.client_for)
    return server


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[str, ...]]:
    """What DNS knows: put names and addresses in, others do not exist."""
    known: dict[str, tuple[str, ...]] = {}

    def look_up(host: str) -> dns.Answer:
        found = known.get(host, ())
        return dns.Answer(found) if found else dns.Answer(error="The name does not exist.")

    monkeypatch.setattr(dns, "look_up", look_up)
    return known


@pytest.fixture
def make_trunk(acme: Workspace, livekit: FakeLiveKit, names: dict[str, tuple[str, ...]]) -> MakeTrunk:
    """`make_trunk(numbers=[...], hosts=[...], **fields)` saves a trunk; nothing is synced yet."""

    def make(
        numbers: Iterable[str] = (), hosts: Iterable[str] = ("192.0.2.10",), workspace: Workspace = acme, **fields: Any
    ) -> Trunk:
        TelephonySettings.of(workspace.pk)
        trunk = Trunk.objects.create(workspace=workspace, **{"name": "Main", **fields})
        for host in hosts:
            Gateway.objects.create(trunk=trunk, ip_or_domain=host)
        for number in numbers:
            PhoneNumber.objects.create(trunk=trunk, number=number)
        return trunk

    return make


@pytest.fixture
def project(livekit: FakeLiveKit, db: None) -> LiveKitProject:
    """The default project."""
    return LiveKitProject.default()
