"""Who the visitor is: the three ways' common ground, own accounts' limits, and the word of a proxy."""

import asyncio
import threading
from functools import partial
from types import SimpleNamespace

import pytest
from jupyter_server.auth import IdentityProvider

from hamyar.server import identity as module
from hamyar.server.identity import SECRET_HEADER, AccountsIdentity, HamyarIdentity, HeaderIdentity, TooBusy, peer_of
from tests.server.site import PASSWORD, new_serving, running, sign_in

HEADER = "X-Remote-User"


@pytest.fixture(name="serving")
def _serving(tmp_path):
    serving = new_serving(tmp_path)
    yield serving
    serving.store.close()


class TestHamyarIdentity:
    def test_nothing_of_jupyters(self, serving):
        """No token, no page of Jupyter's for signing in, and never a visitor without a name."""
        identity = AccountsIdentity(serving)

        assert isinstance(identity, IdentityProvider)
        assert (identity.token, identity.auth_enabled, identity.get_handlers()) == ("", True, [])
        assert (identity.login_available, identity.logout_available) == (False, False)

    def test_a_token_from_the_environment(self, serving, monkeypatch):
        """The variable that opens a notebook server opens nothing here."""
        monkeypatch.setenv("JUPYTER_TOKEN", "let-me-in")

        assert AccountsIdentity(serving).token == ""

    def test_who_does_not_say_how(self, serving):
        """A way that does not look for anybody finds nobody: it is an error, not a visitor."""
        with pytest.raises(NotImplementedError):
            asyncio.run(HamyarIdentity(serving).find_account(SimpleNamespace()))

    def test_settings(self, serving):
        """The application checks forms, and sends strangers to the own form."""
        settings = AccountsIdentity(serving, is_behind_proxy=True).tornado_settings("/help/")

        assert (settings["login_url"], settings["xsrf_cookies"]) == ("/help/sign-in", True)
        assert settings["xsrf_cookie_kwargs"] == {"path": "/help/", "samesite": "Strict", "secure": True}

    def test_hashing_is_done_beside_the_loop_and_few_at_a_time(self, serving):
        """Never more than two at once, none in the loop's thread, and beyond twenty waiting a refusal."""
        identity = AccountsIdentity(serving)
        running_now, most, threads, lock = [], [], set(), threading.Lock()
        let_go = threading.Event()

        def hash_slowly():
            with lock:
                running_now.append(1)
                most.append(len(running_now))
                threads.add(threading.get_ident())
            let_go.wait(20)
            with lock:
                running_now.pop()

        async def crowd():
            tasks = [asyncio.ensure_future(identity.slowly(hash_slowly)) for _ in range(module.MOST_WAITING)]
            await asyncio.sleep(0.05)
            with pytest.raises(TooBusy):
                await identity.slowly(hash_slowly)
            let_go.set()
            await asyncio.gather(*tasks)
            await identity.slowly(hash_slowly)

        asyncio.run(crowd())
        assert (max(most), len(most)) == (module.AT_ONCE, module.MOST_WAITING + 1)
        assert threading.get_ident() not in threads


class TestAccountsIdentity:
    def test_the_account_is_read_anew(self, serving):
        """A role that was taken away, or an account that was closed, counts from the next request on."""
        with running(partial(AccountsIdentity, serving)) as site, site.browser() as browser:
            sign_in(browser, "sara", PASSWORD)
            first = browser.get("home").text
            serving.accounts.disable("sara", actor="test")

            assert (first, browser.get("home").status_code) == ("sara helper /home", 302)

    def test_two_servers_on_one_machine(self, tmp_path):
        """Signing in to one does not sign out of the other."""
        with (
            running(partial(AccountsIdentity, new_serving(tmp_path / "one"))) as one,
            running(partial(AccountsIdentity, new_serving(tmp_path / "two"))) as two,
            one.browser() as browser,
        ):
            sign_in(browser, "sara", PASSWORD)
            with two.browser() as other:
                other.cookies = browser.cookies
                sign_in(other, "omid", PASSWORD)

                assert other.get("home").text.startswith("omid")
            assert browser.get("home").text.startswith("sara")

    def test_names_in_headers_count_for_nothing(self, serving):
        """Only a proxy that is asked for is believed."""
        with running(partial(AccountsIdentity, serving)) as site, site.browser() as browser:
            headers = {HEADER: "omid", "Authorization": "token omid", "X-Forwarded-User": "omid"}

            assert browser.get("home?token=omid", headers=headers).status_code == 302


class TestHeaderIdentity:
    @pytest.fixture(name="site")
    def _site(self, tmp_path):
        with running(lambda: HeaderIdentity(new_serving(tmp_path), HEADER, is_behind_proxy=True)) as site:
            yield site

    @pytest.mark.parametrize(("sent", "expected"), [("sara", "sara helper"), ("OMID", "omid manager")])
    def test_the_name_is_an_account(self, site, sent, expected):
        """Role and person are the account's own."""
        with site.browser() as browser:
            assert browser.get("home", headers={HEADER: sent}).text == f"{expected} /home"

    @pytest.mark.parametrize("sent", ["", "nobody", "nima", "sara, omid", "sara\u00e9", "../sara", "x" * 5_000])
    def test_no_account(self, site, sent):
        """A name without an open account opens nothing, and is told so without going in circles."""
        with site.browser() as browser:
            headers = {HEADER: sent.encode()}
            page = browser.get("home", headers=headers)
            met = browser.get(page.headers["Location"], headers=headers)

        assert (page.status_code, met.status_code) == (302, 403)
        assert "Ask the operator of the centre for one." in met.text

    def test_two_headers_of_one_name(self, site):
        """A visitor's copy beside the proxy's own is believed in neither order."""
        with site.browser() as browser:
            answers = [
                browser.get("home", headers=[(HEADER, first), (HEADER, second)])
                for first, second in (("sara", "omid"), ("omid", "sara"))
            ]

        assert [answer.status_code for answer in answers] == [302, 302]

    def test_past_the_gateway(self, site):
        """Who comes without the header is told to go through the gateway; there is no form for a password."""
        with site.browser() as browser:
            met = browser.get("sign-in")

            assert (met.status_code, "through your centre’s gateway" in met.text) == (403, True)
            assert browser.get("password").status_code == 404
            assert browser.post("sign-in", data={"username": "sara", "password": PASSWORD}).status_code in (403, 405)

    def test_the_way_in(self, site):
        """Who is known goes on to the page that was asked for."""
        with site.browser(**{HEADER: "sara"}) as browser:
            assert browser.get("sign-in?next=family%3Ffamily%3DF-1").headers["Location"] == "/family?family=F-1"

    def test_sign_out(self, site):
        """There is nothing to end here; the page says where there is, and what was open is ended."""
        left = []
        site.identity.leaving.append(left.append)
        # A browser would send the cookie of the form by TLS only.
        with site.browser(**{HEADER: "sara"}) as browser:
            token = browser.get("sign-out").headers["Set-Cookie"].partition(";")[0]
            form = {"_xsrf": token.partition("=")[2]}
            sent = browser.post("sign-out", data=form, headers={"Cookie": token})
            said = browser.get(sent.headers["Location"])

        assert (sent.status_code, left) == (303, ["sara"])
        assert "sign out there." in said.text

    def test_with_a_secret(self, tmp_path):
        """Where the proxy has a secret, the name counts only beside it."""
        make = partial(HeaderIdentity, new_serving(tmp_path), HEADER, "a long secret")
        with running(make) as site, site.browser(**{HEADER: "sara"}) as browser:
            secrets = [{}, {SECRET_HEADER: ""}, {SECRET_HEADER: "another"}, {SECRET_HEADER: "a long secret"}]
            statuses = [browser.get("home", headers=secret).status_code for secret in secrets]

        assert statuses == [302, 302, 302, 200]

    @pytest.mark.parametrize(
        ("family", "address", "is_believed"),
        [
            (module.socket.AF_INET, ("127.0.0.1", 1), True),
            (module.socket.AF_INET, ("127.0.0.9", 1), True),
            (module.socket.AF_INET6, ("::1", 1, 0, 0), True),
            (module.socket.AF_UNIX, "", True),
            (module.socket.AF_INET, ("192.0.2.7", 1), False),
            (module.socket.AF_INET6, ("2001:db8::1", 1, 0, 0), False),
            (module.socket.AF_INET6, ("fe80::1%eth0", 1, 0, 2), False),
        ],
    )
    def test_only_from_this_machine(self, serving, family, address, is_believed):
        """The peer of the socket decides, whatever address the headers give."""
        context = SimpleNamespace(address_family=family, address=address, remote_ip="127.0.0.1")
        headers = {HEADER: "sara", "X-Forwarded-For": "127.0.0.1", "X-Real-Ip": "127.0.0.1"}
        request = SimpleNamespace(connection=SimpleNamespace(context=context), headers=headers)
        found = asyncio.run(HeaderIdentity(serving, HEADER).find_account(SimpleNamespace(request=request)))

        assert (found is not None) == is_believed
        assert peer_of(request) == (None if family == module.socket.AF_UNIX else address[0])
