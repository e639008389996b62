"""How far the training of helpers has come: what counts, what is planned, what is missing, and who is told."""

import pandas as pd

from hamyar.core.assignment.training import training_progress, training_told
from hamyar.core.work_rules import WorkRules
from hamyar.words import say
from tests.core.assigning_making import MONTH, frame, parameters, training

ON_DAY = 14040815
RULES = WorkRules.of(parameters(), MONTH)
IN_SERVICE = {"part": "in_service"}


def progress(*rows: dict, helpers: tuple[str, ...] = ()) -> pd.DataFrame:
    return training_progress(frame("trainings", rows), RULES, ON_DAY, helpers).set_index("helper_id")


def told(*rows: dict, helpers: tuple[str, ...] = ()) -> list[str]:
    return [say(one, "en") for one in training_told(progress(*rows, helpers=helpers).reset_index(), RULES)]


def test_what_counts():
    """Held until the day counts, planned after it is planned, and what was cancelled or lies wrongly is neither."""
    found = progress(
        training("H1", 600),
        training("H1", 60, training_id="T2", day=ON_DAY),
        training("H1", 7, training_id="T3", day=ON_DAY + 1),
        training("H1", 90, training_id="T4", day=ON_DAY + 1, state="planned"),
        training("H1", 11, training_id="T5", state="planned"),
        training("H1", 13, training_id="T6", state="cancelled"),
        training("H1", 300, training_id="T7", **IN_SERVICE),
        training("H1", 2400, training_id="T8", state="planned", day=14041201, **IN_SERVICE),
    ).loc["H1"]

    assert [found[f"minutes_before_{name}"] for name in ("done", "planned", "missing")] == [660, 90, 1740]
    assert [found[f"minutes_in_service_{name}"] for name in ("done", "planned", "missing")] == [300, 2400, 2100]
    assert (found["planned"], found["missing"], found["unplanned"]) == (2490, 3840, 1650)
    assert not found["may_carry"]


def test_complete_to_the_minute():
    """2400 minutes are the forty hours, one less is not."""
    found = progress(training("H1", 2400), training("H2", 2399))

    assert found["may_carry"].tolist() == [True, False]


def test_nobody_is_left_out():
    """A helper of whom no training is recorded has a row, and lacks everything."""
    found = progress(training("H1"), helpers=("H1", "H2"))

    assert found.index.tolist() == ["H1", "H2"]
    assert tuple(found.loc["H2", ["minutes_before_done", "missing", "may_carry"]]) == (0, 4800, False)
    assert progress().empty


def test_who_lacks_what():
    """One sentence for each who lacks something: hours done are rounded down, hours missing up."""
    assert told(
        training("H1", 2399),
        training("H1", 30, training_id="T2", state="planned", day=ON_DAY + 1),
        training("H2"),
        training("H2", 61, training_id="T2", **IN_SERVICE),
        training("H3"),
        training("H3", training_id="T2", **IN_SERVICE),
    ) == [
        "Helper H1 has done 39 of the 40 hours of training before the first family and carries none until the 1 "
        "missing are done; 0 are planned.",
        "Helper H2 has done 1 of the 40 hours of training in service; 39 are missing, 0 of them planned.",
    ]
