"""The transfer-trunk and outbound-trunk dialects in front of the real server."""

from tests.live.installation import Api, Installation, new_name
from tests.live.process import wait_until


def test_a_transfer_trunk_is_an_outbound_trunk_until_it_is_deleted(acme_api: Api) -> None:
    name = new_name()
    body = {"name": name, "host": "pbx.example.com", "username": "myuser", "password": "mypassword"}
    made = acme_api.call("POST", "/sip-trunks", body, expect=201)
    acme_api.wait_active(made["id"])
    standing = acme_api.standing(made)
    assert [(one.address, one.auth_username, one.auth_password) for one in standing.outbound] == [
        ("pbx.example.com:5060", "myuser", "mypassword")
    ]
    assert (len(standing.inbound), len(standing.rules)) == (0, 0)
    acme_api.call("DELETE", f"/sip-trunks/{made['id']}", expect=204)
    acme_api.wait_gone(made)


def test_create_outbound_trunk_answers_the_id_that_stands_there(acme_api: Api, globex_api: Api, number: str) -> None:
    name = new_name()
    config = {"address": "example.pstn.twilio.com", "numbers": [number], "username": "AC", "password": "pw"}
    body = {"trunk_name": name, "trunk_type": "twilio", "trunk_config": config}
    trunk_id = acme_api.call("POST", "/sip/create-outbound-trunk", body)["data"]["trunk_id"]
    assert acme_api.livekit.standing().of(name).ids == {trunk_id}
    assert trunk_id in [one["trunk_id"] for one in acme_api.call("GET", "/sip/list")["data"]]
    assert globex_api.call("GET", "/sip/list")["data"] == []
    globex_api.call("GET", f"/v1/telephony/trunks/{trunk_id}", expect=404)
    refused = globex_api.call("POST", "/sip/create-outbound-trunk", body, expect=400)
    assert number in refused["message"]


def test_a_livekit_that_is_away_leaves_nothing(installation: Installation, acme_api: Api, number: str) -> None:
    name = new_name()
    body = {"trunk_name": name, "trunk_type": "exotel", "trunk_config": {"exotel_number": number}}
    installation.server.stop()
    answer = acme_api.call("POST", "/sip/create-outbound-trunk", body, expect=500)
    assert (answer["success"], answer["data"]) == (False, None)
    assert acme_api.call("GET", "/v1/telephony/numbers?number=" + number)["results"] == []
    installation.server.start()
    wait_until(lambda: _created(acme_api, body), "a trunk once LiveKit is back", 30, 0.5)
    assert len(acme_api.livekit.standing().of(name)) == 1


def _created(api: Api, body: object) -> bool:
    return api.http.post("/sip/create-outbound-trunk", json=body).status_code == 200
