"""A person talks to an agent from its page: a real browser, a microphone that plays a file, the real server."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.conftest import CHROMIUM, FLAGS
from tests.live.agent.conftest import Stage
from tests.live.agent.models import Models
from tests.live.agent.realtime import Realtime
from tests.live.agent.speech import RATE, as_wav, speech
from tests.live.fixtures import unavailable
from tests.live.process import wait_until

pytestmark = pytest.mark.live
EMAIL, PASSWORD = "tester@voxa.example", "a long password"
SOON = 30_000  # ms
QUIET = bytes(2 * RATE)  # a second

Talk = Callable[[str], Page]


@pytest.fixture(scope="module")
def account(stage: Stage) -> None:
    made = f"from accounts.models import User; User.objects.create_superuser({EMAIL!r}, {PASSWORD!r})"
    stage.installation.manage("shell", "-c", made)


@pytest.fixture
def talk(stage: Stage, account: None, tmp_path: Path) -> Iterator[Talk]:
    """`talk(agent)` signs in, goes to the agent's page and from there to the page of test conversations."""
    if not Path(CHROMIUM).exists():
        unavailable("chromium is not installed (apt-get install chromium)")
    said = tmp_path / "said.wav"
    said.write_bytes(as_wav(6 * QUIET + speech("Are you open today?") + 30 * QUIET))
    flags = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    flags.append(f"--use-file-for-fake-audio-capture={said}%noloop")
    flags.append("--autoplay-policy=no-user-gesture-required")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *flags])
        page = browser.new_context(base_url=stage.installation.url).new_page()
        raised: list[str] = []
        page.on("pageerror", lambda error: raised.append(str(error)))
        page.on("console", lambda line: raised.append(line.text) if "Content Security Policy" in line.text else None)

        def go(agent: str) -> Page:
            page.goto(f"/admin/telephony/agent/{agent}/change/")
            page.get_by_label("Email address").fill(EMAIL)
            page.get_by_label("Password", exact=False).fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            page.get_by_role("link", name="Talk to it").click()
            page.wait_for_url("**/talk/")
            return page

        yield go
        browser.close()
    assert raised == []


def last_test(stage: Stage, agent: str) -> dict[str, Any]:
    """Wait until the agent's last test conversation is over, and give it."""

    def read() -> dict[str, Any]:
        found: dict[str, Any] = stage.api.call("GET", f"/v1/agents/{agent}/test-sessions")["results"][0]
        return found

    wait_until(lambda: read()["status"] == "ended", "the test ends", every=0.2)
    return read()


def calls(stage: Stage) -> list[str]:
    return [call["id"] for call in stage.api.call("GET", "/v1/calls")["results"]]


def test_a_conversation_by_microphone_has_both_sides(stage: Stage, models: Models, talk: Talk) -> None:
    models.hears, models.answers = ["Are you open today?"], lambda said: "We are open until six."
    pipeline = {"aiProvider": "pipeline", "providerKey": models.key, "baseUrl": models.url}
    agent = stage.agent(greeting="Acme, good morning!", **pipeline)
    before = calls(stage)
    page = talk(agent)
    page.get_by_role("button", name="Start with microphone").press("Enter")
    log = page.get_by_role("log")
    expect(log).to_contain_text("Acme, good morning!", timeout=SOON)
    expect(page.get_by_role("status").filter(has_text="The agent is listening")).to_be_visible()
    expect(log).to_contain_text("Are you open today?", timeout=SOON)
    expect(log).to_contain_text("We are open until six.", timeout=SOON)
    expect(log.locator("li.vx-talk-agent").last).to_contain_text("answered after")
    page.get_by_role("button", name="End conversation").press("Enter")
    expect(page.locator("#vx-talk-status")).to_contain_text("Ended.")
    expect(page.get_by_role("button", name="Start with microphone")).to_be_focused()
    told = last_test(stage, agent)
    assert [(turn["speaker"], turn["text"].strip()) for turn in told["transcript"]] == [
        ("agent", "Acme, good morning!"),
        ("caller", "Are you open today?"),
        ("agent", "We are open until six."),
    ]
    assert told["transcript"][-1]["latencySeconds"] > 0
    assert calls(stage) == before


def test_a_conversation_in_writing_shows_tools_with_their_answers(stage: Stage, models: Models, talk: Talk) -> None:
    models.uses = lambda said: ("transfer_call", {"to": "sales"}) if "prices" in said else None
    models.concludes = lambda result: "I would transfer you now."
    pipeline = {"aiProvider": "pipeline", "providerKey": models.key, "baseUrl": models.url}
    target = {"name": "sales", "to": "+12025550142", "mode": "cold", "description": "Prices"}
    page = talk(agent := stage.agent(greeting="Hello!", transfers=[target], **pipeline))
    page.get_by_role("button", name="Start in writing").click()
    expect(page.get_by_role("log")).to_contain_text("Hello!", timeout=SOON)
    page.get_by_label("Message to the agent").fill("What are your prices?")
    page.keyboard.press("Enter")
    log = page.get_by_role("log")
    expect(log).to_contain_text("Tool transfer_call", timeout=SOON)
    expect(log).to_contain_text("This is a test without a phone")
    expect(log).to_contain_text("I would transfer you now.", timeout=SOON)
    page.close()
    told = last_test(stage, agent)
    assert "What are your prices?" in [turn["text"] for turn in told["transcript"] if turn["speaker"] == "caller"]


def test_a_realtime_agent_reads_too(stage: Stage, realtime: Realtime, talk: Talk) -> None:
    page = talk(stage.agent(greeting="Hello!", providerKey="sk-test", baseUrl=realtime.url))
    page.get_by_role("button", name="Start in writing").click()
    expect(page.locator("#vx-talk-status")).to_contain_text("Write below", timeout=SOON)
    page.get_by_label("Message to the agent").fill("Are you open?")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("log").locator("li.vx-talk-caller")).to_contain_text("Are you open?", timeout=SOON)
    page.get_by_role("button", name="End conversation").click()
