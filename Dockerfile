# The image of Doorward: it runs what `make run` runs, as nobody in particular, and writes to its volume and /tmp alone.
# docs/deployment.md says how it is used. Raise the version with Python's security fixes; a digest may stand behind it.
ARG BASE=python:3.13.11-slim-trixie

FROM ${BASE} AS builder
WORKDIR /build
COPY requirements/run.txt requirements/
# Wheels alone: nothing is compiled here, and no foreign setup script runs.
RUN python -m venv /opt/doorward \
    && /opt/doorward/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements/run.txt
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY service service
# What only installs has no place beside a service that decides who gets in.
RUN /opt/doorward/bin/pip install --no-cache-dir --no-index --no-deps --no-build-isolation . \
    && /opt/doorward/bin/pip uninstall --yes setuptools pip

FROM ${BASE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Doorward" \
      org.opencontainers.image.description="Decides how sure a system must be of who is at the door" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=builder /opt/doorward /opt/doorward
COPY LICENSE NOTICE /usr/share/doorward/
COPY rules /usr/share/doorward/rules
COPY models /usr/share/doorward/models
RUN install -d -m 0700 -o 10001 -g 10001 /var/lib/doorward
ENV PATH=/opt/doorward/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    TMPDIR=/tmp \
    DOORWARD_BIND=0.0.0.0:8080 \
    DOORWARD_METRICS_BIND=0.0.0.0:9090 \
    DOORWARD_STATE_DIR=/var/lib/doorward \
    DOORWARD_RULES_DIR=/usr/share/doorward/rules \
    DOORWARD_MODEL=/usr/share/doorward/models/default.json
WORKDIR /usr/share/doorward
USER 10001:10001
VOLUME ["/var/lib/doorward"]
EXPOSE 8080 9090
# /livez, not /readyz: while the store is away the service still decides, and must not be restarted for it.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 \
    CMD ["python", "-c", "import os, urllib.request as web; web.build_opener(web.ProxyHandler({})).open('http://127.0.0.1:' + os.environ['DOORWARD_BIND'].rpartition(':')[2] + '/livez', timeout=3)"]
ENTRYPOINT ["doorward"]
CMD ["serve"]
