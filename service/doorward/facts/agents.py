"""What a user agent says of browser, system and device; whatever it says, it is only a claim."""

from functools import lru_cache

import user_agents

from doorward.core.facts import AgentFacts

CACHED_AGENTS = 8192
MAX_NAME = 64

# Browsers fit well within; the library's patterns take up to 20 times as long over 2048 letters made to tire them.
PARSED_LETTERS = 512

NO_AGENT = "no user agent was sent"
UNNAMED = "Other"

# Browsers that nobody sits before, which the library takes for browsers like all others.
_DRIVEN = frozenset({"HeadlessChrome", "PhantomJS", "SlimerJS"})


class UserAgents:
    """Implements `ports.AgentParser`. A parse takes about a millisecond, so the answers are kept."""

    def __init__(self) -> None:
        self._read = lru_cache(maxsize=CACHED_AGENTS)(_read)

    def parse(self, user_agent: str | None) -> AgentFacts:
        """Return what the agent's first letters say; families are named as uap-core names them, or `Other`."""
        # The library takes `²` for a digit and fails; headers are ASCII anyway.
        said = (user_agent or "")[:PARSED_LETTERS].encode("ascii", "replace").decode("ascii").strip()
        return self._read(said) if said else AgentFacts(reason=NO_AGENT)


def _read(said: str) -> AgentFacts:
    agent = user_agents.parse(said)
    bot = bool(agent.is_bot) or agent.browser.family in _DRIVEN
    return AgentFacts(
        type="bot" if bot else _type(agent),
        browser=_name(agent.browser.family),
        browser_major=_major(agent.browser.version),
        os=_name(agent.os.family),
        bot=bot,
    )


def _type(agent: user_agents.parsers.UserAgent) -> str:
    """Return what it runs on; a tablet's browser often calls itself mobile, so tablets come first."""
    if agent.is_tablet:
        return "tablet"
    if agent.is_mobile:
        return "mobile"
    return "desktop" if agent.is_pc else "other"


def _major(version: tuple[int | str, ...]) -> int | None:
    major = version[0] if version else None
    return major if isinstance(major, int) and 0 <= major < 2**31 else None


def _name(family: str | None) -> str:
    """Return a family's name as one printable line: some are cut out of the agent itself."""
    name = "".join(letter for letter in (family or "")[:MAX_NAME] if letter.isprintable()).strip()
    return name or UNNAMED
