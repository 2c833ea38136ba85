"""A number is pinned to a revision on its page; another agent, chosen there, unpins it."""

import pytest
from django.urls import reverse

from accounts.models import User, Workspace
from telephony.models import PhoneNumber
from telephony.services.agents import update_agent
from tests.admin.conftest import Browser
from tests.admin.forms import form_of
from tests.admin.rows import make_agent
from tests.calls.conftest import make_line


@pytest.fixture
def number(acme: Workspace) -> PhoneNumber:
    line = make_line(acme, number="+12025550191")
    agent = update_agent(make_agent(acme), {"greeting": "Later."})
    PhoneNumber.objects.filter(pk=line.number.pk).update(agent=agent)
    line.number.refresh_from_db()
    return line.number


def test_a_number_is_pinned_and_unpinned(
    number: PhoneNumber, acme: Workspace, acme_owner: User, signed_in: Browser
) -> None:
    client, url = signed_in(acme_owner), reverse("admin:telephony_phonenumber_change", args=[number.pk])
    wrong = client.post(url, form_of(client, url) | {"agent_revision": "9"})
    assert "no revision 9" in str(wrong.context["adminform"].form.errors["agent_revision"])
    assert client.post(url, form_of(client, url) | {"agent_revision": "1"}).status_code == 302
    number.refresh_from_db()
    assert number.agent_revision == 1
    assert f"{number.agent}, revision 1" in client.get(reverse("admin:telephony_phonenumber_changelist")).text
    other = make_agent(acme, name="Other")
    assert client.post(url, form_of(client, url) | {"agent": str(other.pk)}).status_code == 302
    found = PhoneNumber.objects.get(pk=number.pk)
    assert (found.agent, found.agent_revision) == (other, None)
