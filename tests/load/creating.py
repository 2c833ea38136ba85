"""An authenticated create over the API, against a bare Django view that sends the same SQL."""

import json
from itertools import count

from django.db import connection

from accounts.choices import Scope
from accounts.services.keys import create_api_key
from accounts.services.workspaces import create_workspace
from tests.load.replay import Bare, Recorder, Replay, Statement, identifiers
from tests.load.report import Line, interleaved, say
from tests.load.voxa import Voxa

CREATES = 100  # of each side a repeat
TARGET = 0.45
names = count(1)


def body() -> str:
    gateway = {"ipOrDomain": "198.51.100.7", "port": 5060, "protocol": "udp", "inbound": True, "outbound": True}
    return json.dumps(
        {"name": f"Recorded {next(names)}", "gateways": [gateway], "authUsername": "user", "authPassword": "password"}
    )


def recorded(voxa: Voxa) -> list[Statement]:
    recorder = Recorder()
    with connection.execute_wrapper(recorder):
        voxa.post("/v1/telephony/trunks", body())
    return recorder.statements


def measure(repeats: int) -> list[Line]:
    """Time both in turn in this process: no server or socket flatters the ratio."""
    say(f"creating {CREATES} trunks a repeat ...")
    workspace = create_workspace("Creating")
    voxa = Voxa(create_api_key(workspace, "benchmark", [Scope.WORKSPACE_ADMIN])[1])
    voxa.post("/v1/telephony/trunks", body())
    first, second = recorded(voxa), recorded(voxa)
    bare = Bare(Replay(second, identifiers(first) & identifiers(second)))
    bare.ask(body())

    def ours() -> None:
        for _ in range(CREATES):
            voxa.post("/v1/telephony/trunks", body())

    def floor() -> None:
        for _ in range(CREATES):
            bare.ask(body())

    mine, bottom = interleaved(repeats, ours, floor)
    detail = f"{CREATES / mine:.0f}/s, bare view {CREATES / bottom:.0f}/s, {len(second)} statements"
    return [Line("create, rate", bottom / mine, f">= {TARGET}", bottom / mine >= TARGET, detail)]
