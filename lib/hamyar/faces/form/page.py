"""A family's form as a page: header, sections in the order a visit follows, and beside them what follows from it.

``open_family_form(family, month)`` returns a :class:`FamilyForm`; the notebook shows :meth:`FamilyForm.page`.
The page holds no opinion of its own: values are judged and kept by :class:`~hamyar.faces.form.state.FormState`, and
every call of it may be refused, because what a person may do can end at any moment.  A refusal is told and changes
nothing.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

import ipywidgets
from markupsafe import Markup

from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month
from hamyar.core.message import N_, Message, message, nmessage
from hamyar.faces import pages
from hamyar.faces.addresses import address
from hamyar.faces.blocks import Block, Notice, Provenance
from hamyar.faces.form.clash import Clash
from hamyar.faces.form.clash_view import clash_html
from hamyar.faces.form.fields import name_id
from hamyar.faces.form.heads import FormTools, button
from hamyar.faces.form.inputs import Inputs, as_text, place_of
from hamyar.faces.form.live import Live
from hamyar.faces.form.panel import detail, summary
from hamyar.faces.form.review import Review
from hamyar.faces.form.sections import Opening, Section
from hamyar.faces.form.state import FormState
from hamyar.faces.form.trying import Trying
from hamyar.faces.pages import Several
from hamyar.faces.result import Result
from hamyar.faces.session import Session, SubmitConflict, Submitted, open_session
from hamyar.faces.text import isolated
from hamyar.faces.widgets.controls import Panel, Shown
from hamyar.words import Words

LOOK = Path(__file__).with_name("look.css")
# While somebody goes from field to field, what follows is worked out once the hand rests, and what shut sections have
# to say last of all.
REST_SECONDS, LONG_REST_SECONDS = 0.15, 0.9


class NotAllSaved(HamyarError):
    msgid = N_("Nothing was submitted: what stands in {count} fields is not saved. Correct it, or empty the fields.")


class WrittenElsewhere(HamyarError):
    msgid = N_(
        "Nothing was submitted: you have this form open on another page too, and what you changed there has come here. "
        "Look at the list, then submit."
    )


class FamilyForm:
    """One open form, ready to be shown."""

    def __init__(self, session: Session, family_id: str, month: Month, words: Words) -> None:
        self.session, self.words = session, words
        self.state = FormState(session, family_id, month)
        self._shows_private = False
        self._later: dict[Callable[[], object], asyncio.TimerHandle] = {}
        self.inputs = Inputs(self.state, words, self._taken, self._refused)
        self.tools = FormTools(self.state, self.inputs, words, self._ask, lambda: self._shows_private)
        self.panel = Panel(title=words(N_("What follows from the entries")), language=words.language)
        self.panel.on_ask(self._ask)
        self.panel.on_return(lambda: self._guarded(self._look_elsewhere))
        self.head = self.tools.sheet(self._head())
        self.sections = {section.name: Section(self.tools, section) for section in self.state.sections}
        self.trying = Trying(self.tools)
        self.review = Review(self.tools)
        self.review.submit.on_click(lambda _: self._guarded(self._submit))
        self._clashes: list[Clash] = []
        self._chosen: dict[str, str] = {}
        self._show_live()
        self._soon(self._refresh_sections, LONG_REST_SECONDS)

    # -- what the notebook asks for --

    def notices(self) -> Block:
        """Invented data, values nobody has confirmed, and what the state has to say before anybody types."""
        live = self._live
        own: list[Block] = [Notice("warning", sentence, self.words) for sentence in self.state.notices]
        rules = pages.notices(self.state.tables().is_synthetic, live.assessment.rules, self.words)
        return Several([*own, rules])

    def page(self) -> ipywidgets.Widget:
        """The form itself."""
        style = Shown(value=f"<style>{LOOK.read_text('utf-8')}</style>")
        openings: list[Opening] = [*self.sections.values(), self.trying, self.review]
        main = ipywidgets.VBox([opening.box for opening in openings]).add_class("hamyar-form-main")
        side = ipywidgets.VBox([self.panel]).add_class("hamyar-form-side")
        columns = ipywidgets.Box([main, side]).add_class("hamyar-form-columns")
        return ipywidgets.VBox([style, self.head, columns]).add_class("hamyar-form")

    def result(self) -> Result:
        """What follows from the file and the drafts, for programs; nothing of what was typed itself."""
        live = self._live
        gap = None if live.gap_before_aid is None else live.gap_before_aid.amount
        level = None if live.overall is None else live.overall.level
        values = {"gap_before_aid_money": gap, "level": level, "changes": len(self.state.changed())}
        status = "incomplete" if gap is None or live.unknown else "complete"
        return Result("family_form", self.state.family_id, str(self.state.month), status, values)

    def provenance(self) -> Provenance:
        return pages.provenance(self.session.origin, self.state.month, self.words)

    # -- the head --

    def _head(self) -> Markup:
        words, state = self.words, self.state
        names = self._names()
        name = Markup(" <span>{}</span>").format(isolated(names)) if names else Markup("")
        code = Markup('<span class="case"><bdi dir="ltr">{}</bdi></span>').format(state.family_id)
        hidden = words(N_("Show private matters") if not self._shows_private else N_("Hide private matters"))
        told = words(N_("Private questions are hidden, because others may see the screen."))
        links = Markup("").join(
            Markup('<a href="{}" target="_blank" rel="noopener">{}</a>').format(
                address(slug, family=state.family_id, month=str(state.month)), words(title)
            )
            for slug, title in (("economy", N_("The family’s economy")), ("levels", N_("Levels")))
        )
        private = Markup("<p>{} {}</p>").format("" if self._shows_private else told, button("private", hidden))
        return Markup('<div class="hamyar-form-head"><h2>{}{}</h2><span>{}</span>{}</div>{}').format(
            code, name, words.month(state.month), links, private
        )

    def _names(self) -> str:
        """The family's name, else that of its head; nothing where no names may be read."""
        members = self.state.tables().members
        heads = members.loc[members["role"] == "head", "member_id"].astype("str")
        names = (self.state.value(name_id(owner, "name")) for owner in (self.state.family_id, *heads))
        return next(filter(None, names), "")

    # -- what happens --

    def _taken(self, field_id: str) -> None:
        """A value was taken and is a draft now."""
        self.inputs.refresh(field_id)
        self._changed()

    def _refused(self, field_id: str) -> None:
        """A text was refused or could not be read; or it was, and is mended."""
        if self.inputs.unsaved():
            self.panel.said = self.words(N_("Not saved. See what is said beside the field."))
        else:
            self._tell_drafts()
        self._soon(self._show_live, REST_SECONDS)

    def _tell_drafts(self) -> None:
        count = len(self.state.changed())
        saved = nmessage(
            N_("Saved as a draft: {count} change is not submitted yet."),
            N_("Saved as a draft: {count} changes are not submitted yet."),
            count,
        )
        self.panel.said = self.words(saved if count else message(N_("Nothing is left to submit.")))

    def _changed(self) -> None:
        self._tell_drafts()
        self._refresh_open()
        self._soon(self._show_live, REST_SECONDS)
        self._soon(self._refresh_sections, LONG_REST_SECONDS)
        self._soon(self._look_elsewhere, LONG_REST_SECONDS)

    def _look_elsewhere(self) -> bool:
        """Take over what the same person wrote on another page of this form meanwhile, and say so."""
        count = len(self.state.look_elsewhere())
        if count:
            self.inputs.refresh_all()
            self._changed()
            sentence = nmessage(
                N_("This form is open on another page too: {count} entry that you changed there stands here now."),
                N_("This form is open on another page too: {count} entries that you changed there stand here now."),
                count,
            )
            self.panel.said = self.words(sentence)
        return count > 0

    def _refresh_open(self) -> None:
        for section in self.sections.values():
            if section.head.value:
                section.refresh()

    def _refresh_sections(self) -> None:
        for section in self.sections.values():
            section.refresh()

    def _soon(self, action: Callable[[], object], seconds: float) -> None:
        """Do it once the hand rests; at once where no loop runs."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            action()
            return
        if action in self._later:
            self._later[action].cancel()
        self._later[action] = loop.call_later(seconds, lambda: self._guarded(action))

    def _show_live(self) -> None:
        self._live: Live = self.state.live(hide_private=not self._shows_private)
        problems = self.state.problems()
        self.inputs.complain(problems)
        problems |= self.inputs.unsaved()
        self.head.html = str(self._head())
        self.panel.summary = str(summary(self._live, self.words))
        self.panel.html = str(detail(self._live, problems, self.tools))
        self.review.refresh(problems)
        self.trying.refresh()

    def _guarded(self, action: Callable[[], object]) -> None:
        """Do it; where it is refused, say so and leave everything as it is."""
        try:
            action()
        except HamyarError as error:
            sentence = as_text(error.message, self.words)
            self.panel.said = sentence
            self.review.say(error.message)

    def _ask(self, asked: str) -> None:
        name, _, rest = asked.partition(":")
        actions: dict[str, Callable[[], None]] = {
            "go": lambda: self._go(rest),
            "undo": lambda: self._undo(rest),
            "confirm": lambda: self.state.confirm(rest),
            "detail": lambda: self.tools.detailed.add(rest),
            "line": lambda: self._added_line(rest.partition(":")[2]),
            "unline": lambda: self.state.remove_line(rest),
            "member": lambda: self._added_member(rest),
            "unmember": lambda: self.state.remove_member(rest),
            "private": self._turn_private,
            "discard": self._discard_all,
            "decide": lambda: self._decide(rest),
        }
        self._guarded(lambda: self._do(name, actions[name]))

    def _do(self, name: str, action: Callable[[], None]) -> None:
        action()
        if name == "go":
            return
        self.inputs.refresh_all()
        if name in ("private", "detail"):
            self._refresh_open()
            self._soon(self._show_live, REST_SECONDS)
        else:
            self._changed()

    def _undo(self, field_id: str) -> None:
        self.state.undo(field_id)
        self.inputs.forget(field_id)

    def _discard_all(self) -> None:
        self.state.discard_all()
        self.inputs.forget()

    def _go(self, field_id: str) -> None:
        """Open what stands over a field and lead the keyboard to it."""
        field = self.state.field(field_id)
        if not self.tools.shows(field):
            self._turn_private()
        self.sections[field.section].open_at(field)
        self.panel.focus(place_of(field_id))

    def _added_line(self, category: str) -> None:
        group = self.state.add_line(category)
        self._refresh_open()
        self.panel.focus(place_of(f"{group}:amount_money"))

    def _added_member(self, role: str) -> None:
        member = self.state.add_member(role)
        self._refresh_open()
        self._go(f"member:{member}:role")

    def _turn_private(self) -> None:
        self._shows_private = not self._shows_private
        self.head.html = str(self._head())
        self._refresh_open()
        self.trying.choose_anew()
        self._soon(self._show_live, REST_SECONDS)
        if self._clashes:
            self._draw_clash()

    # -- submitting --

    def _submit(self) -> None:
        if unsaved := self.inputs.unsaved():
            raise NotAllSaved(count=len(unsaved))
        if self._look_elsewhere():
            raise WrittenElsewhere()
        try:
            done = self.state.submit(self.review.reason.value or "")
        except SubmitConflict as conflict:
            self._clashes = list(self.state.clashes(conflict))
            self._chosen.clear()
            self._show_clash(conflict.message)
            return
        self._show_submitted(done)

    def _show_submitted(self, done: Submitted) -> None:
        self._clashes, self.review.clash.html = [], ""
        self.review.reason.value = None
        self.inputs.refresh_all()
        self._refresh_sections()
        self._show_live()
        count = done.inserted + done.corrected + done.withdrawn
        sentence = nmessage(
            N_("Submitted: {count} entry is in the family’s file now."),
            N_("Submitted: {count} entries are in the family’s file now."),
            count,
        )
        self.panel.said = self.words(sentence)
        self.review.say(sentence)

    def _show_clash(self, sentence: Message) -> None:
        self.review.open()
        self.review.say(sentence)
        self._draw_clash()
        self.review.undecided = len(self._clashes) - len(self._chosen)
        self._show_live()
        self.review.clash.focus("at-clash")

    def _draw_clash(self) -> None:
        self.review.clash.html = str(clash_html(self._clashes, self._chosen, self.tools))

    def _decide(self, rest: str) -> None:
        key, _, side = rest.rpartition(":")
        self.state.decide(key, "ours" if side == "ours" else "theirs")
        self._chosen[key] = side
        left = len(self._clashes) - len(self._chosen)
        if left:
            sentence = nmessage(N_("{count} choice is left."), N_("{count} choices are left."), left)
        elif self.state.changed():
            sentence = message(N_("All is chosen. Submit again."))
        else:
            sentence = message(N_("All is chosen: the file stays as the others left it, and nothing is to submit."))
        self._show_clash(sentence)


def open_family_form(family: str, month: str, language: str | None = None) -> FamilyForm:
    """The form of a family (by case code) in a month such as ``1404-08``.

    Raises ``FamilyUnknown``, ``NotAllowed`` or ``NotAMonth``.
    """
    return FamilyForm(open_session(), family, Month.parse(month), Words(language))


__all__ = ["FamilyForm", "open_family_form"]
