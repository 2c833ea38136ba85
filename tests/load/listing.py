"""A list of 50 among very many numbers, first page and deep page, against a bare view that sends the same SQL."""

import json
from urllib.parse import urlsplit

from django.db import connection

from accounts.choices import Scope
from accounts.models import Workspace
from accounts.services.keys import create_api_key
from accounts.services.workspaces import create_workspace
from telephony.models import LiveKitProject, PhoneNumber, Trunk
from telephony.services.trunks import create_trunk
from tests.load.replay import Bare, Recorder, Replay, identifiers
from tests.load.report import Line, interleaved, say
from tests.load.voxa import Voxa

PATH = "/v1/telephony/numbers"
LISTS = 20  # of each side a repeat
DEEP = 0.5  # how far into the list
DEEP_TARGET = 1.2


def fill(workspace: Workspace, numbers: int) -> None:
    """Insert many numbers of one trunk, past the services: only the reading is measured."""
    gateways = [{"ip_or_domain": "198.51.100.8", "port": 5060}]
    trunk: Trunk = create_trunk(workspace, {"name": "Many", "gateways": gateways})
    project = LiveKitProject.default()
    rows = (
        PhoneNumber(workspace=workspace, trunk=trunk, project=project, number=f"+44{number:09d}")
        for number in range(numbers)
    )
    PhoneNumber.objects.bulk_create(rows, batch_size=2000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def deep_path(voxa: Voxa, numbers: int) -> str:
    """Walk into the list as a client does; return the path of the next 50."""
    path = f"{PATH}?limit=200"
    for _ in range(int(numbers * DEEP / 200)):
        following = urlsplit(json.loads(voxa.get(path))["next"])
        path = f"{following.path}?{following.query}"
    return path.replace("limit=200", "limit=50")


def bare_of(voxa: Voxa, path: str) -> Bare:
    recorder = Recorder()
    with connection.execute_wrapper(recorder):
        voxa.get(path)
    return Bare(Replay(recorder.statements, identifiers(recorder.statements)))


def measure(numbers: int, repeats: int) -> list[Line]:
    """Time the first and the deep page, and the floor of each."""
    say(f"listing 50 of {numbers} numbers ...")
    workspace = create_workspace("Listing")
    fill(workspace, numbers)
    voxa = Voxa(create_api_key(workspace, "benchmark", [Scope.AGENTS_READ])[1])
    first, deep = f"{PATH}?limit=50", deep_path(voxa, numbers)
    assert len(json.loads(voxa.get(deep))["results"]) == 50

    def many(ask: object, *arguments: object) -> object:
        return lambda: [ask(*arguments) for _ in range(LISTS)]  # type: ignore[operator]

    first_floor, deep_floor = bare_of(voxa, first), bare_of(voxa, deep)
    works = [many(voxa.get, first), many(first_floor.ask, None), many(voxa.get, deep), many(deep_floor.ask, None)]
    times = [1000 * taken / LISTS for taken in interleaved(repeats, *works)]  # type: ignore[arg-type]
    a, a_floor, b, b_floor = times
    return [
        Line(
            "list, deep page to first page", b / a, f"<= {DEEP_TARGET}", b / a <= DEEP_TARGET, f"{b:.1f} ms, {a:.1f} ms"
        ),
        Line("list, first page to bare view", a / a_floor, "", True, f"{a:.1f} ms, bare view {a_floor:.1f} ms"),
        Line("list, deep page to bare view", b / b_floor, "", True, f"{b:.1f} ms, bare view {b_floor:.1f} ms"),
    ]
