"""The page template in Chromium: language and direction, the way in for a keyboard, paper, and both languages."""

import pytest
from playwright.sync_api import expect

from hamyar.server.look import look
from tests.browser.conftest import overflow, serious_faults

CELLS = [
    "# صفحه\n\nنوشته‌ای بلند که در عرض گوشی هم باید در صفحه بماند، با نشانی https://example.org/a/very/long/address/indeed",
    """
import ipywidgets
parts = [
    ipywidgets.Button(description="ثبت", button_style="primary", icon="check"),
    ipywidgets.Text(description="نام"), ipywidgets.Dropdown(description="وضع", options=["یک", "دو"]),
    ipywidgets.IntSlider(description="اگر", value=30), ipywidgets.Checkbox(description="دارد"),
]
ipywidgets.VBox(parts)
""",
    "from IPython.display import HTML\nHTML('<p class=tall style=\"height: 3000px\">بلند</p><p class=last>پایان</p>')",
]


@pytest.fixture(name="address", scope="module")
def _address(serve):
    return serve(CELLS)


def shown(page, address):
    page.goto(address)
    page.locator(".jupyter-button").wait_for()
    return page


@pytest.mark.parametrize("width", [390, 1280])
def test_right_to_left(new_page, address, width):
    """The page says its language, runs from right to left, fits its window and has no serious fault."""
    page = shown(new_page(width, 844), address)
    html = page.locator("html")

    assert (html.get_attribute("lang"), html.get_attribute("dir")) == ("fa", "rtl")
    heading = page.get_by_role("heading", name="صفحه")
    assert heading.evaluate("node => getComputedStyle(node).textAlign") == "start"
    assert heading.evaluate("node => getComputedStyle(node).direction") == "rtl"
    assert overflow(page) == []
    assert serious_faults(page) == []


def test_english(new_page, serve):
    """The same template says English from left to right when it is given English."""
    page = new_page()
    page.goto(serve(CELLS, language="en"))
    page.locator(".jupyter-button").wait_for()

    assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == ["en", "ltr"]
    assert page.locator(".skip-link").inner_text() == "Skip to the content"


def test_font_is_ours(new_page, address):
    """The words are drawn in the font that comes with the page."""
    page = shown(new_page(), address)

    assert page.evaluate("() => document.fonts.ready.then(() => document.fonts.check('16px Vazirmatn', 'گچپژ'))")
    loaded = "() => [...document.fonts].filter((one) => one.status === 'loaded').map((one) => one.family)"
    assert "Vazirmatn" in page.evaluate(loaded)


def test_skip_link(new_page, address):
    """The first press of Tab offers the way past everything to the content, and Enter goes there."""
    page = shown(new_page(), address)
    page.keyboard.press("Tab")
    link = page.locator(".skip-link")

    expect(link).to_be_focused()
    expect(link).to_have_text(look("fa")["words"]["Skip to the content"])
    expect(link).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator(":focus")).to_have_role("main")


def test_while_waiting(new_page, address):
    """Before the page is there it says so, in the page's language, to eyes and ears."""
    page = new_page()
    # Without Voilà's own script nothing ever takes the sentence away.
    page.route("**/voila.js", lambda route: route.abort())
    page.goto(address)
    status = page.get_by_role("status")

    expect(status).to_contain_text(look("fa")["words"]["The page is being prepared"])
    expect(page.locator("#loading_text")).to_have_text(
        look("fa")["words"]["Step {step} of {steps}"].replace("{step}", "۳").replace("{steps}", "۳")
    )


def test_paper(new_page, address):
    """Paper gets the whole page, not the window onto it, and no buttons."""
    page = shown(new_page(), address)
    page.emulate_media(media="print")

    assert page.locator(".last").bounding_box()["y"] > 3000
    assert page.evaluate("document.documentElement.scrollHeight") > 3000
    assert page.locator(".jupyter-button").is_hidden()


def test_slider_handle_is_on_its_track(new_page, address):
    """A slider at thirty of a hundred has its handle at three tenths of its track, and its label for a name."""
    page = shown(new_page(), address)
    expect(page.get_by_role("slider", name="اگر", exact=True)).to_have_count(1)
    track, handle = (page.locator(part).bounding_box() for part in (".noUi-base", ".noUi-handle"))

    assert abs(handle["x"] + handle["width"] / 2 - track["x"] - 0.3 * track["width"]) < 2


def test_icons_are_drawn(new_page, address):
    """The icon of a button has a picture of its own, from a font that came with the page."""
    page = shown(new_page(), address)
    family = page.locator(".jupyter-button i").evaluate("node => getComputedStyle(node).fontFamily").replace('"', "")

    assert "Awesome" in family
    page.evaluate("() => document.fonts.ready.then(() => null)")
    loaded = "() => [...document.fonts].filter((one) => one.status === 'loaded').map((one) => one.family)"
    assert family.split(",")[0] in [one.replace('"', "") for one in page.evaluate(loaded)]
