"""What every answer of the server says about itself to the browser.

The policy of contents is as strict as Voilà allows.  Two places are not closed, and why:
``style-src 'unsafe-inline'``, because widgets and charts carry style attributes everywhere;
and ``script-src blob:``, because a widget of our own brings its script as one.  No script in a page runs, none from
elsewhere is loaded, nothing is sent elsewhere, and nobody frames a page.

The headers are put on by a transform of the whole application, so that no handler, no static file and no error page
can be without them.  A page that sets a stricter one of its own keeps it.
"""

from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.web import OutputTransform

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_NOT_NEEDED = (
    *("accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "geolocation"),
    *("gyroscope", "hid", "local-fonts", "magnetometer", "microphone", "midi", "payment", "publickey-credentials-get"),
    *("screen-wake-lock", "serial", "usb", "xr-spatial-tracking"),
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # The address of a page names a family; no other place may learn it.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{name}=()" for name in _NOT_NEEDED),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}
# Below these lie scripts, styles and fonts, the same for everybody; a browser may keep them.
STATIC = ("voila/static/", "voila/templates/", "voila/labextensions/", "voila/api/themes/")


def is_static(path: str) -> bool:
    """Whether an address without its query leads to a file that is the same for everybody."""
    return any(f"/{part}" in path for part in STATIC)


class SafeHeaders(OutputTransform):
    """Puts :data:`HEADERS` on every answer, and lets nothing but static files be kept by a browser."""

    def __init__(self, request: HTTPServerRequest) -> None:
        super().__init__(request)
        self._may_be_kept = is_static(request.path)

    def transform_first_chunk(
        self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
    ) -> tuple[int, HTTPHeaders, bytes]:
        for name, value in HEADERS.items():
            if name not in headers:
                headers[name] = value
        if not (self._may_be_kept and status_code in (200, 206, 304)):
            headers["Cache-Control"] = "no-store"
        # Which version of which server answers is nobody's business.
        headers.pop("Server", None)
        return status_code, headers, chunk
