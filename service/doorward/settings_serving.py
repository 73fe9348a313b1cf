"""The settings of the process that serves: where it listens, with how many hands, and how much it takes in."""

from dataclasses import dataclass

from doorward.core.quotas import MOST_A_SECOND
from doorward.settings_parsers import Bind, bind, choice, on_with_extra, optional_bind, pinning, whole_number
from doorward.settings_row import Setting
from doorward.settings_sending import SendingSettings

SERVING = (
    Setting("bind", bind, "127.0.0.1:8080", "Address and port of the HTTP API; port 0 takes a free one."),
    Setting(
        "metrics_bind",
        optional_bind,
        "127.0.0.1:9090",
        "Address and port of the Prometheus metrics; empty turns them off.",
    ),
    Setting(
        "server",
        choice("gunicorn", "granian"),
        "gunicorn",
        "What serves HTTP. granian needs the extra of its name and a proxy before it: see deployment.md.",
    ),
    Setting("workers", whole_number(1, 64), "2", "Worker processes."),
    Setting("threads", whole_number(1, 256), "8", "Threads of each worker."),
    Setting(
        "pin_workers",
        pinning,
        "auto",
        "Whether each worker keeps to one core: `on`, `off`, or `auto`, if there are no more cores than workers.",
    ),
    Setting(
        "most_wait_ms",
        whole_number(10, 60_000),
        "1000",
        "Milliseconds that a request may wait for a free thread; one that waited longer is answered 503 at once.",
    ),
    Setting("key_quota", whole_number(0, MOST_A_SECOND), "0", "Requests a second of each API key; 0 is no limit."),
    Setting(
        "tenant_quota",
        whole_number(0, MOST_A_SECOND),
        "0",
        "Requests a second of each tenant, all its keys together; 0 is no limit. `tenant.yaml` may set both.",
    ),
    Setting(
        "trace",
        on_with_extra("trace", "opentelemetry.exporter.otlp.proto.http"),
        "off",
        "Whether spans go to an OpenTelemetry collector, named by the standard variables; needs the extra `trace`.",
    ),
    Setting(
        "graceful_timeout",
        whole_number(1, 300),
        "30",
        "Seconds that requests in flight may take to end once the service is told to stop.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServingSettings(SendingSettings):
    """What the rows of `SERVING` say, and how codes are sent."""

    bind: Bind
    metrics_bind: Bind | None
    server: str
    workers: int
    threads: int
    pin_workers: str
    most_wait_ms: int
    key_quota: int
    tenant_quota: int
    trace: str
    graceful_timeout: int
