"""Gateways, as the doctor tells of them."""

from typing import Any

import pytest

from accounts.models import Workspace
from telephony.doctor import gateways as doctor
from telephony.health import Health, Step
from telephony.services.trunks import create_trunk
from telephony.sync.dns import Answer
from tests.doctor.asking import found
from tests.doctor.carrier import says, udp
from tests.live.process import free_port
from voxa.core.doctor.findings import Severity
from voxa.core.doctor.registry import Scope

pytestmark = pytest.mark.django_db


def with_gateway(workspace: Workspace, **gateway: Any) -> None:
    create_trunk(workspace, {"name": "Main", "gateways": [{"ip_or_domain": "127.0.0.1", **gateway}]})


def test_one_that_answers_is_well(acme: Workspace) -> None:
    with udp(says(200, "OK")) as port:
        with_gateway(acme, port=port)
        assert found(doctor.look) == {}


def test_one_where_nothing_listens_is_named_with_its_trunk(acme: Workspace, globex: Workspace) -> None:
    port = free_port()
    with_gateway(acme, port=port, protocol="tcp")
    finding = found(doctor.look)["gateways.connect"]
    assert (
        finding.what
        == f"Gateway 127.0.0.1:{port} (TCP) of trunk Main failed the connection check: The connection was refused."
    )
    assert (finding.workspace, finding.severity) == ("acme", Severity.WARNING)
    assert found(doctor.look, Scope(globex)) == {}
    assert found(doctor.look, Scope(network=False)) == {}


def test_one_that_says_it_is_out_of_service(acme: Workspace) -> None:
    with udp(says(503, "Service Unavailable")) as port:
        with_gateway(acme, port=port)
        assert "503 Service Unavailable." in found(doctor.look)["gateways.out_of_service"].what


def test_a_name_without_an_address_hurts_calls(acme: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telephony.health.look_up", lambda host: Answer(error="The name does not exist."))
    with_gateway(acme, ip_or_domain="sip.example.com")
    finding = found(doctor.look)["gateways.dns"]
    assert finding.severity is Severity.ERROR
    assert (
        "sip.example.com:5060 (UDP) of trunk Main does not resolve to an address: The name does not exist."
        in finding.what
    )


def test_where_calls_only_come_in_from_nobody_need_listen(acme: Workspace) -> None:
    with_gateway(acme, port=free_port(), protocol="tcp", outbound=False)
    assert found(doctor.look) == {}


def test_one_of_many_trunks_is_asked_once_and_too_many_not_all(
    acme: Workspace, globex: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def check(host: str, port: int, protocol: str, outbound: bool) -> Health:
        asked.append(port)
        return Health(200)

    monkeypatch.setattr(doctor, "ask_gateway", check)
    monkeypatch.setattr(doctor, "MOST", 2)
    for port, workspace in ((5060, acme), (5060, globex), (5062, acme), (5064, acme)):
        with_gateway(workspace, port=port)
    assert found(doctor.look)["gateways.unasked"].what.startswith("1 of 3 gateways were not checked")
    assert len(asked) == 2


def test_one_that_keeps_us_waiting_is_told(acme: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "side_by_side", lambda jobs, limit: iter(()))
    with_gateway(acme)
    assert "No response within 12 s" in found(doctor.look)["gateways.connect"].what


def test_none_is_asked_that_the_sandbox_stands_in_for(acme: Workspace, settings: Any) -> None:
    settings.LIVEKIT_IS_SANDBOX = True
    with_gateway(acme, port=free_port(), protocol="tcp")
    assert found(doctor.look) == {}


def test_every_step_that_may_fail_has_a_remedy() -> None:
    assert set(doctor._REMEDIES) == set(Step) - {Step.DNS}
