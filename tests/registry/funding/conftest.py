"""The cast of these tests, registered afresh for each."""

import pytest

from registry.kernel.uow import Work
from tests.factories.cast import Cast, enrol


@pytest.fixture
def cast(work: Work) -> Cast:
    """Everybody, registered and known to the chain."""
    return enrol(work)
