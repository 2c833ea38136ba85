"""Wrong requests over a real socket get the answer that says what is wrong."""

from typing import Any

import httpx
import pytest

from tests.live.installation import TRUNKS, Api, Installation

pytestmark = pytest.mark.live
GOOD = {"name": "Carrier", "gateways": [{"ipOrDomain": "198.51.100.7"}]}


def error(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text[:500]
    found: dict[str, Any] = answer.json()["error"]
    assert found["status"] == status
    assert found["code"]
    assert found["message"]
    return found


def test_every_wrong_field_is_named_in_one_answer(acme_api: Api) -> None:
    gateway = {"ipOrDomain": "no host!", "port": 70000, "netmask": 4, "protocol": "sctp", "priority": -1}
    body = {"gateways": [gateway], "authUsername": "only-half", "techPrefix": "abc!", "mediaEncryption": "perhaps"}
    details = error(acme_api.http.post(TRUNKS, json=body), 400)["details"]
    named = {detail["field"] for detail in details}
    assert named >= {
        "name",
        "authPassword",
        "techPrefix",
        "mediaEncryption",
        *(f"gateways[0].{field}" for field in gateway),
    }
    assert all(detail["message"] for detail in details)


@pytest.mark.parametrize("body", [b"{", b"", b"[]", b'"text"', b"\xff\xfe", b'{"name": NaN}'])
def test_wrong_json_is_400(acme_api: Api, body: bytes) -> None:
    error(acme_api.http.post(TRUNKS, content=body, headers={"Content-Type": "application/json"}), 400)


def test_ten_megabytes_are_413(acme_api: Api) -> None:
    body = b'{"name": "' + b"x" * 10_000_000 + b'"}'
    error(acme_api.http.post(TRUNKS, content=body, headers={"Content-Type": "application/json"}), 413)


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE", "POST"])
def test_anothers_trunk_is_404(acme_api: Api, globex_api: Api, method: str) -> None:
    trunk = acme_api.create_trunk()
    path = f"{TRUNKS}/{trunk['id']}" + ("/provision" if method == "POST" else "")
    error(globex_api.http.request(method, path, json={"name": "Mine"}), 404)
    assert acme_api.trunk(trunk["id"])["name"] == trunk["name"]


def test_a_weaker_scope_is_403(installation: Installation, acme_api: Api) -> None:
    reader = Api(installation, acme_api.workspace, installation.key(acme_api.workspace, "agents:read"))
    reader.call("GET", TRUNKS)
    error(reader.http.post(TRUNKS, json=GOOD), 403)
    trunk = acme_api.create_trunk()
    error(reader.http.request("DELETE", f"{TRUNKS}/{trunk['id']}"), 403)
    acme_api.trunk(trunk["id"])


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer vx_live_nothing", "Basic dTpw"])
def test_no_valid_key_is_401(acme_api: Api, authorization: str) -> None:
    answer = acme_api.http.post(TRUNKS, json=GOOD, headers={"Authorization": authorization})
    error(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_revoked_key_is_401_from_then_on(installation: Installation, acme_api: Api) -> None:
    text = installation.key(acme_api.workspace, "workspace:admin")
    key = Api(installation, acme_api.workspace, text)
    key.call("GET", TRUNKS)
    code = "from accounts.services.keys import find_api_key, revoke; import sys; revoke(find_api_key(sys.stdin.read()))"
    installation.manage("shell", "-v0", "-c", code, stdin=text)
    error(key.http.get(TRUNKS), 401)
