"""Parameters of a tool and fields of an analysis as rows: the JSON's value, by keyboard, on a phone, in both themes."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User, Workspace
from telephony.models import Tool
from telephony.services.agents import create_agent
from telephony.services.analysis_templates import create_template
from telephony.services.tools import create_tool
from tests.browser.axe import findings, set_theme
from tests.browser.conftest import SignIn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ORDER = {"type": "string", "description": "Its number."}
KIND = {"type": "integer", "enum": [1, 2]}
SCHEMA = {
    "type": "object",
    "properties": {"order": ORDER, "kind": KIND},
    "required": ["order"],
    "additionalProperties": False,
}
NESTED = {"type": "object", "properties": {"lines": {"type": "array", "items": {"type": "string"}}}}


def tool(workspace: Workspace, parameters: dict[str, Any]) -> Tool:
    told = {"name": "find", "description": "Finds.", "url": "https://api.example.com/", "parameters": parameters}
    return create_tool(workspace, told)


def opened(page: Page, tool: Tool) -> Page:
    page.goto(f"/admin/telephony/tool/{tool.pk}/change/")
    return page


def saved(page: Page, tool: Tool) -> Any:
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    tool.refresh_from_db()
    return tool.parameters


def test_rows_and_json_hold_the_same_value(acme: Workspace, acme_owner: User, sign_in: SignIn) -> None:
    made = tool(acme, SCHEMA)
    page = opened(sign_in(acme_owner), made)
    assert saved(page, made) == SCHEMA
    order, kind = (
        page.get_by_role("group", name="order", exact=True),
        page.get_by_role("group", name="kind", exact=True),
    )
    assert (order.get_by_label("Required").is_checked(), kind.get_by_label("Choices").input_value()) == (True, "1\n2")
    kind.get_by_label("Type").select_option("Text")
    page.get_by_role("button", name="JSON", exact=True).click()
    text = page.locator("#id_parameters")
    assert json.loads(text.input_value())["properties"]["kind"] == {"type": "string", "enum": ["1", "2"]}
    text.fill(json.dumps({**SCHEMA, "required": ["kind"]}))
    page.get_by_role("button", name="Rows", exact=True).click()
    order.get_by_role("button", name="Remove order").click()
    assert saved(page, made) == {
        **SCHEMA,
        "properties": {"kind": {"type": "integer", "enum": [1, 2]}},
        "required": ["kind"],
    }
    page.get_by_role("button", name="JSON", exact=True).click()
    text.fill(json.dumps(NESTED))
    page.get_by_role("button", name="Rows", exact=True).click()
    expect(page.get_by_text("Rows cannot show this schema")).to_be_visible()
    assert saved(page, made) == NESTED
    expect(page.get_by_text("Rows cannot show this schema")).to_be_visible()
    expect(text).to_be_visible()


def test_a_parameter_is_added_by_keyboard_on_a_phone(acme: Workspace, acme_owner: User, sign_in: SignIn) -> None:
    made = tool(acme, {})
    page = sign_in(acme_owner)
    page.set_viewport_size({"width": 400, "height": 800})
    opened(page, made).get_by_role("button", name="Add parameter").press("Enter")
    for typed in ("order", "W", "Its number.", "17\nx"):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    page.keyboard.press(" ")
    page.get_by_role("button", name="Save", exact=True).click()
    choices = page.get_by_label("Choices, one a line")
    assert choices.evaluate("(one) => [one.validationMessage, one === document.activeElement]") == [
        "Enter whole numbers, one a line.", True,
    ]  # fmt: skip
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert findings(page) == set()
    set_theme(page, dark=True)
    assert findings(page, ["color-contrast"]) == set()
    choices.fill("17")
    assert saved(page, made) == {
        "type": "object",
        "properties": {"order": {"type": "integer", "description": "Its number.", "enum": [17]}},
        "required": ["order"],
    }


def test_fields_of_analyses_are_rows_too(acme: Workspace, acme_owner: User, sign_in: SignIn) -> None:
    template = create_template(acme, {"name": "Payments", "schema": SCHEMA})
    page = sign_in(acme_owner)
    page.goto(f"/admin/telephony/analysistemplate/{template.pk}/change/")
    page.get_by_role("button", name="Remove kind").click()
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    template.refresh_from_db()
    assert template.schema == {**SCHEMA, "properties": {"order": ORDER}}
    assert findings(page) == set()
    agent = create_agent(acme, {"name": "Reception", "analysis_schema": SCHEMA})
    page.goto(f"/admin/telephony/agent/{agent.pk}/change/")
    rows = page.get_by_role("group", name="View of the fields").locator("..")
    expect(rows.get_by_role("group", name="order", exact=True)).to_be_visible()
    page.get_by_label("Analysis template").select_option("Payments")
    expect(rows).to_be_hidden()
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    agent.refresh_from_db()
    assert (agent.analysis_template, agent.analysis_schema) == (template, {})
    page.goto(f"/admin/analysis-templates/{template.pk}/test/")
    assert findings(page) == set()
    set_theme(page, dark=True)
    assert findings(page, ["color-contrast"]) == set()
