"""What a person must change is told to the person, and what would be open is never sent."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from telephony.livekit import (
    DispatchRuleSpec,
    InboundTrunkSpec,
    LiveKitClient,
    LiveKitNotConfigured,
    LiveKitNotFound,
    LiveKitRefused,
    LiveKitUnauthorized,
    trunks,
)
from tests.sandbox import SandboxServer
from tests.telephony.livekit_client.conftest import INBOUND, OUTBOUND, RULE


def test_a_number_taken_on_the_server_names_the_other_trunk(client: LiveKitClient) -> None:
    first = client.run(trunks.create_inbound(INBOUND))
    with pytest.raises(LiveKitRefused, match=rf"\({first}\). Remove the number from one of the two"):
        client.run(trunks.create_inbound(INBOUND))


def test_a_second_rule_of_a_trunk_points_to_the_reconciler(client: LiveKitClient) -> None:
    first = client.run(trunks.create_rule(RULE))
    with pytest.raises(LiveKitRefused, match=rf"\({first}\). Run manage.py reconcile_livekit"):
        client.run(trunks.create_rule(RULE))


def test_another_refusal_passes_on_what_livekit_says(client: LiveKitClient) -> None:
    with pytest.raises(LiveKitRefused, match=r"trunk address should be a hostname or IP, not SIP URI\. Correct"):
        client.run(trunks.create_outbound(replace(OUTBOUND, address="sip:sip.example.com")))


def test_a_wrong_secret_is_unauthorized(sandbox: SandboxServer) -> None:
    with pytest.raises(LiveKitUnauthorized, match="Check both, and the server's clock"):
        LiveKitClient(sandbox.url, sandbox.key, "wrong" * 10).run(trunks.list_rules())


def test_what_is_gone_cannot_be_updated_but_can_be_deleted(client: LiveKitClient) -> None:
    with pytest.raises(LiveKitNotFound):
        client.run(trunks.update_inbound("ST_gone", INBOUND))
    with pytest.raises(LiveKitNotFound):
        client.run(trunks.update_rule("SDR_gone", RULE))
    client.run(trunks.delete_trunk("ST_gone"))
    client.run(trunks.delete_rule("SDR_gone"))


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (replace(INBOUND, numbers=()), "Add a number to the trunk"),
        (replace(INBOUND, auth_password=""), "Enter both username and password, or neither"),
        (replace(INBOUND, auth_username=""), "Enter both username and password, or neither"),
        (replace(INBOUND, allowed_addresses=(), auth_username="", auth_password=""), "anyone could call in"),
        *(
            (replace(INBOUND, allowed_addresses=("192.0.2.1", wrong)), "Allow callers by IP address")
            for wrong in (
                "sip.telnyx.com",
                "1.2.3.4;x",
                " 1.2.3.4",
                "",
                "[2001:db8::1]",
                "10.0.0.0/255.0.0.0",
                "1.2.3.4/",
            )
        ),
    ],
)
def test_an_open_trunk_is_never_sent(
    client: LiveKitClient, sandbox: SandboxServer, spec: InboundTrunkSpec, message: str
) -> None:
    with pytest.raises(LiveKitRefused, match=message):
        client.run(trunks.create_inbound(spec))
    with pytest.raises(LiveKitRefused, match=message):
        client.run(trunks.update_inbound("ST_a", spec))
    assert sandbox.lines == []


@pytest.mark.parametrize("rule", [replace(RULE, trunk_ids=()), replace(RULE, trunk_ids=("",))])
def test_a_rule_for_everyone_is_never_sent(
    client: LiveKitClient, sandbox: SandboxServer, rule: DispatchRuleSpec
) -> None:
    with pytest.raises(LiveKitRefused, match="Set the trunk"):
        client.run(trunks.create_rule(rule))
    with pytest.raises(LiveKitRefused, match="Set the trunk"):
        client.run(trunks.update_rule("SDR_a", rule))
    assert sandbox.lines == []


@pytest.mark.parametrize("missing", range(3))
def test_nothing_missing_is_taken_from_the_environment(missing: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET", "LIVEKIT_TOKEN"):
        monkeypatch.setenv(name, "ws://elsewhere")
    given = ["ws://127.0.0.1", "key", "secret"]
    given[missing] = ""
    with pytest.raises(LiveKitNotConfigured, match="Set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET"):
        LiveKitClient(*given)


def test_an_ambient_token_does_not_win(client: LiveKitClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVEKIT_TOKEN", "someone.elses.token")
    assert client.run(trunks.list_rules()) == []


@pytest.mark.parametrize("listing", [trunks.list_inbound, trunks.list_outbound, trunks.list_rules])
@pytest.mark.parametrize("ids", [[], [""], iter(())])
def test_an_empty_list_of_ids_is_never_sent(listing: Callable[..., object], ids: Iterable[str]) -> None:
    with pytest.raises(ValueError, match="Pass at least one ID"):
        listing(ids)
