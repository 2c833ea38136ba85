"""Provisioning many trunks, against a bare asyncio loop of livekit-api at the same concurrency."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from livekit import api
from livekit.api import twirp_client

from accounts.services.workspaces import create_workspace
from telephony.models import LiveKitObject, Trunk
from telephony.services.trunks import create_trunk
from telephony.sync.apply import sync_rows
from telephony.sync.kinds import TRUNKS
from tests.live.servers import LiveKitEndpoint
from tests.load.report import Line, interleaved, say

CONCURRENCY = 16
TARGET = 1.3
CALLS_TARGET = 1.05
OBJECTS = 3  # of each trunk: inbound, outbound, rule


def phone(number: int) -> str:
    return f"+1555{number:07d}"


@contextmanager
def calls_counted() -> Iterator[Counter[str]]:
    """Count LiveKit's methods as they are called, by whoever uses livekit-api."""
    counted: Counter[str] = Counter()
    request = twirp_client.TwirpClient.request

    async def counting(self: Any, service: str, method: str, *args: Any, **kwargs: Any) -> Any:
        counted[method] += 1
        return await request(self, service, method, *args, **kwargs)

    twirp_client.TwirpClient.request = counting  # type: ignore[method-assign]
    try:
        yield counted
    finally:
        twirp_client.TwirpClient.request = request  # type: ignore[method-assign]


@dataclass(frozen=True)
class Standing:
    """Objects of many trunks, each as it is created."""

    inbound: list[api.SIPInboundTrunkInfo]
    outbound: list[api.SIPOutboundTrunkInfo]
    rules: list[api.SIPDispatchRuleInfo]


def plain(trunks: int) -> Standing:
    """Return the smallest objects that take calls: without ownership tag, attributes and agent."""
    every = [(f"bare {number}", [phone(number)]) for number in range(trunks)]
    rule = api.SIPDispatchRule(dispatch_rule_individual=api.SIPDispatchRuleIndividual(room_prefix="call-"))
    return Standing(
        [
            api.SIPInboundTrunkInfo(name=name, numbers=numbers, allowed_addresses=["198.51.100.7/32"])
            for name, numbers in every
        ],
        [
            api.SIPOutboundTrunkInfo(
                name=name,
                address="198.51.100.7:5060",
                numbers=numbers,
                auth_username="user",
                auth_password="password",
            )
            for name, numbers in every
        ],
        [api.SIPDispatchRuleInfo(name=name, rule=rule) for name, _ in every],
    )


async def standing(server: LiveKitEndpoint) -> Standing:
    """Return what stands there, without ids."""
    client = server.client()
    inbound = await client.sip.list_inbound_trunk(api.ListSIPInboundTrunkRequest())
    outbound = await client.sip.list_outbound_trunk(api.ListSIPOutboundTrunkRequest())
    rules = await client.sip.list_dispatch_rule(api.ListSIPDispatchRuleRequest())
    await client.aclose()
    for trunk in inbound.items:
        trunk.sip_trunk_id = ""
    for other in outbound.items:
        other.sip_trunk_id = ""
    for rule in rules.items:
        rule.sip_dispatch_rule_id = ""
    return Standing(list(inbound.items), list(outbound.items), list(rules.items))


async def bare(server: LiveKitEndpoint, objects: Standing) -> None:
    """Create the objects with nothing around it."""
    client, gate = server.client(), asyncio.Semaphore(CONCURRENCY)

    async def one(
        inbound: api.SIPInboundTrunkInfo, outbound: api.SIPOutboundTrunkInfo, rule: api.SIPDispatchRuleInfo
    ) -> None:
        async with gate:
            made: api.SIPInboundTrunkInfo = await client.sip.create_inbound_trunk(
                api.CreateSIPInboundTrunkRequest(trunk=inbound)
            )
            await client.sip.create_outbound_trunk(api.CreateSIPOutboundTrunkRequest(trunk=outbound))
            rule.trunk_ids[:] = [made.sip_trunk_id]
            await client.sip.create_dispatch_rule(api.CreateSIPDispatchRuleRequest(dispatch_rule=rule))

    await asyncio.gather(*map(one, objects.inbound, objects.outbound, objects.rules))
    await client.aclose()


async def empty(server: LiveKitEndpoint) -> None:
    """Remove everything that stands there, rules first."""
    client = server.client()
    rules = await client.sip.list_dispatch_rule(api.ListSIPDispatchRuleRequest())
    for rule in rules.items:
        await client.sip.delete_dispatch_rule(
            api.DeleteSIPDispatchRuleRequest(sip_dispatch_rule_id=rule.sip_dispatch_rule_id)
        )
    inbound = await client.sip.list_inbound_trunk(api.ListSIPInboundTrunkRequest())
    outbound = await client.sip.list_outbound_trunk(api.ListSIPOutboundTrunkRequest())
    for trunk_id in [*(one.sip_trunk_id for one in inbound.items), *(one.sip_trunk_id for one in outbound.items)]:
        await client.sip.delete_trunk(api.DeleteSIPTrunkRequest(sip_trunk_id=trunk_id))
    await client.aclose()


class Ours:
    """The rows of so many trunks, made before the clock runs."""

    def __init__(self, trunks: int) -> None:
        self.workspace = create_workspace("Benchmark")
        gateways = [{"ip_or_domain": "198.51.100.7", "port": 5060}]
        login = {"auth_username": "user", "auth_password": "password"}
        for number in range(trunks):
            data = {"name": f"Carrier {number}", "gateways": gateways, "numbers": [phone(number)], **login}
            create_trunk(self.workspace, data)
        self.ids = list(Trunk.objects.values_list("pk", flat=True))

    def forget(self) -> None:
        """Make the trunks new again, as if nothing of them stood in LiveKit."""
        LiveKitObject.objects.all().delete()
        Trunk.objects.update(status="pending", synced_generation=0)

    def sync(self) -> None:
        outcomes = sync_rows(TRUNKS, self.ids, concurrency=CONCURRENCY)
        unsynced = Trunk.objects.exclude(status="active").count()
        assert unsynced == 0, f"{unsynced} of {len(outcomes)} trunks did not become active"


def measure(server: LiveKitEndpoint, trunks: int, repeats: int) -> list[Line]:
    """Time ours and the bare loops in turn, each on an empty LiveKit, and count the calls of ours."""
    say(f"provisioning {trunks} trunks, {OBJECTS} objects each, {CONCURRENCY} at a time ...")
    ours = Ours(trunks)

    def emptied() -> None:
        asyncio.run(empty(server))
        ours.forget()

    with calls_counted() as counted:
        ours.sync()
    calls = counted.total() / (OBJECTS * trunks)
    same, small = asyncio.run(standing(server)), plain(trunks)
    emptied()
    _, mine, _, floor, _, lower, _ = interleaved(
        repeats,
        emptied,
        ours.sync,
        emptied,
        lambda: asyncio.run(bare(server, same)),
        emptied,
        lambda: asyncio.run(bare(server, small)),
        emptied,
    )
    detail = f"{mine:.2f} s, bare loop {floor:.2f} s"
    least = f"{mine:.2f} s, bare loop of objects without tag, attributes and agent {lower:.2f} s"
    return [
        Line("provisioning, same objects", mine / floor, f"<= {TARGET}", mine / floor <= TARGET, detail),
        Line("provisioning, small objects", mine / lower, f"<= {TARGET}", mine / lower <= TARGET, least),
        Line("provisioning, calls an object", calls, f"<= {CALLS_TARGET}", calls <= CALLS_TARGET, str(dict(counted))),
    ]
