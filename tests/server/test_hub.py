"""Signing in by a real JupyterHub: the hub is a process of its own, and the browser goes there and back.

The hub has no proxy before it here, so it is reached at its own port; the protocol between hub, browser and service is
the one that it speaks anywhere.
"""

import os
import re
import secrets
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import partial
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from hamyar.server.hub import HubIdentity, HubMissing, HubSettingMissing, HubSettings
from tests.browser.conftest import free_port
from tests.server.site import form_of, new_serving, running

BASE = "/services/hamyar/"
HUB_PASSWORD = "what the hub asks for"
START_SECONDS = 60
CONFIG = """
from jupyterhub.proxy import Proxy

class NoProxy(Proxy):
    should_start = False
    routes = {{}}
    async def add_route(self, routespec, target, data):
        self.routes[routespec] = {{"routespec": routespec, "target": target, "data": data}}
    async def delete_route(self, routespec):
        self.routes.pop(routespec, None)
    async def get_all_routes(self):
        return dict(self.routes)

c.JupyterHub.proxy_class = NoProxy
c.JupyterHub.bind_url = c.JupyterHub.hub_bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.db_url = "sqlite:///:memory:"
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = "{password}"
c.Authenticator.allowed_users = {{"sara", "nima", "stranger", "shut-out"}}
c.JupyterHub.services = [{{
    "name": "hamyar",
    "api_token": "{token}",
    "oauth_client_id": "service-hamyar",
    "oauth_redirect_uri": "{callback}",
    "oauth_no_confirm": True,
}}]
c.JupyterHub.load_roles = [
    {{"name": "user", "scopes": ["self"]}},
    {{"name": "of-the-centre", "scopes": ["access:services!service=hamyar"], "users": ["sara", "nima", "stranger"]}},
    {{"name": "of-the-service", "scopes": ["tokens", "access:services!service=hamyar"], "services": ["hamyar"]}},
]
"""


@dataclass(frozen=True)
class Hub:
    """A running hub, and the port at which it expects the service."""

    url: str
    service_port: int
    token: str

    @property
    def environment(self):
        """What the hub tells a service that it starts."""
        return {
            "JUPYTERHUB_API_TOKEN": self.token,
            "JUPYTERHUB_API_URL": f"{self.url}/hub/api",
            "JUPYTERHUB_BASE_URL": "/",
            "JUPYTERHUB_CLIENT_ID": "service-hamyar",
            "JUPYTERHUB_HOST": self.url,
            "JUPYTERHUB_OAUTH_CALLBACK_URL": f"http://127.0.0.1:{self.service_port}{BASE}oauth_callback",
            "JUPYTERHUB_SERVICE_NAME": "hamyar",
            "JUPYTERHUB_SERVICE_PREFIX": BASE,
            "JUPYTERHUB_SERVICE_URL": f"http://127.0.0.1:{self.service_port}",
        }


@pytest.fixture(scope="module", name="hub")
def _hub(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub")
    port, service_port, token = free_port(), free_port(), secrets.token_hex(16)
    hub = Hub(f"http://127.0.0.1:{port}", service_port, token)
    callback = hub.environment["JUPYTERHUB_OAUTH_CALLBACK_URL"]
    config = CONFIG.format(port=port, password=HUB_PASSWORD, token=token, callback=callback)
    (folder / "config.py").write_text(config, "utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTERHUB", "HAMYAR"))}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "--config", "config.py"],
            **{"cwd": folder, "env": {**kept, "PYTHONWARNINGS": "ignore"}, "stdout": log, "stderr": log},
        )
    try:
        wait_for(f"{hub.url}/hub/health", process, folder / "log")
        yield hub
    finally:
        process.terminate()
        process.wait(START_SECONDS)


def wait_for(address, process, log):
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            if httpx.get(address, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(log.read_text("utf-8"))
        time.sleep(0.1)


@pytest.fixture(name="site")
def _site(hub, tmp_path):
    def make():
        return HubIdentity(new_serving(tmp_path), HubSettings(hub.environment))

    with running(make, BASE, hub.service_port) as site:
        yield site


@pytest.fixture(name="browser")
def _browser(site):
    with site.browser() as browser:
        yield browser


def follow(browser, answer):
    """Go on until a page comes, as a browser does."""
    for _ in range(12):
        if "Location" not in answer.headers:
            return answer
        answer = browser.get(answer.next_request.url)
    raise AssertionError("round in circles")


def by_hub(browser, username, asked="home"):
    """Open a page of ours, sign in at the hub's own form, and come back."""
    form = follow(browser, browser.get(asked))
    assert "/hub/login" in str(form.url)
    fields = dict(re.findall(r'name="(_xsrf)"\s+value="([^"]*)"', form.text))
    action = re.search(r'<form[^>]*action="([^"]+)"', form.text)[1].replace("&amp;", "&")
    answer = browser.post(form.url.join(action), data={**fields, "username": username, "password": HUB_PASSWORD})
    return follow(browser, answer)


@pytest.mark.slow
class TestSignIn:
    def test_there_and_back(self, site, browser):
        """Who is known to the hub and to the centre reaches the page that was asked for."""
        page = by_hub(browser, "sara", "family?family=F-1")

        assert (page.status_code, page.text) == (200, f"sara helper {BASE}family?family=F-1")
        assert page.url.port == site.port

    def test_the_way_to_the_hub(self, hub, browser):
        """The first step names no page, has a state and a challenge, and its cookie is not for scripts."""
        sent = browser.get(browser.get("family?family=F-99").next_request.url)
        way, asked = urlsplit(sent.headers["Location"]), parse_qs(urlsplit(sent.headers["Location"]).query)

        assert f"{way.scheme}://{way.netloc}{way.path}" == f"{hub.url}/hub/api/oauth2/authorize"
        assert asked["code_challenge_method"] == ["S256"]
        assert {"client_id", "redirect_uri", "response_type", "state", "code_challenge"} <= set(asked)
        assert "F-99" not in sent.headers["Location"]
        cookie = sent.headers["Set-Cookie"]
        assert ("HttpOnly" in cookie, "SameSite=Lax" in cookie, f"Path={BASE}" in cookie) == (True, True, True)

    def test_the_cookie(self, site, browser):
        """It ends with the browser, is not for scripts, and goes to this service only."""
        by_hub(browser, "sara")
        kept = next(cookie for cookie in browser.cookies.jar if cookie.name == "service-hamyar")

        assert (kept.expires, kept.path, kept.has_nonstandard_attr("HttpOnly")) == (None, BASE, True)
        assert kept.get_nonstandard_attr("SameSite") == "Lax"

    @pytest.mark.parametrize("username", ["stranger", "nima"])
    def test_no_open_account(self, browser, username):
        """The hub's word is not enough: without an open account there is a page that says so, and no circle."""
        page = by_hub(browser, username)

        assert (page.status_code, "no open account of this centre" in page.text) == (403, True)

    def test_not_meant_for_this_service(self, browser):
        """Whom the hub lets in elsewhere only, it stops itself."""
        page = by_hub(browser, "shut-out")

        assert (page.status_code, "/hub/" in str(page.url)) == (403, True)

    def test_an_account_that_is_closed_later(self, site, browser):
        """The next request is refused, though the hub would still vouch."""
        by_hub(browser, "sara")
        site.serving.accounts.disable("sara", actor="test")

        assert follow(browser, browser.get("home")).status_code == 403

    def test_sign_out(self, site, browser):
        """The cookie goes; who kept a copy of it gets no further; the page leads to the hub's own sign-out."""
        by_hub(browser, "sara")
        kept = browser.cookies["service-hamyar"]
        left = []
        site.identity.leaving.append(left.append)
        gone = follow(browser, browser.post("sign-out", data=form_of(browser.get("sign-out"))))

        assert (gone.status_code, "/hub/logout" in gone.text, left) == (200, True, ["sara"])
        with site.browser() as other:
            other.cookies.set("service-hamyar", kept)
            assert other.get("home").status_code == 302

    def test_sign_out_by_a_link(self, browser):
        """A form from elsewhere signs nobody out."""
        by_hub(browser, "sara")

        assert browser.post("sign-out").status_code == 403
        assert browser.get("home").text.startswith("sara")


@pytest.mark.slow
class TestNotTheWay:
    def test_a_token_in_address_or_header(self, hub, browser):
        """A user's own token for this service, which the hub vouches for, opens nothing outside the cookie."""
        own = {"Authorization": f"token {hub.token}"}
        scopes = {"scopes": ["access:services!service=hamyar"]}
        asked = httpx.post(f"{hub.url}/hub/api/users/sara/tokens", headers=own, json=scopes, trust_env=False)
        token = asked.json()["token"]
        answers = [
            browser.get(f"home?token={token}"),
            browser.get("home", headers={"Authorization": f"token {token}"}),
            browser.get(f"home?token={token}", headers={"Sec-Fetch-Mode": "websocket"}),
        ]

        assert [answer.status_code for answer in answers] == [302] * 3

    @pytest.mark.parametrize("query", ["", "?code=x", "?code=x&state=y", "?error=access_denied"])
    def test_a_way_back_that_nobody_began(self, browser, query):
        """A page of ours, without a trace of the cause."""
        answer = browser.get(f"oauth_callback{query}")

        assert answer.status_code in (400, 403)
        assert "<h1>" in answer.text
        assert "OAuth" not in answer.text

    def test_anothers_state(self, site, browser):
        """A way back that began in another browser ends in a refusal: nobody is signed in as somebody else."""
        with site.browser() as other:
            began = other.get(other.get("home").next_request.url).headers["Location"]
        state = parse_qs(urlsplit(began).query)["state"][0]

        assert browser.get(f"oauth_callback?code=x&state={state}").status_code == 403
        assert "service-hamyar" not in browser.cookies


# What a hub would say; nobody asks it anything.
NOWHERE = Hub("http://127.0.0.1:9", 10, "token")


class TestSettings:
    def test_what_is_missing(self):
        """The sentence names the variable that no hub has set."""
        with pytest.raises(HubSettingMissing, match="JUPYTERHUB_API_TOKEN"):
            HubSettings({})

    def test_from_the_hub(self):
        """Root, place to listen, and who may use the service come from the hub."""
        found = HubSettings(NOWHERE.environment)

        assert (found.base_url, found.listens_at, found.port) == (BASE, "127.0.0.1", NOWHERE.service_port)
        assert found.scopes == {"access:services!service=hamyar"}
        assert HubSettings({**NOWHERE.environment, "JUPYTERHUB_PUBLIC_URL": "https://centre.example/"}).is_https

    def test_without_the_package(self, tmp_path, monkeypatch):
        """A sentence that says what to install."""
        monkeypatch.setitem(sys.modules, "jupyterhub.services.auth", None)
        serving = new_serving(tmp_path)
        with pytest.raises(HubMissing, match="pip install jupyterhub"):
            HubIdentity(serving, HubSettings(NOWHERE.environment))
        serving.store.close()

    def test_secure_behind_tls(self, tmp_path):
        """Where the hub is reached by TLS, both cookies say so."""
        settings = HubSettings({**NOWHERE.environment, "JUPYTERHUB_PUBLIC_URL": "https://centre.example/"})
        with running(partial(HubIdentity, new_serving(tmp_path), settings), BASE) as site, site.browser() as browser:
            assert "; Secure" in browser.get("sign-in").headers["Set-Cookie"]
