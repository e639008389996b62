"""The pages of signing in, in a real Chromium: by keyboard, on a phone, without scripts, and for every eye and ear."""

from functools import partial
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from hamyar.server.identity import AccountsIdentity
from tests.browser.conftest import serious_faults
from tests.server.site import OTHER, PASSWORD, new_serving, running

PHONE, DESK = 390, 1280


@pytest.fixture(name="site", params=["fa", "en"])
def _site(request, tmp_path):
    """The pages in one language."""
    make = partial(AccountsIdentity, new_serving(tmp_path, request.param, is_synthetic=True))
    with running(make) as site:
        yield site


def typed(page, username, password):
    """Fill in the form by keyboard alone, from where the page puts the cursor."""
    page.locator("#username:focus").wait_for()
    page.keyboard.type(username)
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def enter(page, site):
    page.goto(f"{site.url}password")
    typed(page, "sara", PASSWORD)


def is_too_wide(page):
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


@pytest.mark.parametrize("width", [DESK, PHONE])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_can_be_read(site, new_page, width, scheme):
    """No serious fault for axe, and nothing wider than the window: the form, its error, the account, signing out."""
    page = new_page(width, color_scheme=scheme)
    found = {}

    def look(name):
        found[name] = (serious_faults(page), is_too_wide(page))

    page.goto(f"{site.url}sign-in")
    look("form")
    typed(page, "sara", OTHER)
    look("error")
    page.locator("#password").fill(PASSWORD)
    with page.expect_navigation():
        page.locator("button").click()
    page.goto(f"{site.url}password")
    look("account")
    page.locator("#old").fill(OTHER)
    page.locator("#new").fill(OTHER)
    page.locator("#again").fill(OTHER)
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]")
    look("account with an error")
    page.goto(f"{site.url}sign-out")
    look("sign out")

    assert found == dict.fromkeys(["form", "error", "account", "account with an error", "sign out"], ([], False))


@pytest.mark.parametrize("has_scripts", [True, False])
def test_by_keyboard_alone(site, new_page, has_scripts):
    """The cursor stands where to type; two fields and Enter lead to the page that was asked for, scripts or not."""
    page = new_page(PHONE, java_script_enabled=has_scripts)
    page.goto(f"{site.url}family?family=F-1")
    typed(page, "sara", PASSWORD)

    assert page.url == f"{site.url}family?family=F-1"
    assert page.locator("body").inner_text().startswith("sara helper")


def test_an_error_is_told_with_its_fields(site, new_page):
    """An alert says it, both fields name it, the name is kept and the cursor is at the password."""
    page = new_page()
    page.goto(f"{site.url}sign-in")
    typed(page, "sara", OTHER)
    described = [page.locator(f"#{name}").get_attribute("aria-describedby") for name in ("username", "password")]

    assert page.locator("#error[role=alert]").count() == 1
    assert described == ["error", "error"]
    expect(page.locator("#password")).to_be_focused()
    assert [page.locator(f"#{name}").input_value() for name in ("username", "password")] == ["sara", ""]


def test_every_field_has_its_label(site, new_page):
    """What a screen reader calls a field is what stands above it; a password manager knows what each is for."""
    page = new_page()
    enter(page, site)
    fields = page.locator("main input:not([type=hidden]):not([hidden])")
    named = [field.evaluate("node => node.labels[0].innerText.trim()") for field in fields.all()]

    assert (len(named), len(set(named)), "" in named) == (3, 3, False)
    assert [field.get_attribute("autocomplete") for field in fields.all()] == [
        "current-password",
        "new-password",
        "new-password",
    ]


def test_look_and_direction(site, new_page):
    """The page runs in its language's direction, in the one font, with targets that a finger hits."""
    page = new_page(PHONE)
    page.goto(f"{site.url}sign-in")
    page.evaluate("document.fonts.ready.then(() => null)")
    direction = {"fa": "rtl", "en": "ltr"}[site.serving.language]
    heights = [box.bounding_box()["height"] for box in page.locator("main input:not([type=hidden]), button").all()]

    assert page.evaluate("getComputedStyle(document.body).direction") == direction
    assert page.evaluate("document.fonts.check('16px Vazirmatn')")
    assert page.evaluate("[...document.fonts].filter(font => font.status === 'loaded').length") >= 1
    assert (len(heights), min(heights) >= 44) == (3, True)


def test_no_request_leaves_the_machine(site, new_page):
    """All that the browser asks for is this server's, and the strict policy stops nothing of it."""
    page = new_page()
    asked, said, missing = [], [], []
    page.on("request", lambda request: asked.append(urlsplit(request.url)))
    page.on("console", lambda line: said.append(line.text))
    page.on("response", lambda answer: missing.append(answer.url) if answer.status >= 400 else None)
    enter(page, site)
    page.goto(f"{site.url}sign-out")
    page.evaluate("document.fonts.ready.then(() => null)")

    assert {address.netloc for address in asked if address.scheme != "data"} == {f"127.0.0.1:{site.port}"}
    assert {"/sign-in/sign_in.css", "/sign-in/Vazirmatn-Regular.woff2"} <= {address.path for address in asked}
    # A browser that does not know a feature says so; that stops nothing.
    assert ([line for line in said if "Unrecognized feature" not in line], missing) == ([], [])


def test_no_script_runs(site, new_page):
    """A script that got into the page would not run, and the browser says that it was stopped."""
    page = new_page()
    page.goto(f"{site.url}sign-in")
    with page.expect_console_message() as said:
        page.evaluate(
            """() => { const script = document.createElement("script"); script.textContent = "window.ran = true";
                       document.body.append(script); }"""
        )

    assert "Content Security Policy" in said.value.text
    assert page.evaluate("window.ran") is None


def test_a_link_in_a_message(site, new_page):
    """Who is signed in and comes by a link on another site is not asked for the password again."""
    page = new_page()
    enter(page, site)
    page.route(
        "http://elsewhere.example/",
        lambda route: route.fulfill(body=f"<a href='{site.url}home'>x</a>", content_type="text/html"),
    )
    page.goto("http://elsewhere.example/")
    page.locator("a").click()
    page.wait_for_url(f"{site.url}home")

    assert page.locator("body").inner_text() == "sara helper /home"


def test_the_cookie_is_not_for_scripts(site, new_page):
    """What a page's script can read does not sign anybody in."""
    page = new_page()
    enter(page, site)
    kept = {cookie["name"]: cookie for cookie in page.context.cookies()}
    seen = page.evaluate("document.cookie")

    assert kept[f"hamyar-{site.port}"]["httpOnly"]
    assert kept[f"hamyar-{site.port}"]["sameSite"] == "Strict"
    assert kept[f"hamyar-{site.port}"]["value"] not in seen


def test_sign_out_and_back(site, new_page):
    """After signing out neither a click nor the way back shows a page of the account."""
    page = new_page()
    enter(page, site)
    page.goto(f"{site.url}sign-out")
    page.locator("main button").click()
    page.wait_for_url(f"{site.url}sign-in?said=sign-out")
    told = page.locator("[role=status]").count()
    page.go_back()
    page.goto(f"{site.url}home")

    assert told == 1
    assert page.url == f"{site.url}sign-in?next=%2Fhome"
