"""A real browser on the admin, with the sandbox as LiveKit."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests.live.fixtures import unavailable
from tests.sandbox import SandboxServer

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

SignIn = Callable[[User], Page]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's chromium, one for a file: while it runs, no other event loop could."""
    if not Path(CHROMIUM).exists():
        unavailable("chromium is not installed (apt-get install chromium)")
    with pytest.MonkeyPatch.context() as patch:
        # Playwright's loop runs in the thread of the test, where Django would refuse its ORM.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            yield browser
            browser.close()


@pytest.fixture
def livekit(settings: Any, sandbox: SandboxServer) -> SandboxServer:
    """The sandbox, as the environment's LiveKit."""
    settings.LIVEKIT_URL = sandbox.url
    settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET = sandbox.key, sandbox.secret
    settings.PROVISION_WAIT_SECONDS = 3.0
    return sandbox


@pytest.fixture
def page(chromium: Browser, live_server: LiveServer, livekit: SandboxServer) -> Iterator[Page]:
    """A fresh browser window; the test fails if a page of ours raised an error in it."""
    context = chromium.new_context(base_url=live_server.url, viewport={"width": 1400, "height": 1000})
    context.set_default_timeout(15_000)
    window = context.new_page()
    raised: list[str] = []
    window.on("pageerror", lambda error: raised.append(str(error)))
    yield window
    context.close()
    assert raised == []


@pytest.fixture
def superuser(db: None) -> User:
    return User.objects.create_superuser("root@voxa.example", "a long password")


@pytest.fixture
def sign_in(page: Page) -> SignIn:
    """`sign_in(user)` signs in as a person would, and gives the window."""

    def go(user: User) -> Page:
        page.goto("/admin/")
        page.get_by_label("Email address").fill(user.email)
        page.get_by_label("Password", exact=False).fill("a long password")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/admin/")
        return page

    return go
