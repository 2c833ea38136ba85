"""`--workspace` shows nothing of another workspace, and nothing ever shows a secret."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import ApiKey, WebhookEndpoint, Workspace
from accounts.services.keys import create_api_key
from accounts.services.webhooks import create_endpoint
from calls.choices import CallStatus, Reason
from calls.models import Call
from telephony.models import Agent, LiveKitProject, SipEndpoint, TelephonySettings, Trunk
from tests.calls.conftest import Line, make_line
from tests.doctor.asking import run
from tests.sandbox import SandboxServer
from voxa.core.doctor.registry import Group

pytestmark = pytest.mark.django_db(transaction=True)

SECRETS = ("s3cret", "voxa_")


@pytest.fixture
def broken(livekit: SandboxServer, acme: Workspace, monkeypatch: pytest.MonkeyPatch) -> Line:
    """Acme, with something wrong in every room of its own."""
    monkeypatch.setattr("voxa.doctor.processes.PING", 0.01)
    project = LiveKitProject.objects.create(
        name="Acme's server", url="ws://127.0.0.1:9", api_key="acme-key", api_secret="s3cret-" + "x" * 40
    )
    TelephonySettings.of(acme.pk)
    TelephonySettings.objects.filter(pk=acme.pk).update(project=project)
    line, now = make_line(acme, auth_username="acme", auth_password="s3cret-word"), timezone.now()
    failed = {"status": "failed", "last_error": "Acme's trunk was refused."}
    Trunk.objects.update(**failed)
    line.trunk.gateways.update(ip_or_domain="127.0.0.1", port=9, protocol="tcp", inbound=True)
    Agent.objects.update(active=False, name="Acme's voice", provider_key="sk-s3cret")
    Agent.objects.create(workspace=acme, name="Acme's other", provider_key="sk-s3cret", provider_check="refused")
    SipEndpoint.objects.create(
        workspace=acme, agent=line.agent, name="Acme's desk", sip_username="a", sip_password="s3cret-word"
    )
    SipEndpoint.objects.update(**failed)
    Call.objects.create(
        workspace=acme, project=project, direction="outbound", to_number="+12025550123",
        status=CallStatus.FAILED, reason=Reason.CARRIER_AUTH,
    )  # fmt: skip
    create_endpoint(acme, "https://hooks.acme.example/s3cret", ["call.status"])
    WebhookEndpoint.objects.update(failing_since=now)
    create_api_key(acme, "Acme's key", ["agents:read"])
    ApiKey.objects.update(expires_at=now + timedelta(days=1), last_used_at=now)
    return line


OWN = {Group.LIVEKIT, Group.TRUNKS, Group.GATEWAYS, Group.NUMBERS, Group.ENDPOINTS, Group.AGENTS, Group.CALLS,
       Group.WEBHOOKS, Group.KEYS}  # fmt: skip


def wrong(data: Any) -> set[str]:
    return {group["group"] for group in data["groups"] if group["findings"]}


@pytest.mark.parametrize("options", [[], ["--workspace", "acme"]])
def test_each_group_has_something_to_tell_and_no_secret(broken: Line, options: list[str]) -> None:
    ended = run("--format", "json", *options)
    assert ended.code == 1
    assert wrong(ended.data) >= OWN
    assert not [secret for secret in SECRETS if secret in ended.out + ended.err]


def test_another_workspace_sees_nothing_of_it(broken: Line, globex: Workspace) -> None:
    ended = run("--workspace", "globex", "--format", "json")
    assert not wrong(ended.data) & OWN
    assert not [word for word in ("acme", "Acme", "+1202555", str(broken.trunk.pk)) if word in ended.out + ended.err]
