"""The family's form as it is served, and somebody who sends it what no browser would let through."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from hamyar.core.jalali import Month
from hamyar.core.tables import ASSIGNMENTS
from tests.server.attacked import RealCentre, Widgets, real_centre

# Each starts a server of its own.
pytestmark = pytest.mark.slow

INCOME = "Own income"
MARK = "WHAT-SARA-TYPED"


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealCentre]:
    with real_centre(tmp_path_factory.mktemp("attacked")) as made:
        yield made


@pytest.fixture(scope="module")
def form(centre: RealCentre) -> Iterator[Widgets]:
    """The form of the family that is ``sara``'s own."""
    with opened(centre, "sara", centre.own) as made:
        yield made


@contextmanager
def opened(centre: RealCentre, username: str, family: str, month: Month | None = None) -> Iterator[Widgets]:
    """The form, with every section of it open; closed, and without drafts, when the block ends."""
    visitor = centre.signed_in(username)
    asked_for = f"/family?family={family}" + (f"&month={month}" if month else "")
    answer = visitor.get(asked_for)
    try:
        assert (answer.status, "hamyar-failed" in answer.text) == (200, False)
        with visitor.socket(answer.kernel_id, max_size=None, ping_interval=None, close_timeout=1) as socket:
            widgets = Widgets(socket)
            for widget, state in widgets.states().items():
                if "heading" in state:
                    widgets.set(widget, value=True)
            widgets.settled()
            yield widgets
    finally:
        visitor.close()


def found(states: dict[str, dict[str, Any]], **traits: Any) -> str:
    """The id of the widget that has these traits, as anybody finds it in what the kernel tells."""
    fits = (all(state.get(name) == value for name, value in traits.items()) for state in states.values())
    return next(widget for widget, is_meant in zip(states, fits, strict=True) if is_meant)


class TestOwnForm:
    """The very owner of the page, with its widgets' ids from ``request_states``."""

    def test_typing_is_a_draft(self, centre: RealCentre, form: Widgets):
        """What is sent as a page sends it does arrive: a draft of this family, and no fact."""
        states = form.states()
        income, (head, drafts) = found(states, label=INCOME), centre.state()
        form.set(income, value=states[income]["value"] + 10_000)
        now_head, now_drafts = (form.settled(), centre.state())[1]

        assert (head, len(drafts) + 1) == (now_head, len(now_drafts))
        assert {row[:2] for row in now_drafts} == {("sara", centre.own)}
        form.set(income, value=states[income]["value"])
        form.settled()

    def test_the_disabled_button(self, centre: RealCentre, form: Widgets):
        """The button that is shut stays shut, and a press on it does nothing; nor does one that opens it first."""
        states, before = form.states(), centre.state()
        button = found(states, _model_name="ButtonModel", disabled=True)
        form.tell(button, event="click")
        form.set(button, disabled=False)
        form.set(button, disabled=0, _view_count=1)
        form.tell(button, event="click")

        assert form.settled()[button]["disabled"] is True
        assert before == centre.state()

    def test_what_no_field_holds(self, centre: RealCentre, form: Widgets):
        """An amount that is none, and an answer that was not offered, change neither draft nor database."""
        states, before = form.states(), centre.state()
        choices = [widget for widget, state in states.items() if "asides" in state]
        fields = [found(states, label=INCOME), *choices[:3]]
        for value in (-1, 10**30, 1.5, True, "1000", [1], {"a": 1}, "<img src=x onerror=a()>", "\u202e"):
            for widget in fields:
                form.set(widget, value=value)
        now = form.settled()

        assert len(fields) == 4
        assert [states[widget]["value"] for widget in fields] == [now[widget]["value"] for widget in fields]
        assert before == centre.state()

    def test_bounds_labels_and_markup(self, centre: RealCentre, form: Widgets):
        """Nothing of a field but its value is the page's to set: neither its bounds, nor its words, nor any markup."""
        states, before = form.states(), centre.state()
        own = ("label", "description", "disabled", "min", "max", "options", "html", "summary", "title", "longest")
        known = {widget: {name: state[name] for name in own if name in state} for widget, state in states.items()}
        for widget, state in known.items():
            for name in state:
                form.set(widget, **{name: [] if name == "options" else "x"})
        now = form.settled()

        assert sum(map(bool, known.values())) > 50
        assert known == {widget: {name: now[widget][name] for name in state} for widget, state in known.items()}
        assert before == centre.state()

    def test_what_no_sheet_offers(self, centre: RealCentre, form: Widgets):
        """A request that does not stand in the page's own markup is none."""
        states, before = form.states(), centre.state()
        wanted = ("unmember:M-1", f"unmember:{centre.other}", "line:add:x", "member:x", "decide:a:ours", "undo:x")
        for widget, state in states.items():
            if "html" in state:
                for ask in (*wanted, None, ["discard"], {}):
                    form.tell(widget, ask=ask)
                form.send("comm_msg", comm_id=widget, data={"method": "custom", "content": "discard"})
        form.settled()

        assert before == centre.state()

    def test_nothing_of_others_is_in_it(self, centre: RealCentre, form: Widgets):
        """Whatever lies in the page's kernel, shown or not, is of this family."""
        states = json.dumps(form.states())
        codes = set(centre.store.tables().families["family_id"]) - {centre.own}

        assert centre.own in states
        assert [code for code in codes if code in states] == []

    def test_what_is_typed_is_not_logged(self, centre: RealCentre, form: Widgets):
        """Neither what is typed nor what is refused, no code of a family, no name and no token reaches the log."""
        states, before = form.states(), centre.state()
        income, reason = found(states, label=INCOME), found(states, label="Why it is changed")
        form.set(income, value=MARK)
        form.set(reason, value=MARK)
        form.set(reason, value=[MARK])
        form.tell(found(states, _model_name="ButtonModel"), event=MARK)
        form.settled()
        names = {value for fields in centre.store.identities().values() for value in fields.values()}
        secrets, log = (MARK, centre.own, centre.other, "family=", "sara", *names), centre.log()

        assert before == centre.state()
        assert [text for text in secrets if text in log] == []


class TestFrozenMonth:
    def test_nothing_is_submitted(self, centre: RealCentre):
        """Into a month that is closed nothing enters, whatever the page is made to send."""
        month = centre.month - 1
        centre.store.freeze(month, "mina", parameters_fingerprint="x")
        with opened(centre, "sara", centre.own, month) as form:
            states = form.states()
            income, button = found(states, label=INCOME), found(states, _model_name="ButtonModel")
            form.set(income, value=(states[income]["value"] or 0) + 10_000)
            before = centre.state()[0]
            assert form.settled()[button]["disabled"] is False
            form.tell(button, event="click")
            now = form.settled()
            said = [state["said"] for state in now.values() if state.get("said")]

            assert before == centre.state()[0]
            assert any("is frozen" in sentence for sentence in said), (said, now[button]["disabled"])
            form.set(income, value=states[income]["value"])
            form.settled()


class TestAnothersFamily:
    def test_page_rest_and_websocket(self, centre: RealCentre):
        """Another helper's family, and the kernel of its page: refused alike, whether it is there or not."""
        sara, omid = centre.signed_in("sara"), centre.signed_in("omid")
        kernel_id = omid.get(f"/family?family={centre.other}").kernel_id
        # With it comes the mark that the server wants of every request that changes something.
        own_page = sara.get(f"/family?family={centre.own}").kernel_id
        refused = [sara.get(f"/{page}?family={centre.other}") for page in ("family", "economy", "levels")]
        unknown = sara.get("/family?family=S-999999")
        tricks = (
            *(f"/family?family={centre.own}&family={centre.other}", f"/family?family={centre.other}%20"),
            *(f"/family?family[]={centre.other}", f"/family;family={centre.other}", f"/family/{centre.other}"),
        )
        asked_again = [sara.get(path).status for path in tricks]
        rest = [sara.get(f"/api/kernels/{kernel_id}").status, sara.post(f"/voila/api/shutdown/{kernel_id}").status]
        with pytest.raises(InvalidStatus) as closed:
            sara.socket(kernel_id)
        is_there = omid.get(f"/api/kernels/{kernel_id}").status
        pages = list(sara.pages)
        for each in (omid, sara):
            each.close()

        assert [answer.status for answer in (*refused, unknown)] == [403] * 4
        assert len({answer.text for answer in (refused[0], unknown)}) == 1
        assert set(asked_again) <= {403, 404}
        assert (rest, closed.value.response.status_code, is_there) == ([403, 403], 403, 200)
        assert pages == [own_page]

    def test_after_the_assignment(self, centre: RealCentre):
        """With the form still open, nothing that is sent after the assignment has ended is kept anywhere."""
        rows = centre.store.current(ASSIGNMENTS, {"family_id": [centre.other]})
        with opened(centre, "omid", centre.other) as form:
            states = form.states()
            income, button = found(states, label=INCOME), found(states, _model_name="ButtonModel")
            with centre.store.change("mina", "ended") as change:
                change.withdraw(ASSIGNMENTS, rows[list(ASSIGNMENTS.key)])
            before = centre.state()
            is_hung_up_on = False
            for value in range(1_000_000, 1_000_060):
                try:
                    form.set(income, value=value)
                    form.tell(button, event="click")
                    form.settled()
                except ConnectionClosed:
                    is_hung_up_on = True
                    break
        after = centre.state()
        with centre.store.change("mina", "entered wrongly") as change:
            change.record(ASSIGNMENTS, rows)

        assert is_hung_up_on
        assert before == after
