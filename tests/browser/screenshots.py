"""`make screenshots`: a picture of every admin page, light and dark, in var/screenshots. No test of the suite."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from accounts.models import User, Workspace
from tests.admin.rows import furnish
from tests.browser.axe import set_theme
from tests.browser.conftest import SignIn, chromium, livekit, page, sign_in, superuser
from tests.browser.test_pages import pages

__all__ = ["chromium", "livekit", "page", "sign_in", "superuser"]
FOLDER = Path("var/screenshots")
SETTLED = 300  # milliseconds for charts and fragments

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]


def named(url: str, rows: dict[str, str]) -> str:
    """Return a file name that stays the same from run to run: ids become `row`."""
    words = ["row" if word in rows else word for word in url.strip("/").split("/")]
    return "-".join(words)


def test_every_page_is_pictured(acme: Workspace, superuser: User, sign_in: SignIn, page: Page) -> None:
    rows = furnish(acme)
    ids = {str(getattr(row, "pk", "")): kind for kind, row in rows.items()}
    FOLDER.mkdir(parents=True, exist_ok=True)
    sign_in(superuser)
    for url in pages(rows):
        page.goto(url)
        page.wait_for_timeout(SETTLED)
        for theme in ("light", "dark"):
            set_theme(page, dark=theme == "dark")
            page.screenshot(path=FOLDER / f"{named(url, ids)}-{theme}.png", full_page=True)
        set_theme(page, dark=False)
