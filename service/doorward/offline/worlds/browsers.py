"""Devices and what their browsers say of themselves: real shapes, with versions that exist at that time only."""

from dataclasses import dataclass
from functools import lru_cache

from numpy.random import Generator

from doorward.offline.worlds.streams import Weighted, one_of
from doorward.offline.worlds.traits import Traits

DESKTOP, MOBILE = "desktop", "mobile"
_SYSTEM_DAYS, _SYSTEM_PHASE = 180.0, 90.0


@dataclass(frozen=True, slots=True)
class Browser:
    """A name with the major version at the start of the world, and the days from one to the next."""

    name: str
    major: int
    days: float
    # Days since its last release when the world begins, so that not all change on one day.
    phase: float


CHROME = Browser("Chrome", 143, 28.0, 11.0)
EDGE = Browser("Edge", 143, 28.0, 8.0)
FIREFOX = Browser("Firefox", 146, 28.0, 19.0)
SAFARI = Browser("Safari", 26, 120.0, 70.0)


@dataclass(frozen=True, slots=True)
class Model:
    """A kind of device: *shape* is its user agent, with `{v}` for the browser's and `{s}` for the system's version."""

    kind: str
    system: str
    browser: Browser
    share: float
    shape: str
    # Of the systems whose version browsers still tell; all others are frozen.
    system_major: int = 0


IOS, ANDROID = 26, 16

_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64"
_MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
_BLINK = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0"
_WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
_IPHONE = f"Mozilla/5.0 (iPhone; CPU iPhone OS {{s}}_0 like Mac OS X) {_WEBKIT}"
_IPAD = f"Mozilla/5.0 (iPad; CPU OS {{s}}_0 like Mac OS X) {_WEBKIT}"
_MOBILE_SAFARI = "Version/{v}.0 Mobile/15E148 Safari/604.1"
_ANDROID_CHROME = f"Mozilla/5.0 (Linux; Android {{s}}; K) {_BLINK} Mobile Safari/537.36"
_LINUX_FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:{v}.0) Gecko/20100101 Firefox/{v}.0"

CATALOGUE = (
    Model(DESKTOP, "Windows", CHROME, 0.30, f"{_WINDOWS}) {_BLINK} Safari/537.36"),
    Model(DESKTOP, "Windows", EDGE, 0.12, f"{_WINDOWS}) {_BLINK} Safari/537.36 Edg/{{v}}.0.0.0"),
    Model(DESKTOP, "Windows", FIREFOX, 0.04, f"{_WINDOWS}; rv:{{v}}.0) Gecko/20100101 Firefox/{{v}}.0"),
    Model(DESKTOP, "Mac OS X", SAFARI, 0.07, f"{_MAC} {_WEBKIT} Version/{{v}}.0 Safari/605.1.15"),
    Model(DESKTOP, "Mac OS X", CHROME, 0.07, f"{_MAC} {_BLINK} Safari/537.36"),
    Model(DESKTOP, "Linux", FIREFOX, 0.01, _LINUX_FIREFOX),
    Model(MOBILE, "iOS", SAFARI, 0.21, f"{_IPHONE} {_MOBILE_SAFARI}", IOS),
    Model(MOBILE, "Android", CHROME, 0.15, _ANDROID_CHROME, ANDROID),
    Model(MOBILE, "iOS", CHROME, 0.01, f"{_IPHONE} CriOS/{{v}}.0.0.0 Mobile/15E148 Safari/604.1", IOS),
    Model(MOBILE, "iOS", SAFARI, 0.02, f"{_IPAD} {_MOBILE_SAFARI}", IOS),
)
_DRAWN = {
    kind: Weighted(models, [model.share for model in models])
    for kind, models in {
        kind: [model for model in CATALOGUE if kind in ("", model.kind)] for kind in (DESKTOP, MOBILE, "")
    }.items()
}


def draw_model(rng: Generator, kind: str = "") -> Model:
    """Draw a model by its share, of one *kind* or of all."""
    return _DRAWN[kind].draw(rng)


def user_agent(model: Model, day: float, lag_days: float, pace: float = 1.0) -> str:
    """Return what a device says on *day* whose owner takes up new versions *lag_days* late.

    *pace* is how many times as fast as usual browsers come out.
    """
    since = day - lag_days
    browser = model.browser
    major = browser.major + _steps(since, browser.phase, browser.days / pace)
    return _written(model, major, model.system_major + _steps(since, _SYSTEM_PHASE, _SYSTEM_DAYS))


def popular_agent(rng: Generator, day: float, traits: Traits) -> str:
    """Draw an attacker's user agent: by its share among people on *day*, unless the world is otherwise."""
    model = draw_model(rng) if traits.by_share else one_of(rng, CATALOGUE)
    return user_agent(model, day, float(rng.exponential(traits.lag_days)), traits.pace)


def _steps(since: float, phase: float, days: float) -> int:
    return int((since + phase) // days)


@lru_cache(maxsize=4096)
def _written(model: Model, major: int, system: int) -> str:
    return model.shape.format(v=major, s=system)
