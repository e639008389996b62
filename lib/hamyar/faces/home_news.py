"""What waits for the user beside the families: drafts begun, tasks of commissions, and what others recorded."""

from collections.abc import Mapping, Sequence

import pandas as pd

from hamyar.core.labels import table_message
from hamyar.core.meetings.commission_facts import commission_name
from hamyar.core.message import N_, Message, message, nmessage
from hamyar.faces.addresses import address
from hamyar.faces.blocks import Block, Finding
from hamyar.faces.helper_text import long_day, named_day, state_icon
from hamyar.faces.linked_blocks import Cell, Head, Link, LinkedTable, Marked
from hamyar.faces.pages import Several
from hamyar.store.change import iranian_day
from hamyar.store.drafts import Draft
from hamyar.store.recent import RecentChange, SinceLast
from hamyar.words import Words

# A page is read; of a long list the latest entries stand on it.
MOST_NEWS = 20


def who(code: str, names: Mapping[str, str], href: str | None) -> Link:
    """A family by its name and code, or by its code alone."""
    return Link(names[code], href, code=code) if names.get(code) else Link(code, href)


def drafts_block(drafts: Sequence[Draft], names: Mapping[str, str], words: Words) -> Block:
    """Each draft with the way back to it, the latest first."""
    if not drafts:
        return Finding(message(N_("Nothing is begun and left: everything you typed has been submitted.")), words)
    heads = [Head(words(title)) for title in (N_("Family"), N_("Month"), N_("Answers kept"), N_("Last saved"))]
    rows: list[list[Cell]] = [
        [
            [who(draft.family_id, names, address("family", family=draft.family_id, month=draft.month))],
            [words.month(draft.month)],
            [words.number(draft.answers)],
            [named_day(iranian_day(draft.saved_at), words)],
        ]
        for draft in drafts
    ]
    told = nmessage(
        N_("{count} draft is not submitted yet. What is in it is no fact until you submit it."),
        N_("{count} drafts are not submitted yet. What is in them is no fact until you submit them."),
        len(drafts),
    )
    return Several([Finding(told, words), LinkedTable(heads, rows, words)])


def tasks_block(
    tasks: pd.DataFrame, open_families: Mapping[str, str | None], names: Mapping[str, str], words: Words
) -> Block:
    """The open rows of :func:`hamyar.core.meetings.commission_facts.tasks_of`, the most pressing first.

    ``open_families`` are those whose page is open to the user, with the address of it.
    """
    waiting = tasks[tasks["state"] == "open"]
    if not len(waiting):
        return Finding(message(N_("No task of a commission waits for you.")), words)
    titles = (N_("What is to be done"), N_("Family"), N_("Commission"), N_("By when"))
    rows: list[list[Cell]] = [
        [
            [str(row.what)],
            [who(str(row.family_id), names, open_families.get(str(row.family_id)))],
            [words(commission_name(row.commission))] if isinstance(row.commission, str) else [],
            _until(int(row.until_day), int(row.days_left), words),
        ]
        for row in waiting.head(MOST_NEWS).itertuples()
    ]
    blocks: list[Block] = [LinkedTable([Head(words(title)) for title in titles], rows, words)]
    if len(waiting) > MOST_NEWS:
        sentence = message(
            N_("{shown} of {count} are listed, the most pressing ones."), shown=MOST_NEWS, count=len(waiting)
        )
        blocks.append(Finding(sentence, words))
    return Several(blocks)


def _until(day: int, days_left: int, words: Words) -> Cell:
    told = named_day(day, words)
    if days_left >= 0:
        return [told]
    late = nmessage(N_("overdue by {count} day"), N_("overdue by {count} days"), -days_left)
    return [told, Marked(state_icon("late", words, beside_word=True), late)]


def since_block(
    found: SinceLast, names: Mapping[str, str], open_families: Mapping[str, str | None], words: Words
) -> Block:
    """What was recorded since the user was last here: other people's changes, and in one sentence one's own."""
    if found.since is None:
        return Finding(
            message(N_("You are here for the first time. From now on this tells what others changed.")), words
        )
    others = [change for change in found.changes if not change.by_me]
    by_family = _by_family(others)
    blocks: list[Block] = [Finding(_since_sentence(found, len(by_family), words), words)]
    if others:
        heads = [Head(words(title)) for title in (N_("Family"), N_("What was recorded"), N_("When"))]
        rows = [_news(code, changes, names, open_families, words) for code, changes in by_family[:MOST_NEWS]]
        blocks.append(LinkedTable(heads, rows, words))
    if len(by_family) > MOST_NEWS:
        sentence = message(N_("{shown} of {count} are listed, the latest ones."), shown=MOST_NEWS, count=len(by_family))
        blocks.append(Finding(sentence, words))
    return Several(blocks)


def _since_sentence(found: SinceLast, others: int, words: Words) -> Message:
    # With its year: somebody may come back after more than one.
    day = "" if found.since is None else long_day(iranian_day(found.since), words)
    mine = sum(change.rows for change in found.changes if change.by_me)
    if not others and not mine:
        return message(N_("Nothing was recorded since you were last here, on {day}."), day=day)
    if not others:
        return nmessage(
            N_("Since you were last here, on {day}, nobody else recorded anything; {count} row is your own."),
            N_("Since you were last here, on {day}, nobody else recorded anything; {count} rows are your own."),
            mine,
            day=day,
        )
    return nmessage(
        N_("Since you were last here, on {day}, others recorded something of {count} family."),
        N_("Since you were last here, on {day}, others recorded something of {count} families."),
        others,
        day=day,
    )


def _by_family(changes: Sequence[RecentChange]) -> list[tuple[str, list[RecentChange]]]:
    found: dict[str, list[RecentChange]] = {}
    for change in changes:
        found.setdefault(change.family_id, []).append(change)
    return list(found.items())


def _news(
    code: str,
    changes: Sequence[RecentChange],
    names: Mapping[str, str],
    open_families: Mapping[str, str | None],
    words: Words,
) -> list[Cell]:
    told: list[Message] = []
    for change in changes:
        name = table_message(change.table)
        told.append(nmessage(N_("{table}: {count} row"), N_("{table}: {count} rows"), change.rows, table=name))
    days = [named_day(iranian_day(max(change.at for change in changes)), words)]
    return [[who(code, names, open_families.get(code))], told, days]
