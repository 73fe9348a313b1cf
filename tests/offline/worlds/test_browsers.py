"""What devices say of themselves is what our own parser takes them for."""

import pytest

from doorward.facts.agents import UserAgents
from doorward.offline.worlds.browsers import CATALOGUE, user_agent

# In the order of the catalogue.
MEANT = [
    ("desktop", "Windows", "Chrome"),
    ("desktop", "Windows", "Edge"),
    ("desktop", "Windows", "Firefox"),
    ("desktop", "Mac OS X", "Safari"),
    ("desktop", "Mac OS X", "Chrome"),
    ("desktop", "Linux", "Firefox"),
    ("mobile", "iOS", "Mobile Safari"),
    ("mobile", "Android", "Chrome Mobile"),
    ("mobile", "iOS", "Chrome Mobile iOS"),
    ("tablet", "iOS", "Mobile Safari"),
]


@pytest.mark.parametrize(("model", "meant"), list(zip(CATALOGUE, MEANT, strict=True)))
@pytest.mark.parametrize("day", [0.0, 239.0])
def test_a_user_agent_is_parsed_as_it_is_meant(model, meant, day):
    agent = UserAgents().parse(user_agent(model, day, 0.0))

    assert (agent.type, agent.os, agent.browser, agent.bot) == (*meant, False)
    assert agent.browser_major == model.browser.major + int((day + model.browser.phase) // model.browser.days)


@pytest.mark.parametrize("model", CATALOGUE)
def test_who_is_late_with_updates_shows_what_was_new_before(model):
    assert user_agent(model, 100.0, 60.0) == user_agent(model, 40.0, 0.0)


def test_the_shares_are_those_of_all_people():
    assert sum(model.share for model in CATALOGUE) == pytest.approx(1.0)
