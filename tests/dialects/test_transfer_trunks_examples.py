"""The transfer-trunk reference: its four requests by curl, its answer key by key."""

import re

from telephony.models import Trunk
from tests.dialects.conftest import Shell

AUTH = '-H "Authorization: Bearer $KEY"'
LIST = f"curl $BASE/sip-trunks {AUTH}"
CREATE = f"""curl -X POST $BASE/sip-trunks {AUTH} -H "Content-Type: application/json" -d '{{
  "name": "Main Trunk",
  "host": "sip.provider.com",
  "port": 5060,
  "username": "myuser",
  "password": "mypassword"
}}'"""
TRUNK = {
    "id": "trunk-uuid-here",
    "name": "Main Trunk",
    "host": "sip.provider.com",
    "port": 5060,
    "username": "myuser",
    "created_at": "2025-12-13T10:00:00.000Z",
}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def test_create_answers_the_printed_fields_and_no_password(shell: Shell) -> None:
    answer = shell.run(CREATE)
    assert (answer.status, answer.headers["content-type"]) == (201, "application/json")
    assert list(answer.body) == list(TRUNK)
    assert answer.body == {**TRUNK, "id": answer.body["id"], "created_at": answer.body["created_at"]}
    assert TIME.fullmatch(answer.body["created_at"])
    assert Trunk.objects.get(pk=answer.body["id"]).auth_password == "mypassword"


def test_list_and_get_answer_the_same_trunk(shell: Shell) -> None:
    trunk = shell.run(CREATE).body
    listed = shell.run(LIST)
    assert (listed.status, listed.body) == (200, {"trunks": [trunk]})
    got = shell.run(f"curl $BASE/sip-trunks/{trunk['id']} {AUTH}")
    assert (got.status, got.body) == (200, trunk)


def test_delete_answers_nothing_and_leaves_nothing(shell: Shell) -> None:
    trunk = shell.run(CREATE).body
    delete = f"curl -X DELETE $BASE/sip-trunks/{trunk['id']} {AUTH}"
    assert (shell.run(delete).status, shell.run(delete).status) == (204, 404)
    assert shell.run(LIST).body == {"trunks": []}
