"""Sessions over the sample for the tests of the form."""

import pytest

from hamyar.faces.local_session import LocalSession


@pytest.fixture
def session() -> LocalSession:
    """A helper of the sample, with a store of one's own."""
    return LocalSession(role="helper")


@pytest.fixture(scope="module")
def shared_session() -> LocalSession:
    """One helper's session for tests that leave nothing behind, or do not mind what others left."""
    return LocalSession(role="helper")
