"""What if: sliders over the largest amounts and a few levels, in a place of their own.

What is tried here is handed to the same assessment as the file and kept nowhere: no draft, no version.
"""

from typing import Any

import ipywidgets
from markupsafe import Markup

from hamyar.core.message import N_
from hamyar.core.tables import LEVEL_ANSWERS
from hamyar.faces.form.fields import FormField, target_of
from hamyar.faces.form.heads import FormTools, button
from hamyar.faces.form.inputs import as_text
from hamyar.faces.form.panel import outcome
from hamyar.faces.form.review import named
from hamyar.faces.form.sections import Opening
from hamyar.faces.widgets.controls import Sheet, Shown
from hamyar.faces.widgets.slider import SliderInput

MOST_AMOUNTS, MOST_LEVELS = 6, 4
STEPS = 50
# Where nothing is told yet a slider still needs an end.
LEAST_END = 10_000_000
_ROUND = 100_000


class Trying(Opening):
    """The area of "what if"; ``what_if`` is what the sliders say, by field."""

    def __init__(self, tools: FormTools) -> None:
        super().__init__(tools, tools.words(N_("What if …")), heading=2)
        self.what_if: dict[str, Any] = {}
        self._sliders: dict[str, SliderInput] = {}
        self._result = Sheet(language=tools.words.language, title=tools.words(N_("What would follow")))
        self._result.on_ask(self._asked)

    def build(self) -> None:
        if self._sliders:
            self.refresh()
            return
        words = self.tools.words
        told = words(N_("Only tried: nothing that you move here is saved, and the file stays as it is."))
        fields = [*self._amounts(), *self._levels()]
        self._sliders = {field.id: self._slider(field) for field in fields}
        for field_id, slider in self._sliders.items():
            slider.observe(lambda change, tried=field_id: self._try(tried, change.new), "value")
        notice = Shown(value=str(Markup("<p><strong>{}</strong></p>").format(told)))
        area = ipywidgets.VBox([notice, *self._sliders.values(), self._result]).add_class("hamyar-what-if")
        self.body.children = [area]
        self.refresh()

    def choose_anew(self) -> None:
        """Forget what was tried and take the sliders anew: private matters may be seen now, or not any more."""
        self.what_if.clear()
        for slider in self._sliders.values():
            slider.close()
        self._sliders, self.body.children = {}, ()
        if self.is_built:
            self.build()

    def refresh(self) -> None:
        """Say what follows from what is tried, beside what holds."""
        if not self.is_built:
            return
        words, state, hidden = self.tools.words, self.tools.state, not self.tools.is_open_to_eyes()
        if not self.what_if:
            sentence = words(N_("Move a slider to see the gap and the level it would give."))
            self._result.html = str(Markup("<p>{}</p>").format(sentence))
            return
        both = Markup("<p><strong>{}</strong></p>{}<p><strong>{}</strong></p>{}").format(
            words(N_("As it is")),
            outcome(state.live(hide_private=hidden), words),
            words(N_("What if")),
            outcome(state.live(self.what_if, hide_private=hidden), words),
        )
        self._result.html = str(both + button("back", words(N_("Back to what is"))))

    def _asked(self, asked: str) -> None:
        for field_id, slider in self._sliders.items():
            slider.value = self._held(field_id)
        self.what_if.clear()
        self.refresh()

    def _try(self, field_id: str, value: Any) -> None:
        if value == self._held(field_id):
            self.what_if.pop(field_id, None)
        elif target_of(field_id).what == "obs":
            self.what_if[field_id] = LEVEL_ANSWERS[value]
        else:
            self.what_if[field_id] = value
        self.refresh()

    def _held(self, field_id: str) -> int | None:
        value = self.tools.state.value(field_id)
        return None if value is None else int(value)

    # -- which are worth a slider --

    def _amounts(self) -> list[FormField]:
        state = self.tools.state
        told = [field for field in state.fields("money") if field.kind == "money" and state.value(field.id)]
        largest = sorted(told, key=lambda field: -int(state.value(field.id)))
        return [field for field in largest if self.tools.shows(field)][:MOST_AMOUNTS]

    def _levels(self) -> list[FormField]:
        state = self.tools.state
        levels = [field for field in state.fields("indicators") if field.kind == "level" and self.tools.shows(field)]
        told = [field for field in levels if state.value(field.id) in LEVEL_ANSWERS[1:]]
        return sorted(told, key=lambda field: -int(state.value(field.id)))[:MOST_LEVELS]

    def _slider(self, field: FormField) -> SliderInput:
        words, value = self.tools.words, self._held(field.id)
        traits: dict[str, Any] = {"label": str(named(self.tools, field).striptags()), "language": words.language}
        if field.kind == "level":
            choices = dict(field.choices)
            names = [as_text(choices[code], words) for code in LEVEL_ANSWERS]
            return SliderInput(min=0, max=len(names) - 1, names=names, value=value, **traits)
        end = max(LEAST_END, 2 * (value or 0))
        step = max(_ROUND, end // STEPS // _ROUND * _ROUND)
        unit = words.money(0, self.tools.state.currency).split("\u00a0")[-1]
        return SliderInput(min=0, max=-(-end // step) * step, step=step, unit=unit, value=value, **traits)


__all__ = ["Trying"]
