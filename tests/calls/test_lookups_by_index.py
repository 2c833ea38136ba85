"""What each placed call looks for is found by an index with all of its conditions, however many rows there are."""

import pytest
from django.db import connection

from calls.routing.route import own_number_asked
from telephony.models import PhoneNumber
from tests.calls.conftest import Line


@pytest.mark.postgres
@pytest.mark.django_db
def test_the_caller_s_own_number_is_found_by_workspace_and_number(line: Line) -> None:
    own = line.number
    PhoneNumber.objects.bulk_create(
        PhoneNumber(workspace=line.workspace, project=own.project, trunk=own.trunk, number=f"+4930{place:07d}")
        for place in range(2000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE telephony_phonenumber")
    plan = own_number_asked.build(line.workspace.pk, own.number).explain()
    (condition, *_) = [one for one in plan.splitlines() if "Index Cond" in one and "number" in one]
    assert "workspace_id = " in condition
