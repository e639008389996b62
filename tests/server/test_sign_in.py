"""Signing in, signing out and changing the password, over HTTP."""

import re
import statistics
import time
from functools import partial
from urllib.parse import quote

import pytest
from argon2 import PasswordHasher
from markupsafe import escape

from hamyar.faces.addresses import PAGES
from hamyar.server.identity import AccountsIdentity
from hamyar.server.rate import Rate
from hamyar.server.sign_in import POLICY, first_page, own_address
from hamyar.store.access import ROLES, Access, User
from tests.server.site import OTHER, PASSWORD, form_of, new_serving, running, sign_in

WRONG = "The name or the password is not right."


@pytest.fixture(name="site")
def _site(tmp_path):
    with running(lambda: AccountsIdentity(new_serving(tmp_path))) as site:
        yield site


@pytest.fixture(name="browser")
def _browser(site):
    with site.browser() as browser:
        yield browser


def error_of(answer):
    """The sentence of the error on a page."""
    found = re.search(r'role="alert">([^<]*)<', answer.text)
    return found and found[1]


def notice_of(answer):
    found = re.search(r'role="status">([^<]*)<', answer.text)
    return found and found[1]


class TestSignIn:
    def test_the_way_in(self, browser):
        """A page sends a stranger to the form and after it to where the stranger wanted to go."""
        sent = browser.get("family?family=F-1&month=1405-08")
        form = browser.get(sent.headers["Location"])
        entered = browser.post("sign-in", data={**form_of(form), "username": "sara", "password": PASSWORD})

        assert (sent.status_code, form.status_code, entered.status_code) == (302, 200, 303)
        assert entered.headers["Location"] == "/family?family=F-1&month=1405-08"
        assert browser.get(entered.headers["Location"]).text == "sara helper /family?family=F-1&month=1405-08"

    def test_however_it_is_typed(self, browser):
        """What a telephone's keyboard or a terminal makes of name and password signs in all the same."""
        assert sign_in(browser, " \u2068SARA\u2069 ", PASSWORD.replace("۷", "7")).status_code == 303

    @pytest.mark.parametrize("username", ["sara", "nobody", "nima", "سارا", "<b>sara</b>", ""])
    def test_a_wrong_password_says_the_same_for_every_name(self, browser, username):
        """Whether there is such an account, and whether it is closed, nobody learns by guessing."""
        answer = sign_in(browser, username, OTHER)

        assert answer.status_code == 403
        assert error_of(answer).startswith(WRONG)
        assert [cookie for cookie in browser.cookies if cookie.startswith("hamyar")] == []

    def test_answers_differ_in_the_typed_name_only(self, site):
        """Byte for byte the same page for a name that exists and one that does not."""
        pages = []
        for username in ("sara", "nobody"):
            with site.browser() as browser:
                text = sign_in(browser, username, OTHER).text
                pages.append(re.sub(r'value="[^"]*"', "", text))

        assert pages[0] == pages[1]

    def test_a_closed_account_with_its_password(self, browser):
        """Who knows the password may know that the account is closed, and gets no further."""
        answer = sign_in(browser, "nima", PASSWORD)

        assert (answer.status_code, error_of(answer)[:23]) == (403, "This account is closed.")
        assert browser.get("home").status_code == 302

    def test_the_name_is_kept_and_shown_as_text(self, browser):
        """After a wrong password the name stands in the form, markup as text, and the password does not."""
        answer = sign_in(browser, '"><script>alert(1)</script>', OTHER)

        assert 'value="&#34;&gt;&lt;script&gt;' in answer.text
        assert "<script" not in answer.text
        assert OTHER not in answer.text

    def test_a_name_is_closed_after_wrong_passwords(self, site):
        """The sixth attempt waits, with the right password too, and says how long."""
        with site.browser() as browser:
            statuses = [sign_in(browser, "sara", OTHER).status_code for _ in range(5)]
            closed = sign_in(browser, "sara", PASSWORD)

        assert statuses == [403] * 5
        assert (closed.status_code, closed.headers["Retry-After"]) == (429, "900")
        assert error_of(closed).endswith("Minutes to wait: 15.")

    def test_many_attempts_of_one_address(self, site, browser):
        """An address that goes through many names is told to wait, before any password is looked at."""
        site.identity.rate = Rate(attempts=4, seconds=600)
        answers = [sign_in(browser, f"name{number}", OTHER) for number in range(6)]

        assert [answer.status_code for answer in answers] == [403] * 4 + [429] * 2
        assert error_of(answers[-1]).startswith("Too many attempts came from your network.")
        assert int(answers[-1].headers["Retry-After"]) > 0

    def test_a_right_password_costs_the_address_nothing(self, site):
        """A whole centre behind one address signs in."""
        site.identity.rate = Rate(attempts=2, seconds=600)
        statuses = []
        for _ in range(5):
            with site.browser() as browser:
                statuses.append(sign_in(browser, "sara", PASSWORD).status_code)

        assert statuses == [303] * 5

    def test_without_the_token_of_the_form(self, browser):
        """A form from elsewhere signs nobody in; the answer is the form with a sentence."""
        browser.get("sign-in")
        answer = browser.post("sign-in", data={"username": "sara", "password": PASSWORD})

        assert (answer.status_code, error_of(answer)[:22]) == (403, "The page had been open")
        assert browser.get("home").status_code == 302

    def test_from_another_origin(self, browser):
        """The browser's word that the form stands on another site is enough to refuse it."""
        form = form_of(browser.get("sign-in"))
        data = {**form, "username": "sara", "password": PASSWORD}
        answer = browser.post("sign-in", data=data, headers={"Origin": "https://elsewhere.example"})

        assert answer.status_code == 404
        assert browser.get("home").status_code == 302

    def test_who_is_in_goes_on(self, browser):
        """The form is not shown to somebody who is signed in."""
        sign_in(browser, "omid", PASSWORD)
        answer = browser.get("sign-in?next=levels")

        assert (answer.status_code, answer.headers["Location"]) == (303, "/levels")

    def test_a_second_sign_in_ends_the_first(self, site, browser):
        """A browser holds one sign-in; the token it had before opens nothing any more."""
        sign_in(browser, "sara", PASSWORD)
        before = dict(browser.cookies)
        name = next(name for name in before if name.startswith("hamyar"))
        form = form_of(browser.get("sign-out"))
        browser.post("sign-in", data={**form, "username": "omid", "password": PASSWORD})

        with site.browser(Cookie=f"{name}={before[name]}") as other:
            assert other.get("home").status_code == 302
        assert browser.get("home").text.startswith("omid")

    def test_an_ended_sign_in(self, site, browser):
        """Who comes back too late is told so at the form, once."""
        sign_in(browser, "sara", PASSWORD)
        site.serving.accounts.end_all("sara")
        first = browser.get(browser.get("home").headers["Location"])

        assert notice_of(first).startswith("Your sign-in has ended.")
        assert notice_of(browser.get("sign-in")) is None

    def test_from_a_link_in_a_message(self, site, browser):
        """The first request from another site comes without the cookie; the form asks once more by itself."""
        asked = {"Sec-Fetch-Site": "cross-site"}
        answer = browser.get("sign-in?next=family%3Ffamily%3DF-1", headers=asked)

        assert answer.headers["Refresh"] == "0; url=/sign-in?next=family%3Ffamily%3DF-1"
        assert "Refresh" not in browser.get("sign-in").headers

    def test_a_broken_form(self, browser):
        """Bytes that are no text are refused with a page, without a trace."""
        form = form_of(browser.get("sign-in"))
        body = f"_xsrf={quote(form['_xsrf'])}&username=%ff%fe&password=x".encode()
        answer = browser.post("sign-in", content=body, headers={"Content-Type": "application/x-www-form-urlencoded"})

        assert (answer.status_code, "Traceback" in answer.text) == (400, False)
        assert "The page could not be shown" in answer.text

    def test_nothing_of_a_sign_in_reaches_the_log(self, browser, caplog):
        """Neither name nor password nor the page asked for."""
        caplog.set_level("DEBUG")
        sign_in(browser, "sara", OTHER, "sign-in?next=family%3Ffamily%3DF-99")
        browser.post("sign-in?next=family%3Ffamily%3DF-99", data={"username": "sara", "password": OTHER})

        own = [record.getMessage() for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
        assert any("refused" in line for line in own)
        assert [line for line in own if "sara" in line or OTHER in line or "F-99" in line] == []


def test_a_name_nobody_has_takes_as_long(tmp_path):
    """The time of an answer does not tell who has an account."""
    hasher = PasswordHasher(time_cost=3, memory_cost=8192, parallelism=1)
    with running(lambda: AccountsIdentity(new_serving(tmp_path, hasher=hasher))) as site, site.browser() as browser:
        site.identity.rate = Rate(attempts=1_000)
        form = form_of(browser.get("sign-in"))
        seconds = {"known": [], "unknown": []}
        for number in range(5):
            # A name is closed after five; the accounts here are two and one more.
            for kind, username in (("known", ("sara", "omid")[number % 2]), ("unknown", f"nobody{number}")):
                began = time.perf_counter()
                browser.post("sign-in", data={**form, "username": username, "password": OTHER})
                seconds[kind].append(time.perf_counter() - began)

    known, unknown = statistics.median(seconds["known"]), statistics.median(seconds["unknown"])
    assert 0.4 < known / unknown < 2.5


class TestCookies:
    def flags(self, answer, name):
        found = [header for header in answer.headers.get_list("set-cookie") if header.startswith(name)]
        return {part.strip().partition("=")[0].lower() for part in found[0].split(";")[1:]}, found[0]

    def test_on_this_machine(self, browser, site):
        """Scripts cannot read it, other sites cannot send it, and it is told apart from another server's by port."""
        flags, header = self.flags(sign_in(browser, "sara", PASSWORD), f"hamyar-{site.port}=")

        assert flags == {"httponly", "path", "samesite"}
        assert ("SameSite=Strict" in header, "Path=/;" in f"{header};") == (True, True)

    @pytest.mark.parametrize(("base_url", "name"), [("/", "__Host-hamyar"), ("/help/", "__Secure-hamyar")])
    def test_behind_a_proxy(self, tmp_path, base_url, name):
        """The cookie goes over TLS only, on the server's own path, and no neighbour can set it."""
        make = partial(AccountsIdentity, new_serving(tmp_path), is_behind_proxy=True)
        with running(make, base_url) as site, site.browser() as browser:
            form = browser.get("sign-in")
            token = re.search(r"_xsrf=([^;]+)", form.headers["set-cookie"])[1]
            answer = browser.post(
                "sign-in",
                data={**form_of(form), "username": "sara", "password": PASSWORD},
                headers={"Cookie": f"_xsrf={token}"},
            )
        flags, header = self.flags(answer, f"{name}=")

        assert answer.headers["Location"] == f"{base_url}home"
        assert flags == {"httponly", "path", "samesite", "secure"}
        assert f"Path={base_url};" in f"{header};"
        assert self.flags(form, "_xsrf=")[0] == {"path", "samesite", "secure"}

    @pytest.mark.parametrize("token", ["", "x", "a" * 43, "a" * 5_000, "é" * 30, "../../etc/passwd", "' or 1=1 --" * 3])
    def test_a_cookie_that_is_none(self, site, token):
        """It opens nothing and breaks nothing."""
        with site.browser() as browser:
            answer = browser.get("home", headers=[("Cookie", f"hamyar-{site.port}={token}".encode())])

        assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in?next=%2Fhome")


class TestSignOut:
    def test_ends_the_sign_in(self, site, browser):
        """The cookie goes, and its token opens nothing for anybody who kept it."""
        sign_in(browser, "sara", PASSWORD)
        kept = browser.cookies[f"hamyar-{site.port}"]
        left = []
        site.identity.leaving.append(left.append)
        answer = browser.post("sign-out", data=form_of(browser.get("sign-out")))

        assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?said=sign-out")
        assert notice_of(browser.get(answer.headers["Location"])) == "You have signed out."
        assert f"hamyar-{site.port}" not in browser.cookies
        assert site.serving.accounts.account_of(kept) is None
        assert left == ["sara"]

    def test_an_address_alone_ends_nothing(self, browser):
        """Following a link, or a form from elsewhere, signs nobody out."""
        sign_in(browser, "sara", PASSWORD)
        statuses = [browser.get("sign-out").status_code, browser.post("sign-out").status_code]

        assert statuses == [200, 403]
        assert browser.get("home").text.startswith("sara")

    def test_who_is_not_in(self, browser):
        """The address leads to the form."""
        assert browser.get("sign-out").headers["Location"] == "/sign-in"


class TestPassword:
    def change(self, browser, old=PASSWORD, new=OTHER, again=OTHER):
        form = form_of(browser.get("password"))
        return browser.post("password", data={**form, "old": old, "new": new, "again": again})

    def test_changes_it(self, site, browser):
        """Other sign-ins end, this browser has a new one, and the old password opens nothing."""
        left = []
        site.identity.leaving.append(left.append)
        with site.browser() as elsewhere:
            sign_in(elsewhere, "sara", PASSWORD)
            sign_in(browser, "sara", PASSWORD)
            before = browser.cookies[f"hamyar-{site.port}"]
            answer = self.change(browser)

            assert (answer.status_code, notice_of(answer)[:25]) == (200, "Your password is changed.")
            assert elsewhere.get("home").status_code == 302
            assert browser.cookies[f"hamyar-{site.port}"] != before
            assert browser.get("home").text.startswith("sara")
            assert left == ["sara"]
        with site.browser() as later:
            assert sign_in(later, "sara", PASSWORD).status_code == 403
            assert sign_in(later, "sara", OTHER).status_code == 303

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ({"old": "a wrong password"}, "The present password is not right."),
            ({"again": "something else entirely"}, "The new password and its repetition differ."),
            ({"new": "short", "again": "short"}, "This password is too easy to guess"),
        ],
    )
    def test_a_refused_change(self, browser, typed, sentence):
        """A sentence, and everything is as before."""
        sign_in(browser, "sara", PASSWORD)
        answer = self.change(browser, **typed)

        assert (answer.status_code, error_of(answer).startswith(sentence)) == (403, True)
        assert browser.get("home").text.startswith("sara")

    def test_guessing_the_old_one(self, site, browser):
        """Somebody at an unlocked computer has as few attempts as at the form."""
        sign_in(browser, "sara", PASSWORD)
        answers = [self.change(browser, old=f"a wrong guess {number}") for number in range(6)]

        assert [answer.status_code for answer in answers] == [403] * 5 + [429]

    def test_without_the_token_of_the_form(self, browser):
        """A form from elsewhere changes no password."""
        sign_in(browser, "sara", PASSWORD)
        answer = browser.post("password", data={"old": PASSWORD, "new": OTHER, "again": OTHER})

        assert answer.status_code == 403
        assert self.change(browser).status_code == 200

    def test_needs_a_sign_in(self, browser):
        """The page sends a stranger to the form, and back."""
        sent = browser.get("password")

        assert (sent.status_code, sent.headers["Location"]) == (302, "/sign-in?next=%2Fpassword")
        assert sign_in(browser, "sara", PASSWORD, sent.headers["Location"]).headers["Location"] == "/password"

    def test_says_who_one_is(self, browser):
        """Name and role stand on it."""
        sign_in(browser, "omid", PASSWORD)

        assert "Manager of the centre" in browser.get("password").text


class TestWhereTo:
    @pytest.mark.parametrize(
        ("asked", "expected"),
        [
            ("home", "home"),
            ("/home", "home"),
            ("family?family=F-1&month=1405-08", "family?family=F-1&month=1405-08"),
            ("/family?family=%D8%A7&x=1", "family?family=%D8%A7"),
            ("family?family=a%0d%0aSet-Cookie:b", "family?family=a%0D%0ASet-Cookie%3Ab"),
            ("home?template=lab", "home"),
            ("password", "password"),
            *((asked, None) for asked in ("", "/", "sign-out", "nothing", "x" * 2_000, "family?" + "a=1&" * 50)),
            *((asked, None) for asked in ("//elsewhere.example/home", "https://elsewhere.example/home")),
            *((asked, None) for asked in ("\\\\elsewhere.example", "/\\elsewhere.example", "home/../../x", "home#x")),
            *((asked, None) for asked in ("javascript:alert(1)", "//home", " home", "home\r\nX: y", "@elsewhere")),
        ],
    )
    def test_own_address(self, asked, expected):
        """Only a page of the list comes out, with only what the page takes."""
        assert own_address(asked, "/") == expected

    def test_below_another_root(self):
        """An address that begins with the root is the page below it."""
        assert own_address("/help/home", "/help/") == "home"
        assert own_address("/other/home", "/help/") is None

    @pytest.mark.parametrize("asked", ["//elsewhere.example", "https://elsewhere.example/home", "/\\elsewhere.example"])
    def test_after_signing_in(self, browser, asked):
        """Whatever the address asks for, the way leads to the own first page."""
        answer = sign_in(browser, "sara", PASSWORD, f"sign-in?next={quote(asked, safe='')}")

        assert answer.headers["Location"] == "/home"

    def test_a_hidden_field_that_was_changed(self, browser):
        """What the form brings back is looked at like what the address asked for."""
        form = {**form_of(browser.get("sign-in")), "next": "https://elsewhere.example/"}
        answer = browser.post("sign-in", data={**form, "username": "sara", "password": PASSWORD})

        assert answer.headers["Location"] == "/home"

    @pytest.mark.parametrize(
        ("role", "person", "expected"),
        [
            ("helper", "H07", "home"),
            ("commission_member", "P01", "home"),
            ("manager", None, "centre"),
            ("manager", "H07", "home"),
            ("supervisor", None, "centre"),
            ("researcher", None, "levels"),
            ("operator", None, "password"),
        ],
    )
    def test_first_page(self, site, role, person, expected):
        """Everybody lands on a page that is open to the role."""
        access = Access(site.serving.store, User("x", role, person))

        assert role in ROLES
        assert first_page(access) == expected
        assert expected == "password" or expected in PAGES


class TestPages:
    @pytest.mark.parametrize(("language", "direction"), [("fa", "rtl"), ("en", "ltr")])
    def test_language(self, tmp_path, language, direction):
        """The page is in the language of the server and in its direction, and says where it comes from."""
        with running(lambda: AccountsIdentity(new_serving(tmp_path, language))) as site, site.browser() as browser:
            answer = browser.get("sign-in")

        assert f'<html lang="{language}" dir="{direction}">' in answer.text
        assert "مرکز آزمون" in answer.text

    def test_made_up_data_is_said(self, tmp_path):
        """A demonstration says so before anybody signs in."""
        make = partial(AccountsIdentity, new_serving(tmp_path, is_synthetic=True))
        with running(make) as site, site.browser() as browser:
            assert "Made-up data for demonstration." in browser.get("sign-in").text

    def test_nothing_from_outside_and_no_script(self, browser):
        """Every address on the page is this server's; there is no script; the policy allows none."""
        text = browser.get("sign-in").text

        assert re.findall(r"(?:https?:)?//", text) == []
        assert "<script" not in text
        assert f'http-equiv="Content-Security-Policy" content="{escape(POLICY)}"' in text
        assert "script-src" not in POLICY
        assert browser.get("sign-in").headers["Cache-Control"] == "no-store"

    def test_style_and_fonts(self, browser):
        """The style and the fonts it names are there for everybody, and no other file is."""
        style = browser.get("sign-in/sign_in.css")
        fonts = re.findall(r'url\("([^"]+)"\)', style.text)

        assert (style.status_code, len(fonts)) == (200, 2)
        assert [browser.get(f"sign-in/{name}").content[:4] for name in fonts] == [b"wOF2"] * 2
        others = ("page.html.j2", "../hamyar.css", "%2e%2e/page.html.j2", "OFL.txt", "sign_in.css/x")
        assert {browser.get(f"sign-in/{name}").status_code for name in others} == {404}

    def test_works_below_another_root(self, tmp_path):
        """Form, style and ways all lie below the root that the server has."""
        make = partial(AccountsIdentity, new_serving(tmp_path))
        with running(make, "/services/hamyar/") as site, site.browser() as browser:
            form = browser.get("sign-in")
            entered = sign_in(browser, "sara", PASSWORD)

        assert 'action="/services/hamyar/sign-in"' in form.text
        assert entered.headers["Location"] == "/services/hamyar/home"
