"""An agent in a real call answers a question from a file that was uploaded."""

from collections.abc import Callable

import pytest

from tests.live.agent.caller import until
from tests.live.agent.conftest import Stage
from tests.live.agent.models import Models

pytestmark = pytest.mark.live
VISITS = "# Visits\n\n## Opening hours\n\nWe are open from nine to five.\n\n## Pets\n\nEvery dog is welcome.\n"
OPEN = "We are open from nine to five."


async def test_a_question_is_answered_from_a_file_and_the_transcript_names_it(
    stage: Stage, models: Models, reception: Callable[..., str]
) -> None:
    number = reception()
    agent = stage.api.call("GET", "/v1/agents")["results"][0]["id"]
    file, about = {"file": ("visits.md", VISITS)}, {"name": "Leaflet", "agentIds": agent}
    added = stage.api.http.post("/v1/knowledge", files=file, data=about)
    assert added.status_code == 201, added.text
    source = f"/v1/knowledge/{added.json()['id']}"
    await until(lambda: stage.api.call("GET", source)["status"] == "ready", "the file is read", 30)
    models.hears = ["When can I come by?"]
    models.answers = lambda said: ""
    models.uses = lambda said: ("search_knowledge", {"question": said}) if "come by" in said else None
    models.concludes = lambda result: OPEN if OPEN in result else "I do not know."
    async with stage.caller(number) as caller:
        await caller.hears_the_end()
        said = await caller.say("When can I come by?")
        await caller.hears_something(after=said)
        await caller.hears_the_end()
        talked = stage.call_in(caller.room_name)
        await until(lambda: len(stage.read(talked)["transcript"]) > 2, "both sides are reported")
    call = stage.ended(caller.room_name)
    assert models.spoken[1:] == [OPEN]
    events = stage.api.call("GET", f"/v1/calls/{call['id']}/events")["results"]
    (searched,) = [event["data"] for event in events if event["type"] == "knowledge.searched"]
    assert (searched["searchedBy"], searched["sources"]) == ("meaning", ["Leaflet: Visits"])
    *_, answered = stage.transcript(call)["transcript"]
    assert (answered["speaker"], answered["sources"]) == ("agent", searched["sources"])
