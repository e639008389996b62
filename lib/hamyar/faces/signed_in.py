"""Who is signed in, as far as a page has to know."""

from dataclasses import dataclass

from hamyar.store.access import CENTRE_ACTIONS, FAMILY_ACTIONS, Access, Action


@dataclass(frozen=True)
class SignedIn:
    """Who is signed in.  ``actions`` are what the user may do at all, as of the opening of the page.

    They decide what a page shows, never what is allowed: that is asked anew at every call.
    """

    username: str
    role: str
    person_id: str | None = None
    actions: frozenset[str] = frozenset()

    def may(self, action: Action) -> bool:
        """Whether a page should offer ``action``; of families it says that there are some it holds for."""
        return action in self.actions

    @classmethod
    def of(cls, access: Access) -> "SignedIn":
        """Whoever ``access`` was made for, with what may be done now."""
        user = access.user
        of_families = {action for action in FAMILY_ACTIONS if access.has_families(action)}
        of_centre = {action for action in CENTRE_ACTIONS if access.may(action)}
        return cls(user.username, user.role, user.person_id, frozenset(of_families | of_centre))
