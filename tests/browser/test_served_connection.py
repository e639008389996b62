"""A served page that loses its server: what the home page says, what it still does, and that the form says it once."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from hamyar.faces.addresses import PAGES
from hamyar.faces.widgets.connection import Connection
from hamyar.faces.widgets.field import page_part
from hamyar.server.kernels import PageKernels
from tests.browser.conftest import overflow, serious_faults
from tests.browser.served_centre import PAGE_MS, ServedCentre, end_kernel, served_centre

TEXTS = Connection(language="fa").get_state()["_texts"]
# The pages on which something asks the kernel; everything on the others is there when they are.
ASKING = ("home", "family")
CONTROLS = "#rendered_cells :is(input, select, textarea, button)"
# The page looks once in a second.
LOOKED_MS = 2_500


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedCentre]:
    with served_centre(tmp_path_factory.mktemp("served_connection")) as made:
        yield made


def bar(page: Page) -> Locator:
    return page.locator(".hamyar-lost")


def rows(page: Page) -> Locator:
    return page.locator(".hamyar-finder tbody tr")


def home_of(centre: ServedCentre, page: Page) -> Page:
    """A helper's home page with its search alive."""
    centre.sign_in(page, "helper1")
    page.get_by_role("searchbox").wait_for(timeout=PAGE_MS)
    expect(rows(page)).not_to_have_count(0)
    expect(bar(page)).to_have_count(1)
    return page


def search(page: Page, typed: str) -> None:
    page.get_by_role("searchbox").fill(typed)
    page.get_by_role("searchbox").press("Enter")


@pytest.mark.parametrize(
    ("kernel", "is_online", "known"),
    [
        (None, True, "here"),
        (None, False, "here"),
        ({"status": "idle", "connectionStatus": "connected"}, True, "here"),
        ({"status": "idle", "connectionStatus": "connected"}, False, "away"),
        ({"status": "unknown", "connectionStatus": "connecting"}, True, "away"),
        ({"status": "idle", "connectionStatus": "disconnected"}, True, "gone"),
        ({"status": "dead", "connectionStatus": "connected"}, True, "gone"),
        ({"isDisposed": True, "status": "idle", "connectionStatus": "connected"}, False, "gone"),
    ],
)
def test_what_is_known(new_page: Callable[..., Page], kernel: dict[str, object] | None, is_online: bool, known: str):
    """Without a kernel there is nothing to lose; else the page tells what may pass from what is for good."""
    source = page_part("connection", "js", "watching").replace("export default", "const unused =")
    script = source.replace("export ", "") + "; ([kernel, isOnline]) => connection(kernel, isOnline)"

    assert known == new_page().evaluate(script, [kernel, is_online])


class TestHome:
    def test_connected(self, centre: ServedCentre, new_page: Callable[..., Page]):
        """While the page is connected it says nothing of it and takes no room for it."""
        page = home_of(centre, new_page())
        page.wait_for_timeout(LOOKED_MS)

        expect(bar(page)).to_be_empty()
        expect(bar(page)).to_be_hidden()

    @pytest.mark.parametrize("width", [1280, 390])
    def test_kernel_gone(self, centre: ServedCentre, new_page: Callable[..., Page], width: int):
        """When its kernel has ended the page says so wherever it is read, and without a serious fault."""
        page = home_of(centre, new_page(width=width, height=844))
        end_kernel(page)

        expect(page.get_by_role("alert").filter(visible=True)).to_contain_text(TEXTS["gone"])
        for place in (0, 1_000_000):
            page.evaluate("(place) => scrollTo(0, place)", place)
            expect(bar(page)).to_be_in_viewport(ratio=1)
        assert (serious_faults(page), overflow(page)) == ([], [])

    def test_shut(self, centre: ServedCentre, new_page: Callable[..., Page]):
        """When its kernel has ended nothing can be typed into the search any more, and the list stays."""
        page = home_of(centre, new_page())
        families = rows(page).count()
        end_kernel(page)

        expect(page.get_by_role("searchbox")).not_to_be_editable()
        expect(rows(page)).to_have_count(families)

    def test_loaded_again(self, centre: ServedCentre, new_page: Callable[..., Page]):
        """The button of the bar loads the page again, and its search finds again."""
        page = home_of(centre, new_page())
        end_kernel(page)
        bar(page).get_by_role("button", name=TEXTS["again"], exact=True).click()
        expect(bar(page)).to_be_empty(timeout=PAGE_MS)
        page.get_by_role("searchbox").wait_for(timeout=PAGE_MS)
        search(page, "nobody at all")

        expect(rows(page)).to_have_count(0)

    def test_net_away(self, centre: ServedCentre, new_page: Callable[..., Page]):
        """Without a net the page says that it waits, and says nothing once there is a net again."""
        page = home_of(centre, new_page(width=390, height=844))
        page.context.set_offline(True)
        expect(bar(page)).to_have_text(TEXTS["away"])
        expect(bar(page)).to_be_in_viewport(ratio=1)
        page.context.set_offline(False)

        expect(bar(page)).to_be_empty()

    def test_what_waited(self, centre: ServedCentre, new_page: Callable[..., Page]):
        """What is searched for without a net is answered when there is one again, as the bar promises."""
        page = home_of(centre, new_page())
        page.context.set_offline(True)
        expect(bar(page)).to_have_text(TEXTS["away"])
        search(page, "nobody at all")
        page.wait_for_timeout(LOOKED_MS)
        expect(rows(page)).not_to_have_count(0)
        page.context.set_offline(False)

        expect(rows(page)).to_have_count(0, timeout=PAGE_MS)


def test_form_says_it_once(centre: ServedCentre, new_page: Callable[..., Page]):
    """The form tells of a lost kernel in its panel and nowhere else."""
    page = new_page()
    page.set_default_timeout(PAGE_MS)
    centre.open_family(centre.sign_in(page, "helper1"), centre.families_of("helper1")[0])
    end_kernel(page)
    expect(page.locator(".hamyar-panel").locator(bar(page))).to_have_text(re.compile(r"\S"))

    expect(bar(page)).to_have_count(1)


@pytest.mark.parametrize("slug", PAGES)
def test_every_page(centre: ServedCentre, new_page: Callable[..., Page], slug: str):
    """A page on which something asks the kernel is watched over, once; on the others nothing does, and nobody is."""
    page = centre.sign_in(new_page(), "manager" if PAGES[slug].action == "read_centre" else "helper1")
    family = centre.families_of("helper1")[0]
    page.goto(f"{centre.url}{slug}?family={family}" if "family" in PAGES[slug].takes else f"{centre.url}{slug}")
    page.locator(".provenance").first.wait_for(timeout=PAGE_MS)
    if slug in ASKING:
        page.locator(CONTROLS).first.wait_for(state="attached", timeout=PAGE_MS)
    page.wait_for_timeout(LOOKED_MS)

    assert (slug in ASKING, int(slug in ASKING)) == (page.locator(CONTROLS).count() > 0, bar(page).count())


@pytest.mark.parametrize("tells", ["early", "late"])
def test_from_page_to_page(centre: ServedCentre, new_page: Callable[..., Page], tells: str):
    """Who goes on as soon as a page is there leaves no kernel behind, so there is always room for the next."""
    page = new_page()
    if tells == "late":
        # As some telephones: nothing is told before the next page is asked for.
        page.add_init_script("addEventListener('beforeunload', (event) => event.stopImmediatePropagation(), true)")
    centre.sign_in(page, "helper2")
    answered = [page.goto(f"{centre.url}home") for _ in range(10)]

    assert {answer.status for answer in answered if answer is not None} == {200}


def test_going_on_with_every_place_taken(centre: ServedCentre, new_page: Callable[..., Page]):
    """Who has as many pages open as may be can go on in each of them, and open no other."""
    # Nobody else's test is signed in as this one.
    page = centre.sign_in(new_page(), "supervisor")
    page.goto(f"{centre.url}home")
    for _ in range(PageKernels.most_of_user.default_value - 1):
        page.context.new_page().goto(f"{centre.url}home")
    for each in page.context.pages:
        expect(bar(each)).to_have_count(1, timeout=PAGE_MS)
    one_more = page.context.new_page().goto(f"{centre.url}home")
    went_on = page.goto(f"{centre.url}centre")

    assert one_more is not None
    assert went_on is not None
    assert (one_more.status, went_on.status) == (503, 200)
