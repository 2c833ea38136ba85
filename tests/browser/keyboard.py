"""Keys instead of a mouse."""

from playwright.sync_api import Locator, Page, expect

FURTHEST = 120  # presses of Tab to any control of a page
UNMARKED = """(one) => {
    const style = getComputedStyle(one);
    return style.outlineStyle === "none" && style.boxShadow === "none" && !one.closest(":has(> :focus-visible)");
}"""


def tab_to(page: Page, control: Locator) -> None:
    """Press Tab until a control has the focus, and expect it to show so."""
    expect(control).to_be_visible()
    for _ in range(FURTHEST):
        page.keyboard.press("Tab")
        if control.evaluate("(one) => one === document.activeElement"):
            expect(control).to_be_in_viewport()
            assert not control.evaluate(UNMARKED), f"the focus does not show on {control}"
            return
    raise AssertionError(f"Tab does not reach {control}")


def pick(page: Page, field: str, words: str) -> None:
    """Pick from a select that searches as one types."""
    tab_to(page, page.locator(f"#{field} + .select2 .select2-selection"))
    page.keyboard.press("Enter")
    page.keyboard.type(words)
    expect(page.locator(".select2-results__option--highlighted")).to_contain_text(words)
    page.keyboard.press("Enter")
