"""Finding one row by what is unique to it."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import ApiKey, Workspace
from accounts.services.keys import create_api_key
from voxa.core.lookup import only_row


def test_one_row_is_asked_for_without_sorting(acme: Workspace) -> None:
    key, _ = create_api_key(acme, "a key", ["agents:read"])
    with CaptureQueriesContext(connection) as asked:
        assert only_row(ApiKey.objects.filter(pk=key.pk)) == key
        assert only_row(ApiKey.objects.filter(pk=key.pk, name="another")) is None
    assert not any("ORDER BY" in query["sql"] for query in asked)
