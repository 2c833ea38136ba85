"""A list without parameters, whose SQL is made once, is the same list, and each workspace sees its own."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Workspace
from telephony.models import PhoneNumber, TelephonySettings, Trunk
from tests.conftest import ApiFor
from tests.telephony.conftest import TRUNKS

NUMBERS = "/v1/telephony/numbers"


@pytest.fixture
def rows(acme: Workspace, globex: Workspace) -> None:
    """51 trunks of acme with a number each, one of globex."""
    trunks = [Trunk(workspace=acme if n < 51 else globex, name=f"Trunk {n}") for n in range(52)]
    Trunk.objects.bulk_create(trunks)
    project = TelephonySettings.of(acme.pk).project
    PhoneNumber.objects.bulk_create(
        PhoneNumber(workspace=trunk.workspace, project=project, trunk=trunk, number=f"+120255501{n:02}")
        for n, trunk in enumerate(trunks)
    )


def page(client: APIClient, url: str) -> tuple[list[Any], Any, Any]:
    answer = client.get(url).json()
    return (
        answer["results"],
        answer["next"] and answer["next"].partition("cursor=")[2].partition("&")[0],
        answer["previous"],
    )


@pytest.mark.parametrize("path", [TRUNKS, NUMBERS])
@pytest.mark.usefixtures("rows")
def test_the_first_page_is_that_of_the_list_with_its_default_limit(api: APIClient, path: str) -> None:
    shown, cursor, previous = page(api, path)
    assert (shown, cursor, previous) == page(api, f"{path}?limit=50")
    assert (len(shown), previous) == (50, None)
    rest, end, _ = page(api, f"{path}?cursor={cursor}")
    assert (len({row["id"] for row in shown + rest}), end) == (51, None)


@pytest.mark.parametrize("path", [TRUNKS, NUMBERS])
@pytest.mark.usefixtures("rows")
def test_each_workspace_sees_its_own(api: APIClient, api_for: ApiFor, globex: Workspace, path: str) -> None:
    mine = {row["id"] for row in page(api, path)[0]}
    (theirs,) = page(api_for(globex), path)[0]
    assert theirs["id"] not in mine
    assert page(api_for(Workspace.objects.create(name="Empty", slug="empty")), path) == ([], None, None)
