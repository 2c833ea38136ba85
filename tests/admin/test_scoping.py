"""Staff see and change rows of their workspaces only. Every page is tried by the outsider and by the viewer."""

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import User, Workspace
from telephony.models import Agent, LiveKitProject, TelephonySettings, Trunk
from tests.admin.conftest import Browser
from tests.admin.rows import furnish, make_project

OURS = [model for model in admin.site._registry if model._meta.app_label in ("accounts", "telephony", "calls")]
KINDS = [
    "telephony_trunk", "telephony_agent", "telephony_phonenumber", "telephony_sipendpoint",
    "telephony_telephonysettings", "telephony_livekitproject", "telephony_analysistemplate",
    "accounts_apikey", "accounts_workspace",
]  # fmt: skip


def page(kind: str, name: str, rows: dict[str, Any]) -> str:
    return reverse(f"admin:{kind}_{name}", args=[rows[kind].pk])


@pytest.fixture
def rows(acme: Workspace, globex: Workspace) -> dict[str, Any]:
    """A row of every kind in acme; globex works in another LiveKit project."""
    TelephonySettings.objects.create(workspace=globex, project=make_project("Globex's"))
    return furnish(acme)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["change", "history", "delete"])
def test_an_outsider_reaches_no_page_of_a_row(
    kind: str, name: str, rows: dict[str, Any], outsider: User, signed_in: Browser
) -> None:
    answer = signed_in(outsider).get(page(kind, name, rows))
    assert answer.status_code in (302, 403, 404)
    assert answer.status_code != 302 or answer["Location"] == reverse(f"admin:{kind}_changelist")


@pytest.mark.parametrize("kind", KINDS)
def test_an_outsider_changes_nothing(kind: str, rows: dict[str, Any], outsider: User, signed_in: Browser) -> None:
    answer = signed_in(outsider).post(page(kind, "change", rows), {"name": "Taken over", "_save": "1"})
    assert answer.status_code in (302, 403, 404)
    rows[kind].refresh_from_db()
    assert getattr(rows[kind], "name", "") != "Taken over"


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_holds_only_rows_of_ones_workspaces(
    kind: str, rows: dict[str, Any], acme_owner: User, outsider: User, signed_in: Browser
) -> None:
    url = reverse(f"admin:{kind}_changelist")
    pk = str(rows[kind].pk)
    assert pk in signed_in(acme_owner).get(url).content.decode()
    assert pk not in signed_in(outsider).get(url).content.decode()


@pytest.mark.parametrize(
    "url",
    [
        "admin:telephony_trunk_provision",
        "admin:accounts_apikey_revoke",
        "admin:telephony_livekitproject_test",
    ],
)
def test_buttons_refuse_the_outsider(url: str, rows: dict[str, Any], outsider: User, signed_in: Browser) -> None:
    kind = "_".join(url.removeprefix("admin:").split("_")[:2])
    assert signed_in(outsider).post(reverse(url, args=[rows[kind].pk])).status_code == 403


def test_the_settings_of_another_workspace_are_not_found(acme: Workspace, outsider: User, signed_in: Browser) -> None:
    assert signed_in(outsider).get(reverse("admin:telephony_settings_of", args=[acme.pk])).status_code == 404


def test_an_action_on_foreign_rows_does_nothing(rows: dict[str, Any], outsider: User, signed_in: Browser) -> None:
    data = {"action": "revoke_selected", "_selected_action": [str(rows["accounts_apikey"].pk)]}
    signed_in(outsider).post(reverse("admin:accounts_apikey_changelist"), data)
    rows["accounts_apikey"].refresh_from_db()
    assert rows["accounts_apikey"].revoked_at is None


@pytest.mark.parametrize(
    ("model", "field"), [("phonenumber", "agent"), ("phonenumber", "trunk"), ("trunk", "workspace")]
)
def test_a_select_offers_no_foreign_rows(
    model: str, field: str, rows: dict[str, Any], outsider: User, signed_in: Browser
) -> None:
    query = {"app_label": "telephony", "model_name": model, "field_name": field, "term": ""}
    found = signed_in(outsider).get(reverse("admin:autocomplete"), query).json()["results"]
    assert {one["text"] for one in found} <= {"Globex"}


def test_a_select_offers_rows_of_the_named_workspace_only(
    rows: dict[str, Any], globex: Workspace, superuser: User, signed_in: Browser
) -> None:
    Agent.objects.create(workspace=globex, name="Theirs")
    query = {"app_label": "telephony", "model_name": "phonenumber", "field_name": "agent", "term": ""}
    client = signed_in(superuser)
    url = reverse("admin:autocomplete")
    found = client.get(url, query | {"for_workspace": str(globex.pk)}).json()["results"]
    assert [one["text"] for one in found] == ["Theirs"]


def test_the_command_palette_finds_nothing_foreign(rows: dict[str, Any], outsider: User, signed_in: Browser) -> None:
    for term in ("Telnyx", "+1555", "Reception", "Acme"):
        answer = signed_in(outsider).get(reverse("admin:search"), {"s": term, "extended": "1"})
        assert str(rows["telephony_trunk"].pk) not in answer.content.decode()
        assert str(rows["accounts_workspace"].pk) not in answer.content.decode()


def test_what_the_palette_found_ends_with_the_membership(
    rows: dict[str, Any], acme_viewer: User, outsider: User, signed_in: Browser
) -> None:
    client, query = signed_in(acme_viewer), {"s": "Telnyx", "extended": "1"}
    assert "Telnyx" in client.get(reverse("admin:search"), query).text
    acme_viewer.memberships.all().delete()
    assert "Telnyx" not in client.get(reverse("admin:search"), query).text


def test_the_palette_finds_pages_too_and_takes_any_words(superuser: User, signed_in: Browser) -> None:
    client = signed_in(superuser)
    page = client.get(reverse("admin:search"), {"s": "trunk"}).text
    assert reverse("admin:telephony_trunk_changelist") in page
    for words in ("", "%", "\\", "é💥", "x" * 5_000):
        assert client.get(reverse("admin:search"), {"s": words, "extended": "1"}).status_code == 200


def test_the_home_page_tells_an_outsider_nothing(rows: dict[str, Any], outsider: User, signed_in: Browser) -> None:
    html = signed_in(outsider).get(reverse("admin:index")).content.decode()
    assert "Telnyx" not in html
    assert "+15550100000" not in html


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "telephony_livekitproject"])
def test_a_viewer_reads_and_cannot_write(
    kind: str, rows: dict[str, Any], acme_viewer: User, signed_in: Browser
) -> None:
    client: Client = signed_in(acme_viewer)
    assert client.get(page(kind, "change", rows)).status_code == 200
    assert client.get(page(kind, "history", rows)).status_code == 200
    assert client.post(page(kind, "change", rows), {"name": "x"}).status_code == 403
    assert client.get(page(kind, "delete", rows)).status_code == 403
    assert client.get(reverse(f"admin:{kind}_add")).status_code == 403


def test_a_viewer_presses_no_button(rows: dict[str, Any], acme_viewer: User, signed_in: Browser) -> None:
    client = signed_in(acme_viewer)
    trunk, key = rows["telephony_trunk"], rows["accounts_apikey"]
    assert client.post(reverse("admin:telephony_trunk_provision", args=[trunk.pk])).status_code == 403
    assert client.post(reverse("admin:accounts_apikey_revoke", args=[key.pk])).status_code == 403
    assert "Provision now" not in client.get(page("telephony_trunk", "change", rows)).content.decode()


def test_an_operator_provisions_but_does_not_change(
    rows: dict[str, Any], acme_operator: User, signed_in: Browser
) -> None:
    client = signed_in(acme_operator)
    trunk = rows["telephony_trunk"]
    assert client.post(reverse("admin:telephony_trunk_provision", args=[trunk.pk])).status_code == 302
    assert client.post(page("telephony_trunk", "change", rows), {"name": "x"}).status_code == 403


def test_columns_cannot_be_probed_by_the_address(rows: dict[str, Any], acme_viewer: User, signed_in: Browser) -> None:
    url = reverse("admin:accounts_apikey_changelist")
    assert signed_in(acme_viewer).get(url, {"key_hash__startswith": "a"}).status_code == 400


@pytest.mark.parametrize(
    "lookup",
    [
        "workspace__memberships__user__password__startswith",
        "agent__system_prompt__startswith",
        "trunk__auth_password__isnull",
        "agent__workspace__api_keys__key_hash__startswith",
    ],
)
def test_rows_behind_a_filters_row_cannot_be_probed(
    lookup: str, rows: dict[str, Any], acme_viewer: User, superuser: User, signed_in: Browser
) -> None:
    for person in (acme_viewer, superuser):
        assert signed_in(person).get(reverse("admin:calls_call_changelist"), {lookup: "a"}).status_code == 400


@pytest.mark.parametrize("workspace", ["x", "\0"])
def test_a_select_of_no_workspace_finds_nothing(
    workspace: str, rows: dict[str, Any], acme_owner: User, signed_in: Browser
) -> None:
    of_calls = {"app_label": "calls", "model_name": "call", "field_name": "agent", "term": ""}
    answer = signed_in(acme_owner).get(reverse("admin:autocomplete"), {**of_calls, "for_workspace": workspace})
    assert answer.json()["results"] == []


@pytest.mark.parametrize(
    "asked",
    [
        "calls/call/?direction__exact=%00",
        "calls/call/?q=%00",
        "autocomplete/?app_label=calls&model_name=call&field_name=agent&term=%00",
    ],
)
def test_a_null_character_is_no_fault_of_ours(
    asked: str, rows: dict[str, Any], acme_owner: User, signed_in: Browser
) -> None:
    assert signed_in(acme_owner).get(f"/admin/{asked}").status_code < 500


@pytest.mark.parametrize(("query", "shown"), [("answered=yes", 1), ("answered=no", 0), ("trunk__status=pending", 1)])
def test_filters_filter(query: str, shown: int, rows: dict[str, Any], acme_viewer: User, signed_in: Browser) -> None:
    answer = signed_in(acme_viewer).get(reverse("admin:telephony_phonenumber_changelist") + f"?{query}")
    assert answer.context["cl"].result_count == shown


def test_a_trunk_cannot_be_put_into_a_foreign_workspace(acme: Workspace, outsider: User, signed_in: Browser) -> None:
    data = {
        "workspace": str(acme.pk), "name": "Mine", "media_encryption": "disable",
        "gateways-TOTAL_FORMS": 1, "gateways-INITIAL_FORMS": 0, "gateways-0-ip_or_domain": "192.0.2.1",
        "gateways-0-port": 5060, "gateways-0-protocol": "udp", "gateways-0-priority": 0,
        "numbers-TOTAL_FORMS": 0, "numbers-INITIAL_FORMS": 0,
    }  # fmt: skip
    answer = signed_in(outsider).post(reverse("admin:telephony_trunk_add"), data)
    assert "workspace" in answer.context["adminform"].form.errors
    assert not Trunk.objects.exists()


def test_a_person_without_a_workspace_sees_no_lists(db: None, signed_in: Browser) -> None:
    lonely = User.objects.create_user("lonely@voxa.example", "a long password", is_staff=True)
    client = signed_in(lonely)
    assert client.get(reverse("admin:index")).status_code == 200
    for model in OURS:
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        assert client.get(url).status_code == 403, url


def test_every_page_of_ours_stands_on_the_same_rules() -> None:
    from accounts.admin.scoping import ScopedMixin

    for model in OURS:
        assert isinstance(admin.site._registry[model], ScopedMixin), model


def test_the_default_project_is_read_only_even_for_superusers(superuser: User, signed_in: Browser) -> None:
    project = LiveKitProject.default()
    url = reverse("admin:telephony_livekitproject_change", args=[project.pk])
    assert signed_in(superuser).get(url).status_code == 200
    assert signed_in(superuser).post(url, {"name": "Renamed"}).status_code == 403


@pytest.mark.parametrize(
    ("list_of", "named"),
    [
        ("calls_call", "telephony_agent"), ("calls_call", "telephony_trunk"), ("calls_call", "accounts_workspace"),
        ("telephony_phonenumber", "telephony_agent"), ("calls_recording", "accounts_workspace"),
    ],
)  # fmt: skip
def test_a_filter_names_no_row_of_another_workspace(
    list_of: str, named: str, rows: dict[str, Any], superuser: User, outsider: User, signed_in: Browser
) -> None:
    row = rows[named]
    row.name = "Known to Acme alone"
    type(row).objects.filter(pk=row.pk).update(name=row.name)
    query = {f"{named.split('_')[1]}__id__exact": str(row.pk)}
    url = reverse(f"admin:{list_of}_changelist")
    assert row.name in signed_in(superuser).get(url, query).content.decode()
    assert row.name not in signed_in(outsider).get(url, query).content.decode()


def test_an_empty_list_says_what_it_is_for_and_a_filtered_one_how_to_see_all(
    acme: Workspace, acme_viewer: User, acme_owner: User, signed_in: Browser
) -> None:
    url = reverse("admin:telephony_trunk_changelist")
    assert "A trunk connects a carrier" in signed_in(acme_viewer).get(url).content.decode()
    assert "Add trunk" not in signed_in(acme_viewer).get(url).content.decode()
    assert "Add trunk" in signed_in(acme_owner).get(url).content.decode()
    assert "No results" in signed_in(acme_owner).get(url, {"q": "none"}).content.decode()
