"""The rules of the helpers' work: gathered by month, bounded, and each with where it comes from."""

import pytest

from hamyar.core.assignment.tables import AssignmentRules, BoundsInvalid, CostWeights
from hamyar.core.jalali import Month
from hamyar.core.parameter_limits import LIMITS, RISING, beyond_limits
from hamyar.core.parameters import ParameterMissing, ParameterSet, ParameterUnknown
from hamyar.core.work_rules import WorkRuleImpossible, WorkRules, WorkRuleTooLarge
from tests.core.making import shipped_parameters

MONTH = Month(1404, 8)
NEXT = """
name: {name}
label: {{fa: ب, en: b}}
description: {{fa: ب, en: b}}
kind: count
unit: test
reference: a test
values:
  {since}: {{value: {value}, status: {status}, source: a test}}
"""


def changed(
    name: str, value: int, since: str = "1300-01-01", status: str = "confirmed", base: ParameterSet | None = None
) -> ParameterSet:
    """The parameters that ship (or ``base``), with one of them in other words."""
    text = NEXT.format(name=name, value=value, since=since, status=status)
    return (base or shipped_parameters()).overlaid(ParameterSet.from_texts({f"{name}.yaml": text}))


def test_what_ships():
    """FH's numbers and Hamyar's choices stand under the names the core works with."""
    rules = WorkRules.of(shipped_parameters(), MONTH)

    assert AssignmentRules(MONTH, least=5, most=15, training_hours=40, months=12) == rules.assignment
    assert (rules.training_minutes_before, rules.training_minutes_in_service) == (2400, 2400)
    assert (rules.travel_within_area_minutes, rules.travel_between_areas_minutes, rules.task_minutes) == (10, 25, 30)
    assert (rules.commission_harmed_domains, rules.commission_no_progress_months) == (2, 6)
    assert rules.month == MONTH


def test_the_weights_that_ship():
    """The weights are those the core of the assignment was made and measured with."""
    rules = WorkRules.of(shipped_parameters(), MONTH)

    assert (CostWeights(), 60) == (rules.weights, rules.move_penalty)


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("assignment_least_families", lambda rules: rules.assignment.least),
        ("assignment_most_families", lambda rules: rules.assignment.most),
        ("assignment_months", lambda rules: rules.assignment.months),
        ("training_hours_before_first_family", lambda rules: rules.assignment.training_hours),
        ("training_hours_before_first_family", lambda rules: rules.training_minutes_before // 60),
        ("training_hours_in_service", lambda rules: rules.training_minutes_in_service // 60),
        ("assignment_weight_area", lambda rules: rules.weights.area),
        ("assignment_weight_skill", lambda rules: rules.weights.skill),
        ("assignment_weight_travel", lambda rules: rules.weights.travel),
        ("assignment_weight_continuity", lambda rules: rules.weights.continuity),
        ("assignment_weight_wish", lambda rules: rules.weights.wish),
        ("assignment_weight_load", lambda rules: rules.weights.load),
        ("assignment_move_penalty", lambda rules: rules.move_penalty),
        ("travel_within_area_minutes", lambda rules: rules.travel_within_area_minutes),
        ("travel_between_areas_minutes", lambda rules: rules.travel_between_areas_minutes),
        ("task_minutes", lambda rules: rules.task_minutes),
        ("commission_harmed_domains", lambda rules: rules.commission_harmed_domains),
        ("commission_no_progress_months", lambda rules: rules.commission_no_progress_months),
    ],
)
def test_each_rule_has_its_parameter(name, read):
    """What a centre writes into a file is what the core works with."""
    value = {"assignment_least_families": 7, "commission_harmed_domains": 3}.get(name, 17)

    assert value == read(WorkRules.of(changed(name, value), MONTH))


def test_the_trace():
    """Every value used is remembered with its file and source, and those nobody has confirmed are named."""
    trace = WorkRules.of(changed("task_minutes", 20, status="provisional"), MONTH).trace
    used = trace.used["task_minutes", MONTH]

    assert len(trace.used) == 17
    assert (used.value, used.since, used.status, used.file) == (20, 13000101, "provisional", "task_minutes.yaml")
    assert {"task_minutes", "travel_within_area_minutes", "travel_between_areas_minutes"} == {
        found.name for found in trace.provisional
    }


def test_equal_rules():
    """Two readings of one set are equal, though each remembers by itself what it used."""
    parameters = shipped_parameters()

    assert WorkRules.of(parameters, MONTH) == WorkRules.of(parameters, MONTH)
    assert WorkRules.of(parameters, MONTH) != WorkRules.of(changed("task_minutes", 20), MONTH)


def test_by_the_first_day_of_the_month():
    """A rule that begins within a month holds from the next one."""
    parameters = changed("task_minutes", 20, since="1404-08-02")

    with pytest.raises(ParameterMissing, match="'task_minutes' has no value for 1404-08-01"):
        WorkRules.of(parameters, MONTH)
    assert WorkRules.of(parameters, MONTH + 1).task_minutes == 20


def test_before_there_were_rules():
    """A set frozen before there were such rules says which one it does not know."""
    with pytest.raises(ParameterUnknown, match="'training_hours_before_first_family'"):
        WorkRules.of(ParameterSet.from_texts({}), MONTH)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("assignment_most_families", 0),
        ("assignment_months", 0),
        ("task_minutes", 4),
        ("commission_harmed_domains", 0),
        ("commission_no_progress_months", 0),
    ],
)
def test_too_little_to_work_with(name, value):
    """A year of no months, a task of no minutes and the like are refused with file, name and month."""
    with pytest.raises(
        WorkRuleImpossible, match=rf"{name}\.yaml: '{name}' is {value} in 1404-08, and must be at least"
    ):
        WorkRules.of(changed(name, value), MONTH)


@pytest.mark.parametrize(
    ("name", "value"), [("assignment_months", 25), ("task_minutes", 1441), ("commission_harmed_domains", 4)]
)
def test_too_much_to_work_with(name, value):
    """More domains than there are, and tasks longer than a day, are refused with file, name and month."""
    with pytest.raises(WorkRuleTooLarge, match=rf"{name}\.yaml: '{name}' is {value} in 1404-08, and must be at most"):
        WorkRules.of(changed(name, value), MONTH)


def test_a_least_above_the_most():
    """Bounds that no helper can keep are refused."""
    with pytest.raises(BoundsInvalid, match="at least 16 and at most 15"):
        WorkRules.of(changed("assignment_least_families", 16), MONTH)


def told(parameters: ParameterSet) -> list[tuple[str, str]]:
    faults = [problem for problem in parameters.check() if problem.is_fault]
    return [(found.file, str(found.message)) for found in faults if not found.file.startswith("minimum_wage")]


def test_the_check_names_what_cannot_be():
    """A value beyond its limits is a fault before anybody works with it."""
    assert told(changed("task_minutes", 4)) == [
        ("task_minutes.yaml", "'task_minutes': the value 4 of 1300-01-01 is less than 5.")
    ]
    assert told(changed("commission_harmed_domains", 4)) == [
        ("commission_harmed_domains.yaml", "'commission_harmed_domains': the value 4 of 1300-01-01 is more than 3.")
    ]
    assert told(shipped_parameters()) == []


def test_the_check_names_a_least_above_the_most():
    """Two parameters that contradict each other are a fault, told with the day from which they do."""
    sentence = (
        "From 1405-01-01 'assignment_least_families' is 16 and 'assignment_most_families' only 15. Correct one of them."
    )

    assert [("assignment_least_families.yaml", sentence)] == told(
        changed("assignment_least_families", 16, since="1405-01-01")
    )


def test_contradictions_by_date():
    """The values in force on each day are compared, not those that were written together."""
    least, most = RISING[0]
    values = {least: {13000101: 5, 14050101: 8}, most: {13000101: 15, 14040101: 7, 14060101: 9}}

    assert [str(sentence) for _, sentence in beyond_limits(values)] == [
        "From 1405-01-01 'assignment_least_families' is 8 and 'assignment_most_families' only 7. Correct one of them."
    ]


def test_limits_are_of_parameters_that_ship():
    """No limit stands for a parameter that nobody reads."""
    used = {name for name, _ in WorkRules.of(shipped_parameters(), MONTH).trace.used}

    assert set(LIMITS) | {name for pair in RISING for name in pair} <= used
