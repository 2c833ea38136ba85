"""What an agent may do, as it is written on it: each wrong part is named."""

from contextlib import suppress
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from telephony.models.abilities import validate_object_schema, validate_tools, validate_transfers
from tests import bad_values
from tests.telephony.conftest import AGENTS

TOOL = {"name": "find_order", "description": "Finds an order.", "url": "https://api.acme.example/orders"}
SALES = {"name": "sales", "to": "+15550100001", "mode": "warm", "description": "Prices."}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def test_tools_and_transfers_come_back_as_they_were_given(api: APIClient) -> None:
    tools = [{**TOOL, "parameters": {"type": "object", "properties": {"order": {"type": "string"}}}}]
    made = api.post(AGENTS, {"name": "Desk", "tools": tools, "transfers": [SALES], "sendsDigits": True}).json()
    read = api.get(f"{AGENTS}/{made['id']}").json()
    assert (read["tools"], read["transfers"], read["sendsDigits"]) == (tools, [SALES], True)
    assert api.patch(f"{AGENTS}/{made['id']}", {"tools": []}).json()["tools"] == []


def test_placeholders_of_urls_and_bodies_are_kept_and_warned_of(api: APIClient) -> None:
    tool = {**TOOL, "url": "https://API.acme.example/{{ order }}?by={{who|them all}}", "body": {"a": ["{{city}}"]}}
    made = api.post(AGENTS, {"name": "Desk", "tools": [tool]}).json()
    assert made["tools"][0]["url"] == "https://api.acme.example/{{ order }}?by={{who|them all}}"
    assert made["tools"][0]["body"] == {"a": ["{{city}}"]}
    assert "{{order}}, {{city}} without a default" in made["warnings"][0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "find order"}, "[0].name"),
        ({"name": "end_call"}, "Choose another name"),
        ({"url": "http://api.acme.example/"}, "https://"),
        ({"url": "https://169.254.169.254/latest"}, "cannot be called"),
        ({"url": "https://{{host}}.acme.example/"}, "path and the query"),
        ({"url": "https://api.acme.example/{order}"}, "braces"),
        ({"url": "http://api.acme.example/{{order}}"}, "https://"),
        ({"body": {"text": "x" * 5_000}}, "4096 characters"),
        ({"parameters": {"type": "array"}}, '"type": "object"'),
        ({"parameters": {"type": "object", "properties": 7}}, "JSON schema is invalid"),
        (
            {"parameters": {"type": "object", "properties": {"a": {"$ref": "https://a.example/b"}}}},
            "JSON schema is invalid",
        ),
        ({"parameters": {"type": "object", "properties": {"a": {"pattern": "(?=x)"}}}}, "JSON schema is invalid"),
        ({"parameters": {"type": "object", "description": "x" * 9_000}}, "8192 characters"),
    ],
)
def test_a_wrong_tool_is_refused_with_the_reason(api: APIClient, change: dict[str, Any], words: str) -> None:
    answer = api.post(AGENTS, {"name": "Desk", "tools": [{**TOOL, **change}]})
    (detail,) = answer.json()["error"]["details"]
    assert (answer.status_code, detail["field"]) == (400, "tools")
    assert words in detail["message"]


def test_a_missing_part_is_named(api: APIClient) -> None:
    answer = api.post(AGENTS, {"name": "Desk", "tools": [{"name": "a"}], "transfers": [{"name": "b", "mode": "hot"}]})
    fields = {detail["field"] for detail in answer.json()["error"]["details"]}
    assert fields >= {"tools[0].description", "tools[0].url", "transfers[0].to", "transfers[0].mode"}


@pytest.mark.parametrize(
    "wrong",
    [[TOOL, TOOL], [TOOL] * 21, {"name": "a"}, "text", [{**TOOL, "headers": {}}]],
)
def test_a_wrong_list_of_tools_is_refused(wrong: Any) -> None:
    with pytest.raises(ValidationError):
        validate_tools(wrong)


@pytest.mark.parametrize("change", [{"to": "0100001"}, {"to": "sip:desk@acme.example"}, {"name": "my sales"}])
def test_a_wrong_transfer_is_refused(api: APIClient, change: dict[str, str]) -> None:
    answer = api.post(AGENTS, {"name": "Desk", "transfers": [{**SALES, **change}]})
    assert [detail["field"] for detail in answer.json()["error"]["details"]] == ["transfers"]


def test_calls_are_analysed_only_where_a_language_model_can_be_asked(api: APIClient) -> None:
    eleven = {"name": "Desk", "aiProvider": "elevenlabs", "analyzesCalls": True}
    assert [one["field"] for one in api.post(AGENTS, eleven).json()["error"]["details"]] == ["analyzesCalls"]
    assert api.post(AGENTS, {**eleven, "aiProvider": "pipeline"}).status_code == 201


def test_what_a_bot_of_ones_own_minds_itself_is_not_set_here(api: APIClient) -> None:
    bot = {"name": "Bot", "aiProvider": "custom", "customEndpoint": "wss://bot.acme.example/voice"}
    wrong = {"transfers": [SALES], "sendsDigits": True, "voicemailAction": "hang_up"}
    answer = api.post(AGENTS, {**bot, **wrong})
    assert {detail["field"] for detail in answer.json()["error"]["details"]} == set(wrong)
    assert api.post(AGENTS, bot).status_code == 201


@given(JSON)
def test_whatever_is_written_there_is_taken_or_refused(value: Any) -> None:
    for check in (validate_tools, validate_transfers, validate_object_schema):
        with suppress(ValidationError):
            check(value)


@pytest.mark.parametrize("target", bad_values.TARGETS)
@pytest.mark.parametrize("mode", ["cold", "warm"])
def test_a_transfer_target_that_cannot_be_called_is_refused_when_it_is_saved(
    api: APIClient, target: str, mode: str
) -> None:
    answer = api.post(AGENTS, {"name": "Desk", "transfers": [{**SALES, "to": target, "mode": mode}]})
    (detail,) = answer.json()["error"]["details"]
    assert (answer.status_code, detail["field"]) == (400, "transfers"), target
    assert detail["message"].startswith("[0].to: ")
