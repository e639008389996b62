"""What every answer tells the browser."""

import pytest
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine

from hamyar.server.headers import CONTENT_POLICY, HEADERS, SafeHeaders, is_static
from tests.browser import conftest as browser


def put_on(path: str, status: int = 200, **given: str) -> HTTPHeaders:
    request = HTTPServerRequest(
        start_line=RequestStartLine("GET", path, "HTTP/1.1"), headers=HTTPHeaders({"Host": "x"})
    )
    headers = HTTPHeaders({name.replace("_", "-"): value for name, value in given.items()})
    return SafeHeaders(request).transform_first_chunk(status, headers, b"", True)[1]


def test_policy_is_the_one_that_pages_are_tried_with():
    """The tests of pages in Chromium run under the same policy of contents."""
    assert browser.CONTENT_POLICY == CONTENT_POLICY


def test_policy_closes_everything_else():
    """Nothing is allowed unless it is named, no source is another host, and no script of a page runs."""
    parts = dict(part.split(" ", 1) for part in CONTENT_POLICY.split("; "))

    assert parts["default-src"] == parts["base-uri"] == parts["frame-ancestors"] == "'none'"
    assert {"'self'", "blob:"} == set(parts["script-src"].split())
    assert {"'self'", "'none'", "'unsafe-inline'", "data:", "blob:"} >= {
        source for given in parts.values() for source in given.split()
    }


@pytest.mark.parametrize("path", ["/", "/family?family=F1", "/voila/static/voila.js", "/none"])
def test_every_answer_has_all(path):
    """Pages, scripts and what does not exist alike."""
    assert HEADERS.items() <= dict(put_on(path).get_all()).items()


def test_a_stricter_policy_is_kept():
    """A page that sets its own header keeps it, and who serves it is not told."""
    found = put_on("/sign-in", Content_Security_Policy="default-src 'none'", Server="Some/1.0")

    assert (found["Content-Security-Policy"], found.get("Server")) == ("default-src 'none'", None)


@pytest.mark.parametrize(
    ("path", "status", "kept"),
    [
        ("/voila/static/voila.js?v=1", 200, True),
        ("/under/voila/templates/hamyar/static/hamyar.css", 304, True),
        ("/voila/static/none.js", 404, False),
        ("/family?next=/voila/static/", 200, False),
        ("/api/kernels/x", 200, False),
    ],
)
def test_only_files_for_everybody_are_kept(path, status, kept):
    """A browser keeps no page and no answer about one; the query does not make an address a file's."""
    found = put_on(path, status, Cache_Control="max-age=9")

    assert ("max-age=9" if kept else "no-store") == found["Cache-Control"]
    assert is_static("/voila/labextensions/anywidget/a.js")
