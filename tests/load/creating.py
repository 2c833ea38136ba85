"""An authenticated create over the API, against a bare Django view that sends the same SQL."""

import json
from collections.abc import Callable
from itertools import count

from django.db import connection

from accounts.choices import Scope
from accounts.services.keys import create_api_key
from accounts.services.workspaces import create_workspace
from tests.load.orm import create_view
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
    key, text = create_api_key(workspace, "benchmark", [Scope.WORKSPACE_ADMIN])
    voxa = Voxa(text)
    voxa.post("/v1/telephony/trunks", body())
    first, second = recorded(voxa), recorded(voxa)
    bare = Bare(Replay(second, identifiers(first) & identifiers(second)))
    orm = Bare(create_view(key.identifier))

    def many(ask: Callable[[str], object]) -> Callable[[], object]:
        return lambda: [ask(body()) for _ in range(CREATES)]

    asks = (lambda text: voxa.post("/v1/telephony/trunks", text), bare.ask, orm.ask)
    mine, bottom, plain = interleaved(repeats, *(many(ask) for ask in asks))
    rate = f"{CREATES / mine:.0f}/s"
    sql = f"{rate}, a view sending the same {len(second)} statements ready-made {CREATES / bottom:.0f}/s"
    rows = f"{rate}, a view writing the same rows by the ORM {CREATES / plain:.0f}/s"
    return [
        Line("create, rate to bare SQL", bottom / mine, f">= {TARGET}", bottom / mine >= TARGET, sql),
        Line("create, rate to bare ORM", plain / mine, f">= {TARGET}", plain / mine >= TARGET, rows),
    ]
