"""Who changed what: a person by name, a program by its key."""

import pytest
from rest_framework.test import APIClient

from accounts.models import ApiKey, User, Workspace
from telephony.models import Agent, Gateway, Trunk


@pytest.mark.urls("tests.api.probe")
def test_a_program_is_named_by_its_key(api: APIClient) -> None:
    api.post("/v1/probes", {"name": "a"})
    key, line = ApiKey.objects.get(), Agent.history.get()
    assert line.history_user is None
    assert line.history_change_reason == f"API key vx_live_{key.identifier}… (test)"


def test_a_program_is_named_for_each_part_of_what_it_makes_at_once(api: APIClient) -> None:
    gateways = [{"ipOrDomain": "a.example"}, {"ipOrDomain": "b.example"}]
    assert api.post("/v1/telephony/trunks", {"name": "T", "gateways": gateways}).status_code == 201
    lines = [*Trunk.history.all(), *Gateway.history.all()]
    assert [line.history_type for line in lines] == ["+"] * 3
    named = f"API key vx_live_{ApiKey.objects.get().identifier}… (test)"
    assert {line.history_change_reason for line in lines} == {named}


@pytest.mark.urls("tests.api.probe")
def test_the_key_of_one_request_is_not_taken_for_another(api: APIClient) -> None:
    api.post("/v1/probes", {"name": "a"})
    agent = Agent.objects.get()
    agent.save()
    assert agent.history.first().history_change_reason is None


def test_a_long_name_of_a_key_is_cut(acme: object, api: APIClient, acme_owner: User) -> None:
    ApiKey.objects.update(name="n" * 100)
    with_key = ApiKey.objects.get()
    assert len(f"API key vx_live_{with_key.identifier}… ({with_key.name})") > 100
    assert api.post("/v1/agents", {"name": "a"}).status_code == 201
    assert len(Agent.history.get().history_change_reason) == 100


def test_a_models_history_is_one_class_however_often_it_is_named(acme: Workspace) -> None:
    """The library would make a class each time, which costs as much as a query."""
    assert type(Workspace.history) is type(Workspace.history) is type(acme.history)
    assert acme.history.count() == 1
