"""API and voice worker refuse the same addresses, as they are written and as a name resolves to them."""

import asyncio
import socket
from collections.abc import Sequence
from typing import Any

import aiohttp
import httpx2
import pytest

from agents.worker.guard import Guard
from agents.worker.guard import UnsafeAddress as UnsafeForWorker
from tests.agent.conftest import told
from tests.core.http.spellings import ADDRESSES, NAMES, in_url
from voxa.core.http.outbound import Policy, UnsafeAddress, send

PUBLIC = ["8.8.8.8", "2606:4700::1111", "2a00:1450:4001::1", "172.32.0.1", "100.128.0.1", "192.0.1.1", "198.20.0.1"]


def guard() -> Guard:
    return Guard(told(provider={"guard": {"trusted": ["https://api.openai.com/v1"], "networks": []}}).provider)


def resolves_to(address: str) -> Any:
    async def getaddrinfo(host: str, port: Any, **kwargs: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0))]

    return getaddrinfo


@pytest.mark.parametrize("host", [*ADDRESSES, *NAMES])
def test_the_api_refuses_it_as_written(host: str) -> None:
    with pytest.raises(UnsafeAddress):
        Policy().check(f"https://{in_url(host)}/hook")


@pytest.mark.parametrize("host", [*ADDRESSES, *NAMES])
async def test_the_worker_refuses_it_as_written(host: str) -> None:
    with pytest.raises(UnsafeForWorker):
        await guard().addresses(host, 443)
    async with guard().http(read_seconds=1) as client:
        with pytest.raises((httpx2.ConnectError, httpx2.InvalidURL)):
            await client.get(f"https://{in_url(host)}/v1/models")


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_api_opens_no_connection_where_a_name_leads_to_it(address: str) -> None:
    def resolver(host: str, timeout: float) -> Sequence[str]:
        return ["8.8.8.8", address]

    with pytest.raises(UnsafeAddress, match="resolves to"):
        send("POST", "https://hooks.example.com/", policy=Policy(resolver=resolver))


@pytest.mark.parametrize("address", ADDRESSES)
async def test_the_worker_opens_no_connection_where_a_name_leads_to_it(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolves_to(address))
    async with guard().http(read_seconds=1) as client:
        with pytest.raises(httpx2.ConnectError, match="resolves to"):
            await client.get("https://models.example.com/v1/models")
    async with guard().websockets() as session:
        with pytest.raises(aiohttp.ClientConnectorError) as failed:
            await session.ws_connect("wss://bot.example.com/")
    assert isinstance(failed.value.__cause__, UnsafeForWorker)


@pytest.mark.parametrize("address", PUBLIC)
async def test_both_call_a_public_address(address: str) -> None:
    Policy().check(f"https://{in_url(address)}/hook")
    assert await guard().addresses(address, 443) == [address]
