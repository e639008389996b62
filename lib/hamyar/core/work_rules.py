"""The rules of the helpers' work in one month: how many families, what each reason is worth, how long things take.

They are dated parameters, one file each; here they are gathered under the names the core works with, and remembered
with their date, source and status, so that every page can print them and mark what nobody has confirmed.
"""

from dataclasses import dataclass, field

from hamyar.core.assignment.tables import AssignmentRules, CostWeights
from hamyar.core.economy.assessment import ParametersInUse
from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month
from hamyar.core.message import N_
from hamyar.core.parameter_limits import LIMITS
from hamyar.core.parameters import ParameterSet

MINUTES_OF_HOUR = 60


class WorkRuleImpossible(HamyarError):
    msgid = N_("{file}: '{name}' is {value} in {month}, and must be at least {least}. Correct the value.")


class WorkRuleTooLarge(HamyarError):
    msgid = N_("{file}: '{name}' is {value} in {month}, and must be at most {most}. Correct the value.")


@dataclass(frozen=True)
class WorkRules:
    """The rules of ``month``.  Minutes are whole minutes; ``trace`` has every value as it was used.

    ``training_minutes_before`` and ``…_in_service`` are what a helper learns before the first family and while
    working.  ``travel_…_minutes`` is the way between two families of one area, and of two.
    ``task_minutes`` is the length of a task whose decision gives none.
    A family is proposed to a commission from ``commission_harmed_domains`` harmed domains on, or after
    ``commission_no_progress_months`` without progress.
    """

    month: Month
    assignment: AssignmentRules
    weights: CostWeights
    move_penalty: int
    training_minutes_before: int
    training_minutes_in_service: int
    travel_within_area_minutes: int
    travel_between_areas_minutes: int
    task_minutes: int
    commission_harmed_domains: int
    commission_no_progress_months: int
    trace: ParametersInUse = field(compare=False, repr=False)

    @classmethod
    def of(cls, parameters: ParameterSet, month: Month) -> "WorkRules":
        """The rules by the first day of ``month``.

        Raises ``ParameterMissing`` where no value covers it, ``ParameterUnknown`` for a set frozen before there were
        such rules, ``BoundsInvalid``, ``WorkRuleImpossible`` and ``WorkRuleTooLarge``.
        """
        trace = ParametersInUse(parameters, month)

        def value(name: str) -> int:
            found = int(trace.value(name))
            least, most = LIMITS.get(name, (0, None))
            holes = {"file": trace.used[name, month].file, "name": name, "value": found, "month": month}
            if found < least:
                raise WorkRuleImpossible(**holes, least=least)
            if most is not None and found > most:
                raise WorkRuleTooLarge(**holes, most=most)
            return found

        hours_before = value("training_hours_before_first_family")
        return cls(
            month=month,
            assignment=AssignmentRules(
                month,
                least=value("assignment_least_families"),
                most=value("assignment_most_families"),
                training_hours=hours_before,
                months=value("assignment_months"),
            ),
            weights=CostWeights(
                area=value("assignment_weight_area"),
                skill=value("assignment_weight_skill"),
                travel=value("assignment_weight_travel"),
                continuity=value("assignment_weight_continuity"),
                wish=value("assignment_weight_wish"),
                load=value("assignment_weight_load"),
            ),
            move_penalty=value("assignment_move_penalty"),
            training_minutes_before=hours_before * MINUTES_OF_HOUR,
            training_minutes_in_service=value("training_hours_in_service") * MINUTES_OF_HOUR,
            travel_within_area_minutes=value("travel_within_area_minutes"),
            travel_between_areas_minutes=value("travel_between_areas_minutes"),
            task_minutes=value("task_minutes"),
            commission_harmed_domains=value("commission_harmed_domains"),
            commission_no_progress_months=value("commission_no_progress_months"),
            trace=trace,
        )
