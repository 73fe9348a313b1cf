import pytest
from hypothesis import settings

pytest.register_assert_rewrite("tests.authenticators.contract")

from .passkeys import bound  # noqa: E402 - `contract` is imported by it, after its asserts are rewritten
from .soft_passkey import SoftPasskey  # noqa: E402

# A busy machine must not fail a test that asks nothing of time.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture
def soft():
    """A passkey of software, with a key of its own."""
    return SoftPasskey()


@pytest.fixture
def state(soft):
    """What is kept of it once it is bound."""
    return bound(soft)
