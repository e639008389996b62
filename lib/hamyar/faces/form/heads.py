"""What stands over fields: titles, what they are for, how much is open, and the buttons of lines and members."""

from collections.abc import Callable
from dataclasses import dataclass, field

from markupsafe import Markup

from hamyar.core.message import N_, Message, nmessage
from hamyar.core.tables import LEVEL_ANSWERS, ROLES
from hamyar.faces.form.asked import FOOD_WEEK
from hamyar.faces.form.fields import AIMS, NO_GOAL, FormField, FormGroup, FormSection, Target, target_of
from hamyar.faces.form.inputs import Inputs
from hamyar.faces.form.state import FormState
from hamyar.faces.labels import label
from hamyar.faces.text import sentence_html
from hamyar.faces.widgets.controls import Sheet
from hamyar.words import Words

_DETAILS_OF_LINE = ("recall", "item", "source")
# Columns of which nobody says that they are open: they are asked only where the answer beside them calls for it.
_EXTRA = (*_DETAILS_OF_LINE, "reason", "resource_id", "done_day", "until_day")
# The column on which the others of its row depend.
_MAIN = {"obs": "answer", "plan": "decision", "visit": "status", "goal": "aim_level", "flow": "recall"}


@dataclass(frozen=True)
class FormTools:
    """What every part of the page needs: the state, its widgets, the language, and what to do when asked.

    ``ask`` is called with the name of a button; ``is_open_to_eyes`` says whether private matters may be seen now.
    ``detailed`` are the groups whose details were asked for.
    """

    state: FormState
    inputs: Inputs
    words: Words
    ask: Callable[[str], None]
    is_open_to_eyes: Callable[[], bool]
    detailed: set[str] = field(default_factory=set)

    def shows(self, field: FormField) -> bool:
        """Whether a field may be seen, whoever looks at the screen."""
        return not field.is_private or self.is_open_to_eyes()

    def wants(self, field: FormField) -> bool:
        """Whether a field is on the page now: seen, and called for by the answer it belongs to."""
        if not self.shows(field):
            return False
        target = target_of(field.id)
        if target.column not in _EXTRA or self.state.origin(field.id) == "draft":
            return True
        if target.what == "flow":
            return field.group in self.detailed or (target.column == "recall" and self._beside(target) is not None)
        if target.column == "source":
            return field.group in self.detailed and self.may_tell_source(field)
        return self.state.value(field.id) is not None or self._is_called_for(target)

    def may_tell_source(self, field: FormField) -> bool:
        """Whether there is anything that somebody could have told: of a question its answer."""
        target = target_of(field.id)
        return self.shows(field) and (target.what != "obs" or self._beside(target) is not None)

    def _is_called_for(self, target: Target) -> bool:
        beside = self._beside(target)
        match target.what, target.column:
            case "obs", _:
                return beside in LEVEL_ANSWERS[1:]
            case "goal", "until_day":
                return beside in AIMS and beside != NO_GOAL
            case "goal", _:
                return beside == NO_GOAL
            case "plan", "resource_id":
                return beside == "accepted"
            case "plan", _:
                return beside in ("refused", "changed")
            case "visit", "done_day":
                return beside == "done"
        return beside not in (None, "planned", "fixed", "done")

    def _beside(self, target: Target) -> str | None:
        """The value on which another depends; of a line its period, where that is not the usual month."""
        value = self.state.value(target.beside(_MAIN[target.what]))
        return None if target.what == "flow" and value == "month" else value

    def sheet(self, html: Markup) -> Sheet:
        """Markup whose buttons ask the page."""
        made = Sheet(html=str(html), language=self.words.language)
        made.on_ask(self.ask)
        return made


def button(ask: str, title: Markup | str, about: Markup | str = "", css_class: str = "") -> Markup:
    """A button of a sheet; ``about`` is said after its title to those who hear it without what stands around."""
    more = Markup('<span class="hamyar-unseen-text">: {}</span>').format(about) if about else Markup("")
    return Markup('<button type="button" class="{}" data-ask="{}">{}{}</button>').format(css_class, ask, title, more)


def help_html(sentence: Message | None, words: Words) -> Markup:
    if sentence is None:
        return Markup("")
    return Markup('<p class="hamyar-form-help">{}</p>').format(sentence_html(sentence, words))


def group_head(tools: FormTools, group: FormGroup, with_title: bool = True) -> Markup:
    """A group's title, what it is for, and the buttons of a member or of a group of questions."""
    name = sentence_html(group.label, tools.words)
    title = Markup('<h3 class="hamyar-group-title">{}</h3>').format(name) if with_title else Markup("")
    told = "" if group.section == "money" else _source_button(tools, group.section, group.id, name)
    leave = Markup("")
    if group.section == "household" and group.subject is not None:
        text = tools.words(N_("Does not live here"))
        leave = button(f"unmember:{group.subject}", text, name, "hamyar-link")
    if told or leave:
        leave = Markup('<div class="hamyar-line-buttons">{}{}</div>').format(told, leave)
    is_told = tools.is_open_to_eyes() or not group.is_help_private
    return title + help_html(group.help if is_told else None, tools.words) + leave


def _source_button(tools: FormTools, section: str, group_id: str, name: Markup | str = "") -> Markup:
    """The button that opens who told what stands in a group; nothing where it stands open, or nothing was told."""
    of_group = [found for found in tools.state.fields(section) if found.group == group_id]
    told = [found for found in of_group if target_of(found.id).column == "source" and tools.may_tell_source(found)]
    if group_id in tools.detailed or not told:
        return Markup("")
    return button(f"detail:{group_id}", tools.words(N_("Who told it")), name, "hamyar-link")


def line_buttons(tools: FormTools, line: FormGroup, category: FormGroup, is_alone: bool) -> Markup:
    """The buttons of one line of money; where it is the only one, also that for another."""
    words, name, origin = tools.words, sentence_html(line.label, tools.words), tools.state.origin(amount_of(line))
    found = []
    if origin == "last_month":
        found.append(button(f"confirm:{line.id}", words(N_("Same as last month")), name))
    if line.id not in tools.detailed:
        found.append(button(f"detail:{line.id}", words(N_("Details")), name, "hamyar-link"))
    if not is_alone or origin in ("draft", "file"):
        found.append(button(f"unline:{line.id}", words(N_("Take the line away")), name, "hamyar-link"))
    if is_alone:
        found.append(_another(tools, category))
    return Markup('<div class="hamyar-line-buttons">{}</div>').format(Markup("").join(found))


def category_foot(tools: FormTools, category: FormGroup) -> Markup:
    """Below the lines of a category that has several: the button for one more."""
    return Markup('<div class="hamyar-line-buttons">{}</div>').format(_another(tools, category))


def amount_of(line: FormGroup) -> str:
    return f"{line.id}:amount_money"


def _another(tools: FormTools, category: FormGroup) -> Markup:
    label = sentence_html(category.label, tools.words)
    return button(f"line:{category.id}", tools.words(N_("Another line")), label, "hamyar-link")


def section_head(tools: FormTools, section: FormSection) -> Markup:
    """What a section is for, and what can be asked of the whole of it."""
    words, told = tools.words, help_html(section.help, tools.words)
    if section.name == "money":
        fields = tools.state.fields("money")
        if any(tools.state.origin(field.id) == "last_month" for field in fields if field.kind == "money"):
            return told + button("confirm:money", words(N_("All that is left is the same as last month")))
    if section.name == "food":
        return told + _source_button(tools, section.name, FOOD_WEEK)
    if section.name == "household":
        roles = [button(f"member:{role}", label(role, words)) for role in ROLES]
        asked = words(N_("Somebody else lives here:"))
        return told + Markup('<p>{}</p><div class="hamyar-line-buttons">{}</div>').format(asked, Markup("").join(roles))
    return told


def nothing_html(words: Words) -> Markup:
    """What a section says in which nothing can be entered now."""
    return Markup("<p>{}</p>").format(words(N_("There is nothing to enter here this month.")))


def noted(fields: list[FormField], tools: FormTools) -> str:
    """How many questions have no answer yet, and how many changes wait to be submitted; in a few words."""
    state = tools.state
    asked = [found for found in fields if target_of(found.id).column not in _EXTRA]
    is_open = sum(state.origin(found.id) in ("empty", "last_month") and not found.is_settled for found in asked)
    drafts = sum(state.origin(found.id) == "draft" for found in fields)
    parts: list[Message] = []
    if is_open:
        parts.append(nmessage(N_("{count} open"), N_("{count} open"), is_open))
    if drafts:
        parts.append(nmessage(N_("{count} not submitted"), N_("{count} not submitted"), drafts))
    return " · ".join(tools.words(part) for part in parts)


__all__ = [
    "FormTools",
    "button",
    "category_foot",
    "group_head",
    "help_html",
    "line_buttons",
    "noted",
    "nothing_html",
    "section_head",
]
