"""What the levels ask of a centre next: which questions, which second looks, which help and how many helpers."""

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from hamyar.core.economy.assessment import Assessment
from hamyar.core.levels.agreement import WEIGHTINGS, agreement_by_indicator, poorly_agreed, weighting_message
from hamyar.core.levels.answers import STATES
from hamyar.core.levels.centre import CentreLevelsOfMonth
from hamyar.core.levels.targeting import is_in_need, targeting
from hamyar.core.levels.what_if import LEAST_FAMILIES_PER_HELPER, MOST_FAMILIES_PER_HELPER, helpers_for
from hamyar.core.message import N_, Message, message, nmessage
from hamyar.core.parameters import ParameterSet
from hamyar.core.plan.help import ASK_FIRST, FOCUSED, GENERAL, KINDS_OF_HELP, addressed, demand
from hamyar.core.tables import CaseTables
from hamyar.faces.blocks import Block, Finding, Heading, Hidden, KeyFigure, KeyFigures, Notice
from hamyar.faces.labels import label
from hamyar.faces.pages import Several
from hamyar.faces.shown_levels import ShownLevels
from hamyar.faces.shown_tables import NONE, Title, share_text, shown_table
from hamyar.words import Words

# A page names those that matter most; the rest is in the researcher's tables.
MOST_ASKED, MOST_PROGRAMMES = 12, 8
_HELP = {
    GENERAL: N_("General help is open"),
    FOCUSED: N_("A helper stands by"),
    ASK_FIRST: N_("Ask first"),
}

_DEMAND: dict[str, Title] = {
    "name": (N_("Programme"), "text"),
    "by": (N_("Means"), "text"),
    "families": (N_("Families now"), "number"),
    "families_after_asking": (N_("Perhaps, after asking"), "number"),
}


class CentreWork:
    """The next steps of all families together; ``shown`` knows what a page may show."""

    def __init__(
        self,
        tables: CaseTables,
        parameters: ParameterSet,
        assessment: Assessment,
        found: CentreLevelsOfMonth,
        shown: ShownLevels,
        words: Words,
    ) -> None:
        self.tables, self.parameters, self.shown, self.words = tables, parameters, shown, words
        self.rules, self.month = assessment.rules, assessment.month
        self.placed, self.results = found.placed, found.results
        self._is_helped = assessment.results["centre_aid_money"] > 0
        # Asked for now, so that the page's list of rules, which stands above, has them.
        self._window = int(self.rules.value("agreement_window_days"))
        self._least_pairs = int(self.rules.value("agreement_least_pairs"))
        self._poor_below = self.rules.value("poor_agreement_kappa_share")

    # -- what to ask --

    def ask(self) -> Block:
        """The indicators that are open in most families, with the commonest cause."""
        blocks: list[Block] = [Finding(self._completeness(), self.words)]
        is_open = self.placed.answers.is_open
        frame = pd.DataFrame(
            {"open": is_open.sum(axis=1), "families": len(self.placed.family_ids)},
            index=list(self.placed.indicators.codes),
        ).astype("Int64")
        published = self.shown.counted(frame, ["open"], "families")
        # In the order of what is shown: the place of a hidden row would tell of it.
        shown_first = published.frame.sort_values("open", ascending=False, kind="stable", na_position="last")
        frame = frame.loc[shown_first.index]
        frame = frame[frame["open"] > 0].head(MOST_ASKED)
        if not len(frame):
            return Several(blocks)
        shown = published.frame.loc[frame.index].assign(
            name=[self._indicator(code) for code in frame.index], cause=[self._cause(code) for code in frame.index]
        )
        titles: dict[str, Title] = {
            "name": (N_("Indicator"), "text"),
            "open": (N_("Families in which it is open"), "number"),
            "cause": (N_("Mostly because"), "text"),
        }
        table = shown_table(shown, titles, self.words, published.is_hidden.loc[frame.index])
        return Several([*blocks, table])

    def _completeness(self) -> Message:
        complete, families = int(self.results["is_complete"].sum()), len(self.results)
        counts = pd.DataFrame([{"complete": complete, "families": families}])
        if bool(self.shown.counted(counts, ["complete"], "families").is_hidden.to_numpy().any()):
            return message(N_("Which questions are open most often, the commonest first."))
        return nmessage(
            N_("Of {count} family the file of {complete} is complete: every question answered, every harm explained."),
            N_(
                "Of {count} families the files of {complete} are complete: "
                "every question answered, every harm explained."
            ),
            families,
            complete=complete,
        )

    def _cause(self, code: str) -> str:
        place = self.placed.indicators.codes.index(code)
        states = self.placed.answers.state[place][self.placed.answers.is_open[place]]
        return label(STATES[int(np.bincount(states).argmax())], self.words)

    # -- how sure --

    def certainty(self) -> Block:
        """How many levels want a second look, and how well two helpers agree on each indicator."""
        frame = agreement_by_indicator(
            self.tables.observations,
            self.placed.indicators,
            window_days=self._window,
            until_day=self.month.code * 100 + self.month.days,
        )
        is_poor = poorly_agreed(frame, self._least_pairs, self._poor_below)
        blocks: list[Block] = [Finding(self._second_looks(), self.words)]
        if not (frame["pairs"] > 0).any():
            nobody = message(N_("No family was visited by two helpers within {count} days yet."), count=self._window)
            return Several([*blocks, Finding(nobody, self.words)])
        kappas = [f"kappa_{weighting}" for weighting in WEIGHTINGS]
        texts = {name: [self._kappa(value) for value in frame[name]] for name in kappas}
        table = frame.assign(
            **texts,
            name=[self._indicator(code) for code in frame.index],
            agreed=[share_text(share, self.words) for share in frame["agreed_share"]],
            verdict=[self._verdict(poor) for poor in is_poor],
        )
        dependent = {"pairs": [*kappas, "agreed", "verdict"]}
        published = self.shown.counted(table, ["pairs"], dependent=dependent)
        is_shown = published.frame["pairs"].notna()
        chosen = self._worst_first(frame[is_poor.notna() & is_shown])
        if not len(chosen):
            few = message(
                N_("No indicator has {least} double visits yet, so agreement cannot be told."), least=self._least_pairs
            )
            return Several([*blocks, Finding(few, self.words)])
        rest = message(
            N_(
                "Of {indicators} indicators {known} have enough double visits ({least} or more) "
                "to say how well helpers agree."
            ),
            indicators=len(frame),
            known=int(is_poor.notna().sum()),
            least=self._least_pairs,
        )
        titles: dict[str, Title] = {
            "name": (N_("Indicator"), "text"),
            "pairs": (N_("Double visits"), "number"),
            "agreed": (N_("Same answer"), "text"),
            "kappa_plain": (N_("Kappa, plain"), "text"),
            "kappa_linear": (N_("Kappa, linear"), "text"),
            "kappa_quadratic": (N_("Kappa, quadratic"), "text"),
            "verdict": (N_("Agreement"), "text"),
        }
        shown = shown_table(published.frame.loc[chosen], titles, self.words, published.is_hidden.loc[chosen])
        return Several([*blocks, Finding(rest, self.words), shown, Notice("note", weighting_message(), self.words)])

    def _worst_first(self, frame: pd.DataFrame) -> pd.Index:
        """The indicators by their linear kappa, those without one last."""
        kappas = [2.0 if kappa is None else float(kappa) for kappa in frame["kappa_linear"]]
        return frame.index[np.argsort(kappas, kind="stable")]

    def _second_looks(self) -> Message:
        count = self.shown.number(int(self.results["is_second_look"].sum()), len(self.results))
        if pd.isna(count):
            return message(N_("How many families are due a second look is a small number, or would tell one."))
        return nmessage(
            N_("For {count} family a second look is due: its level is open, or stands near an edge."),
            N_("For {count} families a second look is due: their level is open, or stands near an edge."),
            count,
        )

    def _kappa(self, value: Any) -> str:
        if value is None or pd.isna(value):
            return NONE
        # Without the sign that rounding leaves to a zero.
        return self.words.number(round(Decimal(value.numerator) / value.denominator, 2) + 0, 2)

    def _verdict(self, is_poor: Any) -> str:
        if pd.isna(is_poor):
            return self.words(N_("too few visits"))
        return self.words(N_("poor") if is_poor else N_("not poor"))

    # -- which help --

    def help(self) -> Block:
        """The families each kind of help is for, the helpers that takes, and the programmes called for."""
        counts = self._kinds()
        notes = {
            GENERAL: message(N_("workshops, classes, talks")),
            FOCUSED: message(N_("face to face, for harmed families")),
            ASK_FIRST: message(N_("open answers decide between the two")),
        }
        figures = [
            KeyFigure(self.words(title), Hidden() if counts[kind] is None else counts[kind], notes[kind])
            for kind, title in _HELP.items()
        ]
        blocks: list[Block] = [KeyFigures(figures, self.words)]
        if (harmed := counts[FOCUSED]) is not None:
            blocks.append(Finding(self._helpers(harmed), self.words))
        return Several([*blocks, *self._demand(), *self._targeting()])

    def _targeting(self) -> list[Block]:
        """Where the month's aid, which follows the gap, and the level part; inside the centre only."""
        if self.shown.least is not None:
            return []
        need = is_in_need(self.results["level_at_best"], self.results["level_at_worst"])
        found = targeting(need, self._is_helped)
        if found.leakage is None or found.undercoverage is None:
            return []
        sentence = message(
            N_(
                "Aid follows the gap and help the level, so they part: "
                "of {helped} families that had this centre’s aid {leaked} are not harmed ({leakage}), "
                "and of {harmed} harmed families {missed} had none ({undercoverage})."
            ),
            helped=found.reached + found.leaked,
            leaked=found.leaked,
            leakage=found.leakage,
            harmed=found.reached + found.missed,
            missed=found.missed,
            undercoverage=found.undercoverage,
        )
        return [Finding(sentence, self.words)]

    def _kinds(self) -> dict[str, int | None]:
        """Families by kind of help, which are sums of levels: hidden where those are."""
        found = addressed(self.placed)["help"].value_counts()
        is_shown = {
            GENERAL: self.shown.has_may_be_harmed and self.shown.is_whole,
            FOCUSED: self.shown.has_harmed,
            ASK_FIRST: self.shown.has_may_be_harmed,
        }
        return {kind: int(found.get(kind, 0)) if is_shown[kind] else None for kind in KINDS_OF_HELP}

    def _helpers(self, harmed: int) -> Message:
        values = {"least": LEAST_FAMILIES_PER_HELPER, "most": MOST_FAMILIES_PER_HELPER, "harmed": harmed}
        if not harmed:
            return message(N_("No family is known to be harmed, so no helper is called for yet."))
        fewest, most = helpers_for(harmed)
        if fewest >= most:
            sentence = N_("One helper looks after {least} to {most} families: the {harmed} harmed ones need {count}.")
            return message(sentence, count=fewest, **values)
        sentence = N_(
            "One helper looks after {least} to {most} families: the {harmed} harmed ones need {fewest} to {greatest}."
        )
        return message(sentence, fewest=fewest, greatest=most, **values)

    def _demand(self) -> list[Block]:
        """The programmes called for, most families first; focused help and general help each by itself.

        A programme for one indicator repeats that indicator's count, so outside the centre none is listed.
        """
        if self.shown.least is not None:
            return [Finding(message(N_("Which programmes are called for is planned inside the centre.")), self.words)]
        frame = demand(self.placed, self.parameters.programmes)
        counts = ["families", "families_after_asking"]
        called = frame[frame[counts].sum(axis=1) > 0].sort_values(counts, ascending=False, kind="stable")
        if not len(called):
            return [Finding(message(N_("No programme is called for by what is known so far.")), self.words)]
        blocks: list[Block] = []
        for kind, file in self.parameters.programmes.by_help.items():
            chosen = called.index[called["help"] == kind][:MOST_PROGRAMMES]
            if not len(chosen):
                continue
            by_code = {programme.code: programme for programme in file.programmes}
            shown = called.loc[chosen].assign(
                name=[by_code[code].label.in_language(self.words.language) for code in chosen],
                by=[self._means(file, by_code[code]) for code in chosen],
            )
            heading = Heading(file.label.in_language(self.words.language), self.words, 3)
            blocks += [heading, shown_table(shown, _DEMAND, self.words)]
        return blocks

    def _means(self, file: Any, programme: Any) -> str:
        means = file.means[programme.means].in_language(self.words.language)
        return self.words(N_("{means}, with an expert"), means=means) if programme.needs_expert else str(means)

    # -- for programs --

    def record(self) -> dict[str, int | None]:
        """Counts of what is to be done; ``None`` where hidden."""
        second = self.shown.number(int(self.results["is_second_look"].sum()), len(self.results))
        kinds = {f"help_{kind}": count for kind, count in self._kinds().items()}
        return {"second_looks": None if pd.isna(second) else int(second), **kinds}

    def _indicator(self, code: str) -> str:
        return str(self.placed.indicators[code].label.in_language(self.words.language))
