"""What the sandbox holds outlives it only where a file was given."""

import stat
from pathlib import Path

from telephony.livekit import LiveKitClient, trunks
from tests.sandbox import SandboxServer
from tests.telephony.livekit_client.conftest import INBOUND, OUTBOUND, RULE


def test_a_restart_with_a_file_keeps_ids(tmp_path: Path) -> None:
    server = SandboxServer(tmp_path / "state.sqlite3")
    server.start()
    client = LiveKitClient(server.url, server.key, server.secret)
    ids = (
        client.run(trunks.create_inbound(INBOUND)),
        client.run(trunks.create_outbound(OUTBOUND)),
        client.run(trunks.create_rule(RULE)),
    )
    server.stop()
    server.start()
    found = client.run(trunks.list_inbound()), client.run(trunks.list_outbound()), client.run(trunks.list_rules())
    server.stop()
    assert [(stored.id, stored.spec) for (stored,) in found] == list(zip(ids, (INBOUND, OUTBOUND, RULE), strict=True))


def test_only_its_owner_reads_the_file(tmp_path: Path) -> None:
    server = SandboxServer(tmp_path / "state.sqlite3")
    server.start()
    server.stop()
    assert stat.S_IMODE((tmp_path / "state.sqlite3").stat().st_mode) == 0o600


def test_a_restart_without_a_file_begins_empty(sandbox: SandboxServer) -> None:
    client = LiveKitClient(sandbox.url, sandbox.key, sandbox.secret)
    client.run(trunks.create_outbound(OUTBOUND))
    sandbox.stop()
    sandbox.start()
    assert client.run(trunks.list_outbound()) == []
