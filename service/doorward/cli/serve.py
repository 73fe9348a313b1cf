"""`doorward serve`: check everything, make the first key, then serve."""

import time
from typing import TYPE_CHECKING

import click
import structlog

from doorward.cli.common import prepared_settings
from doorward.cli.errors import RulesRefused
from doorward.core.errors import StoreUnavailable
from doorward.settings import Settings
from doorward.store_secrets import OtherSecrets

if TYPE_CHECKING:
    from doorward.serving import Built
    from doorward.tracing import Tracing

log = structlog.get_logger()


@click.command()
def serve() -> None:
    """Serve the HTTP API until told to stop.

    On its first start it makes what it needs (secrets and an API key, in DOORWARD_STATE_DIR) and prints a line of curl
    that works as it stands. TERM and INT end it, HUP starts new workers.
    """
    from doorward import serving

    settings = prepared_settings()
    with serving.counts_folder():
        key = prepare(settings)
        plan = serving.Plan(
            build=lambda: worker(settings),
            announce=lambda url: click.echo(welcome(url, key)),
            check=lambda: prepare(settings),
        )
        serving.run_metered(settings, plan)


def prepare(settings: Settings) -> str | None:
    """Build everything once, so that mistakes are told before a port is open, and return a key to show.

    A store that is away or not accepted is no mistake of the settings, and only told.
    """
    from doorward import wiring
    from doorward.first_key import first_key
    from doorward.store_opening import ring_of

    now = time.time()
    check_rules(settings, now)
    if settings.trace == "on":
        from doorward import tracing

        tracing.check()
    built = wiring.build(settings)
    try:
        built.store.look()
        for warning in built.store.warnings():
            log.warning("store_warning", reason=warning)
        return first_key(built.store, ring_of(built.store, settings), settings.secrets_dir, now)
    except OtherSecrets:
        raise
    except StoreUnavailable as refusal:
        # The service starts all the same: it decides the stricter way until the store is there, and tells why.
        log.error("store_refused", reason=str(refusal), effect="decisions are degraded until it can be used")
        return None
    finally:
        built.store.close()


def check_rules(settings: Settings, now: float) -> None:
    """Load every policy and every tenant's settings; RulesRefused with what is wrong in all of them.

    A policy that does not pass now but did before stops nothing: a pod that is started again in the night would not
    come back. The last good one decides, and each worker tells what is wrong with the new one.
    """
    from doorward.policies import DEFAULT_TENANT, POLICY_FILE, NoPolicy, Policies
    from doorward.tenants import TENANT_FILE, Tenants
    from doorward.wiring import last_good

    lines: list[str] = []
    rules_dir = settings.rules_dir
    policies, realms = Policies(rules_dir, last_good=last_good(settings)), Tenants(rules_dir)
    tenants = {DEFAULT_TENANT, *(file.parent.name for file in rules_dir.glob(f"*/{POLICY_FILE}"))}
    for tenant in sorted(tenants):
        try:
            policies.current(tenant, now)
        except NoPolicy as wrong:
            file = rules_dir / tenant / POLICY_FILE
            lines += [f"{file}:{finding}" for finding in wrong.findings] or [f"{file}: {wrong}"]
    for file in sorted(rules_dir.glob(f"*/{TENANT_FILE}")):
        lines += [f"{file}:{finding}" for finding in realms.current(file.parent.name, now).error]
    if lines:
        raise RulesRefused(lines)


def worker(settings: Settings) -> "Built":
    """Build what one worker serves; its background threads begin here, after the fork."""
    from doorward import wiring
    from doorward.api.app import create_app
    from doorward.api.door import Door
    from doorward.logs import observer
    from doorward.metrics import Metrics
    from doorward.serving import Built
    from doorward.shedding import shedding

    tracing = _tracing(settings)
    meter = tracing.metrics() if tracing else Metrics()
    wired = wiring.build(settings, meter=meter)
    wired.start()
    observe = observer(meter)
    app = Door(create_app(wired.services, observe=observe), observe=observe)
    built = Built(shedding(app, settings.most_wait_ms / 1000, meter.shed), wired.stop)
    return _traced(built, tracing) if tracing else built


def _tracing(settings: Settings) -> "Tracing | None":
    if settings.trace == "off":
        return None
    from doorward.tracing import Tracing

    return Tracing()


def _traced(built: "Built", tracing: "Tracing") -> "Built":
    """Return *built* with a span around each request; the last ones are sent when everything else has ended."""
    from doorward.serving import Built

    def stop() -> None:
        built.stop()
        tracing.stop()

    return Built(tracing.around(built.app), stop)


def welcome(url: str, key: str | None) -> str:
    """Return the curl line for *key*, or where to get one."""
    if key is None:
        return f"Doorward listens at {url}. Make an API key with: doorward keys create"
    return f"Doorward listens at {url}. Try it:\n\n{curl_line(url, key)}\n"


def curl_line(url: str, key: str) -> str:
    """Return one line that asks for a decision; the address is a public web server's."""
    body = (
        '{"kind":"login","subject":{"id":"u-123"},"client":{"ip":"193.0.6.139","user_agent":"Mozilla/5.0 '
        '(X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"},"credential":{"result":"passed"}}'
    )
    return (
        f"curl -sS {url}/v1/decisions -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' -d '{body}'"
    )
