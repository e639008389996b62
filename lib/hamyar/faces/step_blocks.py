"""The blocks of what comes next: what would change a level, what to ask, which help is proposed.

They draw what the core has found and decide nothing.  A question that hurts in company is marked,
and so is a programme that only an expert can give.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from hamyar.core.message import N_
from hamyar.faces.blocks import Block
from hamyar.faces.score_bar import Share, Text, written_share
from hamyar.faces.text import clip, sentence_html
from hamyar.words import Words

Pace = Literal["soon", "slowly", "never"]

_PACES: Mapping[str, str] = {
    "soon": N_("can change soon"),
    "slowly": N_("changes slowly"),
    "never": N_("cannot be changed"),
}


@dataclass(frozen=True)
class Change:
    """One indicator that would have to change: the meaning of its level now and of the level it must reach."""

    indicator: str
    from_words: Text
    to_words: Text
    pace: Pace


@dataclass(frozen=True, repr=False)
class ChangeList(Block):
    """What would change the level: a sentence, and the smallest set of changes that does it."""

    template: ClassVar[str] = "change_list"
    title: Text
    changes: Sequence[Change]
    words: Words

    def context(self) -> dict[str, Any]:
        words = self.words
        return {
            "title": sentence_html(self.title, words),
            "now": words(N_("Now")),
            "needed": words(N_("Needed")),
            "changes": [
                {
                    "indicator": clip(change.indicator),
                    "from_words": sentence_html(change.from_words, words),
                    "to_words": sentence_html(change.to_words, words),
                    "pace": change.pace,
                    "pace_word": words(_PACES[change.pace]),
                }
                for change in self.changes
            ],
        }


@dataclass(frozen=True)
class Question:
    """One open question: as a helper asks it, of which indicator, and how likely its answer is to decide the level."""

    question: str
    indicator: str
    decides_share: Share | None = None
    is_sensitive: bool = False


@dataclass(frozen=True, repr=False)
class AskNext(Block):
    """What to ask next, the most deciding question first; nothing at all where nothing is open."""

    template: ClassVar[str] = "ask_next"
    questions: Sequence[Question]
    words: Words

    def context(self) -> dict[str, Any]:
        words = self.words
        return {
            "title": words(N_("What to ask next")),
            "private": words(N_("ask in private")),
            "questions": [
                {
                    "question": clip(found.question, 240),
                    "indicator": clip(found.indicator),
                    "why": self._why(found.decides_share),
                    "is_sensitive": found.is_sensitive,
                }
                for found in self.questions
            ],
        }

    def _why(self, share: Share | None) -> str:
        if share is None:
            return ""
        sentence = N_("The answer decides the level with a chance of {share}.")
        return self.words(sentence, share=written_share(share, self.words))


@dataclass(frozen=True)
class ProposedHelp:
    """One programme: its name, the means by which it is given, the harms it answers, and whether an expert gives it."""

    programme: str
    means: str
    answers: Sequence[str]
    needs_expert: bool = False
    description: Text = ""


@dataclass(frozen=True, repr=False)
class ProgrammeList(Block):
    """The help proposed for a family, under a sentence that says which kind it is and for whom."""

    template: ClassVar[str] = "programme_list"
    title: Text
    programmes: Sequence[ProposedHelp]
    words: Words

    def context(self) -> dict[str, Any]:
        words = self.words
        joiner = "، " if words.language == "fa" else ", "
        return {
            "title": sentence_html(self.title, words),
            "answers_word": words(N_("Answers")),
            "expert": words(N_("needs an expert")),
            "programmes": [
                {
                    "programme": clip(found.programme),
                    "means": clip(found.means),
                    "answers": joiner.join(clip(harm) for harm in found.answers),
                    "needs_expert": found.needs_expert,
                    "description": sentence_html(found.description, words),
                }
                for found in self.programmes
            ],
        }


__all__ = ["AskNext", "Change", "ChangeList", "Pace", "ProgrammeList", "ProposedHelp", "Question"]
