import pytest
from hypothesis import settings

pytest.register_assert_rewrite("tests.authenticators.contract")

# A busy machine must not fail a test that asks nothing of time.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
