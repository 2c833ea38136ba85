"""Requests are counted by method, view and status, each of them once."""

import pytest
from django.test import Client
from prometheus_client import REGISTRY
from rest_framework.test import APIClient

PREFIX = "django_http_"
TRUNKS = "/v1/telephony/trunks"


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(PREFIX + name, labels) or 0


@pytest.mark.django_db
def test_each_request_counts_once(api: APIClient, client: Client) -> None:
    view = "telephony.api.trunks.TrunkViewSet"
    shown = {
        "requests_total_by_method_total": {"method": "GET"},
        "requests_total_by_view_transport_method_total": {"view": view, "transport": "http", "method": "GET"},
        "responses_total_by_status_view_method_total": {"view": view, "status": "200", "method": "GET"},
        "requests_latency_seconds_by_view_method_count": {"view": view, "method": "GET"},
        "requests_body_total_bytes_count": {},
        "ajax_requests_total": {},
    }
    before = {name: counted(name, **labels) for name, labels in shown.items()}
    refused = {"status": "401", "view": view, "method": "GET"}
    refused_before = counted("responses_total_by_status_view_method_total", **refused)
    api.get(TRUNKS)
    api.get(TRUNKS, headers={"x-requested-with": "XMLHttpRequest"})
    client.get(TRUNKS)
    added = {name: counted(name, **labels) - before[name] for name, labels in shown.items()}
    assert list(added.values()) == [3, 3, 2, 3, 3, 1]
    assert counted("responses_total_by_status_view_method_total", **refused) - refused_before == 1


@pytest.mark.django_db
def test_bytes_of_bodies_are_summed(api: APIClient) -> None:
    before = counted("requests_body_total_bytes_sum")
    api.post(TRUNKS, data=b"x" * 100, content_type="application/json")
    assert counted("requests_body_total_bytes_sum") - before == 100
