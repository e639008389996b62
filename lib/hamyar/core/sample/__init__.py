"""Synthetic families, shaped like those of an Iranian help centre, for demonstrations, tests and load.

Nobody in here lives.  From a seed, a number of families and the months wanted come the declared tables
(:mod:`hamyar.core.tables`), marked ``is_synthetic``, and on request the identities that belong to them.
Every price, wage and habit is a plausible shape, not a statistic; nothing about Iran may be learned from it.

How it stays repeatable
    Families are numbered from 1 and drawn in blocks of 1,200, each block and month from its own stream
    (``SeedSequence([seed, stream, block])``), always the whole block, of which the wanted part is kept.
    So family 7 is the same family in a run of 12 and in a run of a million, and a later run may continue
    at ``first_number``.  What does depend on the run: ages and plans are set relative to its first and last month,
    and the centre's budget is a share of the run's own gaps.

How it stays varied
    What a demonstration must show is dealt out by the dozen, like cards, not left to luck:
    in every twelve consecutive families there is one with a surplus, one falling back, a mother of three or more
    who heads her household, and in every month one without a record, one with a category that nobody asked
    and one with an amount that nobody knew.  The last month never hides a surplus.
    With a catalogue of indicators the families are also visited (:mod:`hamyar.core.sample.visits`), and by the shipped
    cut-offs a dozen holds four safe families, four at risk, three harmed (one of them by a critical harm)
    and one whose level is open (:mod:`hamyar.core.sample.dealing`).  Four of a dozen are visited by two helpers.

Around them comes a year of help (:mod:`hamyar.core.sample.work`): helpers, plans, calendars, commissions and groups,
made by the same planners as a real centre's, for samples of up to ``LARGEST_WITH_WORK`` families.

A million families in one month are about ten million flow rows: measured on one core, 11 seconds and a peak of
2.3 gigabytes, of which the flow table keeps 0.6; their eight million identities cost 8 seconds and 0.7 gigabytes
more, and are made only when asked for.
A hundred thousand families visited once by a catalogue of 44 indicators give 5.1 million observations: 10 seconds and
a peak of 0.6 gigabytes, of which the table keeps 0.15; a million are ten times that in time and table, and peak at
5 gigabytes.
A year of help of a dozen families costs a second and a half; one of two hundred and forty, some fifteen.
From ``CATEGORICAL_FROM`` families on, ids and choices come as categoricals, which is what keeps it that small.
"""

from hamyar.core.sample.generate import (
    CATEGORICAL_FROM,
    NothingToGenerate,
    NumberOutOfRange,
    Sample,
    SeedInvalid,
    generate,
    indicators_at,
)
from hamyar.core.sample.helpers import helper_identities
from hamyar.core.sample.levels import MonthWithoutPrices, price_index
from hamyar.core.sample.work import LARGEST_WITH_WORK, sample_work

__all__ = [
    "CATEGORICAL_FROM",
    "LARGEST_WITH_WORK",
    "MonthWithoutPrices",
    "NothingToGenerate",
    "NumberOutOfRange",
    "Sample",
    "SeedInvalid",
    "generate",
    "helper_identities",
    "indicators_at",
    "price_index",
    "sample_work",
]
