"""Before submitting: what would change, old beside new; what is still wrong; and why it is changed, where one says.

Nothing enters the file without this list before it, and nothing enters in part.
"""

from markupsafe import Markup, escape

from hamyar.core.errors import HamyarError
from hamyar.core.message import N_, Message, message, nmessage
from hamyar.faces.form.fields import REMOVED, FormField, target_of
from hamyar.faces.form.heads import FormTools, button
from hamyar.faces.form.inputs import as_text
from hamyar.faces.form.sections import Opening
from hamyar.faces.form.shown_values import shown_value
from hamyar.faces.labels import label
from hamyar.faces.text import sentence_html
from hamyar.faces.widgets.controls import GuardedButton, Sheet
from hamyar.faces.widgets.text import TextInput

MOST_REASON = 400


class Review(Opening):
    """The last section: the list, the reason and the button.

    ``reason`` is the reason as typed; ``submit`` the button; ``clash`` the place where two values are
    compared, and ``undecided`` how many of these wait for a choice.
    """

    def __init__(self, tools: FormTools) -> None:
        super().__init__(tools, tools.words(N_("Review and submit")), heading=2)
        words = tools.words
        self.list = Sheet(language=words.language).add_class("hamyar-review")
        self.clash = Sheet(language=words.language, title=words(N_("Changed by somebody else"))).add_class("at-clash")
        self.outcome = Sheet(language=words.language).add_class("at-outcome")
        for sheet in (self.list, self.clash):
            sheet.on_ask(tools.ask)
        self.undecided = 0
        self.reason = TextInput(
            label=words(N_("Why it is changed")),
            description=words(N_("For corrections of earlier entries; you may leave it empty. No names.")),
            language=words.language,
            rows=2,
            longest=MOST_REASON,
        )
        self.submit = GuardedButton(description=words(N_("Submit")), button_style="primary")
        self.body.children = [self.list, self.clash, self.reason, self.submit, self.outcome]
        self.refresh({})

    def build(self) -> None:
        """All of it stands from the beginning: it is short, and its list is kept up to date."""

    def refresh(self, problems: dict[str, Message]) -> None:
        """Bring the list to what the state holds; ``problems`` by field."""
        state, words = self.tools.state, self.tools.words
        changed = state.changed()
        self.head.note = words(nmessage(N_("{count} change"), N_("{count} changes"), len(changed))) if changed else ""
        self.submit.disabled = not changed or bool(problems) or self.undecided > 0
        parts = [self._changes(changed), problem_list(self.tools, problems)]
        if changed or self.tools.inputs.unsaved():
            parts.append(button("discard", words(N_("Throw all of it away")), css_class="hamyar-link"))
        self.list.html = str(Markup("").join(parts))

    def say(self, sentence: Message) -> None:
        """Tell the outcome, to eyes and ears."""
        self.outcome.said = as_text(sentence, self.tools.words)

    def _changes(self, changed: list[str]) -> Markup:
        words = self.tools.words
        if not changed:
            sentence = N_("Nothing has been changed yet. What you enter is kept as a draft and stands here.")
            return Markup("<p>{}</p>").format(words(sentence))
        rows = Markup("").join(self._change(field_id) for field_id in changed)
        return Markup("<p>{}</p><ul>{}</ul>").format(words(N_("This is what submitting changes in the file:")), rows)

    def _change(self, field_id: str) -> Markup:
        state, words = self.tools.state, self.tools.words
        undo = words(N_("Undo"))
        target = target_of(field_id)
        if target.column == REMOVED:
            sentence = self._removed_sentence(target.what, target.key)
            told = sentence_html(sentence, words)
            return Markup('<li class="hamyar-change">{} {}</li>').format(
                told, button(f"undo:{field_id}", undo, told, "hamyar-link")
            )
        try:
            field = state.field(field_id)
        except HamyarError:
            return Markup("")
        is_veiled = not self.tools.shows(field)
        name = Markup("{}").format(words(N_("A private matter"))) if is_veiled else named(self.tools, field)
        if is_veiled:
            return Markup('<li class="hamyar-change">{}</li>').format(name)
        old = shown_value(field, state.filed(field_id), words, state.currency)
        new = shown_value(field, state.value(field_id), words, state.currency)
        return Markup(
            '<li class="hamyar-change"><button type="button" class="hamyar-link" data-ask="go:{}">{}</button>: '
            '<span class="hamyar-unseen-text">{} </span><span class="old">{}</span> <span aria-hidden="true">{}</span>'
            '<span class="hamyar-unseen-text"> {} </span> <span class="new">{}</span> {}</li>'
        ).format(
            *(field_id, name, words(N_("before")), old, "←" if words.direction == "rtl" else "→", words(N_("now"))),
            *(new, button(f"undo:{field_id}", undo, name, "hamyar-link")),
        )

    def _removed_sentence(self, what: str, key: tuple[str, ...]) -> Message:
        if what == "member":
            return message(N_("Taken out of the household: {member}"), member=self.tools.state.member_label(key[0]))
        category = label(key[0], self.tools.words)
        return message(N_("Line {line} of {category} is taken away"), line=int(key[1]), category=category)


def named(tools: FormTools, field: FormField) -> Markup:
    """A field's label with the group it stands in, for a place where nothing stands around it."""
    name = escape(tools.inputs.label_of(field))
    if field.group is None or field.section == "money":
        return name
    group = next((group for group in tools.state.groups(field.section) if group.id == field.group), None)
    if group is None:
        return name
    return Markup("{} – {}").format(sentence_html(group.label, tools.words), name)


def problem_list(tools: FormTools, problems: dict[str, Message]) -> Markup:
    """What is wrong, each leading to its field; nothing where nothing is."""
    words = tools.words
    if not problems:
        return Markup("")
    rows = []
    for field_id, problem in problems.items():
        try:
            field = tools.state.field(field_id)
        except HamyarError:
            rows.append(Markup("<li>{}</li>").format(sentence_html(problem, words)))
            continue
        if not tools.shows(field):
            # Neither the question nor its code, which the button's name and the sentence would hold.
            link = button("private", words(N_("A private matter")), css_class="hamyar-link")
            problem = message(N_("Show private matters to see what is to mend."))
        else:
            link = button(f"go:{field_id}", named(tools, field), css_class="hamyar-link")
        rows.append(Markup("<li>{}: {}</li>").format(link, sentence_html(problem, words)))
    title = words(nmessage(N_("{count} thing to mend"), N_("{count} things to mend"), len(problems)))
    return Markup("<h3>{}</h3><ul>{}</ul>").format(title, Markup("").join(rows))


__all__ = ["Review", "named", "problem_list"]
