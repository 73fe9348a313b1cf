"""What everything is compared with: an empty Flask view that does one GET by redis-py, served exactly as Doorward is.

`doorward.serving` serves it: the same worker class, options, threads and wrappers, so that the two cannot drift apart.
Settings are Doorward's own (DOORWARD_BIND, DOORWARD_WORKERS, DOORWARD_THREADS, and DOORWARD_STORE for the Redis).
"""

import os

from flask import Flask, Response
from redis import Redis

from doorward import serving
from doorward.settings import Settings, load

KEY = "bench:value"


def create_app(url: str) -> Flask:
    """Return the application; its view takes any body and does not read it."""
    client = Redis.from_url(url)
    app = Flask("baseline", static_folder=None, template_folder=None)

    @app.post("/v1/decisions")
    def view() -> Response:
        return Response(client.get(KEY), mimetype="text/plain")

    return app


def serve(settings: Settings) -> None:
    plan = serving.Plan(
        build=lambda: serving.Built(create_app(settings.store), lambda: None),
        announce=lambda url: print(url, flush=True),
        check=lambda: None,
    )
    serving.run(settings, plan)


if __name__ == "__main__":
    serve(load(os.environ))
