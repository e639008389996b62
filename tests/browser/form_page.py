"""The family's form in a browser, as the tests find their way in it, however it is served."""

import re

from playwright.sync_api import Locator, Page, expect

from hamyar.faces.form.inputs import place_of


class Section:
    """One part of the form that opens and shuts; a part found within it is nobody else's."""

    def __init__(self, page: Page, box: Locator) -> None:
        self.page = page
        self.box = box
        self.button = box.locator(".hamyar-disclosure button").first
        self.body = box.locator("xpath=./*[contains(@class, 'hamyar-form-body')]")

    def open(self) -> "Section":
        """Open it from the keyboard."""
        self._turn("true")
        # The button turns at once in the browser; what it opens follows when the kernel has answered.
        expect(self.body).to_be_visible()
        expect(self.body).to_have_text(re.compile(r"\S"))
        return self

    def shut(self) -> None:
        self._turn("false")
        expect(self.body).to_be_hidden()

    def _turn(self, expanded: str) -> None:
        self.button.focus()
        if self.button.get_attribute("aria-expanded") != expanded:
            self.page.keyboard.press("Enter")
        expect(self.button).to_have_attribute("aria-expanded", expanded)

    def part(self, index: int) -> "Section":
        """One of the sections within this one."""
        return Section(self.page, self.body.locator(".hamyar-form-section").nth(index))


def sections(page: Page, count: int) -> list[Section]:
    """All that stand side by side, once there are so many."""
    boxes = page.locator(".hamyar-form-main > .hamyar-form-section")
    expect(boxes).to_have_count(count)
    return [Section(page, box) for box in boxes.all()]


def section(page: Page, title: str) -> Section:
    """The one whose title, in the language of the page, begins so."""
    titled = page.locator("h2.hamyar-disclosure button").filter(has_text=re.compile(rf"^\s*{re.escape(title)}"))
    return Section(page, page.locator(".hamyar-form-main > .hamyar-form-section").filter(has=titled))


def field(page: Page, field_id: str) -> Locator:
    return page.locator(f".{place_of(field_id)} :is(input, select, textarea)").first
