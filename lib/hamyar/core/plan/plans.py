"""The plan of a family: from its harms to help, what was decided, to which end, and what it asks of the helper.

The parts, each in a module of its own, are gathered here for whoever shows, records or schedules them:

- :mod:`~hamyar.core.plan.years`: when a plan is in force, and who carries a family on a day
- :mod:`~hamyar.core.plan.levels`: whom a harm concerns, the family or which member
- :mod:`~hamyar.core.plan.proposals`: what is proposed for whom, why, by whom and how often
- :mod:`~hamyar.core.plan.resources`: who beyond the centre could do it, and for how many families more
- :mod:`~hamyar.core.plan.faults`: which decisions cannot stand, and what to do
- :mod:`~hamyar.core.plan.accepting`: the plan of a helper who accepts all that can be accepted alone
- :mod:`~hamyar.core.plan.goals` and :mod:`~hamyar.core.plan.progress`: goals, and whether they were reached
- :mod:`~hamyar.core.plan.activities`: the activities of the calendar
"""

from hamyar.core.plan.accepting import AcceptedPlan, accepted_plan
from hamyar.core.plan.activities import activities_of, activity_id
from hamyar.core.plan.faults import PlanFault, plan_faults, told_plan_faults
from hamyar.core.plan.goals import GOAL_STATES, goals_of, open_harms
from hamyar.core.plan.levels import carried_families, subject_levels
from hamyar.core.plan.progress import PROGRESS, goal_progress
from hamyar.core.plan.proposals import PROPOSAL_COLUMNS, plan_proposals, who_sentence
from hamyar.core.plan.resources import Able, resource_use
from hamyar.core.plan.years import accepted_rows, carriers, end_of_year, in_force, months_of_help

__all__ = [
    "GOAL_STATES",
    "PROGRESS",
    "PROPOSAL_COLUMNS",
    "Able",
    "AcceptedPlan",
    "PlanFault",
    "accepted_plan",
    "accepted_rows",
    "activities_of",
    "activity_id",
    "carried_families",
    "carriers",
    "end_of_year",
    "goal_progress",
    "goals_of",
    "in_force",
    "months_of_help",
    "open_harms",
    "plan_faults",
    "plan_proposals",
    "resource_use",
    "subject_levels",
    "told_plan_faults",
    "who_sentence",
]
