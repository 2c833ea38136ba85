"""What axe-core finds wrong with a page, of the kinds that keep people out."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

_RUN = """(rules) => axe.run(document, {
    resultTypes: ["violations"], preload: false, rules: rules ? {} : {"target-size": {enabled: true}},
    ...(rules && {runOnly: {type: "rule", values: rules}}),
})"""
_THEME = """(dark) => { localStorage.setItem("adminTheme", JSON.stringify(dark ? "dark" : "light"));
    document.documentElement.classList.toggle("dark", dark); }"""


def findings(page: Page, rules: list[str] | None = None) -> set[str]:
    """Return the serious and critical findings of all rules, or of some: the rule, and the element."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
    found: dict[str, Any] = page.evaluate(_RUN, rules)
    return {
        f"{violation['id']}: {node['html'][:200]} ({node['any'][0]['message'] if node['any'] else ''})"
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    }


def set_theme(page: Page, *, dark: bool) -> None:
    """Show the page as in the dark or the light theme."""
    page.evaluate(_THEME, dark)
