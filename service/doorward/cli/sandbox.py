"""`doorward sandbox`: the same API for an integrator's own tests, with everything in memory."""

import os
import socket

import click

from doorward import logs
from doorward.settings import load
from doorward.settings_parsers import Bind

LOOPBACK = "127.0.0.1"


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8089, show_default=True, help="0 takes a free one.")
def sandbox(port: int) -> None:
    """Serve the API for tests: loopback only, API key `sandbox`, nothing kept, nothing sent.

    PUT /sandbox/clock, /sandbox/networks and /sandbox/policy set what decisions rest on, GET /sandbox/outbox shows
    what would have been sent, POST /sandbox/reset begins anew.
    """
    from doorward import serving
    from doorward.cli.sandboxed import KEY, sandbox_settings, sandboxed

    settings = sandbox_settings(load(os.environ), bind=Bind(LOOPBACK, port or free_port()))
    logs.configure(level=settings.log_level, form=settings.log_format)
    plan = serving.Plan(
        build=lambda: sandboxed(settings),
        announce=lambda url: click.echo(f"Sandbox at {url}, for tests only. API key: {KEY}"),
        check=lambda: sandboxed(settings).stop(),
    )
    plan.check()  # what is wrong with rules or model is told before a port is open
    serving.run(settings, plan)


def free_port() -> int:
    """Return a port that nobody listens on: devices that pair are told it before it is opened."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port
