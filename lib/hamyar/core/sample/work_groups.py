"""The sample's groups and its general help: who meets, and which workshops, classes, talks and films there are.

Women who head a household meet in a self-help group, the helpers in a group of their own.
Events take up what the catalogue proposes to the families in the last month: some were held, one was called off,
the others are still to come; one of these has fewer places than families who want to come.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import pandas as pd

from hamyar.core.jalali import day_of, gregorian
from hamyar.core.levels.stratification import Stratification
from hamyar.core.plan.help import GENERAL, addressed, demand, proposals
from hamyar.core.plan.programmes import ProgrammeCatalogue
from hamyar.core.sample.draws import opaque_codes
from hamyar.core.sample.helpers import Time
from hamyar.core.sample.work_words import EVENT_CANCELLED, GROUP_MEETING, HELPER_GROUP, PLACES, SELF_HELP_GROUP
from hamyar.core.tables import ENROLMENTS, EVENTS, GROUP_MEMBERS, HELP_GROUPS, CaseTables, conform

EVENT_STREAM = 1_003
_CODE_LENGTH = 4
_CODES_FROM = {"G-": 300_000, "E-": 310_000, "C-": 320_000, "P-": 330_000}
_LARGEST_GROUP, _LEAST_GROUP = 8, 2
# Where the events of general help lie: at a share of the past, or days after the last day.
_HELD = (0.15, 0.4, 0.55, 0.8)
_CALLED_OFF = 2
_COMING = (9, 23, 40)
_MEETINGS_HELD, _MEETINGS_COMING = (0.2, 0.45, 0.7, 0.95), (16, 46)
_APART_SHARE, _APART_DAYS = 0.07, 4
_AFTERNOON, _EVENT_MINUTES, _MEETING_MINUTES = 960, 90, 120
_PLACES_OF_EVENT = 15
_ATTENDED, _ABSENT = 0.8, 0.93


@dataclass(frozen=True)
class Centre:
    """Whom the sample's work is for and who does it; ``placed`` are the levels at the end of the last month."""

    tables: CaseTables
    placed: Stratification
    catalogue: ProgrammeCatalogue
    helper_ids: Sequence[str]
    trainee_id: str
    time: Time
    seed: int

    def codes(self, prefix: str, count: int, begin: int = 0) -> list[str]:
        """``count`` codes, different for different prefixes too: two things never share their letters."""
        numbers = np.arange(begin, begin + count) + _CODES_FROM[prefix]
        return [str(code) for code in opaque_codes(numbers, self.seed, prefix, _CODE_LENGTH)]

    def time_of(self, helper_id: str) -> Time:
        """The time without the days on which a helper is on leave."""
        leave = self.tables.helper_leave
        own = leave[leave["helper_id"] == helper_id]
        away = zip(own["first_day"].astype(int), own["last_day"].astype(int), strict=True)
        return replace(self.time, closed=(*self.time.closed, *away))

    def uniform(self, stream: int, count: int) -> np.ndarray:
        """``count`` numbers in [0, 1) of a stream; the first of them do not depend on the count."""
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence([self.seed, stream]))).random(count)


def group_frames(centre: Centre) -> dict[str, pd.DataFrame]:
    """The groups with their members and meetings, and the events of general help with their enrolments."""
    groups, members = _groups(centre)
    wanting = _wanting(centre)
    diaries = _Diaries(centre)
    events = [*_meetings(diaries, groups), *_with_one_scarce(list(_events(diaries)), wanting)]
    enrolments = [*_group_enrolments(events, members, centre), *_enrolments(events, wanting, centre)]
    frames = {HELP_GROUPS: groups, GROUP_MEMBERS: members, EVENTS: events, ENROLMENTS: enrolments}
    return {table.name: conform(table, pd.DataFrame(rows)) if rows else table.empty() for table, rows in frames.items()}


@dataclass(frozen=True)
class _Diaries:
    """The days on which each leader has something already: nobody leads two things on one day."""

    centre: Centre
    taken: dict[str, list[int]] = field(default_factory=dict)

    def day(self, helper_id: str, choose: Callable[[Time], int]) -> int:
        """A day of the leader's own, chosen from the time that is left; it is taken from now on."""
        own = self.taken.setdefault(helper_id, [])
        time = self.centre.time_of(helper_id)
        own.append(choose(replace(time, closed=(*time.closed, *((day, day) for day in own)))))
        return own[-1]


def _groups(centre: Centre) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    women_group, helper_group = centre.codes("G-", 2)
    heads = centre.tables.members[centre.tables.members["role"].eq("head")]
    women = heads[heads["sex"].eq("female")].head(_LARGEST_GROUP)
    founded = (centre.time.first + -2).code * 100 + 1
    groups: list[dict[str, object]] = []
    members: list[dict[str, object]] = []
    leader = centre.helper_ids[0]
    if len(women) >= _LEAST_GROUP:
        groups.append({"group_id": women_group, "kind": "self_help_group", "title": SELF_HELP_GROUP})
        for number, row in enumerate(women.itertuples()):
            # Every third came when the group had met for some months.
            since = founded if number % 3 else centre.time.past(0.5)
            members.append(
                {
                    "group_id": women_group,
                    "person_id": str(row.member_id),
                    "family_id": str(row.family_id),
                    "from_day": since,
                }
            )
    groups.append({"group_id": helper_group, "kind": "helper_group", "title": HELPER_GROUP})
    members += [
        {"group_id": helper_group, "person_id": helper_id, "family_id": None, "from_day": founded}
        for helper_id in centre.helper_ids
    ]
    members.append(
        {
            "group_id": helper_group,
            "person_id": centre.trainee_id,
            "family_id": None,
            "from_day": centre.time.past(0.98),
        }
    )
    return [{**group, "helper_id": leader, "from_day": founded} for group in groups], members


def _meetings(diaries: _Diaries, groups: list[dict[str, object]]) -> Iterator[dict[str, object]]:
    """The groups meet about once a month, each on days of its own."""
    codes = iter(diaries.centre.codes("E-", 2 * (len(_MEETINGS_HELD) + len(_MEETINGS_COMING)), begin=1_000))
    for place, group in enumerate(groups):
        held = [(partial(Time.past, share=share - _APART_SHARE * place), "done") for share in _MEETINGS_HELD]
        coming = [(partial(Time.coming, days=days + _APART_DAYS * place), "planned") for days in _MEETINGS_COMING]
        for choose, state in [*held, *coming]:
            yield {
                "event_id": next(codes),
                "kind": "group_meeting",
                "title": GROUP_MEETING,
                "group_id": group["group_id"],
                "helper_id": group["helper_id"],
                "place": PLACES[0],
                "day": diaries.day(str(group["helper_id"]), choose),
                "start_minute": _AFTERNOON,
                "minutes": _MEETING_MINUTES,
                "state": state,
            }


def _events(diaries: _Diaries) -> Iterator[dict[str, object]]:
    """The programmes of general help that most families are proposed, the next kind of event each time."""
    centre = diaries.centre
    wanted = demand(centre.placed, centre.catalogue)
    wanted = wanted[wanted["help"].eq(GENERAL) & wanted["families"].gt(0)].sort_values("families", ascending=False)
    # By turns: the most wanted of each kind first, then the second of each.
    turn = wanted.groupby("means").cumcount()
    programmes = wanted.assign(turn=turn).sort_values("turn", kind="stable")["means"]
    titles = {programme.code: programme.label.fa for _, programme in centre.catalogue.at(centre.placed.month)}
    codes = centre.codes("E-", len(_HELD) + len(_COMING))
    for place, (code, means) in enumerate(programmes.head(len(codes)).items()):
        leader = centre.helper_ids[place % len(centre.helper_ids)]
        choose, state = _when(place)
        yield {
            "event_id": codes[place],
            "kind": means,
            "programme": code,
            "title": titles[str(code)],
            "helper_id": leader,
            "place": PLACES[place % len(PLACES)],
            "day": diaries.day(leader, choose),
            "start_minute": _AFTERNOON - 120,
            "minutes": _EVENT_MINUTES,
            "capacity": _PLACES_OF_EVENT,
            "state": state,
            "reason": EVENT_CANCELLED if state == "cancelled" else None,
        }


def _when(place: int) -> tuple[Callable[[Time], int], str]:
    if place >= len(_HELD):
        return partial(Time.coming, days=_COMING[place - len(_HELD)]), "planned"
    return partial(Time.past, share=_HELD[place]), "cancelled" if place == _CALLED_OFF else "done"


def _with_one_scarce(events: list[dict[str, object]], wanting: Mapping[str, Sequence[str]]) -> list[dict[str, object]]:
    """Of what is to come, the most wanted has places for half of those who want to come."""
    coming = [event for event in events if event["state"] == "planned"]
    for event in sorted(coming, key=lambda event: -len(wanting.get(str(event["programme"]), ())))[:1]:
        event["capacity"] = max(1, len(wanting.get(str(event["programme"]), ())) // 2)
    return events


def _enrolments(
    events: list[dict[str, object]], wanting: Mapping[str, Sequence[str]], centre: Centre
) -> Iterator[dict[str, object]]:
    """Families that the programme is proposed to; beyond the places they wait, and not all who had one came."""
    heads = centre.tables.members[centre.tables.members["role"].eq("head")].set_index("family_id")["member_id"]
    general = [event for event in events if event.get("programme")]
    luck = iter(centre.uniform(EVENT_STREAM, len(general) * len(centre.placed.family_ids)))
    for event in general:
        day, capacity = int(str(event["day"])), int(str(event["capacity"]))
        for place, family_id in enumerate(wanting.get(str(event["programme"]), [])):
            state = _state(str(event["state"]), next(luck), is_full=place >= capacity)
            is_for_one = event["kind"] in ("workshop", "class")
            yield {
                "event_id": event["event_id"],
                "family_id": family_id,
                "subject_id": str(heads[family_id]) if is_for_one else family_id,
                "state": state,
                "enrolled_day": min(_before(day, 12 + place % 9), centre.time.last_day),
            }


def _wanting(centre: Centre) -> dict[str, list[str]]:
    """By programme, the families in general help to which it is proposed now; few more than there are places."""
    placed = centre.placed
    found: dict[str, list[str]] = {}
    for place in np.flatnonzero(addressed(placed)["help"].astype("str").eq(GENERAL).to_numpy()):
        for proposal in proposals(placed, centre.catalogue, int(place)):
            if proposal.when == "now":
                found.setdefault(proposal.programme.code, []).append(str(placed.family_ids[place]))
    return {code: families[: _PLACES_OF_EVENT * 3 // 2] for code, families in found.items()}


def _group_enrolments(
    events: list[dict[str, object]], members: list[dict[str, object]], centre: Centre
) -> Iterator[dict[str, object]]:
    """The women of the self-help group are enrolled in its meetings from the day they joined."""
    meetings = [event for event in events if event.get("group_id")]
    luck = iter(centre.uniform(EVENT_STREAM + 1, len(meetings) * len(members)))
    for event in meetings:
        for member in members:
            joined, day = int(str(member["from_day"])), int(str(event["day"]))
            if member["group_id"] != event["group_id"] or member["family_id"] is None or joined > day:
                continue
            yield {
                "event_id": event["event_id"],
                "family_id": member["family_id"],
                "subject_id": member["person_id"],
                "state": _state(str(event["state"]), next(luck), is_full=False),
                "enrolled_day": min(max(joined, _before(day, 14)), centre.time.last_day),
            }


def _state(event: str, luck: float, *, is_full: bool) -> str:
    if is_full:
        return "waiting"
    if event == "planned":
        return "enrolled"
    if event == "cancelled":
        return "cancelled"
    return "attended" if luck < _ATTENDED else "absent" if luck < _ABSENT else "cancelled"


def _before(day: int, days: int) -> int:
    return day_of(gregorian(day) - pd.Timedelta(days=days).to_pytimedelta())
