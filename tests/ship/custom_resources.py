"""What of resources that others brought to Kubernetes the chart may write: fields by their published references.

Prometheus' operator, API reference of monitoring.coreos.com/v1; Gateway API, reference of v1. Only the fields that the
chart writes are here, so another one fails until somebody has looked it up.
"""

from typing import Any

Json = dict[str, Any]

TEXT: Json = {"type": "string", "minLength": 1}
TEXTS: Json = {"type": "object", "additionalProperties": {"type": "string"}}
DURATION: Json = {"type": "string", "pattern": r"^([0-9]+(ms|s|m|h|d|w|y))+$"}


def exactly(required: str, properties: Json) -> Json:
    return {"type": "object", "additionalProperties": False, "required": required.split(), "properties": properties}


def some(items: Json) -> Json:
    return {"type": "array", "minItems": 1, "items": items}


def resource(version: str, kind: str, spec: Json) -> Json:
    """Return the schema of a whole object of *kind*."""
    metadata = exactly("name labels", {"name": TEXT, "labels": TEXTS, "annotations": TEXTS})
    head = {"apiVersion": {"const": version}, "kind": {"const": kind}, "metadata": metadata}
    return exactly("apiVersion kind metadata spec", head | {"spec": spec})


ENDPOINT = exactly("port", {"port": TEXT, "path": {"type": "string", "pattern": "^/"}, "interval": DURATION})
SERVICE_MONITOR = exactly(
    "selector endpoints", {"selector": exactly("matchLabels", {"matchLabels": TEXTS}), "endpoints": some(ENDPOINT)}
)
RULE = exactly("alert expr", {"alert": TEXT, "expr": TEXT, "for": DURATION, "labels": TEXTS, "annotations": TEXTS})
PROMETHEUS_RULE = exactly("groups", {"groups": some(exactly("name rules", {"name": TEXT, "rules": some(RULE)}))})
MATCH = exactly("path", {"path": exactly("type value", {"type": {"const": "PathPrefix"}, "value": TEXT})})
BACKEND = exactly("name port", {"name": TEXT, "port": {"type": "integer"}})
ROUTE_RULE = exactly("matches backendRefs", {"matches": some(MATCH), "backendRefs": some(BACKEND)})
PARENT = exactly("name", {"name": TEXT, "namespace": TEXT, "sectionName": TEXT})
HTTP_ROUTE = exactly(
    "parentRefs hostnames rules", {"parentRefs": some(PARENT), "hostnames": some(TEXT), "rules": some(ROUTE_RULE)}
)

MONITORING, GATEWAY = "monitoring.coreos.com/v1", "gateway.networking.k8s.io/v1"
SCHEMAS = {
    MONITORING: {
        "ServiceMonitor": resource(MONITORING, "ServiceMonitor", SERVICE_MONITOR),
        "PrometheusRule": resource(MONITORING, "PrometheusRule", PROMETHEUS_RULE),
    },
    GATEWAY: {"HTTPRoute": resource(GATEWAY, "HTTPRoute", HTTP_ROUTE)},
}
