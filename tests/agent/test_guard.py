"""A provider's URL leads to public addresses, to networks the operator allows, or to the operator's own provider."""

import aiohttp
import httpx2
import pytest

from agents.worker.guard import Guard, UnsafeAddress
from tests.agent.conftest import told
from tests.receiver import answer, receiver


def guard(*networks: str, trusted: str = "https://api.openai.com/v1") -> Guard:
    return Guard(told(provider={"guard": {"trusted": [trusted], "networks": networks}}).provider)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "10.0.0.7", "169.254.169.254", "::1", "100.64.0.1", "224.0.0.1"]
)
async def test_an_address_of_the_own_network_is_refused(host: str) -> None:
    with pytest.raises(UnsafeAddress):
        await guard().addresses(host, 443)


async def test_allowed_networks_and_the_operators_own_provider_are_called() -> None:
    assert await guard("127.0.0.0/8").addresses("127.0.0.1", 80) == ["127.0.0.1"]
    assert await guard(trusted="http://127.0.0.1:9/v1").addresses("127.0.0.1", 9) == ["127.0.0.1"]
    assert await guard().addresses("8.8.8.8", 443) == ["8.8.8.8"]


async def test_the_operators_provider_opens_no_other_port_beside_it() -> None:
    with pytest.raises(UnsafeAddress):
        await guard(trusted="http://127.0.0.1:9/v1").addresses("127.0.0.1", 22)


async def test_requests_go_to_what_was_checked_under_the_name_asked_for() -> None:
    with receiver() as server:
        server.respond = answer(200, b"{}")
        async with guard("127.0.0.0/8", "::1/128").http(read_seconds=5) as client:
            assert (await client.get(server.url("/v1/models", host="localhost"))).status_code == 200
        assert server.requests[0].headers["host"] == f"localhost:{server.port}"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_neither_requests_nor_sockets_reach_the_own_network(host: str) -> None:
    with receiver() as server:
        async with guard().http(read_seconds=5) as client:
            with pytest.raises(httpx2.ConnectError):
                await client.get(server.url(host=host))
        async with guard().websockets() as session:
            with pytest.raises((aiohttp.ClientError, UnsafeAddress)):
                await session.ws_connect(server.url(host=host))
        assert server.requests == []
