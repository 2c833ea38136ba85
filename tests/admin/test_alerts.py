"""Alert rules and alerts in the admin."""

from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import User, Workspace
from calls.models import Alert, AlertRule
from tests.admin.conftest import Browser
from tests.admin.rows import make_trunk

LIST, ADD, LOG = "/admin/calls/alertrule/", "/admin/calls/alertrule/add/", "/admin/calls/alert/"
SECRET = "https://hooks.slack.example/services/T0/B0/secret"


def form(workspace: Workspace, **fields: Any) -> dict[str, Any]:
    values = {
        "workspace": workspace.pk, "name": "Answer rate", "kind": "answer_rate", "threshold": "30", "trunk": "",
        "window_minutes": "60", "minimum_calls": "10", "hold_minutes": "5", "email_to": "", "slack_url": "",
        "active": "on",
    }  # fmt: skip
    return values | fields


def page(rule: AlertRule, button: str = "change") -> str:
    return f"{LIST}{rule.pk}/{button}/"


@pytest.fixture
def rule(acme: Workspace) -> AlertRule:
    return AlertRule.objects.create(workspace=acme, name="Hooks", kind="webhook", slack_url=SECRET)


def test_a_rule_is_made_and_its_slack_url_never_shown(signed_in: Browser, acme_admin: User, acme: Workspace) -> None:
    client = signed_in(acme_admin)
    assert "clear_slack_url" not in client.get(ADD).text
    assert client.post(ADD, form(acme, slack_url=SECRET)).status_code == 302
    rule = AlertRule.objects.get()
    assert rule.slack_url == SECRET
    for path in (LIST, page(rule), page(rule, "history"), LOG):
        assert "T0/B0" not in client.get(path).text, path
    client.post(page(rule), form(acme, name="Other"))
    rule.refresh_from_db()
    assert (rule.name, rule.slack_url) == ("Other", SECRET)
    client.post(page(rule), form(acme, clear_slack_url="on"))
    rule.refresh_from_db()
    assert rule.slack_url is None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"threshold": "0"}, "greater than or equal to 0.01"),
        ({"threshold": "101"}, "at most 100"),
        ({"window_minutes": "1"}, "greater than or equal to 5"),
        ({"email_to": "nobody"}, "is not an email address"),
        ({"email_to": ",".join(f"a{n}@acme.example" for n in range(11))}, "at most 10 addresses"),
        ({"slack_url": "https://10.0.0.1/x"}, "cannot be called"),
        ({"slack_url": "ftp://a.example/x"}, "https"),
    ],
)
def test_wrong_input_is_explained(
    signed_in: Browser, acme_admin: User, acme: Workspace, settings: Any, fields: dict[str, str], words: str
) -> None:
    settings.EMAIL_IS_SENT = True
    assert words in signed_in(acme_admin).post(ADD, form(acme, **fields)).text
    assert not AlertRule.objects.exists()


def test_email_needs_a_mail_server(signed_in: Browser, acme_admin: User, acme: Workspace) -> None:
    assert "The operator sets EMAIL_URL" in signed_in(acme_admin).post(ADD, form(acme, email_to="a@a.example")).text


def test_a_trunk_is_of_the_workspace_and_of_an_answer_rate(
    signed_in: Browser, acme_admin: User, acme: Workspace, globex: Workspace
) -> None:
    client, own, other = signed_in(acme_admin), make_trunk(acme), make_trunk(globex)
    assert "Select a valid choice" in client.post(ADD, form(acme, trunk=other.pk)).text
    assert "Only the answer rate" in client.post(ADD, form(acme, trunk=own.pk, kind="spend")).text
    assert client.post(ADD, form(acme, trunk=own.pk)).status_code == 302


def test_a_superuser_cannot_mix_workspaces(
    signed_in: Browser, superuser: User, acme: Workspace, globex: Workspace
) -> None:
    found = signed_in(superuser).post(ADD, form(acme, trunk=make_trunk(globex).pk))
    assert "Select a trunk of this workspace" in found.text


def test_a_change_of_the_condition_ends_the_alert(
    signed_in: Browser, acme_admin: User, acme: Workspace, rule: AlertRule
) -> None:
    now = timezone.now()
    AlertRule.objects.update(firing_since=now)
    Alert.objects.create(workspace=acme, rule=rule, text="Bad.", started_at=now)
    client = signed_in(acme_admin)
    same = form(acme, kind="webhook", threshold="1.00", name="Renamed")
    client.post(page(rule), same)
    assert Alert.objects.get().ended_at is None
    client.post(page(rule), same | {"threshold": "2"})
    assert Alert.objects.get().ended_at is not None


def test_a_test_message_names_what_failed(
    signed_in: Browser, acme_admin: User, acme_viewer: User, rule: AlertRule
) -> None:
    AlertRule.objects.update(email_to="noc@acme.example", slack_url="https://127.0.0.1/T0/B0")
    assert signed_in(acme_viewer).post(page(rule, "test")).status_code == 403
    client = signed_in(acme_admin)
    assert client.get(page(rule, "test")).status_code == 403
    html = client.post(page(rule, "test"), follow=True).text
    assert "Email: the test message was accepted." in html
    assert "Slack: The Slack webhook was not reached" in html
    assert len(mail.outbox) == 1
    assert "T0/B0" not in html


def test_the_log_is_read_only_and_of_the_own_workspace(
    signed_in: Browser, acme_owner: User, outsider: User, acme: Workspace, rule: AlertRule
) -> None:
    alert = Alert.objects.create(workspace=acme, rule=rule, text="3 endpoints fail.", started_at=timezone.now())
    one = f"{LOG}{alert.pk}/change/"
    client = signed_in(acme_owner)
    assert "3 endpoints fail." in client.get(LOG).text
    assert "3 endpoints fail." in client.get(one).text
    assert client.post(one, {"text": "x"}).status_code == 403
    stranger = signed_in(outsider)
    assert "3 endpoints fail." not in stranger.get(LOG).text
    for path in (one, page(rule), page(rule, "test")):
        assert stranger.post(path).status_code in (302, 403, 404), path
    assert stranger.get(page(rule)).status_code in (302, 404)
    assert AlertRule.objects.get().name == "Hooks"
