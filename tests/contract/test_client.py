"""Voxa's own client against both servers: what it writes is what it reads."""

from dataclasses import replace

import pytest

from telephony.choices import MediaEncryption, Transport
from telephony.livekit import LiveKitClient, LiveKitNotFound, LiveKitRefused, trunks
from tests.live.servers import LiveKitEndpoint
from tests.telephony.livekit_client.conftest import INBOUND, OUTBOUND, RULE


@pytest.fixture
def client(server: LiveKitEndpoint) -> LiveKitClient:
    """Speaks to an empty server."""
    client = LiveKitClient(server.url, server.key, server.secret)
    for trunk in [*client.run(trunks.list_inbound()), *client.run(trunks.list_outbound())]:
        client.run(trunks.delete_trunk(trunk.id))
    for rule in client.run(trunks.list_rules()):
        client.run(trunks.delete_rule(rule.id))
    return client


def test_an_inbound_trunk_lives_and_dies(client: LiveKitClient) -> None:
    trunk_id = client.run(trunks.create_inbound(INBOUND))
    assert [(found.id, found.spec, found.exact) for found in client.run(trunks.list_inbound())] == [
        (trunk_id, INBOUND, True)
    ]
    changed = replace(INBOUND, numbers=("+15550100002",), media_encryption=MediaEncryption.ALLOW)
    client.run(trunks.update_inbound(trunk_id, changed))
    assert [(found.spec, found.exact) for found in client.run(trunks.list_inbound([trunk_id]))] == [(changed, True)]
    client.run(trunks.delete_trunk(trunk_id))
    client.run(trunks.delete_trunk(trunk_id))
    assert client.run(trunks.list_inbound()) == []


def test_an_outbound_trunk_lives_and_dies(client: LiveKitClient) -> None:
    trunk_id = client.run(trunks.create_outbound(OUTBOUND))
    assert [(found.id, found.spec, found.exact) for found in client.run(trunks.list_outbound())] == [
        (trunk_id, OUTBOUND, True)
    ]
    changed = replace(OUTBOUND, transport=Transport.TLS, from_host="example.com", auth_username="", auth_password="")
    client.run(trunks.update_outbound(trunk_id, changed))
    assert [(found.spec, found.exact) for found in client.run(trunks.list_outbound([trunk_id]))] == [(changed, True)]
    client.run(trunks.delete_trunk(trunk_id))
    assert client.run(trunks.list_outbound([trunk_id])) == []


def test_a_rule_lives_and_dies(client: LiveKitClient) -> None:
    rule_id = client.run(trunks.create_rule(RULE))
    assert [(found.id, found.spec, found.exact) for found in client.run(trunks.list_rules())] == [(rule_id, RULE, True)]
    changed = replace(RULE, trunk_ids=("ST_b",), attributes={})
    client.run(trunks.update_rule(rule_id, changed))
    assert [(found.spec, found.exact) for found in client.run(trunks.list_rules([rule_id]))] == [(changed, True)]
    client.run(trunks.delete_rule(rule_id))
    client.run(trunks.delete_rule(rule_id))
    assert client.run(trunks.list_rules()) == []


def test_refusals_and_missing_objects_are_told_apart(client: LiveKitClient) -> None:
    client.run(trunks.create_inbound(INBOUND))
    with pytest.raises(LiveKitRefused, match="Remove the number from one of the two"):
        client.run(trunks.create_inbound(INBOUND))
    with pytest.raises(LiveKitNotFound):
        client.run(trunks.update_inbound("ST_gone", INBOUND))
    with pytest.raises(LiveKitNotFound):
        client.run(trunks.update_outbound("ST_gone", OUTBOUND))
    with pytest.raises(LiveKitNotFound):
        client.run(trunks.update_rule("SDR_gone", RULE))
