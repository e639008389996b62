"""What the live panel says: the gap and its path, the level with why, what is unknown, what to ask next.

It draws :class:`~hamyar.faces.form.live.Live` and decides nothing.  A level is told by its shape and its word together,
an amount by its number and its unit; no distinction rests on colour.
"""

from collections.abc import Iterable

import pandas as pd
from markupsafe import Markup

from hamyar.core.jalali import Month
from hamyar.core.message import N_, Message
from hamyar.core.rial import Money
from hamyar.faces.blocks import value_html
from hamyar.faces.form.heads import FormTools
from hamyar.faces.form.live import Live, LiveLevel
from hamyar.faces.form.review import problem_list
from hamyar.faces.level_looks import UNDETERMINED, level_icon, level_title, range_message
from hamyar.faces.text import sentence_html
from hamyar.words import Words

# The panel shows the last months of the path; the family's own page shows all.
MONTHS_SHOWN = 6


def summary(live: Live, words: Words) -> Markup:
    """Level and gap in one line, for a bar that is always in view."""
    gap = Markup('<span class="gap-line">{}: <strong>{}</strong></span>').format(
        words(N_("Gap")), value_html(live.gap_before_aid, words)
    )
    level = Markup("") if live.overall is None else level_line(live.overall, words)
    return level + gap


def outcome(live: Live, words: Words) -> Markup:
    """Level and gap with their ranges, for two of them side by side."""
    parts = [Markup("<p>{}</p>").format(sentence_html(live.gap_sentence, words))]
    if live.overall is not None:
        parts.insert(0, Markup("<p>{}</p>").format(level_line(live.overall, words)))
        parts += [
            Markup("<p>{}: {}</p>").format(sentence_html(domain.label, words), level_line(domain, words))
            for domain in live.domains
        ]
    return Markup('<div class="hamyar-outcome">{}</div>').format(Markup("").join(parts))


def level_line(level: LiveLevel, words: Words) -> Markup:
    """A level's shape and word; where it is undetermined, the levels still possible."""
    told = Markup('<span class="level-line">{}{}</span>').format(
        level_icon(level.level, words), level_title(level.level, words)
    )
    if level.level != UNDETERMINED:
        return told
    possible = sentence_html(range_message(level.level_at_best, level.level_at_worst), words)
    return told + Markup(" ({})").format(possible)


def detail(live: Live, problems: dict[str, Message], tools: FormTools) -> Markup:
    """Everything else that the panel says, the most urgent first."""
    words = tools.words
    parts = [
        problem_list(tools, problems),
        _listed(N_("What your changes do"), [change.sentence for change in live.changes], words),
        _gap(live, words),
        _levels(live, words),
        _listed(N_("What to ask next"), live.ask_next, words, "ol"),
        _listed(N_("What is not yet known"), live.unknown, words),
    ]
    return Markup("").join(parts)


def _gap(live: Live, words: Words) -> Markup:
    sentences = [live.gap_sentence, *([live.aid_sentence] if live.aid_sentence else []), live.path_sentence]
    told = Markup("").join(Markup("<p>{}</p>").format(sentence_html(sentence, words)) for sentence in sentences)
    facts: list[tuple[str, Money | None]] = [(words(N_("Gap before aid")), live.gap_before_aid)]
    if live.gap_before_aid is None:
        facts += [(words(N_("At least")), live.gap_at_least), (words(N_("At most")), live.gap_at_most)]
    facts.append((words(N_("Gap after aid")), live.gap_after_aid))
    rows = Markup("").join(
        Markup("<tr><th scope=row>{}</th><td>{}</td></tr>").format(name, value_html(amount, words))
        for name, amount in facts
    )
    table = Markup('<table class="hamyar-path">{}</table>').format(rows)
    return Markup("<h3>{}</h3>{}{}{}").format(words(N_("The gap and its path")), table, told, _path(live, words))


def _path(live: Live, words: Words) -> Markup:
    """The last months as a table, each gap with a bar of its length; an unknown one has the word and no bar."""
    shown = live.path.tail(MONTHS_SHOWN)
    largest = max((int(amount) for amount in shown["gap_before_aid_money"].dropna()), default=0)
    has_target = bool(shown["target_money"].notna().any())
    rows = []
    for month, gap, target in zip(shown["month"], shown["gap_before_aid_money"], shown["target_money"], strict=True):
        width = 0 if pd.isna(gap) or not largest else round(100 * int(gap) / largest)
        bar = Markup('<span class="path-bar" style="width: {}%"></span>').format(width)
        cells = [
            Markup("<th scope=row>{}</th><td>{}{}</td>").format(
                words.month(Month.from_code(int(month))), _amount(gap, live, words), bar
            )
        ]
        if has_target:
            cells.append(Markup("<td>{}</td>").format(_amount(target, live, words)))
        rows.append(Markup("<tr>{}</tr>").format(Markup("").join(cells)))
    heads = [N_("Month"), N_("Gap before aid"), *([N_("Target")] if has_target else [])]
    head = Markup("").join(Markup("<th scope=col>{}</th>").format(words(title)) for title in heads)
    unit = words.money(0, live.assessment.currency).split("\u00a0")[-1]
    caption = Markup("<caption class=small>{}</caption>").format(words(N_("In {unit}"), unit=unit))
    return Markup('<table class="hamyar-path">{}<thead><tr>{}</tr></thead><tbody>{}</tbody></table>').format(
        caption, head, Markup("").join(rows)
    )


def _amount(amount: object, live: Live, words: Words) -> Markup:
    if pd.isna(amount):
        return value_html(None, words)
    return Markup('<span class="number">{}</span>').format(words.amount(int(amount), live.assessment.currency))  # type: ignore[call-overload]


def _levels(live: Live, words: Words) -> Markup:
    if live.overall is None:
        return Markup("")
    domains = Markup("").join(
        Markup("<li>{}: {}</li>").format(sentence_html(domain.label, words), level_line(domain, words))
        for domain in live.domains
    )
    why = Markup("").join(Markup("<p>{}</p>").format(sentence_html(sentence, words)) for sentence in live.why)
    return Markup("<h3>{}</h3><p>{}</p><ul>{}</ul>{}").format(
        words(N_("The level, and why")), level_line(live.overall, words), domains, why
    )


def _listed(title: str, sentences: Iterable[Message], words: Words, tag: str = "ul") -> Markup:
    """A heading and its sentences as a list; nothing where there are none."""
    items = Markup("").join(Markup("<li>{}</li>").format(sentence_html(sentence, words)) for sentence in sentences)
    if not items:
        return Markup("")
    return Markup(f"<h3>{{}}</h3><{tag}>{{}}</{tag}>").format(words(title), items)  # noqa: S704 - a tag of ours


__all__ = ["detail", "level_line", "outcome", "summary"]
