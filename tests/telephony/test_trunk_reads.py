"""GET /v1/telephony/trunks: pages, filters, ids, and what a list costs."""

from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from accounts.models import Workspace
from telephony.api.serializers import TrunkNumberSerializer, TrunkSerializer
from telephony.choices import ObjectKind, TrunkStatus
from telephony.models import LiveKitAlias, LiveKitObject, TelephonySettings, Trunk
from telephony.services.trunks import create_trunk, update_trunk
from tests.telephony.conftest import TRUNKS


def make_trunks(workspace: Workspace, count: int, numbers_each: int = 0) -> None:
    for n in range(count):
        numbers = [f"+1555{n:03}{m:04}" for m in range(numbers_each)]
        gateways = [{"ip_or_domain": "a.example"}, {"ip_or_domain": "b.example"}]
        create_trunk(workspace, {"name": f"Trunk {n}", "gateways": gateways, "numbers": numbers})


def own(trunk: Trunk, kind: ObjectKind, source: Any, livekit_id: str) -> None:
    project = TelephonySettings.of(trunk.workspace_id).project
    LiveKitObject.objects.create(
        project=project, workspace=trunk.workspace, trunk=trunk, kind=kind, source_id=source, livekit_id=livekit_id
    )


@pytest.mark.parametrize("count", [1, 12])
def test_a_list_costs_as_many_queries_whatever_it_holds(
    api: APIClient, acme: Workspace, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_trunks(acme, count, numbers_each=3)
    api.get(TRUNKS)  # notes that the key is in use, once a minute
    # The key, then trunks with gateways, numbers and LiveKit objects, which are queries of their own on SQLite.
    with django_assert_num_queries(2 if connection.vendor == "postgresql" else 5):
        assert len(api.get(TRUNKS).json()["results"]) == count


def test_a_trunk_is_read_in_one_query_and_shows_what_the_list_shows(
    api: APIClient, acme: Workspace, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_trunks(acme, 1, numbers_each=3)
    trunk = Trunk.objects.get()
    for gateway in trunk.gateways.all():
        own(trunk, ObjectKind.OUTBOUND, gateway.pk, f"ST_{gateway.ip_or_domain}")
    own(trunk, ObjectKind.RULE, trunk.pk, "SDR_one")
    (listed,) = api.get(TRUNKS).json()["results"]
    with django_assert_num_queries(2 if connection.vendor == "postgresql" else 5):
        shown = api.get(f"{TRUNKS}/{trunk.pk}").json()
    assert shown == listed
    assert (shown["livekitOutboundTrunkId"], shown["livekitDispatchRuleId"]) == ("ST_a.example", "SDR_one")
    assert shown["livekitInboundTrunkId"] is None


def test_a_list_shows_the_first_hundred_numbers_of_each_and_one_trunk_a_thousand(
    api: APIClient, acme: Workspace
) -> None:
    make_trunks(acme, 2, numbers_each=150)
    listed = api.get(TRUNKS).json()["results"]
    assert [len(trunk["numbers"]) for trunk in listed] == [100, 100]
    assert [n["number"] for n in listed[1]["numbers"]] == [f"+1555000{m:04}" for m in range(100)]
    assert len(api.get(f"{TRUNKS}/{listed[0]['id']}").json()["numbers"]) == 150


def test_what_is_shown_has_the_names_and_their_order_from_the_schema(api: APIClient, acme: Workspace) -> None:
    make_trunks(acme, 1, numbers_each=1)
    (trunk,) = api.get(TRUNKS).json()["results"]
    fields: Any = TrunkSerializer().fields
    assert list(trunk) == [name for name, field in fields.items() if not field.write_only]
    assert list(trunk["gateways"][0]) == list(fields["gateways"].child.fields)
    assert list(trunk["numbers"][0]) == list(TrunkNumberSerializer().fields)


def test_pages_follow_each_other_without_gap_or_repeat(api: APIClient, acme: Workspace) -> None:
    make_trunks(acme, 5)
    seen, url = [], f"{TRUNKS}?limit=2"
    while url:
        page = api.get(url).json()
        seen += [trunk["name"] for trunk in page["results"]]
        url = page["next"]
    assert seen == [f"Trunk {n}" for n in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("status=active", ["B"]),
        ("status=failed", []),
        ("name=a", ["Ca"]),
        ("carrier=telnyx", ["Ca"]),
        ("forTransfers=true", ["B"]),
    ],
)
def test_a_list_can_be_filtered(api: APIClient, acme: Workspace, query: str, names: list[str]) -> None:
    gateways = [{"ip_or_domain": "a.example"}]
    create_trunk(acme, {"name": "Ca", "carrier": "telnyx", "gateways": gateways})
    active = create_trunk(acme, {"name": "B", "for_transfers": True, "gateways": gateways})
    Trunk.objects.filter(pk=active.pk).update(status=TrunkStatus.ACTIVE)
    assert [trunk["name"] for trunk in api.get(f"{TRUNKS}?{query}").json()["results"]] == names


def test_a_wrong_filter_is_named(api: APIClient) -> None:
    answer = api.get(f"{TRUNKS}?status=broken")
    assert answer.status_code == 400
    assert [detail["field"] for detail in answer.json()["error"]["details"]] == ["status"]


def test_livekit_ids_are_shown_and_the_outbound_one_is_the_first_gateways(api: APIClient, trunk: Trunk) -> None:
    hosts = [{"ip_or_domain": "in.example", "outbound": False}, {"ip_or_domain": "a.example"}, {"ip_or_domain": "b"}]
    update_trunk(trunk, {"gateways": hosts, "auth_password": "mypass"})
    _, first, second = trunk.gateways.all()
    own(trunk, ObjectKind.INBOUND, trunk.pk, "ST_in")
    own(trunk, ObjectKind.RULE, trunk.pk, "SDR_rule")
    own(trunk, ObjectKind.OUTBOUND, second.pk, "ST_second")
    own(trunk, ObjectKind.OUTBOUND, first.pk, "ST_first")
    answer = api.get(f"{TRUNKS}/{trunk.pk}").json()
    shown = [answer[f"livekit{part}Id"] for part in ("InboundTrunk", "OutboundTrunk", "DispatchRule")]
    assert shown == ["ST_in", "ST_first", "SDR_rule"]


def test_a_trunk_is_found_by_any_livekit_id_it_has_or_had(
    api: APIClient, outsider_api: APIClient, trunk: Trunk
) -> None:
    own(trunk, ObjectKind.INBOUND, trunk.pk, "ST_now")
    LiveKitAlias.objects.create(trunk=trunk, livekit_id="ST_once")
    for livekit_id in ("ST_now", "ST_once"):
        assert api.get(f"{TRUNKS}/{livekit_id}").json()["id"] == str(trunk.pk)
        assert outsider_api.get(f"{TRUNKS}/{livekit_id}").status_code == 404
    assert api.patch(f"{TRUNKS}/ST_once", {"name": "New"}).json()["name"] == "New"


@pytest.mark.parametrize("reference", ["ST_unknown", "not-an-id", "00000000-0000-0000-0000-000000000000"])
def test_an_unknown_id_is_a_404(api: APIClient, reference: str) -> None:
    assert api.get(f"{TRUNKS}/{reference}").status_code == 404
