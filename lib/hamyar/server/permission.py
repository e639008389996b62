"""Who may open which page, with which parameters.

One answer serves the page, the websocket, the requests about a kernel and the check of pages that are already open:
:func:`require`, which asks :class:`hamyar.store.access.Access`.
An address gives text, nothing more.  Only what the page declares is read from it, each value is checked and written
anew, and everything else in the address is as if it were not there.

A refusal is the same whether the family is another helper's, unknown, or no code at all.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month, NotADay, NotAMonth, day_to_iso, parse_day
from hamyar.core.message import N_
from hamyar.core.persian import latin_digits
from hamyar.faces.addresses import PageSpec
from hamyar.server.capability import Grant
from hamyar.server.context import Serving
from hamyar.store.access import NotAllowed
from hamyar.store.accounts import Account

LONGEST_CODE = 64
INJECTED = "injected-parameters"
# The codes that an import takes: a letter or a digit first, then also . _ and -.
_CODE = re.compile(r"[^\W_][\w.\-]*")


class AddressWrong(HamyarError):
    """Told as "there is no such page": the address was written by hand, or cut."""

    msgid = N_("The address gives no usable {name}. Open the page from your own page again.")


@dataclass(frozen=True)
class Admission:
    """A page that was opened to somebody: what its notebook is given, and whose it is."""

    page: PageSpec
    username: str
    parameters: Mapping[str, object]

    @property
    def family_id(self) -> str | None:
        found = self.parameters.get("family")
        return str(found) if found else None

    def grant(self, kernel_id: str) -> Grant:
        """What the kernel of this page stands for."""
        month = self.parameters.get("month")
        return Grant(self.username, self.page.slug, self.family_id, str(month) if month else None, kernel_id)


def admit(page: PageSpec, asked: Mapping[str, Sequence[str]], account: Account, serving: Serving) -> Admission:
    """Open ``page`` to ``account`` with what the address asks for: lists of text by the name of the parameter.

    Raises ``NotAllowed`` or ``AddressWrong``.
    """
    parameters = parameters_of(page, asked, serving.store.today())
    if "helper" in page.takes and not parameters["helper"]:
        parameters["helper"] = account.person_id or ""
    require(page, parameters, account, serving)
    return Admission(page, account.username, {**parameters, **(page.fixed or {})})


def require(page: PageSpec, parameters: Mapping[str, object], account: Account, serving: Serving) -> None:
    """Raises ``NotAllowed`` unless this account may have this page with these parameters now."""
    access = serving.access(account)
    family_id = parameters.get("family")
    if "family" in page.takes and family_id:
        access.require(page.action, str(family_id))
    elif "family" in page.takes:
        # Without a family the page is about all of them, which is another right.
        access.require(page.centre_action or page.action)
    elif "helper" in page.takes and parameters.get("helper") != account.person_id:
        access.require("read_centre")
    elif page.also is None or not access.may(page.also):
        access.require(page.action)


def is_still_open(admission: Admission, serving: Serving) -> bool:
    """Whether the page would be opened to the same person again now: account, role, assignment."""
    account = serving.accounts.active(admission.username)
    if account is None:
        return False
    try:
        require(admission.page, admission.parameters, account, serving)
    except NotAllowed:
        return False
    return True


def parameters_of(page: PageSpec, asked: Mapping[str, Sequence[str]], today: int) -> dict[str, object]:
    """The declared parameters, checked and in the form that notebooks take; ``today`` is a Jalali day.

    Every declared parameter gets a value, so that no default of a notebook (a synthetic family) stands in for one.
    Raises ``AddressWrong``; for something that is no code of a family ``NotAllowed``, like an unknown one.
    """
    given = {name: _one(name, asked[name]) for name in page.takes if any(asked.get(name, ()))}
    found: dict[str, object] = {name: _READ[name](given[name]) for name in given}
    this_month = Month.from_code(today // 100)
    missing: dict[str, object] = {"family": "", "month": str(this_month), "helper": "", "on_day": ""}
    if found.get("month", str(this_month)) == str(this_month):
        missing["on_day"] = day_to_iso(today)
    if "family" in page.takes and "family" not in found and page.centre_action is None:
        raise AddressWrong(name="family")
    return {name: found.get(name, missing[name]) for name in page.takes}


def with_parameters(notebook: NotebookNode, parameters: Mapping[str, object]) -> NotebookNode:
    """The notebook, with a cell that sets ``parameters`` after its own parameters cell.

    The values are text and truth values, made above from what was read; their ``repr`` is nothing but themselves.
    """
    if parameters:
        set_all = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
        tagged = [place for place, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", ())]
        cell = new_code_cell(set_all, metadata={"tags": [INJECTED]})
        notebook.cells.insert(tagged[0] + 1 if tagged else 0, cell)
    return notebook


def prelaunch(handler: Any, notebook: NotebookNode, cwd: str) -> NotebookNode:
    """Voilà's hook before a kernel starts: the parameters that were admitted, and no page without an admission."""
    admission = getattr(handler, "admission", None)
    if admission is None:
        raise NotAllowed()
    return with_parameters(notebook, admission.parameters)


def _one(name: str, texts: Sequence[str]) -> str:
    """A parameter that is given twice is meant to be read twice differently."""
    if len(texts) != 1:
        raise AddressWrong(name=name)
    return texts[0]


def _code(text: str) -> str:
    code = latin_digits(text)
    if len(code) > LONGEST_CODE or not _CODE.fullmatch(code):
        raise NotAllowed()
    return code


def _month(text: str) -> str:
    try:
        return str(Month.parse(text))
    except NotAMonth as fault:
        raise AddressWrong(name="month") from fault


def _day(text: str) -> str:
    try:
        return day_to_iso(parse_day(text))
    except NotADay as fault:
        raise AddressWrong(name="day") from fault


_READ: Mapping[str, Callable[[str], str]] = {"family": _code, "helper": _code, "month": _month, "on_day": _day}
