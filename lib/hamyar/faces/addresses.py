"""The pages that Hamyar serves: their addresses, their notebooks, and what each may be asked for.

A page is a notebook published by the server, and a name that stands in the address: ``family?family=F-7``.
This is the one list of them: the server opens nothing that is not here, and takes nothing from an address but
what the page declares; and a page that leads to another takes the address from here.
Addresses are relative to each other, so they hold under any prefix that a proxy may add.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from hamyar.core.message import N_
from hamyar.store.access import Action


@dataclass(frozen=True)
class PageSpec:
    """One page.

    ``takes`` are the parameters an address may give (``family``, ``month``, ``helper``, ``on_day``).
    ``action`` is what the user must be allowed, with the family where the page takes one; where ``takes`` has a
    family that may be left out, ``centre_action`` is asked instead.
    ``also`` opens a page of one's own work to others, who have another page to land on.
    ``fixed`` are parameters the server sets whatever the address says.
    """

    slug: str
    notebook: str
    title: str
    action: Action
    takes: tuple[str, ...] = ()
    centre_action: Action | None = None
    also: Action | None = None
    fixed: Mapping[str, object] | None = None


# ``home`` is also what stands at the root.
PAGES: Mapping[str, PageSpec] = {
    page.slug: page
    for page in (
        PageSpec("home", "home.ipynb", N_("My families"), "read_work", also="read_centre"),
        PageSpec("family", "family_form.ipynb", N_("The family’s file"), "write_family", ("family", "month")),
        PageSpec("centre", "centre_dashboard.ipynb", N_("The centre"), "read_centre", ("month",)),
        PageSpec("economy", "family_economy.ipynb", N_("The family’s economy"), "read_family", ("family", "month")),
        PageSpec(
            "levels", "stratification.ipynb", N_("Levels"), "read_family", ("family", "month"), "read_pseudonymised"
        ),
        PageSpec("visits", "helper_calendar.ipynb", N_("My calendar"), "read_work", ("helper", "month", "on_day")),
        PageSpec("report", "centre_report.ipynb", N_("The centre’s report"), "read_centre", ("month",)),
    )
}


def address(slug: str, **parameters: object) -> str:
    """The address of a page from any other page; parameters that are ``None`` are left out.

    Raises ``KeyError`` for a page or a parameter that is not declared: that is a fault of the program.
    """
    page = PAGES[slug]
    given = {name: str(value) for name, value in parameters.items() if value is not None}
    if unknown := set(given) - set(page.takes):
        raise KeyError(f"{slug} takes no {', '.join(sorted(unknown))}")
    return f"{slug}?{urlencode(given)}" if given else slug
