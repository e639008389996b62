"""Sessions over the sample for the tests of the form."""

from collections.abc import Iterator

import pytest
from tests.faces.form.form_making import FAMILY, MONTH

from hamyar.faces.form.page import FamilyForm
from hamyar.faces.local_session import LocalSession
from hamyar.words import Words


@pytest.fixture
def session() -> LocalSession:
    """A helper of the sample, with a store of one's own."""
    return LocalSession(role="helper")


@pytest.fixture(scope="module")
def shared_session() -> LocalSession:
    """One helper's session for tests that leave nothing behind, or do not mind what others left."""
    return LocalSession(role="helper")


@pytest.fixture
def form(shared_session: LocalSession) -> Iterator[FamilyForm]:
    """The page of a form without drafts, in English; what a test typed is forgotten after it."""
    made = FamilyForm(shared_session, FAMILY, MONTH, Words("en"))
    made.page()
    yield made
    made.state.discard_all()
