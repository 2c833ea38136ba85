"""The outbound-trunk reference: its three requests as printed, its answers key by key."""

import re
from typing import Any

import pytest

from telephony.models import Trunk
from tests.dialects.conftest import Shell
from tests.sandbox import SandboxServer

TWILIO = """curl -X POST "https://api-livekit-vyom.indusnettechnologies.com/sip/create-outbound-trunk" \\
     -H "Content-Type: application/json" \\
     -H "Authorization: Bearer <your_api_key>" \\
     -d '{
           "trunk_name": "Twilio Production",
           "trunk_type": "twilio",
           "trunk_config": {
             "address": "example.pstn.twilio.com",
             "numbers": ["+15550100000"],
             "username": "ACxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
             "password": "your_auth_token_here"
           }
         }'
"""
EXOTEL = """curl -X POST "https://api-livekit-vyom.indusnettechnologies.com/sip/create-outbound-trunk" \\
     -H "Content-Type: application/json" \\
     -H "Authorization: Bearer <your_api_key>" \\
     -d '{
           "trunk_name": "Exotel India",
           "trunk_type": "exotel",
           "trunk_config": {
             "exotel_number": "+918044319240"
           }
         }'
"""
LIST = """curl -X GET "https://api-livekit-vyom.indusnettechnologies.com/sip/list" \\
     -H "Authorization: Bearer <your_api_key>"
"""
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}")
TRUNK_ID = re.compile(r"ST_\w+")

pytestmark = pytest.mark.usefixtures("faults")


@pytest.fixture
def run(shell: Shell) -> Any:
    """Runs an example; base URL and key are all that changes."""

    def run(example: str) -> Any:
        base, key = "https://api-livekit-vyom.indusnettechnologies.com", "<your_api_key>"
        return shell.run(example.replace(base, "$BASE").replace(key, "$KEY"))

    return run


@pytest.mark.parametrize("example", [TWILIO, EXOTEL])
def test_create_answers_200_with_the_id_that_livekit_gave(run: Any, sandbox: SandboxServer, example: str) -> None:
    answer = run(example)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert answer.body == {
        "success": True,
        "message": "Outbound trunk created successfully, Store the trunk id securely.",
        "data": {"trunk_id": answer.body["data"]["trunk_id"]},
    }
    assert TRUNK_ID.fullmatch(answer.body["data"]["trunk_id"])
    assert sandbox.standing().ids == {answer.body["data"]["trunk_id"]}


def test_list_answers_both_in_the_printed_order_and_shape(run: Any) -> None:
    twilio, exotel = (run(example).body["data"]["trunk_id"] for example in (TWILIO, EXOTEL))
    answer = run(LIST)
    assert answer.status == 200
    times = [one.pop("trunk_created_at") for one in answer.body["data"]]
    assert answer.body == {
        "success": True,
        "message": "SIP trunks retrieved successfully",
        "data": [
            {"trunk_id": twilio, "trunk_name": "Twilio Production", "trunk_type": "twilio"},
            {"trunk_id": exotel, "trunk_name": "Exotel India", "trunk_type": "exotel"},
        ],
    }
    assert all(TIME.fullmatch(time) for time in times)
    assert times == sorted(times)


def test_what_reaches_livekit_is_the_configuration_and_the_preset(run: Any, sandbox: SandboxServer) -> None:
    run(TWILIO)
    run(EXOTEL)
    twilio, exotel = sorted(sandbox.standing().outbound, key=lambda one: one.name, reverse=True)
    assert (twilio.address, twilio.auth_username, twilio.auth_password, list(twilio.numbers)) == (
        "example.pstn.twilio.com:5060",
        "ACxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "your_auth_token_here",
        ["+15550100000"],
    )
    assert (exotel.address, exotel.auth_username, list(exotel.numbers)) == (
        "pstn.in2.exotel.com:443",
        "",
        ["+918044319240"],
    )
    assert [trunk.numbers.count() for trunk in Trunk.objects.all()] == [1, 1]
