"""One client serves many threads, and lives on in processes forked from its own."""

import multiprocessing
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from telephony.livekit import LiveKitClient, OutboundTrunkSpec, trunks
from tests.sandbox import SandboxServer
from tests.telephony.livekit_client.conftest import OUTBOUND

FORK = multiprocessing.get_context("fork")
FORK_AND_EXIT = """
import os, sys
import django
django.setup()
from telephony.livekit import LiveKitClient, trunks
client = LiveKitClient(*sys.argv[1:])
client.run(trunks.list_rules())
child = os.fork()
if child == 0:
    client.run(trunks.list_rules())
    sys.exit(7)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
client.run(trunks.list_rules())
client.run(trunks.list_rules())
print("well")
"""


def test_many_threads_share_a_client(client: LiveKitClient) -> None:
    specs = [
        OutboundTrunkSpec(name=str(number), metadata="", address="sip.example.com", numbers=("*",))
        for number in range(60)
    ]
    with ThreadPoolExecutor(20) as threads:
        ids = list(threads.map(client.run, map(trunks.create_outbound, specs)))
    listed = client.run(trunks.list_outbound())
    assert {stored.id: stored.spec for stored in listed} == dict(zip(ids, specs, strict=True))


def test_children_forked_after_a_call_make_their_own(client: LiveKitClient) -> None:
    client.run(trunks.create_outbound(OUTBOUND))
    children = [FORK.Process(target=lambda: sys.exit(40 + len(client.run(trunks.list_outbound())))) for _ in range(3)]
    for child in children:
        child.start()
    for child in children:
        child.join(20)
    assert [child.exitcode for child in children] == [41] * 3
    assert len(client.run(trunks.list_outbound())) == 1


def test_a_child_that_ends_in_good_order_leaves_its_parents_connection(sandbox: SandboxServer) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-c", FORK_AND_EXIT, sandbox.url, sandbox.key, sandbox.secret],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("well\n", 0), done.stderr
    assert "Unclosed" not in done.stderr
