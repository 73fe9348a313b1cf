"""The arrows of the house: who may import whom, which library is used where, and who owns the clock."""

import ast
import sys
import tomllib

# What each layer may import of our own. A module at the top that no other row names is a use-case.
MAY_IMPORT = {
    "core": {"core"},
    "risk": {"core", "risk"},
    "policy": {"core", "policy"},
    "ports": {"core", "ports"},
    "services": {"core", "ports", "services"},
    "stores": {"core", "ports", "stores"},
    "senders": {"core", "ports", "senders"},
    "authenticators": {"core", "ports", "authenticators"},
    "facts": {"core", "ports", "facts"},
    "use-case": {"core", "ports", "services", "risk", "policy", "use-case"},
    "api": {"core", "ports", "services", "api", ""},
    "sealing": {"core"},
    "setting": {"core", "sealing", "setting"},
    "process": {"core", "ports", "services", "use-case", "setting", "process", "api", "wiring", ""},
    "": set(),  # the package itself holds the version and nothing else
}
FREE = {"wiring", "cli"}  # and `python -m doorward`, which is the command line
# Offline tools may use everything but the HTTP layer.
MAY_IMPORT["offline"] = set(MAY_IMPORT) - {"api", "process"} | {"offline"}

PACKAGES = {"core", "risk", "policy", "stores", "senders", "authenticators", "facts", "api", "offline", "cli"}
MODULES = {
    "__init__": "",
    "__main__": "cli",
    "ports": "ports",
    "meter": "ports",
    "ceremony": "ports",  # verifiers and senders
    "rows": "ports",  # the data that crosses them
    "row_kinds": "ports",
    "whole_store": "ports",
    "services": "services",
    "hosting": "services",  # what it asks for the page
    "sealing": "sealing",
    "wiring": "wiring",
    "wiring_post": "wiring",
    "store_opening": "wiring",
    "wiring_answers": "wiring",
    "wiring_notices": "wiring",
    "wiring_sources": "wiring",
    "settings": "setting",
    "settings_parsers": "setting",
    "settings_row": "setting",
    "settings_sending": "setting",
    "settings_serving": "setting",
    "settings_tls": "setting",
    "secret_files": "setting",
    "serving": "process",
    "serving_granian": "process",
    "workers": "process",
    "connections": "process",
    "exposition": "process",
    "logs": "process",
    "metrics": "process",
    "shedding": "process",
    "cores": "process",
    "tracing": "process",
    "first_key": "process",
    "tls": "process",
}

# Where each library may be imported; whatever is not named here may not be used at all.
LIBRARIES = {
    "apispec": ("api/",),
    "apsw": ("stores/sqlite/",),
    "cel_expr_python": ("policy/",),
    "click": ("cli/",),
    "cryptography": ("sealing.py", "signing_keys.py", "api/idempotency.py", "authenticators/"),
    "flask": ("api/",),
    "geoip2": ("facts/",),
    "hiredis": ("stores/redis/",),
    "jinja2": ("api/",),  # it and werkzeug are Flask's own
    "granian": ("serving.py", "serving_granian.py"),
    "gunicorn": ("connections.py", "serving.py", "workers.py"),
    "jwt": ("assertions.py", "signing_keys.py"),
    "marshmallow": ("api/",),
    "maxminddb": ("facts/",),
    "opentelemetry": ("tracing.py",),
    "orjson": ("api/", "kept.py", "record_text.py", "rows.py", "stores/"),
    "plotly": ("offline/",),
    "pyotp": ("authenticators/",),
    "prometheus_client": ("metrics.py", "exposition.py", "serving.py"),
    "redis": ("stores/redis/",),
    "requests": ("senders/",),
    "segno": ("authenticators/",),
    "standardwebhooks": ("senders/",),
    "structlog": (
        *(
            "api_keys.py",
            "cores.py",
            "deliveries.py",
            "logs.py",
            "notifying.py",
            "serving.py",
            "serving_granian.py",
            "store_opening.py",
        ),
        *("tls.py", "watching.py", "wiring.py", "api/", "cli/"),
    ),
    "ua_parser": ("facts/",),
    "user_agents": ("facts/",),
    "webauthn": ("authenticators/",),
    "werkzeug": ("api/",),
    "yaml": ("policy/",),
}
# Imported by nothing: found by `zoneinfo`, and by ua-parser.
DATA = {"tzdata", "ua-parser-rs"}
DISTRIBUTIONS = {"cel-expr-python": "cel_expr_python", "prometheus-client": "prometheus_client", "pyjwt": "jwt"}
DISTRIBUTIONS |= {"pyyaml": "yaml", "user-agents": "user_agents"}

TRAINING = ("offline/training/",)
# Worlds draw from numpy's PCG64, whose child streams make a world independent of the order it is made in.
WORLDS, WORLDS_MAY = ("offline/worlds/",), {"numpy"}
TRAINING_ONLY = {"numpy", "scipy", "pandas", "sklearn", "joblib", "pickle", "dill", "cloudpickle", "marshal", "shelve"}
TRAINING_ONLY |= {"threadpoolctl"}

TELLS_THE_TIME = {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "now", "utcnow"}
TELLS_THE_TIME |= {"today", "process_time", "localtime", "gmtime"}
OWNS_THE_CLOCK = ("wiring.py", "cli/")
# Durations, which nothing is decided by: metrics, and how long to wait for a busy store.
MEASURES_TIME = {
    "metrics.py": "perf_counter",
    "api/app.py": "perf_counter",
    "api/door.py": "perf_counter",
    "stores/sqlite/connection.py": "monotonic",
}
MEASURES_TIME["connections.py"] = "monotonic"
MEASURES_TIME["stores/redis/nodes.py"] = "monotonic"


def layer_of(path: str) -> str:
    top = path.split("/")[0].removesuffix(".py")
    return top if "/" in path and top in PACKAGES else MODULES.get(top, "use-case")


def layer_of_import(name: str) -> str:
    """Return the layer that `doorward.…` belongs to; the package itself where only that is imported."""
    parts = name.split(".")[1:]
    if not parts or parts[0] == "__version__":
        return ""
    return parts[0] if parts[0] in PACKAGES else MODULES.get(parts[0], "use-case")


def allowed(path: str, places: tuple[str, ...]) -> bool:
    return any(path == place or (place.endswith("/") and path.startswith(place)) for place in places)


def own_imports(source):
    return [(line, name) for line, name in source.imports() if name.split(".")[0] == "doorward"]


def libraries(source):
    """Return what is imported beyond the standard library and ourselves, by top name."""
    tops = {(line, name.split(".")[0]) for line, name in source.imports()}
    return {(line, top) for line, top in tops if top != "doorward" and top not in sys.stdlib_module_names}


def test_imports_follow_the_arrows(sources):
    wrong = [
        f"{source.path}:{line} ({layer_of(source.path)}) imports {name}"
        for source in sources
        if layer_of(source.path) not in FREE
        for line, name in own_imports(source)
        if layer_of_import(name) not in MAY_IMPORT[layer_of(source.path)]
    ]

    assert wrong == []


def test_no_import_is_relative(sources):
    assert [source.path for source in sources for _, name in source.imports() if name.startswith(".")] == []


def test_each_library_stays_in_its_place(sources):
    wrong = [
        f"{source.path}:{line} imports {library}"
        for source in sources
        for line, library in libraries(source)
        if library not in TRAINING_ONLY and not allowed(source.path, LIBRARIES.get(library, ()))
    ]

    assert wrong == []


def test_nothing_is_unpickled_and_nothing_heavy_is_loaded_outside_training(sources):
    wrong = [
        f"{source.path}:{line} imports {name}"
        for source in sources
        if not allowed(source.path, TRAINING)
        for line, name in source.imports()
        if name.split(".")[0] in TRAINING_ONLY
        and not (allowed(source.path, WORLDS) and name.split(".")[0] in WORLDS_MAY)
    ]

    assert wrong == []


def test_every_dependency_has_its_place(root):
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {dependency.split("==")[0] for dependency in project["dependencies"]}

    assert {DISTRIBUTIONS.get(name, name) for name in names} - DATA <= LIBRARIES.keys()


def clocks(source):
    """Return line and name of everything that tells the time: `time.time`, `datetime.now`, `from time import …`."""
    found = [
        (node.lineno, node.attr)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute)
        and node.attr in TELLS_THE_TIME
        and isinstance(node.value, ast.Name | ast.Attribute)
        and (node.value.id if isinstance(node.value, ast.Name) else node.value.attr) in {"time", "datetime", "date"}
    ]
    found += [(line, name.split(".")[1]) for line, name in source.imports() if name.startswith("time.")]
    return [(line, name) for line, name in found if name in TELLS_THE_TIME]


def test_time_is_an_argument(sources):
    wrong = [
        f"{source.path}:{line} reads {name}"
        for source in sources
        if not allowed(source.path, OWNS_THE_CLOCK)
        for line, name in clocks(source)
        if MEASURES_TIME.get(source.path) != name
    ]

    assert wrong == []


def test_the_check_of_clocks_sees_one(sources):
    wiring = next(source for source in sources if source.path == "wiring.py")

    assert "time" in {name for _, name in clocks(wiring)}
