"""User agents: what they claim, and that no text whatever breaks the reading."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from doorward.facts.agents import CACHED_AGENTS, NO_AGENT, PARSED_LETTERS, UserAgents

MOZILLA = "Mozilla/5.0 "
CHROME = MOZILLA + (
    "(Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
)
TYPES = {"desktop", "mobile", "tablet", "bot", "other"}


@pytest.fixture(scope="module")
def agents():
    return UserAgents()


@pytest.mark.parametrize("said", [None, "", "   "])
def test_no_user_agent_is_unknown_with_the_reason(agents, said):
    facts = agents.parse(said)

    assert (facts.type, facts.browser, facts.os, facts.bot, facts.reason) == (None, None, None, None, NO_AGENT)


@pytest.mark.parametrize(
    ("said", "type", "browser", "major", "os"),
    [
        (CHROME, "desktop", "Chrome", 126, "Windows"),
        (CHROME + " Edg/126.0.2592.68", "desktop", "Edge", 126, "Windows"),
        (MOZILLA + "(X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "desktop", "Firefox", 127, "Linux"),
        (
            MOZILLA + "(iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/17.5 Mobile/15E148 Safari/604.1",
            "mobile", "Mobile Safari", 17, "iOS",
        ),
        (
            MOZILLA + "(Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/126.0.0.0 Mobile Safari/537.36",
            "mobile", "Chrome Mobile", 126, "Android",
        ),
        (
            MOZILLA + "(iPad; CPU OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "CriOS/120.0 Mobile/15E148 Safari/604.1",
            "tablet", "Chrome Mobile iOS", 120, "iOS",
        ),
        ("curl/8.1.2", "other", "curl", 8, "Other"),
        ("there is no such browser", "other", "Other", None, "Other"),
    ],
)  # fmt: skip
def test_an_agent_says_browser_and_system(agents, said, type, browser, major, os):
    facts = agents.parse(said)

    assert (facts.type, facts.browser, facts.browser_major, facts.os) == (type, browser, major, os)
    assert (facts.bot, facts.reason) == (False, "")


@pytest.mark.parametrize(
    "said",
    ["Googlebot/2.1 (+http://www.google.com/bot.html)", CHROME.replace(" Chrome/", " HeadlessChrome/")],
)
def test_a_robot_that_says_so_is_a_bot(agents, said):
    facts = agents.parse(said)

    assert (facts.type, facts.bot) == ("bot", True)


def test_what_follows_the_letters_that_are_read_changes_nothing(agents):
    long = CHROME + " " * PARSED_LETTERS

    assert agents.parse(long + "Edg/126.0") == agents.parse(long)


@pytest.mark.parametrize("letter", [";", " ", "_", "Teams1", "; Android 1; LG-", "http://", "\0", "\ud800", "²"])
def test_an_agent_made_to_tire_the_patterns_is_read_in_time(agents, letter):
    begun = time.process_time()

    agents.parse(letter * 100_000)

    assert time.process_time() - begun < 1.0


def test_answers_are_kept_up_to_a_bound():
    agents = UserAgents()

    for number in range(40):
        agents.parse(f"agent {number % 4}")

    kept = agents._read.cache_info()
    assert (kept.hits, kept.misses, kept.maxsize) == (36, 4, CACHED_AGENTS)


@given(st.text(st.characters(), max_size=300) | st.text("();/.,_- 0123456789ABMabim²\0", max_size=300))
@example("Version/² Safari/²")
@example("\ud800\udfff")
@settings(max_examples=150, deadline=None)
def test_any_text_is_read(said):
    facts = UserAgents().parse(said)

    assert facts.reason == NO_AGENT or facts.type in TYPES
    assert facts.browser is None or facts.browser.isprintable()
    assert facts.browser_major is None or facts.browser_major >= 0
