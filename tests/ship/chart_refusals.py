"""What must not be rendered, each with a part of the reason that is given."""

from chart import Tools, rendered

REDIS = ("store.redis.url=redis://r:6379/0", "secrets.existingSecret=s")
OTHER_PORT = (r"store.redis.url=redis+cluster://r:6379\,s:6380", "secrets.existingSecret=s")
WITHOUT_PORT = ("store.redis.url=redis://r/0", "secrets.existingSecret=s")
SENTINELS = (r"store.redis.url=redis+sentinel://[::1]:6380\,s/doorward", "secrets.existingSecret=s")
ONLY_6380 = ("networkPolicy.enabled=true", "networkPolicy.egress.redis.ports={6380}")
TRACED = (
    "settings.trace=true",
    "extraEnv[0].name=OTEL_EXPORTER_OTLP_ENDPOINT",
    "extraEnv[0].value=http://c.example:4317",
)
OPEN_4318 = ("networkPolicy.enabled=true", "networkPolicy.egress.traces.ports={4318}")
READY = "probes.readinessPath=/readyz"

# What must not be rendered, and a part of the reason that is given.
REFUSALS = (
    ("a value that there is not", ("replica=3",), "'replica' not allowed"),
    ("pods without a shared store", ("replicas=2",), "SQLite belongs to one pod"),
    ("Redis without shared secrets", ("store.redis.url=redis://r:6379/0",), "need the same secrets"),
    ("a password in a value", ("store.redis.url=redis://:pw@r:6379/0", "secrets.existingSecret=s"), "does not match"),
    (
        "two stores",
        ("store.redis.url=redis://r:6379/0", "secrets.keys.store=url", "secrets.existingSecret=s"),
        "give one of them",
    ),
    ("a key without a Secret", ("secrets.keys.store=url",), "names no Secret"),
    ("to accept SQLite", ("store.redis.acceptNewStore=true",), "no Redis is named"),
    ("a secret as a setting", ("settings.secret=abc",), "'secret' not allowed"),
    ("a setting that there is not", ("settings.wrokers=2",), "'wrokers' not allowed"),
    ("policies without a default", (r"policies.acme.policy\.yaml=x",), "missing property 'default'"),
    ("a tenant without a policy", (r"policies.default.list\.txt=x",), "missing property 'policy.yaml'"),
    (
        "a file that climbs",
        (r"policies.default.policy\.yaml=x", r"policies.default.\.\./x=y"),
        "does not match pattern",
    ),
    ("a readiness of one's own", ("probes.readinessPath=/docs",), "must be one of"),
    (
        "a Job and pods that wait for each other",
        (*REDIS, "store.redis.acceptNewStore=true", READY),
        "wait for each other",
    ),
    ("more pods by load on SQLite", ("autoscaling.enabled=true",), "SQLite belongs to one pod"),
    ("fewer at most than at least", (*REDIS, "autoscaling.enabled=true", "autoscaling.minReplicas=11"), "is more than"),
    (
        "more pods by no measure",
        (*REDIS, "autoscaling.enabled=true", "resources.requests.cpu=null"),
        "resources.requests.cpu is not given",
    ),
    ("an authority for what is in clear", (*REDIS, "secrets.keys.redisCa=ca"), "nothing is encrypted"),
    ("a secret setting without a Secret", ("secrets.settings.smtp_url=u",), "names no Secret"),
    ("a secret file without a Secret", ("secrets.files.events=e",), "names no Secret"),
    ("an ingress without a host", ("ingress.enabled=true", "ingress.tlsSecret=t"), "names no host"),
    ("an ingress in clear", ("ingress.enabled=true", "ingress.hosts={a.example}"), "names no certificate"),
    ("a host that is none", ("ingress.hosts={https://a.example}",), "does not match pattern"),
    ("a route without a Gateway", ("route.enabled=true", "route.hosts={a.example}"), "names no Gateway"),
    ("alerts without metrics", ("metrics.enabled=false", "metrics.alerts.enabled=true"), "nothing to look at"),
    ("an alert that there is not", ("metrics.alerts.without={DoorwardTired}",), "there is no such alert"),
    ("a setting as a variable", ("extraEnv[0].name=DOORWARD_STORE", "extraEnv[0].value=x"), "go below settings"),
    ("a label that the chart sets", (r"podLabels.app\.kubernetes\.io/component=api",), "which the chart sets"),
    ("another name by a label", (r"podLabels.app\.kubernetes\.io/name=x",), "which the chart sets"),
    ("a tenant of nothing", (r"policies.default.policy\.yaml=x", r"policies.acme.list\.txt=x"), "missing property"),
    ("a Redis that is cut off", (*OTHER_PORT, "networkPolicy.enabled=true"), "leads to port 6380"),
    ("a Redis on its usual port that is cut off", (*WITHOUT_PORT, *ONLY_6380), "leads to port 6379"),
    ("Sentinels on their usual port that are cut off", (*SENTINELS, *ONLY_6380), "leads to port 26379"),
    ("a way to Redis without a port", ("networkPolicy.egress.redis.ports=null",), "missing property 'ports'"),
    ("spans that reach no collector", (*TRACED, "networkPolicy.enabled=true"), "opens no port to a collector"),
    ("a collector that is cut off", (*TRACED, *OPEN_4318), "a collector at port 4317"),
    ("one pod too few at once", ("disruptionBudget.maxUnavailable=0",), "minimum"),
)


def wrongly_rendered(tools: Tools, settings: tuple[str, ...], reason: str) -> list[str]:
    """Return what came instead of the refusal."""
    scenario = rendered(tools, "refused", settings=settings)
    told = " ".join(scenario.refused.split())
    return [] if reason in told else [f"expected a refusal with «{reason}», got: {told or scenario.text[:200]}"]
