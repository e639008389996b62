"""The level of one family on a page: what it is, why, what would change it, what to ask, and which help it opens.

Every number comes from the same vectorised stratification that the monthly run makes for everybody, and from the
centre's :class:`~hamyar.core.levels.background.Background`, which travels with a frozen month.
On paper the private harms are veiled (:mod:`hamyar.faces.veil`); on the helper's own screen they are told.
"""

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from hamyar.core.economy.assessment import Assessment, record_of
from hamyar.core.jalali import Month
from hamyar.core.levels import explain_family as explain_levels
from hamyar.core.levels import flips
from hamyar.core.levels.answers import answer_details
from hamyar.core.levels.background import Background
from hamyar.core.levels.chances import Question as NextQuestion
from hamyar.core.levels.chances import ask_next, results_with_chances
from hamyar.core.levels.flips import Change as CoreChange
from hamyar.core.levels.indicator_catalogue import CatalogueMissing
from hamyar.core.levels.indicators import Indicator
from hamyar.core.levels.stratification import Stratification, stratify_families
from hamyar.core.levels.transitions import transitions
from hamyar.core.message import N_, Message, message, nmessage
from hamyar.core.parameters import ParameterMissing
from hamyar.core.plan import explain_help
from hamyar.core.plan.help import Proposal, addressed, proposals, unanswered_harms
from hamyar.core.plan.programmes import Programme
from hamyar.faces import level_charts
from hamyar.faces.blocks import Block, Finding
from hamyar.faces.charting import Chart
from hamyar.faces.labels import label
from hamyar.faces.level_blocks import Chances, DomainLevels, Harm, LevelBadge, Strength, StrengthsAndHarms
from hamyar.faces.pages import Several
from hamyar.faces.score_bar import DomainLevel
from hamyar.faces.sources import Source
from hamyar.faces.step_blocks import AskNext, Change, ChangeList, ProgrammeList, ProposedHelp, Question
from hamyar.faces.veil import PRIVATE_HELP, PRIVATE_MEANING, veiled
from hamyar.words import Words

# A visit has time for so many questions; the rest come next time.
MOST_QUESTIONS = 6
# Paper has room for so many changes or programmes; the screen shows them all.
MOST_ON_PAPER = 5
Row = TypeVar("Row")
INDICATOR_LEVELS = (N_("no concern"), N_("a concern"), N_("a harm"), N_("a severe harm"))


class WithoutCatalogue:
    """A month that was frozen before there was a catalogue: every question about levels has this one answer."""

    def __init__(self, words: Words) -> None:
        self.words = words

    def __getattr__(self, question: str) -> Any:
        if question.startswith("_"):
            raise AttributeError(question)
        return self._nothing

    def _nothing(self) -> Finding:
        return Finding(message(N_("No catalogue of indicators held when this month was frozen.")), self.words)

    def record(self) -> dict[str, Any]:
        return {}


class FamilyLevels:
    """One family's level, ready to be shown; ``on_paper`` veils what may not lie at home."""

    def __init__(self, source: Source, assessment: Assessment, words: Words, *, on_paper: bool = True) -> None:
        self.source, self.assessment, self.words, self.on_paper = source, assessment, words, on_paper
        self.family_id = str(assessment.results.index[0])
        self.tables = source.tables([self.family_id])
        self.month = assessment.month
        self.placed = stratify_families(self.tables, source.parameters, self.month, assessment)
        self.background: Background = source.background(self.month)
        # What is said goes through the veil; what is decided does not.
        self.told: Stratification = veiled(self.placed) if on_paper else self.placed

    @cached_property
    def row(self) -> pd.Series:
        """The family's row of results, as the monthly run holds it."""
        return results_with_chances(self.placed, self.assessment.rules, self.background).iloc[0]

    # -- what it is --

    def headline(self) -> LevelBadge:
        """The level by its shape, colour and word, with the sentence that says why."""
        row = self.row
        note = explain_levels.critical_sentence(self.told, 0) or explain_levels.level_sentence(self.told, 0)
        return LevelBadge(row["level"], row["level_at_best"], row["level_at_worst"], self.words, note)

    def picture(self) -> DomainLevels:
        """The three domains, each by itself against the cut-offs."""
        cut_offs = self.placed.level_rules.domain
        rows = []
        for domain in self.placed.domain_slices:
            found = {name: self.row[f"{domain}_{name}"] for name in ("level", "level_at_best", "level_at_worst")}
            (least, own), (most, _) = (self.placed.domain_count(domain, case) for case in ("least", "most"))
            critical = message(N_("A critical harm decides here, whatever the score."))
            rows.append(
                DomainLevel(
                    name=self.placed.indicators.domain_labels[domain].in_language(self.words.language),
                    **found,
                    score_at_least_share=int(least.score[0]) / own.whole,
                    score_at_most_share=int(most.score[0]) / own.whole,
                    at_risk_cut_off_share=cut_offs.at_risk,
                    harmed_cut_off_share=cut_offs.harmed,
                    note=critical if least.is_critical[0] else "",
                )
            )
        return DomainLevels(rows, self.words)

    # -- why --

    @cached_property
    def details(self) -> pd.DataFrame:
        """Every answer with whom it is about, as :func:`hamyar.core.levels.answers.answer_details`."""
        rules = self.assessment.rules
        return answer_details(
            self.tables,
            self.placed.indicators,
            self.month,
            self.assessment,
            valid_months=rules.value("observation_valid_months"),
            window_days=rules.value("agreement_window_days"),
        )

    @cached_property
    def _roles(self) -> dict[str, str]:
        members = self.tables.members
        return dict(zip(members["member_id"], members["role"], strict=True))

    def why(self) -> StrengthsAndHarms:
        """Everything that counts, with the helper's reason; strengths beside harms, and netted against none."""
        strengths, harms = [], []
        count = len(self.told.indicators.harms)
        for place, indicator in enumerate(self.told.indicators.indicators):
            rows = self.details[self.details["indicator"] == indicator.code]
            rows = rows[rows["least"] >= indicator.counts_from]
            if not len(rows):
                continue
            worst = rows.sort_values("least", ascending=False, kind="stable").iloc[0]
            said = self._said(worst, self._is_veiled(indicator))
            name, meaning = self._in_words(indicator.label), self._in_words(indicator.levels[int(worst["least"])])
            if place >= count:
                strengths.append(Strength(name, meaning, **said))
                continue
            harms.append(
                Harm(
                    name,
                    int(worst["least"]),
                    self.words(INDICATOR_LEVELS[int(worst["least"])]),
                    meaning,
                    **said,
                    is_critical=indicator.critical_from is not None and worst["least"] >= indicator.critical_from,
                    lacks_reason=bool(self.placed.answers.lacks_reason[place, 0]) and not self._is_veiled(indicator),
                    is_poorly_agreed=self._is_poorly_agreed(indicator.code),
                )
            )
        harms.sort(key=lambda harm: (not harm.is_critical, -harm.level))
        return StrengthsAndHarms(strengths, harms, self.words)

    def _is_veiled(self, indicator: Indicator) -> bool:
        return self.on_paper and indicator.screen_only

    def _said(self, row: pd.Series, is_veiled: bool) -> dict[str, Any]:
        """Who, why and when of one answer; of a veiled one nothing."""
        if is_veiled:
            return {}
        role = self._roles.get(row["subject_id"])
        return {
            "who": label(role, self.words) if role else "",
            "reason": "" if pd.isna(row["reason"]) else str(row["reason"]),
            "day": None if pd.isna(row["day"]) else int(row["day"]),
        }

    def weight(self) -> Chart | Finding:
        """How much of the score each harm makes, against the cut-offs; a sentence where no harm is known."""
        deprived = np.flatnonzero(self.placed.is_deprived("least")[:, 0])
        sentence = explain_levels.score_sentence(self.told, 0)
        if not len(deprived):
            return Finding(sentence, self.words)
        harms = [self.told.indicators.harms[row] for row in deprived]
        frame = pd.DataFrame(
            {
                "indicator": [self._in_words(harm.indicator.label) for harm in harms],
                "domain": [harm.domain for harm in harms],
                "weight_share": [harm.weight for harm in harms],
                "is_critical": [
                    int(self.placed.levels("least")[row, 0]) >= int(self.placed.critical_from[row]) for row in deprived
                ],
            }
        )
        rules = self.placed.level_rules.whole
        return level_charts.contributions_of_family(
            frame, self.words, at_risk=rules.at_risk, harmed=rules.harmed, finding=self.words(sentence)
        )

    # -- what would change it --

    def change(self) -> Block:
        """The smallest change for the better, known and in the worst case, and how near the next worse level is."""
        indicators = self.told.indicators
        known = flips.better(self.placed, 0)
        blocks: list[Block] = []
        # A family that may be safe and may not be is not told that it has reached the best level.
        if known is not None or self.row["level"] == "safe":
            blocks.append(self._changes(explain_levels.flip_sentence(known, indicators), known))
        in_worst = flips.better(self.placed, 0, "most")
        if in_worst is not None and self.row["level_at_worst"] != self.row["level_at_best"]:
            blocks.append(Finding(explain_levels.flip_sentence(in_worst, indicators), self.words))
        distance = explain_levels.distance_sentence(self.placed, 0)
        edge = explain_levels.edge_sentence(flips.worse(self.placed, 0), indicators)
        blocks += [Finding(sentence, self.words) for sentence in (distance, edge) if sentence is not None]
        return Several(blocks)

    def _changes(self, title: Message, found: flips.FlipSet | None) -> Block:
        if found is None or not found.is_possible:
            return Finding(title, self.words)
        shown, more = self._for_paper([self._change(change) for change in found.changes])
        return Several([ChangeList(title, shown, self.words), *more])

    def _for_paper(self, rows: list[Row]) -> tuple[list[Row], list[Block]]:
        """What paper has room for, and a sentence about the rest."""
        left = len(rows) - MOST_ON_PAPER
        if not self.on_paper or left <= 0:
            return rows, []
        sentence = nmessage(
            N_("{count} more stands on the helper’s screen."), N_("{count} more stand on the helper’s screen."), left
        )
        return rows[:MOST_ON_PAPER], [Finding(sentence, self.words)]

    def _change(self, change: CoreChange) -> Change:
        indicator = self.told.indicators[change.code]
        before, after = (self._in_words(indicator.levels[level]) for level in (change.from_level, change.to_level))
        return Change(self._in_words(indicator.label), before, after, change.can_change)  # type: ignore[arg-type]

    # -- what to ask --

    def ask(self) -> Block:
        """The open questions, the most deciding first, and what the file still lacks."""
        row = self.row
        lacking = explain_levels.incomplete_sentences(int(row["unanswered"]), int(row["unreasoned"]))
        if not lacking:
            return Finding(message(N_("Every question has an answer, and every serious answer a reason.")), self.words)
        ranked = [*ask_next(self.placed, 0, self.background), *self._open_strengths()]
        questions = [
            Question(
                self.words(explain_levels.ask_next_sentence(self.told, 0, code)),
                self._in_words(self.told.indicators[code].label),
                share if share else None,
                self.told.indicators[code].is_sensitive,
            )
            for code, share in ranked[:MOST_QUESTIONS]
        ]
        blocks: list[Block] = [Finding(sentence, self.words) for sentence in lacking]
        return Several([*blocks, AskNext(questions, self.words)])

    def _open_strengths(self) -> list[NextQuestion]:
        """The strengths nobody has asked about; they change no level and come last."""
        first = len(self.placed.indicators.harms)
        rows = np.flatnonzero(self.placed.answers.is_open[first:, 0])
        return [NextQuestion(self.placed.indicators.capacities[row].code, Fraction(0)) for row in rows]

    # -- how sure it is --

    def certainty(self) -> Block:
        """The chance of each level when answers may be mistaken, and the harms in it on which helpers differ."""
        row = self.row
        shares = {level: float(row[f"chance_{level}_share"]) for level in ("safe", "at_risk", "harmed")}
        second = self._second_look() if row["is_second_look"] else ""
        blocks: list[Block] = [Chances(shares, self.words, second)]
        warning = explain_levels.agreement_warning(self.told.indicators, self._rests_on_poor_agreement())
        return Several([*blocks, *([Finding(warning, self.words)] if warning else [])])

    def _second_look(self) -> Message:
        if self.row["level"] == "undetermined":
            return message(N_("Answers are open that can change the level."))
        return explain_levels.second_look_sentence(float(self.row[f"chance_{self.row['level']}_share"]))

    def _is_poorly_agreed(self, code: str) -> bool:
        found = self.background.agreement.get(code)
        return found is not None and found.is_poor is True

    def _rests_on_poor_agreement(self) -> Sequence[str]:
        deprived = np.flatnonzero(self.placed.is_deprived("least")[:, 0])
        codes = [self.placed.indicators.codes[row] for row in deprived]
        return [code for code in codes if self._is_poorly_agreed(code)]

    # -- since last time --

    def since(self) -> Block:
        """The level now beside the level one round of help ago; with a warning where the rules were others then."""
        then = self.month + -int(self.assessment.rules.value("relevelling_months"))
        before = self._placed_in(then)
        if before is None:
            return Finding(message(N_("There is no earlier level to compare with yet.")), self.words)
        found = transitions(before, self.placed)
        change = found.families.iloc[0]
        improved = change["direction"] == "improved"
        codes = str(change["improved_through" if improved else "worsened_through"]).split()
        through = explain_levels.labels(self.told.indicators, codes)
        sentence = explain_levels.transition_sentence(
            then, self.month, before.results["level"].iloc[0], self.row["level"], through
        )
        return Several([Finding(told, self.words) for told in (sentence, found.rules_note) if told is not None])

    def _placed_in(self, month: Month) -> Stratification | None:
        """The level in an earlier month; ``None`` where the family, its answers or the rules are younger."""
        joined = self.tables.families["joined_month"].iloc[0]
        if not len(self.tables.observations) or (not pd.isna(joined) and joined > month.code):
            return None
        try:
            return stratify_families(self.tables, self.source.parameters, month)
        except (CatalogueMissing, ParameterMissing):
            return None

    # -- which help --

    def help(self) -> Block:
        """General or focused help, and the programmes the indicators call for."""
        catalogue = self.source.parameters.programmes
        kind = addressed(self.placed)["help"].iloc[0]
        # What depends on an open answer waits for it; the sentence says what each outcome would bring.
        found = [proposal for proposal in proposals(self.placed, catalogue, 0) if proposal.when == "now"]
        title = explain_help.help_sentence(self.told, 0)
        shown, more = self._for_paper(self._programmes(found))
        blocks: list[Block] = [ProgrammeList(title, shown, self.words), *more]
        left = unanswered_harms(self.placed, catalogue, 0)
        if left and kind != "ask_first":
            sentence = explain_help.unanswered_sentence(self.told.indicators, left)
            blocks += [Finding(sentence, self.words)] if sentence else []
        return Several(blocks)

    def _programmes(self, found: Sequence[Proposal]) -> list[ProposedHelp]:
        shown = []
        private = 0
        for proposal in found:
            answered = [self.told.indicators[call.code] for call in proposal.calls]
            if self.on_paper and all(indicator.screen_only for indicator in answered):
                private += 1
                continue
            programme = proposal.programme
            shown.append(
                ProposedHelp(
                    programme.label.in_language(self.words.language),
                    proposal.means.in_language(self.words.language),
                    [self._in_words(indicator.label) for indicator in answered if not indicator.screen_only],
                    programme.needs_expert,
                    "" if self._touches_private(programme) else self._in_words(programme.description),
                )
            )
        if private:
            shown.insert(0, ProposedHelp(self.words(PRIVATE_HELP), self.words(PRIVATE_MEANING), [], needs_expert=True))
        return shown

    def _touches_private(self, programme: Programme) -> bool:
        """Whether its description may speak of a private matter on paper, as couple counselling speaks of fear."""
        codes = [*programme.indicators, *programme.not_while]
        known = self.told.indicators.codes
        return any(self._is_veiled(self.told.indicators[code]) for code in codes if code in known)

    # -- for programs --

    def record(self) -> dict[str, Any]:
        """The row of results as plain values."""
        return record_of(self.row)

    def _in_words(self, text: Any) -> str:
        return str(text.in_language(self.words.language))
